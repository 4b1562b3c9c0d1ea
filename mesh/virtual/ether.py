"""Who hears whom, and what comes of it? The virtual air: a map of links, frames that take time, collisions, loss."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from threading import Condition, RLock, Thread
from typing import Protocol

from mesh.virtual.air_frame import AirFrame
from mesh.virtual.defaults import DeviceState
from mesh.virtual.modem import Tuning
from mesh.virtual.packets import open_data
from mesh.virtual.timeline import Clock, Timeline

CAPTURE_DB = 6.0  # a frame so much stronger than another survives it
RSSI_DBM = -80
SPEED_MAX = 20.0
STOP_S = 5.0


class Station(Protocol):
    """A radio, as the ether sees it."""

    state: DeviceState
    power_losses: int

    @property
    def node_number(self) -> int: ...
    @property
    def is_on(self) -> bool: ...
    @property
    def tuning(self) -> Tuning: ...
    def hear(self, frame: AirFrame, snr_db: float, rssi_dbm: int, airtime_s: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Link:
    """How strong one radio is at another."""

    snr_db: float
    rssi_dbm: int = RSSI_DBM


@dataclass(frozen=True, slots=True)
class Transmission:
    """One frame that went over the air, told when it ended."""

    t_s: float  # when it began, in the ether's time
    radio: int
    heard_by: list[int]
    packet_id: int
    from_radio: int
    to: int
    hop_limit: int
    hop_start: int
    relay_node: int
    relayed: bool
    channel_hash: int
    channel_index: int | None  # at the radio that opened it, None where no key fits
    portnum: int | None
    payload: bytes | None
    frame: AirFrame
    air_bytes: int
    airtime_s: float


@dataclass(slots=True)
class _OnAir:
    station: Station
    frame: AirFrame
    start_s: float
    end_s: float
    tuning: Tuning
    relayed: bool
    power_losses: int
    ended: bool = False
    listeners: dict[int, int] = field(
        default_factory=dict
    )  # who was on and tuned when it began, with their power losses

    def overlaps(self, other: "_OnAir") -> bool:
        return self.start_s < other.end_s and other.start_s < self.end_s


class Ether:
    """The air between virtual radios, and the time that they live in.

    With `start` it follows `clock`, `speed` times as fast, in one thread; without it a test moves `timeline` itself.
    Every call from another thread goes through `turn`.
    """

    def __init__(self, clock: Clock, rng: Random, *, loss: float = 0.0, speed: float = 1.0) -> None:
        """loss: the share of receptions that fail for no reason. speed: seconds here for one of the clock."""
        assert 0 < speed <= SPEED_MAX and 0 <= loss <= 1
        self.timeline = Timeline()
        self._clock, self._rng, self._loss, self._speed = clock, rng, loss, speed
        self._stations: dict[int, Station] = {}
        self._links: dict[tuple[int, int], Link] = {}
        self._on_air: list[_OnAir] = []
        self._callbacks: list[Callable[[Transmission], None]] = []
        self._changed = Condition(RLock())
        self._thread: Thread | None = None
        self._running = False
        self._depth = 0
        self._started_s = 0.0  # the clock's time at our own zero

    # the map

    def add(self, station: Station) -> None:
        assert self._stations.get(station.node_number, station) is station, "two radios with one number"
        self._stations[station.node_number] = station

    def connect(
        self, one: Station | int, other: Station | int, *, snr_db: float = 6.0, rssi_dbm: int = RSSI_DBM
    ) -> None:
        """From now on they hear each other, both ways."""
        with self.turn():
            for pair in ((_number(one), _number(other)), (_number(other), _number(one))):
                self._links[pair] = Link(snr_db, rssi_dbm)

    def disconnect(self, one: Station | int, other: Station | int) -> None:
        """From now on they do not hear each other."""
        with self.turn():
            for pair in ((_number(one), _number(other)), (_number(other), _number(one))):
                self._links.pop(pair, None)

    def on_transmission(self, callback: Callable[[Transmission], None]) -> None:
        """Call `callback` at the end of every frame, in the ether's thread: it must not block."""
        self._callbacks.append(callback)

    # time

    def start(self) -> None:
        """Follow the clock from now on."""
        with self._changed:
            self._started_s = self._clock.now_s() - self.timeline.now_s / self._speed
            self._running = True
        self._thread = Thread(target=self._run, name="ether", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Time stands still; the thread is gone."""
        with self._changed:
            self._running = False
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(STOP_S)
            self._thread = None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Alone with the radios, at the time that it is. May be nested."""
        with self._changed:
            if self._depth == 0 and self._running:
                self._advance_to_clock()
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                self._changed.notify_all()

    def _advance_to_clock(self) -> None:
        self._depth += 1
        try:
            self.timeline.advance((self._clock.now_s() - self._started_s) * self._speed)
        finally:
            self._depth -= 1

    def _run(self) -> None:
        with self._changed:
            while self._running:
                self._advance_to_clock()
                wake_s = self.timeline.next_wake_s()
                pause_s = None if wake_s is None else max((wake_s - self.timeline.now_s) / self._speed, 0.0005)
                self._changed.wait(pause_s)

    # the air

    def busy_for(self, station: Station) -> bool:
        """Can `station` hear anything now?"""
        return any(not on_air.ended and self._link(on_air, station) is not None for on_air in self._on_air)

    def transmit(self, station: Station, frame: AirFrame, airtime_s: float, *, relayed: bool) -> None:
        now_s = self.timeline.now_s
        on_air = _OnAir(station, frame, now_s, now_s + airtime_s, station.tuning, relayed, station.power_losses)
        on_air.listeners = {
            number: listener.power_losses for number, listener in self._stations.items() if listener.is_on
        }
        self._on_air.append(on_air)
        self.timeline.at(on_air.end_s, lambda: self._end(on_air))

    def _end(self, on_air: _OnAir) -> None:
        on_air.ended = True
        if on_air.station.power_losses != on_air.power_losses:
            self._forget_old()
            return  # the power went in the middle of it: nobody heard it whole
        receivers = [
            (listener, link)
            for listener in self._stations.values()
            if (link := self._link(on_air, listener)) is not None and self._receives(on_air, listener, link)
        ]
        transmission = self._describe(on_air, [listener.node_number for listener, _ in receivers])
        airtime_s = on_air.end_s - on_air.start_s
        for listener, link in receivers:
            listener.hear(on_air.frame, link.snr_db, link.rssi_dbm, airtime_s)
        self._forget_old()
        for callback in self._callbacks:
            callback(transmission)

    def _link(self, on_air: _OnAir, listener: Station) -> Link | None:
        """How strong it is at `listener`, None if that cannot hear it at all."""
        if listener is on_air.station or listener.tuning != on_air.tuning:
            return None
        return self._links.get((on_air.station.node_number, listener.node_number))

    def _receives(self, on_air: _OnAir, listener: Station, link: Link) -> bool:
        if not listener.is_on or on_air.listeners.get(listener.node_number) != listener.power_losses:
            return False
        for other in self._on_air:
            if other is on_air or not on_air.overlaps(other):
                continue
            if other.station is listener:
                return False  # half duplex: who sends is deaf
            rival = self._link(other, listener)
            if rival is not None and link.snr_db < rival.snr_db + CAPTURE_DB:
                return False
        return not self._loss or self._rng.random() >= self._loss

    def _forget_old(self) -> None:
        """Frames that no frame still in the air overlaps."""
        earliest_s = min((o.start_s for o in self._on_air if not o.ended), default=self.timeline.now_s)
        self._on_air = [o for o in self._on_air if not o.ended or o.end_s > earliest_s]

    def _describe(self, on_air: _OnAir, heard_by: list[int]) -> Transmission:
        frame, opened = on_air.frame, None
        for station in [on_air.station, *self._stations.values()]:
            opened = open_data(station.state.channel_table, frame)
            if opened is not None:
                break
        return Transmission(
            t_s=on_air.start_s,
            radio=on_air.station.node_number,
            heard_by=heard_by,
            packet_id=frame.packet_id,
            from_radio=frame.sender,
            to=frame.to,
            hop_limit=frame.hop_limit,
            hop_start=frame.hop_start,
            relay_node=frame.relay_node,
            relayed=on_air.relayed,
            channel_hash=frame.channel_hash,
            channel_index=opened[0] if opened else None,
            portnum=int(opened[1].portnum) if opened else None,
            payload=bytes(opened[1].payload) if opened else None,
            frame=frame,
            air_bytes=len(frame.pack()),
            airtime_s=on_air.end_s - on_air.start_s,
        )


def _number(station: Station | int) -> int:
    return station if isinstance(station, int) else station.node_number
