"""How does a hub come into being on a card that may lose its power at any moment? Beside its place; then it moves in.

FOLDER/begun.new    being made; whatever is found here at a start is half, and is thrown away
FOLDER/begun        whole and synced: from the renaming on there is a hub, and each start moves it in
FOLDER              the hub's place: data/ first, hub.toml last
"""

import os
import shutil
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from captive_portal.setup.wanted import Made, NotMade, Wanted
from hub.key_files import DAY_MIN
from hub.keyring import Keyring, KeyringRefused
from hub.settings import Settings
from hub.settings_text import hub_toml
from hub.wifi_passwords import WifiUse, password_for
from mesh.roster import NotAdmitted, Roster, found_network
from porchlight.config import keyring_of, settings_of
from porchlight.init import begin_hub, begin_unclaimed_hub
from porchlight.run import open_hub
from porchlight.stop import Stop

NEW, WHOLE, CONFIG, DATA = "begun.new", "begun", "hub.toml", "data"


@dataclass(frozen=True, slots=True)
class OnCard:
    """How this machine is reached, which no page asks: the image has it so."""

    listen: tuple[str, ...] = ("0.0.0.0:8080",)
    wire: tuple[str, ...] = ("eth0",)
    wifi: str = "wlan0"  # "": this machine is no access point


def toml_of(wanted: Wanted, card: OnCard) -> str:
    """The hub.toml of the hub that a person described on the set-up page."""
    return hub_toml(
        name=wanted.name,
        language=wanted.language,
        listen=card.listen,
        wire=card.wire,
        radio_kind="serial" if wanted.region else "none",
        region=wanted.region or None,
        wifi_name=wanted.wifi_name,
        wifi_interface=card.wifi,
        wifi_mode=wanted.wifi_mode if card.wifi else "",
        country=wanted.country if card.wifi else "",
        clock_trust="unset",
    )


def completed(toml: str, card: OnCard) -> str:
    """A hub.toml that a person wrote. Who says nothing of pages means those of a card, not of this machine alone."""
    if "portal" in tomllib.loads(toml):
        return toml
    listen, wire = (", ".join(f'"{one}"' for one in ones) for ones in (card.listen, card.wire))
    return f"{toml.rstrip()}\n\n[portal]\nlisten = [{listen}]\nwire = [{wire}]\n"


def settle(folder: Path) -> bool:
    """Whether there is a hub in `folder`. One that was whole when the power went moves in; a half one is gone."""
    _remove(folder / NEW)
    if (folder / WHOLE).exists():
        _move_in(folder)
    return (folder / CONFIG).exists()


def begin_alone(folder: Path, toml: str) -> None:
    """A hub as its hub.toml says, without a coordinator yet."""
    new = _emptied(folder)
    config = begin_unclaimed_hub(new, toml)
    settings = settings_of(config)
    if settings.wifi.is_ours:
        _make_wifi_passwords(keyring_of(settings))
    keep(folder)


class Maker:
    """Makes the hub that a person described, and keeps it once they have its words on paper. One call at a time."""

    def __init__(self, folder: Path, card: OnCard, unix_s: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._card = card
        self._unix_s = unix_s

    def make(self, wanted: Wanted) -> Made:
        """A new hub beside its place, with all that is shown once. Raises NotMade."""
        try:
            new = _emptied(self._folder)
            begun = begin_hub(new, toml_of(wanted, self._card))
            return self._made(settings_of(begun.config), wanted, begun.coordinator_phrase)
        except Stop as stop:
            raise NotMade("; ".join([stop.message, *map(str, stop.lines)])) from None
        except KeyringRefused as refused:
            raise NotMade(refused.words) from None
        except NotAdmitted as refused:
            raise NotMade(str(refused)) from None
        except OSError as problem:
            raise NotMade(problem.strerror or "the card cannot be written") from None

    def keep(self) -> None:
        """The hub that was made last is the hub of this card, from now on. Raises NotMade."""
        try:
            keep(self._folder)
        except OSError as problem:
            raise NotMade(problem.strerror or "the card cannot be written") from None

    def _made(self, settings: Settings, wanted: Wanted, phrase: str) -> Made:
        keyring = keyring_of(settings)
        if wanted.network:
            roster = Roster().admit(keyring.hub_keys.public, wanted.name)
            keyring.save_roster(roster)
            keyring.save_network(found_network(wanted.network, max(int(self._unix_s() // 86_400), DAY_MIN), os.urandom))
        passwords = _make_wifi_passwords(keyring) if settings.wifi.is_ours else {}
        pod = None
        if wanted.pod:
            with open_hub(settings) as hub:
                pod = hub.found_pod(wanted.pod, list(wanted.members))
        return Made(
            coordinator_phrase=phrase,
            wifi_password=passwords.get(WifiUse.POSTER, "") if settings.wifi.mode.has_password else "",
            keepers_wifi_password=passwords.get(WifiUse.COORDINATORS, "") if settings.wifi.mode == "pods" else "",
            pod=pod,
        )


def keep(folder: Path) -> None:
    """What was made becomes the hub of `folder`. The renaming decides; a power cut afterwards changes nothing."""
    _sync_tree(folder / NEW)
    (folder / NEW).rename(folder / WHOLE)
    _sync(folder)
    _move_in(folder)


def _make_wifi_passwords(keyring: Keyring) -> dict[WifiUse, str]:
    made = keyring.make_wifi_passwords(os.urandom)
    found = {use: password_for(made, use) for use in WifiUse}
    return {use: password.password for use, password in found.items() if password is not None}


def _emptied(folder: Path) -> Path:
    """A place to make a hub in."""
    settle(folder)
    if (folder / CONFIG).exists() or (folder / DATA).exists():
        raise Stop(f"there is a hub in {folder} already; nothing was written")
    (folder / NEW).mkdir(mode=0o700)
    return folder / NEW


def _move_in(folder: Path) -> None:
    whole = folder / WHOLE
    for name in (DATA, CONFIG):
        if (whole / name).exists():
            (whole / name).rename(folder / name)
            _sync(folder)
    _remove(whole)


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
        _sync(folder.parent)


def _sync_tree(folder: Path) -> None:
    """Everything below, on the card: the files are their writers' to sync, the folders are not all."""
    for inside, _, names in os.walk(folder):
        for file in (Path(inside, name) for name in names):
            if file.is_file():
                _sync(file)
        _sync(Path(inside))
    _sync(folder)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
