"""Records of a few hubs about a few things: small worlds, so that by chance they meet, overtake and contradict."""

from collections.abc import Callable
from typing import TypeVar

from hypothesis import strategies as st

from hub.board_records import (
    ANSWERS,
    METS,
    ClaimAnswered,
    Claimed,
    ClaimKept,
    Closed,
    Moderated,
    Posted,
    PostFlags,
    PostKept,
    Progress,
    Reported,
)
from hub.drafts import written
from hub.moderation import verdict_written
from hub.record_fields import Head
from hub.records import (
    CATEGORIES,
    HOME_ONLY,
    SEVERITIES,
    Alerted,
    AlertFlags,
    Confirmed,
    PodFounded,
    PodKey,
    PodMember,
    PodVault,
    Record,
    from_envelope,
)
from hub.views import PodSession, Urgency, Verdict
from hub.written import Written
from mesh.keys import HubKeys
from mesh.record import MADE_FROM_S, Envelope, rounded
from mesh.roster import KIND_ADMITTED, RosterHub, admitted_fields

OWN, BIRCH, CEDAR = (HubKeys(bytes([number]) * 32) for number in (1, 2, 3))
HUBS = (OWN, BIRCH, CEDAR)
NEWCOMERS = tuple(HubKeys(bytes([number]) * 32) for number in range(10, 14))
START_S = MADE_FROM_S + 300 * 86_400

Made = TypeVar("Made")

hub_ids = st.sampled_from([keys.hub_id for keys in HUBS])
ids = st.integers(0, 1).map(lambda number: bytes([number]) * 6)
full_ids = st.builds(lambda hub, record_id: hub + record_id, hub_ids, ids)
packed = st.sampled_from([b"\0wood", b"\0water", b"\0beds"])
sealed = st.binary(min_size=1, max_size=3)
tags = st.binary(min_size=4, max_size=4)
pods = st.integers(0, 1).map(lambda number: bytes([number]) * 8)
numbers = st.integers(0, 1)


@st.composite
def heads(draw: st.DrawFn) -> Head:
    made_s = START_S + 60 * draw(st.integers(0, 1))
    return Head(draw(hub_ids), draw(ids), made_s, made_s + 3_600 * draw(st.integers(1, 2)))


def _of(kind: Callable[..., Made], *fields: st.SearchStrategy[object]) -> st.SearchStrategy[Made]:
    return st.builds(kind, heads(), *fields)


def session(number: int) -> PodSession:
    return PodSession(b"p" * 8, "7KQM2XA", "Maple", b"k" * 32, number, "Ana", sign_seed=bytes([number]) * 32)


@st.composite
def verdicts(draw: st.DrawFn) -> Moderated:
    said = verdict_written(
        session(draw(numbers)),
        draw(hub_ids),
        draw(full_ids),
        draw(st.sampled_from(Verdict)),
        START_S + 60 * draw(numbers),
    )
    record = from_envelope(said.envelope, said.hub)
    assert isinstance(record, Moderated)
    return record


KINDS_OF_RECORDS: dict[type, st.SearchStrategy[Record]] = {
    Posted: _of(
        Posted,
        st.integers(0, sum(PostFlags)).map(PostFlags),
        st.sampled_from(CATEGORIES),
        st.sampled_from(Urgency),
        st.integers(0, 9_999),
        packed,
        st.sampled_from([b"", b"\0here"]),
        st.sampled_from([b"", b"\0ring twice"]),
    ),
    PostKept: _of(PostKept, ids, st.sampled_from([b"a" * 32, b"b" * 32]), st.just(b""), st.integers(0, 2)),
    Closed: _of(Closed, ids),
    Progress: _of(Progress, ids, st.sampled_from(METS)),
    Claimed: _of(Claimed, full_ids, sealed),
    ClaimKept: _of(ClaimKept, full_ids, ids, sealed),
    ClaimAnswered: _of(ClaimAnswered, full_ids, ids, st.integers(0, 3), st.sampled_from(ANSWERS)),
    Reported: _of(Reported, full_ids),
    Moderated: verdicts(),
    Alerted: _of(
        Alerted,
        st.integers(0, sum(AlertFlags)).map(AlertFlags),
        st.sampled_from(SEVERITIES),
        tags,
        sealed,
        st.sampled_from([b"", b"voic"]),
    ),
    Confirmed: _of(Confirmed, full_ids, tags, sealed),
    PodFounded: _of(PodFounded, pods, numbers, st.sampled_from([b"v" * 32, b"w" * 32])),
    PodKey: _of(PodKey, pods, numbers, numbers, st.sampled_from([b"k" * 80, b"l" * 80])),
    PodMember: _of(PodMember, pods, numbers, numbers, sealed),
    PodVault: _of(PodVault, pods, numbers, sealed),
}
records = st.one_of(list(KINDS_OF_RECORDS.values()))


@st.composite
def admissions(draw: st.DrawFn) -> Written:
    """A hub vouches for another; each newcomer under its own name."""
    head = draw(heads())
    number = draw(st.integers(0, len(NEWCOMERS) - 1))
    fields = admitted_fields(RosterHub(NEWCOMERS[number].public, f"newcomer {number}"))
    return Written(head.hub, rounded(Envelope(KIND_ADMITTED, head.id, head.made_s, head.end_s, fields)), None)


def as_facts(these: st.SearchStrategy[Record]) -> st.SearchStrategy[Written]:
    """As a hub may hold them: what stays at home is its own."""
    return these.filter(lambda record: record.head.hub == OWN.hub_id or not isinstance(record, HOME_ONLY)).map(
        lambda record: written(record, None)
    )


facts = st.one_of(as_facts(records), admissions())
