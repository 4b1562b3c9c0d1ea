"""A small hub's days, told to a journal; it remembers what was acknowledged, to compare."""

from collections import Counter
from pathlib import Path
from random import Random

from hub.store.files import Files
from hub.store.journal import Journal
from hub.store.segment import Kind
from mesh.block import Block, BlockId, Header, Lane, LogId, Priority, parse_block, seal
from mesh.keys import HubKeys

TODAY = 20_800
ALDER = HubKeys(b"a" * 32)

Fact = tuple[Kind, int, bytes]


def block(sequence: int, text: bytes = b"a need") -> Block:
    header = Header(Lane.MIDDLE, Priority.ORDINARY, ALDER.hub_id, 1, sequence, (TODAY + 8) % 256, 0)
    return seal(header, text, hub_keys=ALDER, network_id=b"n" * 16, day_key=b"k" * 32)


def block_id(sequence: int) -> BlockId:
    return BlockId(LogId(ALDER.hub_id, 1, Lane.MIDDLE), sequence)


BLOCKS = [block(sequence) for sequence in range(40)]


class Diary:
    """What a hub did with its journal. `steps` are its days; each may be broken off anywhere."""

    def __init__(self, folder: Path, files: Files, seed: int) -> None:
        self.folder = folder
        self.files = files
        self.rng = Random(seed)
        self.acknowledged: Counter[Fact] = Counter()
        self.offered: Counter[Fact] = Counter()  # appended; no answer yet, or "not saved"
        self.kept_day = 0  # what is older may be gone
        self.forgotten_day = 0  # what is older is gone
        self.metas: dict[str, bytes] = {}
        self.offered_metas: dict[str, set[bytes]] = {}
        self.number = 0
        self.journal: Journal

    def open(self, today: int = TODAY) -> None:
        self.journal = Journal.open(self.folder, today=today, files=self.files, random_bytes=self.rng.randbytes)

    def append(self, day: int) -> None:
        """A record of its own size, with a block beside it."""
        self.number += 1
        record = b"record %d " % self.number + b"." * self.rng.choice([0, 40, 700])
        self._offer((Kind.RECORD, day, record))
        self.journal.append_record(day, record)
        raw = BLOCKS[self.number].raw
        self._offer((Kind.BLOCK, day, raw))
        self.journal.append_block(day, raw)

    def state(self, name: str, value: bytes) -> None:
        self.offered_metas.setdefault(name, set()).add(value)
        self.journal.append_meta(name, value)

    def sync(self) -> None:
        self.journal.sync()
        self._acknowledge()

    def forget(self, kept_day: int) -> None:
        self.kept_day = max(self.kept_day, kept_day)
        self.journal.forget(kept_day)
        self._acknowledge()
        self.forgotten_day = max(self.forgotten_day, kept_day)

    def _offer(self, fact: Fact) -> None:
        self.offered[fact] += 1

    def _acknowledge(self) -> None:
        self.acknowledged += self.offered
        self.offered.clear()
        for name, values in self.offered_metas.items():
            (self.metas[name],) = values
        self.offered_metas.clear()

    def live(self) -> None:
        """The days of one hub, from its first start on."""
        self.open()
        for day in (TODAY + 2, TODAY + 8, TODAY + 31):
            self.append(day)
        self.state("heads", b"one")
        self.sync()
        self.append(TODAY + 8)
        self.sync()
        self.append(TODAY + 2)
        self.append(TODAY)
        self.sync()
        self.forget(TODAY + 1)
        self.state("heads", b"two")
        self.append(TODAY + 8)
        self.sync()
        self.journal.close()
        self.open(TODAY + 40)
        self.append(TODAY + 48)
        self.sync()
        self.forget(TODAY + 38)
        self.append(TODAY + 48)
        self.sync()

    def live_on(self) -> None:
        """After whatever happened: an ordinary hour, and another start."""
        self.append(TODAY + 48)
        self.append(TODAY + 42)
        self.state("heads", b"three")
        self.sync()
        self.check(may_have_more=False)
        self.journal.close()
        self.open(TODAY + 41)
        self.check(may_have_more=False)

    def start_again(self, today: int = TODAY) -> None:
        """A new process. What an older one offered and did not acknowledge may be there, and is then kept."""
        self.open(today)
        self.check(may_have_more=True)
        for entry in self.journal.entries():
            self.acknowledged[entry.kind, entry.day, entry.body] = 1
        self.offered.clear()
        self.metas = {name: value for name in ("heads",) if (value := self.journal.meta(name)) is not None}
        self.offered_metas.clear()

    def give_up(self) -> None:
        """The journal answered "not saved" to what was offered last."""
        self.offered.clear()
        self.offered_metas.clear()

    def check(self, *, may_have_more: bool) -> None:
        """Everything acknowledged is there, once; and nothing else, but perhaps what was offered last."""
        found = Counter((entry.kind, entry.day, entry.body) for entry in self.journal.entries())
        for fact, count in self.acknowledged.items():
            if fact[1] >= self.kept_day:
                assert found[fact] == count == 1, fact
        for fact, count in found.items():
            assert count == 1, fact
            assert fact[1] >= self.forgotten_day, fact
            assert fact in self.acknowledged or (may_have_more and fact in self.offered), fact
        for name, value in self.metas.items():
            allowed = {value} | (self.offered_metas.get(name, set()) if may_have_more else set())
            assert self.journal.meta(name) in allowed
        for fact in self.acknowledged:
            if fact[0] is Kind.BLOCK and fact[1] >= self.kept_day:
                assert self.journal.block(parse_block(fact[2]).id) == fact[2]
        assert self.journal.damage == 0
