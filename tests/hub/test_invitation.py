import os
from collections.abc import Callable
from dataclasses import dataclass, replace

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.invitation import (
    INVITATION_BYTES_MAX,
    Invitation,
    InvitationRefused,
    fingerprint,
    make_invitation,
    make_request,
    open_invitation,
    read_request,
)
from mesh.keys import HubKeys
from mesh.labels import INVITATION_SIGNATURE
from mesh.roster import Network, Roster, RosterHub, found_network

TODAY = 20_781


@dataclass
class Two:
    """Alder, of a network, and Birch, who asks to join."""

    alder: HubKeys
    birch: HubKeys
    network: Network
    roster: Roster
    invitation: bytes


def two_hubs() -> Two:
    alder, birch = HubKeys.generate(os.urandom), HubKeys.generate(os.urandom)
    network = found_network("Oak Street", TODAY, os.urandom)
    asks = read_request(make_request("Birch", birch))
    roster = Roster().admit(alder.public, "Alder").admit(asks.public_key, asks.name)
    return Two(alder, birch, network, roster, make_invitation(network, roster, asks, alder, os.urandom))


TWO = two_hubs()


def test_a_request_answered_by_an_invitation_gives_the_new_hub_the_network() -> None:
    joined = open_invitation(TWO.invitation, TWO.birch)

    assert joined.network == TWO.network
    assert joined.roster == TWO.roster
    assert joined.inviter == RosterHub(TWO.alder.public, "Alder")


def test_an_invitation_holds_no_key_of_a_day_that_the_inviting_hub_forgot() -> None:
    later = TWO.network.forgetting(TODAY + 3)
    raw = make_invitation(later, TWO.roster, RosterHub(TWO.birch.public, "Birch"), TWO.alder, os.urandom)

    assert open_invitation(raw, TWO.birch).network.chain.day == TODAY + 3


def test_nobody_else_can_open_an_invitation() -> None:
    with pytest.raises(InvitationRefused, match="another hub"):
        open_invitation(TWO.invitation, HubKeys.generate(os.urandom))
    for secret in (TWO.network.chain.secret, TWO.network.control_key, b"Oak Street", b"Alder"):
        assert secret not in msgspec.json.decode(TWO.invitation, type=Invitation).sealed


def test_an_invitation_that_somebody_else_signed_is_refused() -> None:
    mallory = HubKeys.generate(os.urandom)
    found = msgspec.json.decode(TWO.invitation, type=Invitation)
    as_alder = msgspec.structs.replace(found, signature=mallory.sign(b"anything"))
    context = found.to + mallory.public
    as_mallory = msgspec.structs.replace(
        found, inviter=mallory.public, signature=mallory.sign(INVITATION_SIGNATURE + context + found.sealed)
    )

    for forged in (as_alder, as_mallory):
        with pytest.raises(InvitationRefused, match="changed on its way"):
            open_invitation(msgspec.json.encode(forged), TWO.birch)


def test_a_stranger_cannot_invite_to_a_network_whose_roster_lacks_them() -> None:
    mallory = HubKeys.generate(os.urandom)
    raw = make_invitation(TWO.network, TWO.roster, RosterHub(TWO.birch.public, "Birch"), mallory, os.urandom)

    with pytest.raises(InvitationRefused, match="not of the network"):
        open_invitation(raw, TWO.birch)


def with_roster(make: Callable[[Roster], Roster]) -> bytes:
    birch = RosterHub(TWO.birch.public, "Birch")
    return make_invitation(TWO.network, make(TWO.roster), birch, TWO.alder, os.urandom)


@pytest.mark.parametrize("name", ["two\nlines", "x\x1b[31m"])
def test_a_roster_with_names_for_no_terminal_is_refused(name: str) -> None:
    other = HubKeys.generate(os.urandom).public
    raw = with_roster(lambda roster: Roster((*roster.hubs, RosterHub(other, name))))

    with pytest.raises(InvitationRefused) as refused:
        open_invitation(raw, TWO.birch)
    assert str(refused.value).isprintable()


def test_a_roster_with_a_key_of_small_order_is_refused() -> None:
    raw = with_roster(lambda roster: Roster((*roster.hubs, RosterHub((1).to_bytes(32, "little"), "Low"))))

    with pytest.raises(InvitationRefused, match="no network"):
        open_invitation(raw, TWO.birch)


def test_a_network_of_another_century_is_refused() -> None:
    chain = replace(TWO.network.chain, day=10**9)
    birch = RosterHub(TWO.birch.public, "Birch")
    raw = make_invitation(replace(TWO.network, chain=chain), TWO.roster, birch, TWO.alder, os.urandom)

    with pytest.raises(InvitationRefused):
        open_invitation(raw, TWO.birch)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b"x" * 2000,
        b"[" * 900,
        make_request("a\x07b", TWO.birch),
        make_request("  ", TWO.birch),
        make_request("é" * 21, TWO.birch),
        make_request("Low", TWO.birch).replace(
            msgspec.json.encode(TWO.birch.public), msgspec.json.encode((1).to_bytes(32, "little"))
        ),
        TWO.invitation,
    ],
)
def test_what_is_no_request_is_refused_with_words(raw: bytes) -> None:
    with pytest.raises(InvitationRefused) as refused:
        read_request(raw)
    assert str(refused.value).isprintable()


@settings(max_examples=200, deadline=None)
@given(raw=st.binary(max_size=80), at=st.integers(min_value=0), cut=st.integers(0, 40))
def test_any_bytes_are_a_request_or_refused(raw: bytes, at: int, cut: int) -> None:
    whole = make_request("Birch", TWO.birch)
    at %= len(whole)
    for hostile in (raw, whole[:at] + raw + whole[at + cut :]):
        try:
            read_request(hostile)
        except InvitationRefused:
            continue


@settings(max_examples=200, deadline=None)
@given(raw=st.binary(max_size=80), at=st.integers(min_value=0), cut=st.integers(0, 40))
def test_any_bytes_are_an_invitation_or_refused_and_no_changed_one_opens_to_something_else(
    raw: bytes, at: int, cut: int
) -> None:
    at %= len(TWO.invitation)
    for hostile in (raw, TWO.invitation[:at] + raw + TWO.invitation[at + cut :]):
        try:
            joined = open_invitation(hostile, TWO.birch)
        except InvitationRefused:
            continue
        assert (joined.network, joined.roster) == (TWO.network, TWO.roster)


def test_a_file_of_any_size_is_refused_unread() -> None:
    with pytest.raises(InvitationRefused):
        open_invitation(TWO.invitation + b" " * INVITATION_BYTES_MAX, TWO.birch)


def test_fingerprints_are_eight_words_and_differ_between_keys() -> None:
    assert len(fingerprint(TWO.alder.public).split()) == 8
    assert fingerprint(TWO.alder.public) == fingerprint(TWO.alder.public)
    assert fingerprint(TWO.alder.public) != fingerprint(TWO.birch.public)
