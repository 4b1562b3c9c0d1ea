"""Does the radio live whatever comes to it? Any bytes from the client, any messages, any frames from the air."""

from golden.stage import Stage, named, region_set
from hypothesis import given
from hypothesis import strategies as st
from meshtastic.protobuf import admin_pb2, channel_pb2, config_pb2, mesh_pb2, module_config_pb2

from mesh.virtual.air_frame import AirFrame, NotAPacket, parse_air_frame
from mesh.virtual.channels import crypt
from mesh.virtual.packets import Data
from mesh.virtual.stream import frame

WORD, BYTE = st.integers(0, 0xFFFFFFFF), st.integers(0, 255)
PORTS = st.sampled_from([0, 1, 3, 4, 5, 6, 11, 67, 70, 256, 511])
HEARTBEAT = frame(mesh_pb2.ToRadio(heartbeat=mesh_pb2.Heartbeat()).SerializeToString())


def stage_of_one() -> Stage:
    stage = Stage(1)
    stage.add("", region_set(named(0xA01, "One", "ONE"), b"\x01" * 32, b"\x02" * 32))
    stage.shake_hands("", "")
    stage.begin(1.0)
    return stage


def assert_alive(stage: Stage) -> None:
    """A client that comes now is served, whatever the one before left half sent."""
    stage.run_to(stage.now_s + 100)
    stage.connect("", "")
    stage.account.said.clear()
    stage.send("", HEARTBEAT)
    stage.run_to(stage.now_s + 1)
    assert any(said.message is not None and said.message.HasField("queueStatus") for said in stage.account.said[""])


@given(st.lists(st.binary(max_size=600), max_size=6))
def test_any_bytes_on_the_stream(chunks: list[bytes]) -> None:
    stage = stage_of_one()

    for chunk in chunks:
        stage.send("", chunk)
        stage.run_to(stage.now_s + 0.5)

    assert_alive(stage)


@given(st.lists(st.binary(max_size=300), max_size=6))
def test_any_messages_in_good_frames(messages: list[bytes]) -> None:
    stage = stage_of_one()

    for message in messages:
        stage.send("", frame(message))

    assert_alive(stage)


PACKETS = st.builds(
    lambda port, payload, **fields: mesh_pb2.MeshPacket(decoded=Data(portnum=port, payload=payload), **fields),
    PORTS,
    st.binary(max_size=240),
    to=st.sampled_from([0, 1, 0xA01, 0xA02, 0xFFFFFFFF]),
    channel=st.one_of(st.integers(0, 9), WORD),
    id=WORD,
    hop_limit=st.one_of(st.integers(0, 9), WORD),
    hop_start=WORD,
    want_ack=st.booleans(),
    priority=st.integers(0, 200),
    pki_encrypted=st.booleans(),
)


@given(st.lists(PACKETS, max_size=6))
def test_any_packets_from_the_client(packets: list[mesh_pb2.MeshPacket]) -> None:
    stage = stage_of_one()

    for packet in packets:
        stage.send("", frame(mesh_pb2.ToRadio(packet=packet).SerializeToString()))
        stage.run_to(stage.now_s + 0.2)

    assert_alive(stage)


