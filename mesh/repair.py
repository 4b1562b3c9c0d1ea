"""When do we ask for blocks that we miss, and whom? The life of what one log lacks: wait, ask, ask again, rest.

Request body, after the clock (flag 1: anybody may answer): preferred hub 2 (absent with flag 1) | logs until the end:
hub 2, life 1, lane (2 bits) and number of runs (6 bits) 1, and for each run: first less the end of the run before,
length less 1, as varints. At most 32 numbers in all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from random import Random

from mesh.block import LANE_DAYS, BlockId, Lane, LogId
from mesh.frame import BODY_BYTES_MAX, Clock, put_clock, take_clock
from mesh.refused import Refused
from mesh.runs import NOTHING, SEQUENCE_MAX, Runs, count, first_of, holds, runs_of, union, without
from mesh.timing import Timing
from mesh.varint import Reader, put_varint

NUMBERS_MAX = 32  # asked for in one frame: about a minute of answers
RUNS_MAX = 24
WANTS_MAX = 64  # logs of which something is missed; more are learnt from later digests
CLAIMANTS_MAX = 4
TRIES_MAX = 5
ANYBODY_FROM_TRY = 2
PATIENCE_MAX = 5  # doublings of the wait for a hub that does not answer: it may lie, or not hear us
REST_S = 1_800.0  # after so many tries: whoever claimed this does not answer
FLAG_ANYBODY = 1

Asked = Mapping[LogId, Runs]


class Phase(Enum):
    WAITING = auto()  # another may ask before us
    ASKED = auto()  # by us or by another; the answer is on its way
    RESTING = auto()  # asked often, never answered


class Heard(Enum):
    DEADLINE = auto()
    SAME_REQUEST = auto()
    ALL_ANSWERED = auto()  # all that was asked has come, and more is missing
    GIVEN_UP = auto()
    NEW_CLAIM = auto()  # by another hub, or of more numbers


NEXT: dict[tuple[Phase, Heard], Phase] = {
    (Phase.WAITING, Heard.SAME_REQUEST): Phase.ASKED,
    (Phase.WAITING, Heard.DEADLINE): Phase.ASKED,
    (Phase.ASKED, Heard.DEADLINE): Phase.WAITING,
    (Phase.ASKED, Heard.ALL_ANSWERED): Phase.WAITING,
    (Phase.ASKED, Heard.GIVEN_UP): Phase.RESTING,
    (Phase.RESTING, Heard.NEW_CLAIM): Phase.WAITING,
}


@dataclass(frozen=True, slots=True)
class Request:
    preferred: bytes | None  # the hub that shall answer; None: anybody
    asked: Asked


@dataclass(slots=True)
class Want:
    """What one log lacks, as others claim."""

    missing: Runs
    due_s: float
    phase: Phase = Phase.WAITING
    claimants: list[bytes] = field(default_factory=list)  # the latest first
    asked: Runs = NOTHING
    asked_of: bytes | None = None
    tries: int = 0
    joining: bool = False  # to another's request: not held back by it

    def preferred(self) -> bytes | None:
        if self.tries >= ANYBODY_FROM_TRY:
            return None
        return self.claimants[self.tries % len(self.claimants)]


class Wants:
    """All that this hub misses. Claims come from control frames: they size nothing here beyond the caps above."""

    def __init__(self, timing: Timing, rng: Random) -> None:
        self.timing = timing
        self._rng = rng
        self._wants: dict[LogId, Want] = {}
        self._quiet_until_s = 0.0  # one answer at a time: two hubs that answer may not hear each other
        # Who was asked and has not answered, how often, and until when it is not asked again; None: anybody.
        self._patience: dict[bytes | None, tuple[int, float]] = {}

    def __len__(self) -> int:
        return len(self._wants)

    def missing(self, log_id: LogId) -> Runs:
        want = self._wants.get(log_id)
        return want.missing if want is not None else NOTHING

    def claim(self, log_id: LogId, missing: Runs, by: bytes, now_s: float, *, jumped: bool = False) -> None:
        """`by` holds these numbers that we lack. jumped: nobody said so, but a later number came before them."""
        if not missing:
            return
        want = self._wants.get(log_id)
        if want is None:
            if len(self._wants) >= WANTS_MAX:
                return
            wait_s = self.timing.gap_wait_s(self._rng) if jumped else self.timing.request_wait_s(self._rng)
            self._wants[log_id] = Want(missing, now_s + wait_s, claimants=[by])
            return
        new = by not in want.claimants or bool(without(missing, want.missing))
        want.missing = union(want.missing, missing)
        if by in want.claimants:
            want.claimants.remove(by)
        want.claimants = [by, *want.claimants][:CLAIMANTS_MAX]
        if new:
            self._advance(want, Heard.NEW_CLAIM, now_s)

    def got(self, block_id: BlockId, now_s: float) -> bool:
        """A block has come. True: it was wanted, and had been asked for."""
        want = self._wants.get(block_id.log)
        if want is None or not holds(want.missing, block_id.sequence):
            return False
        number = runs_of([block_id.sequence])
        was_asked = holds(want.asked, block_id.sequence)
        if was_asked:
            self._patience.pop(want.asked_of, None)
        want.missing = without(want.missing, number)
        want.asked = without(want.asked, number)
        if not want.missing:
            del self._wants[block_id.log]
        elif want.phase is Phase.ASKED and not want.asked:
            want.tries = 0
            self._advance(want, Heard.ALL_ANSWERED, now_s)
        elif was_asked:
            self.goes_on(block_id.log, now_s)
        if was_asked and self._quiet_until_s > now_s:
            self.hold(now_s)
            if not any(each.asked for each in self._wants.values() if each.phase is Phase.ASKED):
                self._quiet_until_s = now_s  # all has come
        return was_asked

    def hold(self, now_s: float) -> None:
        """Repairs are on the air, for us or for others: ask when they are through."""
        self._quiet_until_s = max(self._quiet_until_s, now_s + self.timing.progress_s)

    def goes_on(self, log_id: LogId, now_s: float) -> None:
        """An answer for this log is under way: wait for the rest of it."""
        want = self._wants.get(log_id)
        if want is not None and want.phase is Phase.ASKED:
            want.tries = 0
            want.due_s = max(want.due_s, now_s + self.timing.progress_s)

    def heard(self, request: Request, now_s: float) -> None:
        """Another hub asks: what it asks for, we need not; what else we miss can wait for its answer."""
        self.hold(now_s)
        for log_id, asked in request.asked.items():
            want = self._wants.get(log_id)
            if want is None or want.phase is not Phase.WAITING:
                continue
            ours = runs_of(first_of(want.missing, NUMBERS_MAX))
            if not without(ours, asked):
                want.asked = ours
                self._advance(want, Heard.SAME_REQUEST, now_s)
            elif request.preferred in want.claimants:
                self._join(want, request.preferred, now_s)

    def _join(self, want: Want, preferred: bytes, now_s: float) -> None:
        """Another asks the same hub for other blocks of this log: ask at once, and one coded frame may serve both."""
        want.joining = True
        want.claimants.remove(preferred)
        want.claimants.insert(0, preferred)
        want.tries = 0
        want.due_s = min(want.due_s, now_s + self.timing.join_s(self._rng))

    def due_s(self) -> float | None:
        return min(map(self._acts_s, self._wants.values()), default=None)

    def fire(self, now_s: float) -> bool:
        """Let deadlines pass. True: something is to be asked for, see `compose`."""
        for log_id, want in list(self._wants.items()):
            if self._acts_s(want) > now_s:
                continue
            if want.phase is Phase.RESTING:
                del self._wants[log_id]
            elif want.phase is Phase.ASKED:
                want.tries += 1
                self._advance(want, Heard.GIVEN_UP if want.tries >= TRIES_MAX else Heard.DEADLINE, now_s)
        return any(self._is_due(want, now_s) for want in self._wants.values())

    def compose(self, still: Callable[[LogId, Runs], Runs], now_s: float) -> Request | None:
        """The request to send now, or None if nothing is due any more. `still` says what of a set is missing yet."""
        self.prune(still)
        due = [each for each in sorted(self._wants.items(), key=_urgency) if self._is_due(each[1], now_s)]
        if not due:
            return None
        preferred = due[0][1].preferred()
        asked: dict[LogId, Runs] = {}
        room, runs_room = NUMBERS_MAX, RUNS_MAX
        for log_id, want in sorted(self._wants.items(), key=_urgency):
            if want.phase is not Phase.WAITING or preferred not in (None, *want.claimants):
                continue
            numbers = runs_of(first_of(want.missing, room))[:runs_room] if room else NOTHING
            if not numbers:
                continue
            asked[log_id] = want.asked = numbers
            want.asked_of = preferred
            room -= count(numbers)
            runs_room -= len(numbers)
            self._advance(want, Heard.DEADLINE, now_s)
        self._quiet_until_s = now_s + self.timing.answer_s
        unanswered = self._patience.get(preferred, (0, 0.0))[0]
        wait_s = self.timing.answer_s * 2 ** min(unanswered, PATIENCE_MAX)
        self._patience[preferred] = (unanswered + 1, now_s + wait_s)
        return Request(preferred, asked)

    def prune(self, still: Callable[[LogId, Runs], Runs]) -> None:
        """Forget what has come by other ways, or has expired."""
        for log_id, want in list(self._wants.items()):
            want.missing = still(log_id, want.missing)
            want.asked = still(log_id, want.asked)
            if not want.missing:
                del self._wants[log_id]

    def _is_due(self, want: Want, now_s: float) -> bool:
        return want.phase is Phase.WAITING and self._acts_s(want) <= now_s

    def _acts_s(self, want: Want) -> float:
        """When this want's deadline counts."""
        if want.phase is not Phase.WAITING:
            return want.due_s
        _, patient_until_s = self._patience.get(want.preferred(), (0, 0.0))
        quiet_until_s = 0.0 if want.joining else self._quiet_until_s
        return max(min(max(want.due_s, quiet_until_s), want.due_s + self.timing.hold_max_s), patient_until_s)

    def _advance(self, want: Want, heard: Heard, now_s: float) -> None:
        """A pair that the table lacks changes nothing: the air is full of strangers."""
        phase = NEXT.get((want.phase, heard))
        if phase is None:
            return
        want.phase = phase
        want.joining = False
        if phase is Phase.WAITING:
            want.asked = NOTHING
            want.due_s = now_s + self.timing.request_wait_s(self._rng)
        elif phase is Phase.ASKED:
            others = heard is Heard.SAME_REQUEST
            wait_s = self.timing.others_answer_s(self._rng) if others else self.timing.answer_s * 2**want.tries
            want.due_s = now_s + wait_s
        else:
            want.tries, want.due_s = 0, now_s + REST_S


