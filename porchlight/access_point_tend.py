"""How is a dead access point noticed? A look each half minute, from a systemd timer: what is dead is restarted.

It needs root. What is in force is looked after, also while hub.toml says something else that did not come up, or has
problems. What is said goes to the journal: one line when something changes.
"""

import fcntl
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from ipaddress import IPv4Interface
from pathlib import Path
from typing import TYPE_CHECKING

import click

from porchlight.config import config_option, settings_of
from porchlight.stop import Stop, say

if TYPE_CHECKING:
    from captive_portal.access_point.services import Place
    from captive_portal.access_point.watch import Part, Probes

HOSTAPD_FOLDER = Path("/run/hostapd")  # a socket an interface, named like it
ASKED_S_MAX = 5.0  # a small machine that is busy may take its time
RESTART_S_MAX = 60.0  # a unit that takes longer to come up is looked at next time
ASKED_NAME = "captive.apple.com"  # a phone's own question: answered with the hub always, also on a shared uplink

Restart = Callable[["Part"], str]  # why it could not be done; "" if it was


@click.command()
@config_option
def tend(config: Path) -> None:
    """Look once whether the access point is alive; restart what is dead. For the timer; it needs root."""
    from captive_portal.access_point.watch_file import FILE
    from porchlight.access_point_machine import LOCK

    try:
        where = tended(config)
        if where is None:
            say("hub.toml names no interface under [wifi], so there is no access point to tend")
            return
        with unless_it_is_changed(LOCK) as is_free:
            if not is_free:
                return  # `apply` restarts and looks by itself
            probes, restart = probes_of(where.interface, where.own), restart_by(where.interface)
            for line in tend_once(where.interface, probes, restart, file=FILE):
                say(line)
    except PermissionError as problem:
        raise Stop(f"{problem.filename or FILE} is closed to this user", "the watch is for root") from None


def tended(config: Path, root: Path = Path("/")) -> "Place | None":
    """The access point that is in force; where none is, that of hub.toml; None if that names none. Ends in words."""
    from captive_portal.access_point.installed import installed
    from captive_portal.access_point.services import Place, place_of
    from hub.settings import Problems
    from hub.settings_file import read_settings

    found = read_settings(config)
    if not isinstance(found, Problems) and not found.wifi.is_ours:
        return None
    in_force = place_of(installed(root))
    if in_force is not None:
        return in_force
    wifi = settings_of(config).wifi
    assert wifi.ip_interface is not None  # the settings are valid
    return Place(wifi.interface, wifi.ip_interface, ())


@contextmanager
def unless_it_is_changed(lock: Path) -> Iterator[bool]:
    """False while somebody else changes the access point; while it is true, they wait."""
    lock.parent.mkdir(mode=0o755, exist_ok=True)
    with lock.open("a") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def tend_once(
    interface: str, probes: "Probes", restart: Restart, *, file: Path, now_s: Callable[[], float] | None = None
) -> list[str]:
    """One look, and what follows from it. Gives the lines for the journal.

    now_s: seconds since the machine started, those that it slept too.
    """
    from captive_portal.access_point.watch import DAY_S, dead_parts, look, restart_line, restarted
    from captive_portal.access_point.watch_file import read_watched, write_watched

    clock = now_s or (lambda: time.clock_gettime(time.CLOCK_BOOTTIME))
    at_s = clock()
    others = [name for _, name in socket.if_nameindex() if name not in ("lo", interface)]
    looked = look(read_watched(file), interface, frozenset(dead_parts(probes)), at_s, others)
    watched, lines = looked.watched, list(looked.lines)
    for part in looked.restart:
        # Noted before it is done: a restart that takes this process with it is counted all the same.
        watched = restarted(watched, part)
        write_watched(watched, file)
        failed = restart(part)
        lines.append(restart_line(part, interface, watched.restarts_since(at_s - DAY_S), failed))
    write_watched(watched, file)
    return lines


def probes_of(interface: str, address: IPv4Interface, *, control: Path | None = None, dns_port: int = 53) -> "Probes":
    """The real ones. control: hostapd's socket for this interface."""
    from captive_portal.access_point.watch import Probes
    from porchlight.sockets import ipv4_of

    def has_address() -> bool:
        own = ipv4_of(interface)
        return own is not None and own.ip == address.ip

    return Probes(
        interface_is_there=lambda: interface in (name for _, name in socket.if_nameindex()),
        hostapd_answers=lambda: _hostapd_answers(control or HOSTAPD_FOLDER / interface),
        has_address=has_address,
        dnsmasq_answers=lambda: _dnsmasq_answers(str(address.ip), dns_port),
    )


def _hostapd_answers(control: Path) -> bool:
    """Whether it is there, and its access point is on."""
    from captive_portal.access_point.control import Control, NoAnswer

    try:
        return Control(control, ASKED_S_MAX).state() == "ENABLED"
    except NoAnswer:
        return False


def _dnsmasq_answers(server: str, port: int) -> bool:
    from captive_portal.access_point.name_server import NoAnswer, ask_for

    try:
        ask_for(ASKED_NAME, server, port=port, wait_s=ASKED_S_MAX)
    except NoAnswer:
        return False
    return True


def restart_by(interface: str, run: Callable[[Sequence[str]], str] | None = None) -> Restart:
    """Restart a part through systemd. run: runs a command, and says why it failed."""

    def restart(part: "Part") -> str:
        return (run or run_command)(command_for(part, interface))

    return restart


def command_for(part: "Part", interface: str) -> tuple[str, ...]:
    from captive_portal.access_point.watch import Part

    match part:
        case Part.ADDRESS:
            return ("networkctl", "reconfigure", interface)  # sets the address anew; no station is sent away
        case Part.HOSTAPD | Part.DNSMASQ:
            return ("systemctl", "restart", f"porchlight-{part.value}.service")
        case Part.INTERFACE:
            raise ValueError("an interface that is gone comes back by itself, or not at all")


def run_command(command: Sequence[str]) -> str:
    """Why it failed, in a line; "" if it did not."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=RESTART_S_MAX, check=False)  # noqa: S603
    except FileNotFoundError:
        return f"there is no {command[0]}"
    except subprocess.TimeoutExpired:
        return f"{command[0]} took longer than {RESTART_S_MAX:.0f} s"
    if done.returncode == 0:
        return ""
    words = (done.stderr.strip() or done.stdout.strip()).splitlines()
    return words[0][:200] if words else f"status {done.returncode}"
