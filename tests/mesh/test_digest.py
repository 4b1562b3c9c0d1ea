"""Digests: equal hashes for equal holdings, parts for large networks, and claims that cannot be larger than a frame."""

import pytest
from hypothesis import given
from hypothesis.strategies import binary, dictionaries, integers, sampled_from, sets, tuples

from mesh.block import Lane, LogId
from mesh.digest import DigestPart, digest_bodies, digest_hash, parse_digest
from mesh.frame import BODY_BYTES_MAX, Clock
from mesh.refused import Refused
from mesh.runs import Runs, runs_of, without

ROSTER = b"rost"
LOGS = tuples(binary(min_size=2, max_size=2), integers(0, 255), sampled_from(list(Lane)))
HELD = dictionaries(
    LOGS.map(lambda each: LogId(*each)), sets(integers(0, 65_535), min_size=1, max_size=12).map(runs_of), max_size=40
)


def parts_of(held: dict[LogId, Runs], **options: object) -> list[DigestPart]:
    return [parse_digest(body) for body in digest_bodies(held, ROSTER, clock=Clock(3, 77), **options)]  # type: ignore[arg-type]


def said(held: dict[LogId, Runs]) -> dict[LogId, Runs]:
    return {log_id: runs for part in parts_of(held) for log_id, runs in part.held.items()}


@given(HELD)
def test_what_a_digest_says_is_what_is_held(held: dict[LogId, Runs]) -> None:
    assert said(held) == held


@given(HELD)
def test_the_parts_fit_frames_and_cover_every_hub_once(held: dict[LogId, Runs]) -> None:
    assert all(len(body) <= BODY_BYTES_MAX for body in digest_bodies(held, ROSTER, clock=Clock(3, 77), answer=True))
    parts = parts_of(held)
    for hub in (b"\0\0", b"\x7f\xff", b"\xff\xff", *(log_id.hub for log_id in held)):
        assert sum(part.covers(hub) for part in parts) == 1


@given(HELD)
def test_hubs_that_hold_the_same_have_the_same_hash(held: dict[LogId, Runs]) -> None:
    other_order = dict(reversed(held.items()))

    assert digest_hash(held) == digest_hash(other_order) == parts_of(held)[0].digest_hash


@given(HELD.filter(bool), integers(0, 100))
def test_a_block_more_or_less_changes_the_hash(held: dict[LogId, Runs], pick: int) -> None:
    log_id = sorted(held)[pick % len(held)]
    less = without(held[log_id], ((held[log_id][-1][1], held[log_id][-1][1]),))
    other = {**held, log_id: less} if less else {each: runs for each, runs in held.items() if each != log_id}

    assert digest_hash(other) != digest_hash(held)


def test_a_hub_that_keeps_longer_has_the_same_hash() -> None:
    log_id = LogId(b"aa", 1, Lane.SHORT)

    assert digest_hash({log_id: ((0, 9),)}) == digest_hash({log_id: ((4, 9),)})


def test_ten_hubs_fit_one_frame_of_about_a_second() -> None:
    held = {LogId(bytes([hub, 7]), 200, lane): ((500, 900),) for hub in range(10) for lane in (Lane.SHORT, Lane.MIDDLE)}

    (body,) = digest_bodies(held, ROSTER, clock=Clock(3, 77))

    assert len(body) < 150


def test_a_hundred_hubs_take_some_parts() -> None:
    held = {LogId(bytes([hub, 7]), 200, lane): ((500, 900),) for hub in range(100) for lane in Lane}

    assert 2 <= len(parts_of(held)) <= 12
    assert said(held) == held


def test_a_log_full_of_gaps_claims_less_than_it_holds_and_never_more() -> None:
    log_id = LogId(b"aa", 1, Lane.SHORT)
    holdings = runs_of(range(0, 4_000, 2))

    claimed = said({log_id: holdings})[log_id]

    assert not without(claimed, holdings)
    assert claimed[-1][1] == 3_998


def test_hubs_whose_counter_fell_behind_are_told() -> None:
    behind = [(b"aa", 3, 16_000_000)]

    (part,) = parts_of({}, behind=behind, answer=True)

    assert part.behind == tuple(behind)
    assert part.answer
    assert part.clock == Clock(3, 77)


@given(binary(max_size=BODY_BYTES_MAX))
def test_any_bytes_give_a_digest_or_refused_and_nothing_else(body: bytes) -> None:
    try:
        part = parse_digest(body)
    except Refused as refused:
        assert refused.reason == "shape"
    else:
        assert len(part.held) <= 3 * len(body)


@given(HELD.filter(bool), integers(0, BODY_BYTES_MAX))
def test_a_digest_cut_short_is_refused_or_says_less(held: dict[LogId, Runs], cut: int) -> None:
    body = digest_bodies(held, ROSTER, clock=Clock())[0]
    if cut >= len(body):
        return
    try:
        part = parse_digest(body[:cut])
    except Refused:
        return
    assert part.held.items() <= parse_digest(body).held.items()


def test_a_gap_outside_its_log_is_refused() -> None:
    body = digest_bodies({LogId(b"aa", 1, Lane.SHORT): ((0, 1), (3, 4))}, ROSTER, clock=Clock())[0]

    with pytest.raises(Refused, match="shape"):
        parse_digest(body[:-1] + b"\x05")
