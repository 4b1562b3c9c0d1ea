"""What can a portal ask of the hub? Everything that people do, callable from any thread.

What changes the hub runs in its one thread (hub.owner) and returns when it is on the card; what reads takes a lock for
a moment. Phrases and codes are checked in a thread of their own (hub.phrases).
"""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from hub import alerts, drafts, picture, pod_life
from hub.alerts import AlertState
from hub.batch import Outcome
from hub.board_deeds import BoardDeeds, travels
from hub.carry import Carrier
from hub.clock import Clock, TimeSource
from hub.code_stock import CodeStock
from hub.errors import NotSaved
from hub.housekeeping import LASTING_S
from hub.invitation import make_invitation
from hub.joining import Joining
from hub.keyring import Keyring, KeyringRefused
from hub.memory import give_back_large_blocks
from hub.owner import REOPEN_S, Owner, end_process
from hub.phrases import PhraseThread
from hub.pod_life import FoundedPod
from hub.pods import Pod
from hub.records import ID_BYTES, Alerted, Head
from hub.store.files import DISK, Files
from hub.tries import Tries
from hub.troubles import Troubled
from hub.views import (
    Alert,
    AlertAudience,
    AlertDraft,
    PodSession,
    Status,
    Travels,
    View,
)
from hub.written import Way, Written
from mesh.block import Lane, Priority
from mesh.keys import RandomBytes
from mesh.links.link import RADIO, Link
from mesh.record import Envelope, rounded
from mesh.roster import KIND_ADMITTED, NotAdmitted, RosterHub, admitted_fields

SHARE_S = 120.0  # how long an ordinary record waits for others to share a block


def _ignore(_: dict[str, object]) -> None:
    """Nobody listens to the events."""


@dataclass(frozen=True, slots=True)
class HubConfig:
    """What a hub is told at its start."""

    name: str
    data_folder: Path
    clock_is_set: bool
    share_s: float = SHARE_S
    airtime_share: float | None = None
    codes_ahead: int = 0  # posts whose four words are made before anybody asks, in each language (hub.code_stock)
    is_access_point: bool = False  # then each pod that is founded here gets a Wi-Fi password of its own
    reopen_s: float = REOPEN_S  # how long after a failure the card is looked at again


