"""What does a client get that asks for the configuration? Everything in a fixed order; two nonces ask for a part."""

from collections.abc import Iterator
from typing import Any

from meshtastic.protobuf import mesh_pb2, module_config_pb2

from mesh.virtual.defaults import EMPTY_MODULES, DeviceState, metadata

CONFIG_ONLY = 69420
NODES_ONLY = 69421
APP_VERSION_MIN = 30200


def handshake(state: DeviceState, nonce: int) -> Iterator[Any]:
    """The FromRadio messages that answer want_config_id, the closing one included."""
    if nonce != NODES_ONLY:
        yield mesh_pb2.FromRadio(
            my_info=mesh_pb2.MyNodeInfo(
                my_node_num=state.node_number,
                min_app_version=APP_VERSION_MIN,
                pio_env="native",
                nodedb_count=1 + len(state.nodes),
            )
        )
        yield mesh_pb2.FromRadio(deviceuiConfig=state.ui)
    yield mesh_pb2.FromRadio(node_info=own_node_info(state))
    if nonce != NODES_ONLY:
        yield mesh_pb2.FromRadio(metadata=metadata())
        yield from (mesh_pb2.FromRadio(channel=channel) for channel in state.channels)
        yield from (mesh_pb2.FromRadio(config=config) for config in state.config.values())
        yield from (mesh_pb2.FromRadio(moduleConfig=module) for module in state.modules.values())
        yield from [mesh_pb2.FromRadio(moduleConfig=module_config_pb2.ModuleConfig())] * EMPTY_MODULES
    if nonce != CONFIG_ONLY:
        yield from (mesh_pb2.FromRadio(node_info=node) for node in state.nodes.values())
    if nonce != NODES_ONLY:
        yield from (mesh_pb2.FromRadio(fileInfo=file) for file in files(state))
    yield mesh_pb2.FromRadio(config_complete_id=nonce)


def own_node_info(state: DeviceState) -> Any:
    return mesh_pb2.NodeInfo(num=state.node_number, user=state.owner, position=mesh_pb2.Position(), is_favorite=True)


def files(state: DeviceState) -> list[Any]:
    """The files in the radio's flash. Their sizes are near the real ones, no more."""
    sizes = {
        "device.proto": 25 + len(state.owner.public_key) + 2 * bool(state.owner.public_key) + 34,
        "nodes.proto": 442 + 13 * len(state.nodes),
        "channels.proto": sum(channel.ByteSize() for channel in state.channels),
    }
    if state.config_saved:
        sizes["config.proto"] = sum(config.ByteSize() for config in state.config.values())
        sizes["module.proto"] = sum(module.ByteSize() for module in state.modules.values())
    if state.introduced:
        sizes["transmit_history.dat"] = 13
    return [mesh_pb2.FileInfo(file_name=f"/prefs/{name}", size_bytes=size) for name, size in sizes.items()]
