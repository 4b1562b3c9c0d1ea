"""What hostapd is asked and how its answers are read, over a real datagram socket."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from hostapd_stand_in import StandIn, stand_in
from hypothesis import given, settings
from hypothesis import strategies as st

from captive_portal.access_point.control import ANSWER_BYTES_MAX, STATIONS_MAX, Control, NoAnswer, Station

ANA, BEN = "aa:bb:cc:00:00:01", "aa:bb:cc:00:00:02"
PATIENT_S = 30.0  # for what must be answered: a loaded machine is slow
SHORT_S = 0.2  # for what is never answered


@pytest.fixture
def hostapd() -> Iterator[StandIn]:
    with stand_in() as answering:
        yield answering


def refused(control: Control, mac: str = ANA) -> str:
    with pytest.raises(NoAnswer) as caught:
        control.station(mac)
    return caught.value.reason


def test_a_phone_is_known_with_the_key_id_of_its_password(hostapd: StandIn) -> None:
    hostapd.joined = {ANA: "0a0b0c0d", BEN: ""}
    control = Control(hostapd.path, PATIENT_S)

    assert control.station(ANA) == Station(ANA, "0a0b0c0d", is_authorized=True)
    assert control.station(BEN) == Station(BEN, "", is_authorized=True)
    assert control.station("aa:bb:cc:00:00:09") is None


def test_a_phone_whose_password_is_not_checked_yet_is_only_knocking(hostapd: StandIn) -> None:
    hostapd.joined, hostapd.knocking = {ANA: "0a0b0c0d"}, {ANA}

    found = Control(hostapd.path, PATIENT_S).station(ANA)

    assert found is not None
    assert not found.is_authorized


def test_how_many_are_joined_counts_those_whose_password_was_right(hostapd: StandIn) -> None:
    control = Control(hostapd.path, PATIENT_S)
    assert control.count() == 0

    hostapd.joined = {f"aa:bb:cc:00:00:{number:02x}": "0a0b0c0d" for number in range(60)}
    hostapd.knocking = {"aa:bb:cc:00:00:07"}

    assert control.count() == 59


def test_a_list_of_phones_without_an_end_is_ended(hostapd: StandIn) -> None:
    hostapd.joined = {ANA: ""}
    hostapd.says = lambda command: f"{ANA}\nflags=[AUTHORIZED]\n".encode() if command.startswith("STA-") else None

    assert Control(hostapd.path, PATIENT_S).count() == STATIONS_MAX


def test_it_is_well_and_says_its_state(hostapd: StandIn) -> None:
    control = Control(hostapd.path, PATIENT_S)

    control.ping()
    assert control.state() == "ENABLED"


def test_a_hostapd_that_went_away_is_found_again_when_it_is_back(hostapd: StandIn) -> None:
    hostapd.joined = {ANA: "0a0b0c0d"}
    control = Control(hostapd.path, PATIENT_S)
    hostapd.go()
    assert refused(control) == "away"

    hostapd.come()

    assert control.station(ANA) is not None


def test_the_socket_of_a_hostapd_that_was_killed_is_nobody(hostapd: StandIn) -> None:
    hostapd.go(leave_socket=True)

    assert refused(Control(hostapd.path, PATIENT_S)) == "away"

    hostapd.path.unlink()


def test_a_hostapd_that_hangs_is_given_up_in_time_and_its_late_answer_is_nobodys(hostapd: StandIn) -> None:
    hostapd.joined = {ANA: "0a0b0c0d", BEN: "11112222"}
    hostapd.is_silent = True
    assert refused(Control(hostapd.path, SHORT_S)) == "silent"

    hostapd.is_silent = False

    found = Control(hostapd.path, PATIENT_S).station(BEN)
    assert found is not None and found.keyid == "11112222"


def test_news_that_nobody_asked_for_is_passed_over(hostapd: StandIn) -> None:
    hostapd.joined = {ANA: "0a0b0c0d"}
    hostapd.before = [f"<3>AP-STA-CONNECTED {BEN} keyid=11112222".encode()] * 3

    found = Control(hostapd.path, PATIENT_S).station(ANA)

    assert found is not None and found.keyid == "0a0b0c0d"


def test_nothing_but_news_is_no_answer(hostapd: StandIn) -> None:
    hostapd.before = [b"<3>AP-STA-DISCONNECTED aa:bb:cc:00:00:02"] * 9

    assert refused(Control(hostapd.path, PATIENT_S)) == "silent"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\n",
        b"no address\nflags=[AUTHORIZED]\n",
        f"{BEN}\nflags=[AUTHORIZED]\nkeyid=0a0b0c0d\n".encode(),  # another phone's
        f"{ANA}\nflags=[AUTHORIZED]\nkeyid=0a0b0c0d\nkeyid=11112222\n".encode(),
        f"{ANA}\nflags=[ASSOC]\nwpsModelName=x\nflags=[AUTHORIZED]\n".encode(),
        f"{ANA}\nflags=[AUTHORIZED]\nkeyid=two words\n".encode(),
        f"{ANA}\nflags=[AUTHORIZED]\nkeyid={'f' * 80}\n".encode(),
        f"{ANA}\nkeyid=\xe9\n".encode(),
        f"{ANA}\n".encode() + b"x" * (ANSWER_BYTES_MAX + 1),
        f"{ANA}\n".encode() + b"x" * 60_000,
    ],
)
def test_an_answer_that_is_none_is_refused_and_names_nobody(hostapd: StandIn, answer: bytes) -> None:
    hostapd.says = lambda _: answer

    with pytest.raises(NoAnswer) as caught:
        Control(hostapd.path, PATIENT_S).station(ANA)

    assert str(caught.value) == "garbled"


def test_only_an_address_is_ever_put_into_a_question(hostapd: StandIn) -> None:
    control = Control(hostapd.path, PATIENT_S)

    assert control.station(f"{ANA}\nDISABLE") is None
    assert control.station("AA:BB:CC:00:00:01") is None
    assert hostapd.asked == []


@settings(max_examples=80, deadline=None)
@given(answer=st.binary(max_size=5_000) | st.text(max_size=200).map(lambda text: f"{ANA}\n{text}".encode()))
def test_whatever_comes_is_a_station_or_a_reason(answer: bytes) -> None:
    with stand_in() as hostapd:
        hostapd.says = lambda _: answer
        try:
            found = Control(hostapd.path, SHORT_S).station(ANA)
        except NoAnswer as problem:
            assert problem.reason in ("garbled", "silent")
        else:
            assert found is None or found.mac == ANA


def test_no_file_of_ours_is_left_beside_hostapds(hostapd: StandIn) -> None:
    Control(hostapd.path, PATIENT_S).ping()

    assert list(hostapd.path.parent.iterdir()) == [hostapd.path]


def test_a_socket_that_is_no_hostapd_is_away(tmp_path: Path) -> None:
    assert refused(Control(tmp_path / "wlan0")) == "away"
    (tmp_path / "wlan0").write_text("a file")
    assert refused(Control(tmp_path / "wlan0")) == "away"
    assert refused(Control(Path("/" + "long" * 40))) == "away"


def test_a_socket_of_another_kind_is_away() -> None:
    with stand_in() as hostapd:
        other = hostapd.path.parent / "stream"
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stream:
            stream.bind(str(other))
            assert refused(Control(other)) == "away"
        other.unlink()
