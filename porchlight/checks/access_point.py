"""Do the programs of the access point answer? hostapd, dnsmasq and the firewall, each asked itself."""

import os
from collections.abc import Iterator
from pathlib import Path

from captive_portal.access_point.control import Control, NoAnswer
from captive_portal.access_point.firewall import TABLE
from captive_portal.access_point.name_server import NoAnswer as NoNames
from porchlight.access_point_tend import ASKED_NAME, ASKED_S_MAX
from porchlight.checks.case import Case
from porchlight.checks.finding import Finding, Unseen, Well, Wrong


def check_hostapd(case: Case) -> Iterator[Finding]:
    about, interface = "hostapd", case.settings.wifi.interface
    control = case.machine.root / "run/hostapd" / interface
    if _is_closed(control) and not case.machine.is_root:
        yield Unseen(about, f"{control} is closed to this user", case.as_root)
        return
    log = "if that fails: journalctl -u porchlight-hostapd -n 30"
    restart = f"sudo systemctl restart porchlight-hostapd.service; {log}"
    if not (case.machine.root / "sys/class/net" / interface).exists():
        yield Unseen(about, f"there is no interface {interface} for it", "mend the Wi-Fi first, then look again")
        return
    if not control.exists():
        yield Wrong(about, "Nobody can join the Wi-Fi: hostapd does not run.", f"there is no {control}", restart)
        return
    try:
        state = Control(control, ASKED_S_MAX).state()
    except NoAnswer:
        yield Wrong(about, "Nobody can join the Wi-Fi: hostapd does not answer.", f"it is silent at {control}", restart)
        return
    if state != "ENABLED":
        yield Wrong(about, "Nobody can join the Wi-Fi: the access point is off.", f"hostapd says: {state or 'nothing'}",
                    restart)  # fmt: skip
        return
    yield Well(about, "the access point is on")


def check_dnsmasq(case: Case) -> Iterator[Finding]:
    about, address = "dnsmasq", case.settings.wifi.ip_interface
    assert address is not None  # the settings are valid
    restart = "sudo systemctl restart porchlight-dnsmasq.service; if that fails: journalctl -u porchlight-dnsmasq -n 30"
    if str(address.ip) not in case.machine.addresses():
        # A question would leave by the uplink, and somebody there might answer.
        yield Unseen(about, f"this machine does not have {address.ip} yet", "mend the Wi-Fi first, then look again")
        return
    try:
        found = case.machine.ask_for(ASKED_NAME, str(address.ip))
    except NoNames as problem:
        yield Wrong(about, "Phones that join get no address and find no page: dnsmasq does not answer.", problem.words,
                    restart)  # fmt: skip
        return
    if address.ip not in found:
        said = ", ".join(map(str, sorted(found))) or "nothing"
        cause = f"for {ASKED_NAME} it says {said}, and the hub is {address.ip}"
        yield Wrong(about, "Phones are sent elsewhere: another name server answers, or one of old settings.", cause,
                    f"sudo {case.porchlight('access-point', 'apply')}")  # fmt: skip
        return
    yield Well(about, f"phones are led to {address.ip}")


def check_firewall(case: Case) -> Iterator[Finding]:
    about = "firewall"
    if not case.machine.is_root:
        yield Unseen(about, "only root sees the firewall", case.as_root)
        return
    asked = case.machine.run(("nft", "list", "table", *TABLE.split()))
    if asked.status is None:
        yield Wrong(about, "The firewall cannot be looked at.", asked.words, "sudo apt-get install nftables")
    elif asked.status != 0:
        yield Wrong(
            about,
            "The firewall is not loaded: phones do not land on the page, and reach each other and this machine.",
            f"nft says: {asked.words}",
            f"sudo {case.porchlight('access-point', 'apply')}",
        )
    else:
        yield Well(about, "it is loaded")


def _is_closed(control: Path) -> bool:
    """Whether this user may not even see, or not ask, hostapd's socket."""
    try:
        control.stat()
    except PermissionError:
        return True
    except OSError:
        return False
    return not os.access(control, os.W_OK)
