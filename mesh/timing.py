"""How long does the engine wait, for what? Seconds on LONG_FAST, scaled to other presets by how long a relay takes.

On LONG_FAST a full frame is 2.2 s on the air, and a relay adds up to 7 s more (its own airtime and its random wait), so
a flood of hop limit 3 takes up to some 20 s to settle. Asking or repeating sooner than that doubles what is on its way.

On a cheap link there is no flood: a frame reaches all within some tenths of a second. But there all hear all, so the
waits in which one hub's word silences the others grow with the number of hubs.
"""

from dataclasses import dataclass
from random import Random

from mesh.airtime import LONG_FAST, Preset, airtime_s, slot_s
from mesh.links.link import FRAME_BYTES_MAX

RELAY_SLOTS = 144  # how long a relay that heard a frame well may wait: 16 slots, and a window of 128
SCALE_MIN = 0.05  # below it, hosts and serial lines are what takes time; so it is on a cheap link
CROWD_HUBS = 40  # on a cheap link, so many more hubs make the waits longer by as much again
GREETING_S = 600.0  # so often every hub is heard on a cheap link, if it says nothing else; ever rarer beyond 200 hubs
GREETING_A_HUB_S = 3.0
MISSED_GREETINGS = 2.5  # after so many silent ones a hub counts as gone
DIGEST_MAX_S = 7_200.0  # Trickle's longest interval, whatever the preset
LISTEN_S = 1_800.0  # so long a starting hub waits for a digest before it opens another life
LINK_AWAY_S = 60.0  # after a longer absence of the link the hub asks for an answer, as after a start
RADIO_GONE_S = 86_400.0  # on a radio hubs with nothing new speak ever more rarely, and silence each other
UNHEARD_S = 28.0  # 15 s would be too early: relays and announcements are on their way until then
RECEIPTS_PER_PAIR_S = 1.2  # of hubs: each of n hubs says it once, and each frame is relayed by a share of n
RECEIPTS_PER_HUB_S = 4.0  # where no relay repeats them: two hundred hubs take 40 s, five frames a second
RECEIPTS_MAX_S = 1_200.0


def _relay_s(preset: Preset) -> float:
    return airtime_s(FRAME_BYTES_MAX, preset) + RELAY_SLOTS * slot_s(preset)


