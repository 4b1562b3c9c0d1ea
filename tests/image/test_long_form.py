"""The long form of the boot test: the whole image, twenty power cuts, and the card in an emulated Raspberry Pi 3."""

from pathlib import Path

import pytest
from card_rig import build, failed_units, phone_at, started, wait_for_pages

from image_build.boot.machine import new_card
from image_build.boot.pi3 import boot_as_pi3
from image_build.plan import FULL

pytestmark = pytest.mark.image_long

POWER_CUTS = 20


@pytest.fixture(scope="module")
def whole_image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The image that people get; the command fails if it is too large when packed."""
    return build(tmp_path_factory.mktemp("whole"), "--xz")


def test_posts_are_there_after_twenty_power_cuts_right_behind_their_acknowledgement(
    whole_image: Path, tmp_path: Path
) -> None:
    with started(whole_image, tmp_path, plan=FULL) as machine:
        wait_for_pages(machine)
        written: list[tuple[str, str]] = []
        for number in range(POWER_CUTS):
            title = f"Blankets before cut {number}"
            post_id, _ = phone_at(machine).post(title, audience="this_hub")
            machine.cut_power()
            written.append((post_id, title))
            print(f"\nfirst page {wait_for_pages(machine):.0f} s after power cut {number + 1}")

        for post_id, title in written:
            assert title in phone_at(machine).visit(f"/p/{post_id}").text
        assert failed_units(machine) == ""


def test_the_card_reaches_its_target_in_an_emulated_raspberry_pi_3(whole_image: Path, tmp_path: Path) -> None:
    seconds = boot_as_pi3(new_card(whole_image, tmp_path / "card.img", FULL), tmp_path)

    print(f"\nmulti-user on an emulated Pi 3 after {seconds:.0f} s")
