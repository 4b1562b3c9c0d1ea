"""How does a pod get its own password for the hub's Wi-Fi? Told once, and on cards to print if somebody wants them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from porchlight.stop import STATUS_USAGE, Stop, say

if TYPE_CHECKING:
    from hub.settings import Settings


@contextmanager
def room_for(card: Path | None, settings: "Settings") -> Iterator[None]:
    """A place for the cards before there is a password for them; where nothing came into it, it is gone again."""
    if card is None:
        yield
        return
    if not settings.wifi.is_ours:
        raise Stop(
            "this hub is no access point, so its pods have no Wi-Fi password for a card; nothing was founded",
            "without --card the pod is founded; an access point is an interface under [wifi] in hub.toml",
            status=STATUS_USAGE,
        )
    try:
        os.close(os.open(card, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise Stop(f"{card} is there already; nothing was founded", "name another file", status=STATUS_USAGE) from None
    except OSError as problem:
        raise Stop(f"{card} cannot be written ({problem.strerror}); nothing was founded") from None
    try:
        yield
    finally:
        if card.exists() and card.stat().st_size == 0:
            card.unlink()


def tell_wifi_password(password: str, settings: "Settings") -> None:
    from hub.settings_wifi import WifiMode

    say(f"The pod's own password for the Wi-Fi {settings.wifi.name}, for all its members; shown this once too:")
    click.echo(f"Wi-Fi password: {password}")
    say("Whoever joins with it can log in over the Wi-Fi; only those who have it can listen to them there.")
    if settings.wifi.mode is not WifiMode.PODS:
        say(f'It opens the Wi-Fi when hub.toml says mode = "pods" under [wifi]; now it says "{settings.wifi.mode}".')


def write_cards(card: Path, paper: str, password: str, count: int, settings: "Settings") -> None:
    """A card for each member, in the hub's language. Where it fails, the password was printed all the same."""
    from captive_portal.card_words import Wifi, in_language, pod_cards
    from captive_portal.paper.press import NotMade, Press
    from captive_portal.paper.sheets import Paper

    wifi, own = settings.wifi, settings.wifi.ip_interface
    if not password or own is None:
        say(f"{card} was not written: the hub that runs is no access point yet. Start it anew, as hub.toml says.")
        return
    with in_language(settings.hub.language):
        own_wifi = Wifi(wifi.name, password, wifi.hidden)
        sheet = pod_cards(settings.hub.name, own_wifi, f"http://{own.ip}", count=count, paper=Paper(paper))
    try:
        card.write_bytes(Press().make(sheet))
    except (NotMade, OSError):
        card.unlink(missing_ok=True)
        say(f"The cards could not be made, so there is no {card}: write the Wi-Fi password on paper by hand.")
        return
    say(f"The cards are in {card}: print it, hand them over in person, and delete it. Nobody can make it again.")
