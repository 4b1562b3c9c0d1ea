"""`porchlight bench scale`: what grows with the network, and the page that says so."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from porchlight.bench import bench
from porchlight.bench.scale import SIZES, Row, arithmetic

PAGE = Path(__file__).parents[2] / "docs" / "scale.md"
FIELDS = list(Row.__dataclass_fields__)
MEASURED = ["memory_mb", "start_s", "block_ms"]
SIMULATED = ["idle_digests_hour", "idle_channel_share"]
ARITHMETIC = [name for name in FIELDS if name not in MEASURED + SIMULATED]


def run(*arguments: str) -> str:
    result = CliRunner().invoke(bench, ["scale", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_json_is_one_object_of_the_agreed_shape_and_nothing_else() -> None:
    told = json.loads(run("--hubs", "3", "--hubs", "10", "--json"))

    assert list(told) == ["bench", "seed", "machine", "rows"]
    assert [list(row) for row in told["rows"]] == [FIELDS, FIELDS]
    assert [row["hubs"] for row in told["rows"]] == [3, 10]
    assert all(row["block_ms"] > 0 for row in told["rows"])


def test_the_table_for_people_has_a_line_for_each_number() -> None:
    assert [line.split()[0] for line in run("--hubs", "2").splitlines()] == FIELDS


def test_a_digest_is_one_frame_for_a_neighbourhood_and_many_for_a_city() -> None:
    frames = {hubs: arithmetic(hubs)[FIELDS.index("digest_frames")] for hubs in SIZES}

    assert frames[3] == frames[10] == 1
    assert list(frames.values()) == sorted(frames.values())
    assert frames[1_000] > 50


@pytest.mark.parametrize("field", ARITHMETIC)
def test_the_page_shows_the_numbers_that_the_code_gives(field: str) -> None:
    line = next(line for line in PAGE.read_text("utf-8").splitlines() if line.startswith(f"| `{field}` |"))
    shown = [cell.strip() for cell in line.strip("|").split("|")[1:-1]]

    assert shown == [f"{arithmetic(hubs)[FIELDS.index(field)]:,}" for hubs in SIZES]


@pytest.mark.parametrize(
    ("fields", "kind"), [(MEASURED, "measured"), (SIMULATED, "simulated"), (ARITHMETIC[1:], "arithmetic")]
)
def test_the_page_says_of_each_number_whether_it_was_measured(fields: list[str], kind: str) -> None:
    text = PAGE.read_text("utf-8")

    for field in fields:
        assert re.search(rf"^\| `{field}` \|.*\| {kind} \|$", text, re.MULTILINE), field
