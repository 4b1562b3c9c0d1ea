"""How does a fresh card get its Wi-Fi for the set-up? Root reads the card itself: no file passes from the hub's user.

The Wi-Fi of the hub that comes of it takes its place when its hub.toml appears, by the unit that watches that.
"""

from pathlib import Path

import click

from porchlight.stop import STATUS_USAGE, Stop, say


@click.command("set-up")
@click.option("--from", "card_file", type=click.Path(path_type=Path, dir_okay=False), required=True, help="hub.toml.")
@click.option("--listen", default="0.0.0.0:8080", show_default=True, help="Where the set-up pages are served.")
@click.option("--wire", default="eth0", show_default=True, help="The interface where a cable is.")
@click.option("--wifi", default="wlan0", show_default=True, help="The interface of the Wi-Fi.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the files below this folder, and touch no service.",
)
def set_up(card_file: Path, listen: str, wire: str, wifi: str, out: Path | None) -> None:
    """Put the Wi-Fi of a set-up in force, as the hub.toml of the card has a code or none. For the image's own unit."""
    from captive_portal.access_point.boards import this_board
    from captive_portal.access_point.cables import who_has_the_cables
    from captive_portal.access_point.files import rendered
    from captive_portal.access_point.installed import NotWritten, changes, put
    from captive_portal.access_point.plan import Unplanned, plan
    from captive_portal.access_point.programs import run_program
    from hub.card_settings import read_card
    from hub.settings import PortalPart, parse_listen
    from porchlight.access_point_machine import alone, bring_into_force
    from porchlight.setup_link import setup_access_point

    card = read_card(card_file)
    if card.begins_alone:
        say(f"{card_file} is whole: its hub begins by itself, with its own Wi-Fi; nothing was done")
        return
    if parse_listen(listen) is None:
        raise Stop(f"{listen} is no address to listen on", "such as 0.0.0.0:8080", status=STATUS_USAGE)
    settings = setup_access_point(PortalPart(listen=(listen,), wire=(wire,) if wire else ()), wifi, card)
    try:
        ap = plan(settings, (), this_board(wifi), who_has_the_cables(run_program))
    except Unplanned as problem:
        raise Stop(problem.words, problem.hint) from None
    target = rendered(ap)
    if out is None:
        with alone():
            bring_into_force(target)
        return
    try:
        put(out, changes((), target))
    except NotWritten as problem:
        raise Stop(problem.words) from None
    say(f"{len(target)} files were written below {out}; some hold passwords")
