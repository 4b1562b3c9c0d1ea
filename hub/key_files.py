"""How are keys and rosters written down? JSON with fixed fields, keys in base64; in invitations too."""

from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

from mesh.keys import SECRET_BYTES, Chain
from mesh.roster import (
    HUB_NAME_BYTES_MAX,
    HUBS_MAX,
    NETWORK_ID_BYTES,
    NETWORK_NAME_BYTES_MAX,
    Network,
    NotAdmitted,
    Roster,
    RosterHub,
)

EPOCHS_MAX = 100_000
DAY_MIN = 20_454  # 2026-01-01: no hub of ours ran before
DAY_MAX = DAY_MIN + 36_500  # a hundred years; bounds what a made-up day costs a chain

Secret = Annotated[bytes, Meta(min_length=SECRET_BYTES, max_length=SECRET_BYTES)]
Day = Annotated[int, Meta(ge=DAY_MIN - 31, le=DAY_MAX)]
HubName = Annotated[str, Meta(min_length=1, max_length=HUB_NAME_BYTES_MAX)]

Written = TypeVar("Written", bound=Struct)


class Unreadable(ValueError):
    """Not such a file; `words` say why, as far as is worth telling."""


class WrittenHub(Struct, frozen=True, forbid_unknown_fields=True):
    public_key: Secret
    name: HubName


class WrittenNetwork(Struct, frozen=True, forbid_unknown_fields=True):
    id: Annotated[bytes, Meta(min_length=NETWORK_ID_BYTES, max_length=NETWORK_ID_BYTES)]
    name: Annotated[str, Meta(min_length=1, max_length=NETWORK_NAME_BYTES_MAX)]
    epoch: Annotated[int, Meta(ge=0, le=EPOCHS_MAX)]
    opened_day: Day
    chain_day: Day
    chain_secret: Secret
    control_key: Secret
    channel_name: Annotated[str, Meta(min_length=1, max_length=11)]  # what a radio takes
    channel_psk: Secret


class WrittenRoster(Struct, frozen=True, forbid_unknown_fields=True):
    hubs: Annotated[tuple[WrittenHub, ...], Meta(max_length=HUBS_MAX)]


def read_written(raw: bytes, kind: type[Written], bytes_max: int) -> Written:
    """`raw` as a `kind`. Unreadable for whatever else it is."""
    if len(raw) > bytes_max:
        raise Unreadable(f"it is larger than {bytes_max} bytes")
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as problem:
        words = "".join(letter if letter.isprintable() else "?" for letter in str(problem))
        raise Unreadable(words[:100]) from None


def written(value: Struct) -> bytes:
    """One line of JSON a field, so that a person can look at it."""
    return msgspec.json.format(msgspec.json.encode(value)) + b"\n"


def write_network(network: Network) -> WrittenNetwork:
    return WrittenNetwork(
        id=network.id,
        name=network.name,
        epoch=network.epoch,
        opened_day=network.opened_day,
        chain_day=network.chain.day,
        chain_secret=network.chain.secret,
        control_key=network.control_key,
        channel_name=network.channel_name,
        channel_psk=network.channel_psk,
    )


def read_network(found: WrittenNetwork) -> Network:
    """Raises Unreadable for names that no hub writes."""
    names: tuple[tuple[str, Any], ...] = (
        (found.name, NETWORK_NAME_BYTES_MAX),
        (found.channel_name, 11),
    )
    if any(not name.isprintable() or len(name.encode()) > bytes_max for name, bytes_max in names):
        raise Unreadable("a name in it is too long, or is no printable text")
    return Network(
        id=found.id,
        name=found.name,
        epoch=found.epoch,
        opened_day=found.opened_day,
        chain=Chain(found.chain_day, found.chain_secret),
        control_key=found.control_key,
        channel_name=found.channel_name,
        channel_psk=found.channel_psk,
    )


def write_roster(roster: Roster) -> WrittenRoster:
    return WrittenRoster(tuple(WrittenHub(hub.public_key, hub.name) for hub in roster.hubs))


def read_own_roster(found: WrittenRoster) -> Roster:
    """A roster that this hub wrote: its keys were checked when they were admitted. Raises Unreadable."""
    try:
        return Roster(RosterHub(hub.public_key, hub.name) for hub in found.hubs)
    except NotAdmitted as problem:
        raise Unreadable(str(problem)) from None


def read_foreign_roster(found: WrittenRoster) -> Roster:
    """A roster that another hub wrote: each hub is admitted anew, key and name checked. Raises Unreadable."""
    roster = Roster()
    try:
        for hub in found.hubs:
            roster = roster.admit(hub.public_key, hub.name)
    except NotAdmitted as problem:
        raise Unreadable(str(problem)) from None
    if len(roster) != len(found.hubs):
        raise Unreadable("a hub stands twice in its roster")
    return roster
