"""Release keys of a test's own, and releases signed by them."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from image_build.minisign import PublicKey, public_key_of, sign
from image_build.release import RELEASE_FILE

KEYS = tuple(Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2, 3))
NUMBERS = (b"first...", b"second..", b"third...")


def public_keys() -> tuple[PublicKey, ...]:
    return tuple(public_key_of(key, number) for key, number in zip(KEYS, NUMBERS, strict=True))


def release_of(these: Sequence[Path], **changes: object) -> bytes:
    listed = []
    for file in these:
        content = file.read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        listed.append(
            {
                "name": file.name,
                "size": len(content),
                "sha256": sha256,
                "extract_size": len(content),
                "extract_sha256": sha256,
            }
        )
    whole = {"version": 7, "name": "0.7", "expires": "2027-06-30", "files": listed}
    return json.dumps(whole | changes).encode()


def signatures(raw: bytes, signers: Sequence[int]) -> list[str]:
    return [sign(raw, KEYS[signer], NUMBERS[signer], "release 0.7") for signer in signers]


def lay_out(folder: Path, files: Sequence[Path], signers: Sequence[int] = (0, 1), **changes: object) -> None:
    """The release and its signatures beside its files."""
    raw = release_of(files, **changes)
    (folder / RELEASE_FILE).write_bytes(raw)
    for signer, signature in zip(signers, signatures(raw, signers), strict=True):
        (folder / f"{RELEASE_FILE}.{signer}.minisig").write_text(signature)
