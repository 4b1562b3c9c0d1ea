"""Hubs for tests: the real ones, in folders of their own, with a time that the test can move."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TypeVar, cast

from hub.batch import Outcome
from hub.hub import Hub, HubConfig
from hub.keyring import Keyring
from hub.owner import Owner
from hub.store.files import DISK, Files
from hub.troubles import Troubled
from hub.views import (
    AlertAudience,
    AlertDraft,
    Audience,
    Category,
    ClaimDraft,
    PodSession,
    PostDraft,
    PostKind,
    Severity,
)
from mesh.keys import RandomBytes
from mesh.links.link import Link
from mesh.roster import Roster, RosterHub, found_network

DAY_S = 86_400
Seen = TypeVar("Seen")


@dataclass
class MovableTime:
    """Real time, or a faster one, and what the test adds to it."""

    speed: float = 1.0
    ahead_s: float = 0.0
    wild_s: float = 0.0  # by how much the machine's clock is wrong; how long it has run is never wrong
    began_s: float = field(default_factory=time.monotonic)

    def unix_s(self) -> float:
        return time.time() + (time.monotonic() - self.began_s) * (self.speed - 1) + self.ahead_s + self.wild_s

    def monotonic_s(self) -> float:
        return time.monotonic() * self.speed + self.ahead_s


@dataclass
class HubInAFolder:
    """One hub's data folder; start and stop it as often as you like."""

    folder: Path
    name: str
    time: MovableTime = field(default_factory=MovableTime)
    running: Hub | None = None
    events: list[dict[str, object]] = field(default_factory=list)
    files: Files = DISK
    random_bytes: RandomBytes = os.urandom
    codes_ahead: int = 0
    deaths: list[str] = field(default_factory=list)  # the hub would have ended the process
    troubles: tuple[Troubled, ...] = ()  # of the machine around it

    @classmethod
    def make(cls, folder: Path, name: str, *, network: bool = True) -> "HubInAFolder":
        keyring = Keyring.create(folder, os.urandom)
        if network:
            keyring.save_network(found_network("Elm Park", int(time.time() // DAY_S), os.urandom))
            keyring.save_roster(Roster((RosterHub(keyring.hub_keys.public, name),)))
        return cls(folder, name)

    def start(
        self, link: Link | None = None, *, links: Mapping[str, Link] | None = None, clock_is_set: bool = True
    ) -> Hub:
        self.running = Hub(
            HubConfig(self.name, self.folder, clock_is_set, share_s=0.2, reopen_s=0.0, codes_ahead=self.codes_ahead),
            keyring=Keyring.open(self.folder),
            time_source=self.time,
            rng=Random(7),
            random_bytes=self.random_bytes,
            link=link,
            links=links,
            report=self.events.append,
            files=self.files,
            die=lambda: self.deaths.append(self.name),
            machine=lambda: self.troubles,
        )
        self.running.start()
        return self.running

    def stop(self) -> None:
        if self.running is not None:
            self.running.stop()
            self.running = None
        assert self.deaths == [], "the hub's thread met what nobody foresaw; the log has it"

    def restart(self) -> Hub:
        self.stop()
        return self.start()


def in_its_thread(hub: Hub, look: Callable[[Owner], Seen]) -> Seen:
    """What only the hub's own thread may look at."""
    seen = hub._owner.do(lambda: Outcome(look(hub._owner)))
    return cast(Seen, seen)


def token() -> str:
    return os.urandom(16).hex()


def need(title: str = "Insulin kept cold until Friday", **changes: object) -> PostDraft:
    draft = {
        "token": token(),
        "kind": PostKind.NEED,
        "category": Category.MEDICINE,
        "title": title,
        "details": "",
        "place": "near Oak and 3rd",
        "audience": Audience.THIS_HUB,
        "days": 7,
    }
    return PostDraft(**(draft | changes))  # type: ignore[arg-type]


def claim(post_id: str, **changes: object) -> ClaimDraft:
    draft = {"token": token(), "post_id": post_id, "name": "Rosa", "contact": "knock at the blue door"}
    return ClaimDraft(**(draft | changes))  # type: ignore[arg-type]


def alert(words: str = "Boil your water", **changes: object) -> AlertDraft:
    draft = {
        "token": token(),
        "audience": AlertAudience.POD,
        "severity": Severity.DANGER,
        "words": words,
        "drill": False,
        "hours": 12,
    }
    return AlertDraft(**(draft | changes))  # type: ignore[arg-type]


def member_of(hub: Hub, name: str = "Maple", members: tuple[str, ...] = ("Ana", "Ben", "Cho")) -> PodSession:
    """A pod founded on this hub, and its first member logged in."""
    founded = hub.found_pod(name, list(members))
    session = hub.log_in(founded.pod_code, founded.phrases[0][1])
    assert session is not None
    return session
