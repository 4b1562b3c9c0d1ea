"""Write the vectors of control frames and coded repairs, accepted and refused, for other implementations.

Run by hand when the protocol changes: .venv/bin/python scripts/write_frame_vectors.py
"""

import json
from hashlib import sha256
from pathlib import Path

from mesh.block import BlockId, Lane, LogId
from mesh.coded import add_up, pack_coded
from mesh.digest import digest_bodies
from mesh.frame import Clock, ControlKind, make_control, say_on_cheap
from mesh.keys import Chain, HubKeys
from mesh.receipts import receipts_body
from mesh.repair import Request, request_body
from mesh.roster import Network

PATH = Path(__file__).parent.parent / "tests" / "mesh" / "vectors" / "frames" / "frames.json"
NETWORK_ID, CONTROL_KEY = bytes(range(16)), sha256(b"control key of the frame vectors").digest()
ALDER, BIRCH = HubKeys(sha256(b"frame vectors: Alder").digest()), HubKeys(sha256(b"frame vectors: Birch").digest())
ROSTER_HASH = bytes.fromhex("0a0b0c0d")
CLOCK = Clock(rank=5, minutes=470_000)
LOG = LogId(ALDER.hub_id, 7, Lane.SHORT)

BODIES = {
    "a digest with a gap, in the short and the long lane": (
        ControlKind.DIGEST,
        digest_bodies(
            {LOG: ((3, 5), (8, 300)), LogId(ALDER.hub_id, 7, Lane.LONG): ((0, 0),)}, ROSTER_HASH, clock=CLOCK
        )[0],
    ),
    "an empty digest of a hub that has just started, and whose clock is unset": (
        ControlKind.DIGEST,
        digest_bodies({}, ROSTER_HASH, clock=Clock(), answer=True)[0],
    ),
    "a digest that tells a hub how far it had counted": (
        ControlKind.DIGEST,
        digest_bodies({}, ROSTER_HASH, clock=CLOCK, behind=[(ALDER.hub_id, 7, 70_000)])[0],
    ),
    "a request to one hub": (
        ControlKind.REQUEST,
        request_body(Request(ALDER.hub_id, {LOG: ((3, 5), (200, 201))}), Clock()),
    ),
    "a request to anybody": (ControlKind.REQUEST, request_body(Request(None, {LOG: ((0, 0),)}), CLOCK)),
    "receipts of two blocks": (
        ControlKind.RECEIPTS,
        receipts_body({BlockId(LOG, 4): (), BlockId(LOG, 9): (ALDER.hub_id,)}, CLOCK),
    ),
    "a greeting on a cheap link": (ControlKind.RECEIPTS, say_on_cheap(receipts_body({}, CLOCK))),
}


def all_vectors() -> dict[str, object]:
    network = Network(NETWORK_ID, "vectors", 0, 0, Chain(0, bytes(32)), CONTROL_KEY, "porchlight", bytes(32))
    control = []
    for counter, (name, (kind, body)) in enumerate(BODIES.items()):
        frame = make_control(kind, body, keys=BIRCH, life=9, counter=counter, network=network)
        control.append({"name": name, "kind": kind.name, "body": body.hex(), "frame": frame.hex()})
    refused = []
    good = bytes.fromhex(control[0]["frame"])
    for place, name in ((0, "kind"), (1, "hub"), (3, "life"), (6, "counter"), (7, "tag"), (23, "body")):
        changed = bytearray(good)
        changed[place] ^= 2
        reason = "stranger" if name == "hub" else "seal"
        refused.append({"name": f"{name} changed", "frame": changed.hex(), "reason": reason})
    refused.append({"name": "an unknown kind", "frame": (b"\x44" + good[1:]).hex(), "reason": "type"})
    refused.append({"name": "no body", "frame": good[:23].hex(), "reason": "length"})
    refused.append({"name": "an unused type", "frame": (b"\xc1" + good[1:]).hex(), "reason": "type"})
    over = "a frame of a cheap link, heard on a radio"
    refused.append({"name": over, "frame": control[-1]["frame"], "reason": "replay"})
    refused.append({"name": "too large", "frame": (good + bytes(232)).hex(), "reason": "length"})
    raws = {number: sha256(b"block %d" % number).digest() * 6 for number in (40, 41, 47)}
    raws = {number: raw[: 100 + number] for number, raw in raws.items()}
    rows = [{"row": row, "frame": pack_coded(add_up(LOG, raws, row), CONTROL_KEY).hex()} for row in (0, 239)]
    return {
        "network_id": NETWORK_ID.hex(),
        "control_key": CONTROL_KEY.hex(),
        "hubs": [ALDER.public.hex(), BIRCH.public.hex()],
        "control": control,
        "refused": refused,
        "coded": {"blocks": {str(number): raw.hex() for number, raw in raws.items()}, "rows": rows},
    }


if __name__ == "__main__":
    PATH.write_text(json.dumps(all_vectors(), indent=1) + "\n")
