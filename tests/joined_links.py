"""A wire between hubs: a link that hands each frame of one to the others. Nothing is lost unless a test asks for it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from rig import HubInAFolder, MovableTime

from hub.hub import Hub
from hub.invitation import open_invitation
from hub.keyring import Keyring
from mesh.links.link import FrameAccepted, FrameHeard, LinkDown, LinkEvent, LinkUp
from mesh.roster import RosterHub

PRESET = "SHORT_TURBO"  # the engine's waits are a twentieth of those on LONG_FAST
SPEED = 20.0

Offer = Callable[[LinkEvent], bool]


class Wire:
    """All ends hear each other. What was said is kept, in order; while it is held back, nobody hears it yet."""

    def __init__(self) -> None:
        self.ends: list[End] = []
        self.said: list[tuple[End, bytes]] = []
        self.is_held = False
        self._held: list[tuple[End, bytes]] = []

    def end(self) -> "End":
        made = End(self, 0x0A01 + len(self.ends))
        self.ends.append(made)
        return made

    def carry(self, sender: "End", frame: bytes) -> None:
        self.said.append((sender, frame))
        if self.is_held:
            self._held.append((sender, frame))
            return
        for end in self.ends:
            if end is not sender:
                end.hear(frame, sender.radio)

    def release(self) -> None:
        """What was held back arrives now."""
        self.is_held = False
        held, self._held = self._held, []
        for sender, frame in held:
            for end in self.ends:
                if end is not sender:
                    end.hear(frame, sender.radio)


class End:
    """One hub's end: a `Link`. A hub that is switched off leaves it lying; the next start takes it up again."""

    def __init__(self, wire: Wire, radio: int) -> None:
        self.radio = radio
        self.ignored: Counter[str] = Counter()
        self._wire = wire
        self._offer: Offer | None = None

    def start(self, offer: Offer) -> None:
        self._offer = offer
        offer(LinkUp(self.radio, "a wire", "US", PRESET))

    def send(self, frame: bytes, frame_id: int) -> bool:
        offer = self._offer
        if offer is None:
            return False
        self._wire.carry(self, frame)
        offer(FrameAccepted(frame_id))
        return True

    def stop(self) -> None:
        self._offer = None

    def hear(self, frame: bytes, radio: int = 0x0BAD) -> None:
        if self._offer is not None:
            self._offer(FrameHeard(frame, radio, 0, 8.0, -60))

    def lose(self, words: str) -> None:
        """The radio goes away; `start` of the next hub, or `find`, brings it back."""
        if self._offer is not None:
            self._offer(LinkDown(words))

    def find(self) -> None:
        if self._offer is not None:
            self._offer(LinkUp(self.radio, "a wire", "US", PRESET))


@dataclass
class Joined:
    """Hubs of one network on one wire, in the order of their names. `start` and `stop` them by name."""

    wire: Wire
    folders: dict[str, HubInAFolder]
    ends: dict[str, End]
    time: MovableTime = field(default_factory=lambda: MovableTime(SPEED))

    @classmethod
    def make(cls, folder: Path, *names: str) -> "Joined":
        """The first founds the network and invites the others, as coordinators do with a USB stick."""
        wire, time = Wire(), MovableTime(SPEED)
        folders = {names[0]: HubInAFolder.make(folder / names[0].lower(), names[0])}
        folders |= {name: HubInAFolder.make(folder / name.lower(), name, network=False) for name in names[1:]}
        made = cls(wire, folders, {name: wire.end() for name in names}, time)
        for one in folders.values():
            one.time = time
        founder = folders[names[0]].start()
        newcomers = [(name, Keyring.open(folders[name].folder)) for name in names[1:]]
        for name, keyring in newcomers:
            founder.admit(RosterHub(keyring.hub_keys.public, name))
        for name, keyring in newcomers:
            joined = open_invitation(founder.admit(RosterHub(keyring.hub_keys.public, name)), keyring.hub_keys)
            keyring.save_roster(joined.roster)
            keyring.save_network(joined.network)
        folders[names[0]].stop()
        return made

    def start(self, *names: str) -> list[Hub]:
        return [self.folders[name].start(self.ends[name]) for name in names]

    def stop(self, *names: str) -> None:
        for name in names or self.folders:
            self.folders[name].stop()

    def hub(self, name: str) -> Hub:
        running = self.folders[name].running
        assert running is not None
        return running
