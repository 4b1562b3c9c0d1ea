"""How does a hub join a network from its page? The files of hub.invitation, on a stick from anybody's pocket.

One folder, none below it; links are not followed, only plain files of the right ending and size are opened, and what is
written is whole before it has its name. The fingerprints prove what the stick cannot.
"""

import contextlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from hub.carry_files import failed
from hub.errors import NotSaved
from hub.invitation import (
    INVITATION_BYTES_MAX,
    REQUEST_BYTES_MAX,
    InvitationRefused,
    Joined,
    fingerprint,
    make_request,
    open_invitation,
    read_request,
)
from hub.keyring import Keyring, KeyringRefused
from mesh.keys import hub_id_of
from mesh.roster import RosterHub

REQUEST, INVITATION = ".request", ".invitation"
ENTRIES_MAX = 20_000  # of the folder that are looked at
FILES_MAX = 20  # that are read


@dataclass(frozen=True, slots=True)
class Asking:
    """A hub whose request lies on the stick."""

    digest: str  # of the file: what a person confirmed is what is then done
    hub: RosterHub

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.hub.public_key)


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation for this hub that lies on the stick."""

    digest: str
    joined: Joined

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.joined.inviter.public_key)


class Joining:
    """What one hub reads from sticks and writes to them about networks. Any thread may call."""

    def __init__(self, name: str, keyring: Keyring) -> None:
        self._name = name
        self._keyring = keyring
        self.joined = ""  # the network that was joined since the start: it counts from the next one on

    @property
    def network(self) -> str:
        """The name of the network that this hub is in; "" if in none."""
        return self._keyring.network.name if self._keyring.network is not None else ""

    @property
    def fingerprint(self) -> str:
        return fingerprint(self._keyring.hub_keys.public)

    def ask(self, folder: Path) -> None:
        """Put the request for an invitation onto the stick. Raises StickFailed."""
        _write(folder, self._stem() + REQUEST, make_request(self._name, self._keyring.hub_keys))

    def invitations(self, folder: Path) -> tuple[Invited, ...]:
        """Those for this hub. Raises StickFailed."""
        found = []
        for raw in _read(folder, INVITATION, INVITATION_BYTES_MAX):
            with contextlib.suppress(InvitationRefused):  # for another hub, or damaged
                found.append(Invited(_digest(raw), open_invitation(raw, self._keyring.hub_keys)))
        return tuple(found)

    def join(self, joined: Joined) -> None:
        """From the next start on this hub is in that network; the one that runs stays as it is. Raises NotSaved."""
        try:
            anew = Keyring.open(self._keyring.folder.parent)
            anew.save_roster(joined.roster)  # first: a power cut between them leaves a hub without a network
            anew.save_network(joined.network)
        except KeyringRefused as refused:
            raise NotSaved(refused.words) from None
        self.joined = joined.network.name

    def requests(self, folder: Path) -> tuple[Asking, ...]:
        """The hubs that ask. Raises StickFailed."""
        found = []
        for raw in _read(folder, REQUEST, REQUEST_BYTES_MAX):
            with contextlib.suppress(InvitationRefused):
                found.append(Asking(_digest(raw), read_request(raw)))
        return tuple(found)

    def write_invitation(self, folder: Path, new_hub: RosterHub, invitation: bytes) -> None:
        """Raises StickFailed; the hub is on the roster all the same, and may be invited again."""
        _write(folder, f"hub-{hub_id_of(new_hub.public_key).hex()}{INVITATION}", invitation)

    def _stem(self) -> str:
        return f"hub-{self._keyring.hub_keys.hub_id.hex()}"


def _digest(raw: bytes) -> str:
    return sha256(raw).hexdigest()


@contextlib.contextmanager
def _folder(folder: Path) -> Iterator[int]:
    """The folder, held open: what is mounted over it meanwhile changes nothing."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except (OSError, ValueError) as problem:
        raise failed(problem) from None
    try:
        yield handle
    finally:
        os.close(handle)


def _read(folder: Path, ending: str, bytes_max: int) -> Iterator[bytes]:
    """Each plain file of that ending, one byte more than allowed at most: the parser sees that it is too much."""
    with _folder(folder) as handle:
        try:
            with os.scandir(handle) as entries:
                some = [entry.name for _, entry in zip(range(ENTRIES_MAX), entries, strict=False)]
        except OSError as problem:
            raise failed(problem) from None
        names = sorted(name for name in some if name.lower().endswith(ending))  # FAT may show capitals
        for name in names[:FILES_MAX]:
            with contextlib.suppress(OSError):  # it went just now, or is none that can be read
                yield _content(handle, name, bytes_max)


def _content(folder: int, name: str, bytes_max: int) -> bytes:
    if not stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
        return b""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    with os.fdopen(os.open(name, flags, dir_fd=folder), "rb") as file:
        return file.read(bytes_max + 1)


def _write(folder: Path, name: str, raw: bytes) -> None:
    """A whole file or none; synced, because the stick is pulled out next."""
    with _folder(folder) as handle:
        unfinished = f"{name}.tmp"
        try:
            with contextlib.suppress(FileNotFoundError):  # of a stick that was pulled out
                os.unlink(unfinished, dir_fd=handle)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            with os.fdopen(os.open(unfinished, flags, 0o600, dir_fd=handle), "wb") as file:
                file.write(raw)
                file.flush()
                os.fsync(file.fileno())
            os.rename(unfinished, name, src_dir_fd=handle, dst_dir_fd=handle)
            with contextlib.suppress(OSError):  # the folder's names; some file systems of sticks know no such thing
                os.fsync(handle)
        except OSError as problem:
            with contextlib.suppress(OSError):
                os.unlink(unfinished, dir_fd=handle)
            raise failed(problem, len(raw)) from None
