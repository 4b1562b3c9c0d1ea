"""What can happen to the engine, and what can it want done? Events go in with the time, actions come out.

`link` is a link's name (mesh.links.link): where a hub has one alone, that is its radio.
"""

from dataclasses import dataclass
from enum import StrEnum

from mesh.block import Block, BlockId, Priority
from mesh.links.link import RADIO
from mesh.refused import Reason
from mesh.roster import Network, Roster


class FrameKind(StrEnum):
    """What a frame is, for whoever counts or shows it."""

    BLOCK = "block"
    DIGEST = "digest"
    REQUEST = "request"
    RECEIPTS = "receipts"
    CODED = "coded"


class Standing(StrEnum):
    """May this hub use the next number of its log?"""

    LISTENING = "listening"  # no peer has said yet what it knows of our log: no ordinary block may be published
    PROVED = "proved"
    ALONE = "alone"  # the only hub of the roster: nobody else can know more
    DOUBTFUL = "doubtful"  # a peer knows more than we do, or none was heard for 30 minutes: open another life


# Events


@dataclass(frozen=True, slots=True)
class FrameReceived:
    """A link heard a frame. Whatever it holds is a stranger's word.

    With link=STICK it is a block that walked in, and nothing else is taken. Each such event yields one of Deliver (new
    here; it goes on to the links like any new block), Duplicate, Clone with Dropped, or Dropped.
    """

    payload: bytes
    from_radio: int = 0
    snr_db: float | None = None
    link: str = RADIO


@dataclass(frozen=True, slots=True)
class BlockPublished:
    """A new block of this hub's own, journalled already."""

    block: Block


@dataclass(frozen=True, slots=True)
class Tick:
    """The time of `next_wake` has come, or may have."""


@dataclass(frozen=True, slots=True)
class DayChanged:
    """Blocks whose last day is before `sealing_day` are no longer offered or asked for; before `kept_day`, refused."""

    sealing_day: int
    kept_day: int


@dataclass(frozen=True, slots=True)
class RosterChanged:
    network: Network
    roster: Roster


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """The link can send, or can no longer. The engine takes it for down until told otherwise."""

    up: bool
    region: str | None = None  # None: as before, or no radio
    preset: str | None = None
    link: str = RADIO


@dataclass(frozen=True, slots=True)
class FrameDone:
    """The link took the frame (ok), or refused it (it is offered again later)."""

    frame_id: int
    ok: bool
    reason: str = ""
    link: str = RADIO


@dataclass(frozen=True, slots=True)
class LifeOpened:
    """This hub goes on in a new life that nobody knows yet."""

    life: int


@dataclass(frozen=True, slots=True)
class ClockStated:
    """The hub's best time. rank 0 is an unset clock, which is never passed on; 1 to 15 are the hub's to define."""

    unix_s: int
    rank: int


Event = (
    FrameReceived
    | BlockPublished
    | Tick
    | DayChanged
    | RosterChanged
    | LinkChanged
    | FrameDone
    | LifeOpened
    | ClockStated
)

# Actions


@dataclass(frozen=True, slots=True)
class Send:
    """Hand this frame to the link, and report with FrameDone."""

    frame: bytes
    frame_id: int  # one of this link's
    priority: Priority
    kind: FrameKind
    block_id: BlockId | None  # None for control frames and coded ones
    repair: bool  # a block that was asked for, not a new one
    link: str = RADIO
    crosses: bool = False  # another hub's block, passed on from the link on which it came


@dataclass(frozen=True, slots=True)
class Deliver:
    """A block that is new here and whose signature checks: journal it, before anything of the same batch is sent."""

    block: Block
    via_repair: bool
    link: str = RADIO  # on which it came


@dataclass(frozen=True, slots=True)
class Stored:
    """That hub says that it holds the block, or another says it of it. Told once for each pair."""

    block_id: BlockId
    hub_id: bytes
    link: str = RADIO  # by which the word came first


@dataclass(frozen=True, slots=True)
class Dropped:
    """A frame that was refused; `bytes` is its length."""

    reason: Reason
    bytes: int
    from_radio: int = 0
    link: str = RADIO


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A block that is held already came again. No error: floods do that."""

    block_id: BlockId
    link: str = RADIO


@dataclass(frozen=True, slots=True)
class Heard:
    """A control frame of that hub arrived."""

    hub_id: bytes
    link: str = RADIO


@dataclass(frozen=True, slots=True)
class TimeHeard:
    """That hub states this time, to the minute, with the rank of its own clock."""

    hub_id: bytes
    unix_s: int
    rank: int


@dataclass(frozen=True, slots=True)
class Clone:
    """Two blocks stand under this number, both signed: two cards speak with one key."""

    block_id: BlockId


@dataclass(frozen=True, slots=True)
class PeersKnow:
    """The standing of our present life has changed."""

    life: int
    standing: Standing


Action = Send | Deliver | Stored | Dropped | Duplicate | Heard | TimeHeard | Clone | PeersKnow
