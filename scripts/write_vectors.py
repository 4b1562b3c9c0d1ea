"""Write tests/mesh/vectors/*.json: what a second implementation of docs/protocol.md can be checked against.

Usage: python scripts/write_vectors.py [FOLDER]. The same code gives the same files, byte for byte: no clock, no chance.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from mesh import labels, member_keys, pod_keys, words
from mesh.block import Block, Header, Lane, Priority, join_trailer, seal
from mesh.carry import key_to_write, seal_file
from mesh.curve import x25519_public_of
from mesh.keys import Chain, HubKeys, seal_control, seal_to, siv_key
from mesh.record import Envelope, Field, encode, pack
from mesh.roster import Network, Roster
from mesh.text import pack_text
from mesh.text_dictionary import DICTIONARIES

FOLDER = Path(__file__).parent.parent / "tests" / "mesh" / "vectors"
TODAY = 20_600  # 2026-05-27
KEPT_DAY = TODAY - 2
EPOCH = 3
ABOUT = "Byte strings are hex, days count from 1970-01-01 UTC. See docs/protocol.md."

Vectors = dict[str, Any]


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in all_vectors().items():
        (folder / name).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def all_vectors() -> dict[str, Vectors]:
    return {
        "blocks.json": block_vectors(),
        "keys.json": key_vectors(),
        "words.json": word_vectors(),
        "records.json": record_vectors(),
        "texts.json": text_vectors(),
        "carry.json": carry_vectors(),
    }


def fixed(name: str, length: int = 32) -> bytes:
    """Bytes that look random and never change."""
    return sha256(b"porchlight vectors: " + name.encode()).digest()[:length]


def fixed_random(name: str) -> Callable[[int], bytes]:
    """A source of randomness with one answer."""
    return lambda length: fixed(name, length)


def shown(value: Any) -> Any:
    """`value` as JSON; bytes as hex."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {key: shown(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [shown(item) for item in value]
    return value


# --- blocks ---

ALDER = HubKeys(fixed("hub Alder"))
BIRCH = HubKeys(fixed("hub Birch"))
STRANGER = HubKeys(fixed("hub Stranger"))
NETWORK_ID = fixed("network", 16)
OTHER_NETWORK_ID = fixed("another network", 16)
CHAIN = Chain(KEPT_DAY, fixed("chain"))
OLD_CHAIN = Chain(KEPT_DAY - 100, fixed("a chain of long ago"))
ROSTER = Roster().admit(ALDER.public, "Alder").admit(BIRCH.public, "Birch")
RECORD = encode(Envelope(2, fixed("a record", 6), 1_779_840_000, 1_779_840_000 + 48 * 3600, (1, "Water main broken")))
HEADER = Header(Lane.SHORT, Priority.ALERT, ALDER.hub_id, 7, 513, (TODAY + 2) % 256, EPOCH)


def sealed_block(
    header: Header, text: bytes, keys: HubKeys = ALDER, network_id: bytes = NETWORK_ID, day_key: bytes | None = None
) -> Block:
    day = TODAY + (header.expiry_mod - TODAY + 128) % 256 - 128
    chain = CHAIN if day >= CHAIN.day else OLD_CHAIN
    return seal(header, text, hub_keys=keys, network_id=network_id, day_key=day_key or chain.key_of(day))


def accepted_blocks() -> dict[str, tuple[Block, HubKeys, bytes]]:
    middle = replace(HEADER, lane=Lane.MIDDLE, priority=Priority.ORDINARY, expiry_mod=(TODAY + 8) % 256, sequence=0)
    birch = Header(Lane.LONG, Priority.HIGH, BIRCH.hub_id, 255, 65_535, (TODAY + 31) % 256, EPOCH)
    texts = {
        "one record in the short lane": (HEADER, RECORD, ALDER),
        "padded to the 166 bytes that a radio of firmware 2.8 sends unsigned": (
            replace(HEADER, sequence=515),
            RECORD.ljust(78, b"\0"),
            ALDER,
        ),
        "two records in the middle lane": (middle, pack([RECORD, RECORD]), ALDER),
        "the longest text, the largest numbers": (birch, bytes(range(120)), BIRCH),
        "no text at all": (replace(HEADER, sequence=514), b"", ALDER),
        "its last day is the oldest that is kept": (
            replace(HEADER, sequence=516, expiry_mod=KEPT_DAY % 256),
            RECORD,
            ALDER,
        ),
        "one day more than its lane, as a hub writes whose midnight has passed": (
            replace(HEADER, sequence=517, expiry_mod=(TODAY + 3) % 256),
            RECORD,
            ALDER,
        ),
    }
    return {name: (sealed_block(header, text, keys), keys, text) for name, (header, text, keys) in texts.items()}


