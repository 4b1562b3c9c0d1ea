"""One virtual radio: what does it look like to the ether on one side and to a client on the other?"""

from collections.abc import Callable
from pathlib import Path
from random import Random

from mesh.virtual.air_frame import AirFrame
from mesh.virtual.defaults import DeviceState, factory_state
from mesh.virtual.ether import Ether
from mesh.virtual.firmware import Firmware
from mesh.virtual.modem import Tuning
from mesh.virtual.phone_api import Client
from mesh.virtual.server import PtyPort, TcpPort

OFF_S = 0.1  # how long a reboot takes: that of the recorded Linux node; boards need seconds


class VirtualRadio:
    """A Meshtastic radio without hardware, as from the shop. Its settings stay when the power goes.

    It is on from the start, heard and hearing according to the ether's map. Not built: direct messages under a public
    key (refused as if the key were unknown), remote administration, next-hop routing, traceroute, roles but CLIENT.
    """

    def __init__(
        self, ether: Ether, node_number: int, rng: Random, *, off_s: float = OFF_S, state: DeviceState | None = None
    ) -> None:
        self._ether, self._rng, self._off_s = ether, rng, off_s
        self.state = state or factory_state(node_number)
        self._firmware: Firmware | None = None
        self._ports: list[TcpPort | PtyPort] = []
        self.on_client: Callable[[bool], None] = lambda _there: None  # a client came or went
        self.power_losses = 0
        ether.add(self)
        self.power_on()

    @property
    def node_number(self) -> int:
        return self.state.node_number

    @property
    def is_on(self) -> bool:
        return self._firmware is not None

    @property
    def firmware(self) -> Firmware | None:
        """What runs now, None while the power is off. Only inside a turn of the ether."""
        return self._firmware

    @property
    def tuning(self) -> Tuning:
        return self.state.modem.tuning(self.state.channel_table.primary_name)

    # power

    def power_on(self) -> None:
        """Start, if it was off."""
        with self._ether.turn():
            if self._firmware is None:
                self._firmware = Firmware(
                    self._ether.timeline, _Antenna(self._ether, self), self._rng, self.state, self._restart
                )
                for port in self._ports:
                    port.open()

    def power_off(self) -> None:
        """Stop at once: what was queued or half sent is lost, the client is cut off."""
        with self._ether.turn():
            firmware, self._firmware = self._firmware, None
            if firmware is not None:
                self.power_losses += 1
                firmware.switch_off()
                for port in self._ports:
                    port.shut()

    def _restart(self) -> None:
        self.power_off()
        self._ether.timeline.after(self._off_s, self.power_on)

    # clients

    def serve_tcp(self, host: str = "127.0.0.1", port: int = 0) -> tuple[str, int]:
        """Listen as a networked node does; the address, which stays the same over reboots."""
        tcp = TcpPort(self._ether, self, host, port)
        with self._ether.turn():
            self._ports.append(tcp)
            if not self.is_on:
                tcp.shut()
        return tcp.address

    def serve_pty(self) -> Path:
        """A pseudo terminal in place of the USB cable; the path to hand to a client."""
        pty = PtyPort(self._ether, self)
        with self._ether.turn():
            self._ports.append(pty)
        return pty.path

    def connect(self, client: Client) -> None:
        """A client's connection begins. Only inside a turn of the ether."""
        if self._firmware is None:
            client.hang_up()
            return
        self._firmware.phone.connect(client)
        self.on_client(True)

    def say_rebooted(self) -> None:
        """The serial client hears that the radio started anew. Only inside a turn of the ether."""
        if self._firmware is not None:
            self._firmware.phone.tell_rebooted()

    def receive(self, client: Client, data: bytes) -> None:
        """Bytes from `client`; those of one that was replaced are nobody's."""
        if self._firmware is not None and self._firmware.phone.is_client(client):
            self._firmware.phone.receive(data)

    def room(self, client: Client) -> None:
        if self._firmware is not None and self._firmware.phone.is_client(client):
            self._firmware.phone.room()

    def disconnect(self, client: Client) -> None:
        """The client's end is gone."""
        if self._firmware is not None and self._firmware.phone.is_client(client):
            self._firmware.phone.left()
        self.on_client(False)

    def close(self) -> None:
        """Power off for good: ports closed, threads joined."""
        self.power_off()
        for port in self._ports:
            port.close()
        self._ports.clear()

    # air

    def hear(self, frame: AirFrame, snr_db: float, rssi_dbm: int, airtime_s: float) -> None:
        if self._firmware is not None:
            self._firmware.hear(frame, snr_db, rssi_dbm, airtime_s)


class _Antenna:
    """The ether as this radio's transmitter sees it."""

    def __init__(self, ether: Ether, radio: VirtualRadio) -> None:
        self._ether, self._radio = ether, radio

    def busy(self) -> bool:
        return self._ether.busy_for(self._radio)

    def transmit(self, frame: AirFrame, airtime_s: float, relayed: bool) -> None:
        self._ether.transmit(self._radio, frame, airtime_s, relayed=relayed)
