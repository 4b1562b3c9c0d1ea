"""A new system is tried once and kept if it is well; whatever happens before that, the card starts as it did."""

import os
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from update_bench import CONFIG, LINE, NEW_ROOT, OLD_ROOT, Hub, new_hub

from image_build import slots
from image_build.install import (
    begin_try,
    give_up,
    is_on_trial,
    keep,
    read_state,
    went_back,
)
from image_build.trouble import Trouble


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    return new_hub(tmp_path)


def test_a_new_system_lies_on_the_other_slot_and_nothing_starts_it_yet(hub: Hub) -> None:
    assert hub.install() == "b"

    assert hub.root("b").startswith(NEW_ROOT) and hub.root("a").startswith(OLD_ROOT)
    assert (hub.card.boot / "b" / "vmlinuz").read_bytes() == b"new kernel"
    assert (hub.card.boot / "b" / "cmdline.txt").read_text() == LINE.replace("porchlight-a", "porchlight-b")
    assert hub.starts() == "a"
    assert slots.tried_slot(hub.card.boot) == "b"
    assert (hub.card.boot / "tryboot.txt").read_bytes() == CONFIG.replace(b"os_prefix=a/", b"os_prefix=b/")


def test_a_system_that_is_well_is_kept(hub: Hub) -> None:
    hub.install()
    assert begin_try(hub.card) == "0 tryboot"
    new = hub.started_as("b")
    assert is_on_trial(new)

    state = keep(new)

    assert (state.running, state.trying) == (7, 0)
    assert hub.starts() == "b" and slots.tried_slot(hub.card.boot) is None
    assert not is_on_trial(new)
    assert keep(new) == state  # at the next start there is nothing to do


def test_the_next_update_goes_to_the_first_slot_again(hub: Hub) -> None:
    hub.install()
    begin_try(hub.card)
    keep(hub.started_as("b"))
    hub.card = hub.started_as("b")

    assert hub.install() == "a"

    assert hub.root("a").startswith(NEW_ROOT)
    assert hub.starts() == "b"


def test_a_system_that_hangs_is_followed_by_the_old_one_and_not_tried_again(hub: Hub) -> None:
    hub.install()
    begin_try(hub.card)

    assert went_back(hub.card)  # the watchdog started the machine: tryboot counts once, so the old slot runs
    state = give_up(hub.card, "it did not start")

    assert (state.failed, state.why, state.trying) == (7, "it did not start", 0)
    assert hub.starts() == "a" and not went_back(hub.card)
    with pytest.raises(Trouble, match="no new system lies ready"):
        begin_try(hub.card)


def test_what_lies_ready_and_was_not_asked_for_is_no_failure(hub: Hub) -> None:
    hub.install()

    assert not went_back(hub.card) and not is_on_trial(hub.card)
    assert read_state(hub.card).trying == 7


class PowerCut(BaseException):
    """From here on nothing is written."""


@dataclass
class Mains:
    """Lets so many writes, syncs and renames through, and then no more."""

    left: int

    def through(self, real: object, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        inner = getattr(real, name)

        def gated(*args: object, **keywords: object) -> object:
            if self.left <= 0:
                raise PowerCut
            self.left -= 1
            return inner(*args, **keywords)

        monkeypatch.setattr(real, name, gated)


@pytest.mark.parametrize("trial", slots.Trial)
def test_a_power_cut_in_any_step_leaves_a_card_that_starts(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, trial: slots.Trial
) -> None:
    hub.card = replace(hub.card, trial=trial)
    cuts = 0
    for step in range(1, 200):
        mains = Mains(step)
        with monkeypatch.context() as patched:
            for real, name in ((os, "fsync"), (os, "pwrite"), (Path, "replace"), (Path, "unlink"), (Path, "mkdir")):
                mains.through(real, name, patched)
            try:
                hub.install()
                begin_try(hub.card)
                keep(hub.started_as("b"))
                cut = False
            except PowerCut:
                cut = True
        cuts += cut
        slot = hub.starts()
        assert hub.root(slot).startswith(OLD_ROOT if slot == "a" else NEW_ROOT)
        if not cut:
            break
        if slot == "b":  # kept, but for the note of it
            assert keep(hub.started_as("b")).running in (0, 7)
            slots.choose(hub.card.boot, "a")
    else:
        pytest.fail("it never came to its end")
    assert cuts > 15 and hub.starts() == "b"


def test_where_the_kernel_cannot_ask_the_boot_code_the_letter_asks(hub: Hub) -> None:
    hub.card = replace(hub.card, trial=slots.Trial.LETTER)
    hub.install()

    assert begin_try(hub.card) == ""  # a plain restart

    assert hub.starts() == "b"
    begin_trial(hub, running="b")
    assert hub.starts() == "a" and is_on_trial(hub.started_as("b"))  # whatever comes now, the next start is the old one
    assert keep(hub.started_as("b")).running == 7 and hub.starts() == "b"


def test_a_power_cut_while_it_is_kept_is_another_trial(hub: Hub) -> None:
    hub.card = replace(hub.card, trial=slots.Trial.LETTER)
    hub.install()
    begin_try(hub.card)
    begin_trial(hub, running="b")
    slots.choose(hub.card.boot, "b")  # `keep` came so far

    begin_trial(hub, running="b")

    assert hub.starts() == "a" and is_on_trial(hub.started_as("b"))
    assert keep(hub.started_as("b")).running == 7 and hub.starts() == "b"


def begin_trial(hub: Hub, *, running: str) -> None:
    """What a system that starts does first."""
    line = hub.folder / "cmdline"
    line.write_text(LINE.replace("porchlight-a", f"porchlight-{running}"))
    script = Path(slots.__file__).parent / "overlay/usr/lib/porchlight/trial"
    subprocess.run(["sh", script, "begin", hub.card.boot, line], check=True)


def test_a_config_that_names_no_slot_is_told(hub: Hub) -> None:
    (hub.card.boot / "config.txt").write_text("arm_64bit=1\n")

    with pytest.raises(Trouble, match="names no slot"):
        slots.chosen_slot(hub.card.boot)


@pytest.mark.parametrize(("line", "slot"), [(LINE, "a"), ("root=LABEL=porchlight-b ro", "b")])
def test_the_kernel_says_which_slot_runs(line: str, slot: str) -> None:
    assert slots.running_slot(line) == slot


def test_another_machine_has_no_slots() -> None:
    with pytest.raises(Trouble, match="two slots"):
        slots.running_slot("root=UUID=1234 ro")