def changed(raw: bytes, at: int, flip: int) -> bytes:
    at %= len(raw)
    return raw[:at] + bytes([raw[at] ^ flip]) + raw[at + 1 :]


def refused_blocks() -> list[tuple[str, bytes, str]]:
    """(what is wrong, the bytes, the reason that `check` must give). Each differs from an accepted one in one place."""
    good = sealed_block(HEADER, RECORD).raw
    long = sealed_block(replace(HEADER, sequence=600), bytes(120)).raw
    late = replace(HEADER, expiry_mod=(KEPT_DAY - 1) % 256)
    far = replace(HEADER, expiry_mod=(TODAY + 4) % 256)
    by_stranger = replace(HEADER, hub=STRANGER.hub_id)
    to_birch = good[:1] + BIRCH.hub_id + good[3:]
    return [
        ("empty", b"", "length"),
        ("one byte short of the shortest", good[:87], "length"),
        ("one byte longer than the longest", long + b"\0", "length"),
        ("type: control frame", changed(good, 0, 0x40), "type"),
        ("type: coded repair", changed(good, 0, 0x80), "type"),
        ("priority 3", changed(good, 0, 0x04), "type"),
        ("the reserved bit set", changed(good, 0, 0x02), "type"),
        ("the trailer bit set, as it is in a frame and never in a block", changed(good, 0, 0x01), "type"),
        ("lane 3", changed(sealed_block(replace(HEADER, lane=Lane.LONG), RECORD).raw, 0, 0x10), "lane"),
        ("hub: nobody's id", changed(good, 1, 0x01), "stranger"),
        ("hub: another hub of the roster", to_birch, "signature"),
        ("lane: middle instead of short", changed(good, 0, 0x10), "signature"),
        ("priority: ordinary instead of alert", changed(good, 0, 0x08), "signature"),
        ("life", changed(good, 3, 0x01), "signature"),
        ("sequence, high byte", changed(good, 4, 0x01), "signature"),
        ("sequence, low byte", changed(good, 5, 0x01), "signature"),
        ("expiry: one day less", good[:6] + bytes([(TODAY + 1) % 256]) + good[7:], "signature"),
        ("expiry: before the oldest kept day", good[:6] + bytes([(KEPT_DAY - 1) % 256]) + good[7:], "expired"),
        (
            "expiry: 128 days back, the oldest that can be said",
            good[:6] + bytes([(TODAY - 128) % 256]) + good[7:],
            "expired",
        ),
        ("expiry: two days more than its lane", good[:6] + bytes([(TODAY + 4) % 256]) + good[7:], "far"),
        (
            "expiry: 127 days ahead, the farthest that can be said",
            good[:6] + bytes([(TODAY + 127) % 256]) + good[7:],
            "far",
        ),
        ("epoch", changed(good, 7, 0x01), "signature"),
        ("tag, first byte", changed(good, 8, 0x01), "signature"),
        ("tag, last byte", changed(good, 23, 0x80), "signature"),
        ("ciphertext, first byte", changed(good, 24, 0x01), "signature"),
        ("ciphertext, last byte", changed(good, -65, 0x01), "signature"),
        ("signature, first byte", changed(good, -64, 0x01), "signature"),
        ("signature, last byte", changed(good, -1, 0x01), "signature"),
        ("truncated by one byte", good[:-1], "signature"),
        ("one byte behind it", good + b"\0", "signature"),
        (
            "a true block of a hub that is not on the roster",
            sealed_block(by_stranger, RECORD, STRANGER).raw,
            "stranger",
        ),
        ("a true block of another network", sealed_block(HEADER, RECORD, network_id=OTHER_NETWORK_ID).raw, "signature"),
        ("a true block whose last day is over", sealed_block(late, RECORD).raw, "expired"),
        ("a true block that claims more than its lane", sealed_block(far, RECORD).raw, "far"),
    ]


