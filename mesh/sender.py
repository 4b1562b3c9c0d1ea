"""What goes on the air next, and when? By urgency, within the budget, never before the last frame's airtime is over."""

from collections.abc import Callable
from dataclasses import dataclass

from mesh.airtime import Firmware, airtime_s, preset_named, share_of
from mesh.block import BlockId, Priority
from mesh.budget import Budget, Urgency
from mesh.events import FrameKind, Send
from mesh.links.link import FRAME_BYTES_MAX
from mesh.outbox import Outbox, Refusal, Turn
from mesh.timing import Timing

OUTSTANDING_MAX = 32  # frames handed to the link that it has not reported on
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


@dataclass(frozen=True, slots=True)
class _Outstanding:
    built: Built
    urgency: Urgency
    airtime_s: float
    tries: int


class Sender:
    def __init__(self, *, region: str, preset: str, firmware: Firmware, polite_share: float, waiting_max: int) -> None:
        self._firmware: Firmware = firmware
        self._polite_share = polite_share
        self._preset = preset_named(preset)
        self.budget = Budget(share_of(region, polite_share))
        self.outbox = Outbox(waiting_max)
        self.link_up = False
        self._outstanding: dict[int, _Outstanding] = {}
        self._frames = 0
        self._busy_until_s = 0.0
        self._paused_until_s = 0.0
        self._calm_until_s = 0.0

    @property
    def timing(self) -> Timing:
        return Timing.of(self._preset)

    def change_radio(self, region: str | None, preset: str | None) -> None:
        if region is not None:
            self.budget.allow_share(share_of(region, self._polite_share))
        if preset is not None:
            self._preset = preset_named(preset)

    def take(self, build: Callable[[Turn], Built | None], now_s: float) -> Send | None:
        """The frame to send now, if any. `build` makes the frame of a turn; None: nothing to say any more."""
        if not self.link_up:
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
        return min((at_s for turn in self.outbox if (at_s := self._may_go_s(turn, now_s)) is not None), default=None)

    def done(self, frame_id: int, *, ok: bool, reason: str, now_s: float) -> BlockId | None:
        """The link reports. Returns the own block that is on the air now, if it was one."""
        sent = self._outstanding.pop(frame_id, None)
        if sent is None:
            return None
        if ok:
            return None if sent.built.repair else sent.built.block_id
        self.budget.give_back(sent.airtime_s, now_s)
        self._offer_later(frame_id, sent, reason, now_s)
        return None

    def link_lost(self, now_s: float) -> None:
        """Own blocks that the link had taken but not reported on are offered again: it may have died with them."""
        self.link_up = False
        for sent in self._outstanding.values():
            block_id = sent.built.block_id
            if block_id is not None and not sent.built.repair:
                self.outbox.put(block_id, sent.urgency, now_s)
        self._outstanding.clear()

    def _may_go_s(self, turn: Turn, now_s: float) -> float | None:
        """When this turn may go: now_s or later; None if it never may."""
        calm_s = self._calm_until_s if turn.urgency >= Urgency.ORDINARY else self._paused_until_s
        if turn.urgency is Urgency.ALERT:
            calm_s = self._busy_until_s
        free_s = self.budget.free_at(airtime_s(FRAME_BYTES_MAX, self._preset, self._firmware), turn.urgency, now_s)
        return None if free_s is None else max(turn.ready_s, self._busy_until_s, calm_s, free_s)

    def _send(self, built: Built, turn: Turn, now_s: float) -> Send:
        airtime = airtime_s(len(built.frame), self._preset, self._firmware)
        self.budget.spend(airtime, now_s)
        self._busy_until_s = now_s + airtime
        self._paused_until_s = now_s + self.timing.pause_s(airtime)
        self._calm_until_s = now_s + self.timing.calm_s(airtime)
        self._frames += 1
        tries = turn.refusal.tries if turn.refusal is not None else 0
        self._outstanding[self._frames] = _Outstanding(built, turn.urgency, airtime, tries)
        if len(self._outstanding) > OUTSTANDING_MAX:
            del self._outstanding[next(iter(self._outstanding))]
        priority = _PRIORITY.get(turn.urgency, Priority.ORDINARY)
        return Send(built.frame, self._frames, priority, built.kind, built.block_id, built.repair)

    @staticmethod
    def _offered_again(turn: Turn) -> Built | None:
        again = turn.refusal
        return Built(again.frame, again.kind, again.block_id, again.repair) if again is not None else None

    def _offer_later(self, frame_id: int, sent: _Outstanding, reason: str, now_s: float) -> None:
        tries = sent.tries + 1
        if tries > CONTROL_TRIES_MAX and (sent.built.block_id is None or sent.built.repair):
            return
        wait_s = min(BACKOFF_S * 2**sent.tries, BACKOFF_MAX_S)
        if reason == "duty_cycle":
            wait_s = max(wait_s, DUTY_CYCLE_BACKOFF_S)
        built = sent.built
        refusal = Refusal(built.frame, built.kind, built.block_id, built.repair, tries)
        self.outbox.put(("again", frame_id), sent.urgency, now_s + wait_s, refusal)
