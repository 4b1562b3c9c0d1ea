"""Is a virtual radio a radio to those around it? Its power, its settings, its queues, its hourly share."""

from golden.stage import Stage, named, region_set
from meshtastic.protobuf import admin_pb2, config_pb2, mesh_pb2

from mesh.virtual.packets import Data, Port
from mesh.virtual.stream import frame

OWN = 0xA01


def stage_of_one(*, us: bool = True) -> Stage:
    state = named(OWN, "One", "ONE")
    stage = Stage(1)
    stage.add("", region_set(state, b"\x01" * 32, b"\x02" * 32) if us else state)
    stage.shake_hands("", "")
    stage.begin(1.0)
    return stage


def order(stage: Stage, wish: admin_pb2.AdminMessage) -> None:
    packet = mesh_pb2.MeshPacket(to=OWN, want_ack=True, decoded=Data(portnum=6, payload=wish.SerializeToString()))
    stage.send("", frame(mesh_pb2.ToRadio(packet=packet).SerializeToString()))


def closings(stage: Stage) -> list[float]:
    return [said.t_s for said in stage.account.said[""] if said.message is None]


def test_settings_stay_when_the_power_goes() -> None:
    stage = stage_of_one()
    order(stage, admin_pb2.AdminMessage(set_owner=mesh_pb2.User(long_name="Alder", short_name="ALDR")))
    stage.run_to(3)

    stage.radios[""].power_off()
    stage.run_to(10)
    stage.radios[""].power_on()
    stage.account.said.clear()
    stage.shake_hands("", "")
    stage.run_to(11)

    (own,) = (said.message.node_info for said in stage.account.said[""] if said.message.HasField("node_info"))
    assert own.user.long_name == "Alder"


def test_what_a_client_wrote_just_before_it_closed_is_done() -> None:
    stage = stage_of_one()
    stage.send("", frame(mesh_pb2.ToRadio(heartbeat=mesh_pb2.Heartbeat()).SerializeToString()))
    order(stage, admin_pb2.AdminMessage(set_owner=mesh_pb2.User(long_name="Alder")))  # waits for the next turn
    assert stage.radios[""].state.owner.long_name == "One"

    stage.hang_up("")

    assert stage.radios[""].state.owner.long_name == "Alder"


def test_a_radio_without_power_takes_no_client() -> None:
    stage = stage_of_one()
    stage.radios[""].power_off()
    assert len(closings(stage)) == 1

    stage.shake_hands("", "")

    assert len(closings(stage)) == 2
    assert not stage.radios[""].is_on


def test_what_was_planned_before_a_power_cut_does_not_happen() -> None:
    stage = stage_of_one()
    order(stage, admin_pb2.AdminMessage(reboot_seconds=5))
    stage.run_to(2)
    stage.radios[""].power_off()
    stage.radios[""].power_on()
    stage.account.said.clear()
    stage.shake_hands("", "")

    stage.run_to(20)

    assert closings(stage) == []


def test_nothing_reboots_between_begin_and_commit() -> None:
    stage = stage_of_one(us=False)
    lora = config_pb2.Config.LoRaConfig(use_preset=True, region=config_pb2.Config.LoRaConfig.US, tx_enabled=True)

    order(stage, admin_pb2.AdminMessage(begin_edit_settings=True))
    order(stage, admin_pb2.AdminMessage(set_config=config_pb2.Config(lora=lora)))
    order(stage, admin_pb2.AdminMessage(set_owner=mesh_pb2.User(long_name="Alder")))
    stage.run_to(30)
    assert closings(stage) == []

    order(stage, admin_pb2.AdminMessage(commit_edit_settings=True))
    stage.run_to(40)
    (closed_s,) = closings(stage)
    assert abs(closed_s - 37) < 0.1


def test_the_first_region_makes_the_keys_and_lets_the_radio_send() -> None:
    stage = stage_of_one(us=False)
    state = stage.radios[""].state
    assert not state.owner.public_key

    lora = config_pb2.Config.LoRaConfig(use_preset=True, region=config_pb2.Config.LoRaConfig.EU_868)
    order(stage, admin_pb2.AdminMessage(set_config=config_pb2.Config(lora=lora)))
    stage.run_to(1)

    assert len(state.security.private_key) == len(state.owner.public_key) == 32
    assert (state.lora.tx_enabled, state.lora.tx_power, state.lora.ignore_mqtt) == (True, 27, True)


def test_the_hourly_share_of_europe_is_enforced() -> None:
    stage = stage_of_one()
    state = stage.radios[""].state
    state.lora.region = config_pb2.Config.LoRaConfig.EU_868
    state.lora.modem_preset = config_pb2.Config.LoRaConfig.LONG_SLOW

    for number in range(80):
        packet = mesh_pb2.MeshPacket(to=0xFFFFFFFF, decoded=Data(portnum=Port.PRIVATE_APP, payload=bytes(200)))
        stage.run_to(40.0 * number)
        stage.send("", frame(mesh_pb2.ToRadio(packet=packet).SerializeToString()))
    stage.run_to(3300)

    said = [said.message for said in stage.account.said[""] if said.message is not None]
    results = {message.queueStatus.res for message in said if message.HasField("queueStatus")}
    warnings = [message.clientNotification.message for message in said if message.HasField("clientNotification")]
    airtime_s = len(stage.account.aired[""]) * state.modem.airtime_s(224)
    assert results == {0, 9}
    assert warnings
    assert all(words.startswith("Duty cycle limit exceeded") for words in warnings)
    assert 360 <= airtime_s < 400  # a tenth of an hour, and what was queued when it was reached


def test_a_full_queue_of_packets_for_an_absent_client_is_bounded() -> None:
    stage = stage_of_one()
    stage.hang_up("")
    for number in range(60):
        packet = mesh_pb2.MeshPacket(to=OWN, id=number + 1, want_ack=True, decoded=Data(portnum=256, payload=b"x"))
        stage.connect("", "")
        stage.send("", frame(mesh_pb2.ToRadio(packet=packet).SerializeToString()))
        stage.run_to(stage.now_s + 0.1)
        stage.hang_up("")

    stage.account.said.clear()
    stage.shake_hands("", "")
    stage.run_to(stage.now_s + 1)

    kept = [s.message.packet.decoded.request_id for s in stage.account.said[""] if s.message.HasField("packet")]
    assert kept == list(range(1, 33))
