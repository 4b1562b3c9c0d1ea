"""Which alerts stand, who has read them, and where have they arrived? Folded from records, in any order, to one answer.

Where an alert arrived (receipts) is not a record: it lives in memory and is told by the engine.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from hub import limits, pod_life
from hub.clock import DAY_S
from hub.records import Alerted, AlertFlags, Confirmed, rank_of
from hub.shares import Shares
from hub.store.documents import LiveTable
from hub.views import Alert, AlertAudience, Arrival, Journey, Place, PodSession
from mesh import pod_keys
from mesh.links.link import LinkKind
from mesh.refused import Refused
from mesh.text import unpack_text


@dataclass(frozen=True, slots=True)
class AlertState:
    """All that is known of one alert. Either part may come first; each only joins."""

    alerted: Alerted | None = None
    confirmations: tuple[Confirmed, ...] = ()  # one a record id, in the order of their ids


def join(state: AlertState, record: Alerted | Confirmed) -> AlertState:
    """The alert after one more record, whatever the order."""
    if isinstance(record, Alerted):
        return replace(state, alerted=record if state.alerted is None else max(state.alerted, record, key=rank_of))
    by_id = {one.head.full_id: one for one in state.confirmations}
    same = by_id.get(record.head.full_id)
    by_id[record.head.full_id] = record if same is None else max(same, record, key=rank_of)
    of_its_hub = sorted(full_id for full_id in by_id if full_id.startswith(record.head.hub))
    for full_id in of_its_hub[limits.CONFIRMATIONS_AN_ALERT_MAX :]:  # the same ones stay, whatever the order
        del by_id[full_id]
    return replace(state, confirmations=tuple(by_id[full_id] for full_id in sorted(by_id)))


class Alerts:
    """The alerts that this hub knows, as live documents. Owned by the hub's one thread."""

    def __init__(self, table: LiveTable, own_hub: bytes) -> None:
        self._table = table
        self._shares = Shares(own_hub, each=limits.ALERTS_A_HUB_MAX, most=limits.ALERTS_MAX)

    def apply(self, record: Alerted | Confirmed) -> None:
        """Fold `record`. Of another hub's alerts no more than its share is taken (hub.shares)."""
        key = (record.head.full_id if isinstance(record, Alerted) else record.alert).hex()
        document = self._table.get_document(key)
        if document is None:
            if not self._shares.takes(record.head.hub):
                return
            document = {"state": AlertState(), "end_s": 0, "by": record.head.hub}
        state = join(document["state"], record)
        end_s = state.alerted.head.end_s if state.alerted is not None else max(document["end_s"], record.head.end_s)
        self._table.put(key, {"state": state, "end_s": end_s, "by": document["by"]})

    def state(self, alert_id: str) -> AlertState | None:
        document = self._table.get_document(alert_id)
        return document["state"] if document is not None else None

    def standing(self, now_s: float) -> list[AlertState]:
        """The alerts that stand now, most severe first, then newest. A drill comes after what is real."""
        states = [document["state"] for _, document in self._table.items()]
        known = [state for state in states if state.alerted is not None and state.alerted.head.end_s > now_s]
        return sorted(known, key=_rank)

    def sweep(self, now_s: float) -> int:
        over = [(key, document["by"]) for key, document in self._table.items() if document["end_s"] + DAY_S < now_s]
        for key, hub in over:
            self._table.drop(key)
            self._shares.gives(hub)
        return len(over)


def _rank(state: AlertState) -> tuple[bool, int, int]:
    alerted = state.alerted
    assert alerted is not None
    return AlertFlags.DRILL in alerted.flags, -_severity_rank(alerted), -alerted.head.made_s


def _severity_rank(alerted: Alerted) -> int:
    return list(type(alerted.severity)).index(alerted.severity)


