"""What can be said of an image before a program of Debian has run: its layout, its units, its cache, its refusals."""

import io
import re
from itertools import pairwise
from pathlib import Path

import pytest

from image_build import packages
from image_build.boot_partition import LABEL
from image_build.cache import Cache, opened
from image_build.drivers import cut_drivers
from image_build.partitions import FIRST_MIB, layout, size_mib, table
from image_build.plan import FULL, MIB, SMOKE, Plan
from image_build.programs import PACKAGES, need, run
from image_build.progress import Progress
from image_build.recipe import PROGRAMS, Wanted, check_machine
from image_build.source import source_in
from image_build.tree import OVERLAY, HandedUnits
from image_build.trouble import Trouble
from image_build.units import STARTED
from porchlight.image import CHECKOUT, default_cache, handed_units, wanted_image

EPOCH = 1_790_000_000


def quiet() -> Progress:
    return Progress(9, out=io.StringIO())


@pytest.mark.parametrize("plan", [FULL, SMOKE], ids=lambda plan: plan.name)
def test_partitions_lie_one_after_the_other_and_the_data_last(plan: Plan) -> None:
    parts = layout(plan)

    assert [part.name for part in parts] == ["boot", "root a", "root b", "data"]
    assert parts[0].start_mib == FIRST_MIB
    for before, after in pairwise(parts):
        assert before.start_mib + before.size_mib == after.start_mib
    assert parts[1].size_mib == parts[2].size_mib
    assert size_mib(plan) * MIB < 4_000_000_000, "it must fit a card of 4 GB"


def test_the_partition_table_is_of_the_commit_and_not_of_the_day() -> None:
    assert table(FULL, EPOCH) == table(FULL, EPOCH)
    assert f"label-id: 0x{EPOCH:08x}" in table(FULL, EPOCH)


def test_a_driver_is_kept_with_what_it_needs_and_nothing_else_is(tmp_path: Path) -> None:
    names = ("fs/fat/vfat", "fs/fat/fat", "fs/nls/nls_base", "drivers/ata/ahci")
    for name in names:
        (tmp_path / f"kernel/{name}.ko.xz").parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / f"kernel/{name}.ko.xz").touch()
    (tmp_path / "modules.dep").write_text(
        "kernel/fs/fat/vfat.ko.xz: kernel/fs/fat/fat.ko.xz\nkernel/fs/fat/fat.ko.xz: kernel/fs/nls/nls_base.ko.xz\n"
        "kernel/fs/nls/nls_base.ko.xz:\nkernel/drivers/ata/ahci.ko.xz:\n"
    )

    assert cut_drivers(tmp_path, ("fs/fat/vfat",)) == 3

    left = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.ko.xz"))
    assert left == ["kernel/fs/fat/fat.ko.xz", "kernel/fs/fat/vfat.ko.xz", "kernel/fs/nls/nls_base.ko.xz"]
    assert not (tmp_path / "kernel/drivers").exists()


def test_a_step_is_done_once_for_the_same_inputs_and_anew_for_others(tmp_path: Path) -> None:
    done: list[str] = []

    def made(cache: Cache, inputs: str) -> str:
        def make(path: Path) -> None:
            done.append(inputs)
            path.write_text(inputs)

        return cache.result("step", "a step", (inputs,), make).read_text()

    with opened(tmp_path, quiet()) as cache:
        assert [made(cache, "one"), made(cache, "one"), made(cache, "two")] == ["one", "one", "two"]

    assert done == ["one", "two"]


def test_a_step_that_was_cut_off_leaves_nothing_that_looks_done(tmp_path: Path) -> None:
    def cut_off(path: Path) -> None:
        path.write_text("half")
        raise KeyboardInterrupt

    with opened(tmp_path, quiet()) as cache:
        with pytest.raises(KeyboardInterrupt):
            cache.result("step", "a step", ("one",), cut_off)
        whole = cache.result("step", "a step", ("one",), lambda path: path.write_text("whole") and None)

    assert whole.read_text() == "whole"


def test_only_the_newest_results_of_a_step_are_kept(tmp_path: Path) -> None:
    with opened(tmp_path, quiet()) as cache:
        for number in range(5):
            cache.result("step", "a step", (str(number),), lambda path: path.touch())

    assert len(list(tmp_path.glob("step-*"))) == 2


def test_two_builds_do_not_use_one_cache_at_the_same_time(tmp_path: Path) -> None:
    with opened(tmp_path, quiet()), pytest.raises(Trouble, match="another build uses"), opened(tmp_path, quiet()):
        pass


