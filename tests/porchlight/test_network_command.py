import os
from pathlib import Path

from hub_places import Place, Running, Typed, begun


def test_a_hub_creates_a_network_and_is_its_first(alder: Place, typed: Typed) -> None:
    said = typed("network", "create", "Oak Street", "--config", alder.config)

    keyring = alder.keyring()
    assert said.exit_code == 0
    assert keyring.network is not None
    assert keyring.network.name == "Oak Street"
    assert keyring.roster is not None
    assert [(hub.public_key, hub.name) for hub in keyring.roster.hubs] == [(keyring.hub_keys.public, "Alder")]
    assert "Oak Street is a network" in said.stderr
    assert said.stdout == ""


def test_a_second_network_is_refused_and_a_bad_name_too(alder: Place, typed: Typed) -> None:
    assert typed("network", "create", "x" * 61, "--config", alder.config).exit_code == 2
    typed("network", "create", "Oak Street", "--config", alder.config)
    network = alder.keyring().network

    again = typed("network", "create", "Elm Street", "--config", alder.config)

    assert again.exit_code == 1
    assert "in the network Oak Street already" in again.stderr
    assert alder.keyring().network == network


def test_a_hub_joins_by_two_files_and_the_words_on_both_screens_agree(
    alder: Place, birch: Place, typed: Typed, running: Running, tmp_path: Path
) -> None:
    stick = tmp_path / "birch.request"
    typed("network", "create", "Oak Street", "--config", alder.config)
    running(alder)

    asks = typed("network", "join", "--ask", stick, "--config", birch.config)
    invites = typed("network", "invite", stick, "--config", alder.config, answering="y\n")
    joins = typed("network", "join", tmp_path / "birch.invitation", "--config", birch.config, answering="y\n")

    assert (asks.exit_code, invites.exit_code, joins.exit_code) == (0, 0, 0)
    birchs_words, alders_words = invites.stdout.splitlines()
    assert asks.stdout.splitlines() == [birchs_words]
    assert joins.stdout.splitlines() == [alders_words]
    assert "Birch has joined Oak Street, a network of 2 hubs" in joins.stderr
    assert birch.keyring().network == alder.keyring().network
    assert birch.keyring().roster == alder.keyring().roster

    again = typed("network", "join", tmp_path / "birch.invitation", "--config", birch.config)
    assert again.exit_code == 0
    assert "already; nothing was changed" in again.stderr


def test_whoever_does_not_recognise_the_words_changes_nothing(
    alder: Place, birch: Place, typed: Typed, running: Running, tmp_path: Path
) -> None:
    stick = tmp_path / "birch.request"
    typed("network", "create", "Oak Street", "--config", alder.config)
    running(alder)
    typed("network", "join", "--ask", stick, "--config", birch.config)

    assert typed("network", "invite", stick, "--config", alder.config, answering="n\n").exit_code == 1
    assert not (tmp_path / "birch.invitation").exists()
    assert len(alder.keyring().roster or ()) == 1
    typed("network", "invite", stick, "--yes", "--config", alder.config)
    assert (
        typed("network", "join", tmp_path / "birch.invitation", "--config", birch.config, answering="").exit_code == 1
    )
    assert birch.keyring().network is None


def test_a_hub_leaves_its_network_only_when_told_to(
    alder: Place, birch: Place, typed: Typed, running: Running, tmp_path: Path
) -> None:
    typed("network", "create", "Oak Street", "--config", alder.config)
    typed("network", "create", "Elm Street", "--config", birch.config)
    running(alder)
    typed("network", "join", "--ask", tmp_path / "birch.request", "--config", birch.config)
    typed("network", "invite", tmp_path / "birch.request", "--yes", "--config", alder.config)
    join = ("network", "join", tmp_path / "birch.invitation", "--yes", "--config", birch.config)

    refused, replaced = typed(*join), typed(*join, "--replace")

    assert refused.exit_code == 1
    assert "--replace" in refused.stderr
    assert replaced.exit_code == 0
    assert birch.keyring().network == alder.keyring().network


def test_an_invitation_for_another_hub_is_refused(
    alder: Place, birch: Place, typed: Typed, running: Running, tmp_path: Path
) -> None:
    cedar = begun(tmp_path / "cedar", typed)
    typed("network", "create", "Oak Street", "--config", alder.config)
    running(alder)
    typed("network", "join", "--ask", tmp_path / "birch.request", "--config", birch.config)
    typed("network", "invite", tmp_path / "birch.request", "--yes", "--config", alder.config)

    said = typed("network", "join", tmp_path / "birch.invitation", "--yes", "--config", cedar.config)

    assert said.exit_code == 1
    assert "for another hub" in said.stderr
    assert cedar.keyring().network is None


def test_files_of_nonsense_are_told_in_words(alder: Place, birch: Place, typed: Typed, tmp_path: Path) -> None:
    typed("network", "create", "Oak Street", "--config", alder.config)
    (tmp_path / "odd").write_bytes(b"\x00" * 3_000_000)
    os.mkfifo(tmp_path / "pipe")

    invited = typed("network", "invite", tmp_path / "odd", "--config", alder.config)
    joined = typed("network", "join", tmp_path / "odd", "--config", birch.config)
    missing = typed("network", "join", tmp_path / "none", "--config", birch.config)
    pipe = typed("network", "join", tmp_path / "pipe", "--config", birch.config)
    in_none = typed("network", "invite", tmp_path / "odd", "--config", birch.config)

    assert [said.exit_code for said in (invited, joined, missing, pipe, in_none)] == [1, 1, 2, 2, 1]
    assert "no request" in invited.stderr
    assert "no invitation" in joined.stderr
    assert "No such file" in missing.stderr
    assert "in no network" in in_none.stderr


def test_a_file_that_is_there_is_not_written_over(alder: Place, typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")

    said = typed("network", "join", "--ask", tmp_path / "mine", "--config", alder.config)

    assert said.exit_code == 1
    assert (tmp_path / "mine").read_text() == "mine"


def test_a_hub_that_runs_changes_its_network_only_when_stopped(alder: Place, typed: Typed, running: Running) -> None:
    running(alder)

    said = typed("network", "create", "Oak Street", "--config", alder.config)

    assert said.exit_code == 1
    assert "the hub runs" in said.stderr
    assert alder.keyring().network is None


def test_two_hubs_of_one_name_cannot_be_in_one_network(
    alder: Place, typed: Typed, running: Running, tmp_path: Path
) -> None:
    twin = begun(tmp_path / "other" / "alder", typed)
    typed("network", "create", "Oak Street", "--config", alder.config)
    running(alder)
    typed("network", "join", "--ask", tmp_path / "twin.request", "--config", twin.config)

    said = typed("network", "invite", tmp_path / "twin.request", "--yes", "--config", alder.config)

    assert said.exit_code == 1
    assert "another hub is called Alder already; nobody was invited" in said.stderr
