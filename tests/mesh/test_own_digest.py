"""The digest of a hub, worked out only where its logs changed, is the one that is made anew of all that is held."""

from hypothesis import given
from hypothesis.strategies import booleans, integers, lists, sampled_from, tuples
from mesh_hubs import TODAY, hub_id, network, roster

from mesh.block import BlockId, Header, Lane, LogId, Priority
from mesh.digest import digest_hash
from mesh.intake import Intake
from mesh.log import Logs
from mesh.own_digest import OwnDigest
from mesh.runs import Runs, runs_of

HUBS = 4
BLOCKS = tuples(integers(0, HUBS - 1), integers(0, 2), sampled_from(list(Lane)), integers(0, 12), integers(-1, 3))
STEPS = lists(tuples(sampled_from(["block", "block", "block", "day", "roster"]), BLOCKS, booleans()), max_size=60)


class Kept:
    """What a hub holds, and its digest: told of changes as the engine tells it."""

    def __init__(self) -> None:
        self.logs = Logs(TODAY)
        self.intake = Intake(hub_id(0), network(), roster(HUBS), TODAY, TODAY - 2)
        self.digest = OwnDigest(self.logs, self.intake)
        self.days: dict[BlockId, int] = {}

    def add(self, hub: int, life: int, lane: Lane, sequence: int, days: int) -> None:
        day = self.logs.sealing_day + days
        header = Header(lane, Priority.ORDINARY, hub_id(hub), life, sequence, day % 256, 0)
        if not self.logs.holds(header.id):  # as everywhere: what is held is not taken again
            self.days[header.id] = day
            self.logs.add(header)
            self.digest.changed(header.log)

    def next_day(self) -> None:
        day = self.logs.sealing_day + 1
        self.logs.change_day(day, day - 2)
        self.digest.all_changed()

    def know(self, hubs: int) -> None:
        self.intake.roster = roster(hubs)
        self.digest.all_changed()

    def made_anew(self) -> dict[LogId, Runs]:
        """What the digest says by its definition, whatever was worked out before."""
        live: dict[LogId, set[int]] = {}
        for block_id, day in self.days.items():
            if day >= self.logs.sealing_day and self.intake.roster.get(block_id.log.hub) is not None:
                live.setdefault(block_id.log, set()).add(block_id.sequence)
        return {log_id: runs_of(numbers) for log_id, numbers in live.items()}


@given(STEPS)
def test_hash_and_content_are_those_that_are_made_anew_whenever_they_are_asked_for(
    steps: list[tuple[str, tuple[int, int, Lane, int, int], bool]],
) -> None:
    kept = Kept()
    for what, of, asked in [*steps, ("day", (0, 0, Lane.SHORT, 0, 0), True)]:
        match what:
            case "block":
                kept.add(*of)
            case "day":
                kept.next_day()
            case _:
                kept.know(1 + of[0])
        if asked:
            assert kept.digest.hash == digest_hash(kept.made_anew())
            assert kept.digest.held == kept.made_anew()


def test_a_hub_that_holds_nothing_has_the_hash_of_nothing() -> None:
    assert Kept().digest.hash == digest_hash({})
