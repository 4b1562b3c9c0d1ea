"""What does `porchlight virtual-radio` do? One virtual Meshtastic radio, as from the shop, for any client to try."""

import signal
import time
from random import SystemRandom
from threading import Event
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from mesh.virtual.radio import VirtualRadio

NODE_MAX = 0xFFFFFFFF
NODE_MIN = 4  # the numbers below have meanings of their own


class MonotonicClock:
    """Real seconds."""

    def now_s(self) -> float:
        return time.monotonic()


@click.command("virtual-radio")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=None, help="TCP port on 127.0.0.1 (default 4403; 0: any)."
)
@click.option("--pty", is_flag=True, help="A pseudo terminal instead of a TCP port.")
@click.option("--node", type=click.IntRange(NODE_MIN, NODE_MAX), default=None, help="The radio's node number.")
def virtual_radio(port: int | None, pty: bool, node: int | None) -> None:
    """Run one virtual Meshtastic radio, alone and as from the shop, until Ctrl-C."""
    from mesh.virtual.ether import Ether
    from mesh.virtual.radio import VirtualRadio

    if pty and port is not None:
        raise click.UsageError("--port and --pty are two ways to the same radio; give one of them.")
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())
    rng = SystemRandom()
    ether = Ether(MonotonicClock(), rng)
    radio = VirtualRadio(ether, node or rng.randint(NODE_MIN, NODE_MAX), rng)
    try:
        ether.start()
        address = str(radio.serve_pty()) if pty else _listen(radio, 4403 if port is None else port)
        click.echo(f"radio {radio.state.owner.id} at {address}")
        option = f"--port {address}" if pty else f"--host {address}"
        click.echo(f"try: meshtastic {option} --info", err=True)
        stop.wait()
    finally:
        radio.close()
        ether.stop()


def _listen(radio: "VirtualRadio", port: int) -> str:
    try:
        host, found = radio.serve_tcp("127.0.0.1", port)
    except OSError as problem:
        message = f"the port {port} on 127.0.0.1 cannot be used: {problem.strerror}"
        raise click.ClickException(f"{message}\nhint: another one, or any free one: --port 0") from problem
    return f"{host}:{found}"
