"""Are airtimes and waits those of the firmware and of the LoRa chips?"""

import json
import re
from random import Random

import pytest
from golden.recording import FOLDER

from mesh.airtime import airtime_s, packet_bytes, preset_named
from mesh.virtual.defaults import factory_state
from mesh.virtual.modem import Modem, modem_of, too_wide

LONG_FAST = Modem("US", preset_named("LONG_FAST"), "LongFast", 0)


@pytest.mark.parametrize(("payload", "milliseconds"), [(32, 641), (64, 887), (128, 1378), (200, 1911), (231, 2157)])
def test_a_private_payload_lasts_as_long_as_radiolib_says(payload: int, milliseconds: int) -> None:
    assert round(LONG_FAST.airtime_s(packet_bytes(payload)) * 1000) == milliseconds


@pytest.mark.parametrize(
    "preset", ["SHORT_TURBO", "SHORT_FAST", "MEDIUM_SLOW", "LONG_FAST", "LONG_MODERATE", "LONG_SLOW"]
)
def test_the_ether_and_the_engine_count_the_same_airtime(preset: str) -> None:
    modem = Modem("US", preset_named(preset), preset, 0)

    for payload in range(232):
        assert modem.airtime_s(packet_bytes(payload)) == airtime_s(payload, preset_named(preset))


def recorded_delays() -> list[tuple[float, list[int]]]:
    (path,) = FOLDER.glob("50_*.jsonl")
    remarks = [json.loads(line)["decoded"]["event"] for line in path.read_text().splitlines()]
    found = [re.match(r"snr (-?\d+) dB: delays in ms (\[.*\])", remark) for remark in remarks]
    return [(float(match[1]), json.loads(match[2])) for match in found if match]


@pytest.mark.parametrize(("snr_db", "delays_ms"), recorded_delays())
def test_a_relay_waits_in_the_window_in_which_the_real_one_waited(snr_db: float, delays_ms: list[int]) -> None:
    rng = Random(1)
    drawn_ms = [1000 * LONG_FAST.relay_wait_s(snr_db, rng) for _ in range(4000)]

    # one of the sixty came 0.27 s after the window: its timer went off while the radio was busy, and it drew again
    assert min(drawn_ms) <= min(delays_ms)
    assert max(delays_ms) <= max(drawn_ms) + 300
    assert (
        abs(sum(drawn_ms) / len(drawn_ms) - sum(delays_ms) / len(delays_ms)) < (max(drawn_ms) - min(drawn_ms)) / 4 + 60
    )


def test_a_packet_is_tried_again_after_seven_seconds() -> None:
    """6,988 ms on the recorded radio for ten letters; the chips' airtime is 17 ms longer than its own."""
    assert LONG_FAST.retransmission_s(16 + 14, 0.0) == pytest.approx(6.988, abs=0.05)


def test_a_busy_channel_widens_the_window() -> None:
    rng = Random(1)

    assert max(LONG_FAST.send_wait_s(0, rng) for _ in range(500)) == pytest.approx(7 * 0.028)
    assert max(LONG_FAST.send_wait_s(100, rng) for _ in range(5000)) > 200 * 0.028


def test_a_preset_of_500_khz_does_not_fit_europe() -> None:
    assert too_wide("EU_868", "SHORT_TURBO")
    assert not too_wide("EU_868", "LONG_FAST")
    assert not too_wide("US", "SHORT_TURBO")


def test_settings_beyond_any_chip_still_make_a_modem() -> None:
    lora = factory_state(1).lora
    lora.use_preset, lora.spread_factor, lora.coding_rate, lora.bandwidth, lora.region = False, 99, 77, 0, 1234

    modem = modem_of(lora)

    assert (modem.preset.spreading, modem.preset.coding, modem.region_name) == (12, 8, "UNSET")
    assert modem.airtime_s(255) > 0
