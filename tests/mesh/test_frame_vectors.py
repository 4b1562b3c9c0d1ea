"""The frames in tests/mesh/vectors/frames/: what another implementation writes, and what it must refuse."""

import json
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest

from mesh.coded import parse_coded, solve
from mesh.digest import digest_bodies, parse_digest
from mesh.frame import ControlFrame, is_said_on_cheap, open_body, parse_frame, say_on_cheap
from mesh.intake import Intake
from mesh.keys import Chain
from mesh.receipts import parse_receipts, receipts_body
from mesh.refused import Refused
from mesh.repair import parse_request, request_body
from mesh.roster import Network, Roster, RosterHub

FOLDER = Path(__file__).parent / "vectors" / "frames"
FRAMES: dict[str, Any] = json.loads((FOLDER / "frames.json").read_text())
KEY = bytes.fromhex(FRAMES["control_key"])
NETWORK = Network(
    bytes.fromhex(FRAMES["network_id"]), "vectors", 0, 0, Chain(0, bytes(32)), KEY, "porchlight", bytes(32)
)


def rewritten(kind: str, body: bytes) -> bytes:
    """The body, read and written again."""
    if kind == "DIGEST":
        part = parse_digest(body)
        return digest_bodies(part.held, part.roster_hash, clock=part.clock, answer=part.answer, behind=part.behind)[0]
    if kind == "REQUEST":
        clock, request = parse_request(body)
        return request_body(request, clock)
    clock, entries = parse_receipts(body)
    return receipts_body(entries, clock)


@pytest.mark.parametrize("vector", FRAMES["control"], ids=lambda vector: vector["name"])
def test_a_control_frame_opens_and_its_body_is_written_the_same_again(vector: dict[str, str]) -> None:
    frame = parse_frame(bytes.fromhex(vector["frame"]))

    assert isinstance(frame, ControlFrame)
    body = open_body(frame, NETWORK)
    assert body.hex() == vector["body"]
    again = rewritten(vector["kind"], body)
    assert (say_on_cheap(again) if is_said_on_cheap(body) else again) == body


@pytest.mark.parametrize("vector", FRAMES["refused"], ids=lambda vector: vector["name"])
def test_a_frame_with_one_thing_changed_is_refused(vector: dict[str, str]) -> None:
    roster = Roster(RosterHub(bytes.fromhex(key), key[:4]) for key in FRAMES["hubs"])

    with pytest.raises(Refused) as refusal:
        Intake(b"\0\0", NETWORK, roster, 0, 0).read(bytes.fromhex(vector["frame"]), 0.0)

    assert refusal.value.reason == vector["reason"]


def test_two_coded_rows_give_back_two_of_three_blocks() -> None:
    blocks = {int(number): bytes.fromhex(raw) for number, raw in FRAMES["coded"]["blocks"].items()}
    rows = [parse_coded(bytes.fromhex(vector["frame"]), KEY) for vector in FRAMES["coded"]["rows"]]

    for kept, raw_kept in blocks.items():
        found = solve(rows, {kept: raw_kept}.get)
        assert found == {number: raw for number, raw in blocks.items() if number != kept}


def test_the_file_is_what_the_generator_writes() -> None:
    script = Path(__file__).parents[2] / "scripts" / "write_frame_vectors.py"

    assert run_path(str(script))["all_vectors"]() == FRAMES
