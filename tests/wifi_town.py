"""What happens on the Wi-Fi of a booted image? Phones with virtual radios join it, and one only listens.

It runs inside the image, as root, beside the hub (tests/wifi_rig.py puts it there, with what it imports). Nothing is
judged here: what was seen goes out, a fact a line, and tests/wifi/ says what it must be.
"""

import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from wifi_phone import FOLDER, HOME, NAME, PHONES, Listener, Phone, ask, fields, psk, run, until

from hub.keyring import Keyring
from hub.wifi_passwords import WifiUse, password_for

HUB = Path("/data/porchlight")
CONFIG = HUB / "hub.toml"
HOSTAPD = Path("/run/hostapd/wlan0")
RENDERED = Path("/run/porchlight/access-point")
HUB_UNIT, HOSTAPD_UNIT, APPLY_UNIT = (
    "porchlight.service", "porchlight-hostapd.service", "porchlight-access-point.service",
)  # fmt: skip


def tell(fact: str, **what: object) -> None:
    print(json.dumps({"fact": fact, "s": round(time.monotonic(), 1), **what}), flush=True)


def passwords() -> dict[WifiUse, str]:
    known = Keyring.open(HUB / "data").wifi_passwords()
    found = {use: password_for(known, use) for use in WifiUse}
    return {use: one.password for use, one in found.items() if one is not None}


def pages_are_served() -> bool:
    try:
        socket.create_connection((HOME, 8080), 5.0).close()
    except OSError:
        return False
    return True


def hostapd_is_up() -> bool:
    return fields(ask(HOSTAPD, "STATUS")).get("state") == "ENABLED"


def main_pid(unit: str) -> int:
    return int(run("systemctl", "show", "-P", "MainPID", unit).strip() or 0)


def change_mode(mode: str) -> float:
    """As an editor does it: the units notice, and so does the hub. Each mode differs from the last in hostapd.conf."""
    before = (RENDERED / "hostapd.conf").read_text()
    hostapd, hub = main_pid(HOSTAPD_UNIT), main_pid(HUB_UNIT)
    began_s = time.monotonic()
    text = re.sub(r'^mode = ".*"$', f'mode = "{mode}"', CONFIG.read_text(), flags=re.MULTILINE)
    CONFIG.write_text(text)  # in place: it stays the hub's own
    until(lambda: main_pid(HUB_UNIT) not in (0, hub), "the hub begins anew")
    until(lambda: (RENDERED / "hostapd.conf").exists() and (RENDERED / "hostapd.conf").read_text() != before, mode)
    until(lambda: main_pid(HOSTAPD_UNIT) not in (0, hostapd) and hostapd_is_up(), f"hostapd is {mode}")
    settled()
    return round(time.monotonic() - began_s, 1)


def settled() -> None:
    """What notices changes has done all that they ask for, and the pages are there."""
    until(lambda: run("systemctl", "is-active", APPLY_UNIT, may_fail=True).strip() == "inactive", APPLY_UNIT)
    until(pages_are_served, "the pages are served")


def visit(phone: Phone, lines: Sequence[str]) -> dict[str, object]:
    """One phone, from joining to the pages."""
    word = secrets.token_hex(8)
    joined_s = phone.join(*lines)
    state = phone.status()
    return {
        "joined_s": joined_s,
        "key_management": state.get("key_mgmt"),
        "cipher": state.get("pairwise_cipher"),
        "frames_protected": state.get("pmf", "0"),
        "lease": phone.lease(),
        "probe": phone.probe(),
        **phone.pages(word),
        "word": word,
        "mac": phone.mac,
    }


def several_passwords(phones: dict[str, Phone], listener: Listener) -> None:
    ana, ben, cem = (phones[name] for name in PHONES)
    porchlight = ("runuser", "-u", "porchlight", "--", "porchlight")
    run(*porchlight, "pod", "create", "Maple", "--members", "2", "--config", CONFIG)
    words = passwords()
    keyid = next(one.keyid for one in Keyring.open(HUB / "data").wifi_passwords() if one.use is WifiUse.POD)
    pod_s = until(lambda: keyid in (RENDERED / "hostapd.psk").read_text(), "the pod's password is hostapd's")
    settled()
    tell("founded", seconds=pod_s, passwords=words)

    listener.forget()
    tell("pods ben", **visit(ben, psk(words[WifiUse.POSTER])))
    tell("pods ana", **visit(ana, psk(words[WifiUse.POD])))
    tell("pods heard", heard=listener.heard(ana.mac, ben.mac))
    tell("station", said=ask(HOSTAPD, f"STA {ana.mac}"), keyid=keyid)

    # stations = 2; both are awake, for one that is idle loses its place
    for phone in (ana, ben):
        phone.get("/")
    cem.try_to_join(*psk(words[WifiUse.POSTER]))
    said = cem.refused()
    tell("too many", said=said, joined=cem.is_joined(), others=[ana.is_joined(), ben.is_joined()])
    ben.leave()
    tell("place is free", seconds=until(cem.is_joined, "cem joins by itself"))
    tell("pods cem", **visit(cem, psk(words[WifiUse.COORDINATORS])))
    cem.leave()
    ben.try_to_join(*psk("not the password"))
    tell("wrong password", said=ben.refused(), joined=ben.is_joined())
    ben.leave()


