"""Does the store's benchmark measure what it says, and does one more post cost the same on a full board?"""

import json
from pathlib import Path

from click.testing import CliRunner

from porchlight.bench import bench

SLOWER_MAX = 1.3  # one post among 10,000 over one among 100
ATTEMPTS = 3  # other work on this machine may disturb one measurement, not three


def rows(folder: Path, *posts: int) -> list[dict[str, float]]:
    sizes = [word for number in posts for word in ("--posts", str(number))]
    result = CliRunner().invoke(bench, ["store", *sizes, "--folder", str(folder), "--json"], catch_exceptions=False)
    assert result.exit_code == 0
    measured = json.loads(result.stdout)
    assert set(measured) == {"bench", "seed", "machine", "rows"} and measured["bench"] == "store"
    assert list(folder.iterdir()) == []  # it clears its table
    found: list[dict[str, float]] = measured["rows"]
    return found


def test_the_bench_prints_one_row_a_size(tmp_path: Path) -> None:
    found = rows(tmp_path, 20, 50)

    assert [row["posts"] for row in found] == [20, 50]
    for row in found:
        assert set(row) == {"posts", "append_ms", "open_s", "rss_mb", "bytes"}
        assert row["append_ms"] > 0 and row["open_s"] > 0 and row["rss_mb"] > 5
    assert found[1]["bytes"] > 2 * found[0]["bytes"]


def test_the_bench_has_words_for_people(tmp_path: Path) -> None:
    arguments = ["store", "--posts", "10", "--posts", "20", "--folder", str(tmp_path)]
    result = CliRunner().invoke(bench, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    assert "append ms" in result.stdout and "times what it costs among 10" in result.stdout


def test_one_more_post_among_ten_thousand_costs_what_it_costs_among_a_hundred(tmp_path: Path) -> None:
    ratios = []
    for _ in range(ATTEMPTS):
        few, many = rows(tmp_path, 100, 10_000)
        ratios.append(many["append_ms"] / few["append_ms"])
        if ratios[-1] <= SLOWER_MAX:
            return
    raise AssertionError(f"slower by {ratios}")