@dataclass(frozen=True, slots=True)
class Timing:
    """Every wait of the engine, scaled for one preset."""

    scale: float
    crowd: float = 1.0  # how much longer the waits are in which another may speak first
    floods: bool = True  # relays follow each frame of ours
    greets_each_s: float | None = None  # on a cheap link; see `greeting_s`

    @classmethod
    def cheap(cls, hubs: int) -> "Timing":
        """On a link where all of so many hubs hear each other at once."""
        greets_each_s = max(GREETING_S, GREETING_A_HUB_S * hubs)
        return cls(SCALE_MIN, 1 + hubs / CROWD_HUBS, floods=False, greets_each_s=greets_each_s)

    @classmethod
    def of(cls, preset: Preset) -> "Timing":
        """A relay's time is the frame's airtime and the radio's random wait; the wait shrinks less than the airtime."""
        return cls(max(_relay_s(preset) / _relay_s(LONG_FAST), SCALE_MIN))

    def _between(self, low_s: float, high_s: float, rng: Random) -> float:
        return self.scale * rng.uniform(low_s, high_s)

    def _before_others(self, low_s: float, high_s: float, rng: Random) -> float:
        """The same, where any of the hubs on this link may speak first and silence the rest."""
        return self._between(low_s, high_s * self.crowd, rng)

    def first_digest_s(self, rng: Random) -> float:
        """After a start: soon, but hubs that got power together do not speak together."""
        return self._before_others(1, 6, rng)

    @property
    def digest_min_s(self) -> float:
        """Trickle's shortest interval."""
        return 24 * self.scale * self.crowd

    def request_wait_s(self, rng: Random) -> float:
        """Before asking: a neighbour who misses the same may ask first."""
        return self._before_others(2, 9, rng)

    def join_s(self, rng: Random) -> float:
        """Before joining another's request: within the wait of whoever will answer it."""
        return self._between(0.5, 3, rng)

    def gap_wait_s(self, rng: Random) -> float:
        """Before asking for a number that was jumped over: floods overtake each other."""
        return self._before_others(18, 28, rng)

    @property
    def answer_s(self) -> float:
        """From asking to asking again: the request's flood, the answer's wait, the answer's flood."""
        return 32 * self.scale

    def others_answer_s(self, rng: Random) -> float:
        """From another's asking to our own: shorter, since the answer may reach it and die out before us."""
        return self._between(18, 28, rng)

    @property
    def progress_s(self) -> float:
        """From one block of an answer to the next."""
        return 30 * self.scale

    @property
    def hold_max_s(self) -> float:
        """So long at most a request waits for the repairs of others."""
        return 120 * self.scale

    def answer_wait_s(self, rng: Random, *, preferred: bool) -> float:
        """Before answering: soon if the request names us, else spread, so that one answer silences the others.

        Not at once: radios that we do not hear relay the request still, and would drown the answer where it is needed.
        """
        return self._between(4, 7, rng) if preferred else self._before_others(4, 25, rng)

    @property
    def on_air_s(self) -> float:
        """So long a block that was just sent or heard may still be flooding: a request for it then is too early."""
        return 15 * self.scale

    def first_receipt_s(self, rng: Random) -> float:
        """Of an alert: some hub says soon that it has it; that serves the source and those who missed it."""
        return self._before_others(7, 18, rng)

    def later_receipt_s(self, hubs: int, rng: Random) -> float:
        """Once another hub has spoken, the rest take their time and share frames."""
        spread_s = RECEIPTS_PER_PAIR_S * hubs**2 if self.floods else RECEIPTS_PER_HUB_S * hubs
        return self._between(12, 20 + min(spread_s, RECEIPTS_MAX_S), rng)

    @property
    def unheard_s(self) -> float:
        """From sending an own alert to sending it once more, if nobody was heard to have it."""
        return UNHEARD_S * self.scale * self.crowd

    @property
    def hint_s(self) -> float:
        """So long a foreign digest hash may differ before it counts as a difference."""
        return 40 * self.scale

    @property
    def row_s(self) -> float:
        """So long a coded row is kept that cannot be solved yet."""
        return 300 * self.scale

    def pause_s(self, airtime: float) -> float:
        """After a frame of ours, before the next one of any kind but an alert: its first relays come before."""
        return 2 * airtime + (3 * self.scale if self.floods else 0.0)

    def calm_s(self, airtime: float) -> float:
        """The same before what is not urgent: the relays two links away come before, too.

        Hubs two links away do not hear us: our next frame and their relay would meet at the hub between. The share of
        an hour that we may use leaves such pauses anyway.
        """
        return 2 * airtime + (9 * self.scale if self.floods else 0.0)

    @property
    def fresh_s(self) -> float:
        """So long after a block came, a peer that lacks it is no difference yet: floods and receipts do their work."""
        return 60 * self.scale

    # Where a hub has several links

    def crossing_s(self, rng: Random, *, alert: bool, author_is_near: bool) -> float:
        """Before passing on, on this link, what came on another: a hub that does it first silences the others.

        author_is_near: its author is heard on this link too, and what it sent here itself may be on its way still.
        """
        if not self.floods:
            return self._between(1, 20, rng)
        if author_is_near:
            return self._between(18, 28, rng)
        return self._between(0.5, 9, rng) if alert else self._between(10, 60, rng)

    def greeting_s(self, rng: Random) -> float | None:
        """From the last control frame to one that says nothing but that we are here; None: on this link, never."""
        return self.greets_each_s * rng.uniform(0.75, 1) if self.greets_each_s is not None else None

    def first_greeting_s(self, rng: Random) -> float:
        return self._before_others(4, 80, rng)

    @property
    def gone_s(self) -> float:
        """So long a hub that was heard on this link counts as there."""
        return RADIO_GONE_S if self.greets_each_s is None else MISSED_GREETINGS * self.greets_each_s
