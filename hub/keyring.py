"""Which secrets does this hub keep on its card? The files of `data/keys/`: 0600 in a folder 0700, replaced whole.

What is written here is on the disk when the call returns (write, fsync, rename, fsync of the folder). An old key that
was replaced may still lie in the flash chip's spare cells: best effort, and docs/threat-model.md says so.
"""

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal, TypeVar

from msgspec import Meta, Struct

from hub.key_files import (
    Secret,
    Unreadable,
    WrittenNetwork,
    WrittenRoster,
    read_network,
    read_own_roster,
    read_written,
    write_network,
    write_roster,
    written,
)
from hub.limits import PODS_MAX
from hub.wifi_passwords import (
    NoRoom,
    WifiPassword,
    WifiUse,
    WrittenWifi,
    first_passwords,
    in_order,
    new_password,
    read_wifi,
    write_wifi,
)
from mesh.keys import SECRET_BYTES, HubKeys, RandomBytes
from mesh.member_keys import POD_ID_BYTES, VERIFIER_BYTES, phrase_matches, phrase_verifier
from mesh.roster import Network, Roster

FOLDER = "keys"
HUB_FILE = "hub.key"
NETWORK_FILE = "network.key"
ROSTER_FILE = "roster.json"
BELLS_FILE = "bells.key"
COORDINATOR_FILE = "coordinator.key"
WIFI_FILE = "wifi.key"
FILE_BYTES_MAX = 256 * 1024


class KeyringRefused(Exception):
    """The keys cannot be used as they lie there; `words` say why, `hint` what to type."""

    def __init__(self, words: str, hint: str = "") -> None:
        super().__init__(words)
        self.words = words
        self.hint = hint


class _HubFile(Struct, frozen=True, forbid_unknown_fields=True):
    porchlight: Literal["hub key 1"]
    seed: Secret
    code_secret: Secret


class _Bell(Struct, frozen=True, forbid_unknown_fields=True):
    pod: Annotated[bytes, Meta(min_length=POD_ID_BYTES, max_length=POD_ID_BYTES)]
    bell: Secret


class _BellsFile(Struct, frozen=True, forbid_unknown_fields=True):
    bells: Annotated[tuple[_Bell, ...], Meta(max_length=PODS_MAX)]


class _CoordinatorFile(Struct, frozen=True, forbid_unknown_fields=True):
    verifier: Annotated[bytes, Meta(min_length=VERIFIER_BYTES, max_length=VERIFIER_BYTES)]


Written = TypeVar("Written", bound=Struct)


