"""Three hubs in a line, each a process; Alder and Cedar cannot hear each other."""

import zlib

import pytest
from neighbour import Neighbourhood, settled, shows, until

from mesh.text_dictionary import DICTIONARIES

WORDS = "Main broken on Oak Street, bring empty bottles"
CONTACT = "blue door by the mill"


def test_a_need_and_an_alert_cross_the_mesh_and_come_back_as_read(neighbourhood: Neighbourhood) -> None:
    alder, cedar = neighbourhood.phone("Alder"), neighbourhood.phone("Cedar")

    post_id, code = alder.post("Firewood for the cold nights")
    until(shows(cedar, "/needs", "Firewood for the cold nights"), "the need is on Cedar's board")
    cedar.claim(post_id, "Rosa", CONTACT)
    until(lambda: CONTACT in alder.answers(post_id, code).text, "the claim is at Alder, for whoever has the code")

    ana = neighbourhood.member("Ana", "Alder")
    cho = neighbourhood.member("Cho", "Cedar")
    alert_id = ana.send_alert(WORDS)
    until(shows(cho, "/alerts", WORDS), "the alert is at Cedar")
    assert WORDS not in cedar.visit("/alerts").text
    until(shows(ana, f"/alerts/{alert_id}", "Cedar arrived"), "Alder knows that it arrived")
    cho.confirm(alert_id)
    until(shows(ana, f"/alerts/{alert_id}", "Read by 1 of 4"), "Ana sees that Cho has read it")

    assert_it_went_through_birch(neighbourhood)
    assert_nothing_private_is_in_the_clear(neighbourhood)


def assert_it_went_through_birch(neighbourhood: Neighbourhood) -> None:
    rows = neighbourhood.seen.rows()
    from_alder = [row for row in rows if row["radio"] == "Alder"]
    assert from_alder
    assert not [row for row in from_alder if "Cedar" in row["heard_by"]]
    assert [row for row in rows if row["radio"] == "Birch" and row["relayed"] and "Cedar" in row["heard_by"]]


def assert_nothing_private_is_in_the_clear(neighbourhood: Neighbourhood) -> None:
    stage = neighbourhood.stage
    phrases = [phrase for _, _, phrase in stage.phrases.members] + list(stage.phrases.coordinators.values())
    secrets = [WORDS, CONTACT, *phrases]
    payloads = [bytes.fromhex(row["payload"]) for row in neighbourhood.seen.rows() if row["payload"]]
    assert payloads
    for raw in payloads:
        for text in (raw, *inflated(raw)):
            assert not [secret for secret in secrets if secret.encode() in text]
    for folder in neighbourhood.data_folders():
        for file in folder.rglob("*"):
            if file.is_file():
                assert not [secret for secret in secrets if secret.encode() in file.read_bytes()], file


def inflated(raw: bytes) -> list[bytes]:
    """What the bytes are if a deflated text begins anywhere in them."""
    texts = []
    for dictionary in (b"", *DICTIONARIES.values()):
        for start in range(len(raw)):
            inflater = zlib.decompressobj(-15, dictionary) if dictionary else zlib.decompressobj(-15)
            try:
                texts.append(inflater.decompress(raw[start:], 400))
            except zlib.error:
                continue
    return texts


@pytest.mark.parametrize("audience", ["pod", "network"])
def test_with_birch_away_cedar_has_nothing_and_its_radio_alone_is_enough(
    neighbourhood: Neighbourhood, audience: str
) -> None:
    """Birch comes back, and the blocks that are sent again are exactly those that were missing."""
    stage = neighbourhood.stage
    ana = neighbourhood.member("Ana", "Alder")
    until(lambda: settled(neighbourhood), "all three hubs hold the same")
    cho = neighbourhood.member("Cho", "Cedar")

    stage.stop_hub("Birch")
    first = ana.send_alert("First, over the radio of Birch alone", audience)
    until(shows(cho, "/alerts", "First, over the radio"), "Birch's radio passes it on while its hub is off")
    until(shows(ana, f"/alerts/{first}", "Cedar arrived"), "Alder knows that Cedar has it")
    stage.radio_off("Birch")
    ana.send_alert("Second, with Birch away", audience)
    until(lambda: sendings_of_the_newest(neighbourhood) == 2, "Alder sends it, and once more since nobody was heard")
    assert "Second" not in cho.visit("/alerts").text
    missing = missing_blocks(neighbourhood)
    assert len(missing) == 2  # Birch lacks both, Cedar the second
    before = len(neighbourhood.seen.blocks("repaired"))

    stage.radio_on("Birch")
    stage.start_hub("Birch")
    until(shows(cho, "/alerts", "Second, with Birch away"), "Cedar has the second alert")
    until(lambda: settled(neighbourhood), "all three hubs hold the same")

    repaired = neighbourhood.seen.blocks("repaired")[before:]
    assert set(repaired) == missing
    birch = neighbourhood.phone("Birch")
    assert ("First" in birch.visit("/alerts").text) == (audience == "network")


def sendings_of_the_newest(neighbourhood: Neighbourhood) -> int:
    """How often Alder sent its newest block without being asked for it."""
    sent = neighbourhood.seen.blocks("sent", "Alder")
    return sent.count(sent[-1])


def holdings(neighbourhood: Neighbourhood) -> dict[str, set[tuple[str, int]]]:
    """The blocks that each hub has told of: sent as its own, or received."""
    seen = neighbourhood.seen
    return {
        name: {*seen.blocks("received", name), *(block for block in seen.blocks("sent", name))}
        for name in neighbourhood.stage.hubs
    }


def missing_blocks(neighbourhood: Neighbourhood) -> set[tuple[str, int]]:
    """The blocks that one hub has and another lacks, since all were the same."""
    sent = set(neighbourhood.seen.blocks("sent"))
    return {block for block in sent if any(block not in held for held in holdings(neighbourhood).values())}
