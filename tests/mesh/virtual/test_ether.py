"""Who hears whom on the virtual air? Links, collisions, capture, deafness while sending, loss, power, tuning."""

from random import Random

import pytest
from golden.stage import NoClock, Stage, named, region_set
from meshtastic.protobuf import channel_pb2, config_pb2, mesh_pb2

from mesh.virtual.air_frame import BROADCAST, AirFrame
from mesh.virtual.channels import crypt
from mesh.virtual.ether import Ether, Transmission
from mesh.virtual.packets import Data, Port, set_sender
from mesh.virtual.radio import VirtualRadio
from mesh.virtual.stream import frame

KEY = bytes(range(32))
SILENT_S = 400.0  # by then all have introduced themselves, and nobody does again


def street(names: str, *, seed: int = 1) -> Stage:
    """Radios that know each other, with a private second channel, and nobody in range of anybody yet."""
    stage = Stage(seed)
    for position, name in enumerate(names):
        state = region_set(named(0xA001 + position, f"Node {name}", name), b"\x01" * 32, b"\x02" * 32)
        settings = channel_pb2.ChannelSettings(name="porchlight", psk=KEY)
        state.channels[1].CopyFrom(channel_pb2.Channel(index=1, role=channel_pb2.Channel.SECONDARY, settings=settings))
        stage.add(name, state)
    for radio in stage.radios.values():
        for other in stage.radios.values():
            if other is not radio:
                radio.state.nodes[other.node_number] = mesh_pb2.NodeInfo(num=other.node_number, user=other.state.owner)
    for name in names:
        stage.shake_hands(name, name)
    stage.begin(SILENT_S)
    return stage


def send(stage: Stage, name: str, payload: bytes, *, channel: int = 1, hop_limit: int = 3, to: int = BROADCAST) -> None:
    packet = mesh_pb2.MeshPacket(to=to, channel=channel, hop_limit=hop_limit)
    packet.decoded.portnum, packet.decoded.payload = Port.PRIVATE_APP, payload
    stage.send(name, frame(mesh_pb2.ToRadio(packet=packet).SerializeToString()))


def received(stage: Stage, name: str) -> list[bytes]:
    messages = [said.message for said in stage.account.said[name] if said.message is not None]
    packets = [message.packet for message in messages if message.HasField("packet")]
    return [packet.decoded.payload for packet in packets if packet.decoded.portnum == Port.PRIVATE_APP]


def foreign(packet_id: int, sender: int = 0xB001, hop_limit: int = 0) -> AirFrame:
    plain = Data(portnum=Port.PRIVATE_APP, payload=b"x" * 40).SerializeToString()
    sealed = crypt(KEY, sender, packet_id, plain)
    return AirFrame(BROADCAST, sender, packet_id, hop_limit, 3, False, False, 8, 0, 1, sealed)


def test_a_block_crosses_a_line_of_three_by_the_relay_in_the_middle() -> None:
    stage, seen = street("ABC"), list[Transmission]()
    stage.link("A", "B")
    stage.link("B", "C")
    stage.ether.on_transmission(seen.append)

    send(stage, "A", b"block")
    stage.run_to(20)

    assert received(stage, "C") == [b"block"]
    a, b, c = (radio.node_number for radio in stage.radios.values())
    assert [(t.radio, sorted(t.heard_by), t.hop_limit, t.relayed) for t in seen] == [
        (a, [b], 3, False),
        (b, [a, c], 2, True),
        (c, [b], 1, True),
    ]
    assert all(
        (t.from_radio, t.portnum, t.payload, t.channel_index) == (a, Port.PRIVATE_APP, b"block", 1) for t in seen
    )


def test_a_radio_without_the_key_relays_what_it_cannot_read() -> None:
    stage = street("ABC")
    stage.radios["B"].state.channels[1].Clear()
    stage.link("A", "B")
    stage.link("B", "C")

    send(stage, "A", b"block")
    stage.run_to(20)

    assert (received(stage, "B"), received(stage, "C")) == ([], [b"block"])


def test_nobody_hears_across_a_gap_in_the_map() -> None:
    stage = street("ABC")
    stage.link("A", "B")
    stage.link("B", "C")
    stage.radios["B"].power_off()

    send(stage, "A", b"block")
    stage.run_to(20)

    assert stage.account.heard["C"] == []


def test_hop_limit_ends_the_flood() -> None:
    stage = street("ABCD")
    for one, other in ("AB", "BC", "CD"):
        stage.link(one, other)

    send(stage, "A", b"near", hop_limit=1)
    stage.run_to(30)

    assert [received(stage, name) for name in "BCD"] == [[b"near"], [b"near"], []]


def test_of_two_relays_in_range_of_each_other_one_stays_silent() -> None:
    for seed in range(1, 11):
        stage = street("ABCD", seed=seed)
        for one, other in ("AB", "AC", "BC", "BD", "CD"):
            stage.link(one, other)

        send(stage, "A", b"block")
        stage.run_to(30)

        relays = [name for name in "BC" if stage.account.aired[name]]
        waits = {name: stage.account.aired[name][0].t_s for name in relays}
        assert received(stage, "D") == [b"block"] or len(relays) == 2
        # both only if they began before either could hear the other end
        assert len(relays) == 1 or abs(waits["B"] - waits["C"]) < 0.7


