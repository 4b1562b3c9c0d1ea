"""A card is restored from an old copy; all hubs sleep in a cupboard for a season. Nothing is lost, nothing doubled."""

import shutil
from pathlib import Path

import pytest
from neighbour import Neighbourhood, OpenNeighbourhood, lives_of, settled, shows, until


@pytest.mark.parametrize("peers", ["on", "off"])
def test_a_restored_copy_goes_on_in_a_new_life_and_no_block_is_lost_or_doubled(
    neighbourhood: Neighbourhood, tmp_path: Path, peers: str
) -> None:
    stage = neighbourhood.stage
    alder, cedar = neighbourhood.phone("Alder"), neighbourhood.phone("Cedar")
    alder.post("Firewood, before the copy")
    until(shows(cedar, "/needs", "before the copy"), "Cedar has the first need")
    stage.stop_hub("Alder")
    shutil.copytree(stage.hubs["Alder"].data_folder, tmp_path / "copy")
    stage.start_hub("Alder")
    alder.post("Blankets, after the copy")
    until(shows(cedar, "/needs", "after the copy"), "Cedar has the second need")
    until(lambda: settled(neighbourhood), "all hold the same")
    lives_before = lives_of(neighbourhood, "Alder")

    stage.stop_hub("Alder")
    if peers == "off":
        stop(neighbourhood, "Birch", "Cedar")
    shutil.rmtree(stage.hubs["Alder"].data_folder)
    shutil.copytree(tmp_path / "copy", stage.hubs["Alder"].data_folder)
    stage.start_hub("Alder")
    ana = neighbourhood.member("Ana", "Alder")
    ana.send_alert("Written by the restored card", "network")
    if peers == "off":
        start(neighbourhood, "Birch", "Cedar")
    alder.post("Water, after the restore")

    until(shows(cedar, "/alerts", "Written by the restored card"), "the alert is at Cedar")
    until(shows(cedar, "/needs", "after the restore"), "the new need is at Cedar")
    until(shows(alder, "/needs", "after the copy"), "Alder has its own lost need back")
    until(lambda: settled(neighbourhood), "all hold the same")
    assert lives_of(neighbourhood, "Alder") > lives_before
    for phone in (alder, cedar):
        text = phone.visit("/needs").text
        for title in ("before the copy", "after the copy", "after the restore"):
            assert text.count(title) == 1
    dropped = [event["reason"] for event in neighbourhood.seen.events("dropped")]
    assert "number" not in dropped


def test_after_ninety_days_in_a_cupboard_roster_pod_and_logins_are_there_and_posts_are_not(
    open_neighbourhood: OpenNeighbourhood,
) -> None:
    with open_neighbourhood() as neighbourhood:
        neighbourhood.phone("Alder").post("Firewood for this week")
        until(shows(neighbourhood.phone("Cedar"), "/needs", "this week"), "the need is at Cedar")
        until(lambda: settled(neighbourhood), "all hold the same")

    with open_neighbourhood(days_later=90) as neighbourhood:
        alder, cedar = neighbourhood.phone("Alder"), neighbourhood.phone("Cedar")
        assert "this week" not in alder.visit("/needs").text + cedar.visit("/needs").text
        ana, dee = neighbourhood.member("Ana", "Alder"), neighbourhood.member("Dee", "Cedar")
        alert_id = ana.send_alert("Are you all there?")
        until(shows(dee, "/alerts", "Are you all there?"), "the alert is at Cedar")
        dee.confirm(alert_id)
        until(shows(ana, f"/alerts/{alert_id}", "Read by 1 of 4"), "Alder knows that Dee has read it")
        alder.post("Firewood for the new season")
        until(shows(cedar, "/needs", "the new season"), "the new need is at Cedar")
        until(lambda: settled(neighbourhood), "all hold the same")
        for folder in neighbourhood.data_folders():
            oldest = min(int(file.stem) for file in (folder / "journal").glob("*.segment"))
            assert oldest >= neighbourhood.today() - 3


def stop(neighbourhood: Neighbourhood, *names: str) -> None:
    for name in names:
        neighbourhood.stage.stop_hub(name)
        neighbourhood.stage.radio_off(name)


def start(neighbourhood: Neighbourhood, *names: str) -> None:
    for name in names:
        neighbourhood.stage.radio_on(name)
        neighbourhood.stage.start_hub(name)
