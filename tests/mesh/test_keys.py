import os

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl import bindings as sodium
from nacl.exceptions import RuntimeError as SodiumRefuses

from mesh import labels
from mesh.curve import check_public, x25519_public_of
from mesh.keys import (
    BOX_OVERHEAD_BYTES,
    CHAIN_STEPS_MAX,
    BoxKeys,
    Chain,
    HubKeys,
    check_signature,
    derive,
    open_control,
    open_sealed,
    seal_control,
    seal_to,
    siv_open,
    siv_seal,
)
from mesh.member_keys import code_keys, member_keys, phrase_matches, phrase_verifier
from mesh.pod_keys import (
    POD_CODE_ALPHABET,
    bell_secret,
    daily_tag,
    pod_code,
    pod_layer_open,
    pod_layer_seal,
    read_pod_code,
    unwrap_pod_key,
    voice_id,
    wrap_pod_key,
)
from mesh.refused import Refused

secrets = st.binary(min_size=32, max_size=32)
PHRASE = "abandon ability able about above absent"


def hexes(*parts: str) -> bytes:
    return bytes.fromhex("".join(parts))


# --- published vectors: the library does what the standard says, and we call it the right way round ---


def test_hkdf_is_the_one_of_rfc_5869() -> None:
    """Appendix A.1 and A.3."""
    with_salt = derive(b"\x0b" * 22, hexes("f0f1f2f3f4f5f6f7f8f9"), 42, salt=bytes(range(13)))
    without = derive(b"\x0b" * 22, b"", 42)

    assert with_salt == hexes("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")
    assert without == hexes("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8")


def test_siv_is_the_one_of_rfc_5297() -> None:
    """Appendix A.1: the synthetic IV comes first. (AES-128 there; the 256-bit form is rebuilt in test_vectors.py.)"""
    key = hexes("fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0", "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff")
    associated = hexes("101112131415161718191a1b1c1d1e1f2021222324252627")

    sealed = siv_seal(key, hexes("112233445566778899aabbccddee"), associated)

    assert sealed == hexes("85632d07c6e8f37f950acd320a2ecc93", "40c02b9690c4dc04daef7f6afe5c")
    assert AESSIV(key).decrypt(sealed, [associated]) == siv_open(key, sealed, associated)


def test_ed25519_is_the_one_of_rfc_8032() -> None:
    """Section 7.1, test 2."""
    keys = HubKeys(hexes("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"))

    assert keys.public == hexes("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    assert keys.sign(b"\x72") == hexes(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da",
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    )


def test_x25519_is_the_one_of_rfc_7748() -> None:
    """Section 6.1, Alice and Bob."""
    alice = BoxKeys.of(hexes("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"))
    bob = BoxKeys.of(hexes("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"))

    assert alice.public == hexes("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a")
    assert bob.public == hexes("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f")


def test_argon2id_is_the_one_of_rfc_9106() -> None:
    """Section 5.3."""
    argon2 = Argon2id(
        salt=b"\2" * 16, length=32, iterations=3, lanes=4, memory_cost=32, secret=b"\3" * 8, ad=b"\4" * 12
    )

    assert argon2.derive(b"\1" * 32) == hexes("0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659")


# --- the hub's one key in its two forms, as libsodium has them ---


@given(seed=secrets)
def test_a_hubs_two_forms_are_those_of_libsodium(seed: bytes) -> None:
    keys = HubKeys(seed)
    public, secret = sodium.crypto_sign_seed_keypair(seed)

    assert keys.public == public
    assert keys.box.private == sodium.crypto_sign_ed25519_sk_to_curve25519(secret)
    assert keys.box.public == x25519_public_of(public) == sodium.crypto_sign_ed25519_pk_to_curve25519(public)


@given(key=secrets)
def test_whatever_libsodium_takes_for_a_public_key_we_do_and_nothing_else(key: bytes) -> None:
    try:
        theirs = sodium.crypto_sign_ed25519_pk_to_curve25519(key)
    except SodiumRefuses:
        with pytest.raises(Refused, match="shape"):
            x25519_public_of(key)
    else:
        assert x25519_public_of(key) == theirs


@given(key=st.binary(max_size=40))
def test_any_bytes_as_a_public_key_raise_only_refused(key: bytes) -> None:
    try:
        check_public(key)
    except Refused as refusal:
        assert refusal.reason == "shape"


@given(seed=secrets, message=st.binary(max_size=200))
def test_a_signature_checks_for_its_key_and_message_alone(seed: bytes, message: bytes) -> None:
    keys, other = HubKeys(seed), HubKeys(b"\7" * 32)
    signature = keys.sign(message)

    check_signature(keys.public, signature, message)
    for public, signed, text in (
        (other.public, signature, message),
        (keys.public, signature, message + b"x"),
        (keys.public, signature[:-1], message),
        (keys.public[:-1], signature, message),
    ):
        with pytest.raises(Refused, match="signature"):
            check_signature(public, signed, text)


