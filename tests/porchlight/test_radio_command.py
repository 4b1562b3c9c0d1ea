"""What `porchlight radio` makes of what a person typed: the radio that is meant, and how it should be set."""

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hub_places import Place

from hub.settings_text import hub_toml
from mesh.links.target import SerialTarget, TcpTarget
from porchlight.cli import main
from porchlight.radio_wanted import Options, wanted
from porchlight.stop import Stop

KEY = bytes(range(32))
NOWHERE = "127.0.0.1:1"


def porchlight(*typed: str) -> Result:
    return CliRunner().invoke(main, typed)


@pytest.fixture
def hub_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A hub in a network, with a radio on the wire at Oak Street 5."""
    monkeypatch.chdir(tmp_path)
    assert porchlight("init", "alder", "--name", "Oak Street 5").exit_code == 0
    file = tmp_path / "alder" / "hub.toml"
    assert porchlight("network", "create", "Oak", "--config", str(file)).exit_code == 0
    file.write_text(
        hub_toml(name="Oak Street 5", radio_kind="tcp", radio_address=NOWHERE, region="EU_868", preset="MEDIUM_FAST")
    )
    return file


def test_a_hub_brings_its_radio_region_name_and_channel(hub_file: Path) -> None:
    target, profile = wanted(Options(config=hub_file))

    assert target == TcpTarget("127.0.0.1", 1)
    assert (profile.region, profile.preset) == ("EU_868", "MEDIUM_FAST")
    assert (profile.owner_long, profile.owner_short) == ("Oak Street 5", "OAKS")
    assert profile.channel is not None and len(profile.channel.psk) == 32


def test_what_was_typed_counts_more_than_the_file(hub_file: Path) -> None:
    options = Options(config=hub_file, port="/dev/ttyUSB9", region="US", preset="LONG_FAST", owner="Birch")

    target, profile = wanted(options)

    assert target == SerialTarget("/dev/ttyUSB9")
    assert (profile.region, profile.preset, profile.owner_long) == ("US", "LONG_FAST", "Birch")


def test_a_profile_and_a_hub_that_disagree_are_told(hub_file: Path) -> None:
    with pytest.raises(Stop, match=r"us-longfast is for US, and .*hub\.toml says EU_868"):
        wanted(Options(config=hub_file, profile="us-longfast"))
    with pytest.raises(Stop, match=r"eu868-longfast has LONG_FAST, and .*hub\.toml says MEDIUM_FAST"):
        wanted(Options(config=hub_file, profile="eu868-longfast"))

    assert wanted(Options(config=hub_file, profile="eu868-mediumfast"))[1].preset == "MEDIUM_FAST"


@pytest.mark.parametrize("raw", [KEY, base64.b64encode(KEY) + b"\n"])
def test_a_channel_comes_from_a_name_and_a_key_file(tmp_path: Path, raw: bytes) -> None:
    file = tmp_path / "key"
    file.write_bytes(raw)

    _, profile = wanted(Options(region="US", channel_name="oak", channel_key_file=file))

    assert profile.channel is not None
    assert (profile.channel.name, profile.channel.psk) == ("oak", KEY)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ((), "nothing says in which region"),
        (("--region", "MOON"), "region is not valid; expected: one of US, EU_433"),
        (("--region", "US", "--preset", "FAST"), "preset is not valid; expected: one of LONG_FAST"),
        (("--region", "EU_868", "--preset", "SHORT_TURBO"), "SHORT_TURBO is wider than EU_868 allows"),
        (("--region", "US", "--owner", "x" * 40), "owner_long: it has 40 bytes; expected: printable text"),
        (("--region", "US", "--channel-name", "oak"), "a channel needs a key too"),
        (("--region", "US", "--channel-key-file", "nothing"), "nothing cannot be read"),
        (("--region", "US", "--channel-key-file", "/dev/null"), "/dev/null holds no channel key"),
        (("--region", "US", "--port", "host:x"), "'x' is no port number"),
        (("--profile", "moonbase"), "it cannot be read (No such file or directory); expected: a file, or one of anz-"),
        (("--config", "nothing.toml"), "there is no file nothing.toml"),
        (("--region", "US", "--port", NOWHERE), "nothing answers at 127.0.0.1:1"),
        (("--region", "US", "--port", "/dev/null"), "/dev/null is no serial port"),
    ],
)
@pytest.mark.parametrize("command", ["plan", "apply"])
def test_a_mistake_ends_in_words_without_a_traceback(command: str, typed: tuple[str, ...], words: str) -> None:
    ended = porchlight("radio", command, *typed)

    assert ended.exit_code in (1, 2)
    assert words in ended.stderr
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr


def test_a_hub_without_a_region_is_told_where_to_set_it(hub_file: Path) -> None:
    hub_file.write_text(hub_toml(name="Oak", radio_kind="tcp", radio_address=NOWHERE))

    ended = porchlight("radio", "apply", "--config", str(hub_file))

    assert f"hint: set radio.region in {hub_file}" in ended.stderr


def test_a_hub_that_runs_keeps_its_radio(alder: Place, running: Callable[[Place], None]) -> None:
    running(alder)

    ended = porchlight("radio", "apply", "--config", str(alder.config), "--region", "US", "--port", NOWHERE)

    assert ended.exit_code == 1
    assert "the hub runs and holds its radio; nothing was written" in ended.stderr
