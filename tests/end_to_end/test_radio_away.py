"""The radio vanishes, hangs up, comes back: the board goes on, the pages say so, and what was to be sent is sent."""

from neighbour import Neighbourhood, shows, until


def test_an_alert_written_while_the_radio_is_away_is_sent_when_it_returns(neighbourhood: Neighbourhood) -> None:
    stage = neighbourhood.stage
    ana = neighbourhood.member("Ana", "Alder")
    cho = neighbourhood.member("Cho", "Cedar")

    stage.radio_off("Alder")
    until(shows(ana, "/status", "The radio is away"), "the status page says so")
    until(shows(ana, "/", "radio"), "home says so")
    alert_id = ana.send_alert("Written without a radio")
    assert "aiting for the radio" in ana.visit(f"/alerts/{alert_id}").text
    ana.post("A need that needs no radio", audience="this_hub")
    assert "A need that needs no radio" in ana.visit("/needs").text

    stage.radio_on("Alder")
    until(shows(cho, "/alerts", "Written without a radio"), "the alert is at Cedar")
    until(shows(ana, f"/alerts/{alert_id}", "Cedar arrived"), "Alder knows that it arrived")


def test_a_radio_that_starts_anew_again_and_again_is_found_each_time(neighbourhood: Neighbourhood) -> None:
    stage = neighbourhood.stage
    alder = neighbourhood.phone("Alder")
    for _ in range(3):
        until(shows(alder, "/", "Radio well"), "the radio is there")
        stage.radio_off("Alder")
        until(shows(alder, "/status", "The radio is away"), "the radio is missed")
        stage.radio_on("Alder")

    until(shows(alder, "/", "Radio well"), "the radio is there")
    alder.post("Found again")
    until(shows(neighbourhood.phone("Cedar"), "/needs", "Found again"), "the need is at Cedar")
