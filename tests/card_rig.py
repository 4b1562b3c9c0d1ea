"""An image built here, and cards made of it that start in an emulated machine."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from neighbour import Phone

from image_build.boot.machine import Machine, new_card, running
from image_build.plan import SMOKE, Plan

HUB_TOML = """\
[hub]
name = "Alder"

[portal]
listen = ["0.0.0.0:8080"]
wire = ["eth0"]
"""


def build(out: Path, *options: str) -> Path:
    """The image that the command builds. What takes long is taken from the cache if it is there."""
    command = [sys.executable, "-m", "porchlight.cli", "image", "build", "--out", str(out), *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False, text=True)  # its steps are seen with pytest -s
    assert done.returncode == 0, f"{' '.join(command)} ended with {done.returncode}"
    return Path(json.loads(done.stdout)["image"])


@contextmanager
def started(
    image: Path, folder: Path, toml: str | None = HUB_TOML, *, plan: Plan = SMOKE, more: Sequence[str] = ()
) -> Iterator[Machine]:
    """A fresh card with this hub.toml on its boot partition, in a machine that is switched on; more: for QEMU."""
    card = new_card(image, folder / "card.img", plan)
    if toml is not None:
        card.put("hub.toml", toml)
    with running(card, folder, more=more) as machine:
        yield machine


def serves(machine: Machine) -> bool:
    """Whether the machine shows its first page."""
    try:
        return requests.get(machine.address, timeout=10).status_code == 200
    except requests.RequestException:
        return False


def wait_for_pages(machine: Machine) -> float:
    """Seconds until the first page."""
    return machine.wait(lambda: serves(machine), "the first page")


def failed_units(machine: Machine) -> str:
    """What systemd has to complain of, once it has done all that it starts."""
    state = machine.shell.tried("systemctl is-system-running --wait", 600.0)[1]
    failed = machine.shell.tried("systemctl --failed --plain --no-legend --no-pager")[1]
    return failed if "running" not in state or failed else ""


def memory_used_mb(machine: Machine) -> float:
    """What nothing else could have: all but what the kernel calls available."""
    told = machine.shell.run("cat /proc/meminfo")
    kib = {name: int(value.split()[0]) for name, value in (line.split(":") for line in told.splitlines())}
    return (kib["MemTotal"] - kib["MemAvailable"]) / 1000


class PatientSession(requests.Session):
    """An emulated machine beside other work may need a minute for four words."""

    def request(self, *arguments: Any, **named: Any) -> requests.Response:
        return super().request(*arguments, **{**named, "timeout": 300})


def phone_at(machine: Machine) -> Phone:
    phone = Phone(machine.address)
    phone._session = PatientSession()
    phone._session.headers["Accept-Language"] = "en"
    return phone
