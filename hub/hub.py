"""What can a portal ask of the hub? Everything that people do, callable from any thread.

What changes the hub runs in its one thread (hub.owner) and returns when it is on the card; what reads takes a lock for
a moment. Phrases and codes are checked in a thread of their own (hub.phrases).
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from hub import alerts, board, drafts, picture, pod_life
from hub.alerts import AlertState
from hub.board import PostState
from hub.clock import Clock, TimeSource
from hub.errors import NotSaved
from hub.housekeeping import LASTING_S
from hub.invitation import make_invitation
from hub.keyring import Keyring
from hub.owner import Outcome, Owner
from hub.phrases import PhraseThread
from hub.pod_life import FoundedPod
from hub.pods import Pod
from hub.records import ID_BYTES, Alerted, Head, Posted
from hub.tries import Tries
from hub.views import (
    Alert,
    AlertAudience,
    AlertDraft,
    ClaimDraft,
    CodeAnswer,
    CodeTried,
    PodSession,
    Post,
    PostDraft,
    Status,
    Travels,
    View,
)
from hub.views import (
    Posted as PostedAnswer,
)
from hub.written import Way, Written
from mesh.airtime import airtime_s, preset_named
from mesh.block import TEXT_BYTES_MAX, Lane, Priority
from mesh.keys import RandomBytes, x25519_public_of
from mesh.links.link import Link
from mesh.member_keys import code_keys
from mesh.record import Envelope, rounded
from mesh.refused import Refused
from mesh.roster import KIND_ADMITTED, RosterHub, admitted_fields
from mesh.words import code_from

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


class Hub:
    """One hub. `start` it, use it from any thread, `stop` it."""

    def __init__(
        self,
        config: HubConfig,
        *,
        keyring: Keyring,
        time_source: TimeSource,
        rng: Random,
        random_bytes: RandomBytes,
        link: Link | None,
        report: Callable[[dict[str, object]], None] = _ignore,
    ) -> None:
        self.name = config.name
        self._clock = Clock(time_source, own_is_set=config.clock_is_set)
        self._keyring = keyring
        self._random_bytes = random_bytes
        self._phrases = PhraseThread()
        self._tries = Tries(time_source.monotonic_s)
        self._pictures = picture.Pictures()
        self._owner = Owner(
            name=config.name,
            data_folder=config.data_folder,
            keyring=keyring,
            clock=self._clock,
            rng=rng,
            random_bytes=random_bytes,
            link=link,
            share_s=config.share_s,
            airtime_share=config.airtime_share,
            report=report,
        )

    def start(self) -> None:
        """Open the store and begin. Raises hub.store.failed.StoreFailed, StoreLocked among them."""
        self._owner.start()
        self._phrases.start()

    def stop(self) -> None:
        """Stop the radio, then the threads. What was acknowledged stays."""
        self._phrases.stop()
        self._owner.stop()

    # Reading

    def now_s(self) -> float:
        """The hub's time, Unix seconds."""
        return self._clock.now_s()

    def view(self) -> View:
        """The board now. Cheap while nothing changes."""
        return self._pictures.view(self._owner)

    def status(self) -> Status:
        return picture.status(self._owner)

    def show_post(self, post_id: str) -> Post | None:
        """One post, open or closed; None if it is unknown, or over."""
        state = self._post_state(post_id)
        if state is None or state.posted is None or state.posted.head.end_s <= self._clock.now_s():
            return None
        return board.show(post_id, state, self._owner.hub_name, self._owner.keys.hub_id)

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

    def travels(self, draft: PostDraft) -> Travels:
        """What of a post would cross the mesh, and what it costs."""
        plan = drafts.plan_post(draft, self._owner.keys.hub_id, self._clock.now_s())
        return self._travels(plan.bytes_used, details_travel=plan.details_travel)

    def alert_travels(self, session: PodSession, draft: AlertDraft) -> Travels:
        return self._travels(drafts.alert_bytes(self._alerted(session, draft)), details_travel=True)

    # People's deeds

    def post(self, draft: PostDraft) -> PostedAnswer:
        """Put a post on the board. Raises NotSaved, Busy, DoesNotFit. The same draft again gives the same answer."""
        hub = self._owner.keys.hub_id
        post_id = hub + drafts.id_from(b"post", draft.token.encode())
        code = self.code_of(draft.token)
        if self._post_state(post_id.hex()) is None:
            public = self._phrases.run(lambda: code_keys(code, post_id)).public
            self._owner.do(lambda: self._posting(draft, post_id, public))
        return PostedAnswer(post_id.hex(), code)

    def code_of(self, token: str) -> str:
        """The four words that go with a form: made from its token, so that they need not be stored."""
        return code_from(self._keyring.code_secret, token.encode())

    def _posting(self, draft: PostDraft, post_id: bytes, code_public: bytes) -> Outcome:
        if self._owner.folds.board.state(post_id.hex()) is not None:
            return Outcome(None)
        written = drafts.post_records(draft, self._owner.keys.hub_id, self._clock.now_s(), code_public)
        return Outcome(None, tuple(written))

    def try_code(self, post_id: str, code: str) -> CodeAnswer:
        """Open a post's claims with its four words. Raises Busy."""
        state = self._post_state(post_id)
        if state is None or state.posted is None or state.kept is None:
            return CodeAnswer(CodeTried.GONE)
        wait_s = self._tries.wait_s(post_id)
        if wait_s:
            return CodeAnswer(CodeTried.WAIT, wait_s)
        box = self._phrases.run(lambda: code_keys(code, bytes.fromhex(post_id)))
        if not hmac.compare_digest(box.public, state.kept.code_public):
            self._tries.wrong(post_id)
            return CodeAnswer(CodeTried.WRONG)
        self._tries.right(post_id)
        shown = []
        for kept in state.claims_kept:
            try:
                shown.append(drafts.claim_shown(kept, box))
            except Refused:
                continue  # a helper's hub wrote what no honest hub writes
        return CodeAnswer(CodeTried.OPENED, claims=tuple(shown))

    def close_post(self, post_id: str, code: str) -> CodeAnswer:
        """Take a post off the board with its four words. Raises NotSaved, Busy."""
        answer = self.try_code(post_id, code)
        if answer.tried is CodeTried.OPENED:
            self._owner.do(lambda: self._closing(post_id))
        return answer

    def _closing(self, post_id: str) -> Outcome:
        state = self._owner.folds.board.state(post_id)
        if state is None or state.posted is None or state.closed:
            return Outcome(None)
        return Outcome(None, (drafts.closing(state.posted, self._clock.now_s()),))

    def claim(self, draft: ClaimDraft) -> bool:
        """Say "I can help". False: the post is no longer open. Raises NotSaved, DoesNotFit."""
        return bool(self._owner.do(lambda: self._claiming(draft)))

    def _claiming(self, draft: ClaimDraft) -> Outcome:
        owner, now_s = self._owner, self._clock.now_s()
        state = owner.folds.board.state(draft.post_id)
        if state is None or state.posted is None or not board.is_open(state, now_s):
            return Outcome(False)
        posted, hub = state.posted, owner.keys.hub_id
        if hub + drafts.id_from(b"claim", draft.token.encode()) in state.claims:
            return Outcome(True)
        if posted.head.hub == hub and state.kept is not None:
            public = state.kept.code_public
            return Outcome(True, (drafts.claim_kept(draft, hub, posted, now_s, public, self._random_bytes),))
        return Outcome(*self._claim_elsewhere(draft, posted, now_s))

    def _claim_elsewhere(self, draft: ClaimDraft, posted: Posted, now_s: float) -> tuple[bool, tuple[Written, ...]]:
        home = self._owner.folds.roster.get(posted.head.hub)
        if home is None:
            return False, ()
        box_public = x25519_public_of(home.public_key)
        hub = self._owner.keys.hub_id
        return True, (drafts.claim_record(draft, hub, posted, now_s, box_public, self._random_bytes),)

    # Pods

    def log_in(self, pod_code: str, phrase: str) -> PodSession | None:
        """The member whose phrase it is, or None. Slow; raises Busy."""
        candidates = self._candidates(pod_code)
        session = self._phrases.run(lambda: pod_life.log_in(phrase, candidates)) if candidates else None
        if session is not None:
            bell = pod_life.bell_of(session)
            self._owner.do(lambda: self._keep_bell(session.pod_id, bell))
        return session

    def _keep_bell(self, pod_id: bytes, bell: bytes) -> Outcome:
        self._keyring.save_bell(pod_id, bell)
        return Outcome(None)

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
        if trouble is not None:
            raise ValueError(trouble)
        founded, records, bell = pod_life.found(name, member_names, self._lasting_head, self._random_bytes)
        way = Way(Lane.LONG, Priority.ORDINARY)
        written = tuple(drafts.written(record, way) for record in records)
        pod_id = records[0].pod

        def keep() -> Outcome:
            self._keyring.save_bell(pod_id, bell)
            return Outcome(None, written)

        self._owner.do(keep)
        return founded

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

    def _post_state(self, post_id: str) -> PostState | None:
        with self._owner.lock:
            return self._owner.folds.board.state(post_id)

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

    def _travels(self, bytes_used: int, *, details_travel: bool) -> Travels:
        preset = preset_named(self._owner.facts.preset)
        cost_s = airtime_s(drafts.frame_bytes(min(bytes_used, TEXT_BYTES_MAX)), preset)
        return Travels(bytes_used, TEXT_BYTES_MAX, bytes_used <= TEXT_BYTES_MAX, cost_s, details_travel)
