"""Which keys does a hub hold, and what are they for? Its own pair, the network's chain of day keys, the control key.

Standard constructions only: Ed25519, X25519, HKDF-SHA256 (RFC 5869), AES-256-SIV (RFC 5297). AES-SIV needs no nonce:
with the same text and the same associated data it gives the same bytes, and each use below has a key or associated
data that never comes twice, or may come twice without harm.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256, sha512

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from mesh import labels
from mesh.curve import x25519_public_of
from mesh.refused import Refused

__all__ = [
    "BoxKeys",
    "Chain",
    "HubKeys",
    "RandomBytes",
    "check_signature",
    "hub_id_of",
    "open_control",
    "open_sealed",
    "seal_control",
    "seal_to",
    "x25519_public_of",
]

RandomBytes = Callable[[int], bytes]  # such as os.urandom

SECRET_BYTES = 32
HUB_ID_BYTES = 2
SIV_BYTES = 16
SIGNATURE_BYTES = 64
BOX_OVERHEAD_BYTES = 48  # ephemeral public key 32, SIV 16
CHAIN_STEPS_MAX = 36_600  # a hundred years; no honest clock asks for more at once


def hub_id_of(public_key: bytes) -> bytes:
    """The short name of a hub on the air: 2 bytes of its key's hash. The roster refuses a hub whose id is taken."""
    return sha256(public_key).digest()[:HUB_ID_BYTES]


class HubKeys:
    """A hub's one pair of keys: Ed25519 for signing; its X25519 form, as libsodium derives it, for opening."""

    __slots__ = ("_private", "box", "hub_id", "public", "seed")

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SECRET_BYTES:
            raise ValueError("a hub's seed is 32 bytes")
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.seed = seed
        self.public = self._private.public_key().public_bytes_raw()
        self.hub_id = hub_id_of(self.public)
        self.box = BoxKeys.of(_clamped(sha512(seed).digest()[:SECRET_BYTES]))

    @classmethod
    def generate(cls, random_bytes: RandomBytes) -> "HubKeys":
        return cls(random_bytes(SECRET_BYTES))

    def sign(self, message: bytes) -> bytes:
        """64 bytes. The caller puts a label of its own in front of what it signs."""
        return self._private.sign(message)

    def __repr__(self) -> str:
        return f"HubKeys(hub_id={self.hub_id.hex()})"  # never the seed


def _clamped(scalar: bytes) -> bytes:
    """The scalar that Ed25519 signs with (RFC 8032, 5.1.5), as libsodium's ed25519_sk_to_curve25519 gives it."""
    return bytes([scalar[0] & 248]) + scalar[1:31] + bytes([scalar[31] & 127 | 64])


@dataclass(frozen=True, slots=True)
class BoxKeys:
    """An X25519 pair, for what is sealed to one reader."""

    private: bytes = field(repr=False)
    public: bytes

    @classmethod
    def of(cls, private: bytes) -> "BoxKeys":
        return cls(private, X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw())


