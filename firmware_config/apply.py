"""How does a radio get its settings? Written as one edit, read back after its reboot, compared."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from random import Random, SystemRandom

from firmware_config.plan import Change, May, Plan, Unfit, plan
from firmware_config.profile import Profile, problems_of
from mesh.links.meshtastic_device import Device
from mesh.links.radio_state import RadioLost, RadioState
from mesh.links.target import Target

AGAIN_HINT = "check the cable or the power, and type the command once more: what is right already stays"

ASK_S = 10.0  # a handshake takes a second or two; what is silent for so long is no radio
# An edit that nobody ended stays in the radio's memory: it looks as if set, until the power is gone.
UNPLUG_HINT = "take the radio's power away for a moment, then type the command once more"


class Status(Enum):
    """How an apply ended well."""

    UNCHANGED = "the radio was set so already; nothing was written"
    APPLIED = "written, read back and equal"


class Left(Enum):
    """What a failed apply left on the radio."""

    UNTOUCHED = "nothing was written"
    UNKNOWN = "what the radio kept is not known"
    UNVERIFIED = "it was written, and could not be verified"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done, and the radio as it told itself at the end."""

    status: Status
    changes: tuple[Change, ...]
    state: RadioState


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in real seconds."""

    reboot_s: float = 15.0  # the firmware reboots 7 s after the edit is committed
    return_s: float = 90.0  # boards on Wi-Fi take a while
    retry_s: float = 0.5


class NotProvisioned(Exception):
    """It did not work. `words` say what happened, `hint` what to do next, `left` what is on the radio now."""

    def __init__(self, words: str, hint: str, left: Left) -> None:
        super().__init__(words)
        self.words = words
        self.hint = hint
        self.left = left


def ask(target: Target, rng: Random | None = None) -> RadioState:
    """What the radio there says about itself. Raises RadioLost."""
    device = Device(target, rng=rng if rng is not None else SystemRandom(), handshake_s=ASK_S)
    try:
        return device.open()
    finally:
        device.close()


def provision(
    target: Target,
    profile: Profile,
    report: Callable[[str], None],
    *,
    allowed: May = May.ADD,
    patience: Patience = Patience(),
    rng: Random | None = None,
) -> Outcome:
    """Set the radio to `profile` and verify it. Raises NotProvisioned. A second time changes nothing.

    report: is called with a line for a person at each step.
    """
    problems = problems_of(profile)
    if problems:
        raise NotProvisioned("; ".join(map(str, problems)), "", Left.UNTOUCHED)
    rng = rng if rng is not None else SystemRandom()
    device = Device(target, rng=rng)
    try:
        try:
            state = device.open()
        except RadioLost as lost:
            raise NotProvisioned(f"{lost}; nothing was written", "", Left.UNTOUCHED) from None
        report(f"found radio !{state.radio:08x}, firmware {state.firmware}, region {state.region}")
        try:
            steps = plan(state, profile, allowed)
        except Unfit as unfit:
            raise NotProvisioned(unfit.words, unfit.hint, Left.UNTOUCHED) from None
        if not steps.changes:
            report(Status.UNCHANGED.value)
            return Outcome(Status.UNCHANGED, (), state)
        for change in steps.changes:
            report(f"writing {change}")
        _write(device, steps)
        report("written; waiting for the radio to start anew")
        device.ended.wait(patience.reboot_s)  # some settings need no reboot: then it is read back as it stands
        notices = tuple(device.notices)
    finally:
        device.close()
    after = _read_back(target, patience, rng)
    _verify(after, profile, notices)
    report(Status.APPLIED.value)
    return Outcome(Status.APPLIED, steps.changes, after)


def _write(device: Device, steps: Plan) -> None:
    """Write all steps as one edit. Nothing counts before its end: whether the radio kept a part is not known."""
    try:
        device.begin_edit()
        if steps.owner is not None:
            device.write_owner(*steps.owner)
        if steps.channel is not None:
            device.write_channel(steps.channel)
        for section, fields in steps.sections.items():
            device.write_section(section, fields)
            if section == "device" and "role" in fields:
                device.write_section(section, fields)  # a new role sets other fields of the section: say them once more
        device.commit_edit()
    except RadioLost as lost:
        words = f"{lost} while it was being written; {Left.UNKNOWN.value}"
        raise NotProvisioned(words, UNPLUG_HINT, Left.UNKNOWN) from None


def _read_back(target: Target, patience: Patience, rng: Random) -> RadioState:
    deadline_s = time.monotonic() + patience.return_s
    while True:
        device = Device(target, rng=rng)
        try:
            return device.open()
        except RadioLost as lost:
            if time.monotonic() > deadline_s:
                words = f"the radio did not come back within {patience.return_s:g} s ({lost}); {Left.UNVERIFIED.value}"
                raise NotProvisioned(words, AGAIN_HINT, Left.UNVERIFIED) from None
        finally:
            device.close()
        time.sleep(patience.retry_s)


def _verify(after: RadioState, profile: Profile, notices: tuple[str, ...]) -> None:
    try:
        left_over = plan(after, profile).changes
    except Unfit as unfit:
        raise NotProvisioned(f"after writing, {unfit.words}", unfit.hint, Left.UNVERIFIED) from None
    if left_over:
        kept = "; ".join(f"{change.what} is {change.was}, not {change.will}" for change in left_over)
        said = f" (the radio says: {' '.join(notices)})" if notices else ""
        raise NotProvisioned(f"the radio did not take everything: {kept}{said}", AGAIN_HINT, Left.UNVERIFIED)
