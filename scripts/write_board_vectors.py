"""Write tests/hub/vectors/board_records.json: the board's records, for whoever writes a second implementation.

Usage: python scripts/write_board_vectors.py [FOLDER]. The same code gives the same file: no clock, no chance.
"""

import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

from hub import moderation
from hub.board_records import (
    BoardRecord,
    ClaimAnswered,
    Claimed,
    ClaimKept,
    Closed,
    Moderated,
    Posted,
    PostFlags,
    PostKept,
    Progress,
    Reported,
    board_fields,
)
from hub.record_fields import Head
from hub.records import to_envelope
from hub.views import Category, ClaimState, Met, PodSession, Urgency, Verdict
from mesh.record import encode
from mesh.text import pack_text

FOLDER = Path(__file__).parent.parent / "tests" / "hub" / "vectors"
MADE_S = 1_779_840_000  # 2026-05-27 00:00 UTC
DAY_S = 86_400


def fixed(name: str, length: int) -> bytes:
    """Bytes that look random and never change."""
    return sha256(b"porchlight vectors: " + name.encode()).digest()[:length]


HUB = fixed("hub id", 2)
POST, CLAIM = fixed("post", 6), fixed("claim", 8)


def head(name: str, days: int = 7) -> Head:
    return Head(HUB, fixed(name, 6), MADE_S, MADE_S + days * DAY_S)


def records() -> dict[str, BoardRecord]:
    need = Posted(
        Head(HUB, POST, MADE_S, MADE_S + 7 * DAY_S),
        PostFlags.NETWORK,
        Category.MEDICINE,
        Urgency.NOW,
        2,
        pack_text("Insulin kept cold until Friday"),
        pack_text("near Oak and 3rd"),
        b"",
    )
    skill = PostFlags.OFFER | PostFlags.SKILL
    offer = Posted(head("offer"), skill, Category.TOOLS, Urgency.CAN_WAIT, 0, pack_text("Roofer"), b"", b"")
    notice = Posted(
        head("notice"),
        PostFlags.INFORMATION,
        Category.INFORMATION,
        Urgency.SOON,
        0,
        pack_text("School is closed"),
        b"",
        b"",
    )
    return {
        "a need for the network": need,
        "a skill on offer, for this hub": offer,
        "a notice": notice,
        "what stays at the post's hub": PostKept(head("kept"), POST, fixed("code public", 32), b""),
        "closed": Closed(head("closed"), POST),
        "met in part": Progress(head("progress"), POST, Met.PART),
        "a claim, sealed": Claimed(head("claimed"), HUB + POST, fixed("sealed", 32)),
        "a claim kept": ClaimKept(head("claim kept"), CLAIM, POST, fixed("sealed", 32)),
        "a yes": ClaimAnswered(head("answer"), CLAIM, POST, 0, ClaimState.ACCEPTED),
        "a no after it": ClaimAnswered(head("second answer"), CLAIM, POST, 1, ClaimState.DECLINED),
        "reported": Reported(head("reported", 31), HUB + POST),
        "hidden by a member": _moderated(Verdict.HIDE),
    }


def _moderated(verdict: Verdict) -> Moderated:
    member = PodSession(b"", "", "", b"", 1, "", sign_seed=fixed("member", 32))
    envelope = moderation.verdict_written(member, HUB, HUB + POST, verdict, MADE_S).envelope
    _, _, public, signature = envelope.fields
    assert isinstance(public, bytes) and isinstance(signature, bytes)
    record_head = Head(HUB, envelope.id, envelope.made_s, envelope.end_s)
    return Moderated(record_head, HUB + POST, verdict, public, signature)


def vectors() -> dict[str, Any]:
    return {
        "about": "Byte strings are hex. `hub` wrote all of them. See docs/protocol.md, Records of the board.",
        "hub": HUB.hex(),
        "records": [
            {
                "name": name,
                "kind": to_envelope(record).kind,
                "id": record.head.id.hex(),
                "made_s": record.head.made_s,
                "end_s": record.head.end_s,
                "fields": [
                    {"bytes": value.hex()} if isinstance(value, bytes) else value for value in board_fields(record)
                ],
                "record": encode(to_envelope(record)).hex(),
            }
            for name, record in records().items()
        ],
    }


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "board_records.json").write_text(json.dumps(vectors(), indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
