"""Airtime: known values, and that the law's share is never exceeded by courtesy."""

import pytest

from mesh.airtime import PRESETS, airtime_s, packet_bytes, preset_named, share_of


@pytest.mark.parametrize(
    ("payload_bytes", "milliseconds"),
    # computed with RadioLib's own function for SF11, 250 kHz, 4/5, 16 symbols of preamble
    [(32, 641), (64, 887), (128, 1378), (200, 1911), (231, 2157)],
)
def test_airtime_on_long_fast_is_what_radiolib_computes(payload_bytes: int, milliseconds: int) -> None:
    assert round(airtime_s(payload_bytes) * 1000) == milliseconds


def test_a_payload_of_231_bytes_fills_a_lora_packet_and_the_next_would_not_fit() -> None:
    assert packet_bytes(231) == 255


def test_firmware_2_8_makes_a_short_frame_dearer_than_a_long_one() -> None:
    assert airtime_s(32, firmware="2.8") == pytest.approx(1.132, abs=0.001)
    assert airtime_s(166, firmware="2.8") == airtime_s(166) < airtime_s(104, firmware="2.8")


@pytest.mark.parametrize(("preset", "cheaper"), [("MEDIUM_FAST", 3.4), ("SHORT_FAST", 10.6)])
def test_faster_presets_are_cheaper_as_measured(preset: str, cheaper: float) -> None:
    assert airtime_s(200) / airtime_s(200, preset_named(preset)) == pytest.approx(cheaper, abs=0.3)


def test_slow_presets_use_the_low_data_rate_mode() -> None:
    assert PRESETS["LONG_SLOW"].symbol_s > 0.016
    assert airtime_s(100, PRESETS["LONG_SLOW"]) > 3 * airtime_s(100)


def test_an_unknown_preset_is_taken_for_long_fast() -> None:
    assert preset_named("WARP") == PRESETS["LONG_FAST"]


@pytest.mark.parametrize(("region", "share"), [("EU_868", 0.1), ("UA_868", 0.01), ("US", 0.1), ("NOWHERE", 0.1)])
def test_a_region_leaves_the_share_of_its_law_or_a_polite_one(region: str, share: float) -> None:
    assert share_of(region) == share


def test_a_hub_may_be_politer_than_the_law() -> None:
    assert share_of("EU_868", 0.02) == 0.02