def test_a_program_that_is_missing_is_told_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("image_build.programs.SYSTEM_PATH", ())
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(Trouble) as caught:
        need(("mmdebstrap", "mcopy"))

    assert caught.value.words == "programs are missing: mcopy, mmdebstrap"
    assert caught.value.hint.endswith("apt-get install mmdebstrap mtools")


def test_every_program_of_the_recipe_has_its_package() -> None:
    assert set(PROGRAMS) <= PACKAGES.keys()


def test_a_program_that_fails_is_told_with_its_last_words() -> None:
    with pytest.raises(Trouble) as caught:
        run(("sh", "-c", "echo no room; exit 3"), failed="the card could not be made")

    assert caught.value.words == "the card could not be made (sh ended with 3)"
    assert caught.value.lines == ("no room",)


def test_a_program_that_echoes_much_of_what_it_reads_is_no_trap() -> None:
    much = "a line\n" * 100_000

    assert run(("cat",), failed="cat", text=much) == much


def wanted(tmp_path: Path) -> Wanted:
    return wanted_image(tmp_path / "out", tmp_path / "cache", smoke=True, packed=False)


def test_whoever_is_not_root_is_told_before_anything_is_done(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="as root"):
        check_machine(wanted(tmp_path), uid=1000)


def test_an_image_is_built_from_a_checkout_alone(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="no checkout"):
        source_in(tmp_path)


def test_no_file_of_the_recipe_names_a_mirror() -> None:
    for path in (CHECKOUT / "image_build").rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            assert not re.search(r"(deb|https?)[^\n]{1,12}(debian\.org|pypi)", path.read_text("utf-8")), path


def test_every_unit_of_the_overlay_is_started_by_something() -> None:
    started = {unit for units in STARTED.values() for unit in units}
    own = {path.name: path.read_text() for path in (OVERLAY / "etc/systemd/system").glob("*.service")}
    by_others = {
        name for text in own.values() for line in re.findall(r"^Wants=(.+)$", text, re.M) for name in line.split()
    }
    rules = "".join(path.read_text() for path in (OVERLAY / "etc/udev/rules.d").iterdir())
    by_others |= {name.replace("%k", "") for name in re.findall(r'SYSTEMD_WANTS}\+="([^"]+)"', rules)}

    assert own.keys() == {name for name in started | by_others if name.startswith("porchlight-")}


def test_a_stick_is_mounted_for_the_hub_alone_and_never_what_the_system_runs_from() -> None:
    rule = (OVERLAY / "etc/udev/rules.d/80-porchlight-stick.rules").read_text()
    unit = (OVERLAY / "etc/systemd/system/porchlight-stick@.service").read_text()
    (mount,) = re.findall(r"^ExecStart=mount -o (\S+) /dev/%I (\S+)$", unit, re.M)

    assert 'ENV{ID_FS_TYPE}=="vfat|exfat"' in rule
    assert 'SYMLINK!="disk/porchlight/*"' in rule
    assert f'ENV{{ID_FS_LABEL}}!="{LABEL}"' in rule
    assert {"nosuid", "nodev", "noexec", "uid=porchlight", "fmask=0177", "dmask=0077"} <= set(mount[0].split(","))
    assert mount[1] == "/run/media/%I"
    assert "ExecCondition=/bin/sh -c '! findmnt" in unit


@pytest.mark.parametrize("chip", ["10c4", "1a86", "0403", "ttyACM"])
def test_the_radios_of_the_field_get_a_name_and_the_hub_may_open_them(chip: str) -> None:
    text = (OVERLAY / "etc/udev/rules.d/70-porchlight-radio.rules").read_text()

    assert chip in text
    assert 'GROUP="porchlight"' in text
    assert "porchlight-radio-" in text


def test_the_units_of_the_other_rooms_are_handed_over_for_where_a_card_has_the_hub() -> None:
    units: HandedUnits = handed_units()
    texts = {Path(file.path).name: file.text for file in units.files}
    started = {name for _, names in units.started for name in names}

    assert "/data/porchlight/hub.toml" in texts["porchlight.service"]
    assert "@" not in re.sub(r"@[a-z-]+(?![A-Z@])", "", texts["porchlight.service"])  # but for @system-service
    assert {"porchlight.service", "porchlight-access-point.path", "porchlight-access-point-tend.timer"} <= started
    assert started <= texts.keys()


def test_no_package_is_listed_twice() -> None:
    assert len(set(packages.names())) == len(packages.names())


def test_the_cache_is_where_the_environment_says(tmp_path: Path) -> None:
    assert default_cache({"PORCHLIGHT_CACHE": "/somewhere"}, tmp_path) == Path("/somewhere")
    assert default_cache({}, tmp_path) == tmp_path / ".cache/porchlight"
