"""Where do the two islands of a demonstration meet? At a real Mosquitto on this machine, as one hub's hub.toml says."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

from mesh.roster import Network
from porchlight.broker_files import BrokerFiles
from porchlight.mosquitto import CONF
from porchlight.stage_setup import StagedHub, settings_of, write_config
from porchlight.stop import Stop

HERE = "127.0.0.1"
READY_S = 30.0
WHERE_DEBIAN_KEEPS_IT = "/usr/sbin"


class StagedBroker:
    """One Mosquitto. It is started anew as often as you like; what it queued dies with it."""

    def __init__(self, folder: Path, port: int) -> None:
        self.port = port
        self._conf = folder / CONF
        self._log = folder / "log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it listens. Ends in words if it does not."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  # Debian's program, our configuration
                [mosquitto_program(), "-c", str(self._conf)], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,  # Ctrl-C is for us
            )  # fmt: skip
        deadline_s = time.monotonic() + READY_S
        while not _listens(self.port):
            if self._process.poll() is not None or time.monotonic() > deadline_s:
                self.kill()
                raise Stop(f"Mosquitto did not start; what it said is in {self._log}")
            time.sleep(0.05)

    def kill(self) -> None:
        """With -9, as a power cut would."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()


def open_broker(folder: Path, keeper: StagedHub, guest: StagedHub, network: Network) -> StagedBroker:
    """The broker that `keeper` keeps, started, with `guest` let in: as `porchlight broker add` and `render` do it."""
    settings = settings_of(keeper)
    files = BrokerFiles.of(settings)
    files.render(settings, network)
    user, table = guest.name.lower(), keeper.name.lower()
    if user in files.users():
        files.remove(user)  # its password is kept nowhere: another one
    password = files.add(user)
    (guest.folder / f"{table}-ca.pem").write_bytes(files.ca.read_bytes())
    guest.joins = f"""
[mqtt.{table}]
address = "{HERE}:{keeper.listens_at}"
ca = "{table}-ca.pem"
user = "{user}"
password = "{password}"
"""
    write_config(guest)
    files.render_elsewhere(settings, folder)
    if os.geteuid() == 0:  # else it becomes another user, who may not read the folder
        (folder / CONF).write_text("user root\n" + (folder / CONF).read_text("utf-8"), "utf-8")
    broker = StagedBroker(folder, keeper.listens_at)
    broker.start()
    return broker


def mosquitto_program(folders: str = f"{os.environ.get('PATH', '')}:{WHERE_DEBIAN_KEEPS_IT}") -> str:
    """Its path, in one of `folders`. Ends in words if it is in none."""
    found = shutil.which("mosquitto", path=folders)
    if found is None:
        raise Stop(
            "the islands meet at a broker, and Mosquitto is not on this machine; nothing was started",
            "on Debian, as root, type: apt-get install --no-install-recommends mosquitto",
        )
    return found


def _listens(port: int) -> bool:
    try:
        socket.create_connection((HERE, port), 1.0).close()
    except OSError:
        return False
    return True
