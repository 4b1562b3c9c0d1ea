"""Which passwords open this hub's own Wi-Fi? One for the poster, one a pod, one for coordinators; made here, at random.

All open the same access point. hostapd tells by its key id which one a phone used, and the key ids are random: whoever
reads the file learns the passwords, and not whose they are. They stand in the order of their key ids for that reason.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from hub.limits import PODS_MAX
from mesh.keys import RandomBytes

KEYID_BYTES = 4  # as hex digits in hostapd's list
PASSWORDS_MAX = PODS_MAX + 2
LETTERS = "bcdfghjkmnpqrstvwxyz"  # no vowels: no words come of it; no l, which looks like 1 and I
GROUP_LETTERS = 4
_FAIR = 256 - 256 % len(LETTERS)  # bytes from here on would make some letters likelier


class WifiUse(StrEnum):
    """Whom a password is for."""

    POSTER = "poster"
    POD = "pod"
    COORDINATORS = "coordinators"


# 4.3 bits a letter: 51 for the poster, whose password hangs in the street; 69 for the others, which are for years.
GROUPS: dict[WifiUse, int] = {WifiUse.POSTER: 3, WifiUse.POD: 4, WifiUse.COORDINATORS: 4}


@dataclass(frozen=True, slots=True)
class WifiPassword:
    """One password of the access point."""

    keyid: str  # 8 hex digits
    password: str = field(repr=False)
    use: WifiUse


class WrittenWifiPassword(Struct, frozen=True, forbid_unknown_fields=True):
    keyid: Annotated[str, Meta(pattern=r"^[0-9a-f]{8}\Z")]
    password: Annotated[str, Meta(pattern=r"^[ -~]{8,63}\Z")]
    use: WifiUse

    def __repr__(self) -> str:
        return f"WrittenWifiPassword({self.keyid!r}, {self.use.value!r})"  # a log is no place for a password


class WrittenWifi(Struct, frozen=True, forbid_unknown_fields=True):
    """The file `wifi.key`."""

    passwords: Annotated[tuple[WrittenWifiPassword, ...], Meta(max_length=PASSWORDS_MAX)]


class NoRoom(Exception):
    """There are as many passwords as there may be."""


def read_wifi(found: WrittenWifi) -> tuple[WifiPassword, ...]:
    """The passwords of the file. Of two with one key id or one password only the first: hostapd would mix them up."""
    passwords: list[WifiPassword] = []
    for one in found.passwords:
        if not any(one.keyid == known.keyid or one.password == known.password for known in passwords):
            passwords.append(WifiPassword(one.keyid, one.password, one.use))
    return tuple(passwords)


def write_wifi(passwords: Iterable[WifiPassword]) -> WrittenWifi:
    return WrittenWifi(tuple(WrittenWifiPassword(one.keyid, one.password, one.use) for one in in_order(passwords)))


def in_order(passwords: Iterable[WifiPassword]) -> tuple[WifiPassword, ...]:
    """By key id: the place of a password says nothing of when its pod was founded."""
    return tuple(sorted(passwords, key=lambda one: one.keyid))


def first_passwords(known: tuple[WifiPassword, ...], random_bytes: RandomBytes) -> tuple[WifiPassword, ...]:
    """`known`, with one for the poster and one for coordinators if it lacks them. Raises NoRoom."""
    for use in (WifiUse.POSTER, WifiUse.COORDINATORS):
        if password_for(known, use) is None:
            known = in_order((*known, new_password(known, use, random_bytes)))
    return known


def new_password(known: tuple[WifiPassword, ...], use: WifiUse, random_bytes: RandomBytes) -> WifiPassword:
    """One that is not among `known`. Raises NoRoom."""
    pods_max = PASSWORDS_MAX if use is not WifiUse.POD else PODS_MAX  # the two others always have a place
    if sum(1 for one in known if use is not WifiUse.POD or one.use is WifiUse.POD) >= pods_max:
        raise NoRoom
    keyids, passwords = {one.keyid for one in known}, {one.password for one in known}
    keyid = random_bytes(KEYID_BYTES).hex()
    while keyid in keyids:
        keyid = random_bytes(KEYID_BYTES).hex()
    password = _drawn(GROUPS[use], random_bytes)
    while password in passwords:
        password = _drawn(GROUPS[use], random_bytes)
    return WifiPassword(keyid, password, use)


def password_for(passwords: Iterable[WifiPassword], use: WifiUse) -> WifiPassword | None:
    """The first one for `use`: there is one for the poster and one for coordinators."""
    return next((one for one in passwords if one.use is use), None)


def with_own_poster_password(passwords: tuple[WifiPassword, ...], password: str) -> tuple[WifiPassword, ...]:
    """`passwords`, with what hub.toml names for the poster; "" leaves the hub's own.

    Whoever typed a pod's or the coordinators' password there gave it to the street: it opens what the poster's does.
    """
    if not password:
        return passwords
    others = tuple(one for one in passwords if one.use is WifiUse.POSTER or one.password != password)
    return tuple(WifiPassword(one.keyid, password, one.use) if one.use is WifiUse.POSTER else one for one in others)


def _drawn(groups: int, random_bytes: RandomBytes) -> str:
    """Such as "hjkm-pqrt-vwxz": groups that can be read aloud, with a sign between them that is seen on paper."""
    wanted = groups * GROUP_LETTERS
    letters = ""
    while len(letters) < wanted:
        letters += "".join(LETTERS[byte % len(LETTERS)] for byte in random_bytes(wanted) if byte < _FAIR)
    return "-".join(letters[at : at + GROUP_LETTERS] for at in range(0, wanted, GROUP_LETTERS))
