import json
import os
import re
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub import wifi_passwords as wifi
from hub.keyring import Keyring, KeyringRefused
from hub.limits import PODS_MAX
from hub.wifi_passwords import WifiPassword, WifiUse

KEYIDS = st.integers(0, 2**32 - 1).map(lambda number: f"{number:08x}")
PLAIN = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=8, max_size=63)
PASSWORDS = st.builds(WifiPassword, KEYIDS, PLAIN, st.sampled_from(WifiUse))


def keyring_in(folder: Path) -> Keyring:
    return Keyring.create(folder, os.urandom)


def test_a_hub_makes_a_password_for_the_poster_and_one_for_coordinators(tmp_path: Path) -> None:
    made = keyring_in(tmp_path).make_wifi_passwords(os.urandom)

    assert sorted(one.use for one in made) == [WifiUse.COORDINATORS, WifiUse.POSTER]
    assert Keyring.open(tmp_path).wifi_passwords() == made
    assert (tmp_path / "keys" / "wifi.key").stat().st_mode & 0o777 == 0o600


def test_what_was_made_once_stays_as_it_is(tmp_path: Path) -> None:
    made = keyring_in(tmp_path).make_wifi_passwords(os.urandom)
    written = (tmp_path / "keys" / "wifi.key").stat().st_mtime_ns

    assert Keyring.open(tmp_path).make_wifi_passwords(os.urandom) == made
    assert (tmp_path / "keys" / "wifi.key").stat().st_mtime_ns == written


def test_a_hub_without_an_access_point_has_no_file_of_passwords(tmp_path: Path) -> None:
    keyring_in(tmp_path)

    assert Keyring.open(tmp_path).wifi_passwords() == ()
    assert not (tmp_path / "keys" / "wifi.key").exists()


def test_each_pod_gets_one_of_its_own_and_none_is_changed_by_it(tmp_path: Path) -> None:
    keyring = keyring_in(tmp_path)
    before = set(keyring.make_wifi_passwords(os.urandom))

    told = [keyring.add_pod_wifi_password(os.urandom) for _ in range(3)]

    kept = Keyring.open(tmp_path).wifi_passwords()
    assert before < set(kept)
    assert {one.password for one in kept if one.use is WifiUse.POD} == set(told)
    assert len({one.keyid for one in kept}) == len({one.password for one in kept}) == 5


def test_the_order_in_the_file_does_not_tell_which_pod_was_founded_first(tmp_path: Path) -> None:
    keyring = keyring_in(tmp_path)
    for _ in range(8):
        keyring.add_pod_wifi_password(os.urandom)

    keyids = [one["keyid"] for one in json.loads((tmp_path / "keys" / "wifi.key").read_text())["passwords"]]
    assert keyids == sorted(keyids)


def test_beyond_the_most_pods_no_password_is_made_and_nothing_is_lost(tmp_path: Path) -> None:
    full: tuple[WifiPassword, ...] = ()
    rng = Random(5)
    while sum(one.use is WifiUse.POD for one in full) < PODS_MAX:
        full = (*full, wifi.new_password(full, WifiUse.POD, rng.randbytes))
    with pytest.raises(wifi.NoRoom):
        wifi.new_password(full, WifiUse.POD, rng.randbytes)
    whole = wifi.first_passwords(full, rng.randbytes)
    keyring = keyring_in(tmp_path)
    keyring._save_wifi(whole)

    with pytest.raises(KeyringRefused, match="as many passwords as it may"):
        keyring.add_pod_wifi_password(os.urandom)

    assert Keyring.open(tmp_path).wifi_passwords() == whole
    assert len(whole) == wifi.PASSWORDS_MAX


@given(seed=st.integers(0, 2**32), use=st.sampled_from(WifiUse))
def test_a_password_is_plain_letters_in_groups_that_no_phone_mistakes(seed: int, use: WifiUse) -> None:
    made = wifi.new_password((), use, Random(seed).randbytes)

    groups = made.password.split("-")
    assert len(groups) == wifi.GROUPS[use]
    assert all(re.fullmatch(f"[{wifi.LETTERS}]{{4}}", group) for group in groups)
    assert 8 <= len(made.password) <= 63
    assert re.fullmatch("[0-9a-f]{8}", made.keyid)


