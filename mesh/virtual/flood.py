"""What do radios do with a frame? They flood it, as Meshtastic's clients do: once each, unless a neighbour was quicker.

A simple ether for simulations: airtime by the formula, half duplex, collisions with 6 dB capture, a random wait that
grows with the signal, relays cancelled when another is heard, hop limit 3, listening before talking, random loss. What
the demo's radios speak is mesh.virtual.radio; here are no protocols, so that a hundred hubs run in one thread.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from mesh.airtime import Firmware, Preset, airtime_s, slot_s
from mesh.virtual.placement import NOISE_DBM, Placement

HOP_LIMIT = 3
CAPTURE_DB = 6.0
WINDOW_MIN, WINDOW_MAX = 3, 8  # powers of two, in slots
SNR_MIN_DB, SNR_MAX_DB = -20.0, 10.0
SEEN_MAX = 200  # packet ids that a radio remembers


class Schedule(Protocol):
    def __call__(self, wait_s: float, what: Callable[[], None]) -> None: ...


@dataclass(frozen=True, slots=True)
class Packet:
    id: int
    payload: bytes
    origin: int
    hops_left: int
    kind: str  # for whoever counts airtime: the simulation's word, unknown to radios


@dataclass(slots=True)
class OnAir:
    """One transmission."""

    packet: Packet
    radio: int
    start_s: float
    end_s: float


@dataclass(slots=True)
class _Radio:
    on: bool = True
    sending_until_s: float = 0.0
    seen: dict[int, None] = field(default_factory=dict)
    relays: set[int] = field(default_factory=set)  # packets that wait to be relayed


class FloodingAir:
    """All radios and the air between them. Who hears a frame of another hub is told through `deliver`."""

    def __init__(
        self,
        placement: Placement,
        *,
        preset: Preset,
        firmware: Firmware,
        loss: float,
        rng: Random,
        schedule: Schedule,
        clock: Callable[[], float],
        deliver: Callable[[int, Packet, float], None],
        observe: Callable[[OnAir], None],
    ) -> None:
        self.placement = placement
        self._preset = preset
        self._firmware: Firmware = firmware
        self._loss = loss
        self._rng = rng
        self._schedule = schedule
        self._clock = clock
        self._deliver = deliver
        self._observe = observe
        self._radios = [_Radio() for _ in range(len(placement))]
        self._on_air: list[OnAir] = []
        self._packets = 0

    def switch(self, radio: int, *, on: bool) -> None:
        self._radios[radio] = _Radio(on=on)

    def send(self, radio: int, payload: bytes, kind: str) -> None:
        """A hub hands its radio a frame."""
        self._packets += 1
        packet = Packet(self._packets, payload, radio, HOP_LIMIT, kind)
        self._remember(radio, packet)
        self._schedule(self._window_s(WINDOW_MIN), lambda: self._transmit(radio, packet, relay=False))

    def _remember(self, radio: int, packet: Packet) -> None:
        seen = self._radios[radio].seen
        seen[packet.id] = None
        if len(seen) > SEEN_MAX:
            del seen[next(iter(seen))]

    def _transmit(self, radio: int, packet: Packet, *, relay: bool) -> None:
        state, now_s = self._radios[radio], self._clock()
        if not state.on or (relay and packet.id not in state.relays):
            return  # switched off, or another was quicker
        if state.sending_until_s > now_s or self._hears_anything(radio):
            self._schedule(self._window_s(WINDOW_MIN + 2), lambda: self._transmit(radio, packet, relay=relay))
            return
        state.relays.discard(packet.id)
        sent = OnAir(packet, radio, now_s, now_s + airtime_s(len(packet.payload), self._preset, self._firmware))
        state.sending_until_s = sent.end_s
        self._on_air.append(sent)
        self._observe(sent)
        self._schedule(sent.end_s - now_s, lambda: self._end(sent))

    def _hears_anything(self, radio: int) -> bool:
        return any(self.placement.rssi_dbm[each.radio][radio] is not None for each in self._on_air)

    def _end(self, sent: OnAir) -> None:
        for radio, state in enumerate(self._radios):
            rssi = self.placement.rssi_dbm[sent.radio][radio]
            if state.on and rssi is not None and self._gets_through(sent, radio, rssi):
                self._hear(radio, sent.packet, rssi - NOISE_DBM)
        now_s = self._clock()
        oldest_s = min((each.start_s for each in self._on_air if each.end_s > now_s), default=now_s)
        self._on_air = [each for each in self._on_air if each.end_s > now_s or each.end_s > oldest_s]

    def _gets_through(self, sent: OnAir, radio: int, rssi: float) -> bool:
        for other in self._on_air:
            if other is sent or other.end_s <= sent.start_s or other.start_s >= sent.end_s:
                continue
            noise = self.placement.rssi_dbm[other.radio][radio]
            if other.radio == radio or (noise is not None and rssi - noise < CAPTURE_DB):
                return False
        return self._rng.random() >= self._loss

    def _hear(self, radio: int, packet: Packet, snr_db: float) -> None:
        state = self._radios[radio]
        if packet.id in state.seen:
            state.relays.discard(packet.id)
            return
        self._remember(radio, packet)
        if packet.hops_left > 0:
            state.relays.add(packet.id)
            relayed = Packet(packet.id, packet.payload, packet.origin, packet.hops_left - 1, packet.kind)
            self._schedule(self._relay_wait_s(snr_db), lambda: self._transmit(radio, relayed, relay=True))
        self._deliver(radio, packet, snr_db)

    def _relay_wait_s(self, snr_db: float) -> float:
        """The stronger the signal the longer: far radios carry a frame further."""
        share = (min(max(snr_db, SNR_MIN_DB), SNR_MAX_DB) - SNR_MIN_DB) / (SNR_MAX_DB - SNR_MIN_DB)
        fixed_s = 2 * WINDOW_MAX * slot_s(self._preset)
        return fixed_s + self._window_s(WINDOW_MIN + round(share * (WINDOW_MAX - WINDOW_MIN)))

    def _window_s(self, power: int) -> float:
        return self._rng.randrange(2**power) * slot_s(self._preset)
