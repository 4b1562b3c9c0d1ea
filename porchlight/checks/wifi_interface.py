"""Is the Wi-Fi interface there, free of any switch, with its address?"""

from collections.abc import Iterator
from pathlib import Path

from porchlight.checks.case import Case
from porchlight.checks.finding import Finding, Well, Wrong
from porchlight.sockets import ipv4_of

ABOUT = "Wi-Fi"
NAMES_SHOWN_MAX = 8


def check_wifi_interface(case: Case) -> Iterator[Finding]:
    wifi, root = case.settings.wifi, case.machine.root
    net = root / "sys/class/net"
    blocked = list(_blocked(root / "sys/class/rfkill"))
    yield from blocked
    if not (net / wifi.interface).exists():
        yield _missing(case, net)
        return
    if not is_wireless(net / wifi.interface):
        yield Wrong(
            ABOUT,
            f"{wifi.interface} is no Wi-Fi interface.",
            f"those that are: {_said(wireless(net)) or 'none'}",
            f"write another interface under [wifi] in {case.config}",
        )
        return
    own, wanted = ipv4_of(wifi.interface), wifi.ip_interface
    assert wanted is not None  # the settings are valid
    if own is None or own.ip != wanted.ip:
        yield Wrong(
            ABOUT,
            f"{wifi.interface} does not have its address {wanted.ip}.",
            f"it has {own.ip}" if own is not None else "it has none",
            f"sudo networkctl reconfigure {wifi.interface}",
        )
    elif not blocked:
        yield Well(ABOUT, f"{wifi.interface} is there, at {wanted.ip}")


def _missing(case: Case, net: Path) -> Wrong:
    interface = case.settings.wifi.interface
    others = wireless(net)
    what = f"The Wi-Fi interface {interface} is not there."
    if others:
        cause = f"Wi-Fi interfaces that are there: {_said(others)}; so it is renamed, or another adapter"
        mend = f'write interface = "{others[0]}" under [wifi] in {case.config}'
    else:
        cause = f"no Wi-Fi interface is there at all, only {_said(_names(net)) or 'none'}"
        mend = "plug the adapter in, then: ip -brief link; what the kernel says: sudo dmesg | grep -i firmware"
    return Wrong(ABOUT, what, cause, mend)


def _blocked(rfkill: Path) -> Iterator[Wrong]:
    """Switches that keep Wi-Fi off (Linux: Documentation/driver-api/rfkill.rst)."""
    for switch in sorted(rfkill.glob("rfkill*")):
        if _word(switch / "type") != "wlan":
            continue
        name = _word(switch / "name") or switch.name
        if _word(switch / "hard") == "1":
            yield Wrong(ABOUT, "The Wi-Fi is switched off.", f"a switch or key of this machine holds {name} off",
                        "find that switch; then: rfkill list")  # fmt: skip
        elif _word(switch / "soft") == "1":
            yield Wrong(ABOUT, "The Wi-Fi is switched off.", f"rfkill blocks {name}", "sudo rfkill unblock wifi")


def wireless(net: Path) -> list[str]:
    return [name for name in _names(net) if is_wireless(net / name)]


def is_wireless(interface: Path) -> bool:
    return (interface / "phy80211").exists() or (interface / "wireless").exists()


def _names(net: Path) -> list[str]:
    try:
        return sorted(path.name for path in net.iterdir() if path.name != "lo")
    except OSError:
        return []


def _said(names: list[str]) -> str:
    return ", ".join(names[:NAMES_SHOWN_MAX])


def _word(file: Path) -> str:
    try:
        return file.read_text("ascii", "replace").strip()
    except OSError:
        return ""
