"""What does the portal see of the hub? Immutable pictures of it, and the drafts that it takes. No rule lives here."""

from dataclasses import dataclass, field
from enum import Enum, StrEnum

from hub.limits import REMIND_S
from hub.troubles import Troubled
from mesh.links.link import LinkKind


class PostKind(StrEnum):
    NEED = "need"
    OFFER = "offer"
    INFORMATION = "information"


class Means(StrEnum):
    """What helps: something that is handed over, or something that somebody can do."""

    THINGS = "things"
    SKILLS = "skills"


class Urgency(StrEnum):
    """How long it can wait. The order is part of the wire format."""

    CAN_WAIT = "can_wait"
    SOON = "soon"
    NOW = "now"


class Met(StrEnum):
    """How far a post is met. The order is part of the wire format; further wins."""

    OPEN = "open"
    PART = "part"
    WHOLE = "whole"


class ClaimState(StrEnum):
    """What the poster said to a claim."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class Verdict(StrEnum):
    """What a member says of a post. The order is part of the record's format: append only."""

    LOOKED = "looked"  # it is well: a report folds it no longer
    HIDE = "hide"
    PIN = "pin"


class Category(StrEnum):
    """The short fixed list of what a post is about. The order is part of the wire format: append only."""

    WATER = "water"
    FOOD = "food"
    MEDICINE = "medicine"
    POWER = "power"
    SHELTER = "shelter"
    TRANSPORT = "transport"
    CARE = "care"
    TOOLS = "tools"
    INFORMATION = "information"
    COMPANY = "company"
    OTHER = "other"


class Audience(StrEnum):
    """Who a post is for."""

    THIS_HUB = "this_hub"
    NETWORK = "network"


class AlertAudience(StrEnum):
    """Who an alert is for."""

    POD = "pod"
    NETWORK = "network"


class Severity(StrEnum):
    """How bad it is, least first. The order is part of the wire format: append only."""

    NOTICE = "notice"
    WARNING = "warning"
    DANGER = "danger"


class Moderating(Enum):
    """What became of a member's verdict."""

    TAKEN = "taken"
    LOG_IN_AGAIN = "log_in_again"  # the phrase was typed more than a day ago
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class PostDraft:
    """A need or an offer as its form holds it, valid within the limits of `hub.limits`."""

    token: str  # 32 hex digits that came with the form: the same form sent twice is one post
    kind: PostKind
    category: Category
    title: str
    details: str
    place: str
    audience: Audience
    days: int  # how long it stays, 1 to 31
    means: Means = Means.THINGS
    urgency: Urgency = Urgency.SOON
    quantity: int = 0  # how many or how much; 0: not said
    language: str = "en"  # of the code's words
    slip: int = 0  # the number of the paper slip that it was typed in from; 0: none. It stays at this hub


@dataclass(frozen=True, slots=True)
class Travels:
    """What of a draft would cross the mesh, and what it costs."""

    bytes_used: int
    bytes_max: int
    fits: bool
    airtime_s: float
    details_travel: bool  # details that do not fit stay at their home hub


@dataclass(frozen=True, slots=True)
class Posted:
    """The answer to the person who posted: shown once, never stored."""

    post_id: str
    code: str  # four words


@dataclass(frozen=True, slots=True)
class Post:
    """One post, as everyone may see it."""

    id: str  # 16 hex digits: hub id and record id
    home: str  # the name of the hub that holds it
    is_home: bool  # this hub is that one: its code is checked here, and its claims are read here
    kind: PostKind
    category: Category
    title: str
    details: str  # empty where they stayed at the home hub
    place: str
    audience: Audience
    made_s: int  # Unix time
    until_s: int
    claims: int  # people who answered and were not turned down, as far as this hub knows
    closed: bool
    means: Means = Means.THINGS
    urgency: Urgency = Urgency.SOON
    quantity: int = 0
    met: Met = Met.OPEN
    accepted: int = 0  # of the claims
    folded: bool = False  # somebody reported it, and no member has looked yet
    hidden: bool = False  # by two members, at this hub
    pinned: bool = False
    slip: int = 0  # the number of its paper slip, at its home hub; 0: none

    def ends_soon(self, now_s: float) -> bool:
        """Whether its last day has come: who wrote it is asked whether it should stay longer."""
        return not self.closed and now_s < self.until_s <= now_s + REMIND_S


@dataclass(frozen=True, slots=True)
class ClaimDraft:
    token: str
    post_id: str
    name: str
    contact: str


@dataclass(frozen=True, slots=True)
class ClaimShown:
    """A claim, opened with the poster's code."""

    name: str
    contact: str
    made_s: int
    id: str = ""  # 16 hex digits
    state: ClaimState = ClaimState.WAITING


