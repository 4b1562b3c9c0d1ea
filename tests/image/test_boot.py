"""The image that was just built starts: a hub by itself or at the set-up page, in 512 MB, and keeps its promises."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from card_rig import failed_units, memory_used_mb, phone_at, started, wait_for_pages

from image_build.boot.machine import CARD_MIB, Machine

pytestmark = pytest.mark.image

MEMORY_MB_MAX = 250  # of the 512 of a Zero 2 W, in all
POWER_CUTS = 2  # the long form has 20


@pytest.fixture(scope="module")
def machine(image: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A card with a hub.toml, started for the first time and let be until its pages are there."""
    with started(image, tmp_path_factory.mktemp("machine")) as machine:
        seconds = wait_for_pages(machine)
        print(f"\nfirst page after {seconds:.0f} s, emulated: power, first start, a hub made, pages served")
        yield machine


def test_everything_that_is_to_start_starts(machine: Machine) -> None:
    assert failed_units(machine) == ""


def test_the_hub_needs_less_than_half_of_the_memory(machine: Machine) -> None:
    used = memory_used_mb(machine)
    print(f"\nmemory used in all: {used:.0f} MB")

    assert used < MEMORY_MB_MAX


def test_the_data_partition_has_the_rest_of_the_card_and_the_root_cannot_be_written(machine: Machine) -> None:
    size_mb, kind = machine.shell.run("df --output=size,fstype -BM /data | tail -1").split()
    status, _ = machine.shell.tried("touch /usr/written")

    assert kind == "ext4"
    assert int(size_mb.rstrip("M")) > CARD_MIB / 2
    assert status != 0


def test_nobody_is_let_in_by_ssh_unless_a_key_was_put_on_the_card(machine: Machine) -> None:
    listening = machine.shell.run("ss -Hlnt")

    assert ":22 " not in listening
    assert ":8080 " in listening


def test_the_hub_is_no_root_and_its_keys_are_its_own(machine: Machine) -> None:
    user = machine.shell.run("ps -o user= -C porchlight").strip()
    mode = machine.shell.run("stat -c '%a %U' /data/porchlight/data/keys").strip()

    assert user.startswith("porchl")
    assert mode == "700 porchlight"


def test_a_post_is_there_after_the_power_was_cut_right_behind_its_acknowledgement(machine: Machine) -> None:
    written: list[tuple[str, str]] = []
    for number in range(POWER_CUTS):
        title = f"Blankets before cut {number}"
        post_id, _ = phone_at(machine).post(title, audience="this_hub")
        machine.cut_power()
        written.append((post_id, title))
        wait_for_pages(machine)

    for post_id, title in written:
        assert title in phone_at(machine).visit(f"/p/{post_id}").text
    assert failed_units(machine) == ""
