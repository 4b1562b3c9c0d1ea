"""Do the files in vectors/ say what this code does, and does docs/protocol.md say enough to write them without it?"""

import hmac
import importlib.util
import json
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC
from nacl import bindings as sodium

from mesh import labels, pod_keys
from mesh.block import Block, check, expiry_day, join_trailer, open_block, seal, split_trailer
from mesh.curve import check_public, x25519_public_of
from mesh.keys import Chain, HubKeys, open_control, open_sealed, seal_control, seal_to
from mesh.member_keys import code_keys, member_keys, phrase_matches
from mesh.record import Envelope, Field, decode, encode, unpack
from mesh.refused import Refused
from mesh.roster import Network, Roster
from mesh.text import pack_text, unpack_text
from mesh.text_dictionary import DICTIONARIES
from mesh.words import LISTS, code_from, new_phrase, normalise

VECTORS = Path(__file__).parent / "vectors"
GENERATOR = Path(__file__).parents[2] / "scripts" / "write_vectors.py"


def read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((VECTORS / name).read_text())
    return content


BLOCKS, KEYS, WORDS, RECORDS, TEXTS = (
    read(name) for name in ("blocks.json", "keys.json", "words.json", "records.json", "texts.json")
)
unhex = bytes.fromhex


def named(vectors: list[dict[str, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("vector", vectors, ids=[vector["name"] for vector in vectors])


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_vectors", GENERATOR)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_files_are_those_that_the_generator_writes() -> None:
    written = json.loads(json.dumps(generator().all_vectors()))

    assert sorted(written) == sorted(path.name for path in VECTORS.glob("*.json"))
    for name, content in written.items():
        # Deflate may pack differently elsewhere; what must hold of texts is tested below.
        assert name == "texts.json" or content == read(name)


# --- blocks ---

ROSTER = Roster()
for _hub in BLOCKS["roster"]:
    ROSTER = ROSTER.admit(unhex(_hub["public_key"]), _hub["name"])
NETWORK_ID = unhex(BLOCKS["network_id"])
CHAIN = Chain(BLOCKS["chain"]["day"], unhex(BLOCKS["chain"]["secret"]))
NETWORK = Network(NETWORK_ID, "Oak Hill", BLOCKS["epoch"], BLOCKS["today"], CHAIN, b"c" * 32, "porchlight", b"p" * 32)


def checked(raw: bytes) -> Block:
    return check(raw, ROSTER, NETWORK_ID, BLOCKS["today"], BLOCKS["kept_day"])


def opened(block: Block) -> bytes:
    author = ROSTER.get(block.header.hub)
    assert author is not None
    day_key = NETWORK.day_key(block.header.epoch, expiry_day(block.header, BLOCKS["today"]))
    return open_block(block, author.public_key, NETWORK_ID, day_key)


def seed_of(name: str) -> bytes:
    return unhex(next(hub["seed"] for hub in BLOCKS["roster"] if hub["name"] == name))


@named(BLOCKS["accepted"])
def test_an_accepted_block_checks_opens_and_is_sealed_again_to_the_same_bytes(vector: dict[str, Any]) -> None:
    block = checked(unhex(vector["block"]))

    assert {name: getattr(block.header, name) for name in ("lane", "priority", "life", "sequence", "epoch")} == {
        name: vector["header"][name] for name in ("lane", "priority", "life", "sequence", "epoch")
    }
    assert block.header.hub == unhex(vector["header"]["hub"])
    assert expiry_day(block.header, BLOCKS["today"]) == vector["expiry_day"]
    assert CHAIN.key_of(vector["expiry_day"]) == unhex(vector["day_key"])
    assert opened(block) == unhex(vector["text"])
    keys, day_key = HubKeys(seed_of(vector["author"])), unhex(vector["day_key"])
    assert seal(block.header, opened(block), hub_keys=keys, network_id=NETWORK_ID, day_key=day_key) == block


@named(BLOCKS["accepted"])
def test_a_frame_carries_the_senders_digest_hash_behind_the_block(vector: dict[str, Any]) -> None:
    frame = unhex(vector["frame_with_digest_hash"])

    assert split_trailer(frame) == (unhex(vector["block"]), unhex(vector["digest_hash"]))
    assert join_trailer(checked(unhex(vector["block"])), ROSTER.hash) == frame
    assert ROSTER.hash == unhex(BLOCKS["roster_hash"])


@named(BLOCKS["refused"])
def test_a_refused_block_has_the_reason_that_the_file_says(vector: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refusal:
        checked(unhex(vector["block"]))

    assert refusal.value.reason == vector["reason"]


@named(BLOCKS["unopened"])
def test_a_block_that_checks_and_does_not_open_has_the_reason_that_the_file_says(vector: dict[str, Any]) -> None:
    block = checked(unhex(vector["block"]))

    with pytest.raises(Refused) as refusal:
        opened(block)

    assert refusal.value.reason == vector["reason"]


def test_every_reason_that_a_block_can_have_is_in_the_file() -> None:
    reasons = {vector["reason"] for vector in BLOCKS["refused"] + BLOCKS["unopened"]}

    assert reasons == {"length", "type", "lane", "stranger", "expired", "far", "signature", "epoch", "seal"}


# --- the same block from the text of docs/protocol.md alone: RFCs, none of our code ---


def cmac(key: bytes, message: bytes) -> bytes:
    mac = CMAC(algorithms.AES(key))
    mac.update(message)
    return mac.finalize()


def doubled(block: bytes) -> bytes:
    number = int.from_bytes(block) << 1
    return ((number & (2**128 - 1)) ^ (0x87 if number >> 128 else 0)).to_bytes(16)


def xor(a: bytes, b: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(a, b, strict=True))


def siv_by_hand(key: bytes, associated: bytes, plain: bytes) -> bytes:
    """RFC 5297, 2.4 and 2.6, with one string of associated data."""
    mac_key, ctr_key = key[: len(key) // 2], key[len(key) // 2 :]
    d = xor(doubled(cmac(mac_key, bytes(16))), cmac(mac_key, associated))
    if len(plain) >= 16:
        last = plain[:-16] + xor(plain[-16:], d)
    else:
        last = xor(doubled(d), (plain + b"\x80").ljust(16, b"\0"))
    siv = cmac(mac_key, last)
    counter = bytearray(siv)
    counter[8] &= 0x7F
    counter[12] &= 0x7F
    encryptor = Cipher(algorithms.AES(ctr_key), modes.CTR(bytes(counter))).encryptor()
    return siv + encryptor.update(plain) + encryptor.finalize()


def hkdf_by_hand(secret: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869 with SHA-256 and no salt."""
    extracted = hmac.digest(bytes(32), secret, "sha256")
    made, block, count = b"", b"", 1
    while len(made) < length:
        block = hmac.digest(extracted, block + info + bytes([count]), "sha256")
        made, count = made + block, count + 1
    return made[:length]


def test_siv_by_hand_is_the_one_of_rfc_5297() -> None:
    key = unhex("fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff")

    sealed = siv_by_hand(
        key, unhex("101112131415161718191a1b1c1d1e1f2021222324252627"), unhex("112233445566778899aabbccddee")
    )

    assert sealed == unhex("85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c")


@named(BLOCKS["accepted"])
def test_a_block_can_be_written_from_the_document_alone(vector: dict[str, Any]) -> None:
    public, secret = sodium.crypto_sign_seed_keypair(seed_of(vector["author"]))
    chain_key = CHAIN.secret
    for _ in range(vector["expiry_day"] - CHAIN.day):
        chain_key = hkdf_by_hand(chain_key, b"porchlight 1 next day\0", 32)
    h = vector["header"]
    header = bytes([h["lane"] << 4 | h["priority"] << 2]) + sha256(public).digest()[:2] + bytes([h["life"]])
    header += h["sequence"].to_bytes(2, "big") + bytes([vector["expiry_day"] % 256, h["epoch"] % 256])
    bound = NETWORK_ID + public + header
    key = hkdf_by_hand(chain_key, b"porchlight 1 block key\0", 64)

    sealed = siv_by_hand(key, b"porchlight 1 block seal\0" + bound, unhex(vector["text"]))
    signature = sodium.crypto_sign(b"porchlight 1 block signature\0" + bound + sealed, secret)[:64]

    assert header + sealed + signature == unhex(vector["block"])
    assert key == unhex(vector["siv_key"])


# --- keys ---


@pytest.mark.parametrize("vector", KEYS["hub"], ids=lambda vector: vector["hub_id"])
def test_a_hubs_keys_follow_from_its_seed(vector: dict[str, Any]) -> None:
    keys = HubKeys(unhex(vector["seed"]))

    assert keys.public == unhex(vector["ed25519_public"])
    assert keys.hub_id == unhex(vector["hub_id"])
    assert keys.box.private == unhex(vector["x25519_private"])
    assert keys.box.public == x25519_public_of(keys.public) == unhex(vector["x25519_public"])


@named(KEYS["no_public_key"])
def test_what_is_no_public_key_is_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="shape"):
        check_public(unhex(vector["key"]))


def test_the_chain_goes_from_day_to_day() -> None:
    first, *later = KEYS["chain"]
    chain = Chain(first["day"], unhex(first["secret"]))

    for link in later:
        assert chain.key_of(link["day"]) == unhex(link["secret"])


def test_the_sealed_box() -> None:
    box = KEYS["sealed_box"]
    plain, context, sealed = unhex(box["plain"]), unhex(box["context"]), unhex(box["sealed"])

    assert seal_to(unhex(box["recipient_public"]), plain, context, lambda _: unhex(box["ephemeral_private"])) == sealed
    assert open_sealed(unhex(box["recipient_private"]), sealed, context) == plain


def test_a_control_frames_seal() -> None:
    control = {name: unhex(value) for name, value in KEYS["control"].items()}
    key, network_id, header = control["control_key"], control["network_id"], control["header"]

    assert seal_control(key, network_id, header, control["body"]) == control["sealed"]
    assert open_control(key, network_id, header, control["sealed"]) == control["body"]


@pytest.mark.parametrize("typed", ["phrase", "also"])
def test_a_members_keys(typed: str) -> None:
    vector = KEYS["member"]

    keys = member_keys(vector[typed], unhex(vector["pod_id"]))

    assert keys.box.private == unhex(vector["x25519_private"])
    assert keys.box.public == unhex(vector["x25519_public"])
    assert keys.sign_seed == unhex(vector["ed25519_seed"])
    assert keys.sign_public == unhex(vector["ed25519_public"])


def test_the_keys_of_a_code() -> None:
    vector = KEYS["code"]

    keys = code_keys(vector["code"], unhex(vector["post_id"]))

    assert (keys.private, keys.public) == (unhex(vector["x25519_private"]), unhex(vector["x25519_public"]))


def test_the_coordinators_verifier() -> None:
    vector = KEYS["coordinator"]

    assert phrase_matches(unhex(vector["verifier"]), vector["phrase"])
    assert vector["verifier"].startswith(vector["salt"])


def test_a_pods_keys() -> None:
    pod = KEYS["pod"]
    pod_id, pod_key = unhex(pod["pod_id"]), unhex(pod["pod_key"])
    layer, wrapped = pod["layer"], pod["wrapped_for_member"]

    assert pod_keys.pod_code(pod_id) == pod["pod_code"]
    assert pod_keys.bell_secret(pod_key) == unhex(pod["bell_secret"])
    for tag in pod["daily_tags"]:
        assert pod_keys.daily_tag(unhex(pod["bell_secret"]), tag["day"]) == unhex(tag["tag"])
    assert pod_keys.pod_layer_open(pod_key, unhex(layer["sealed"]), unhex(layer["associated"])) == unhex(layer["plain"])
    member_private = unhex(KEYS["member"]["x25519_private"])
    assert pod_keys.unwrap_pod_key(unhex(wrapped["wrapped"]), pod_id, member_private) == pod_key
    assert pod_keys.voice_id(unhex(pod["voice"]["public_key"])) == unhex(pod["voice"]["voice_id"])


# --- words ---


def test_words() -> None:
    for language, digest in WORDS["lists"].items():
        assert sha256("\n".join(LISTS[language]).encode()).hexdigest() == digest
    for phrase in WORDS["phrases"]:
        assert new_phrase(lambda _, made=phrase: unhex(made["random"]), phrase["language"]) == phrase["phrase"]  # type: ignore[misc]
    for code in WORDS["codes"]:
        assert code_from(unhex(code["secret"]), unhex(code["token"]), code["language"]) == code["code"]
    for normalised in WORDS["normalised"]:
        assert normalise(normalised["typed"]) == normalised["normal"]
    for typed in WORDS["pod_codes_typed"]:
        assert pod_keys.read_pod_code(typed["typed"]) == typed["read"]


# --- records and texts ---


def field_of(shown: Any) -> Field:
    if isinstance(shown, dict):
        return unhex(shown["bytes"])
    if isinstance(shown, list):
        return tuple(field_of(item) for item in shown)
    assert isinstance(shown, int | str)
    return shown


@named(RECORDS["accepted"])
def test_a_record_is_read_and_written(vector: dict[str, Any]) -> None:
    fields = tuple(field_of(shown) for shown in vector["fields"])
    record = Envelope(vector["kind"], unhex(vector["id"]), vector["made_s"], vector["end_s"], fields)

    back = decode(unhex(vector["record"]))

    assert encode(record) == encode(back) == unhex(vector["record"])
    assert back.fields == fields


@named(RECORDS["refused"])
def test_a_record_of_another_shape_is_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="shape"):
        decode(unhex(vector["record"]))


@named(RECORDS["sequences"])
def test_records_come_apart(vector: dict[str, Any]) -> None:
    assert unpack(unhex(vector["text"])) == [unhex(raw) for raw in vector["records"]]


@named(RECORDS["refused_sequences"])
def test_what_does_not_come_apart_is_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="shape"):
        unpack(unhex(vector["text"]))


def test_a_dictionary_in_use_is_never_changed() -> None:
    shown = {entry["version"]: entry["sha256"] for entry in TEXTS["dictionaries"]}

    assert {version: sha256(dictionary).hexdigest() for version, dictionary in DICTIONARIES.items()} == shown


@pytest.mark.parametrize("vector", TEXTS["accepted"], ids=lambda vector: vector["text"][:20])
def test_a_text_unpacks(vector: dict[str, Any]) -> None:
    assert unpack_text(unhex(vector["packed"]), len(vector["text"])) == vector["text"]
    assert unpack_text(pack_text(vector["text"]), 200) == vector["text"]


@named(TEXTS["refused"])
def test_what_is_no_text_is_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refusal:
        unpack_text(unhex(vector["packed"]), vector["chars_max"])

    assert refusal.value.reason == vector["reason"]


def test_the_document_names_every_label_and_the_dictionary() -> None:
    document = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text()

    for name, label in vars(labels).items():
        if name.isupper():
            assert f"`{label.decode().removeprefix('porchlight 1 ')[:-1]}`" in document
    assert sha256(DICTIONARIES[1]).hexdigest() in document
    for reason in ("length", "type", "lane", "stranger", "expired", "far", "signature", "number", "epoch", "seal"):
        assert f"| `{reason}` |" in document
