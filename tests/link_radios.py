"""Virtual radios in a line, as the hubs of a network have them, for the tests of the radio link."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

from meshtastic.protobuf import channel_pb2, config_pb2

from mesh.links.target import TcpTarget
from mesh.virtual.ether import Ether
from mesh.virtual.radio import VirtualRadio

CHANNEL = "porchlight"
KEY = bytes(range(32))
SPEED = 20.0


class Monotonic:
    def now_s(self) -> float:
        return time.monotonic()


class Street:
    """An ether at twenty times the speed, if not told otherwise, and radios that hear their neighbours in the line."""

    def __init__(self, speed: float = SPEED) -> None:
        self.ether = Ether(Monotonic(), Random(1), speed=speed)
        self.radios: list[VirtualRadio] = []

    def add_radio(self, *, region: str = "US", channel: str | None = CHANNEL) -> VirtualRadio:
        number = 0xA01 + len(self.radios)
        radio = VirtualRadio(self.ether, number, Random(number))
        with self.ether.turn():
            radio.state.lora.region = config_pb2.Config.LoRaConfig.RegionCode.Value(region)
            if channel is not None:
                radio.state.channels[2].CopyFrom(_channel(channel))
        if self.radios:
            self.ether.connect(self.radios[-1], radio)
        self.radios.append(radio)
        return radio

    def add_target(self, *, region: str = "US", channel: str | None = CHANNEL) -> TcpTarget:
        return TcpTarget(*self.add_radio(region=region, channel=channel).serve_tcp())


def _channel(name: str) -> channel_pb2.Channel:
    settings = channel_pb2.ChannelSettings(name=name, psk=KEY)
    return channel_pb2.Channel(index=2, role=channel_pb2.Channel.SECONDARY, settings=settings)


@contextmanager
def street(speed: float = SPEED) -> Iterator[Street]:
    """A street whose time runs; its radios are closed at the end."""
    made = Street(speed)
    made.ether.start()
    try:
        yield made
    finally:
        for radio in made.radios:
            radio.close()
        made.ether.stop()
