"""Was this control frame heard before? Every hub counts its own; others keep a window per hub and life.

Nothing is written down for it. A starting hub takes its counter from the time in steps of 8 seconds, which it cannot
outrun: on any preset and within any budget it sends less than one control frame in 8 seconds for long. Should its clock
be behind after all, or a busy hour at a broker have outrun it, others refuse its frames as replayed and say so in their
next digest ("you are at ..."), and it goes on from there. Counters wrap at 2^24 (four years) and are compared as RFC
1982 does.
"""

from collections import OrderedDict
from dataclasses import dataclass, field

from mesh.refused import Refused

COUNTER_MODULUS = 2**24
STEP_S = 8
WINDOW = 64
SENDERS_MAX = 4_096  # the longest unheard is forgotten
NOTE_AGAIN_S = 600.0  # a hub that is behind is told at most so often


def ahead(one: int, other: int) -> int:
    """How far `one` is ahead of `other`; negative if behind."""
    return (one - other + COUNTER_MODULUS // 2) % COUNTER_MODULUS - COUNTER_MODULUS // 2


class OwnCounter:
    def __init__(self, first: int) -> None:
        self._next = first % COUNTER_MODULUS

    def take(self) -> int:
        taken = self._next
        self._next = (taken + 1) % COUNTER_MODULUS
        return taken

    def follow_time(self, unix_s: int) -> None:
        self.raise_to(unix_s // STEP_S)

    def raise_to(self, counter: int) -> None:
        """Never back: what was used once is used."""
        if ahead(counter % COUNTER_MODULUS, self._next) > 0:
            self._next = counter % COUNTER_MODULUS


@dataclass(slots=True)
class _Sender:
    high: int
    seen: int = 1  # bit n: high - n was heard
    tags: dict[int, bytes] = field(default_factory=dict)  # the last few, to tell an echo from a hub that fell behind


class ReplayWindow:
    def __init__(self) -> None:
        self._senders: OrderedDict[tuple[bytes, int], _Sender] = OrderedDict()
        self._told: dict[bytes, float] = {}
        self._behind: dict[bytes, tuple[int, int]] = {}

    def check(self, hub: bytes, life: int, counter: int, tag: bytes, now_s: float) -> None:
        """Refused("replay") if this counter was heard, or is older than the window. tag: some bytes of the frame."""
        key = (hub, life)
        sender = self._senders.get(key)
        if sender is None:
            self._senders[key] = _Sender(counter, tags={counter: tag})
            if len(self._senders) > SENDERS_MAX:
                self._senders.popitem(last=False)
            return
        self._senders.move_to_end(key)
        lead = ahead(counter, sender.high)
        if lead > 0:
            sender.seen = (sender.seen << lead | 1) & (1 << WINDOW) - 1 if lead < WINDOW else 1
            sender.high = counter
        elif lead > -WINDOW and not sender.seen >> -lead & 1:
            sender.seen |= 1 << -lead
        else:
            self._note_behind(hub, life, sender, sender.tags.get(counter) == tag, now_s)
            raise Refused("replay")
        sender.tags[counter] = tag
        while len(sender.tags) > WINDOW:
            del sender.tags[next(iter(sender.tags))]

    def take_behind(self) -> list[tuple[bytes, int, int]]:
        """Hubs that count below what was heard of them, as (hub, life, highest heard), to be told once."""
        behind = [(hub, life, counter) for hub, (life, counter) in self._behind.items()]
        self._behind.clear()
        return behind

    def any_behind(self) -> bool:
        return bool(self._behind)

    def _note_behind(self, hub: bytes, life: int, sender: _Sender, echo: bool, now_s: float) -> None:
        if echo or now_s < self._told.get(hub, now_s):
            return
        self._told[hub] = now_s + NOTE_AGAIN_S
        self._behind[hub] = (life, sender.high)
