"""Which hubs are the network, and which keys do they share? Each change gives a new value; nothing changes in place."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from hashlib import sha256

from mesh import labels
from mesh.curve import check_public
from mesh.keys import SECRET_BYTES, Chain, RandomBytes, hub_id_of
from mesh.record import Field
from mesh.refused import Refused

KIND_ADMITTED = 1  # a hub joins the roster; fields: public key (32), name. Signed as part of its block by who invited

NETWORK_ID_BYTES = 16
HUB_NAME_BYTES_MAX = 40  # in UTF-8; an admission must fit one block beside the key
NETWORK_NAME_BYTES_MAX = 60
HUBS_MAX = 1_000  # bounds a digest's parts and the memory of whoever reads a roster
ROSTER_HASH_BYTES = 4
KEPT_DAYS = 2  # the key of the day before yesterday is the oldest that a hub keeps
CHANNEL_NAME = "porchlight"  # the radio takes 11 bytes at most


class NotAdmitted(ValueError):
    """A hub that cannot join; its words are for the coordinator."""


@dataclass(frozen=True, slots=True)
class RosterHub:
    public_key: bytes
    name: str

    @property
    def hub_id(self) -> bytes:
        return hub_id_of(self.public_key)


class Roster:
    """The hubs of a network, in the order of their public keys: the order that digests count in."""

    __slots__ = ("_by_id", "_index", "hash", "hubs")

    def __init__(self, hubs: Iterable[RosterHub] = ()) -> None:
        """The caller vouches for the hubs (from a roster that `admit` built); a collision raises NotAdmitted."""
        self.hubs: tuple[RosterHub, ...] = tuple(sorted(hubs, key=lambda hub: hub.public_key))
        ids = [hub.hub_id for hub in self.hubs]
        self._by_id = dict(zip(ids, self.hubs, strict=True))
        self._index = {hub_id: index for index, hub_id in enumerate(ids)}
        if len(self._by_id) != len(self.hubs):
            raise NotAdmitted("two hubs of this roster share one short id")
        keys = b"".join(hub.public_key for hub in self.hubs)
        self.hash = sha256(labels.ROSTER_HASH + keys).digest()[:ROSTER_HASH_BYTES]

    def get(self, hub_id: bytes) -> RosterHub | None:
        return self._by_id.get(hub_id)

    def ids(self) -> Iterable[bytes]:
        return self._by_id.keys()

    def index(self, hub_id: bytes) -> int | None:
        """The place of a hub in the roster's order, from 0; None for a stranger."""
        return self._index.get(hub_id)

    def admit(self, public_key: bytes, name: str) -> "Roster":
        """The roster with one hub more; the same roster if it is there already under this name.

        Raises NotAdmitted, with words, if the key is no usable key, the name does not fit, the name or the short id is
        taken by another hub, or the roster is full.
        """
        try:
            check_public(public_key)
        except Refused:
            raise NotAdmitted("this is not the public key of a hub") from None
        if not name.strip() or len(name.encode()) > HUB_NAME_BYTES_MAX or not name.isprintable():
            raise NotAdmitted(f"a hub's name is 1 to {HUB_NAME_BYTES_MAX} bytes of printable text")
        known = self.get(hub_id_of(public_key))
        if known == RosterHub(public_key, name):
            return self
        if known is not None and known.public_key == public_key:
            raise NotAdmitted(f"this hub is on the roster already, as {known.name}")
        if known is not None:
            raise NotAdmitted(
                f"its short id is the one of {known.name}: give the new hub a new key and invite it again"
            )
        if any(hub.name == name for hub in self.hubs):
            raise NotAdmitted(f"another hub is called {name} already")
        if len(self.hubs) >= HUBS_MAX:
            raise NotAdmitted(f"a network has at most {HUBS_MAX} hubs")
        return Roster((*self.hubs, RosterHub(public_key, name)))

    def __len__(self) -> int:
        return len(self.hubs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Roster) and self.hubs == other.hubs

    def __hash__(self) -> int:
        return hash(self.hubs)

    def __repr__(self) -> str:
        return f"Roster({[hub.name for hub in self.hubs]})"


def admitted_fields(hub: RosterHub) -> tuple[Field, ...]:
    """The fields of a record of KIND_ADMITTED."""
    return (hub.public_key, hub.name)


def read_admitted(fields: tuple[Field, ...]) -> RosterHub:
    """The hub that an admission names; later fields are a later version's. Refused("shape") otherwise.

    Whether it joins is for `Roster.admit` to say.
    """
    match fields:
        case (bytes() as public_key, str() as name, *_) if len(public_key) == SECRET_BYTES:
            return RosterHub(public_key, name)
    raise Refused("shape")


@dataclass(frozen=True, slots=True)
class Network:
    """What the hubs of one network share in one epoch. Whoever holds it can open the network layer."""

    id: bytes  # 16 bytes, public
    name: str
    epoch: int  # from 0; blocks carry it mod 256
    opened_day: int
    chain: Chain
    control_key: bytes = field(repr=False)
    channel_name: str
    channel_psk: bytes = field(repr=False)  # of the radio's private channel: cover only, no secret rests on it

    def day_key(self, epoch_mod: int, day: int) -> bytes:
        """K[day] for a block of that epoch. Refused("epoch") for another epoch, ("expired") for a forgotten day."""
        if epoch_mod != self.epoch % 256:
            raise Refused("epoch")
        return self.chain.key_of(day)

    def forgetting(self, kept_day: int) -> "Network":
        """The network without the keys of the days before `kept_day`; unchanged if they are gone already."""
        return replace(self, chain=self.chain.at(max(kept_day, self.chain.day)))


def found_network(name: str, today: int, random_bytes: RandomBytes) -> Network:
    """A new network in its first epoch. Raises NotAdmitted, with words, for a name that does not fit."""
    if not name.strip() or len(name.encode()) > NETWORK_NAME_BYTES_MAX or not name.isprintable():
        raise NotAdmitted(f"a network's name is 1 to {NETWORK_NAME_BYTES_MAX} bytes of printable text")
    return Network(
        id=random_bytes(NETWORK_ID_BYTES),
        name=name,
        epoch=0,
        opened_day=today,
        chain=Chain(today - KEPT_DAYS, random_bytes(SECRET_BYTES)),
        control_key=random_bytes(SECRET_BYTES),
        channel_name=CHANNEL_NAME,
        channel_psk=random_bytes(SECRET_BYTES),
    )
