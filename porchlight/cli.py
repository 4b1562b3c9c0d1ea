"""Which commands are there? Each in a module of its own, imported when it is typed: `--help` waits for nothing."""

from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec

import click

# name: (module:attribute, what it does). What is not built in is not listed.
COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("porchlight.run:run", "Run one hub, as its hub.toml says."),
    "init": ("porchlight.init:init", "Begin a new hub: hub.toml, its keys, the coordinator's phrase."),
    "demo": ("porchlight.demo:demo", "See a neighbourhood of virtual hubs and radios at work."),
    "status": ("porchlight.status:status", "Ask the running hub how it is."),
    "doctor": ("porchlight.doctor:doctor", "Look for what is wrong with the hub, and say what mends it."),
    "network": ("porchlight.network:network", "Create a network of hubs, invite a hub, join one."),
    "pod": ("porchlight.pod:pod", "Found a pod on this hub."),
    "carry": ("porchlight.carry:carry", "Carry blocks on a USB stick to hubs that nothing else reaches."),
    "broker": ("porchlight.broker:broker", "Keep an MQTT broker on this hub, where hubs meet over IP."),
    "radio": ("porchlight.radio:radio", "Find the radio, and set it up as the hub needs it."),
    "access-point": ("porchlight.access_point:access_point", "Make this machine the Wi-Fi that phones join."),
    "bench": ("porchlight.bench:bench", "Measure the mesh, the store and the pages."),
    "image": ("porchlight.image:image", "Build the card of a hub, write it, renew it."),
    "first-boot": ("porchlight.first_boot:first_boot", "What a fresh card does at its first start."),
    "virtual-radio": ("porchlight.virtual_radio:virtual_radio", "Run one virtual Meshtastic radio, as from the shop."),
}


class LazyGroup(click.Group):
    """A group that imports a command when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name in COMMANDS if _is_built_in(name)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS or not _is_built_in(cmd_name):
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """From the table: nothing is imported for a list."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])


def _is_built_in(name: str) -> bool:
    return find_spec(COMMANDS[name][0].partition(":")[0]) is not None


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("porchlight-hub"), prog_name="porchlight")
def main() -> None:
    """Porchlight: a hub that keeps a neighbourhood able to help itself.

    Begin with: porchlight demo. For a hub of your own: porchlight init FOLDER.
    """


if __name__ == "__main__":
    main()
