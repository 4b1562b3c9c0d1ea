"""`porchlight bench mesh`: the rows that others read, from the engine that ships."""

import json

import pytest
from click.testing import CliRunner

from mesh.virtual.alert_trial import Trial, run_trial
from porchlight.bench import bench
from porchlight.bench.mesh import quantile, summary

FIELDS = [
    "hubs",
    "radio",
    "policy",
    "placements",
    "alerts",
    "pairs_reached",
    "alerts_complete",
    "latency_p50_s",
    "latency_p99_s",
    "ideal_p50_s",
    "airtime_per_alert_s",
    "transmissions_per_alert",
    "receipt_airtime_s",
    "channel_use_max",
]


def run(*arguments: str) -> str:
    result = CliRunner().invoke(bench, ["mesh", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_json_is_one_object_of_the_agreed_shape_and_nothing_else() -> None:
    told = json.loads(
        run("--hubs", "5", "--placements", "2", "--alerts", "3", "--radio", "2.7", "--seed", "4", "--json")
    )

    assert list(told) == ["bench", "seed", "machine", "rows"]
    assert (told["bench"], told["seed"]) == ("mesh", 4)
    (row,) = told["rows"]
    assert list(row) == FIELDS
    assert (row["hubs"], row["radio"], row["policy"], row["placements"], row["alerts"]) == (
        5,
        "2.7",
        "porchlight",
        2,
        6,
    )


def test_the_table_for_people_has_a_line_for_each_number() -> None:
    lines = run("--hubs", "4", "--placements", "1", "--alerts", "2").splitlines()

    assert [line.split()[0] for line in lines] == FIELDS


def test_bench_lists_what_is_built_in() -> None:
    assert "mesh" in CliRunner().invoke(bench, ["--help"]).stdout


def test_the_same_seed_gives_the_same_trial() -> None:
    assert run_trial(5, alerts=2, firmware="2.8", seed=3) == run_trial(5, alerts=2, firmware="2.8", seed=3)


def test_nearly_every_pair_of_ten_hubs_is_reached() -> None:
    trials = [run_trial(10, alerts=5, firmware="2.7", seed=seed) for seed in range(4)]
    row = summary(trials, hubs=10, radio="2.7")

    assert row["pairs_reached"] >= 0.95  # type: ignore[operator]
    assert row["latency_p50_s"] < 10  # type: ignore[operator]
    assert row["channel_use_max"] < 0.3  # type: ignore[operator]


def test_a_miss_counts_as_infinite() -> None:
    assert quantile([1.0, 2.0, None], 0.5) == 2.0
    assert quantile([1.0, 2.0, None], 0.99) is None
    assert quantile([], 0.5) is None


def test_rows_are_means_over_alerts_and_shares_of_pairs() -> None:
    trial = Trial((1.0, None), (1.0, 2.0), 1, 2, 30.0, 8.0, 20, 0.25, 0)

    row = summary([trial, trial], hubs=3, radio="2.8")

    assert row["pairs_reached"] == 0.5
    assert row["alerts_complete"] == 0.5
    assert row["latency_p99_s"] is None
    assert row["airtime_per_alert_s"] == pytest.approx(15.0)
    assert row["receipt_airtime_s"] == pytest.approx(4.0)
    assert row["transmissions_per_alert"] == pytest.approx(10.0)
