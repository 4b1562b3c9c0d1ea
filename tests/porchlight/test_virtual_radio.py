"""Does `porchlight virtual-radio` run one radio, and stop when it is told?"""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

PORCHLIGHT = Path(sys.executable).parent / "porchlight"
MESHTASTIC = Path(sys.executable).parent / "meshtastic"


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("door", [["--port", "0"], ["--pty"]])
def test_it_prints_its_address_and_stops_cleanly(door: list[str], number: signal.Signals) -> None:
    command = [PORCHLIGHT, "virtual-radio", *door, "--node", "2561"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        line = first_line(process)
        address = line.removeprefix("radio !00000a01 at ")
        option = "--port" if "--pty" in door else "--host"
        info = subprocess.run(
            [MESHTASTIC, option, address, "--info"], capture_output=True, text=True, timeout=60, check=True
        )

        process.send_signal(number)

        assert process.wait(10) == 0
        assert "Meshtastic 0a01" in info.stdout
        assert "Traceback" not in (process.stderr.read() if process.stderr else "")


def test_a_port_that_is_taken_is_told_without_a_traceback() -> None:
    with subprocess.Popen([PORCHLIGHT, "virtual-radio", "--port", "0"], stdout=subprocess.PIPE, text=True) as first:
        port = first_line(first).rpartition(":")[2]

        second = subprocess.run(
            [PORCHLIGHT, "virtual-radio", "--port", port], capture_output=True, text=True, timeout=30, check=False
        )

        first.terminate()
    assert second.returncode == 1
    assert f"the port {port} on 127.0.0.1 cannot be used" in second.stderr
    assert "Traceback" not in second.stderr