def check_signature(public_key: bytes, signature: bytes, message: bytes) -> None:
    """Refused("signature") unless the holder of `public_key` signed `message`."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):  # ValueError: not 32 bytes
        raise Refused("signature") from None


@dataclass(frozen=True, slots=True)
class Chain:
    """The network's keys of the days from `day` on: K[d+1] = HKDF(K[d]). There is no way back, and that is its purpose:
    a hub that keeps K[d] alone can open nothing of the days before d, nor can whoever takes the hub."""

    day: int
    secret: bytes = field(repr=False)

    def at(self, day: int) -> "Chain":
        """The chain from `day` on. Refused("expired") for a day before its first, ("far") beyond a hundred years."""
        if day < self.day:
            raise Refused("expired")
        if day - self.day > CHAIN_STEPS_MAX:
            raise Refused("far")
        secret = self.secret
        for _ in range(day - self.day):
            secret = derive(secret, labels.NEXT_DAY, SECRET_BYTES)
        return Chain(day, secret)

    def key_of(self, day: int) -> bytes:
        """K[day], 32 bytes: what seals the blocks whose last day is `day`. Raises as `at` does."""
        return self.at(day).secret


def derive(secret: bytes, info: bytes, length: int, salt: bytes | None = None) -> bytes:
    """HKDF-SHA256 (RFC 5869); without a salt it uses 32 zero bytes, as the RFC says."""
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)


def siv_key(secret: bytes, label: bytes) -> bytes:
    """The 64 bytes that AES-256-SIV takes: 32 for its S2V, 32 for its CTR."""
    return derive(secret, label, 64)


def siv_seal(key64: bytes, plain: bytes, associated: bytes) -> bytes:
    """AES-256-SIV with one string of associated data: the synthetic IV (16 bytes), then len(plain) bytes."""
    return AESSIV(key64).encrypt(plain, [associated])


def siv_open(key64: bytes, sealed: bytes, associated: bytes) -> bytes:
    """The inverse of `siv_seal`. Refused("seal") for every other key, text or associated data."""
    if len(sealed) < SIV_BYTES:
        raise Refused("seal")
    try:
        return AESSIV(key64).decrypt(sealed, [associated])
    except InvalidTag:
        raise Refused("seal") from None


def seal_to(x25519_public: bytes, plain: bytes, context: bytes, random_bytes: RandomBytes) -> bytes:
    """`plain` for the holder of one X25519 key alone: an ephemeral public key (32), then AES-256-SIV (16 + len(plain)).

    context: says what this is and to what it belongs; it opens with the same context only. Nothing here says who sealed
    it. Refused("shape") where `x25519_public` is no usable key (32 bytes, not of small order).
    """
    ephemeral = X25519PrivateKey.from_private_bytes(random_bytes(SECRET_BYTES))
    ephemeral_public = ephemeral.public_key().public_bytes_raw()
    try:
        shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(x25519_public))
    except ValueError:  # a length other than 32, or a point of small order, whose shared secret everyone knows
        raise Refused("shape") from None
    key64 = derive(shared, labels.SEALED_BOX, 64, salt=ephemeral_public + x25519_public)
    # The key is new with each ephemeral key, so equal texts do not look equal.
    return ephemeral_public + siv_seal(key64, plain, labels.SEALED_BOX + context)


def open_sealed(x25519_private: bytes, sealed: bytes, context: bytes) -> bytes:
    """What `seal_to` sealed. Refused("seal") for anything else."""
    if len(sealed) < BOX_OVERHEAD_BYTES:
        raise Refused("seal")
    ephemeral_public, body = sealed[:32], sealed[32:]
    private = X25519PrivateKey.from_private_bytes(x25519_private)
    try:
        shared = private.exchange(X25519PublicKey.from_public_bytes(ephemeral_public))
    except ValueError:
        raise Refused("seal") from None
    salt = ephemeral_public + private.public_key().public_bytes_raw()
    return siv_open(derive(shared, labels.SEALED_BOX, 64, salt=salt), body, labels.SEALED_BOX + context)


def seal_control(control_key: bytes, network_id: bytes, header: bytes, body: bytes) -> bytes:
    """A control frame's body under the epoch's control key: SIV (16), then as many bytes as `body` has.

    header: the frame's own clear bytes; they hold the sender's life and growing counter, so no two frames are alike.
    Whoever holds the control key can write in any hub's name: a control frame is a hint, never a proof.
    """
    return siv_seal(siv_key(control_key, labels.CONTROL_KEY), body, labels.CONTROL + network_id + header)


def open_control(control_key: bytes, network_id: bytes, header: bytes, sealed: bytes) -> bytes:
    """The inverse of `seal_control`. Refused("seal") for anything else."""
    return siv_open(siv_key(control_key, labels.CONTROL_KEY), sealed, labels.CONTROL + network_id + header)
