"""The board's records are, byte for byte, what docs/protocol.md and its vectors say."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hub import moderation
from hub.board_records import BOARD_KINDS, Moderated
from hub.records import from_envelope, to_envelope
from mesh.record import decode, encode
from mesh.refused import Refused

ROOT = Path(__file__).parents[2]
VECTORS = json.loads((ROOT / "tests" / "hub" / "vectors" / "board_records.json").read_text("utf-8"))
RECORDS: list[dict[str, Any]] = VECTORS["records"]
HUB = bytes.fromhex(VECTORS["hub"])
named = pytest.mark.parametrize("vector", RECORDS, ids=lambda vector: vector["name"])


@named
def test_a_record_of_the_board_is_read_and_written_as_it_stands(vector: dict[str, Any]) -> None:
    raw = bytes.fromhex(vector["record"])

    record = from_envelope(decode(raw), HUB)

    assert record is not None
    assert encode(to_envelope(record)) == raw
    assert to_envelope(record).kind == vector["kind"]
    assert (record.head.made_s, record.head.end_s) == (vector["made_s"], vector["end_s"])
    if isinstance(record, Moderated):
        moderation.check(record)


@named
def test_a_record_that_lacks_its_last_field_is_refused(vector: dict[str, Any]) -> None:
    envelope = decode(bytes.fromhex(vector["record"]))
    short = type(envelope)(envelope.kind, envelope.id, envelope.made_s, envelope.end_s, envelope.fields[:-1])

    with pytest.raises(Refused, match="shape"):
        from_envelope(short, HUB)


def test_a_verdict_under_another_key_or_of_another_post_is_not_the_members_word() -> None:
    vector = next(one for one in RECORDS if one["kind"] == BOARD_KINDS[Moderated])
    record = from_envelope(decode(bytes.fromhex(vector["record"])), HUB)
    assert isinstance(record, Moderated)

    for changed in (
        Moderated(record.head, bytes(8), record.verdict, record.member, record.signature),
        Moderated(record.head, record.post, record.verdict, bytes(32), record.signature),
        Moderated(record.head, record.post, record.verdict, record.member, bytes(64)),
    ):
        with pytest.raises(Refused, match="signature"):
            moderation.check(changed)


def test_every_kind_has_a_vector_and_a_row_in_the_document_and_the_file_is_as_its_script_writes_it(
    tmp_path: Path,
) -> None:
    document = (ROOT / "docs" / "protocol.md").read_text("utf-8")
    subprocess.run([sys.executable, ROOT / "scripts" / "write_board_vectors.py", tmp_path], check=True, cwd=ROOT)

    assert json.loads((tmp_path / "board_records.json").read_text("utf-8")) == VECTORS
    assert {one["kind"] for one in RECORDS} == set(BOARD_KINDS.values())
    for kind in BOARD_KINDS.values():
        assert f"\n| {kind} | " in document
