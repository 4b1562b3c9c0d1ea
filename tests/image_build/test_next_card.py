"""The next hub's card: made on a hub, of an image that two founders vouch for, and with nothing of the hub's own."""

import os
from pathlib import Path

import pytest
from card_bench import IMAGE_MIB, MIB, Bench, new_bench
from click.testing import CliRunner
from release_rig import lay_out, public_keys, release_of

from image_build.release import Trust
from porchlight.cli import main
from porchlight.image_flash import check_release, flash
from porchlight.stop import Stop

pytestmark = pytest.mark.system  # mkfs.vfat, mtools, sfdisk


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return new_bench(tmp_path, monkeypatch)


def test_a_hub_that_makes_a_card_gives_nothing_of_its_own(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The image is on the hub's data partition, beside all that is the hub's: what gets on the card is the image."""
    hub = bench.folder / "data" / "porchlight"
    begun = CliRunner().invoke(main, ["init", str(hub), "--name", "Alder of the hill"])
    assert begun.exit_code == 0, begun.output
    images = bench.folder / "data" / "images"
    images.mkdir()
    bench.image.rename(images / "hub.img")
    monkeypatch.chdir(hub)

    result = CliRunner().invoke(flash, [str(images / "hub.img"), "--to", "sdx", "--yes"])

    assert result.exit_code == 0, result.output
    card = bench.card.read_bytes()
    keys = [path.read_bytes() for path in hub.rglob("*") if path.is_file()]
    assert len(keys) > 2 and not any(key in card for key in keys if len(key) >= 16)
    assert begun.stdout.strip().encode() not in card and b"Alder of the hill" not in card
    fat_end = (8192 + 69632) * 512
    assert card[fat_end : IMAGE_MIB * MIB] == (images / "hub.img").read_bytes()[fat_end:]
    assert card[: 8192 * 512] == (images / "hub.img").read_bytes()[: 8192 * 512]
    assert not any(card[IMAGE_MIB * MIB :])  # behind the image is what was there before


def trusting() -> Trust:
    return Trust(public_keys(), running=0, today=None)


def test_an_image_of_a_signed_release_is_taken(bench: Bench) -> None:
    lay_out(bench.folder, [bench.image])

    check_release(bench.image, trusting())


def test_an_image_is_not_vouched_for_by_what_lies_beside_it(bench: Bench) -> None:
    lay_out(bench.folder, [bench.image])
    with bench.image.open("r+b") as image:
        image.seek(20 * MIB)
        image.write(b"another system")
    with pytest.raises(Stop, match="is not the file of the release"):
        check_release(bench.image, trusting())

    raw = release_of([bench.image])  # whoever changed the image changes the list too, and has no keys
    (bench.folder / "release.json").write_bytes(raw)
    with pytest.raises(Stop, match="no release key signed it"):
        check_release(bench.image, trusting())


@pytest.mark.parametrize(("signers", "words"), [((0,), "one release key only"), ((), "no release key")])
def test_an_image_with_too_few_signatures_is_refused(bench: Bench, signers: tuple[int, ...], words: str) -> None:
    lay_out(bench.folder, [bench.image], signers)

    with pytest.raises(Stop, match=words):
        check_release(bench.image, trusting())


def test_an_image_that_was_cut_off_or_is_of_another_release_is_refused(bench: Bench) -> None:
    lay_out(bench.folder, [bench.image])
    with pytest.raises(Stop, match="no file of the release"):
        check_release(bench.folder / "other.img", trusting())

    os.truncate(bench.image, 20 * MIB)
    with pytest.raises(Stop, match="cut off"):
        check_release(bench.image, trusting())
