"""Which radios are plugged in? Each serial port that looks like a radio is asked."""

from collections.abc import Iterator
from dataclasses import dataclass

from firmware_config.apply import ask
from mesh.links.ports import FoundPort, find_ports
from mesh.links.radio_state import RadioLost, RadioState
from mesh.links.target import SerialTarget


@dataclass(frozen=True, slots=True)
class FoundRadio:
    """A port, and what answered there: a radio, or a sentence why not."""

    port: FoundPort
    answer: RadioState | str


def find_radios() -> Iterator[FoundRadio]:
    """Ask one port after the other; a silent one takes its time."""
    for port in find_ports():
        try:
            yield FoundRadio(port, ask(SerialTarget(port.path)))
        except RadioLost as lost:
            yield FoundRadio(port, str(lost))
