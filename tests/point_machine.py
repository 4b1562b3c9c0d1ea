"""A machine with the real programs of an access point: hostapd without a radio, dnsmasq, the firewall. Needs root."""

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from access_point_parts import FakeProgram
from namespaces import Machine, cable, machines, until

from captive_portal.access_point import dnsmasq, firewall
from captive_portal.access_point.boards import Board
from captive_portal.access_point.plan import plan
from hub.settings_text import hub_toml
from porchlight.config import settings_of
from porchlight.init import begin_hub

WIFI, OWN = "wlan0", "10.42.0.1"
HUB_TOML = """
[wifi]
name = "Alder"
password = "lamp river stone"
interface = "wlan0"
country = "DE"
"""
# hostapd's own driver for machines without a radio: it answers as if its access point were on.
HOSTAPD = f"""interface={WIFI}
driver=none
ctrl_interface=/run/hostapd
ssid=Alder
"""


@dataclass
class PointMachine:
    """The hub's own machine. Its /run is in memory; `folder` is on the disk that it shares with the test."""

    machine: Machine
    folder: Path
    config: Path
    systemctl: FakeProgram

    @property
    def data(self) -> Path:
        return self.config.parent / "data"

    def porchlight(self, *words: str, status: int | None = 0) -> str:
        """What the command says on this machine, stdout before stderr."""
        path = f"PATH={self.folder}:/usr/sbin:/usr/bin:/sbin:/bin"
        command = [sys.executable, "-m", "porchlight.cli", *words, "--config", str(self.config)]
        done = self.machine.run("env", path, *command, status=status)
        return done.stdout + done.stderr

    def start_hostapd(self) -> None:
        run = f"echo $$ >/run/hostapd.pid; exec hostapd {self.folder / 'hostapd.conf'}"
        self.machine.start("sh", "-c", run)
        until(lambda: self._runs("test", "-S", f"/run/hostapd/{WIFI}"), "hostapd's socket")

    def start_dnsmasq(self) -> None:
        self.machine.start(*shlex.split(self.dnsmasq), "--keep-in-foreground")
        until(lambda: self._runs("test", "-s", "/run/dnsmasq.pid"), "dnsmasq")

    @property
    def dnsmasq(self) -> str:
        return f"dnsmasq --conf-file={self.folder / 'dnsmasq.conf'} --pid-file=/run/dnsmasq.pid"

    def kill(self, name: str) -> None:
        """-9, and wait until it is gone."""
        self.machine.run("sh", "-c", f"kill -9 $(cat /run/{name}.pid)")
        until(lambda: not self._runs("sh", "-c", f"kill -0 $(cat /run/{name}.pid)"), f"{name} is gone")

    def _runs(self, *command: str) -> bool:
        return self.machine.run(*command, status=None).returncode == 0


@contextmanager
def point_machine(folder: Path) -> Iterator[PointMachine]:
    """Interface and address are there; the programs are the test's to start."""
    toml = hub_toml(name="Alder", listen=["0.0.0.0:8080"])
    toml = toml.replace(toml[toml.index("[wifi]") : toml.index("[clock]")], "") + HUB_TOML
    config = begin_hub(folder / "alder", toml).config
    point = plan(settings_of(config), (), Board())
    (folder / "hostapd.conf").write_text(HOSTAPD)
    # As rendered, but for the number of the process: systemd knows it, and this test has no systemd.
    (folder / "dnsmasq.conf").write_text(dnsmasq.render(point).replace("pid-file\n", ""))
    (folder / "firewall.nft").write_text(firewall.render(point))
    with machines(folder) as made:
        hub, street = made.make("hub", "street")
        cable(hub, WIFI, street, "eth0")
        hub.run("ip", "address", "add", f"{OWN}/24", "dev", WIFI)
        yield PointMachine(hub, folder, config, FakeProgram(folder, "systemctl"))