class Hub(BoardDeeds):
    """One hub. `start` it, use it from any thread, `stop` it."""

    def __init__(
        self,
        config: HubConfig,
        *,
        keyring: Keyring,
        time_source: TimeSource,
        rng: Random,
        random_bytes: RandomBytes,
        link: Link | None = None,
        links: Mapping[str, Link] | None = None,
        report: Callable[[dict[str, object]], None] = _ignore,
        files: Files = DISK,
        die: Callable[[], None] = end_process,
        machine: Callable[[], tuple[Troubled, ...]] = tuple,
    ) -> None:
        """links: by their names (mesh.links.link); `link` is a radio alone. die: ends the process, after what nobody
        foresaw in the hub's thread. machine: what is wrong with the machine around it; asked often, from any thread."""
        self.name = config.name
        self._is_access_point = config.is_access_point
        clock = Clock(time_source, own_is_set=config.clock_is_set)
        self._pictures = picture.Pictures()
        owner = Owner(
            name=config.name,
            data_folder=config.data_folder,
            keyring=keyring,
            clock=clock,
            rng=rng,
            random_bytes=random_bytes,
            links={RADIO: link} if link is not None else links or {},
            share_s=config.share_s,
            airtime_share=config.airtime_share,
            report=report,
            files=files,
            reopen_s=config.reopen_s,
            die=die,
            machine=machine,
        )
        self.carrier = Carrier(owner)
        self.joining = Joining(config.name, keyring)
        stock = CodeStock(config.codes_ahead, random_bytes)
        super().__init__(owner, PhraseThread(), Tries(time_source.monotonic_s), stock)

    def start(self) -> None:
        """Open the store and begin. Raises hub.store.failed.StoreFailed, StoreLocked among them."""
        give_back_large_blocks()
        self._owner.start()
        self._phrases.start()
        self._stock.start()

    def stop(self) -> None:
        """Stop the radio, then the threads. What was acknowledged stays."""
        self._stock.stop()
        self._phrases.stop()
        self._owner.stop()

    # Reading

    def now_s(self) -> float:
        """The hub's time, Unix seconds."""
        return self._clock.now_s()

    def view(self) -> View:
        """The board now. Cheap while nothing changes."""
        return self._pictures.view(self._owner)

    def codes_ready(self) -> int:
        """How many posts could be answered without waiting for their words."""
        return self._stock.count()

    def stamp(self) -> picture.Stamp:
        """Another one whenever a page for everybody could show something else."""
        return picture.stamp(self._owner)

    def status(self) -> Status:
        return picture.status(self._owner)

    def alerts(self, session: PodSession | None) -> tuple[Alert, ...]:
        """The alerts that stand, as the asker may see them: sealed ones only for their pod's member."""
        with self._owner.lock:
            states = self._owner.folds.alerts.standing(self._clock.now_s())
        shown = [self._shown_alert(state, session) for state in states]
        return tuple(alert for alert in shown if alert is not None)

    def alert(self, session: PodSession | None, alert_id: str) -> Alert | None:
        with self._owner.lock:
            state = self._owner.folds.alerts.state(alert_id)
        if state is None or state.alerted is None or state.alerted.head.end_s <= self._clock.now_s():
            return None
        return self._shown_alert(state, session)

    def alert_travels(self, session: PodSession, draft: AlertDraft) -> Travels:
        bytes_used = drafts.alert_bytes(self._alerted(session, draft))
        return travels(bytes_used, self._owner.facts.preset, details_travel=True)

    # Pods

    def log_in(self, pod_code: str, phrase: str) -> PodSession | None:
        """The member whose phrase it is, or None. Slow; raises Busy."""
        candidates = self._candidates(pod_code)
        session = self._phrases.run(lambda: pod_life.log_in(phrase, candidates)) if candidates else None
        if session is not None:
            session = replace(session, logged_in_s=int(self._clock.now_s()))
            bell = pod_life.bell_of(session)
            with contextlib.suppress(NotSaved):  # a member reads what there is though the card is full
                self._owner.do(lambda: self._keep_bell(session.pod_id, bell))
        return session

    def _keep_bell(self, pod_id: bytes, bell: bytes) -> Outcome:
        self._keyring.save_bell(pod_id, bell)
        return Outcome(None)

    @property
    def has_coordinator(self) -> bool:
        """Whether somebody keeps this hub: a card that began by its hub.toml alone has nobody yet."""
        return self._keyring.has_coordinator

    def begin_coordinator(self, phrase: str) -> bool:
        """Whoever has `phrase` keeps this hub. False: somebody does already. Slow; raises Busy, NotSaved."""
        try:
            return self._phrases.run(lambda: self._keyring.begin_coordinator(phrase, self._random_bytes))
        except KeyringRefused as refused:
            raise NotSaved(refused.words) from None

    def is_coordinator(self, phrase: str) -> bool:
        """Slow; raises Busy."""
        return self._phrases.run(lambda: self._keyring.is_coordinator(phrase))

    def send_alert(self, session: PodSession, draft: AlertDraft) -> str:
        """Send an alert; its id. It is on the card when this returns. Raises NotSaved, DoesNotFit."""
        alert_id = self._owner.keys.hub_id + drafts.id_from(b"alert", draft.token.encode())
        self._owner.do(lambda: self._alerting(session, draft, alert_id.hex()))
        return alert_id.hex()

    def _alerting(self, session: PodSession, draft: AlertDraft, alert_id: str) -> Outcome:
        known = self._owner.folds.alerts.state(alert_id)
        if known is not None and known.alerted is not None:
            return Outcome(None)
        return Outcome(None, (drafts.alert_written(self._alerted(session, draft)),))

    def confirm(self, session: PodSession, alert_id: str) -> bool:
        """A member has read an alert. False: there is no such alert. Raises NotSaved."""
        return bool(self._owner.do(lambda: self._confirming(session, alert_id)))

    def _confirming(self, session: PodSession, alert_id: str) -> Outcome:
        state = self._owner.folds.alerts.state(alert_id)
        if state is None or state.alerted is None:
            return Outcome(False)
        hub, now_s = self._owner.keys.hub_id, self._clock.now_s()
        sealed = pod_life.confirmation_sealed(session, state.alerted.head.full_id)
        written = drafts.confirmation(session, state.alerted, hub, now_s, sealed)
        if any(known.head.full_id == written.full_id for known in state.confirmations):
            return Outcome(True)
        return Outcome(True, (written,))

    def found_pod(self, name: str, member_names: list[str]) -> FoundedPod:
        """A new pod on this hub; its phrases, to be printed once. Raises ValueError with words, NotSaved."""
        trouble = pod_life.names_trouble(name, member_names)
        if self._owner.folds.pods.is_full:
            trouble = "this hub has founded as many pods as it may"
        if trouble is not None:
            raise ValueError(trouble)
        founded, records, bell = pod_life.found(name, member_names, self._lasting_head, self._random_bytes)
        way = Way(Lane.LONG, Priority.ORDINARY)
        written = tuple(drafts.written(record, way) for record in records)
        pod_id = records[0].pod

        def keep() -> Outcome:
            self._keyring.save_bell(pod_id, bell)
            return Outcome(self._new_pod_wifi_password(), written)

        return replace(founded, wifi_password=str(self._owner.do(keep)))

    def make_pod_wifi_password(self) -> str:
        """One more Wi-Fi password, for a pod; "" where this hub is no access point. Raises NotSaved."""
        return str(self._owner.do(lambda: Outcome(self._new_pod_wifi_password())))

    def _new_pod_wifi_password(self) -> str:
        return self._keyring.add_pod_wifi_password(self._random_bytes) if self._is_access_point else ""

    # The network

    def admit(self, new_hub: RosterHub) -> bytes:
        """Admit the hub that asks (hub.invitation.read_request); the invitation to carry back to it.

        Raises mesh.roster.NotAdmitted and NotSaved, with words.
        """
        invitation = self._owner.do(lambda: self._admitting(new_hub.public_key, new_hub.name))
        assert isinstance(invitation, bytes)
        return invitation

    def _admitting(self, public_key: bytes, name: str) -> Outcome:
        network = self._keyring.network
        if network is None:
            raise NotSaved("this hub is in no network yet")
        if self._owner.keys.hub_id in self._owner.clones:
            raise NotAdmitted("two cards speak with this hub's key, so the others would not take it in")
        roster = self._owner.folds.roster.admit(public_key, name)
        new_hub = next(hub for hub in roster.hubs if hub.public_key == public_key)
        keys = self._keyring.hub_keys
        invitation = make_invitation(network, roster, new_hub, keys, self._random_bytes)
        if roster == self._owner.folds.roster:
            return Outcome(invitation)
        head = self._lasting_head()
        envelope = rounded(Envelope(KIND_ADMITTED, head.id, head.made_s, head.end_s, admitted_fields(new_hub)))
        return Outcome(invitation, (Written(keys.hub_id, envelope, Way(Lane.LONG, Priority.ORDINARY)),))

    def _lasting_head(self) -> Head:
        return drafts.head_for(self._owner.keys.hub_id, self._random_bytes(ID_BYTES), self._clock.now_s(), LASTING_S)

    # Pieces

    def _candidates(self, pod_code: str) -> list[tuple[bytes, Pod]]:
        with self._owner.lock:
            return self._owner.folds.pods.candidates(pod_code)

    def _alerted(self, session: PodSession, draft: AlertDraft) -> Alerted:
        is_network = draft.audience is AlertAudience.NETWORK
        voice = pod_life.voice_id(session, self._candidates(session.pod_code)) if is_network else b""
        return drafts.alert_record(draft, session, self._owner.keys.hub_id, self._clock.now_s(), voice)

    def _shown_alert(self, state: AlertState, session: PodSession | None) -> Alert | None:
        members: dict[int, str] = {}
        if session is not None:
            for pod_id, pod in self._candidates(session.pod_code):
                if pod_id == session.pod_id:
                    members |= pod_life.member_names(session.pod_key, pod_id, pod)
        alert_id = state.alerted.head.full_id.hex() if state.alerted is not None else ""
        return alerts.show(
            state,
            session,
            arrivals=self._owner.tally.arrivals(alert_id),
            hubs=picture.hubs(self._owner),
            own_hub=self._owner.keys.hub_id,
            members=members,
        )
