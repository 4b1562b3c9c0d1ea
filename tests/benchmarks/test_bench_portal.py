"""`porchlight bench portal`: the rows that others read, from the pages as they ship."""

import json

from click.testing import CliRunner

from porchlight.bench import bench
from porchlight.bench.portal_server import made_posts

FIELDS = [
    "page",
    "clients",
    "load",
    "beside",
    "posts",
    "requests_per_s",
    "p50_ms",
    "p99_ms",
    "rss_mb",
    "failed",
]


def run(*arguments: str) -> str:
    result = CliRunner().invoke(bench, ["portal", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_json_is_one_object_of_the_agreed_shape_and_nothing_else() -> None:
    few = ("--posts", "20", "--clients", "2", "--load", "closed", "--beside", "", "--seconds", "0.5")
    told = json.loads(run(*few, "--page", "home", "--page", "list", "--page", "show", "--seed", "4", "--json"))

    assert list(told) == ["bench", "seed", "machine", "rows"]
    assert (told["bench"], told["seed"]) == ("portal", 4)
    assert [row["page"] for row in told["rows"]] == ["home", "list", "show"]
    for row in told["rows"]:
        assert list(row) == FIELDS
        assert (row["clients"], row["load"], row["beside"], row["posts"]) == (2, "closed", "", 20)
        assert row["failed"] == 0
        assert row["requests_per_s"] > 0
        assert 0 < row["p50_ms"] <= row["p99_ms"]
        assert row["rss_mb"] > 10


def test_the_table_for_people_has_a_line_for_each_row() -> None:
    few = ("--posts", "5", "--clients", "1", "--load", "think", "--beside", "", "--seconds", "1.5")
    lines = run(*few, "--page", "home").splitlines()

    assert len(lines) == 2
    assert lines[1].split()[:3] == ["home", "1", "think"]


def test_the_same_seed_gives_the_same_posts() -> None:
    assert made_posts(5, 7) == made_posts(5, 7) != made_posts(5, 8)
