import os
from pathlib import Path

import pytest
from hub_places import Typed

from hub.keyring import Keyring
from hub.settings import Settings
from hub.settings_file import read_settings
from mesh.words import LISTS
from porchlight.init import begin_hub, clock_trust
from porchlight.stop import Stop


def test_a_new_hub_has_valid_settings_keys_and_a_phrase_shown_once(tmp_path: Path, typed: Typed) -> None:
    said = typed("init", tmp_path / "oak-street")

    settings = read_settings(tmp_path / "oak-street" / "hub.toml")
    assert isinstance(settings, Settings)
    assert settings.hub.name == "Oak street"
    assert Keyring.open(settings.data_folder).is_coordinator(said.stdout)
    assert len(said.stdout.split()) == 6
    assert f"porchlight run --config {tmp_path}/oak-street/hub.toml" in said.stderr
    for folder, _, files in os.walk(tmp_path):
        assert not any(said.stdout.strip().encode() in (Path(folder) / file).read_bytes() for file in files)


def test_the_data_folder_is_for_the_hub_alone(tmp_path: Path, typed: Typed) -> None:
    typed("init", tmp_path / "alder")

    assert (tmp_path / "alder" / "data").stat().st_mode & 0o077 == 0


def test_nothing_is_overwritten(tmp_path: Path, typed: Typed) -> None:
    typed("init", tmp_path, "--name", "Alder")
    before = (tmp_path / "hub.toml").read_text()

    again = typed("init", tmp_path, "--name", "Birch")
    (tmp_path / "hub.toml").unlink()
    over_keys = typed("init", tmp_path, "--name", "Birch")

    assert (again.exit_code, over_keys.exit_code) == (1, 1)
    assert "is there already" in again.stderr
    assert "keys of a hub" in over_keys.stderr
    assert again.stdout == over_keys.stdout == ""
    assert before.count("Alder") == 2


def test_a_name_that_no_roster_takes_is_told_before_anything_is_written(tmp_path: Path, typed: Typed) -> None:
    said = typed("init", tmp_path / "x", "--name", "ü" * 30)

    assert said.exit_code == 2
    assert "hub.toml:5: hub.name" in said.stderr
    assert not (tmp_path / "x").exists()


def test_the_words_come_in_the_language_of_the_hub(tmp_path: Path, typed: Typed) -> None:
    said = typed("init", tmp_path, "--name", "Olmo", "--language", "es")

    assert set(said.stdout.split()) <= set(LISTS["es"])


def test_a_place_that_cannot_be_written_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(Stop, match="cannot be made"):
        begin_hub(tmp_path / "file" / "hub", '[hub]\nname = "Alder"\n')


@pytest.mark.parametrize(
    ("there", "trust"),
    [((), "unset"), (("dev/rtc0",), "system"), (("dev/rtc0", "proc/device-tree/model"), "unset")],
)
def test_a_machine_knows_the_time_if_its_clock_has_a_battery(
    tmp_path: Path, there: tuple[str, ...], trust: str
) -> None:
    for name in there:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    assert clock_trust(tmp_path) == trust
