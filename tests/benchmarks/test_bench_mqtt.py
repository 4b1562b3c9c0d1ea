"""`porchlight bench mqtt`: the row that others read, from engines and links that ship and a real Mosquitto."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from porchlight.bench import bench
from porchlight.bench.mqtt import check_for_mosquitto
from porchlight.stop import Stop

FIELDS = ["hubs", "delivered", "p50_s", "p99_s", "bytes_per_hub", "idle_bytes_per_hour"]


@pytest.mark.system
def test_json_is_one_object_of_the_agreed_shape_and_every_alert_is_everywhere() -> None:
    result = CliRunner().invoke(bench, ["mqtt", "--hubs", "6", "--quick", "--seed", "3", "--json"])

    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert list(told) == ["bench", "seed", "machine", "rows"]
    assert (told["bench"], told["seed"]) == ("mqtt", 3)
    (row,) = told["rows"]
    assert list(row) == FIELDS
    assert (row["hubs"], row["delivered"]) == (6, 1.0)
    assert 0 < row["p50_s"] <= row["p99_s"]
    assert row["bytes_per_hub"] > 208  # the block itself, at least
    assert row["idle_bytes_per_hour"] >= 720  # a ping in 20 seconds


def test_without_mosquitto_it_ends_in_words(tmp_path: Path) -> None:
    with pytest.raises(Stop) as stopped:
        check_for_mosquitto(str(tmp_path))

    assert "Mosquitto is not on this machine" in stopped.value.message
    assert "apt-get install" in stopped.value.hint


def test_bench_lists_it() -> None:
    assert "mqtt" in CliRunner().invoke(bench, ["--help"]).stdout
