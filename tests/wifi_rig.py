"""How is the Wi-Fi of an image shown without a radio? Booted with the kernel's virtual ones, it runs wifi_town.py."""

import base64
import json
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from image_build.boot.machine import Machine, new_card, running
from image_build.plan import SMOKE
from image_build.trouble import Trouble

TESTS = Path(__file__).parent
GUEST = ("wifi_town.py", "wifi_phone.py", "packets.py")
RADIOS = 6
VIRTUAL_RADIOS = f"modules_load=mac80211_hwsim mac80211_hwsim.radios={RADIOS}"  # systemd and modprobe read them
HUB_TOML = """\
[hub]
name = "Alder"

[portal]
listen = ["0.0.0.0:8080"]
wire = ["eth0"]

[wifi]
name = "Porchlight Alder"
interface = "wlan0"
mode = "pods"
country = "DE"
channel = 6
stations = 2
"""
ROWS, BOOT = "/run/wifi-town-rows", "/boot/firmware"
BOOT_S = 900.0
QUIET_S = 1_500.0  # without a new fact; a machine that does other things beside is slow

Fact = dict[str, Any]


@contextmanager
def booted(image: Path, folder: Path) -> Iterator[Machine]:
    card = new_card(image, folder / "card.img", SMOKE)
    card.put("hub.toml", HUB_TOML)
    for name in GUEST:
        card.put(name, (TESTS / name).read_text("utf-8"))
    with running(card, folder, words=VIRTUAL_RADIOS) as machine:
        yield machine


def facts(machine: Machine, *parts: str) -> dict[str, Fact]:
    """All that was seen, by name. Ends with the town's own words if something never came."""
    told: dict[str, Fact] = {}
    machine.shell.tried("systemctl is-system-running --wait", BOOT_S)  # "degraded" is told among the facts
    if machine.shell.tried(f"test -e /sys/class/net/wlan{RADIOS - 1}")[0] != 0:
        raise Trouble("the image's kernel has no virtual radios (mac80211_hwsim)", "build it with --smoke")
    begun = f"PYTHONDONTWRITEBYTECODE=1 python3 {BOOT}/wifi_town.py {' '.join(parts)} > {ROWS} 2>&1 &"
    machine.shell.run(begun)
    count, heard_s = 0, time.monotonic()
    while "end" not in told:
        lines = machine.shell.run(f"tail -n +{count + 1} {ROWS}").splitlines()
        for line in lines:
            if line.startswith('{"fact"'):
                fact = json.loads(line)
                told[fact.pop("fact")] = fact
        count += len(lines)
        heard_s = time.monotonic() if lines else heard_s
        if "broken" in told or time.monotonic() - heard_s > QUIET_S:
            raise AssertionError(machine.shell.run(f"tail -n 60 {ROWS}"))
        time.sleep(2.0)
    return told


def frames(fact: Fact) -> list[bytes]:
    """What the listener heard."""
    return [bytes.fromhex(one) for one in json.loads(zlib.decompress(base64.b64decode(fact["heard"])))]