def is_of_pod(alerted: Alerted, pod_key: bytes) -> bool:
    """Whether the alert bears this pod's tag of the day it was made."""
    tag = pod_keys.daily_tag(pod_keys.bell_secret(pod_key), alerted.head.made_s // DAY_S)
    return tag == alerted.pod_tag


def words_of(alerted: Alerted, session: PodSession | None) -> str | None:
    """What the alert says, or None while it is sealed for a pod whose member is not here."""
    try:
        if AlertFlags.NETWORK in alerted.flags:
            return unpack_text(alerted.words, limits.ALERT_CHARS_MAX)
        if session is None or not is_of_pod(alerted, session.pod_key):
            return None
        plain = pod_keys.pod_layer_open(session.pod_key, alerted.words, alerted.head.full_id)
        return unpack_text(plain, limits.ALERT_CHARS_MAX)
    except Refused:
        return None


@dataclass(frozen=True, slots=True)
class Word:
    """That a hub holds an alert: its own receipt, or what another says of it."""

    hub: bytes
    at_s: int  # Unix time
    by: LinkKind  # what it came by


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What the engine told of one alert's way, in memory only."""

    journey: Journey = Journey.HERE
    stored: tuple[Word, ...] = ()  # one a hub


def show(
    state: AlertState,
    session: PodSession | None,
    *,
    arrivals: Arrivals,
    hubs: Sequence[tuple[bytes, str, int | None]],
    own_hub: bytes,
    members: dict[int, str],
) -> Alert | None:
    """The alert as the asker may see it.

    hubs: (id, name, Unix time last heard) of the whole roster. members: the names of the asker's pod, by number.
    """
    alerted = state.alerted
    if alerted is None:
        return None
    names = {hub: name for hub, name, _ in hubs}
    ours = session is not None and is_of_pod(alerted, session.pod_key)
    read = _readers(state, session) if session is not None else set()
    is_network = AlertFlags.NETWORK in alerted.flags
    return Alert(
        id=alerted.head.full_id.hex(),
        home=names.get(alerted.head.hub, ""),
        is_home=alerted.head.hub == own_hub,
        audience=AlertAudience.NETWORK if is_network else AlertAudience.POD,
        severity=alerted.severity,
        drill=AlertFlags.DRILL in alerted.flags,
        made_s=alerted.head.made_s,
        until_s=alerted.head.end_s,
        pod=session.pod_name if session is not None and ours else "",
        words=words_of(alerted, session),
        voices=1 if is_network else 0,
        journey=arrivals.journey,
        places=tuple(_places(alerted, arrivals, hubs, own_hub)),
        read_by=tuple(members[number] for number in sorted(read) if number in members),
        silent=tuple(name for number, name in sorted(members.items()) if ours and number not in read),
        read_count=len(read),
        member_count=len(members) if ours else 0,
        mine_read=session is not None and session.member in read,
    )


def _readers(state: AlertState, session: PodSession) -> set[int]:
    """The numbers of the asker's pod's members who confirmed."""
    assert state.alerted is not None
    read = set()
    for confirmed in state.confirmations:
        try:
            read.add(pod_life.confirmation_opened(session.pod_key, confirmed))
        except Refused:
            continue  # of another pod, or nothing an honest hub wrote: it counts for nobody
    return read


def _places(
    alerted: Alerted, arrivals: Arrivals, hubs: Iterable[tuple[bytes, str, int | None]], own_hub: bytes
) -> Iterable[Place]:
    stored = {word.hub: word for word in arrivals.stored}
    for hub, name, last_heard_s in hubs:
        if hub == own_hub:
            yield Place(name, Arrival.HERE, None, None)
        elif hub == alerted.head.hub:
            yield Place(name, Arrival.ARRIVED, alerted.head.made_s, last_heard_s)
        elif hub in stored:
            yield Place(name, Arrival.ARRIVED, stored[hub].at_s, last_heard_s, stored[hub].by)
        else:
            yield Place(name, Arrival.NO_WORD, None, last_heard_s)
