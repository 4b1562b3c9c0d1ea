"""Which packets of its client does the firmware take? No id twice, no text within two seconds, some ports every ten."""

from collections import deque
from enum import Enum, auto
from typing import Any

from mesh.virtual.air_frame import is_broadcast
from mesh.virtual.packets import Port

IDS_MAX = 20
TEXT_REST_S = 2.0
REST_S = 10.0
TRACEROUTE_REST_S = 30.0
RESTING_PORTS = (Port.POSITION_APP, Port.WAYPOINT_APP, Port.ALERT_APP, Port.TELEMETRY_APP)


class Verdict(Enum):
    TAKEN = auto()
    REPEATED = auto()  # no answer at all
    TEXT_TOO_SOON = auto()  # a queueStatus that looks well, and an error
    TOO_SOON = auto()  # a queueStatus that looks well
    TRACEROUTE_TOO_SOON = auto()
    TRACEROUTE_TO_ALL = auto()


class ClientLimits:
    """One verdict for each packet from the client, in their order."""

    def __init__(self) -> None:
        self._ids: deque[int] = deque(maxlen=IDS_MAX)
        self._last_s: dict[int, float] = {}  # by portnum, those that have a limit

    def judge(self, packet: Any, now_s: float) -> Verdict:
        if packet.id and packet.id in self._ids:
            return Verdict.REPEATED
        if packet.id:
            self._ids.append(packet.id)
        port = packet.decoded.portnum
        if port == Port.TRACEROUTE_APP and is_broadcast(packet.to) and packet.hop_limit:
            return Verdict.TRACEROUTE_TO_ALL
        for ports, rest_s, verdict in (
            ((Port.TRACEROUTE_APP,), TRACEROUTE_REST_S, Verdict.TRACEROUTE_TOO_SOON),
            (RESTING_PORTS, REST_S, Verdict.TOO_SOON),
            ((Port.TEXT_MESSAGE_APP,), TEXT_REST_S, Verdict.TEXT_TOO_SOON),
        ):
            if port in ports:
                last_s = self._last_s.get(port)
                if last_s is not None and now_s - last_s < rest_s:
                    return verdict
                self._last_s[port] = now_s
        return Verdict.TAKEN
