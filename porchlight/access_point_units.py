"""How do the systemd units of a hub and its access point come onto a machine? Written for this hub.toml and program."""

import sys
from pathlib import Path

import click

from porchlight.config import config_option, settings_of
from porchlight.stop import Stop, say


@click.command()
@config_option
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Where to write them.")
@click.option("--program", default="", help="The porchlight that the units start; without it, this one.")
@click.option("--user", default="porchlight", show_default=True, help="Who runs the hub; not root.")
def units(config: Path, out: Path, program: str, user: str) -> None:
    """Write the systemd units that run the hub and tend its access point."""
    from captive_portal.access_point.installed import NotWritten
    from captive_portal.access_point.programs import run_program
    from captive_portal.access_point.unit_files import (
        ENABLED,
        Installation,
        Unsafe,
        systemd_version,
        unit_files,
        write_units,
    )

    settings = settings_of(config)
    where = Installation(
        config=config.absolute(),
        data=settings.data_folder.absolute(),
        program=Path(program or sys.argv[0]).absolute(),
        user=user,
        systemd=systemd_version(run_program),
    )
    try:
        names = write_units(out, unit_files(where))
    except (NotWritten, Unsafe) as problem:
        raise Stop(f"{problem.words}; nothing was written") from None
    for name in names:
        click.echo(out / name)
    say(f"to switch them on, as root, type: systemctl daemon-reload && systemctl enable --now {' '.join(ENABLED)}")
