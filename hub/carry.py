"""How do blocks get from this hub onto a stick, and off a stick into this hub? In small steps, so that people go first.

Only blocks, as they are. What comes in is given to the engine like a frame that was heard: author, day, signature are
checked there, and what is new goes to the card before it is counted as taken.
"""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

from hub.batch import Outcome
from hub.carry_files import READ_BYTES_MAX, Found, PlainFile, Stick, StickFailed
from hub.errors import Busy, NotSaved
from mesh.block import BlockId
from mesh.carry import BLOCKS_A_FILE_MAX, FILE_BYTES_MAX, CarryKey, key_to_write, keys_to_read, seal_file
from mesh.events import Deliver, Dropped, Duplicate, FrameReceived
from mesh.links.link import STICK
from mesh.roster import Network

if TYPE_CHECKING:
    from hub.batch import Batch
    from hub.owner import Owner

READ_A_TURN = 64  # blocks that the hub's thread reads from its card in one go
TAKEN_A_TURN = 16  # blocks that it checks in one go: a signature each
TRIES = 3  # of one step, when the hub is too busy
STRANGERS_MAX = 20_000  # blocks kept until the file was read: the one that admits their author may come behind them


@dataclass(frozen=True, slots=True)
class CarriedOut:
    """What is on the stick now."""

    blocks: int
    files: int
    bytes: int
    replaced: int  # older files of this hub, which are gone
    not_removed: int = 0  # older ones that the stick did not give up
    waiting: int = 0  # records that are in no block yet: they wait for company, or for others' word of this hub's log


@dataclass(slots=True)
class CarriedIn:
    """What came off the stick."""

    files: int = 0  # of this network
    bytes: int = 0
    new: int = 0
    known: int = 0
    refused: dict[str, int] = field(default_factory=dict)  # blocks, by a reason of mesh.refused
    others: int = 0  # files that this hub cannot open: another network's, too old, or no such files at all
    not_plain: int = 0  # links, pipes, devices, folders, files that cannot be opened
    too_large: int = 0
    lost_pieces: int = 0  # torn or garbled
    left_out: int = 0  # files, beyond what is read in one go
    not_saved: str = ""  # why the hub took no more
    broke_off: bool = False  # the stick was pulled out, or could not be read to its end; what came before is taken

    def refuse(self, reason: str, count: int) -> None:
        self.refused[reason] = self.refused.get(reason, 0) + count


@dataclass(slots=True)
class Taken:
    """What became of some blocks."""

    new: int = 0
    known: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    strangers: list[bytes] = field(default_factory=list)  # of hubs that are on no roster yet


class NoNetwork(Exception):
    """A hub of no network has nobody to carry for."""


