import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub import keyring as keyring_module
from hub.keyring import Keyring, KeyringRefused
from hub.limits import PODS_MAX
from mesh.keys import HubKeys
from mesh.roster import Roster, found_network

TODAY = 20_781


def test_a_new_keyring_reads_back_as_it_was_written(tmp_path: Path) -> None:
    made = Keyring.create(tmp_path, os.urandom)
    network = found_network("Oak Street", TODAY, os.urandom)
    roster = Roster().admit(made.hub_keys.public, "Alder").admit(HubKeys.generate(os.urandom).public, "Zoë")
    made.save_network(network)
    made.save_roster(roster)
    made.save_bell(b"12345678", b"b" * 32)

    found = Keyring.open(tmp_path)

    assert found.hub_keys.seed == made.hub_keys.seed
    assert found.code_secret == made.code_secret != found.hub_keys.seed
    assert (found.network, found.roster) == (network, roster)
    assert dict(found.bells) == {b"12345678": b"b" * 32}
    assert not found.has_coordinator


def test_when_the_chain_goes_on_the_forgotten_days_are_gone_from_the_file(tmp_path: Path) -> None:
    keyring = Keyring.create(tmp_path, os.urandom)
    network = found_network("Oak Street", TODAY, os.urandom)
    keyring.save_network(network)
    before = (tmp_path / "keys" / "network.key").read_bytes()

    keyring.save_network(network.forgetting(TODAY + 5))

    found = Keyring.open(tmp_path).network
    assert found is not None
    assert found.chain == network.chain.at(TODAY + 5)
    assert json.loads(before)["chain_secret"] not in (tmp_path / "keys" / "network.key").read_text()


def test_the_coordinators_phrase_is_known_again_and_kept_nowhere(tmp_path: Path) -> None:
    Keyring.create(tmp_path, os.urandom).save_coordinator("olive river stone paper lamp door", os.urandom)

    found = Keyring.open(tmp_path)

    assert found.has_coordinator
    assert found.is_coordinator("Olive, river stone  PAPER lamp-door")
    assert not found.is_coordinator("olive river stone paper lamp lamp")
    assert not any(b"olive" in file.read_bytes() for file in (tmp_path / "keys").iterdir())


def test_only_the_hub_itself_may_read_its_keys(tmp_path: Path) -> None:
    umask = os.umask(0)
    try:
        keyring = Keyring.create(tmp_path / "data", os.urandom)
        keyring.save_bell(b"12345678", b"b" * 32)
    finally:
        os.umask(umask)

    assert (tmp_path / "data" / "keys").stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "data" / "keys").iterdir()} == {0o600}


@pytest.mark.parametrize("what", ["keys", "keys/hub.key", "keys/network.key"])
def test_keys_that_others_may_read_are_refused_with_what_to_type(tmp_path: Path, what: str) -> None:
    Keyring.create(tmp_path, os.urandom).save_network(found_network("Oak Street", TODAY, os.urandom))
    (tmp_path / what).chmod(0o750 if what == "keys" else 0o640)

    with pytest.raises(KeyringRefused) as refused:
        Keyring.open(tmp_path)
    assert "others on this machine may read" in refused.value.words
    assert os.system(refused.value.hint.removeprefix("type: ")) == 0
    Keyring.open(tmp_path)


def test_keys_are_never_made_over_others(tmp_path: Path) -> None:
    seed = Keyring.create(tmp_path, os.urandom).hub_keys.seed

    with pytest.raises(KeyringRefused, match="already"):
        Keyring.create(tmp_path, os.urandom)
    assert Keyring.open(tmp_path).hub_keys.seed == seed


def test_a_folder_without_keys_says_how_to_make_some(tmp_path: Path) -> None:
    with pytest.raises(KeyringRefused) as refused:
        Keyring.open(tmp_path)
    assert "porchlight init" in refused.value.hint


def test_what_a_power_cut_left_half_written_is_replaced(tmp_path: Path) -> None:
    keyring = Keyring.create(tmp_path, os.urandom)
    (tmp_path / "keys" / "bells.key.new").write_bytes(b'{"bel')

    keyring.save_bell(b"12345678", b"b" * 32)

    assert len(Keyring.open(tmp_path).bells) == 1
    assert not (tmp_path / "keys" / "bells.key.new").exists()


def test_a_card_that_takes_nothing_is_told_and_the_old_file_stays(tmp_path: Path) -> None:
    keyring = Keyring.create(tmp_path, os.urandom)
    keyring.save_bell(b"12345678", b"b" * 32)
    (tmp_path / "keys" / "bells.key.new").mkdir()  # in the way, as a failing card would be

    with pytest.raises(KeyringRefused, match="cannot be written"):
        keyring.save_bell(b"87654321", b"c" * 32)
    (tmp_path / "keys" / "bells.key.new").rmdir()
    assert dict(keyring.bells) == dict(Keyring.open(tmp_path).bells) == {b"12345678": b"b" * 32}


def test_the_bells_are_bounded_and_the_oldest_makes_room(tmp_path: Path) -> None:
    keyring = Keyring.create(tmp_path, os.urandom)

    for number in range(PODS_MAX + 1):
        keyring.save_bell(number.to_bytes(8), b"b" * 32)

    assert len(Keyring.open(tmp_path).bells) == PODS_MAX
    assert (0).to_bytes(8) not in keyring.bells


FILES = [name for constant, name in vars(keyring_module).items() if constant.endswith("_FILE")]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(FILES), raw=st.binary(max_size=60), at=st.integers(0, 400), cut=st.integers(0, 30))
def test_any_damage_to_any_file_is_told_with_words(tmp_path: Path, name: str, raw: bytes, at: int, cut: int) -> None:
    keys = tmp_path / "keys"
    if not keys.exists():
        keyring = Keyring.create(tmp_path, os.urandom)
        keyring.save_network(found_network("Oak Street", TODAY, os.urandom))
        keyring.save_roster(Roster().admit(keyring.hub_keys.public, "Alder"))
        keyring.save_bell(b"12345678", b"b" * 32)
        keyring.save_coordinator("olive river stone paper lamp door", os.urandom)
        keyring.make_wifi_passwords(os.urandom)
    whole = (keys / name).read_bytes()
    at %= len(whole)
    (keys / name).write_bytes(whole[:at] + raw + whole[at + cut :])
    try:
        Keyring.open(tmp_path)
    except KeyringRefused as refused:
        assert refused.words.isprintable()
    finally:
        (keys / name).write_bytes(whole)


def test_a_network_with_a_name_for_no_terminal_is_refused(tmp_path: Path) -> None:
    keyring = Keyring.create(tmp_path, os.urandom)
    keyring.save_network(replace(found_network("Oak", TODAY, os.urandom), name="O\x1b[2Jak"))

    with pytest.raises(KeyringRefused, match="damaged"):
        Keyring.open(tmp_path)
