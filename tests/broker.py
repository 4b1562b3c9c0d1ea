"""A real Mosquitto for tests, on loopback with a configuration of its own, and a wire before it that can stop."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from mesh.links.mqtt_broker import Broker
from mesh.links.mqtt_session import Timing

HERE = "127.0.0.1"
PATIENCE_S = 60.0
QUICK = Timing(  # and patient, since the machine may be busy
    connect_s=30.0, pause_s_first=0.05, pause_s_most=0.5, answer_s=60.0, keepalive_s=60
)


def mosquitto_program() -> str:
    """Debian keeps it where only root's shell looks."""
    found = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin")
    assert found is not None, "Debian's package mosquitto is missing: scripts/install-debian-packages"
    return found


class Mosquitto:
    """One broker. Start and stop it as often as you like; it listens at the same port again."""

    def __init__(self, folder: Path, conf: str = "allow_anonymous true\n", *, port: int | None = None) -> None:
        """conf: what its configuration says beside the port; without a `listener` of its own it listens here."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.port = port or quiet_port()
        self._log = folder / "broker.log"
        self._conf = folder / "test.conf"
        listener = "" if "listener" in conf else f"listener {self.port} {HERE}\n"
        user = "user root\n" if os.geteuid() == 0 else ""  # else it becomes another, who may not read the folder
        self._conf.write_text(f"{listener}{user}persistence false\n{conf}" if listener else f"{user}{conf}")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Mosquitto":
        assert self._process is None
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [mosquitto_program(), "-c", str(self._conf)], stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        deadline_s = time.monotonic() + PATIENCE_S
        while not _answers(self.port):
            assert self._process.poll() is None, f"mosquitto ended: {self._log.read_text()}"
            assert time.monotonic() < deadline_s, "mosquitto does not listen"
            time.sleep(0.02)
        return self

    def kill(self) -> None:
        """With -9, as a power cut would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None

    def stall(self) -> None:
        """It stands still and closes nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        while Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
            time.sleep(0.01)

    def go_on(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        if self._process is not None:
            self.kill()

    def log(self) -> str:
        return self._log.read_text()


def quiet_port() -> int:
    return quiet_ports(1)[0]


def quiet_ports(count: int) -> list[int]:
    """Free ones that no outgoing connection is given by the kernel: else one could take them while a broker is down.

    Test processes that run at once begin at other places; and all below those of tests/ports.py.
    """
    first = 10_000 + os.getpid() % 800 * 10
    free: list[int] = []
    for port in [*range(first, 18_000), *range(10_000, first)]:
        with contextlib.suppress(OSError), socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind((HERE, port))
            free.append(port)
        if len(free) == count:
            return free
    raise AssertionError("no free ports")


def _answers(port: int) -> bool:
    try:
        socket.create_connection((HERE, port), 1.0).close()
    except OSError:
        return False
    return True


class Wire:
    """A TCP proxy before a broker: it can stop without closing, and it keeps what passed."""

    def __init__(self, to_port: int) -> None:
        self.passed = bytearray()
        self._to_port = to_port
        self._lock = threading.Lock()
        self._flows = threading.Event()
        self._flows.set()
        self._ends: list[socket.socket] = []
        self._listening = socket.create_server((HERE, 0))
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def stall(self) -> None:
        """From now on nothing passes, and nothing is closed; new connections are taken."""
        self._flows.clear()

    def go_on(self) -> None:
        self._flows.set()

    def close(self) -> None:
        self._flows.set()
        _shut(self._listening)
        with self._lock:
            for end in self._ends:
                _shut(end)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            try:
                far = socket.create_connection((HERE, self._to_port))
            except OSError:
                near.close()
                continue
            with self._lock:
                self._ends += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(65_536):
                self._flows.wait()
                with self._lock:
                    self.passed += chunk
                sink.sendall(chunk)
        _shut(source)
        _shut(sink)


def _shut(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


def at(port: int, **more: object) -> Broker:
    """The broker at that port of this machine, as a hub's settings would name it."""
    return Broker("test", HERE, port, **more)  # type: ignore[arg-type]


class Stranger:
    """Somebody else's client, which knows the topic; and the keeper of the broker, who hears all topics."""

    def __init__(self, port: int, topic: str) -> None:
        self.topic = topic
        self.heard: list[tuple[str, bytes]] = []
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
        ready = threading.Event()
        self._client.on_connect = lambda *_: self._client.subscribe("#")
        self._client.on_subscribe = lambda *_: ready.set()
        self._client.on_message = lambda _, __, message: self.heard.append((message.topic, message.payload))
        self._client.connect(HERE, port)
        self._client.loop_start()
        assert ready.wait(PATIENCE_S)

    def say(self, payload: bytes, *, retain: bool = False) -> None:
        """Until the broker has it."""
        told = self._client.publish(self.topic, payload, qos=1, retain=retain)
        told.wait_for_publish(PATIENCE_S)
        assert told.is_published()

    def shout(self, payload: bytes) -> None:
        self._client.publish(self.topic, payload, qos=0)

    def leave(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