def evil_twin(ana: Phone, ben: Phone, twin: Phone) -> None:
    """Another access point with the hub's name, whose owner knows what hangs in the street."""
    words = passwords()
    config = FOLDER / "twin.conf"
    config.write_text(
        f"interface={twin.interface}\ndriver=nl80211\nctrl_interface={FOLDER}/twin\nlogger_syslog=0\nssid={NAME}\nhw_mode=g\nchannel=6\n"
        f"wpa=2\nwpa_key_mgmt=WPA-PSK\nrsn_pairwise=CCMP\nwpa_passphrase={words[WifiUse.POSTER]}\n"
    )
    hostapd = subprocess.Popen(
        ["ip", "netns", "exec", "twin", "hostapd", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        control = FOLDER / "twin" / twin.interface
        until(lambda: fields(ask(control, "STATUS")).get("state") == "ENABLED", "the twin is on the air")
        there = f"bssid={twin.mac}"
        ana.try_to_join(*psk(words[WifiUse.POD]), there)
        said = ana.refused()
        tell("twin ana", said=said, joined=ana.is_joined())
        ana.leave()
        ben.join(*psk(words[WifiUse.POSTER]), there)
        tell("twin ben", joined=ben.is_joined(), bssid=ben.status().get("bssid"), twin=twin.mac)
        ben.leave()
    finally:
        hostapd.terminate()
        hostapd.wait()


def death(ana: Phone) -> None:
    words = passwords()
    ana.join(*psk(words[WifiUse.POD]))
    for name, number in (("killed", signal.SIGKILL), ("silent", signal.SIGSTOP)):
        old = main_pid(HOSTAPD_UNIT)
        os.kill(old, number)
        back_s = until(
            lambda old=old: main_pid(HOSTAPD_UNIT) not in (0, old) and hostapd_is_up(), f"hostapd, {name}, is back"
        )
        joined_s = until(lambda: "AUTHORIZED" in ask(HOSTAPD, f"STA {ana.mac}"), "the phone is joined again")
        tend = run("journalctl", "-b", "-u", "porchlight-access-point-tend", "-o", "cat", "--no-pager")
        tell(name, back_s=back_s, joined_s=joined_s, watch=[line for line in tend.splitlines() if "restarted" in line])
    ana.leave()


def others(ana: Phone, listener: Listener, modes: Sequence[str]) -> None:
    for mode in modes:
        changed_s = change_mode(mode)
        poster = passwords()[WifiUse.POSTER]
        how = {
            "poster": psk(poster),
            "open": ("key_mgmt=NONE",),
            "owe": ("key_mgmt=OWE", "ieee80211w=2"),
            "wpa3": ("key_mgmt=SAE", f'sae_password="{poster}"', "ieee80211w=2"),
        }[mode]
        listener.forget()
        tell(f"{mode} ana", changed_s=changed_s, **visit(ana, how))
        tell(f"{mode} heard", heard=listener.heard(ana.mac))
        ana.leave()


def traces(macs: Sequence[str]) -> None:
    """Where a phone is named, although none may be."""
    journal = run("journalctl", "-b", "-o", "short-monotonic", "--no-pager").splitlines()
    named = [line[:200] for line in journal if any(mac in line.lower() for mac in macs) and " kernel: " not in line]
    files = run("grep", "-rlia", *(word for mac in macs for word in ("-e", mac)), "/data", may_fail=True)
    failed = run("systemctl", "--failed", "--no-legend", "--plain", may_fail=True)
    tell("traces", journal=named, files=files.split(), failed=failed.split("\n"), macs=list(macs))


def main(wanted: Sequence[str]) -> None:
    FOLDER.mkdir(exist_ok=True)
    run("rfkill", "unblock", "all")
    until(hostapd_is_up, "hostapd is up")
    settled()
    tell("up", since_start_s=round(time.monotonic(), 1), hostapd=run("hostapd", "-v", may_fail=True).splitlines()[0])
    phones = {name: Phone(name) for name in PHONES}
    twin = Phone("twin")
    listener = Listener(6)
    parts: dict[str, Callable[[], None]] = {
        "pods": lambda: several_passwords(phones, listener),
        "twin": lambda: evil_twin(phones["ana"], phones["ben"], twin),
        "death": lambda: death(phones["ana"]),
        "modes": lambda: others(phones["ana"], listener, ("open", "poster", "owe", "wpa3")),
        "traces": lambda: traces([phone.mac for phone in phones.values()]),
    }
    for name in wanted or parts:
        parts[name]()
    tell("end")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Exception as problem:
        for path in sorted(FOLDER.glob("*.log")):
            tell("log", name=path.name, last=path.read_text("utf-8", "replace")[-1500:])
        tell("broken", words=f"{type(problem).__name__}: {problem}")
        raise