def unopened_blocks() -> list[tuple[str, bytes, str]]:
    """Blocks that `check` accepts and that do not open: (what is wrong, the bytes, the reason)."""
    wrong_day = sealed_block(HEADER, RECORD, day_key=CHAIN.key_of(TODAY + 1))
    other_epoch = sealed_block(replace(HEADER, epoch=EPOCH + 1), RECORD)
    good = sealed_block(HEADER, RECORD)
    unsigned = changed(good.raw[:-64], 8, 0x01)
    bound = NETWORK_ID + ALDER.public + HEADER.pack()
    signature = ALDER.sign(labels.BLOCK_SIGNATURE + bound + unsigned[8:])
    return [
        ("sealed under another day's key", wrong_day.raw, "seal"),
        ("its tag changed before it was signed", unsigned + signature, "seal"),
        ("another epoch", other_epoch.raw, "epoch"),
    ]


def block_vectors() -> Vectors:
    accepted = []
    for name, (block, keys, text) in accepted_blocks().items():
        day = TODAY + (block.header.expiry_mod - TODAY + 128) % 256 - 128
        accepted.append(
            {
                "name": name,
                "author": ROSTER.hubs[ROSTER.index(keys.hub_id) or 0].name,
                "header": asdict(block.header),
                "header_bytes": block.header.pack(),
                "expiry_day": day,
                "day_key": CHAIN.key_of(day),
                "siv_key": siv_key(CHAIN.key_of(day), labels.BLOCK_KEY),
                "text": text,
                "block": block.raw,
                "digest_hash": ROSTER.hash,
                "frame_with_digest_hash": join_trailer(block, ROSTER.hash),
            }
        )
    return {
        "about": ABOUT + " All of 'accepted' and 'unopened' pass the checks of a hub of this roster at 'today'.",
        "network_id": NETWORK_ID.hex(),
        "epoch": EPOCH,
        "today": TODAY,
        "kept_day": KEPT_DAY,
        "chain": {"day": CHAIN.day, "secret": CHAIN.secret.hex()},
        "roster": [
            {"name": hub.name, "seed": keys.seed.hex(), "public_key": hub.public_key.hex(), "hub_id": hub.hub_id.hex()}
            for hub in ROSTER.hubs
            for keys in (ALDER, BIRCH)
            if keys.public == hub.public_key
        ],
        "roster_hash": ROSTER.hash.hex(),
        "accepted": shown(accepted),
        "refused": [{"name": name, "block": raw.hex(), "reason": reason} for name, raw, reason in refused_blocks()],
        "unopened": [{"name": name, "block": raw.hex(), "reason": reason} for name, raw, reason in unopened_blocks()],
    }


# --- blocks that walk ---


def carry_vectors() -> Vectors:
    network = Network(NETWORK_ID, "Oak Hill", EPOCH, TODAY, CHAIN, fixed("control key"), "porchlight", fixed("psk"))
    blocks = [sealed_block(replace(HEADER, sequence=700 + number), bytes(60 + number)).raw for number in range(30)]
    key = key_to_write(network, TODAY)
    pieces = list(seal_file(blocks, key, ALDER.hub_id, fixed_random("carry nonce")))
    first, filled, empty = pieces[0], pieces[1], pieces[-1]
    refused = [
        ("one byte short", first[:-1], "length"),
        ("one byte behind it", first + b"\0", "length"),
        ("nonce changed", changed(first, 0, 0x01), "seal"),
        ("tag changed", changed(first, 16, 0x01), "seal"),
        ("last byte changed", changed(first, -1, 0x80), "seal"),
        ("nothing but zero bytes", bytes(4_096), "seal"),
    ]
    return {
        "about": ABOUT
        + " Every nonce is the same here, so that the file is; a hub's are random. The file has 16 pieces:"
        " the first, the second, and empty ones like the last.",
        "network_id": NETWORK_ID.hex(),
        "today": TODAY,
        "key_day": 20_632,
        "chain": {"day": CHAIN.day, "secret": CHAIN.secret.hex()},
        "siv_key": key.key64.hex(),
        "hub": ALDER.hub_id.hex(),
        "blocks": [raw.hex() for raw in blocks],
        "pieces": [piece.hex() for piece in (first, filled, empty)],
        "file_sha256": sha256(b"".join(pieces)).hexdigest(),
        "refused": [{"name": name, "piece": raw.hex(), "reason": reason} for name, raw, reason in refused],
    }


