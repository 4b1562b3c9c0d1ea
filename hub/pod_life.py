"""How is a pod founded, and how does a member come in? The few places where a pod's key is in the clear.

The key is made here, wrapped to each member's public key, and forgotten; afterwards only a phrase brings it back.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import cbor2

from hub.drafts import read_array
from hub.pods import Pod
from hub.records import POD_ID_BYTES, Confirmed, Head, PodFounded, PodKey, PodMember, PodVault
from hub.views import PodSession
from mesh import member_keys, pod_keys
from mesh.keys import HubKeys, RandomBytes
from mesh.refused import Refused
from mesh.words import new_phrase

POD_NAME_BYTES_MAX = 30  # so that a vault fits one block
MEMBER_NAME_BYTES_MAX = 30
FIRST_GENERATION = 1
_VAULT = b"vault"
_MEMBER = b"member"


@dataclass(frozen=True, slots=True)
class FoundedPod:
    """What is printed once and kept by people, not by the hub."""

    pod_code: str
    phrases: tuple[tuple[str, str], ...]  # (member's name, six words)
    wifi_password: str = ""  # of the pod's own, where the hub is an access point; the hub keeps it without saying whose


def found(
    name: str, member_names: Iterable[str], head: Callable[[], Head], random_bytes: RandomBytes
) -> tuple[FoundedPod, list[PodFounded | PodKey | PodMember | PodVault], bytes]:
    """A new pod: what to print, the records that tell the network of it, and its bell secret.

    head: makes the head of each record. Names are checked by the caller (`names_trouble`).
    """
    pod_id = random_bytes(POD_ID_BYTES)
    pod_key = random_bytes(32)
    voice = HubKeys.generate(random_bytes)
    generation = FIRST_GENERATION
    vault = pod_keys.pod_layer_seal(pod_key, cbor2.dumps([name, voice.seed], canonical=True), _VAULT + pod_id)
    records: list[PodFounded | PodKey | PodMember | PodVault] = [
        PodFounded(head(), pod_id, generation, voice.public),
        PodVault(head(), pod_id, generation, vault),
    ]
    phrases = []
    for number, member_name in enumerate(member_names, start=1):
        phrase = new_phrase(random_bytes)
        keys = member_keys.member_keys(phrase, pod_id)
        wrapped = pod_keys.wrap_pod_key(pod_key, pod_id, keys.box.public, random_bytes)
        plain = cbor2.dumps([member_name, keys.sign_public], canonical=True)
        sealed = pod_keys.pod_layer_seal(pod_key, plain, _member_bound(pod_id, number))
        records.append(PodKey(head(), pod_id, generation, number, wrapped))
        records.append(PodMember(head(), pod_id, generation, number, sealed))
        phrases.append((member_name, phrase))
    return (
        FoundedPod(pod_keys.pod_code(pod_id), tuple(phrases)),
        records,
        pod_keys.bell_secret(pod_key),
    )


def names_trouble(name: str, member_names: list[str]) -> str | None:
    """What is wrong with the names of a pod to be founded, in words; None if nothing."""
    if not 1 <= len(name.strip().encode()) <= POD_NAME_BYTES_MAX or not name.isprintable():
        return f"a pod's name is 1 to {POD_NAME_BYTES_MAX} bytes of printable text"
    if not 2 <= len(member_names) <= 15:
        return "a pod has 2 to 15 members"
    for member_name in member_names:
        if not 1 <= len(member_name.strip().encode()) <= MEMBER_NAME_BYTES_MAX or not member_name.isprintable():
            return f"a member's name is 1 to {MEMBER_NAME_BYTES_MAX} bytes of printable text"
    if len(set(member_names)) != len(member_names):
        return "two members have the same name; add a letter to one of them"
    return None


def log_in(phrase: str, candidates: Iterable[tuple[bytes, Pod]]) -> PodSession | None:
    """The session of the member whose phrase it is, or None.

    Slow by intent (Argon2id): call it in the phrases' thread.
    """
    derived: dict[bytes, member_keys.MemberKeys] = {}  # several hubs may write pieces under one pod's id
    for pod_id, pod in candidates:
        keys = derived.get(pod_id) or member_keys.member_keys(phrase, pod_id)
        derived[pod_id] = keys
        for number, wrapped in sorted(pod.keys.items()):
            try:
                pod_key = pod_keys.unwrap_pod_key(wrapped.wrapped, pod_id, keys.box.private)
            except Refused:
                continue
            names = member_names(pod_key, pod_id, pod)
            return PodSession(
                pod_id=pod_id,
                pod_code=pod_keys.pod_code(pod_id),
                pod_name=_pod_name(pod_key, pod_id, pod),
                pod_key=pod_key,
                member=number,
                member_name=names.get(number, f"#{number}"),  # its record may still be on its way
                sign_seed=keys.sign_seed,
            )
    return None


def member_names(pod_key: bytes, pod_id: bytes, pod: Pod) -> dict[int, str]:
    """The names of the pod's members by number, as far as their records have arrived."""
    names = {}
    for number, record in pod.members.items():
        match _opened(pod_key, record.sealed, _member_bound(pod_id, number)):
            case [str() as name, bytes(), *_]:
                names[number] = name
    return names


def _pod_name(pod_key: bytes, pod_id: bytes, pod: Pod) -> str:
    if pod.vault is not None:
        match _opened(pod_key, pod.vault.sealed, _VAULT + pod_id):
            case [str() as name, bytes(), *_]:
                return name
    return pod_keys.pod_code(pod_id)  # its vault has not arrived yet


def voice_id(session: PodSession, candidates: Iterable[tuple[bytes, Pod]]) -> bytes:
    """The four bytes by which a network alert says which pod's voice it is; empty where the pod's vault is missing."""
    for pod_id, pod in candidates:
        if pod_id != session.pod_id or pod.vault is None:
            continue
        match _opened(session.pod_key, pod.vault.sealed, _VAULT + pod_id):
            case [str(), bytes() as seed, *_] if len(seed) == 32:
                return pod_keys.voice_id(HubKeys(seed).public)
    return b""


def confirmation_sealed(session: PodSession, alert_id: bytes) -> bytes:
    """The member's number, sealed so that only the pod knows who has read the alert."""
    return pod_keys.pod_layer_seal(session.pod_key, bytes([session.member]), _read_bound(alert_id))


def confirmation_opened(pod_key: bytes, confirmed: Confirmed) -> int:
    """The number of the member who confirmed. Raises Refused for another pod's."""
    plain = pod_keys.pod_layer_open(pod_key, confirmed.sealed, _read_bound(confirmed.alert))
    if len(plain) != 1:
        raise Refused("shape")
    return plain[0]


def _read_bound(alert_id: bytes) -> bytes:
    return b"read" + alert_id


def _member_bound(pod_id: bytes, number: int) -> bytes:
    return _MEMBER + bytes([number]) + pod_id


def _opened(pod_key: bytes, sealed: bytes, bound: bytes) -> object:
    """What a pod sealed, decoded; None where it does not open or is not what an honest hub writes."""
    try:
        return read_array(pod_keys.pod_layer_open(pod_key, sealed, bound))
    except Refused:
        return None


def bell_of(session: PodSession) -> bytes:
    """What the hub keeps after a log-in: it recognises the pod's tag and opens nothing."""
    return pod_keys.bell_secret(session.pod_key)
