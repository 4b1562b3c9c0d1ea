"""How do radios come to know each other? NodeInfo: half a minute after the start, when asked, and to whoever is new."""

from collections.abc import Callable
from typing import Any

from google.protobuf.message import DecodeError
from meshtastic.protobuf import mesh_pb2

from mesh.virtual.air_frame import BROADCAST, is_broadcast
from mesh.virtual.air_log import BUSY_CHANNEL_PERCENT, POLITE_CHANNEL_PERCENT
from mesh.virtual.defaults import DeviceState
from mesh.virtual.field_limits import fits
from mesh.virtual.packets import Handled, MeshPacket, Port, hops_away, hops_for_answer, sender
from mesh.virtual.router import Router
from mesh.virtual.timeline import Schedule

FIRST_S = 30.0
REST_S = 300.0  # between two of our own
ASKED_REST_S = 60.0  # when the client asks for it
ANSWER_REST_S = 12 * 3600.0  # a node that asks again within that gets no answer
NODES_MAX = 100
FAR_HOPS = 2  # beyond the own hop limit


class Introductions:
    """What this radio knows of others, and tells of itself."""

    def __init__(
        self,
        timeline: Schedule,
        state: DeviceState,
        router: Router,
        utilisation_percent: Callable[[], float],
        tell_client: Callable[[Any], None],
    ) -> None:
        self._timeline, self._state, self._router = timeline, state, router
        self._utilisation_percent, self._tell_client = utilisation_percent, tell_client
        self._last_s: float | None = None
        self._asked_s: dict[int, float] = {}

    def start(self) -> None:
        self._timeline.after(FIRST_S, self._periodic)

    def _periodic(self) -> None:
        self._send(BROADCAST, want_response=False, rest_s=REST_S, priority=MeshPacket.BACKGROUND, channel=0)
        period_s = max(self._state.config["device"].device.node_info_broadcast_secs, 3600)
        self._timeline.after(period_s, self._periodic)

    def announce(self) -> None:
        """The client wants the mesh to know us now, and the others to answer."""
        self._send(BROADCAST, want_response=True, rest_s=ASKED_REST_S, priority=MeshPacket.DEFAULT, channel=0)

    def _send(self, to: int, *, want_response: bool, rest_s: float, priority: int, channel: int) -> None:
        packet = self._own_info(rest_s)
        if packet is None:
            return
        packet.to, packet.priority, packet.channel = to, priority, channel
        packet.decoded.want_response = want_response
        self._router.send_to_mesh(packet)
        self._state.introduced = self._state.introduced or self._state.region_set

    def _own_info(self, rest_s: float) -> Any | None:
        now_s = self._timeline.now_s
        if self._utilisation_percent() >= BUSY_CHANNEL_PERCENT:
            return None
        if self._last_s is not None and now_s - self._last_s < rest_s:
            return None
        self._last_s = now_s
        return self._router.new_packet(Port.NODEINFO_APP, self._state.owner.SerializeToString())

    def hear_info(self, packet: Any) -> Handled:
        """A NodeInfo came: remember it, and answer with ours if it asks."""
        user = mesh_pb2.User()
        try:
            user.ParseFromString(packet.decoded.payload)
        except DecodeError:
            return Handled(ends_here=True)
        if not fits(user):
            return Handled(ends_here=True)
        number = sender(packet)
        node = self._node(number)
        changed = node is not None and node.user != user
        if node is not None:
            node.user.CopyFrom(user)
            node.channel = packet.channel
        if changed and not is_broadcast(packet.to) and packet.to != self._state.node_number:
            self._tell_client(packet)
        asks_us = is_broadcast(packet.to) or packet.to == self._state.node_number
        return Handled(self._answer(packet, number) if packet.decoded.want_response and asks_us else None)

    def _answer(self, packet: Any, number: int) -> Any | None:
        asked_s = self._asked_s.get(number)
        if asked_s is not None and self._timeline.now_s - asked_s < ANSWER_REST_S:
            return None
        answer = self._own_info(REST_S)
        if answer is None:
            return None
        if len(self._asked_s) < NODES_MAX:
            self._asked_s[number] = self._timeline.now_s
        answer.to, answer.channel, answer.priority = number, packet.channel, MeshPacket.RELIABLE
        answer.hop_limit = hops_for_answer(self._state, packet)
        answer.decoded.request_id = packet.id
        return answer

    def notice(self, packet: Any) -> None:
        """A packet reached us: keep how it came. To a node of which we know nothing we introduce ourselves."""
        number, decoded = sender(packet), packet.WhichOneof("payload_variant") == "decoded"
        if number == self._state.node_number or not decoded:
            return
        node = self._node(number)
        if node is None:
            return
        if packet.rx_time:
            node.last_heard = packet.rx_time
        node.snr = packet.rx_snr
        away = hops_away(packet)
        if away is not None:
            node.hops_away = away
        near = (away or 0) <= self._state.hop_limit + FAR_HOPS
        if not node.HasField("user") and near and self._utilisation_percent() < POLITE_CHANNEL_PERCENT:
            self._send(
                number, want_response=True, rest_s=REST_S, priority=MeshPacket.BACKGROUND, channel=packet.channel
            )

    def _node(self, number: int) -> Any | None:
        nodes = self._state.nodes
        if number not in nodes and len(nodes) < NODES_MAX and number != self._state.node_number:
            nodes[number] = mesh_pb2.NodeInfo(num=number)
        return nodes.get(number)
