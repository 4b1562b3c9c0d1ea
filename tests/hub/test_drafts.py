"""Whatever a form holds within its limits: it becomes records that every hub understands, or it is said not to fit."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from many_records import OWN, START_S, session
from rig import alert, claim, need

from hub import board_drafts, board_picture, drafts, limits
from hub.alerts import words_of
from hub.board import PostState, join
from hub.board_records import Claimed, ClaimKept, Posted, PostKept
from hub.clock import DAY_S
from hub.errors import DoesNotFit
from hub.records import Alerted, Record, from_envelope
from hub.views import AlertAudience, AlertDraft, Audience, Category, ClaimDraft, Met, PostDraft, PostKind
from hub.written import Written, decode_written, encode_written
from mesh.block import LANE_DAYS, TEXT_BYTES_MAX
from mesh.keys import BoxKeys
from mesh.record import encode
from mesh.refused import Refused

HOME = OWN
CODE = BoxKeys.of(b"c" * 32)
RANDOM_BYTES = Random(5).randbytes

tokens = st.binary(min_size=16, max_size=16).map(bytes.hex)


def texts(chars_max: int, chars_min: int = 0) -> st.SearchStrategy[str]:
    """Of every script, and of those that deflate badly."""
    letters = st.characters(codec="utf-8", exclude_categories=["Cc"])
    return st.text(letters, min_size=chars_min, max_size=chars_max) | st.text(
        "ab é水😀𝔘", min_size=chars_max // 2, max_size=chars_max
    )


post_drafts = st.builds(
    PostDraft,
    token=tokens,
    kind=st.sampled_from(PostKind),
    category=st.sampled_from(Category),
    title=texts(limits.TITLE_CHARS_MAX, 1),
    details=texts(limits.DETAILS_CHARS_MAX),
    place=texts(limits.PLACE_CHARS_MAX),
    audience=st.sampled_from(Audience),
    days=st.integers(1, limits.POST_DAYS_MAX),
    quantity=st.integers(0, limits.QUANTITY_MAX),
)
claim_drafts = st.builds(
    ClaimDraft,
    token=tokens,
    post_id=st.just("00" * 8),
    name=texts(limits.NAME_CHARS_MAX),
    contact=texts(limits.CONTACT_CHARS_MAX, 1),
)
alert_drafts = st.builds(
    AlertDraft,
    token=tokens,
    audience=st.sampled_from(AlertAudience),
    severity=st.sampled_from(list(alert().severity.__class__)),
    words=texts(limits.ALERT_CHARS_MAX, 1),
    drill=st.booleans(),
    hours=st.integers(1, limits.ALERT_HOURS_MAX),
)
moments = st.integers(START_S, START_S + 400 * DAY_S)


def read(one: Written) -> Record:
    """As the journal and every other hub read it; what travels fits a block and ends no later than one."""
    back = decode_written(encode_written(one))
    assert back == one
    if one.way is not None:
        assert len(encode(one.envelope)) <= TEXT_BYTES_MAX
        sealed_day = one.envelope.made_s // DAY_S
        assert one.envelope.end_s < (sealed_day + LANE_DAYS[one.way.lane] + 2) * DAY_S
    record = from_envelope(back.envelope, back.hub)
    assert record is not None
    return record


def posted_of(draft: PostDraft, now_s: float) -> tuple[Posted, PostKept]:
    posted, kept = (read(one) for one in drafts.post_records(draft, HOME.hub_id, now_s, CODE.public))
    assert isinstance(posted, Posted)
    assert isinstance(kept, PostKept)
    return posted, kept


@given(draft=post_drafts, now_s=moments)
def test_a_post_within_the_limits_is_shown_as_it_was_written_or_does_not_fit(draft: PostDraft, now_s: int) -> None:
    plan = drafts.plan_post(draft, HOME.hub_id, now_s)
    try:
        posted, kept = posted_of(draft, now_s)
    except DoesNotFit:
        assert draft.audience is Audience.NETWORK
        assert not plan.fits
        return

    state = join(join(PostState(), kept), posted)
    shown = board_picture.show("", state, lambda hub: "Alder", HOME.hub_id)

    assert shown is not None
    assert (shown.title, shown.details, shown.place) == (draft.title, draft.details, draft.place)
    assert (shown.kind, shown.category, shown.audience) == (draft.kind, draft.category, draft.audience)
    assert draft.days * DAY_S - 60 <= shown.until_s - now_s <= draft.days * DAY_S + 3_600


@given(one=post_drafts, other=post_drafts)
def test_the_same_token_gives_the_same_ids_and_another_token_others(one: PostDraft, other: PostDraft) -> None:
    def ids(draft: PostDraft, now_s: int) -> list[bytes]:
        return [one.full_id for one in drafts.post_records(draft, HOME.hub_id, now_s, CODE.public)]

    try:
        first, again, another = ids(one, START_S), ids(one, START_S + 90), ids(other, START_S)
    except DoesNotFit:
        return

    assert first == again
    assert (first == another) == (one.token == other.token)


@given(draft=claim_drafts, now_s=moments)
def test_a_claim_opens_with_the_code_alone_wherever_it_was_made(draft: ClaimDraft, now_s: int) -> None:
    posted, _ = posted_of(need(days=31), now_s)
    at_home = drafts.claim_kept(draft, HOME.hub_id, posted, now_s, CODE.public, RANDOM_BYTES)
    kept = [at_home]
    try:
        sent = read(drafts.claim_record(draft, b"Bi", posted, now_s, HOME.box.public, RANDOM_BYTES))
    except DoesNotFit:
        assert len(draft.name.encode()) + len(draft.contact.encode()) > 20
    else:
        assert isinstance(sent, Claimed)
        plain = drafts.claim_for_home(sent, HOME.box)
        kept.append(drafts.keep_claim(plain, sent.head.full_id, posted, now_s, CODE.public, RANDOM_BYTES))

    for one in kept:
        record = read(one)
        assert isinstance(record, ClaimKept)
        shown = drafts.claim_shown(record, CODE)
        assert (shown.name, shown.contact) == (draft.name, draft.contact)
        with pytest.raises(Refused):
            drafts.claim_shown(record, BoxKeys.of(b"d" * 32))


@given(draft=alert_drafts, now_s=moments)
def test_an_alert_says_what_was_written_or_does_not_fit(draft: AlertDraft, now_s: int) -> None:
    session_ = session(1)
    try:
        one = drafts.alert_written(drafts.alert_record(draft, session_, HOME.hub_id, now_s, b"voic"))
    except DoesNotFit:
        assert len(draft.words.encode()) > 40
        return

    record = read(one)

    assert isinstance(record, Alerted)
    assert words_of(record, session_) == draft.words
    to_all = draft.audience is AlertAudience.NETWORK
    assert words_of(record, None) == (draft.words if to_all else None)


@given(plain=st.binary(max_size=60))
def test_whatever_a_helpers_hub_sealed_opening_it_raises_only_refused(plain: bytes) -> None:
    posted, _ = posted_of(need(), START_S)
    record = read(drafts.keep_claim(plain, b"a claim!", posted, START_S, CODE.public, RANDOM_BYTES))
    assert isinstance(record, ClaimKept)
    try:
        drafts.claim_shown(record, CODE)
    except Refused:
        return


@pytest.mark.parametrize("stepped_s", [-400 * DAY_S, -DAY_S, -1, 0, 3 * DAY_S, 400 * DAY_S])
def test_what_is_said_of_a_post_can_be_written_wherever_the_clock_went(stepped_s: int) -> None:
    posted, kept = posted_of(need(days=31, audience=Audience.NETWORK), START_S + 500 * DAY_S)
    state = join(join(PostState(), posted), kept)
    now_s = START_S + 500 * DAY_S + stepped_s
    said = [
        drafts.closing(posted, now_s),
        drafts.claim_kept(claim("00" * 8), HOME.hub_id, posted, now_s, CODE.public, RANDOM_BYTES),
        board_drafts.progress_written(state, Met.PART, now_s),
    ]
    for one in said:
        assert one is not None
        assert one.envelope.end_s >= posted.head.end_s
