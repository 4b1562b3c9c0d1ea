"""Over which Wi-Fi password did this client come? Its IP address, its neighbour's MAC, the key id that hostapd names.

All of it is asked for when a page needs it, kept for two seconds in memory, and written nowhere: no log, no file. A
page never waits long for a hostapd that hangs: one of them waits, the others are told that it is not known.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv4Interface

from captive_portal.access_point.control import WAIT_S, Control, NoAnswer
from captive_portal.access_point.neighbours import MacOf
from captive_portal.links import NOT_TOLD, Address, ByAddress, LinkInUse, Reached
from hub.settings_wifi import WifiMode
from hub.wifi_passwords import WifiPassword, WifiUse

KEPT_S = 2.0  # how long a phone that changed the password may still be taken for what it was
KEPT_MAX = 512
QUIET_S = 2.0  # after a hostapd that does not answer nobody asks it for so long

LINK_BY_USE: dict[WifiUse, LinkInUse] = {
    WifiUse.POSTER: LinkInUse.POSTER,
    WifiUse.POD: LinkInUse.POD,
    WifiUse.COORDINATORS: LinkInUse.COORDINATORS,
}
LINK_BY_MODE: dict[WifiMode, LinkInUse] = {
    WifiMode.OPEN: LinkInUse.OPEN,
    WifiMode.OWE: LinkInUse.OWE,
    WifiMode.POSTER: LinkInUse.POSTER,
    WifiMode.WPA3: LinkInUse.WPA3,
}


class Stations:
    """The phones that are joined to this hub's access point, as far as a page needs to know."""

    def __init__(
        self,
        control: Control,
        mac_of: MacOf,
        passwords: Callable[[], tuple[WifiPassword, ...]],
        monotonic_s: Callable[[], float],
    ) -> None:
        """passwords: those that are in use now; pods are founded while the hub runs."""
        self._control = control
        self._mac_of = mac_of
        self._passwords = passwords
        self._monotonic_s = monotonic_s
        self._turn = threading.Lock()  # one page asks at a time
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[float, Reached]] = OrderedDict()
        self._quiet_until_s = 0.0

    def reached(self, address: str) -> Reached:
        """Over which password this IPv4 address came. Takes at most about a second, whatever hostapd does."""
        known = self._known(address)
        if known is not None:
            return known
        if not self._turn.acquire(timeout=WAIT_S):
            return NOT_TOLD
        try:
            return self._known(address) or self._found(address)
        finally:
            self._turn.release()

    def count(self) -> int | None:
        """How many phones are joined; None if hostapd does not say."""
        if self._is_quiet() or not self._turn.acquire(timeout=WAIT_S):
            return None
        try:
            return self._control.count()
        except NoAnswer as problem:
            self._note(problem)
            return None
        finally:
            self._turn.release()

    def _known(self, address: str) -> Reached | None:
        with self._lock:
            until_s, reached = self._kept.get(address, (0.0, NOT_TOLD))
        if until_s > self._monotonic_s():
            return reached
        return NOT_TOLD if self._is_quiet() else None

    def _found(self, address: str) -> Reached:
        mac = self._mac_of(address)
        try:
            station = self._control.station(mac) if mac is not None else None
        except NoAnswer as problem:
            self._note(problem)
            station = None
        reached = NOT_TOLD
        if station is not None and station.is_authorized:
            reached = self._by_keyid(station.keyid)
        with self._lock:
            self._kept[address] = (self._monotonic_s() + KEPT_S, reached)
            self._kept.move_to_end(address)
            while len(self._kept) > KEPT_MAX:
                self._kept.popitem(last=False)
        return reached

    def _by_keyid(self, keyid: str) -> Reached:
        use = next((one.use for one in self._passwords() if one.keyid == keyid), None)
        return Reached(LINK_BY_USE[use], keyid) if use is not None else NOT_TOLD

    def _is_quiet(self) -> bool:
        return self._monotonic_s() < self._quiet_until_s

    def _note(self, problem: NoAnswer) -> None:
        """What one phone garbles is that phone's; a hostapd that is away or hangs is everybody's."""
        if problem.reason in ("away", "silent"):
            self._quiet_until_s = self._monotonic_s() + QUIET_S


def access_point_link(
    mode: WifiMode, own: IPv4Interface, stations: Stations, is_as_set: Callable[[], bool] = lambda: True
) -> ByAddress:
    """Tell how a client in the access point's network came; None for an address that is not in it.

    is_as_set: whether the access point in force is the one of `mode`; of another nobody here knows what it protects.
    """

    def reached(address: Address) -> Reached | None:
        if address not in own.network or address == own.ip:
            return None
        link = LINK_BY_MODE.get(mode)
        if link is None:
            return stations.reached(str(address))
        return Reached(link if is_as_set() else LinkInUse.UNKNOWN)

    return reached