class Carrier:
    """One stick at a time."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._lock = threading.Lock()

    def carry_out(self, folder: Path) -> CarriedOut:
        """This hub's window in the folder, in place of what it wrote there before. From any thread; takes its time.

        Raises StickFailed, NoNetwork, NotSaved (the hub's own card cannot be read now) and Busy.
        """
        with self._one_at_a_time(), Stick(folder) as stick:
            network, today = self._network(), self._owner.clock.sealing_day
            own = _files_of(stick, stick.look(), keys_to_read(network, today), self._owner.keys.hub_id)
            blocks, waiting = self._live_blocks(today)
            written = list(self._write(stick, blocks, key_to_write(network, today)))
            gone = [stick.remove(name) for name in own]
            return CarriedOut(len(blocks), len(written), sum(written), gone.count(True), gone.count(False), waiting)

    def carry_in(self, folder: Path) -> CarriedIn:
        """What other hubs left in the folder. From any thread; takes its time.

        Raises StickFailed where not even the folder can be read, NoNetwork and Busy.
        """
        with self._one_at_a_time(), Stick(folder) as stick:
            keys = keys_to_read(self._network(), self._owner.clock.sealing_day)
            found = stick.look()
            came, strangers = CarriedIn(left_out=found.left_out), list[bytes]()
            for name in found.names:
                file = stick.open(name)
                if file is None:
                    came.not_plain += 1
                    continue
                with file:
                    try:
                        self._read(file, keys, came, strangers)
                    except StickFailed:
                        came.broke_off = True
                if came.not_saved or came.broke_off:
                    break
            self._take_strangers(came, strangers)
            return came

    # Pieces

    @contextlib.contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        if not self._lock.acquire(blocking=False):
            raise Busy
        try:
            yield
        finally:
            self._lock.release()

    def _network(self) -> Network:
        network = self._owner.keyring.network
        if network is None:
            raise NoNetwork
        return network

    def _live_blocks(self, today: int) -> tuple[list[bytes], int]:
        """What this hub holds and what has not expired, alerts first: a stick may be torn out early. And how many
        records were in no block yet."""
        journal, packer = self._owner.journal, self._owner.packer
        looked = self._owner.do(lambda: Outcome((journal.block_ids(today), len(packer.waiting))))
        ids, still_waiting = cast(tuple[list[BlockId], int], looked)
        blocks: list[bytes] = []
        for at in range(0, len(ids), READ_A_TURN):
            some = ids[at : at + READ_A_TURN]
            read = self._owner.do(lambda some=some: Outcome([journal.block(each) for each in some]))  # type: ignore[misc]
            blocks += [raw for raw in cast(list[bytes | None], read) if raw is not None]
        blocks.sort(key=lambda raw: raw[0] >> 2 & 3, reverse=True)
        return blocks, still_waiting

    def _write(self, stick: Stick, blocks: list[bytes], key: CarryKey) -> Iterator[int]:
        """The sizes of the files, each once it is whole."""
        hub, random_bytes = self._owner.keys.hub_id, self._owner.random_bytes
        for at in range(0, max(1, len(blocks)), BLOCKS_A_FILE_MAX):
            some = blocks[at : at + BLOCKS_A_FILE_MAX]
            pieces = list(seal_file(some, key, hub, random_bytes))
            size_bytes = sum(map(len, pieces))
            stick.write(pieces, size_bytes, random_bytes)
            yield size_bytes

    def _read(self, file: PlainFile, keys: tuple[CarryKey, ...], came: CarriedIn, strangers: list[bytes]) -> None:
        if file.size_bytes > FILE_BYTES_MAX:
            came.too_large += 1
            return
        opened = file.first_opened(keys)
        if opened is None:
            came.others += 1
            return
        if came.bytes + file.size_bytes > READ_BYTES_MAX:
            came.left_out += 1
            return
        first, key = opened
        came.files += 1
        came.bytes += file.size_bytes
        whole = 0
        for piece in file.pieces((key,)):
            if piece is None:
                continue
            whole += 1
            strangers += self._take(piece.blocks, came)
            if len(strangers) > STRANGERS_MAX:
                came.refuse("stranger", len(strangers) - STRANGERS_MAX)
                del strangers[STRANGERS_MAX:]
            if came.not_saved:
                return
        came.lost_pieces += max(first.pieces, file.piece_count) - whole

    def _take_strangers(self, came: CarriedIn, strangers: list[bytes]) -> None:
        """Blocks of hubs that were on no roster: once more, as long as others on the stick may have admitted them."""
        came_before = -1
        while strangers and came.new > came_before and not came.not_saved:
            came_before = came.new
            strangers = self._take(tuple(strangers), came)
        if strangers:
            came.refuse("stranger", len(strangers))

    def _take(self, blocks: tuple[bytes, ...], came: CarriedIn) -> list[bytes]:
        """Give the hub some blocks, a few at a time; those of strangers come back."""
        strangers: list[bytes] = []
        for at in range(0, len(blocks), TAKEN_A_TURN):
            taken = self._take_few(blocks[at : at + TAKEN_A_TURN], came)
            came.new += taken.new
            came.known += taken.known
            for reason, count in taken.refused.items():
                came.refuse(reason, count)
            strangers += taken.strangers
            if came.not_saved:
                break
        return strangers

    def _take_few(self, blocks: tuple[bytes, ...], came: CarriedIn) -> Taken:
        for _ in range(TRIES):
            try:
                taken = cast(Taken, self._owner.do(lambda: Outcome(Taken(), carried=blocks)))
            except NotSaved as problem:
                came.not_saved = str(problem)
                continue
            came.not_saved = ""
            return taken
        return Taken()


def take(owner: Owner, blocks: tuple[bytes, ...], taken: Taken, batch: Batch) -> None:
    """In the hub's thread: give each block to the engine as one that walked in, and note what became of it."""
    for raw in blocks:
        before = len(batch.actions)
        owner.tell_engine(FrameReceived(raw, link=STICK), batch)
        for action in batch.actions[before:]:
            match action:
                case Deliver():
                    taken.new += 1
                case Duplicate():
                    taken.known += 1
                case Dropped(reason="stranger"):
                    taken.strangers.append(raw)
                case Dropped(reason=reason):
                    taken.refused[reason] += 1
                case _:
                    pass


def _files_of(stick: Stick, found: Found, keys: tuple[CarryKey, ...], hub_id: bytes) -> list[str]:
    """The files in the folder that this hub wrote, unfinished ones among them."""
    own = []
    for name in (*found.names, *found.unfinished):
        file = stick.open(name)
        if file is None:
            continue
        opened = None
        with file, contextlib.suppress(StickFailed):  # one that cannot be read stays where it is
            opened = file.first_opened(keys)
        if opened is not None and opened[0].hub == hub_id:
            own.append(name)
    return own
