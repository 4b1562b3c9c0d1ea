"""The control interface of the real hostapd, without a radio: it answers all but what needs a phone."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from captive_portal.access_point.control import Control, NoAnswer

pytestmark = pytest.mark.system

WAIT_S = 60.0
CONFIG = """\
interface=plx0
driver=none
ctrl_interface={folder}/control
ssid=Porchlight
hw_mode=g
channel=6
wpa=2
wpa_key_mgmt=WPA-PSK
rsn_pairwise=CCMP
wpa_psk_file={folder}/psk
"""


@pytest.fixture
def hostapd() -> Iterator[Path]:
    with TemporaryDirectory(prefix="pl-") as name:
        folder = Path(name)
        (folder / "hostapd.conf").write_text(CONFIG.format(folder=folder))
        (folder / "psk").write_text("keyid=0a0b0c0d 00:00:00:00:00:00 hjkm-pqrt-vwxz-bcdf\n")
        running = subprocess.Popen(["hostapd", str(folder / "hostapd.conf")], stdout=subprocess.DEVNULL)
        try:
            yield folder / "control" / "plx0"
        finally:
            running.terminate()
            running.wait(WAIT_S)


def answering(control: Control) -> None:
    ends_s = time.monotonic() + WAIT_S
    while True:
        try:
            control.ping()
            return
        except NoAnswer:
            assert time.monotonic() < ends_s, "hostapd does not answer"
            time.sleep(0.1)


def test_the_real_hostapd_answers_as_our_stand_in_does(hostapd: Path) -> None:
    control = Control(hostapd, WAIT_S)
    answering(control)

    assert control.state() == "ENABLED"
    assert control.count() == 0
    assert control.station("aa:bb:cc:00:00:01") is None
    assert [file.name for file in hostapd.parent.iterdir()] == ["plx0"]
