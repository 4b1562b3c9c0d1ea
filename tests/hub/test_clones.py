"""Two cards with one hub's key: the first number that both used shows it everywhere, and the key admits nobody more."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from joined_links import End, Joined
from rig import HubInAFolder, need

from hub.hub import Hub
from hub.views import Audience
from mesh.frame import BlockFrame, parse_frame
from mesh.keys import HubKeys
from mesh.roster import NotAdmitted, RosterHub

Eventually = Callable[[Callable[[], bool]], None]
DOGWOOD = HubKeys(b"d" * 32)
ELM = HubKeys(b"e" * 32)


@pytest.fixture
def joined(tmp_path: Path) -> Iterator[Joined]:
    made = Joined.make(tmp_path, "Alder", "Birch")
    yield made
    made.stop()


@pytest.fixture
def twin(joined: Joined, tmp_path: Path) -> Iterator[HubInAFolder]:
    """A copy of Alder's card, made while Alder was off."""
    shutil.copytree(joined.folders["Alder"].folder, tmp_path / "twin")
    made = HubInAFolder(tmp_path / "twin", "Alder", joined.time)
    yield made
    made.stop()


def said_by(joined: Joined, end: End) -> list[bytes]:
    return [frame for sender, frame in joined.wire.said if sender is end]


def names(hub: Hub) -> set[str]:
    return {one.name for one in hub.status().hubs}


def both_publish(joined: Joined, twin: HubInAFolder, eventually: Eventually) -> tuple[Hub, Hub]:
    """Alder and its twin each prove their log to Birch, one after the other, then each uses the next number.

    Gives Birch and the twin; Birch has Alder's block, and the twin's is held back on the wire.
    """
    (birch,) = joined.start("Birch")
    twin_end = joined.wire.end()
    copied = twin.start(twin_end)
    eventually(lambda: copied.status().life == "proved")
    joined.wire.ends.remove(twin_end)  # it hears nothing of what follows
    alder, *_ = joined.start("Alder")
    alder.post(need("Written at the one", audience=Audience.NETWORK))
    eventually(lambda: any(post.title == "Written at the one" for post in birch.view().posts))
    joined.wire.is_held = True
    copied.post(need("Written at the other", audience=Audience.NETWORK))
    eventually(lambda: any(parse_frame(frame).__class__ is BlockFrame for frame in said_by(joined, twin_end)))
    return birch, copied


def test_a_number_used_twice_is_told_everywhere_and_freezes_what_the_key_may_do(
    joined: Joined, twin: HubInAFolder, eventually: Eventually
) -> None:
    birch, copied = both_publish(joined, twin, eventually)
    alder = joined.hub("Alder")

    joined.wire.release()

    eventually(lambda: any("key of Alder" in words for words in birch.status().trouble))
    eventually(lambda: any("with this hub's key" in words for words in alder.status().trouble))
    assert birch.status().counters["clones"] >= 1
    with pytest.raises(NotAdmitted, match="two cards"):
        alder.admit(RosterHub(ELM.public, "Elm"))
    copied.admit(RosterHub(DOGWOOD.public, "Dogwood"))  # the twin has not heard of it
    eventually(lambda: birch.status().counters.get("not understood: number", 0) > 0)
    assert names(birch) == {"Alder"}

    joined.stop("Birch")
    (birch,) = joined.start("Birch")
    assert any("key of Alder" in words for words in birch.status().trouble)
    assert names(birch) == {"Alder"}
    joined.stop("Alder")
    (alder,) = joined.start("Alder")
    with pytest.raises(NotAdmitted, match="two cards"):
        alder.admit(RosterHub(ELM.public, "Elm"))


def test_whom_the_key_admitted_before_stays_and_others_still_admit(
    joined: Joined, twin: HubInAFolder, eventually: Eventually
) -> None:
    joined.start("Alder", "Birch")
    joined.hub("Alder").admit(RosterHub(DOGWOOD.public, "Dogwood"))
    eventually(lambda: names(joined.hub("Birch")) == {"Alder", "Dogwood"})
    joined.stop()
    shutil.rmtree(twin.folder)
    shutil.copytree(joined.folders["Alder"].folder, twin.folder)
    birch, _ = both_publish(joined, twin, eventually)
    joined.wire.release()
    eventually(lambda: any("key of Alder" in words for words in birch.status().trouble))

    birch.admit(RosterHub(ELM.public, "Elm"))

    assert names(birch) == {"Alder", "Dogwood", "Elm"}
    eventually(lambda: names(joined.hub("Alder")) == {"Birch", "Dogwood", "Elm"})
    joined.stop("Birch")
    (birch,) = joined.start("Birch")
    assert names(birch) == {"Alder", "Dogwood", "Elm"}