def _urgency(item: tuple[LogId, Want]) -> tuple[Lane, LogId]:
    return item[0].lane, item[0]  # alerts live in the short lane


def request_body(request: Request, clock: Clock) -> bytes:
    body = put_clock(clock, 0 if request.preferred else FLAG_ANYBODY) + (request.preferred or b"")
    for log_id, runs in request.asked.items():
        body += log_id.hub + bytes([log_id.life, log_id.lane << 6 | len(runs)])
        end = -1
        for first, last in runs:
            body += put_varint(first - end - 1) + put_varint(last - first)
            end = last
    assert len(body) <= BODY_BYTES_MAX, "NUMBERS_MAX and RUNS_MAX bound it"
    return body


def parse_request(body: bytes) -> tuple[Clock, Request]:
    """The inverse of `request_body`. Refused("shape") for anything else, or for more than 32 numbers."""
    reader = Reader(body)
    clock, flags = take_clock(reader)
    preferred = None if flags & FLAG_ANYBODY else reader.take(2)
    asked: dict[LogId, Runs] = {}
    numbers = 0
    while reader:
        hub, life, shape = reader.take(2), reader.number(), reader.number()
        lane, runs = shape >> 6, []
        if lane not in LANE_DAYS:
            raise Refused("shape")
        end = -1
        for _ in range(shape & 0x3F):
            first = end + 1 + reader.varint()
            end = first + reader.varint()
            runs.append((first, end))
            numbers += end - first + 1
        if end > SEQUENCE_MAX or numbers > NUMBERS_MAX:
            raise Refused("shape")
        asked[LogId(hub, life, Lane(lane))] = union(tuple(runs), NOTHING)
    return clock, Request(preferred, asked)
