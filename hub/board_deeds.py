"""What can people do with the board? Post, answer, and with a post's four words see who answered and say what follows.

Callable from any thread. What changes the hub runs in its one thread and returns when it is on the card; codes are
checked in the phrases' thread.
"""

import hmac
from collections.abc import Callable
from dataclasses import replace

from hub import board, board_picture, drafts, limits, moderation
from hub.batch import Outcome
from hub.board import PostState
from hub.board_drafts import answer_written, extension, progress_written
from hub.clock import DAY_S
from hub.code_stock import CodeStock, MadeCode, open_again, seal_again
from hub.errors import EnoughClaims, NotSaved
from hub.matching import Marks, Match, matches
from hub.owner import Owner
from hub.phrases import PhraseThread
from hub.records import Posted, PostKept, Reported
from hub.similar import similar
from hub.tries import Tries
from hub.views import (
    ClaimDraft,
    ClaimSeen,
    ClaimState,
    CodeAnswer,
    CodeTried,
    Met,
    Moderating,
    PodSession,
    Post,
    PostDraft,
    Travels,
    Verdict,
    View,
)
from hub.views import (
    Posted as PostedAnswer,
)
from hub.written import Written
from mesh.airtime import airtime_s, preset_named
from mesh.block import TEXT_BYTES_MAX
from mesh.keys import BoxKeys, x25519_public_of
from mesh.member_keys import code_keys
from mesh.words import code_from


def travels(bytes_used: int, preset_name: str, *, details_travel: bool) -> Travels:
    """What a record of so many bytes costs on the air."""
    cost_s = airtime_s(drafts.frame_bytes(min(bytes_used, TEXT_BYTES_MAX)), preset_named(preset_name))
    return Travels(bytes_used, TEXT_BYTES_MAX, bytes_used <= TEXT_BYTES_MAX, cost_s, details_travel)