# --- keys ---

PHRASE = "abandon ability able about above absent"
CODE = "zoo zone zero youth"
POD_ID = fixed("pod", 8)
POST_ID = ALDER.hub_id + fixed("post", 6)


def key_vectors() -> Vectors:
    pod_key, bell = fixed("pod key"), pod_keys.bell_secret(fixed("pod key"))
    control_key, header = fixed("control key"), bytes([0x41]) + ALDER.hub_id + bytes([7, 0, 0, 9])
    member = member_keys.member_keys(PHRASE, POD_ID)
    code = member_keys.code_keys(CODE, POST_ID)
    context = b"a claim"
    return {
        "about": ABOUT,
        "hub": [
            {
                "seed": keys.seed.hex(),
                "ed25519_public": keys.public.hex(),
                "hub_id": keys.hub_id.hex(),
                "x25519_private": keys.box.private.hex(),
                "x25519_public": x25519_public_of(keys.public).hex(),
            }
            for keys in (ALDER, BIRCH, STRANGER)
        ],
        "no_public_key": [
            {"name": "y = 1, the neutral point", "key": (1).to_bytes(32, "little").hex()},
            {"name": "y = -1, of order 2", "key": (2**255 - 20).to_bytes(32, "little").hex()},
            {"name": "y = 0, of order 4", "key": bytes(32).hex()},
            {"name": "y = 2, no point has it", "key": (2).to_bytes(32, "little").hex()},
            {"name": "y = p + 1, a second way to write y = 1", "key": (2**255 - 18).to_bytes(32, "little").hex()},
            {"name": "a point of order 2 added to a good one", "key": negated_y(ALDER.public).hex()},
            {"name": "31 bytes", "key": ALDER.public[:31].hex()},
        ],
        "chain": [{"day": day, "secret": CHAIN.key_of(day).hex()} for day in range(CHAIN.day, CHAIN.day + 5)],
        "sealed_box": {
            "recipient_private": BIRCH.box.private.hex(),
            "recipient_public": BIRCH.box.public.hex(),
            "ephemeral_private": fixed("ephemeral").hex(),
            "context": context.hex(),
            "plain": b"Ana, at the blue door".hex(),
            "sealed": seal_to(BIRCH.box.public, b"Ana, at the blue door", context, fixed_random("ephemeral")).hex(),
        },
        "control": {
            "control_key": control_key.hex(),
            "network_id": NETWORK_ID.hex(),
            "header": header.hex(),
            "body": b"any body".hex(),
            "sealed": seal_control(control_key, NETWORK_ID, header, b"any body").hex(),
        },
        "member": {
            "phrase": PHRASE,
            "also": "  Abandon ABILITY, able-about\u00a0abóve absent ",
            "pod_id": POD_ID.hex(),
            "x25519_private": member.box.private.hex(),
            "x25519_public": member.box.public.hex(),
            "ed25519_seed": member.sign_seed.hex(),
            "ed25519_public": member.sign_public.hex(),
        },
        "code": {
            "code": CODE,
            "post_id": POST_ID.hex(),
            "x25519_private": code.private.hex(),
            "x25519_public": code.public.hex(),
        },
        "coordinator": {
            "phrase": PHRASE,
            "salt": fixed("salt", 16).hex(),
            "verifier": member_keys.phrase_verifier(PHRASE, fixed_random("salt")).hex(),
        },
        "pod": {
            "pod_id": POD_ID.hex(),
            "pod_code": pod_keys.pod_code(POD_ID),
            "pod_key": pod_key.hex(),
            "bell_secret": bell.hex(),
            "daily_tags": [{"day": day, "tag": pod_keys.daily_tag(bell, day).hex()} for day in (TODAY, TODAY + 1)],
            "layer": {
                "associated": POST_ID.hex(),
                "plain": b"Meet at the hall".hex(),
                "sealed": pod_keys.pod_layer_seal(pod_key, b"Meet at the hall", POST_ID).hex(),
            },
            "wrapped_for_member": {
                "ephemeral_private": fixed("ephemeral").hex(),
                "member_public": member.box.public.hex(),
                "wrapped": pod_keys.wrap_pod_key(pod_key, POD_ID, member.box.public, fixed_random("ephemeral")).hex(),
            },
            "voice": {"public_key": BIRCH.public.hex(), "voice_id": pod_keys.voice_id(BIRCH.public).hex()},
        },
    }


