import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.keys import HubKeys, hub_id_of
from mesh.record import Envelope, decode, encode
from mesh.refused import Refused
from mesh.roster import (
    HUB_NAME_BYTES_MAX,
    KIND_ADMITTED,
    NotAdmitted,
    Roster,
    RosterHub,
    admitted_fields,
    found_network,
    read_admitted,
)

TODAY = 20_600


def hub(number: int) -> RosterHub:
    return RosterHub(HubKeys(number.to_bytes(32)).public, f"Hub {number}")


def roster(*numbers: int) -> Roster:
    grown = Roster()
    for number in numbers:
        grown = grown.admit(hub(number).public_key, hub(number).name)
    return grown


def test_the_order_of_admission_does_not_matter() -> None:
    assert roster(1, 2, 3) == roster(3, 1, 2)
    assert roster(1, 2, 3).hash == roster(2, 3, 1).hash
    assert [h.public_key for h in roster(1, 2, 3).hubs] == sorted(hub(n).public_key for n in (1, 2, 3))


def test_a_hub_is_found_by_its_short_id() -> None:
    three = roster(1, 2, 3)

    for index, found in enumerate(three.hubs):
        assert three.get(found.hub_id) == found
        assert three.index(found.hub_id) == index
    assert three.get(hub(4).hub_id) is None
    assert three.index(hub(4).hub_id) is None
    assert len(three) == 3


def test_the_hash_names_the_keys_and_not_the_names() -> None:
    assert len(roster(1).hash) == 4
    assert roster(1).hash != roster(1, 2).hash
    assert Roster([RosterHub(hub(1).public_key, "another name")]).hash == roster(1).hash


def test_admitting_a_hub_again_changes_nothing() -> None:
    two = roster(1, 2)

    assert two.admit(hub(2).public_key, hub(2).name) is two


def test_a_hub_whose_short_id_is_taken_is_refused_with_words() -> None:
    first_with: dict[bytes, RosterHub] = {}
    for number in range(1, 5_000):  # a collision of 2 bytes among a few hundred keys
        twin = hub(number)
        if twin.hub_id in first_with:
            break
        first_with[twin.hub_id] = twin
    first = first_with[twin.hub_id]

    one = Roster().admit(first.public_key, first.name)

    with pytest.raises(NotAdmitted, match=f"short id is the one of {first.name}"):
        one.admit(twin.public_key, twin.name)
    with pytest.raises(NotAdmitted):
        Roster([first, twin])


@pytest.mark.parametrize(
    ("public_key", "name", "words"),
    [
        (bytes(32), "New", "not the public key"),
        (hub(9).public_key[:31], "New", "not the public key"),
        (hub(9).public_key, "", "printable"),
        (hub(9).public_key, "  ", "printable"),
        (hub(9).public_key, "a\nb", "printable"),
        (hub(9).public_key, "é" * (HUB_NAME_BYTES_MAX // 2) + "x", "bytes"),
        (hub(9).public_key, "Hub 1", "called Hub 1 already"),
        (hub(1).public_key, "Another", "already, as Hub 1"),
    ],
)
def test_a_hub_that_cannot_join_is_told_why(public_key: bytes, name: str, words: str) -> None:
    with pytest.raises(NotAdmitted, match=words):
        roster(1, 2).admit(public_key, name)


def test_an_admission_with_the_longest_name_fits_one_block() -> None:
    new = RosterHub(hub(1).public_key, "x" * HUB_NAME_BYTES_MAX)
    made_s = 1_779_840_000

    raw = encode(Envelope(KIND_ADMITTED, b"123456", made_s, made_s + 31 * 86_400, admitted_fields(new)))

    assert len(raw) <= 120
    assert read_admitted(decode(raw).fields) == new


@pytest.mark.parametrize("fields", [(), (b"short", "name"), (bytes(32),), (bytes(32), b"name"), ("x" * 32, "name")])
def test_an_admission_of_another_shape_is_refused(fields: tuple[bytes | str, ...]) -> None:
    with pytest.raises(Refused, match="shape"):
        read_admitted(fields)


@given(seed=st.integers())
def test_two_networks_share_nothing(seed: int) -> None:
    rng = random.Random(seed)
    one, other = (found_network("Oak Hill", TODAY, rng.randbytes) for _ in range(2))

    secrets = {s for n in (one, other) for s in (n.id, n.control_key, n.channel_psk, n.chain.secret)}
    assert len(secrets) == 8
    assert len(one.channel_name.encode()) <= 11


def test_a_network_forgets_days_and_never_takes_them_back() -> None:
    network = found_network("Oak Hill", TODAY, random.Random(1).randbytes)
    key = network.day_key(0, TODAY)

    later = network.forgetting(TODAY)

    assert later.day_key(0, TODAY) == key
    assert later.forgetting(TODAY - 9) == later
    with pytest.raises(Refused, match="expired"):
        later.day_key(0, TODAY - 1)
    with pytest.raises(Refused, match="epoch"):
        later.day_key(1, TODAY)


@pytest.mark.parametrize("name", ["", " ", "a\0b", "x" * 61])
def test_a_networks_name_is_printable_and_short(name: str) -> None:
    with pytest.raises(NotAdmitted, match="printable"):
        found_network(name, TODAY, random.Random(1).randbytes)


def test_what_is_shown_of_a_network_holds_no_secret() -> None:
    network = found_network("Oak Hill", TODAY, random.Random(1).randbytes)

    for secret in (network.control_key, network.channel_psk, network.chain.secret):
        assert repr(secret) not in repr(network)


def test_the_short_id_is_the_start_of_the_keys_hash() -> None:
    assert hub_id_of(hub(1).public_key) == hub(1).hub_id
    assert len(hub(1).hub_id) == 2
