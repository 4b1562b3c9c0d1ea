"""What passes over one connection to a radio that is fit for us? Our frames out, and in only what may be for us."""

from collections import Counter, deque
from collections.abc import Callable
from threading import Lock

from mesh.links.link import FRAME_BYTES_MAX, FrameHeard, LinkEvent
from mesh.links.meshtastic_device import PRIVATE_APP, Device
from mesh.links.meshtastic_values import Packet

HOP_LIMIT = 3  # the firmware's default; 7 at most, 8 and above becomes 3
EARLY_PACKETS = 64  # what a radio kept for us while we were away; most keep 32


class Session:
    """One connection to a radio that is fit: what it hears becomes FrameHeard.

    A radio hands over what it kept for us as soon as the handshake is complete, before we know whether it is fit: that
    waits in `early`.
    """

    def __init__(self, offer: Callable[[LinkEvent], bool], ignored: Counter[str]) -> None:
        self._offer = offer
        self._ignored = ignored
        self._lock = Lock()
        self._early: deque[Packet] = deque(maxlen=EARLY_PACKETS)
        self._device: Device | None = None
        self._radio, self._channel = 0, 0
        self.asked_s = 0.0

    def begin(self, device: Device, radio: int, channel: int, now_s: float) -> None:
        with self._lock:
            self.asked_s = now_s
            self._device, self._radio, self._channel = device, radio, channel
            for packet in self._early:
                self._pass_on(packet)
            self._early.clear()

    def send(self, frame: bytes) -> int:
        assert self._device is not None
        return self._device.send_frame(frame, self._channel, HOP_LIMIT)

    def ask(self) -> None:
        assert self._device is not None
        self._device.ask_alive()

    def fail(self, reason: str) -> None:
        assert self._device is not None
        self._device.fail(reason)

    def on_packet(self, packet: Packet) -> None:
        """On the library's reader thread, which may not wait."""
        with self._lock:
            if self._device is None:
                self._early.append(packet)
            else:
                self._pass_on(packet)

    def _pass_on(self, packet: Packet) -> None:
        if packet.from_radio == self._radio:
            return  # our radio's words to us: its telemetry, its answers
        unfit = self._unfit(packet)
        if unfit is None and not self._offer(_frame_heard(packet)):
            unfit = "no room"
        if unfit is not None:
            self._ignored[unfit] += 1

    def _unfit(self, packet: Packet) -> str | None:
        if packet.portnum is None:
            return "encrypted"
        if packet.portnum != PRIVATE_APP:
            return "other port"
        if packet.channel != self._channel:
            return "other channel"
        if not 0 < len(packet.payload) <= FRAME_BYTES_MAX:
            return "size"
        return None


def _frame_heard(packet: Packet) -> FrameHeard:
    hops = packet.hop_start - packet.hop_limit if 0 < packet.hop_start >= packet.hop_limit else None
    measured = packet.rssi_dbm != 0 or packet.snr_db != 0  # protobuf's zero stands for "missing" too
    return FrameHeard(
        payload=packet.payload,
        from_radio=packet.from_radio,
        hops=hops,
        snr_db=packet.snr_db if measured else None,
        rssi_dbm=packet.rssi_dbm if measured else None,
    )