def negated_y(public: bytes) -> bytes:
    """(-x, -y): the point plus the one of order 2. On the curve, and outside the group that keys come from."""
    number = int.from_bytes(public, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    return ((1 - sign) << 255 | (2**255 - 19 - y)).to_bytes(32, "little")


# --- words ---


def word_vectors() -> Vectors:
    secret, token = fixed("code secret"), fixed("form token", 16)
    typed = ["  Ábaco--ZOO,, apple\n", "ＺＯＯ zoo", "Straße", "naïve · café", "", "ﬁne ١٢", "don't"]
    typed += ["إجازة، مقهـــى", "شَيْء سؤال آلة", "\u200fکرسی ٱسم"]
    return {
        "about": ABOUT
        + " The lists are BIP 39's and, in Arabic, ours; their hashes are of the words joined by line feeds, in NFC.",
        "lists": {name: sha256("\n".join(words_of).encode()).hexdigest() for name, words_of in words.LISTS.items()},
        "phrases": [
            {
                "random": fixed("phrase", 12).hex(),
                "language": name,
                "phrase": words.new_phrase(fixed_random("phrase"), name),
            }
            for name in words.LISTS
        ],
        "codes": [
            {
                "secret": secret.hex(),
                "token": token.hex(),
                "language": name,
                "code": words.code_from(secret, token, name),
            }
            for name in words.LISTS
        ],
        "normalised": [{"typed": text, "normal": words.normalise(text)} for text in typed],
        "pod_codes_typed": [
            {"typed": text, "read": pod_keys.read_pod_code(text)} for text in ("ab1-0o cu", "ABIL0OV", " k3tx 9wp ")
        ],
    }


# --- records and texts ---

MADE_S = 1_779_840_000


def record_vectors() -> Vectors:
    id6 = fixed("a record", 6)
    envelopes = [
        ("no fields", Envelope(1, id6, MADE_S, MADE_S + 3600, ())),
        ("a hub is admitted", Envelope(1, id6, MADE_S, MADE_S + 31 * 86_400, (ALDER.public, "Alder"))),
        (
            "every kind of field",
            Envelope(255, id6, MADE_S, MADE_S, (0, -1, 2**64 - 1, b"", "é", True, False, (1, ("a", ())))),
        ),
        ("seconds are rounded", Envelope(2, id6, MADE_S + 59, MADE_S + 59 + 3601, ("x",))),
        ("the first minute", Envelope(2, id6, 1_767_225_600, 1_767_225_600, ())),
    ]
    good = encode(envelopes[1][1])
    refused = [
        ("empty", b""),
        ("truncated", good[:-1]),
        ("one byte behind it", good + b"\0"),
        ("no array", bytes.fromhex("01")),
        ("fewer than four items", bytes.fromhex("83014601020304050600")),
        ("an id of five bytes", bytes.fromhex("840145010203040500" + "00")),
        ("a kind below 0", bytes.fromhex("842046010203040506" + "0000")),
        ("a kind above 255", bytes.fromhex("8419010046010203040506" + "0000")),
        ("a kind that is true", bytes.fromhex("84f546010203040506" + "0000")),
        ("745 hours", bytes.fromhex("840146010203040506" + "00" + "1902e9")),
        ("an integer longer than it needs", bytes.fromhex("84180146010203040506" + "0000")),
        ("an array without an end", bytes.fromhex("9f0146010203040506" + "0000" + "ff")),
        ("a float", bytes.fromhex("850146010203040506" + "0000" + "f93c00")),
        ("null", bytes.fromhex("850146010203040506" + "0000" + "f6")),
        ("a map", bytes.fromhex("850146010203040506" + "0000" + "a0")),
        ("a tag", bytes.fromhex("850146010203040506" + "0000" + "c100")),
        ("text that is no UTF-8", bytes.fromhex("850146010203040506" + "0000" + "61ff")),
        ("arrays five deep", bytes.fromhex("850146010203040506" + "0000" + "81818180")),
        ("a string that says it is 4 GB long", bytes.fromhex("850146010203040506" + "0000" + "5affffffff")),
    ]
    return {
        "about": ABOUT
        + " Fields: numbers, booleans, strings; {'bytes': hex}; [array]. Every refusal has the reason 'shape'.",
        "accepted": [shown_record(name, envelope) for name, envelope in envelopes],
        "refused": [{"name": name, "record": raw.hex()} for name, raw in refused],
        "sequences": [
            {"name": "two", "text": pack([good, good]).hex(), "records": [good.hex(), good.hex()]},
            {"name": "padded", "text": (good + bytes(9)).hex(), "records": [good.hex()]},
            {"name": "padding alone", "text": bytes(3).hex(), "records": []},
            {"name": "nothing", "text": "", "records": []},
        ],
        "refused_sequences": [
            {"name": "something behind the padding", "text": (good + b"\0\1").hex()},
            {"name": "the second truncated", "text": (good + good[:-1]).hex()},
            {"name": "an item that is no array", "text": (good + b"\1").hex()},
        ],
    }


def shown_field(field: Field) -> Any:
    if isinstance(field, bytes):
        return {"bytes": field.hex()}
    return [shown_field(item) for item in field] if isinstance(field, tuple) else field


def shown_record(name: str, envelope: Envelope) -> Vectors:
    return {
        "name": name,
        "kind": envelope.kind,
        "id": envelope.id.hex(),
        "made_s": envelope.made_s,
        "end_s": envelope.end_s,
        "fields": [shown_field(field) for field in envelope.fields],
        "record": encode(envelope).hex(),
    }


def text_vectors() -> Vectors:
    texts = [
        "",
        "hi",
        "Water main broken, Oak Street",
        "Boil water before drinking until Friday noon",
        "Se busca agua potable para un bebé en la calle Olmo",
        "نحتاج إلى ماء وحليب للأطفال",
        "😀",
        "x" * 200,
    ]
    bomb = pack_text("x" * 20_000)
    return {
        "about": ABOUT + " Deflate may pack in more than one way: 'packed' must unpack to 'text', and need not be met.",
        "dictionaries": [{"version": version, "sha256": sha256(d).hexdigest()} for version, d in DICTIONARIES.items()],
        "accepted": [{"text": text, "packed": pack_text(text).hex()} for text in texts],
        "refused": [
            {"name": "empty", "packed": "", "chars_max": 200, "reason": "shape"},
            {"name": "a version that is not known", "packed": "7f6869", "chars_max": 200, "reason": "shape"},
            {"name": "no UTF-8", "packed": "00ff", "chars_max": 200, "reason": "shape"},
            {"name": "no deflate", "packed": "01ff", "chars_max": 200, "reason": "shape"},
            {"name": "cut off", "packed": pack_text(texts[2])[:-1].hex(), "chars_max": 200, "reason": "shape"},
            {
                "name": "a byte behind it",
                "packed": pack_text(texts[2]).hex() + "00",
                "chars_max": 200,
                "reason": "shape",
            },
            {"name": "longer than asked", "packed": "00616263", "chars_max": 2, "reason": "inflate"},
            {"name": "20,000 characters", "packed": bomb.hex(), "chars_max": 200, "reason": "inflate"},
        ],
    }


if __name__ == "__main__":
    main()
