"""Real hubs on one wire: what is written at one is known at the others, sealed on its way, and survives absences."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joined_links import Joined
from rig import MovableTime, alert, claim, in_its_thread, member_of, need

from hub.batch import Outcome
from hub.clock import Rank
from hub.hub import Hub
from hub.keyring import Keyring
from hub.store.failed import StoreFailed
from hub.views import AlertAudience, Arrival, Audience, CodeTried, Journey
from mesh.block import BlockId
from mesh.frame import ControlFrame, ControlKind, open_body, parse_frame, take_clock
from mesh.links.link import FRAME_BYTES_MAX
from mesh.varint import Reader

Eventually = Callable[[Callable[[], bool]], None]


@pytest.fixture
def joined(tmp_path: Path) -> Iterator[Joined]:
    made = Joined.make(tmp_path, "Alder", "Birch")
    yield made
    made.stop()


def titles(hub: Hub) -> set[str]:
    return {post.title for post in hub.view().posts}


def test_a_post_travels_and_what_does_not_fit_stays_at_home(joined: Joined, eventually: Eventually) -> None:
    alder, birch = joined.start("Alder", "Birch")

    posted = alder.post(need("Blankets", audience=Audience.NETWORK, details=" ".join(str(n * n) for n in range(90))))
    alder.post(need("For this street alone"))

    eventually(lambda: titles(birch) == {"Blankets"})
    (there,) = birch.view().posts
    assert (there.id, there.home, there.is_home, there.details) == (posted.post_id, "Alder", False, "")
    assert birch.try_code(posted.post_id, posted.code).tried is CodeTried.GONE
    assert alder.close_post(posted.post_id, posted.code).tried is CodeTried.OPENED
    eventually(lambda: titles(birch) == set())


def test_a_claim_travels_sealed_to_the_posts_home_and_opens_with_the_code_there(
    joined: Joined, eventually: Eventually
) -> None:
    alder, birch = joined.start("Alder", "Birch")
    posted = alder.post(need("Blankets", audience=Audience.NETWORK))
    eventually(lambda: titles(birch) == {"Blankets"})

    assert birch.claim(claim(posted.post_id, name="Rosa", contact="the blue door"))

    joined.time.ahead_s += 31  # a home hub looks every half minute
    eventually(lambda: bool(alder.try_code(posted.post_id, posted.code).claims))
    (shown,) = alder.try_code(posted.post_id, posted.code).claims
    assert (shown.name, shown.contact) == ("Rosa", "the blue door")
    assert birch.view().posts[0].claims == alder.view().posts[0].claims == 1
    on_the_air = b"".join(frame for _, frame in joined.wire.said)
    joined.stop()
    on_the_cards = b"".join(
        path.read_bytes() for one in joined.folders.values() for path in one.folder.rglob("*") if path.is_file()
    )
    for words in (b"Rosa", b"blue door"):
        assert words not in on_the_air
        assert words not in on_the_cards


def test_an_alert_says_where_it_arrived_and_who_has_read_it(joined: Joined, eventually: Eventually) -> None:
    alder, birch = joined.start("Alder", "Birch")
    founded = alder.found_pod("Maple", ["Ana", "Ben"])
    ana = alder.log_in(founded.pod_code, founded.phrases[0][1])
    eventually(lambda: birch.log_in(founded.pod_code, founded.phrases[1][1]) is not None)
    ben = birch.log_in(founded.pod_code, founded.phrases[1][1])
    assert ana is not None
    assert ben is not None
    eventually(lambda: (birch.log_in(founded.pod_code, founded.phrases[1][1]) or ben).pod_name == "Maple")

    alert_id = alder.send_alert(ana, alert("Meet at the school"))

    eventually(lambda: birch.alert(ben, alert_id) is not None)
    there = birch.alert(ben, alert_id)
    assert there is not None
    assert (there.words, there.home) == ("Meet at the school", "Alder")
    stranger = birch.alert(None, alert_id)
    assert stranger is not None
    assert stranger.words is None

    def arrived() -> bool:
        sent = alder.alert(ana, alert_id)
        assert sent is not None
        return sent.journey is Journey.STORED and sent.places[1].arrival is Arrival.ARRIVED

    eventually(arrived)
    assert birch.confirm(ben, alert_id)
    eventually(lambda: getattr(alder.alert(ana, alert_id), "read_by", ()) == ("Ben",))
    assert b"Meet at" not in b"".join(frame for _, frame in joined.wire.said)


def test_a_hub_that_was_off_catches_up_and_so_does_the_one_whose_radio_was_away(
    joined: Joined, eventually: Eventually
) -> None:
    (alder,) = joined.start("Alder", "Birch")[:1]
    alder.post(need("Before", audience=Audience.NETWORK))
    eventually(lambda: titles(joined.hub("Birch")) == {"Before"})
    joined.stop("Birch")
    session = member_of(alder)
    alder.post(need("Meanwhile", audience=Audience.NETWORK))
    alder.send_alert(session, alert("Boil your water", audience=AlertAudience.NETWORK))
    eventually(lambda: alder.status().blocks >= 4)

    (birch,) = joined.start("Birch")

    eventually(lambda: titles(birch) == {"Before", "Meanwhile"})
    eventually(lambda: [one.words for one in birch.view().alerts] == ["Boil your water"])

    joined.ends["Alder"].lose("unplugged")
    eventually(lambda: any("radio is away" in words for words in alder.status().trouble))
    alder.post(need("While away", audience=Audience.NETWORK))
    joined.ends["Alder"].find()
    eventually(lambda: titles(birch) == {"Before", "Meanwhile", "While away"})


def test_after_a_card_that_failed_a_while_the_hub_is_on_the_air_again(joined: Joined, eventually: Eventually) -> None:
    alder, birch = joined.start("Alder", "Birch")
    alder.post(need("Before", audience=Audience.NETWORK))
    eventually(lambda: titles(birch) == {"Before"})

    def fail() -> Outcome:
        raise StoreFailed("the card could not be written")

    with pytest.raises(Exception, match="could not be written"):
        alder._owner.do(fail)
    eventually(lambda: alder.status().saving)
    alder.post(need("After", audience=Audience.NETWORK))

    eventually(lambda: titles(birch) == {"Before", "After"})
    birch.post(need("From Birch", audience=Audience.NETWORK))
    eventually(lambda: "From Birch" in titles(alder))


def held(hub: Hub) -> set[BlockId]:
    return in_its_thread(hub, lambda owner: {header.id for header in owner.journal.headers()})


def clocks_stated(joined: Joined, name: str) -> set[int]:
    """The ranks of the clock in the control frames that a hub sent."""
    network = Keyring.open(joined.folders[name].folder).network
    assert network is not None
    ranks = set()
    for sender, raw in joined.wire.said:
        frame = parse_frame(raw)
        if sender is joined.ends[name] and isinstance(frame, ControlFrame) and frame.kind is not ControlKind.REQUEST:
            ranks.add(take_clock(Reader(open_body(frame, network)))[0].rank)
    return ranks


def test_an_unset_clock_is_never_passed_on_and_the_time_of_one_that_is_set_is(
    joined: Joined, eventually: Eventually
) -> None:
    alder = joined.folders["Alder"].start(joined.ends["Alder"], clock_is_set=False)
    birch = joined.folders["Birch"].start(joined.ends["Birch"], clock_is_set=False)
    eventually(lambda: bool(clocks_stated(joined, "Alder") and clocks_stated(joined, "Birch")))
    assert clocks_stated(joined, "Alder") | clocks_stated(joined, "Birch") == {Rank.UNSET}
    assert (alder.status().clock_rank, birch.status().clock_rank) == ("unset", "unset")

    joined.stop("Birch")
    joined.folders["Birch"].start(joined.ends["Birch"])
    eventually(lambda: alder.status().clock_rank == "peers")

    joined.time.ahead_s += 31  # the hub states its clock every half minute
    eventually(lambda: Rank.PEERS in clocks_stated(joined, "Alder"))
    assert abs(alder.now_s() - joined.time.unix_s()) < 120


def test_a_block_that_came_while_the_clock_was_wild_is_read_when_it_is_right_again(
    joined: Joined, eventually: Eventually
) -> None:
    alder, birch = joined.start("Alder", "Birch")
    alder.post(need("Before", audience=Audience.NETWORK))
    eventually(lambda: titles(birch) == {"Before"})
    wild = MovableTime(joined.time.speed, joined.time.ahead_s, began_s=joined.time.began_s)
    joined.stop("Birch")
    joined.folders["Birch"].time = wild
    wild.wild_s = 14 * 256 * 86_400  # a header's day is told modulo 256: so this block seems to be of these days
    (birch,) = joined.start("Birch")
    eventually(lambda: birch.status().life == "proved")
    alder.post(need("Meanwhile", audience=Audience.NETWORK))
    eventually(
        lambda: any(post.title == "Meanwhile" for post in alder.view().posts) and not alder._owner.packer.waiting
    )
    eventually(lambda: held(birch) >= held(alder))
    assert birch.status().counters["not opened: seal"] > 0

    joined.stop("Birch")
    wild.wild_s = 0
    (birch,) = joined.start("Birch")

    assert titles(birch) == {"Before", "Meanwhile"}


# Hostile frames


def settled(hub: Hub) -> dict[str, int]:
    """The counters once all that was offered is worked off."""
    hub._owner.do(lambda: Outcome(None))
    hub._owner.do(lambda: Outcome(None))  # a turn's own counts are complete with the next
    return hub.status().counters


def test_any_frame_is_counted_and_never_more_than_that(joined: Joined, eventually: Eventually) -> None:
    """Random, truncated, bit-flipped, replayed and foreign ones, against a hub that is at work."""
    alder, birch = joined.start("Alder", "Birch")
    session = member_of(alder)
    alder.post(need("Blankets", audience=Audience.NETWORK))
    alder.send_alert(session, alert("Boil your water", audience=AlertAudience.NETWORK))
    eventually(lambda: titles(birch) == {"Blankets"} and len(birch.view().alerts) == 1)
    joined.stop("Alder")
    frames = [frame for _, frame in joined.wire.said]
    before = (titles(birch), [one.id for one in birch.view().alerts], len(birch.status().hubs))
    end = joined.ends["Birch"]
    for frame in frames:  # some were said before Birch was there: from here on every one is old
        end.hear(frame)

    flipped = st.builds(
        lambda frame, at, bit: (
            frame[: at % len(frame)] + bytes([frame[at % len(frame)] ^ 1 << bit]) + frame[at % len(frame) + 1 :]
        ),
        st.sampled_from(frames),
        st.integers(0, FRAME_BYTES_MAX),
        st.integers(0, 7),
    )
    truncated = st.builds(lambda frame, at: frame[:at], st.sampled_from(frames), st.integers(0, FRAME_BYTES_MAX))
    longer = st.builds(bytes.__add__, st.sampled_from(frames), st.binary(max_size=60))
    hostile = st.one_of(st.binary(max_size=300), flipped, truncated, longer, st.sampled_from(frames))

    @settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
    @given(these=st.lists(hostile, min_size=1, max_size=10))
    def throw(these: list[bytes]) -> None:
        counted = sum(settled(birch).values())
        for frame in these:
            end.hear(frame)
        assert sum(settled(birch).values()) >= counted + len(these)
        assert joined.folders["Birch"].deaths == []

    throw()

    assert (titles(birch), [one.id for one in birch.view().alerts], len(birch.status().hubs)) == before
    assert birch.status().trouble == ()
    assert birch.post(need("Still here")).post_id in {post.id for post in birch.view().posts}