class Keyring:
    """A hub's secrets, read once, and written when one changes. Owned by one thread; what it gives out is immutable."""

    def __init__(self, folder: Path, hub_file: _HubFile) -> None:
        """Use `Keyring.create` or `Keyring.open`."""
        self.folder = folder
        self.hub_keys = HubKeys(hub_file.seed)
        self.code_secret = hub_file.code_secret  # makes the posts' codes, so that a form sent twice shows the same one
        self._network: Network | None = None
        self._roster: Roster | None = None
        self._verifier: bytes | None = None
        self._bells: Mapping[bytes, bytes] = MappingProxyType({})
        self._wifi: tuple[WifiPassword, ...] = ()

    @classmethod
    def create(cls, data_folder: Path, random_bytes: RandomBytes) -> "Keyring":
        """New keys in a new `keys` folder. KeyringRefused if this hub has keys already."""
        folder = data_folder / FOLDER
        try:
            data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.mkdir(mode=0o700, exist_ok=True)
            folder.chmod(0o700)
            _sync_folder(data_folder)
        except OSError as problem:
            raise KeyringRefused(f"the folder {folder} cannot be made ({problem.strerror})") from None
        if (folder / HUB_FILE).exists():
            raise KeyringRefused(f"there are keys of a hub in {folder} already")
        hub_file = _HubFile("hub key 1", random_bytes(SECRET_BYTES), random_bytes(SECRET_BYTES))
        keyring = cls(folder, hub_file)
        keyring._write(HUB_FILE, hub_file)
        return keyring

    @classmethod
    def open(cls, data_folder: Path) -> "Keyring":
        """The keys that lie there. KeyringRefused if there are none, if others may read them, or if one is damaged."""
        folder = data_folder / FOLDER
        _refuse_if_others_may(folder)
        hub_file = _read(folder / HUB_FILE, _HubFile)
        if hub_file is None:
            raise KeyringRefused(
                f"there are no keys of a hub in {folder}", "to make a hub, type: porchlight init FOLDER"
            )
        keyring = cls(folder, hub_file)
        network = _read(folder / NETWORK_FILE, WrittenNetwork)
        roster = _read(folder / ROSTER_FILE, WrittenRoster)
        bells = _read(folder / BELLS_FILE, _BellsFile)
        coordinator = _read(folder / COORDINATOR_FILE, _CoordinatorFile)
        wifi = _read(folder / WIFI_FILE, WrittenWifi)
        try:
            keyring._network = read_network(network) if network else None
            keyring._roster = read_own_roster(roster) if roster else None
        except Unreadable as problem:
            raise _damaged(folder, str(problem)) from None
        keyring._verifier = coordinator.verifier if coordinator else None
        keyring._wifi = read_wifi(wifi) if wifi else ()
        if bells:
            keyring._bells = MappingProxyType({entry.pod: entry.bell for entry in bells.bells})
        return keyring

    @property
    def network(self) -> Network | None:
        return self._network

    def save_network(self, network: Network) -> None:
        """Keep `network`; call it when the chain went on, so that forgotten days are forgotten here too."""
        self._write(NETWORK_FILE, write_network(network))
        self._network = network

    @property
    def roster(self) -> Roster | None:
        """The roster as last saved: what a hub starts from before its journal says more."""
        return self._roster

    def save_roster(self, roster: Roster) -> None:
        self._write(ROSTER_FILE, write_roster(roster))
        self._roster = roster

    @property
    def bells(self) -> Mapping[bytes, bytes]:
        """Bell secret by pod id: the pods that this hub is a pod's hub of."""
        return self._bells

    def save_bell(self, pod_id: bytes, bell: bytes) -> None:
        """Keep a pod's bell secret. Beyond PODS_MAX pods the oldest makes room."""
        if self._bells.get(pod_id) == bell:
            return
        kept = {known: secret for known, secret in self._bells.items() if known != pod_id}
        bells = dict([*kept.items(), (pod_id, bell)][-PODS_MAX:])
        self._write(BELLS_FILE, _BellsFile(tuple(_Bell(pod, secret) for pod, secret in bells.items())))
        self._bells = MappingProxyType(bells)

    def wifi_passwords(self) -> tuple[WifiPassword, ...]:
        """The passwords of this hub's own access point; none before `make_wifi_passwords`."""
        return self._wifi

    def make_wifi_passwords(self, random_bytes: RandomBytes) -> tuple[WifiPassword, ...]:
        """All passwords; the poster's and the coordinators' are made now if they are not there."""
        return self._save_wifi(first_passwords(self._wifi, random_bytes))

    def add_pod_wifi_password(self, random_bytes: RandomBytes) -> str:
        """A new password for a pod, to be told its founder; whose it is, is kept nowhere. KeyringRefused if there are
        as many as there may be."""
        try:
            first = first_passwords(self._wifi, random_bytes)
            added = new_password(first, WifiUse.POD, random_bytes)
        except NoRoom:
            raise KeyringRefused("the Wi-Fi has as many passwords as it may") from None
        self._save_wifi(in_order((*first, added)))
        return added.password

    def _save_wifi(self, passwords: tuple[WifiPassword, ...]) -> tuple[WifiPassword, ...]:
        if passwords != self._wifi:
            self._write(WIFI_FILE, write_wifi(passwords))
            self._wifi = passwords
        return passwords

    @property
    def has_coordinator(self) -> bool:
        return self._verifier is not None

    def save_coordinator(self, phrase: str, random_bytes: RandomBytes) -> None:
        """Keep what knows the coordinator's phrase again; the phrase itself is kept nowhere."""
        verifier = phrase_verifier(phrase, random_bytes)
        self._write(COORDINATOR_FILE, _CoordinatorFile(verifier))
        self._verifier = verifier

    def begin_coordinator(self, phrase: str, random_bytes: RandomBytes) -> bool:
        """The same, unless there is one. One at a time, in the thread that `is_coordinator` is asked in."""
        if self.has_coordinator:
            return False
        self.save_coordinator(phrase, random_bytes)
        return True

    def is_coordinator(self, phrase: str) -> bool:
        """Slow (Argon2id): one at a time, in a thread of its own."""
        return self._verifier is not None and phrase_matches(self._verifier, phrase)

    def _write(self, name: str, value: Struct) -> None:
        """KeyringRefused if the card did not take it; what was there before is then still there."""
        new = self.folder / f"{name}.new"
        try:
            new.unlink(missing_ok=True)  # a power cut's
            handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                _keep_owner(file.fileno(), self.folder)
                file.write(written(value))
                file.flush()
                os.fsync(file.fileno())
            new.rename(self.folder / name)
            _sync_folder(self.folder)
        except OSError as problem:
            raise KeyringRefused(f"{self.folder / name} cannot be written ({problem.strerror})") from None


def _read(file: Path, kind: type[Written]) -> Written | None:
    """None if there is no such file."""
    try:
        with file.open("rb") as opened:
            _refuse_if_others_may(file)
            raw = opened.read(FILE_BYTES_MAX + 1)
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise KeyringRefused(f"{file} cannot be read ({problem.strerror})") from None
    try:
        return read_written(raw, kind, FILE_BYTES_MAX)
    except Unreadable as problem:
        raise _damaged(file, str(problem)) from None


def _refuse_if_others_may(path: Path) -> None:
    """Keys that others on this machine can read are no secrets; to go on with them would hide it."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return
    except OSError as problem:
        raise KeyringRefused(f"{path} cannot be read ({problem.strerror})") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        others = "u=rwX,go="
        raise KeyringRefused(f"others on this machine may read {path}", f"type: chmod -R {others} {path}")


def _damaged(path: Path, words: str) -> KeyringRefused:
    return KeyringRefused(f"{path} is damaged: {words}", "restore the folder `keys` from a copy, or begin a new hub")


def _keep_owner(handle: int, folder: Path) -> None:
    """What root writes for a hub belongs to the hub, or it could not be read at the next start."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.fchown(handle, owner.st_uid, owner.st_gid)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
