"""`porchlight carry`: real hubs in folders, and a folder that stands for a USB stick."""

import contextlib
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hub_places import Place, Typed, begun
from rig import MovableTime, alert, member_of, need

from hub.carry import CarriedIn, CarriedOut
from hub.hub import Hub
from hub.settings import Problems, Settings
from hub.settings_file import read_settings
from hub.views import AlertAudience, Audience
from porchlight.carry import REFUSED, lines_of_export, lines_of_import
from porchlight.control import ControlServer
from porchlight.requests import AnyRequest, answer
from porchlight.run import open_hub

Eventually = Callable[[Callable[[], bool]], None]
HALF_AN_HOUR_S = 1_801  # so long a hub that hears nobody waits before it writes into its log


@dataclass
class Street:
    """Alder and Cedar of one network, with no link at all; a folder for the stick; a time that can be moved."""

    alder: Place
    cedar: Place
    stick: Path
    time: MovableTime

    @contextlib.contextmanager
    def running(self, place: Place) -> Iterator[Hub]:
        """The hub at work, with its control socket."""
        with open_hub(settings_of(place), time_source=self.time, share_s=0.2) as hub:
            server = ControlServer[AnyRequest](place.data, AnyRequest, lambda request: answer(hub, request))
            server.start()
            try:
                yield hub
            finally:
                server.stop()


def settings_of(place: Place) -> Settings:
    settings = read_settings(place.config)
    assert not isinstance(settings, Problems)
    return settings


@pytest.fixture
def street(tmp_path: Path, typed: Typed) -> Street:
    alder, cedar = begun(tmp_path / "alder", typed), begun(tmp_path / "cedar", typed)
    for words in (
        ("create", "Elm Park", "--config", alder.config),
        ("join", tmp_path / "cedar.ask", "--ask", "--config", cedar.config),
        ("invite", tmp_path / "cedar.ask", "--yes", "--config", alder.config),
        ("join", tmp_path / "cedar.invitation", "--yes", "--config", cedar.config),
    ):
        assert typed("network", *words).exit_code == 0
    (tmp_path / "stick").mkdir()
    return Street(alder, cedar, tmp_path / "stick", MovableTime())


def test_a_hub_without_a_link_gets_a_post_and_an_alert_by_one_stick_and_its_own_come_back(
    street: Street, typed: Typed, eventually: Eventually
) -> None:
    with street.running(street.alder) as alder:
        alder.post(need("Blankets", audience=Audience.NETWORK))
        alder.send_alert(member_of(alder), alert("Boil your water", audience=AlertAudience.NETWORK))
        street.time.ahead_s += HALF_AN_HOUR_S
        eventually(lambda: published(alder))
        out = typed("carry", "export", street.stick, "--config", street.alder.config)
    assert out.exit_code == 0
    assert out.stdout.startswith("wrote     ")
    assert "in 1 file, 0.1 MB" in out.stdout

    came = typed("carry", "import", street.stick, "--config", street.cedar.config)  # nobody runs: it opens the hub

    assert came.exit_code == 0
    assert "0 known already, 0 refused" in came.stdout
    with street.running(street.cedar) as cedar:
        assert {post.title for post in cedar.view().posts} == {"Blankets"}
        assert {each.words for each in cedar.alerts(None)} == {"Boil your water"}
        cedar.post(need("Firewood", audience=Audience.NETWORK))
        street.time.ahead_s += HALF_AN_HOUR_S
        eventually(lambda: published(cedar))
        assert typed("carry", "export", street.stick, "--config", street.cedar.config).exit_code == 0
    with street.running(street.alder) as alder:
        back = typed("carry", "import", street.stick, "--config", street.alder.config)
        assert back.exit_code == 0
        assert {post.title for post in alder.view().posts} == {"Blankets", "Firewood"}


def published(hub: Hub) -> bool:
    """Nothing that was written here waits for a block any more."""
    return hub.status().blocks > 0 and not hub._owner.packer.waiting


