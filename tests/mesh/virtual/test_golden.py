"""Does the virtual radio do what the real firmware did? Each recording is played to it and compared, line by line."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace

import pytest
from golden.cases import CASES, Case, client_ids, play
from golden.compare import Comparer
from golden.recording import Account, Line, Said, expected
from golden.stage import Stage

REQUIRED = {
    *(f"{n:02}" for n in (*range(1, 17), *range(18, 27))),
    *("28", "30", "31", "32", "33", "35", "47", "48", "49", "51"),
}


def accounts(case: Case) -> tuple[Account, Stage, list[Line]]:
    """What is wanted, what came, and the recording."""
    stage, lines = play(case)
    wanted = expected(lines, case.radio_of, simulated_radio=case.simulated_radio)
    if case.feed_air:
        wanted.heard.clear()  # the recorder's script let them be heard, and so does the test
    case.amend(wanted, stage.account)
    return wanted, stage, lines


def compare(case: Case, wanted: Account, stage: Stage, lines: list[Line]) -> list[str]:
    channels = stage.radios[next(iter(stage.radios))].state.channel_table
    comparer = Comparer(channels, case.timing, new_keys=case.new_keys)
    for packet_id in client_ids(lines):
        comparer.fix(packet_id)
    return comparer.differences(wanted, stage.account)


def differences(case: Case) -> list[str]:
    return compare(case, *accounts(case))


def wrong_answers(wanted: Account) -> Iterator[tuple[str, Account]]:
    """The same account with one thing missing, doubled, or altered, for each thing in it."""
    for kind in ("said", "aired", "heard"):
        for radio, things in getattr(wanted, kind).items():
            for index, thing in enumerate(things):
                without = deepcopy(wanted)
                del getattr(without, kind)[radio][index]
                yield f"{kind} {thing.line} missing", without
                twice = deepcopy(wanted)
                getattr(twice, kind)[radio].insert(index, thing)
                yield f"{kind} {thing.line} twice", twice
                altered = deepcopy(wanted)
                getattr(altered, kind)[radio][index] = alter(thing)
                yield f"{kind} {thing.line} altered", altered


def alter(thing: object) -> object:
    """One field of it, a little different."""
    if not isinstance(thing, Said):
        return replace(thing, frame=replace(thing.frame, hop_limit=thing.frame.hop_limit ^ 1))  # type: ignore[attr-defined]
    if thing.message is None:
        return replace(thing, t_s=thing.t_s + 30)
    message = deepcopy(thing.message)
    variant = message.WhichOneof("payload_variant")
    if variant == "queueStatus":
        message.queueStatus.free += 1
    elif variant == "packet":
        message.packet.hop_start += 1
    elif variant == "config_complete_id":
        message.config_complete_id += 1
    elif variant == "fileInfo":
        message.fileInfo.file_name += "x"
    elif variant == "clientNotification":
        message.clientNotification.message += "!"
    else:
        message.ParseFromString(message.SerializeToString() + b"\x98\x06\x01")
    return replace(thing, message=message)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_virtual_radio_answers_as_the_real_firmware_did(case: Case) -> None:
    assert differences(case) == []


def test_every_recording_that_the_radio_is_meant_for_is_compared() -> None:
    assert {case.name for case in CASES} >= REQUIRED


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_wrong_answer_does_not_pass_for_the_recorded_one(case: Case) -> None:
    wanted, stage, lines = accounts(case)

    passed = [what for what, wrong in wrong_answers(wanted) if compare(case, wrong, stage, lines) == []]

    assert passed == []


@pytest.mark.parametrize("name", ["31", "33", "35", "47"])
@pytest.mark.parametrize("seed", range(1, 6))
def test_on_a_free_channel_a_relay_starts_within_its_window(name: str, seed: int) -> None:
    """The comparison above leaves the waits free; here they are held to 16 to 143 slots of 28 ms, for 6 dB."""
    case = replace(next(case for case in CASES if case.name == name), seed=seed)

    account = play(case)[0].account

    waits_s = [
        aired.t_s - heard.t_s
        for radio, things in account.aired.items()
        for aired in things
        for heard in account.heard[radio]
        if (heard.frame.packet_id, heard.frame.hop_limit) == (aired.frame.packet_id, aired.frame.hop_limit + 1)
    ]
    assert waits_s
    assert all(16 * 0.028 - 0.001 <= wait_s <= 143 * 0.028 + 0.001 for wait_s in waits_s)


@pytest.mark.parametrize("seed", range(11, 16))
def test_the_waits_are_drawn_at_random_but_what_is_said_is_not(seed: int) -> None:
    """Where no wait decides an order, any seed gives the recorded answers."""
    case = next(case for case in CASES if case.name == "32")

    assert differences(replace(case, seed=seed)) == []
