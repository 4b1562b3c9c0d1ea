"""What of this machine concerns the hub? Its card, and the access point as the watch last saw it.

The hub tells what is wrong among its troubles; how much room there is, and how often something was restarted, is for
the coordinator's page alone.
"""

import socket
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from captive_portal.access_point.boards import carries, this_board
from captive_portal.access_point.watch import DAY_S, Part, Watched
from captive_portal.access_point.watch_file import FILE, read_watched
from captive_portal.machine_seen import MachineSeen
from hub.settings import Settings
from hub.settings_wifi import WifiPart
from hub.troubles import Trouble, Troubled
from porchlight.access_point_machine import REFUSED
from porchlight.free_space import ENOUGH_BYTES, free_space, said_bytes

LOOKED_AGAIN_S = 10.0  # every page asks
WATCH_OLD_S = 300.0  # the watch looks each half minute; what it said so long ago is no news


def since_start_s() -> float:
    """Seconds since the machine started, those that it slept too: the watch's own time."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def interfaces_here() -> list[str]:
    return [name for _, name in socket.if_nameindex()]


class OwnMachine:
    """Looks when somebody asks, and keeps what is wrong for some seconds. Any thread may ask."""

    def __init__(
        self,
        settings: Settings,
        *,
        monotonic_s: Callable[[], float] = time.monotonic,
        interfaces: Callable[[], Iterable[str]] = interfaces_here,
        watch_file: Path = FILE,
        refused: Path = REFUSED,
        started_s: Callable[[], float] = since_start_s,
    ) -> None:
        self._settings = settings
        self._monotonic_s = monotonic_s
        self._interfaces = interfaces
        self._watch_file = watch_file
        self._refused = refused
        self._started_s = started_s
        self._kept: tuple[float, tuple[Troubled, ...]] | None = None  # replaced whole: two threads may both look

    def troubles(self) -> tuple[Troubled, ...]:
        """What is wrong, as it was some seconds ago at most."""
        now_s = self._monotonic_s()
        kept = self._kept
        if kept is not None and 0 <= now_s - kept[0] < LOOKED_AGAIN_S:
            return kept[1]
        found = tuple(self._look())
        self._kept = (now_s, found)
        return found

    def seen(self) -> MachineSeen:
        """For the coordinator's page, as it is now."""
        space = free_space(self._settings.data_folder)
        wifi = self._settings.wifi
        restarts = read_watched(self._watch_file).restarts_since(self._started_s() - DAY_S) if wifi.is_ours else 0
        return MachineSeen(
            free_bytes=space.free if space is not None else None,
            total_bytes=space.total if space is not None else None,
            phones_max=phones_max(wifi) if wifi.is_ours else 0,
            restarts=restarts,
        )

    def _look(self) -> Iterator[Troubled]:
        space = free_space(self._settings.data_folder)
        if space is not None and (space.free < ENOUGH_BYTES or space.no_more_files):
            yield Troubled(Trouble.CARD_NEARLY_FULL, said_bytes(space.free))
        wifi = self._settings.wifi
        if not wifi.is_ours:
            return
        if wifi.interface not in self._interfaces():
            yield Troubled(Trouble.WIFI_AWAY, wifi.interface)
            return
        if self._refused.exists():
            yield Troubled(Trouble.WIFI_NOT_AS_SET)
        yield from _as_watched(wifi, read_watched(self._watch_file), self._started_s())


def _as_watched(wifi: WifiPart, watched: Watched, now_s: float) -> Iterator[Troubled]:
    if watched.interface != wifi.interface or not 0 <= now_s - watched.looked_s < WATCH_OLD_S:
        return
    if Part.HOSTAPD in watched.dead:
        yield Troubled(Trouble.WIFI_OFF, wifi.name)
    if Part.DNSMASQ in watched.dead or Part.ADDRESS in watched.dead:
        yield Troubled(Trouble.NAMES_OFF, wifi.name)


def phones_max(wifi: WifiPart) -> int:
    """How many phones the access point takes at once: as hub.toml says, else what the board carries."""
    own = wifi.ip_interface
    assert own is not None  # the settings are valid
    return min(wifi.stations or carries(this_board(wifi.interface)).stations, own.network.num_addresses - 3)