@pytest.mark.parametrize("use", [WifiUse.POD, WifiUse.COORDINATORS])
def test_what_guards_a_pod_or_the_hub_has_more_than_sixty_bits(use: WifiUse) -> None:
    assert len(set(wifi.LETTERS)) ** (wifi.GROUPS[use] * wifi.GROUP_LETTERS) > 2**60


def test_each_letter_is_as_likely_as_the_others() -> None:
    every_byte = iter([bytes(range(256)), *[os.urandom(16) for _ in range(9)]])

    drawn = wifi._drawn(64, lambda _: next(every_byte)).replace("-", "")  # 240 fair bytes of the first 256 are used

    counts = {drawn[:240].count(letter) for letter in wifi.LETTERS}
    assert counts == {12}


def test_a_key_id_or_password_that_is_taken_is_drawn_again() -> None:
    known = wifi.new_password((), WifiUse.POD, Random(3).randbytes)
    same, other = Random(3), Random(4)
    asked = 0

    def first_the_same(count: int) -> bytes:
        nonlocal asked
        asked += 1
        return same.randbytes(count) if asked in (1, 3) else other.randbytes(count)

    made = wifi.new_password((known,), WifiUse.POD, first_the_same)

    assert made.keyid != known.keyid
    assert made.password != known.password


def test_the_password_of_the_settings_is_the_posters_and_the_others_stay() -> None:
    made = wifi.first_passwords((), os.urandom)

    own = wifi.with_own_poster_password(made, "warm porch 24")

    poster, other = wifi.password_for(own, WifiUse.POSTER), wifi.password_for(own, WifiUse.COORDINATORS)
    assert poster is not None and poster.password == "warm porch 24"
    assert other == wifi.password_for(made, WifiUse.COORDINATORS)
    assert wifi.with_own_poster_password(made, "") == made


@given(passwords=st.lists(PASSWORDS, max_size=8).map(tuple), typed=PLAIN)
def test_what_stands_on_the_poster_never_opens_more_than_the_posters(
    passwords: tuple[WifiPassword, ...], typed: str
) -> None:
    shown = wifi.with_own_poster_password(passwords, typed)

    assert all(one.use is WifiUse.POSTER for one in shown if one.password == typed)


@given(passwords=st.lists(PASSWORDS, max_size=8).map(tuple))
def test_what_is_written_reads_back_without_doubles(passwords: tuple[WifiPassword, ...]) -> None:
    found = wifi.read_wifi(wifi.write_wifi(passwords))

    assert set(found) <= set(passwords)
    assert len({one.keyid for one in found}) == len({one.password for one in found}) == len(found)
    assert wifi.read_wifi(wifi.write_wifi(found)) == found


@settings(max_examples=60)
@given(raw=st.binary(max_size=200) | st.sampled_from([b'{"passwords":[{"keyid":"Maple","password":"x","use":"pod"}]}']))
def test_a_damaged_file_is_refused_in_words(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    folder = tmp_path_factory.mktemp("hub")
    keyring_in(folder).make_wifi_passwords(os.urandom)
    (folder / "keys" / "wifi.key").write_bytes(raw)

    with pytest.raises(KeyringRefused, match="damaged"):
        Keyring.open(folder)


def test_no_password_is_in_what_a_log_would_show() -> None:
    made = wifi.first_passwords((), os.urandom)

    shown = repr(made) + repr(wifi.write_wifi(made))
    assert not any(one.password in shown for one in made)


@pytest.mark.system
def test_what_root_makes_for_a_hub_belongs_to_the_hub(tmp_path: Path) -> None:
    keyring = keyring_in(tmp_path)
    os.chown(tmp_path / "keys", 4321, 4322)  # needs root

    keyring.make_wifi_passwords(os.urandom)

    written = (tmp_path / "keys" / "wifi.key").stat()
    assert (written.st_uid, written.st_gid, written.st_mode & 0o777) == (4321, 4322, 0o600)
