"""Under which number does our next block go out? The heads of this hub's own logs, and the sealing of its blocks.

A number is used once: the heads follow from our own blocks in the journal and from the heads that the journal restates
every day, since blocks expire and numbers must not come again. A hub that cannot prove that it knows its last block
goes on in another life, chosen at random: after a restore two copies of a card would else choose the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

import cbor2

from hub.packer import Parcel
from mesh.block import FAR_SLACK_DAYS, LANE_DAYS, Block, Header, Lane, seal
from mesh.keys import HubKeys
from mesh.roster import Network

SEQUENCE_MAX = 65_535
LIVES = 256
META_NAME = "heads"


@dataclass(frozen=True, slots=True)
class LogHead:
    """The next number of one lane in the present life, and the last expiry day used: in a lane it never decreases."""

    next_sequence: int = 0
    expiry_day: int = 0


@dataclass(slots=True)
class Publisher:
    """Seals parcels into numbered blocks. Owned by the hub's one thread."""

    keys: HubKeys
    life: int = 0
    heads: dict[tuple[int, Lane], LogHead] = field(default_factory=dict)  # by (life, lane)
    lives_known: set[int] = field(default_factory=set)

    def note_own(self, header: Header, expiry_day: int) -> None:
        """A block of ours that the journal or another hub has."""
        self.lives_known.add(header.life)
        key = (header.life, header.lane)
        head = self.heads.get(key, LogHead())
        self.heads[key] = LogHead(max(head.next_sequence, header.sequence + 1), max(head.expiry_day, expiry_day))

    def open_life(self, rng: Random) -> int:
        """Go on in a life that nobody is known to have seen."""
        unknown = [life for life in range(LIVES) if life not in self.lives_known] or list(range(LIVES))
        self.life = rng.choice(unknown)
        self.lives_known.add(self.life)
        return self.life

    def goes_on(self, lane: Lane, today: int) -> bool:
        """Whether that lane of this life can take one more block that others accept.

        Not if its numbers are used up, nor if a clock that ran ahead gave it an expiry day beyond what the lane allows.
        """
        head = self.heads.get((self.life, lane), LogHead())
        return head.next_sequence <= SEQUENCE_MAX and head.expiry_day <= today + LANE_DAYS[lane] + FAR_SLACK_DAYS

    def seal(self, parcel: Parcel, network: Network, today: int) -> tuple[Block, int]:
        """The next block of the parcel's lane, and its expiry day. The number is used from here on."""
        key = (self.life, parcel.lane)
        head = self.heads.get(key, LogHead())
        expiry_day = max(head.expiry_day, today + LANE_DAYS[parcel.lane])
        header = Header(
            parcel.lane,
            parcel.priority,
            self.keys.hub_id,
            self.life,
            head.next_sequence,
            expiry_day % 256,
            network.epoch % 256,
        )
        day_key = network.chain.key_of(expiry_day)
        block = seal(header, parcel.text, hub_keys=self.keys, network_id=network.id, day_key=day_key)
        self.heads[key] = LogHead(head.next_sequence + 1, expiry_day)
        self.lives_known.add(self.life)
        return block, expiry_day

    def meta(self) -> bytes:
        """What the journal restates daily: the present life and the heads of every life that may still be live."""
        rows = [[life, int(lane), head.next_sequence, head.expiry_day] for (life, lane), head in self.heads.items()]
        return cbor2.dumps([self.life, sorted(rows)], canonical=True)

    def restore(self, meta: Mapping[str, bytes]) -> bool:
        """Take up what the journal restated; False if it holds nothing (a first start, or all of it expired)."""
        raw = meta.get(META_NAME)
        if raw is None:
            return False
        life, rows = cbor2.loads(raw)
        self.life = life
        self.lives_known.add(life)
        for one_life, lane, next_sequence, expiry_day in rows:
            self._raise_head(one_life, Lane(lane), LogHead(next_sequence, expiry_day))
        return True

    def forget(self, oldest_day: int) -> None:
        """Lives whose last block is long over may be used again."""
        for key in [key for key, head in self.heads.items() if head.expiry_day < oldest_day and key[0] != self.life]:
            del self.heads[key]
        self.lives_known = {life for life, _ in self.heads} | {self.life}

    def _raise_head(self, life: int, lane: Lane, head: LogHead) -> None:
        known = self.heads.get((life, lane), LogHead())
        self.lives_known.add(life)
        self.heads[life, lane] = LogHead(
            max(known.next_sequence, head.next_sequence), max(known.expiry_day, head.expiry_day)
        )