def test_what_lies_about_on_a_stick_is_passed_by_in_words(street: Street, typed: Typed) -> None:
    (street.stick / "0badf00d.bin").write_bytes(os.urandom(70_000))
    os.mkfifo(street.stick / "00000001.bin")
    (street.stick / "00000002.bin").symlink_to(street.stick)
    (street.stick / "00000003.bin").touch()
    os.truncate(street.stick / "00000003.bin", 2**41)
    (street.stick / "00000004.bin").mkdir()

    alone = typed("carry", "import", street.stick, "--config", street.cedar.config)

    assert alone.exit_code == 1
    assert alone.stderr.splitlines() == [
        f"porchlight: nothing for this hub is in {street.stick}",
        "passed by 1 file: of another network, too old, or no blocks at all",
        "passed by 3 entries: no plain file (a link, a pipe, a folder), not opened",
        "passed by 1 file: larger than a hub writes (16 MB)",
        "hint: on another hub of the network, type: porchlight carry export DIR",
    ]
    with street.running(street.alder):
        assert typed("carry", "export", street.stick, "--config", street.alder.config).exit_code == 0
    with street.running(street.cedar):
        came = typed("carry", "import", street.stick, "--config", street.cedar.config)
    assert came.exit_code == 0
    assert came.stdout.splitlines()[1:] == alone.stderr.splitlines()[1:-1]


@pytest.mark.parametrize("action", ["export", "import"])
def test_what_is_no_folder_is_told_before_anything_is_done(street: Street, typed: Typed, action: str) -> None:
    (street.stick / "file").write_text("")
    os.mkfifo(street.stick / "pipe")

    for name in ("gone", "file", "pipe"):
        said = typed("carry", action, street.stick / name, "--config", street.cedar.config)
        assert said.exit_code == 2
        assert f"{street.stick / name} is no folder of this machine" in said.stderr
        assert said.stdout == ""


def test_a_hub_of_no_network_has_nobody_to_carry_for(tmp_path: Path, alder: Place, typed: Typed) -> None:
    said = typed("carry", "export", tmp_path, "--config", alder.config)

    assert said.exit_code == 1
    assert "in no network yet" in said.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["alder"]


def test_the_words_count_what_came_and_why_the_rest_was_refused() -> None:
    came = CarriedIn(files=2, new=1, known=1_200, refused={"signature": 2, "type": 1, "length": 3}, lost_pieces=1)

    assert lines_of_import(came) == [
        "read      2 files: 1 block new here, 1,200 known already, 6 refused",
        "refused   4 no blocks",
        "refused   2 not signed by the hub that they name",
        "lost      1 piece: torn or garbled; another hub's stick has those blocks",
    ]
    assert lines_of_export(CarriedOut(30, 1, 65_536, replaced=1, not_removed=2, waiting=3)) == [
        "wrote     30 blocks in 1 file, 0.1 MB",
        "replaced  1 older file of this hub",
        "left      2 older files of this hub, which the stick did not give up",
        "waiting   3 records written here in no block yet:"
        " write the stick again in two minutes, or half an hour after the hub's start",
    ]


def test_a_block_has_no_reason_without_its_words() -> None:
    before_the_hub_stores_it = {"length", "type", "lane", "stranger", "expired", "far", "signature", "number", "shape"}

    assert set(REFUSED) == before_the_hub_stores_it


@pytest.fixture
def small_stick(street: Street) -> Iterator[Path]:
    """A file system of its own with 80 KB; needs root."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=80k", "tmpfs", street.stick], check=True)
    yield street.stick
    subprocess.run(["umount", street.stick], check=True)


@pytest.mark.system
def test_a_full_stick_is_told_and_keeps_what_it_had(street: Street, small_stick: Path, typed: Typed) -> None:
    with street.running(street.alder):
        assert typed("carry", "export", small_stick, "--config", street.alder.config).exit_code == 0
        before = {file.name: file.read_bytes() for file in small_stick.iterdir()}

        full = typed("carry", "export", small_stick, "--config", street.alder.config)

    assert full.exit_code == 1
    assert f"{small_stick} is full; nothing was changed" in full.stderr
    assert "make room of 1 MB" in full.stderr
    assert {file.name: file.read_bytes() for file in small_stick.iterdir()} == before


@pytest.mark.system
def test_a_read_only_stick_is_read_and_not_written(street: Street, small_stick: Path, typed: Typed) -> None:
    with street.running(street.alder):
        assert typed("carry", "export", small_stick, "--config", street.alder.config).exit_code == 0
        subprocess.run(["mount", "-o", "remount,ro", small_stick], check=True)

        said = typed("carry", "export", small_stick, "--config", street.alder.config)

    assert said.exit_code == 1
    assert "read-only; nothing was written" in said.stderr
    assert typed("carry", "import", small_stick, "--config", street.cedar.config).exit_code == 0