def test_a_hub_never_shows_its_seed() -> None:
    keys = HubKeys.generate(os.urandom)

    assert repr(keys.seed) not in repr(keys)
    assert repr(keys.box.private) not in repr(keys.box)
    with pytest.raises(ValueError, match="32 bytes"):
        HubKeys(b"short")


# --- the chain ---


@given(secret=secrets, steps=st.integers(0, 60), more=st.integers(0, 60))
def test_the_chain_goes_forward_by_any_steps_to_the_same_key(secret: bytes, steps: int, more: int) -> None:
    chain = Chain(20_000, secret)

    assert chain.at(20_000 + steps).at(20_000 + steps + more) == chain.at(20_000 + steps + more)
    assert chain.key_of(20_000 + steps) == chain.at(20_000 + steps).secret
    assert chain.key_of(20_000 + steps) != chain.key_of(20_001 + steps)


@given(secret=secrets, back=st.integers(1, 1000))
def test_the_chain_has_no_way_back(secret: bytes, back: int) -> None:
    with pytest.raises(Refused, match="expired"):
        Chain(20_000, secret).key_of(20_000 - back)


def test_the_chain_does_not_run_for_ever() -> None:
    with pytest.raises(Refused, match="far"):
        Chain(20_000, bytes(32)).at(20_001 + CHAIN_STEPS_MAX)


# --- what is sealed to one reader ---


@given(private=secrets, plain=st.binary(max_size=200), context=st.binary(max_size=20))
def test_a_sealed_box_opens_for_its_reader_in_its_context_alone(private: bytes, plain: bytes, context: bytes) -> None:
    reader = BoxKeys.of(private)
    sealed = seal_to(reader.public, plain, context, os.urandom)

    assert len(sealed) == BOX_OVERHEAD_BYTES + len(plain)
    assert open_sealed(private, sealed, context) == plain
    for key, box, about in (
        (b"\7" * 32, sealed, context),
        (private, sealed, context + b"x"),
        (private, sealed[:-1], context),
        (private, sealed + b"x", context),
    ):
        with pytest.raises(Refused, match="seal"):
            open_sealed(key, box, about)


