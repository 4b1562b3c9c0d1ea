"""Under which key does the card keep what expires on a day? And how is a day forgotten?

A chain of this hub alone, as the network's: K[d+1] = HKDF(K[d]). The file holds the key of the first day that is not
forgotten; writing the next one in its place destroys the older. Best effort: flash keeps copies of what was
overwritten, and whoever reads the chip itself may find one.

    keys/local.key: MAGIC 8 | first day 4 | its key 32 | CRC-32 of the 44 bytes before 4
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from hub.store.failed import StoreFailed
from hub.store.files import Files
from hub.store.segment import Kind
from mesh.keys import SECRET_BYTES, Chain, RandomBytes, derive

NAME = "local.key"
MAGIC = b"plkey  1"
LAYOUT = struct.Struct(f">8sI{SECRET_BYTES}s")
FIRST_DAY = 20_454  # 2026-01-01: no hub ran before, so a first clock that ran ahead may still be set back
NONCE_BYTES = 8  # so that equal records look different; should one come twice, AES-SIV shows no more than that

LABEL_SEAL = b"porchlight 1 local record\0"
LABEL_CHECK = b"porchlight 1 local checksum\0"


@dataclass(frozen=True, slots=True)
class DayKey:
    """What seals the records of one segment, and the secret start of its checksums."""

    day: int
    siv: AESSIV
    check: int

    def seal(self, kind: Kind, plain: bytes, random_bytes: RandomBytes) -> bytes:
        """AES-256-SIV: nonce 8, SIV 16, then as many bytes as `plain` has."""
        nonce = random_bytes(NONCE_BYTES)
        return nonce + self.siv.encrypt(plain, [self._bound(kind), nonce])

    def open(self, kind: Kind, sealed: bytes) -> bytes | None:
        """What was sealed; None if it was not sealed so."""
        try:
            return self.siv.decrypt(sealed[NONCE_BYTES:], [self._bound(kind), sealed[:NONCE_BYTES]])
        except (InvalidTag, ValueError):  # ValueError: shorter than an SIV
            return None

    def _bound(self, kind: Kind) -> bytes:
        return LABEL_SEAL + self.day.to_bytes(4) + bytes([kind])


class LocalKeys:
    """The local day keys, and the file that holds them."""

    def __init__(self, path: Path, files: Files, chain: Chain) -> None:
        self._path = path
        self._files = files
        self._chain = chain
        self._keys: dict[int, DayKey] = {}  # of days that were asked for; forgetting clears it

    @classmethod
    def make(cls, path: Path, files: Files, today: int, random_bytes: RandomBytes) -> "LocalKeys":
        """A chain for a new journal, on the card when this returns."""
        keys = cls(path, files, Chain(min(today, FIRST_DAY), random_bytes(SECRET_BYTES)))
        files.ensure_folder(path.parent)
        keys._write(keys._chain)
        return keys

    @classmethod
    def read(cls, path: Path, files: Files) -> "LocalKeys":
        """The chain that the card holds. StoreFailed if the file is not one that we wrote."""
        files.settle(path)
        raw = files.read_whole(path)
        body, checksum = raw[: LAYOUT.size], raw[LAYOUT.size :]
        if len(body) == LAYOUT.size and checksum == crc32(body).to_bytes(4):
            magic, day, secret = LAYOUT.unpack(body)
            if magic == MAGIC:
                return cls(path, files, Chain(day, secret))
        raise StoreFailed(f"{path} is damaged, and without it the journal cannot be read")

    @property
    def first_day(self) -> int:
        """The oldest day that is not forgotten."""
        return self._chain.day

    def of(self, day: int) -> DayKey:
        """The key of what expires on `day`. Raises Refused("expired") if it is forgotten, ("far") in a century."""
        key = self._keys.get(day)
        if key is None:
            secret = self._chain.key_of(day)
            check = int.from_bytes(derive(secret, LABEL_CHECK, 4))
            key = DayKey(day, AESSIV(derive(secret, LABEL_SEAL, 64)), check)
            self._keys[day] = key
        return key

    def forget(self, kept_day: int) -> None:
        """From here on nothing can open what expired before `kept_day`. Raises OSError; then it may be so or not."""
        if kept_day <= self._chain.day:
            return
        chain = self._chain.at(kept_day)
        self._write(chain)
        self._chain = chain
        self._keys = {day: key for day, key in self._keys.items() if day >= kept_day}

    def _write(self, chain: Chain) -> None:
        body = LAYOUT.pack(MAGIC, chain.day, chain.secret)
        self._files.replace(self._path, body + crc32(body).to_bytes(4))
