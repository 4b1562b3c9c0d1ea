import json

import msgspec
from hub_places import STATUS, Place, Running, Typed

from hub.views import Status


def test_the_running_hub_tells_how_it_is(alder: Place, typed: Typed, running: Running) -> None:
    running(alder)

    said = typed("status", "--config", alder.config)

    assert said.exit_code == 0
    assert said.stderr == ""
    assert said.stdout.splitlines()[:3] == [
        "Alder, network Oak Street",
        "! The radio is away: look at its cable.",
        "radio     away EU_868 LONG_FAST 2.7.26: unplugged",
    ]
    assert "hub       Birch, heard 10 minutes ago" in said.stdout
    assert "hub       Cedar, not heard yet" in said.stdout
    assert [line for line in said.stdout.splitlines() if line.startswith("link")] == [
        "link      radio: away (unplugged), 120 out, 1,340 in, 2 waiting; dropped: 2 replay, 1 signature",
        "link      mqtt:city: up, 9 out, 30 in, 0 waiting",
        "link      stick: 12 in; dropped: 4 expired",
    ]


def test_for_a_tool_it_is_one_json_object_and_nothing_else(alder: Place, typed: Typed, running: Running) -> None:
    running(alder)

    said = typed("status", "--json", "--config", alder.config)

    assert said.stderr == ""
    assert msgspec.convert(json.loads(said.stdout), Status) == STATUS
    assert json.loads(said.stdout)["radio"] == "away"


def test_where_no_hub_runs_it_says_so_and_what_to_type(alder: Place, typed: Typed) -> None:
    said = typed("status", "--json", "--config", alder.config)

    assert said.exit_code == 1
    assert said.stdout == ""
    assert "no hub runs" in said.stderr
    assert f"porchlight run --config {alder.config}" in said.stderr
