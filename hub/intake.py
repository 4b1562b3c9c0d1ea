"""How does what is written become what is known? By replaying the journal, and by taking in blocks from the air."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from hub import drafts, limits
from hub.board import is_open
from hub.board_drafts import answer_written
from hub.clock import DAY_S
from hub.folds import Folds
from hub.packer import Waiting
from hub.publisher import META_NAME, Publisher
from hub.records import NAMES, Claimed
from hub.store.segment import Kind
from hub.views import ClaimState
from hub.written import Written, decode_entry
from mesh.block import FAR_SLACK_DAYS, Block, expiry_day, open_block, parse_block
from mesh.record import Envelope, decode, encode, unpack
from mesh.refused import Refused
from mesh.roster import KIND_ADMITTED, Network

if TYPE_CHECKING:
    from hub.batch import Batch
    from hub.owner import Owner


def load(owner: Owner) -> None:
    """Fold all that the journal holds, and make a new engine over it. Raises StoreFailed."""
    folds = Folds.empty(owner.folds.roster, owner.keys.hub_id)
    folds.version = owner.folds.version + 1  # it grows for ever: pages know by it that something changed
    owner.publisher = Publisher(owner.keys)
    travelling: list[Written] = []
    blocks: list[tuple[Block, int]] = []
    for entry in owner.journal.entries():
        if entry.kind is Kind.BLOCK:
            blocks.append((parse_block(entry.body), entry.day))
            continue
        try:
            together = decode_entry(entry.body)
        except Refused as refused:  # a later version's, after a step back to this one
            owner.tally.count(f"not understood: {refused.reason}")
            continue
        for written in together:
            _apply(owner, folds, written.envelope, written.hub, from_block=False)
            if written.way is not None and written.hub == owner.keys.hub_id:
                travelling.append(written)
    packed = _load_blocks(owner, folds, blocks)
    with owner.lock:
        owner.folds = folds
    _queue_unpacked(owner, travelling, packed)
    if not owner.publisher.restore({META_NAME: raw} if (raw := owner.journal.meta(META_NAME)) is not None else {}):
        owner.publisher.open_life(owner.rng)
    if owner.keyring.network is not None:
        owner.make_engine(owner.keyring.network)


def _load_blocks(owner: Owner, folds: Folds, blocks: list[tuple[Block, int]]) -> set[tuple[bytes, int]]:
    """Fold the blocks; the ids and ends of our own records that are in one: a post that stays longer is said again."""
    packed: set[tuple[bytes, int]] = set()
    for block, day in _authors_first(folds, blocks):
        own = block.header.hub == owner.keys.hub_id
        if own:
            owner.publisher.note_own(block.header, day)
        ids = []
        # A clock that was wrong when it came may have led to a wrong day; the header's own is within four months.
        nearest = expiry_day(block.header, owner.clock.sealing_day)
        for envelope in _opened(owner, folds, block, (day, nearest)):
            full_id = block.header.hub + envelope.id
            ids.append(full_id)
            packed.update([(full_id, envelope.end_s)] if own else ())
            _apply(owner, folds, envelope, block.header.hub, from_block=True)
        owner.tally.holds(block, ids)
    owner.tally.blocks_held = len(blocks)
    return packed


def _authors_first(folds: Folds, blocks: list[tuple[Block, int]]) -> Iterator[tuple[Block, int]]:
    """The blocks, each after the one that admits its author, as far as there is one: the roster file may be older."""
    waiting = blocks
    while waiting:
        later = []
        for block, day in waiting:
            if folds.roster.get(block.header.hub) is not None:
                yield block, day
            else:
                later.append((block, day))
        if len(later) == len(waiting):
            yield from later
            return
        waiting = later


def _queue_unpacked(owner: Owner, travelling: list[Written], packed: set[tuple[bytes, int]]) -> None:
    now_s = owner.clock.now_s()
    owner.packer.waiting.clear()
    if owner.keyring.network is None:
        return
    for written in travelling:
        said = (written.full_id, written.envelope.end_s)
        if said in packed or written.envelope.end_s <= now_s or written.way is None:
            continue
        packed.add(said)
        owner.packer.add(
            Waiting(
                written.full_id,
                encode(written.envelope),
                written.way.lane,
                written.way.priority,
                owner.clock.source.monotonic_s(),
            )
        )


def take(owner: Owner, block: Block, batch: Batch) -> None:
    """Journal a block that the engine has checked, and open it; it is folded once the turn is synced."""
    day = expiry_day(block.header, owner.clock.sealing_day)
    try:
        owner.journal.append_block(day, block.raw)
    except Refused as refused:  # its day was forgotten in this very turn, or the journal holds another of its number
        owner.tally.count(f"dropped: {refused.reason}")
        if refused.reason == "number":  # the engine has checked both
            batch.clones.add(block.header.hub)
        return
    own = block.header.hub == owner.keys.hub_id
    if own:
        owner.publisher.note_own(block.header, day)
    ids, kinds = [], []
    for envelope in _opened(owner, owner.folds, block, (day,)):
        kinds.append(envelope.kind)
        full_id = block.header.hub + envelope.id
        ids.append(full_id)
        batch.note(envelope, block.header.hub, from_block=True)
        if own:
            owner.packer.packed_elsewhere(encode(envelope))
    owner.tally.holds(block, ids)
    batch.opened.append((block.id, tuple(kinds)))


def _opened(owner: Owner, folds: Folds, block: Block, days: Sequence[int]) -> list[Envelope]:
    """The records of a block sealed on one of `days`; what does not open is counted, and the block stays in its log."""
    network = owner.keyring.network
    author = folds.roster.get(block.header.hub)
    try:
        if network is None or block.header.epoch != network.epoch % 256:
            raise Refused("epoch")
        if author is None:
            raise Refused("stranger")
        day, text = _text_of(block, author.public_key, network, days)
        records = [decode(raw) for raw in unpack(text)]
        if any(record.end_s >= (day + 1 + FAR_SLACK_DAYS) * DAY_S for record in records):
            raise Refused("far")  # a record ends no later than its block
        return records
    except Refused as refused:
        owner.tally.count(f"not opened: {refused.reason}")
        return []


def _text_of(block: Block, public_key: bytes, network: Network, days: Sequence[int]) -> tuple[int, bytes]:
    """The day whose key opens the block, and its text. Refused as for the last of them."""
    *others, last = days
    for day in others:
        with suppress(Refused):
            return day, open_block(block, public_key, network.id, network.chain.key_of(day))
    return last, open_block(block, public_key, network.id, network.chain.key_of(last))


def fold(owner: Owner, batch: Batch) -> None:
    """Fold what the turn has on the card now."""
    if not batch.to_fold:
        return
    with owner.lock:
        for one in batch.to_fold:
            _apply(owner, owner.folds, one.envelope, one.hub, from_block=one.from_block)


def tell_opened(owner: Owner, batch: Batch) -> None:
    """Tell whoever watches what was in the blocks of this turn, once they are known to have come."""
    for block_id, kinds in batch.opened:
        owner.tally.count("delivered")
        owner.tally.tell("delivered", block_id, what=", ".join(dict.fromkeys(NAMES.get(kind, "") for kind in kinds)))


def _apply(owner: Owner, folds: Folds, envelope: Envelope, hub: bytes, *, from_block: bool) -> None:
    if envelope.kind == KIND_ADMITTED and hub in owner.clones:
        owner.tally.count("not understood: number")  # two cards speak with its key: who knows which one this is
        return
    try:
        folds.apply(envelope, hub, own_hub=owner.keys.hub_id, from_block=from_block)
    except Refused as refused:
        owner.tally.count(f"not understood: {refused.reason}")


def claims_to_keep(owner: Owner) -> list[Written]:
    """Claims that came from other hubs for posts of this one, sealed anew to their posters' codes."""
    kept = []
    for full_id, claimed in list(owner.folds.claimed.items()):
        del owner.folds.claimed[full_id]
        written = _kept(owner, claimed)
        if written is not None:
            kept.append(written)
    return kept


def _kept(owner: Owner, claimed: Claimed) -> Written | None:
    state = owner.folds.board.state(claimed.post.hex())
    now_s = owner.clock.now_s()
    if state is None or state.posted is None or state.kept is None or not is_open(state, now_s):
        return None
    if any(known.claim == claimed.head.full_id for known in state.claims_kept):
        return None
    is_full = len(state.claims_kept) >= limits.CLAIMS_KEPT_MAX
    if is_full or state.claims_standing() > limits.CLAIMS_A_POST_MAX:  # this one is counted already
        return answer_written(state, claimed.head.full_id, ClaimState.DECLINED, now_s)
    try:
        plain = drafts.claim_for_home(claimed, owner.keys.box)
        return drafts.keep_claim(
            plain, claimed.head.full_id, state.posted, now_s, state.kept.code_public, owner.random_bytes
        )
    except Refused as refused:
        owner.tally.count(f"not understood: {refused.reason}")
        return None
