"""How fast, how far, how much air? Each benchmark is a command of its own, imported when it is typed."""

from importlib import import_module
from importlib.util import find_spec

import click

# name: (module:attribute, what it does). What is not built in is not listed.
BENCHES: dict[str, tuple[str, str]] = {
    "mesh": ("porchlight.bench.mesh:mesh", "Alerts among many hubs in virtual time: reach, latency, airtime."),
    "mqtt": ("porchlight.bench.mqtt:mqtt", "Alerts among many hubs that meet at one MQTT broker."),
    "portal": ("porchlight.bench.portal:portal", "The pages before many phones: latency, memory, slow clients."),
    "scale": (
        "porchlight.bench.scale:scale",
        "What many hubs cost each of them: digests, airtime, wire, memory.",
    ),
    "store": ("porchlight.bench.store:store", "The journal and its view: append, open, memory."),
}


class LazyBenches(click.Group):
    """A group that imports a benchmark when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name in BENCHES if _is_built_in(name)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in BENCHES or not _is_built_in(cmd_name):
            return None
        module, _, attribute = BENCHES[cmd_name][0].partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """From the table: nothing is imported for a list."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, BENCHES[name][1]) for name in self.list_commands(ctx)])


def _is_built_in(name: str) -> bool:
    return find_spec(BENCHES[name][0].partition(":")[0]) is not None


@click.group(cls=LazyBenches)
def bench() -> None:
    """Measure the mesh, the store and the pages. With --json: one JSON object on stdout and nothing else."""