@given(data=st.data(), plain=st.binary(max_size=50))
def test_a_flipped_bit_anywhere_in_a_sealed_box_is_refused(data: st.DataObject, plain: bytes) -> None:
    reader = BoxKeys.of(b"r" * 32)
    sealed = seal_to(reader.public, plain, b"", lambda length: b"e" * length)
    bit = data.draw(st.integers(0, 8 * len(sealed) - 1))

    changed = bytes(byte ^ (1 << bit % 8 if at == bit // 8 else 0) for at, byte in enumerate(sealed))

    with pytest.raises(Refused, match="seal"):
        open_sealed(reader.private, changed, b"")


@given(noise=st.binary(max_size=120))
def test_any_bytes_as_a_sealed_box_raise_only_refused(noise: bytes) -> None:
    with pytest.raises(Refused, match="seal"):
        open_sealed(b"r" * 32, noise, b"")


@pytest.mark.parametrize("low", [bytes(32), (1).to_bytes(32, "little"), (2**255 - 20).to_bytes(32, "little"), b"short"])
def test_a_key_that_everyone_could_open_is_refused(low: bytes) -> None:
    with pytest.raises(Refused, match="shape"):
        seal_to(low, b"words", b"", os.urandom)
    with pytest.raises(Refused, match="seal"):
        open_sealed(b"r" * 32, low.ljust(32, b"\0") + bytes(40), b"")


@given(body=st.binary(max_size=200), header=st.binary(min_size=7, max_size=7))
def test_a_control_frame_opens_with_its_key_network_and_header_alone(body: bytes, header: bytes) -> None:
    key, network_id = b"c" * 32, b"n" * 16
    sealed = seal_control(key, network_id, header, body)

    assert len(sealed) == 16 + len(body)
    assert open_control(key, network_id, header, sealed) == body
    for wrong in ((b"d" * 32, network_id, header), (key, b"m" * 16, header), (key, network_id, header[:-1] + b"?!")):
        with pytest.raises(Refused, match="seal"):
            open_control(*wrong, sealed)


@given(noise=st.binary(max_size=231))
def test_any_bytes_as_a_control_frame_raise_only_refused(noise: bytes) -> None:
    with pytest.raises(Refused, match="seal"):
        open_control(b"c" * 32, b"n" * 16, b"header!", noise)


# --- people ---


def test_a_phrase_gives_the_same_keys_on_every_hub_however_it_is_typed() -> None:
    keys = member_keys(PHRASE, b"pod id 8")

    assert keys == member_keys("  Abandon-ABILITY, able   about\nabove ábsent", b"pod id 8")
    check_signature(keys.sign_public, keys.sign(b"read"), b"read")
    assert repr(keys.sign_seed) not in repr(keys)


def test_another_phrase_another_pod_or_a_code_give_other_keys() -> None:
    keys = member_keys(PHRASE, b"pod id 8")
    others = [
        member_keys(PHRASE + "x", b"pod id 8").box,
        member_keys(PHRASE, b"pod id 9").box,
        code_keys(PHRASE, b"pod id 8"),
        code_keys(PHRASE, b"pod id 9"),
    ]

    assert len({box.private for box in [keys.box, *others]}) == 5
    assert keys.sign_seed != keys.box.private
    for make in (member_keys, code_keys):
        with pytest.raises(ValueError, match="8 bytes"):
            make(PHRASE, b"seven b")


def test_a_claim_sealed_to_a_code_opens_with_the_code() -> None:
    poster = code_keys("zoo zone zero youth", b"post id!")
    sealed = seal_to(poster.public, b"Ana, 555 0100", b"claim", os.urandom)

    assert open_sealed(code_keys("Zoo, Zone, Zero, Youth", b"post id!").private, sealed, b"claim") == b"Ana, 555 0100"
    with pytest.raises(Refused, match="seal"):
        open_sealed(code_keys("zoo zone zero young", b"post id!").private, sealed, b"claim")


def test_a_hub_knows_its_coordinators_phrase_again_and_keeps_only_a_verifier() -> None:
    verifier = phrase_verifier(PHRASE, os.urandom)

    assert phrase_matches(verifier, "Abandon ability ABLE about above absent ")
    assert not phrase_matches(verifier, "abandon ability able about above absurd")
    assert phrase_verifier(PHRASE, os.urandom) != verifier
    with pytest.raises(ValueError, match="48 bytes"):
        phrase_matches(verifier[:-1], PHRASE)


# --- pods ---


@given(key=secrets, plain=st.binary(max_size=100), associated=st.binary(max_size=20))
def test_what_a_pod_seals_opens_with_its_key_in_its_place_alone(key: bytes, plain: bytes, associated: bytes) -> None:
    sealed = pod_layer_seal(key, plain, associated)

    assert len(sealed) == len(plain) + 16
    assert pod_layer_open(key, sealed, associated) == plain
    for other_key, other_place in ((b"\7" * 32, associated), (key, associated + b"x"), (bell_secret(key), associated)):
        with pytest.raises(Refused, match="seal"):
            pod_layer_open(other_key, sealed, other_place)


@given(noise=st.binary(max_size=120))
def test_any_bytes_as_a_pods_words_raise_only_refused(noise: bytes) -> None:
    for parse in (pod_layer_open, unwrap_pod_key):
        with pytest.raises(Refused, match="seal"):
            parse(b"k" * 32, noise, b"r" * 32)
    with pytest.raises(Refused, match="seal"):
        unwrap_pod_key(noise, b"pod id 8", b"r" * 32)


def test_a_pods_tag_changes_every_day_and_follows_from_the_bell_secret_alone() -> None:
    bell = bell_secret(b"k" * 32)

    tags = {daily_tag(bell, day) for day in range(20_600, 20_700)}

    assert len(tags) == 100
    assert all(len(tag) == 4 for tag in tags)
    assert daily_tag(bell_secret(b"l" * 32), 20_600) not in tags


def test_a_pods_key_is_wrapped_for_one_member_of_one_pod() -> None:
    member, other = BoxKeys.of(b"m" * 32), BoxKeys.of(b"o" * 32)
    wrapped = wrap_pod_key(b"k" * 32, b"pod id 8", member.public, os.urandom)

    assert len(wrapped) == 80
    assert unwrap_pod_key(wrapped, b"pod id 8", member.private) == b"k" * 32
    for pod_id, private in ((b"pod id 9", member.private), (b"pod id 8", other.private)):
        with pytest.raises(Refused, match="seal"):
            unwrap_pod_key(wrapped, pod_id, private)


@given(pod_id=st.binary(min_size=8, max_size=8))
def test_a_pods_code_is_read_however_it_is_typed(pod_id: bytes) -> None:
    code = pod_code(pod_id)

    assert len(code) == 7
    assert set(code) <= set(POD_CODE_ALPHABET)
    assert read_pod_code(code) == code
    assert read_pod_code(f" {code[:3].lower()}-{code[3:]} ".replace("0", "o").replace("1", "l")) == code


@given(text=st.text(max_size=30))
def test_reading_a_pod_code_twice_is_reading_it_once(text: str) -> None:
    assert read_pod_code(read_pod_code(text)) == read_pod_code(text)


def test_a_voice_has_a_short_name() -> None:
    assert len(voice_id(b"v" * 32)) == 4
    assert voice_id(b"v" * 32) != voice_id(b"w" * 32)


def test_no_label_begins_another() -> None:
    all_labels = [value for name, value in vars(labels).items() if name.isupper()]

    assert len(all_labels) > 15
    assert all(label.isascii() and label.endswith(b"\0") and label.count(b"\0") == 1 for label in all_labels)
    assert len(set(all_labels)) == len(all_labels)


@settings(max_examples=3)
@given(seed=secrets)
def test_generating_takes_32_bytes_of_what_it_is_given(seed: bytes) -> None:
    assert HubKeys.generate(lambda length: seed[:length]).seed == seed
