"""What goes on the air next, and when? By urgency, within the budget, never before the last frame's airtime is over."""

from collections.abc import Callable
from dataclasses import dataclass

from mesh.block import BlockId, Priority
from mesh.budget import Budget, Urgency
from mesh.events import FrameKind, Send
from mesh.links.link import FRAME_BYTES_MAX
from mesh.meter import Meter
from mesh.outbox import Crossing, Outbox, Refusal, Turn
from mesh.timing import Timing

OUTSTANDING_MAX = 32  # frames handed to the link that it has not reported on; the oldest are forgotten
REPORT_S = 60.0  # a report that has not come by then is lost
BACKOFF_S = 5.0
BACKOFF_MAX_S = 300.0
DUTY_CYCLE_BACKOFF_S = 60.0
CONTROL_TRIES_MAX = 5  # what a control frame says is said again anyway

_PRIORITY = {
    Urgency.ALERT: Priority.ALERT,
    Urgency.ALERT_REPAIR: Priority.ALERT,
    Urgency.HIGH: Priority.HIGH,
    Urgency.REQUEST: Priority.HIGH,
}
URGENCY = {
    Priority.ALERT: Urgency.ALERT,
    Priority.HIGH: Urgency.HIGH,
    Priority.ORDINARY: Urgency.ORDINARY,
}


@dataclass(frozen=True, slots=True)
class Built:
    """A frame that is ready to go."""

    frame: bytes
    kind: FrameKind
    block_id: BlockId | None = None
    repair: bool = False
    crosses: bool = False

    @property
    def key(self) -> BlockId | Crossing | None:
        """The turn that may make it again; None if it is not worth it."""
        if self.block_id is None or self.repair:
            return None
        return Crossing(self.block_id) if self.crosses else self.block_id


@dataclass(frozen=True, slots=True)
class _Outstanding:
    built: Built
    urgency: Urgency
    airtime_s: float
    tries: int
    at_s: float


class Sender:
    def __init__(self, link: str, meter: Meter, waiting_max: int) -> None:
        self.link = link
        self.budget = Budget(meter.share)
        self.outbox = Outbox(waiting_max)
        self.link_up = False
        self._meter = meter
        self._outstanding: dict[int, _Outstanding] = {}
        self._frames = 0
        self._busy_until_s = 0.0
        self._paused_until_s = 0.0
        self._calm_until_s = 0.0

    @property
    def timing(self) -> Timing:
        return self._meter.timing

    def change(self, *, region: str | None = None, preset: str | None = None, hubs: int) -> None:
        self._meter.change(region=region, preset=preset, hubs=hubs)
        self.budget.allow_share(self._meter.share)

    def take(self, build: Callable[[Turn], Built | None], now_s: float) -> Send | None:
        """The frame to send now, if any. `build` makes the frame of a turn; None: nothing to say any more."""
        if not self.link_up or self._window_opens_s(now_s) > now_s:
            return None
        for turn in list(self.outbox):
            at_s = self._may_go_s(turn, now_s)
            if at_s is None or at_s > now_s:
                continue
            self.outbox.remove(turn.key)
            built = self._offered_again(turn) if turn.refusal is not None else build(turn)
            if built is not None:
                return self._send(built, turn, now_s)
        return None

    def due_s(self, now_s: float) -> float | None:
        """When `take` is worth calling again."""
        if not self.link_up:
            return None
        due_s = min((at_s for turn in self.outbox if (at_s := self._may_go_s(turn, now_s)) is not None), default=None)
        return max(due_s, self._window_opens_s(now_s)) if due_s is not None else None

    def done(self, frame_id: int, *, ok: bool, reason: str, now_s: float) -> BlockId | None:
        """The link reports. Returns the own block that is on the air now, if it was one."""
        sent = self._outstanding.pop(frame_id, None)
        if sent is None:
            return None
        if ok:
            return sent.built.key if isinstance(sent.built.key, BlockId) else None
        self.budget.give_back(sent.airtime_s, now_s)
        self._offer_later(frame_id, sent, reason, now_s)
        return None

    def link_lost(self, now_s: float) -> None:
        """Own blocks that the link had taken but not reported on are offered again: it may have died with them."""
        self.link_up = False
        for sent in self._outstanding.values():
            if sent.built.key is not None:
                self.outbox.put(sent.built.key, sent.urgency, now_s)
        self._outstanding.clear()

    def _window_opens_s(self, now_s: float) -> float:
        """When a frame may go to a link that reports on each in its own time: now_s or later."""
        window = self._meter.window
        if window is None or len(self._outstanding) < window:
            return now_s
        oldest = next(iter(self._outstanding.values()))
        return oldest.at_s + REPORT_S

    def _may_go_s(self, turn: Turn, now_s: float) -> float | None:
        """When this turn may go: now_s or later; None if it never may."""
        calm_s = self._calm_until_s if turn.urgency >= Urgency.ORDINARY else self._paused_until_s
        if turn.urgency is Urgency.ALERT:
            calm_s = self._busy_until_s
        free_s = self.budget.free_at(self._meter.airtime_s(FRAME_BYTES_MAX), turn.urgency, now_s)
        return None if free_s is None else max(turn.ready_s, self._busy_until_s, calm_s, free_s)

    def _send(self, built: Built, turn: Turn, now_s: float) -> Send:
        airtime = self._meter.airtime_s(len(built.frame))
        self.budget.spend(airtime, now_s)
        self._busy_until_s = now_s + airtime
        self._paused_until_s = now_s + self.timing.pause_s(airtime)
        self._calm_until_s = now_s + self.timing.calm_s(airtime)
        self._frames += 1
        tries = turn.refusal.tries if turn.refusal is not None else 0
        self._outstanding[self._frames] = _Outstanding(built, turn.urgency, airtime, tries, now_s)
        if len(self._outstanding) > OUTSTANDING_MAX:
            del self._outstanding[next(iter(self._outstanding))]
        priority = _PRIORITY.get(turn.urgency, Priority.ORDINARY)
        return Send(
            built.frame,
            self._frames,
            priority,
            built.kind,
            built.block_id,
            built.repair,
            link=self.link,
            crosses=built.crosses,
        )

    @staticmethod
    def _offered_again(turn: Turn) -> Built | None:
        again = turn.refusal
        return Built(again.frame, again.kind, again.block_id, again.repair, again.crosses) if again else None

    def _offer_later(self, frame_id: int, sent: _Outstanding, reason: str, now_s: float) -> None:
        tries = sent.tries + 1
        if tries > CONTROL_TRIES_MAX and not isinstance(sent.built.key, BlockId):
            return
        wait_s = min(BACKOFF_S * 2**sent.tries, BACKOFF_MAX_S)
        if reason == "duty_cycle":
            wait_s = max(wait_s, DUTY_CYCLE_BACKOFF_S)
        built = sent.built
        refusal = Refusal(built.frame, built.kind, built.block_id, built.repair, built.crosses, tries)
        self.outbox.put(("again", frame_id), sent.urgency, now_s + wait_s, refusal)
