"""Do the machines of a test end with it, however it ends, and touch nothing of this one?"""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from hotspot import WIFI, hotspot
from namespaces import machines, until

pytestmark = pytest.mark.system

MAKE = """
import sys, time
from pathlib import Path
from namespaces import machines
with machines(Path(sys.argv[1])) as made:
    (one,) = made.make("one")
    one.start("sleep", "1000")
    print(one.pid, flush=True)
    time.sleep(1000)
"""


def test_a_test_that_is_killed_leaves_no_machine(tmp_path: Path) -> None:
    tests = {"PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(
        [sys.executable, "-c", MAKE, tmp_path], stdout=subprocess.PIPE, text=True, env=os.environ | tests
    ) as killed:
        assert killed.stdout is not None
        machine = int(killed.stdout.readline())
        assert Path(f"/proc/{machine}").exists()
        killed.kill()

    until(lambda: not Path(f"/proc/{machine}").exists(), "the machine is gone")


def test_a_machine_is_apart_from_this_one(tmp_path: Path) -> None:
    host_name, bridge = socket.gethostname(), f"b{os.getpid()}"

    with machines(tmp_path) as made:
        (one,) = made.make("one", places=("/var/log",))
        one.run("ip", "link", "add", bridge, "type", "bridge")
        one.run("sh", "-c", "cat >/run/resolv.conf", text="nameserver 192.0.2.1\n")
        for place in (f"/run/{bridge}", f"/var/log/{bridge}", "/proc/sys/kernel/hostname"):
            one.run("sh", "-c", f"echo here >{place}")

        assert one.run("cat", "/etc/resolv.conf").stdout == "nameserver 192.0.2.1\n"
        assert made.place("one", f"/var/log/{bridge}").read_text() == "here\n"
        assert "192.0.2.1" not in Path("/etc/resolv.conf").read_text()
        assert not Path(f"/run/{bridge}").exists() and not Path(f"/var/log/{bridge}").exists()
        assert bridge not in {name for _, name in socket.if_nameindex()}
        assert socket.gethostname() == host_name


def test_two_hubs_with_the_same_names_and_numbers_do_not_meet(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "other"]
    for folder in folders:
        folder.mkdir()
    with hotspot(folders[0]) as one, hotspot(folders[1]) as other:
        for spot in (one, other):
            (phone,) = spot.phones_arrive(1)
            phone.join()
        assert one.hub.mac(WIFI) != other.hub.mac(WIFI)
