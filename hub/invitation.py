"""How does a hub join a network without a network? Two files on a USB stick, and two fingerprints read aloud.

The new hub writes a *request*: its name and its full public key. A hub of the network answers with an *invitation*:
what the hubs of the network share, sealed to that key and signed by the inviting hub. The files prove nothing of the
people who carried them: so each side shows the other's fingerprint, and the two coordinators compare them.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Literal

from msgspec import Meta, Struct

from hub.key_files import (
    HubName,
    Secret,
    Unreadable,
    WrittenNetwork,
    WrittenRoster,
    read_foreign_roster,
    read_network,
    read_written,
    write_network,
    write_roster,
    written,
)
from mesh.curve import check_public
from mesh.keys import (
    SIGNATURE_BYTES,
    HubKeys,
    RandomBytes,
    check_signature,
    hub_id_of,
    open_sealed,
    seal_to,
    x25519_public_of,
)
from mesh.labels import FINGERPRINT, INVITATION_SEAL, INVITATION_SIGNATURE
from mesh.refused import Refused
from mesh.roster import HUB_NAME_BYTES_MAX, Network, Roster, RosterHub
from mesh.words import LIST_WORDS, LISTS

REQUEST_BYTES_MAX = 1_024
INVITATION_BYTES_MAX = 512 * 1024  # a roster of 1,000 hubs takes about 200 KB
INSIDE_BYTES_MAX = 256 * 1024

FINGERPRINT_WORDS = 8


class InvitationRefused(ValueError):
    """A file that is no request or no invitation for this hub; its words are for the coordinator."""


class Request(Struct, frozen=True, forbid_unknown_fields=True):
    """What the new hub writes."""

    porchlight: Literal["request 1"]
    name: HubName
    public_key: Secret


class Invitation(Struct, frozen=True, forbid_unknown_fields=True):
    """What the inviting hub answers. Who it is for and who it is from may be read by anyone."""

    porchlight: Literal["invitation 1"]
    to: Secret
    inviter: Secret
    sealed: Annotated[bytes, Meta(min_length=48, max_length=INSIDE_BYTES_MAX + 48)]
    signature: Annotated[bytes, Meta(min_length=SIGNATURE_BYTES, max_length=SIGNATURE_BYTES)]


class _Inside(Struct, frozen=True, forbid_unknown_fields=True):
    network: WrittenNetwork
    roster: WrittenRoster


@dataclass(frozen=True, slots=True)
class Joined:
    """What an invitation gives to the hub that it is for."""

    network: Network
    roster: Roster
    inviter: RosterHub


def make_request(name: str, hub_keys: HubKeys) -> bytes:
    """The file that asks for an invitation. Nothing in it is secret."""
    return written(Request("request 1", name, hub_keys.public))


def read_request(raw: bytes) -> RosterHub:
    """Who asks. InvitationRefused, and nothing else, for whatever is no request."""
    try:
        request = read_written(raw, Request, REQUEST_BYTES_MAX)
        check_public(request.public_key)
    except Unreadable:
        raise InvitationRefused("this is no request of a hub that wants to join") from None
    except Refused:
        raise InvitationRefused("the key in this request is no usable key") from None
    if not request.name.isprintable() or not request.name.strip() or len(request.name.encode()) > HUB_NAME_BYTES_MAX:
        raise InvitationRefused("the hub's name in this request is too long, or is no printable text")
    return RosterHub(request.public_key, request.name)


def make_invitation(
    network: Network, roster: Roster, new_hub: RosterHub, hub_keys: HubKeys, random_bytes: RandomBytes
) -> bytes:
    """The file for `new_hub`, which `roster` has admitted already; `hub_keys` are the inviting hub's.

    The network's chain goes as this hub holds it: from its kept day on.
    """
    assert new_hub in roster.hubs
    inside = written(_Inside(write_network(network), write_roster(roster)))
    context = _context(new_hub.public_key, hub_keys.public)
    sealed = seal_to(x25519_public_of(new_hub.public_key), inside, INVITATION_SEAL + context, random_bytes)
    signature = hub_keys.sign(INVITATION_SIGNATURE + context + sealed)
    return written(Invitation("invitation 1", new_hub.public_key, hub_keys.public, sealed, signature))


def open_invitation(raw: bytes, hub_keys: HubKeys) -> Joined:
    """What the invitation gives to the hub whose keys these are. InvitationRefused, and nothing else, otherwise."""
    try:
        invitation = read_written(raw, Invitation, INVITATION_BYTES_MAX)
    except Unreadable:
        raise InvitationRefused("this is no invitation to a network") from None
    if invitation.to != hub_keys.public:
        raise InvitationRefused("this invitation is for another hub, or for this one before it got a new key")
    context = _context(invitation.to, invitation.inviter)
    try:
        check_public(invitation.inviter)
        check_signature(invitation.inviter, invitation.signature, INVITATION_SIGNATURE + context + invitation.sealed)
        inside = open_sealed(hub_keys.box.private, invitation.sealed, INVITATION_SEAL + context)
        found = read_written(inside, _Inside, INSIDE_BYTES_MAX)
        network, roster = read_network(found.network), read_foreign_roster(found.roster)
    except Refused:
        raise InvitationRefused("this invitation was changed on its way, or is damaged") from None
    except Unreadable as problem:
        raise InvitationRefused(f"what this invitation holds is no network: {problem}") from None
    inviter, own = roster.get(hub_id_of(invitation.inviter)), roster.get(hub_keys.hub_id)
    if inviter is None or inviter.public_key != invitation.inviter:
        raise InvitationRefused("the hub that signed this invitation is not of the network that it invites to")
    if own is None or own.public_key != hub_keys.public:
        raise InvitationRefused("this invitation's roster does not have this hub")
    return Joined(network, roster, inviter)


def fingerprint(public_key: bytes) -> str:
    """Eight words to read aloud: 88 bits of a hash, more than anybody can search to make another key sound the same."""
    digest = sha256(FINGERPRINT + public_key).digest()
    picks = (int.from_bytes(digest[at : at + 2]) % LIST_WORDS for at in range(0, 2 * FINGERPRINT_WORDS, 2))
    return " ".join(LISTS["en"][pick] for pick in picks)


def _context(new_hub: bytes, inviter: bytes) -> bytes:
    return new_hub + inviter
