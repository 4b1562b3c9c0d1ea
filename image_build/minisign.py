"""Is this file signed by that key, in minisign's form? Read and checked here; made only for tests and by the founders.

The form (minisign's documentation): a public key is "Ed", a key's number of 8 bytes and 32 bytes of Ed25519, in base64
under a comment. A signature is "ED" (over BLAKE2b-512 of the file) or "Ed" (over the file), the key's number and 64
bytes; below it a trusted comment, and a second signature over the first one and that comment.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

NUMBER_BYTES = 8
FILE_CHARACTERS_MAX = 4_096
_TRUSTED = "trusted comment: "
_UNTRUSTED = "untrusted comment: "


class NotSigned(ValueError):
    """No such signature, or no such key; the text says why."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    number: bytes
    raw: bytes  # 32 bytes of Ed25519

    def __str__(self) -> str:
        """As minisign writes it."""
        return base64.b64encode(b"Ed" + self.number + self.raw).decode()


def read_public_key(text: str) -> PublicKey:
    """A key as minisign writes it, with or without the comment above. Raises NotSigned."""
    lines = [line for line in text.strip().splitlines() if not line.startswith(_UNTRUSTED)]
    found = _decoded(lines[0] if len(lines) == 1 else "", 2 + NUMBER_BYTES + 32)
    if found[:2] != b"Ed":
        raise NotSigned("this is no public key of minisign")
    return PublicKey(found[2 : 2 + NUMBER_BYTES], found[2 + NUMBER_BYTES :])


def check(content: bytes, signature: str, keys: Iterable[PublicKey]) -> tuple[PublicKey, str]:
    """Which of `keys` signed `content`, and its trusted comment. Raises NotSigned."""
    if len(signature) > FILE_CHARACTERS_MAX:
        raise NotSigned("this is no signature of minisign: it is too long")
    lines = signature.splitlines()
    if len(lines) != 4 or not lines[0].startswith(_UNTRUSTED) or not lines[2].startswith(_TRUSTED):
        raise NotSigned("this is no signature of minisign")
    first, second = _decoded(lines[1], 2 + NUMBER_BYTES + 64), _decoded(lines[3], 64)
    kind, number, made = first[:2], first[2 : 2 + NUMBER_BYTES], first[2 + NUMBER_BYTES :]
    if kind not in (b"ED", b"Ed"):
        raise NotSigned("this signature is of a kind that is not known here")
    comment = lines[2].removeprefix(_TRUSTED)
    signed = hashlib.blake2b(content).digest() if kind == b"ED" else content
    for key in keys:
        if key.number != number:
            continue
        public = Ed25519PublicKey.from_public_bytes(key.raw)
        try:
            public.verify(made, signed)
            public.verify(second, made + comment.encode())
        except InvalidSignature:
            raise NotSigned("the signature does not fit what it should have signed") from None
        return key, comment
    raise NotSigned("it is signed by a key that is not among those trusted here")


def sign(content: bytes, key: Ed25519PrivateKey, number: bytes, comment: str) -> str:
    """A signature as minisign makes it. For tests, which make keys of their own; the founders use minisign itself."""
    made = key.sign(hashlib.blake2b(content).digest())
    second = key.sign(made + comment.encode())
    lines = (
        f"{_UNTRUSTED}signature of a test key",
        base64.b64encode(b"ED" + number + made).decode(),
        _TRUSTED + comment,
        base64.b64encode(second).decode(),
    )
    return "\n".join(lines) + "\n"


def public_key_of(key: Ed25519PrivateKey, number: bytes) -> PublicKey:
    return PublicKey(number, key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


def _decoded(line: str, length: int) -> bytes:
    try:
        found = base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if len(found) != length:
        raise NotSigned("this is damaged, or nothing that minisign wrote")
    return found