TEXT = st.text(max_size=50)
ADMIN = st.one_of(
    st.builds(lambda a, b: admin_pb2.AdminMessage(set_owner=mesh_pb2.User(long_name=a, short_name=b)), TEXT, TEXT),
    st.builds(
        lambda index, role, name, psk, precision: admin_pb2.AdminMessage(
            set_channel=channel_pb2.Channel(
                index=index,
                role=role,
                settings=channel_pb2.ChannelSettings(
                    name=name,
                    psk=psk,
                    module_settings=channel_pb2.ModuleSettings(position_precision=precision),
                ),
            )
        ),
        st.integers(-9, 9),
        st.integers(0, 5),
        TEXT,
        st.binary(max_size=40),
        WORD,
    ),
    st.builds(
        lambda **fields: admin_pb2.AdminMessage(
            set_config=config_pb2.Config(lora=config_pb2.Config.LoRaConfig(**fields))
        ),
        use_preset=st.booleans(),
        modem_preset=st.integers(-3, 40),
        bandwidth=st.one_of(st.integers(0, 1700), WORD),
        spread_factor=WORD,
        coding_rate=WORD,
        region=st.integers(-3, 60),
        hop_limit=WORD,
        tx_power=st.integers(-(2**31), 2**31 - 1),
        channel_num=WORD,
        tx_enabled=st.booleans(),
    ),
    st.builds(
        lambda private, admin: admin_pb2.AdminMessage(
            set_config=config_pb2.Config(
                security=config_pb2.Config.SecurityConfig(private_key=private, admin_key=admin)
            )
        ),
        st.binary(max_size=40),
        st.lists(st.binary(max_size=40), max_size=6),
    ),
    st.builds(
        lambda root: admin_pb2.AdminMessage(
            set_module_config=module_config_pb2.ModuleConfig(mqtt=module_config_pb2.ModuleConfig.MQTTConfig(root=root))
        ),
        TEXT,
    ),
    st.builds(lambda unix_s: admin_pb2.AdminMessage(set_time_only=unix_s), WORD),
    st.builds(lambda s: admin_pb2.AdminMessage(reboot_seconds=s), st.integers(-(2**31), 100)),
    st.builds(lambda n: admin_pb2.AdminMessage(get_channel_request=n), WORD),
    st.builds(lambda n: admin_pb2.AdminMessage(get_config_request=n), st.integers(-20, 20)),
    st.builds(lambda n: admin_pb2.AdminMessage(get_module_config_request=n), st.integers(-20, 20)),
    st.builds(lambda n: admin_pb2.AdminMessage(factory_reset_config=n), st.integers(0, 1)),
    st.builds(lambda yes: admin_pb2.AdminMessage(begin_edit_settings=yes), st.booleans()),
    st.builds(lambda yes: admin_pb2.AdminMessage(commit_edit_settings=yes), st.booleans()),
)


@given(st.lists(st.tuples(ADMIN, st.booleans()), max_size=6))
def test_any_settings_from_the_client(wishes: list[tuple[admin_pb2.AdminMessage, bool]]) -> None:
    stage = stage_of_one()

    for number, (wish, want_response) in enumerate(wishes, 1):
        data = Data(portnum=6, payload=wish.SerializeToString(), want_response=want_response)
        packet = mesh_pb2.MeshPacket(to=0xA01, id=number, want_ack=True, decoded=data)
        text = mesh_pb2.MeshPacket(to=0xFFFFFFFF, decoded=Data(portnum=256, payload=b"between"))
        stage.send("", frame(mesh_pb2.ToRadio(packet=packet).SerializeToString()))
        stage.send("", frame(mesh_pb2.ToRadio(packet=text).SerializeToString()))
        stage.run_to(stage.now_s + 0.2)

    assert_alive(stage)


@given(st.lists(st.binary(max_size=260), max_size=6))
def test_any_frames_from_the_air(frames: list[bytes]) -> None:
    stage = stage_of_one()

    for raw in frames:
        try:
            stage.inject("", parse_air_frame(raw))
        except NotAPacket:
            continue

    assert_alive(stage)


@given(
    st.lists(
        st.tuples(
            WORD, WORD, st.integers(0, 7), st.integers(0, 7), PORTS, st.binary(max_size=200), WORD, st.booleans()
        ),
        max_size=6,
    )
)
def test_any_messages_from_the_air_under_the_known_key(
    heard: list[tuple[int, int, int, int, int, bytes, int, bool]],
) -> None:
    stage = stage_of_one()
    key = stage.radios[""].state.channel_table.key(0)
    assert key is not None

    for sender, packet_id, hop_limit, hop_start, port, payload, request_id, to_us in heard:
        data = Data(portnum=port, payload=payload, request_id=request_id, bitfield=2)
        sealed = crypt(key, sender, packet_id, data.SerializeToString())
        to = 0xA01 if to_us else 0xFFFFFFFF
        stage.inject("", AirFrame(to, sender, packet_id, hop_limit, hop_start, True, False, 8, 0, 7, sealed))

    assert_alive(stage)