@dataclass(frozen=True, slots=True)
class ClaimSeen:
    """A claim as its helper sees it again: no name, no contact, what the poster said."""

    id: str
    post: Post
    state: ClaimState


class CodeTried(Enum):
    """What a code did. Wrong ones are counted per post."""

    OPENED = "opened"
    WRONG = "wrong"
    WAIT = "wait"  # too many wrong ones: wait_s says how long
    GONE = "gone"  # no such open post here


@dataclass(frozen=True, slots=True)
class CodeAnswer:
    tried: CodeTried
    wait_s: int = 0
    claims: tuple[ClaimShown, ...] = ()


@dataclass(frozen=True, slots=True)
class AlertDraft:
    token: str
    audience: AlertAudience
    severity: Severity
    words: str
    drill: bool
    hours: int  # how long it stands, 1 to 48


@dataclass(frozen=True, slots=True)
class PodSession:
    """A member who logged in by phrase. Lives in memory only; it holds the pod's key."""

    pod_id: bytes
    pod_code: str
    pod_name: str
    pod_key: bytes = field(repr=False)
    member: int  # the member's number in the pod
    member_name: str
    sign_seed: bytes = field(default=b"", repr=False)  # the member's own, for what they sign
    logged_in_s: int = 0  # Unix time


class Arrival(StrEnum):
    """What is known of an alert at one hub."""

    HERE = "here"
    ARRIVED = "arrived"
    NO_WORD = "no_word"


@dataclass(frozen=True, slots=True)
class Place:
    """An alert at one hub of the network."""

    hub: str
    arrival: Arrival
    at_s: int | None  # when its receipt came
    last_heard_s: int | None  # when that hub was last heard at all
    by: LinkKind | None = None  # by what kind of link the word came that it arrived


class Journey(StrEnum):
    """How far an alert written here has come, as far as is known. Said in these words, never in better ones."""

    HERE = "here"  # written elsewhere, or read here
    WAITING = "waiting"  # for the radio, or for its turn
    ON_AIR = "on_air"  # our radio took it
    ON_WIRE = "on_wire"  # it was handed over by wire (a broker has it), and our radio has not taken it
    STORED = "stored"  # at least one other hub said so


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert, as the asker may see it."""

    id: str
    home: str
    is_home: bool
    audience: AlertAudience
    severity: Severity
    drill: bool
    made_s: int
    until_s: int
    pod: str  # the pod's name for its member, else ""
    words: str | None  # None: sealed for a pod that is not logged in here
    voices: int  # pods whose voice stands behind a network alert: today 1, "one voice, not confirmed"
    journey: Journey = Journey.HERE
    places: tuple[Place, ...] = ()
    read_by: tuple[str, ...] = ()  # names, for a member of its pod
    silent: tuple[str, ...] = ()
    read_count: int = 0
    member_count: int = 0
    mine_read: bool = False


class RadioState(StrEnum):
    NONE = "none"  # this hub has no radio, and says so
    WELL = "well"
    AWAY = "away"
    UNSET = "unset"  # the radio has no region yet: it may not send


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """One link of this hub, since its start."""

    name: str  # "radio", "mqtt:NAME", "stick"
    kind: str  # "radio", "cheap", "stick"
    up: bool
    words: str  # why it is not up, in English
    sent: int  # frames that the link took
    received: int  # frames that it heard, those among them that were dropped; of a stick, blocks
    dropped: dict[str, int]  # by reason: heard and refused, "queue full", or not taken by the link
    waiting: int  # frames that wait for their turn


@dataclass(frozen=True, slots=True)
class HubHeard:
    name: str
    last_heard_s: int | None


@dataclass(frozen=True, slots=True)
class Status:
    """How the hub is. No names of people, no addresses."""

    hub: str
    network: str | None
    radio: RadioState
    radio_words: str  # a sentence, such as why it is away
    firmware: str
    region: str
    preset: str
    hubs: tuple[HubHeard, ...]
    clock_rank: str
    now_s: int
    epoch_age_days: int | None
    waiting_frames: int
    airtime_used: float  # share of the budget of the last hour, 0 to 1
    posts: int
    alerts: int
    blocks: int
    counters: dict[str, int]  # dropped frames by reason, and what was sent, received, repaired
    trouble: tuple[str, ...]  # sentences in English, each with what to do; empty when all is well
    saving: bool  # False: the card cannot be written, nothing new is taken
    life: str  # "listening", "proved", "alone"
    troubles: tuple[Troubled, ...] = ()  # the same as `trouble`, as codes: for pages in other languages
    links: tuple[LinkStatus, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """The board at one moment."""

    version: int  # grows with every change
    posts: tuple[Post, ...]  # open, unexpired and not hidden; what members pinned, then newest first
    alerts: tuple[Alert, ...]  # unexpired, most severe first, then newest; words of network alerts only
    status: Status