class BoardDeeds:
    """The part of the hub that the board is."""

    def __init__(self, owner: Owner, phrases: PhraseThread, tries: Tries, stock: CodeStock) -> None:
        self._owner = owner
        self._clock = owner.clock
        self._keyring = owner.keyring
        self._random_bytes = owner.random_bytes
        self._phrases = phrases
        self._tries = tries
        self._stock = stock
        self._marks = Marks()

    # Looking

    def needs_met(self) -> int:
        """How many needs of the last month were met, of those that this hub still remembers."""
        with self._owner.lock:
            return self._owner.folds.board.needs_met(self._clock.now_s() - limits.POST_DAYS_MAX * DAY_S)

    def show_post(self, post_id: str) -> Post | None:
        """One post, open or closed; None if it is unknown, or over."""
        state = self._post_state(post_id)
        if state is None or state.posted is None or state.posted.head.end_s <= self._clock.now_s():
            return None
        return self._shown(post_id, state)

    def post_of_slip(self, number: int) -> Post | None:
        """The post that was typed in from a slip, open or closed."""
        with self._owner.lock:
            post_id = self._owner.folds.board.post_of_slip(number)
        return self.show_post(post_id) if post_id is not None else None

    def show_claim(self, claim_id: str) -> ClaimSeen | None:
        """A claim as its helper sees it again; None if it is unknown, or its post is over."""
        claim = bytes.fromhex(claim_id)
        with self._owner.lock:
            post_id = self._owner.folds.board.post_of_claim(claim)
        state = self._post_state(post_id) if post_id is not None else None
        post = self.show_post(post_id) if post_id is not None else None
        return ClaimSeen(claim_id, post, state.state_of(claim)) if post is not None and state is not None else None

    def could_meet(self, post: Post, view: View) -> tuple[Match, ...]:
        """The open offers that could meet a need, or the needs that an offer could meet, and why."""
        return matches(post, view.posts, self._marks)

    def similar(self, draft: PostDraft, view: View) -> tuple[Post, ...]:
        """Open posts that look like the same one."""
        return similar(draft, view.posts, self._marks)

    def travels(self, draft: PostDraft) -> Travels:
        """What of a post would cross the mesh, and what it costs."""
        plan = drafts.plan_post(draft, self._owner.keys.hub_id, self._clock.now_s())
        return travels(plan.bytes_used, self._owner.facts.preset, details_travel=plan.details_travel)

    # Posting and answering

    def post(self, draft: PostDraft) -> PostedAnswer:
        """Put a post on the board. Raises NotSaved, Busy, DoesNotFit. The same draft again gives the same answer."""
        hub = self._owner.keys.hub_id
        post_id = hub + drafts.id_from(b"post", draft.token.encode())
        if not _is_whole(self._post_state(post_id.hex())):
            made = self._stock.take(draft.language) or self._phrases.run(lambda: self._make_code(draft, post_id))
            self._owner.do(lambda: self._posting(draft, post_id, made))
        return PostedAnswer(post_id.hex(), self._code_in(post_id, draft))

    def _make_code(self, draft: PostDraft, post_id: bytes) -> MadeCode:
        code = self.code_of(draft.token, draft.language)
        return MadeCode(code, code_keys(code, post_id).public)

    def _code_in(self, post_id: bytes, draft: PostDraft) -> str:
        """The words of the post that this form made, now or when it was sent before."""
        state = self._post_state(post_id.hex())
        if state is not None and state.kept is not None and state.kept.again:
            return open_again(self._keyring.code_secret, draft.token, post_id, state.kept.again)
        return self.code_of(draft.token, draft.language)

    def code_of(self, token: str, language: str = "en") -> str:
        """The four words that a form gets where the stock has none: made from its token, so they need not be stored."""
        return code_from(self._keyring.code_secret, token.encode(), language)

    def _posting(self, draft: PostDraft, post_id: bytes, made: MadeCode) -> Outcome:
        if _is_whole(self._owner.folds.board.state(post_id.hex())):
            return Outcome(None)
        if self._owner.folds.board.is_full:
            raise NotSaved("the board is full")
        again = seal_again(self._keyring.code_secret, draft.token, post_id, made.code) if made.salt else b""
        hub, now_s = self._owner.keys.hub_id, self._clock.now_s()
        written = drafts.post_records(draft, hub, now_s, made.public, salt=made.salt, again=again)
        return Outcome(None, tuple(written))

    def claim_id_of(self, draft: ClaimDraft) -> str:
        """The id under which a claim is seen again: the same for the same form."""
        return (self._owner.keys.hub_id + drafts.id_from(b"claim", draft.token.encode())).hex()

    def claim(self, draft: ClaimDraft) -> bool:
        """Say "I can help". False: the post is no longer open. Raises NotSaved, DoesNotFit, EnoughClaims."""
        return bool(self._owner.do(lambda: self._claiming(draft)))

    def _claiming(self, draft: ClaimDraft) -> Outcome:
        owner, now_s = self._owner, self._clock.now_s()
        state = owner.folds.board.state(draft.post_id)
        if state is None or state.posted is None or not board.is_open(state, now_s):
            return Outcome(False)
        if bytes.fromhex(self.claim_id_of(draft)) in state.claims:
            return Outcome(True)
        if state.claims_standing() >= limits.CLAIMS_A_POST_MAX or len(state.claims) >= limits.CLAIMS_KEPT_MAX:
            raise EnoughClaims
        posted, hub = state.posted, owner.keys.hub_id
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

    # The poster's desk: everything here takes the four words

    def try_code(self, post_id: str, code: str) -> CodeAnswer:
        """Open a post's claims with its four words. Raises Busy."""
        state = self._post_state(post_id)
        if state is None or state.posted is None or state.kept is None:
            return CodeAnswer(CodeTried.GONE)
        wait_s = self._tries.wait_s(post_id)
        if wait_s:
            return CodeAnswer(CodeTried.WAIT, wait_s)
        kept = state.kept
        box = self._phrases.run(lambda: self._box_of(post_id, code, kept))
        if isinstance(box, CodeAnswer):
            return box
        return CodeAnswer(CodeTried.OPENED, claims=drafts.claims_shown(state.claims_kept, state.state_of, box))

    def _box_of(self, post_id: str, code: str, kept: PostKept) -> BoxKeys | CodeAnswer:
        """In the phrases' thread, where one comes after the other: many who try at once have no more tries than one."""
        wait_s = self._tries.wait_s(post_id)
        if wait_s:
            return CodeAnswer(CodeTried.WAIT, wait_s)
        box = code_keys(code, kept.salt or bytes.fromhex(post_id))
        if not hmac.compare_digest(box.public, kept.code_public):
            self._tries.wrong(post_id)
            return CodeAnswer(CodeTried.WRONG)
        self._tries.right(post_id)
        return box

    def answer_claim(self, post_id: str, code: str, claim_id: str, said: ClaimState) -> CodeAnswer:
        """Accept or decline a claim. Raises NotSaved, Busy."""
        return self._with_code(post_id, code, lambda state: self._answering(state, claim_id, said))

    def _answering(self, state: PostState, claim_id: str, said: ClaimState) -> tuple[Written, ...]:
        claim = bytes.fromhex(claim_id)
        if not any(kept.claim == claim for kept in state.claims_kept):
            return ()
        return _some(answer_written(state, claim, said, self._clock.now_s()))

    def say_met(self, post_id: str, code: str, met: Met) -> CodeAnswer:
        """Say how far a post is met; wholly met, it leaves the board. Raises NotSaved, Busy."""
        return self._with_code(post_id, code, lambda state: _some(progress_written(state, met, self._clock.now_s())))

    def extend(self, post_id: str, code: str, days: int) -> CodeAnswer:
        """Let a post stay so many days from now, 31 in all at most. Raises NotSaved, Busy."""
        now_s = self._clock.now_s()
        end_s = int(now_s) + days * DAY_S
        return self._with_code(post_id, code, lambda state: tuple(extension(state, end_s, now_s)))

    def close_post(self, post_id: str, code: str) -> CodeAnswer:
        """Take a post off the board with its four words. Raises NotSaved, Busy."""
        return self._with_code(post_id, code, self._closing)

    def _closing(self, state: PostState) -> tuple[Written, ...]:
        return (drafts.closing(state.posted, self._clock.now_s()),) if state.posted is not None else ()

    def _with_code(self, post_id: str, code: str, work: "Work") -> CodeAnswer:
        """Try the code; if it opens the post and that is still open, write what `work` makes of it."""
        answer = self.try_code(post_id, code)
        if answer.tried is not CodeTried.OPENED:
            return answer
        self._owner.do(lambda: self._working(post_id, work))
        state = self._post_state(post_id) or PostState()
        now = (replace(claim, state=state.state_of(bytes.fromhex(claim.id))) for claim in answer.claims)
        return replace(answer, claims=tuple(now))

    def _working(self, post_id: str, work: "Work") -> Outcome:
        state = self._owner.folds.board.state(post_id)
        if state is None or not board.is_open(state, self._clock.now_s()):
            return Outcome(False)
        return Outcome(True, work(state))

    # Upkeep, at this hub alone

    def report(self, post_id: str, token: str) -> bool:
        """Somebody finds a post wrong. False: there is no such open post. Raises NotSaved."""
        return bool(self._owner.do(lambda: self._reporting(post_id, token)))

    def _reporting(self, post_id: str, token: str) -> Outcome:
        owner, now_s = self._owner, self._clock.now_s()
        state = owner.folds.board.state(post_id)
        if state is None or not board.is_open(state, now_s):
            return Outcome(False)
        if state.reported_s // 60 == int(now_s) // 60:
            return Outcome(True)  # this very minute: one record says it
        record_id = drafts.id_from(b"reported", token.encode())
        head = drafts.head_for(owner.keys.hub_id, record_id, now_s, moderation.MODERATION_S)
        return Outcome(True, (drafts.written(Reported(head, bytes.fromhex(post_id)), None),))

    def moderate(self, session: PodSession, post_id: str, verdict: Verdict) -> Moderating:
        """A member looks at a post, or says that it be hidden or pinned. Raises NotSaved."""
        now_s = self._clock.now_s()
        if not session.sign_seed or now_s - session.logged_in_s > limits.FRESH_LOG_IN_S:
            return Moderating.LOG_IN_AGAIN
        said = moderation.verdict_written(session, self._owner.keys.hub_id, bytes.fromhex(post_id), verdict, now_s)
        taken = self._owner.do(lambda: self._moderating(post_id, said))
        return Moderating.TAKEN if taken else Moderating.GONE

    def _moderating(self, post_id: str, said: Written) -> Outcome:
        state = self._owner.folds.board.state(post_id)
        if state is None or state.posted is None:
            return Outcome(False)
        if any(one.head.full_id == said.full_id for one in state.verdicts):
            return Outcome(True)
        return Outcome(True, (said,))

    # Pieces

    def _shown(self, post_id: str, state: PostState) -> Post | None:
        return board_picture.show(post_id, state, self._owner.hub_name, self._owner.keys.hub_id)

    def _post_state(self, post_id: str) -> PostState | None:
        with self._owner.lock:
            return self._owner.folds.board.state(post_id)


def _is_whole(state: PostState | None) -> bool:
    """Whether a post of this hub is here with what is kept of it: a restored card gets its posts back without."""
    return state is not None and state.posted is not None and state.kept is not None


Work = Callable[[PostState], tuple[Written, ...]]


def _some(written: Written | None) -> tuple[Written, ...]:
    return (written,) if written is not None else ()
