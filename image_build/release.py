"""What do the founders vouch for? A release: version, last day and files, signed by two of the three release keys.

An image is checked against this before it is written or installed, never against what lies beside it alone: whoever
changed the one could change the other.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from image_build.minisign import NotSigned, PublicKey, check, read_public_key

RELEASE_FILE = "release.json"
SIGNATURE_SUFFIX = ".minisig"
RELEASE_BYTES_MAX = 64 * 1024
SIGNATURES_NEEDED = 2
SIGNATURES_MAX = 8  # files looked at; there are three keys
READ_BYTES = 1024 * 1024

Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z")]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
Size = Annotated[int, Meta(ge=0, le=1 << 40)]


class ReleasedFile(Struct, frozen=True, forbid_unknown_fields=True):
    name: Name
    size: Size  # bytes, as it lies there
    sha256: Sha256
    extract_size: Size  # bytes, unpacked; of a file that is not packed the same as `size`
    extract_sha256: Sha256


class Release(Struct, frozen=True, forbid_unknown_fields=True):
    version: Annotated[int, Meta(ge=1, le=1 << 40)]  # grows with each release
    name: Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[ -~]+\Z")]  # for people, such as "0.2.0"
    expires: date  # the last day on which this may be installed
    files: Annotated[tuple[ReleasedFile, ...], Meta(min_length=1, max_length=50)]

    def file(self, name: str) -> ReleasedFile | None:
        return next((file for file in self.files if file.name == name), None)


class NotReleased(ValueError):
    """Not to be installed. The text is one sentence for a person."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose word counts, and what runs here now."""

    keys: tuple[PublicKey, ...]
    running: int  # the version that runs; 0: none
    today: date | None  # None: this machine does not know the time, and no release is refused as too old


def read_release(raw: bytes, signatures: Iterable[str], trust: Trust) -> Release:
    """The release that `raw` is, if enough keys signed it and its time has not passed. Raises NotReleased."""
    if not trust.keys:
        raise NotReleased("this is an unsigned development image: it trusts no release keys, so it installs no release")
    if len(raw) > RELEASE_BYTES_MAX:
        raise NotReleased("the release is refused: its list of files is too long")
    signers = _signers(raw, signatures, trust.keys)
    if len(signers) < SIGNATURES_NEEDED:
        how_many = "no release key" if not signers else "one release key only"
        raise NotReleased(f"the release is refused: {how_many} signed it, and {SIGNATURES_NEEDED} must")
    try:
        release = msgspec.json.decode(raw, type=Release)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise NotReleased("the release is refused: its list of files cannot be read") from None
    if release.version < trust.running:
        raise NotReleased(f"the release is refused: {release.name} is older than what runs here")
    if trust.today is not None and trust.today > release.expires:
        raise NotReleased(f"the release is refused: it was good until {release.expires.isoformat()}")
    return release


def read_release_beside(folder: Path, trust: Trust) -> Release:
    """The release whose files lie in `folder`: release.json, and its signatures beside it. Raises NotReleased."""
    file = folder / RELEASE_FILE
    try:
        with file.open("rb") as opened:
            raw = opened.read(RELEASE_BYTES_MAX + 1)
        beside = sorted(folder.glob(f"{RELEASE_FILE}*{SIGNATURE_SUFFIX}"))[:SIGNATURES_MAX]
        signatures = [path.read_bytes()[:RELEASE_BYTES_MAX].decode("utf-8", "replace") for path in beside]
    except OSError as problem:
        raise NotReleased(f"the release cannot be read: {file} ({problem.strerror})") from None
    return read_release(raw, signatures, trust)


def read_keys(text: str) -> tuple[PublicKey, ...]:
    """Public keys, one a line, as minisign writes them; lines that begin with # or a comment are passed over."""
    lines = [line.strip() for line in text.splitlines()]
    wanted = [line for line in lines if line and not line.startswith(("#", "untrusted comment:"))]
    return tuple(read_public_key(line) for line in wanted)


def check_file(path: Path, expected: ReleasedFile) -> None:
    """The file is what the release says. Raises NotReleased, and OSError where it cannot be read."""
    whole = hashlib.sha256()
    size = 0
    with path.open("rb") as opened:
        while size <= expected.size and (piece := opened.read(READ_BYTES)):
            whole.update(piece)
            size += len(piece)
    if size < expected.size:
        raise NotReleased(f"{path.name} is cut off: {size} of {expected.size} bytes are there")
    if size > expected.size or whole.hexdigest() != expected.sha256:
        raise NotReleased(f"{path.name} is not the file of the release")


def _signers(raw: bytes, signatures: Iterable[str], keys: tuple[PublicKey, ...]) -> set[bytes]:
    signers = set()
    for signature in signatures:
        try:
            key, _ = check(raw, signature, keys)
        except NotSigned:
            continue  # what counts is how many are good
        signers.add(key.raw)
    return signers
