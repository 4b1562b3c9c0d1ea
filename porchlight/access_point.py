"""How does a hub become an access point? Show the configuration, have it checked, put it in force, take it back."""

from typing import TYPE_CHECKING

from porchlight.stop import Stop

if TYPE_CHECKING:
    from captive_portal.access_point.plan import AccessPoint
    from hub.settings import Settings


def planned(settings: "Settings") -> "AccessPoint":
    """The access point that these settings name, on this machine; or an end in words."""
    from captive_portal.access_point.boards import this_board
    from captive_portal.access_point.plan import Unplanned, plan
    from hub.settings_wifi import WifiMode
    from porchlight.config import keyring_of

    wifi = settings.wifi
    if not wifi.is_ours:
        raise Stop("hub.toml names no interface under [wifi], so this hub is no access point", "docs/access-point.md")
    needs_keys = wifi.mode is WifiMode.PODS or (wifi.mode.has_password and not wifi.password)
    made = keyring_of(settings).wifi_passwords() if needs_keys else ()
    try:
        return plan(settings, made, this_board(wifi.interface))
    except Unplanned as problem:
        raise Stop(problem.words, problem.hint) from None