def test_two_frames_at_once_destroy_each_other_where_both_are_heard() -> None:
    stage = street("ABC")
    stage.link("A", "B")
    stage.link("B", "C")

    stage.ether.transmit(stage.radios["A"], foreign(1), 0.6, relayed=False)
    stage.run_to(0.2)
    stage.ether.transmit(stage.radios["C"], foreign(2), 0.6, relayed=False)
    stage.run_to(5)

    assert stage.account.heard["B"] == []


def test_a_frame_six_decibels_stronger_survives_a_collision() -> None:
    stage = street("ABC")
    stage.ether.connect(stage.radios["A"], stage.radios["B"], snr_db=8.0)
    stage.ether.connect(stage.radios["B"], stage.radios["C"], snr_db=2.0)

    stage.ether.transmit(stage.radios["A"], foreign(1), 0.6, relayed=False)
    stage.ether.transmit(stage.radios["C"], foreign(2), 0.6, relayed=False)
    stage.run_to(5)

    assert [aired.frame.packet_id for aired in stage.account.heard["B"]] == [1]


def test_a_radio_that_sends_is_deaf() -> None:
    stage = street("AB")
    stage.link("A", "B")

    stage.ether.transmit(stage.radios["A"], foreign(1), 0.6, relayed=False)
    stage.ether.transmit(stage.radios["B"], foreign(2), 0.2, relayed=False)
    stage.run_to(5)

    assert (stage.account.heard["A"], stage.account.heard["B"]) == ([], [])


def test_a_radio_waits_while_it_hears_another() -> None:
    stage = street("AB")
    stage.link("A", "B")

    stage.ether.transmit(stage.radios["A"], foreign(1), 2.0, relayed=False)
    send(stage, "B", b"patient", hop_limit=0)
    stage.run_to(10)

    (sent,) = stage.account.aired["B"]
    assert sent.t_s >= 2.0
    assert received(stage, "A") == [b"patient"]


def test_loss_takes_its_share() -> None:
    ether = Ether(NoClock(), Random(1), loss=0.3)
    one, other = (VirtualRadio(ether, number, Random(number)) for number in (0xA001, 0xA002))
    ether.connect(one, other)
    heard = []
    ether.on_transmission(lambda transmission: heard.append(bool(transmission.heard_by)))

    for packet_id in range(1, 501):
        ether.transmit(one, foreign(packet_id), 0.5, relayed=False)
        ether.timeline.advance(packet_id * 1.0)

    assert sum(heard) / len(heard) == pytest.approx(0.7, abs=0.06)


def test_a_power_cut_ends_what_was_being_sent_and_received() -> None:
    stage = street("ABC")
    stage.link("A", "B")
    stage.link("B", "C")

    stage.ether.transmit(stage.radios["A"], foreign(1), 1.0, relayed=False)
    stage.run_to(0.5)
    stage.radios["B"].power_off()
    stage.radios["B"].power_on()
    stage.run_to(2)
    assert stage.account.heard["B"] == []

    stage.ether.transmit(stage.radios["B"], foreign(2), 1.0, relayed=False)
    stage.run_to(2.5)
    stage.radios["B"].power_off()
    stage.run_to(5)
    assert stage.account.heard["C"] == []


def test_radios_on_different_presets_do_not_hear_each_other() -> None:
    stage = street("AB")
    stage.link("A", "B")
    stage.radios["B"].state.lora.modem_preset = config_pb2.Config.LoRaConfig.MEDIUM_FAST

    send(stage, "A", b"block")
    stage.run_to(10)

    assert stage.account.heard["B"] == []


def test_a_link_can_be_cut() -> None:
    stage = street("AB")
    stage.link("A", "B")
    stage.ether.disconnect(stage.radios["A"], stage.radios["B"])

    send(stage, "A", b"block")
    stage.run_to(10)

    assert stage.account.heard["B"] == []


def test_a_direct_message_on_a_shared_channel_is_acknowledged_over_two_hops() -> None:
    stage = street("ABC")
    stage.link("A", "B")
    stage.link("B", "C")
    packet = mesh_pb2.MeshPacket(to=0xA003, channel=1, hop_limit=3, want_ack=True, id=77)
    packet.decoded.portnum, packet.decoded.payload = Port.PRIVATE_APP, b"for C"
    set_sender(packet, 0)

    stage.send("A", frame(mesh_pb2.ToRadio(packet=packet).SerializeToString()))
    stage.run_to(40)

    told = [said.message.packet for said in stage.account.said["A"] if said.message.HasField("packet")]
    answers = [getattr(p, "from") for p in told if p.decoded.request_id == 77]
    assert received(stage, "C") == [b"for C"]
    assert 0xA003 in answers  # the real one, from the destination


def test_the_same_seed_gives_the_same_story() -> None:
    def story() -> list[tuple[float, int]]:
        stage, seen = street("ABC", seed=9), list[Transmission]()
        stage.link("A", "B")
        stage.link("B", "C")
        stage.ether.on_transmission(seen.append)
        send(stage, "A", b"one")
        send(stage, "C", b"two")
        stage.run_to(60)
        return [(t.t_s, t.packet_id) for t in seen]

    assert story() == story()
