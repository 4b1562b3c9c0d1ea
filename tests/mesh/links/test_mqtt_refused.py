"""A broker that refuses the hub, or is not the right one: told in words for a person, and tried again."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from broker import HERE, QUICK, Mosquitto, quiet_port
from link_inbox import Inbox

from mesh.links.link import LinkDown, LinkUp
from mesh.links.mqtt import MqttLink
from mesh.links.mqtt_broker import Broker
from porchlight.broker_certificate import Certified, issue, make_authority
from porchlight.mosquitto import password_line

pytestmark = [pytest.mark.system, pytest.mark.usefixtures("no_threads_left")]
TOPIC = "3f" * 16


@dataclass
class Stage:
    """A broker with TLS and passwords, and who may come in."""

    folder: Path
    end: ExitStack
    authority: Certified

    def broker(self, server: Certified, *, acl: str = f"pattern readwrite {TOPIC}\n") -> Mosquitto:
        port = quiet_port()
        (self.folder / "acl").write_text(acl)
        (self.folder / "passwords").write_text(password_line("alder", "six words", bytes))
        (self.folder / "server.pem").write_bytes(server.certificate)
        (self.folder / "server.key").write_bytes(server.key)
        conf = f"""\
listener {port} {HERE}
allow_anonymous false
password_file {self.folder}/passwords
acl_file {self.folder}/acl
certfile {self.folder}/server.pem
keyfile {self.folder}/server.key
"""
        broker = Mosquitto(self.folder, conf, port=port).start()
        self.end.callback(broker.stop)
        return broker

    def ca(self, authority: Certified) -> Path:
        file = self.folder / "ca.pem"
        file.write_bytes(authority.certificate)
        return file

    def link(self, broker: Broker) -> Inbox:
        link, inbox = MqttLink(broker, TOPIC, "aa" * 11, timing=QUICK), Inbox()
        link.start(inbox.offer)
        self.end.callback(link.stop)
        return inbox


@pytest.fixture
def stage(tmp_path: Path, no_threads_left: None) -> Iterator[Stage]:
    with ExitStack() as end:
        yield Stage(tmp_path, end, make_authority())


def alder(port: int, ca: Path | None, password: str = "six words", host: str = HERE) -> Broker:
    return Broker("city", host, port, ca, "alder", password)


def test_the_right_broker_lets_the_right_hub_in(stage: Stage) -> None:
    broker = stage.broker(issue(stage.authority, [HERE, "localhost"]))
    ca = stage.ca(stage.authority)

    stage.link(alder(broker.port, ca)).wait_for(LinkUp)
    stage.link(alder(broker.port, ca, host="localhost")).wait_for(LinkUp)


def test_a_broker_whose_own_certificate_is_pinned_needs_no_authority(stage: Stage) -> None:
    server = issue(stage.authority, [HERE])
    broker = stage.broker(server)

    stage.link(alder(broker.port, stage.ca(server))).wait_for(LinkUp)


def refused(stage: Stage, broker: Broker) -> str:
    inbox = stage.link(broker)
    words = inbox.wait_for(LinkDown).reason
    assert not [event for event in inbox.drain() if isinstance(event, LinkUp)]
    return words


def test_a_wrong_password(stage: Stage) -> None:
    broker = stage.broker(issue(stage.authority, [HERE]))

    words = refused(stage, alder(broker.port, stage.ca(stage.authority), "another"))

    assert words == "the broker refuses this hub's name or password"


def test_a_wrong_authority(stage: Stage) -> None:
    broker = stage.broker(issue(stage.authority, [HERE]))
    ca = stage.ca(make_authority())

    assert refused(stage, alder(broker.port, ca)) == f"the broker's certificate is not from the authority in {ca}"


def test_a_certificate_that_ended(stage: Stage) -> None:
    ended = datetime.now(UTC) - timedelta(days=1)
    broker = stage.broker(issue(stage.authority, [HERE], ends=ended))

    words = refused(stage, alder(broker.port, stage.ca(stage.authority)))

    assert words == f"the broker's certificate ended on {ended:%Y-%m-%d}, or this hub's clock is wrong"


@pytest.mark.parametrize("certified_for", ["127.0.0.2", "cedar.example"])
def test_a_certificate_for_another_place(stage: Stage, certified_for: str) -> None:
    broker = stage.broker(issue(stage.authority, [certified_for]))

    words = refused(stage, alder(broker.port, stage.ca(stage.authority)))

    assert words == f"the broker's certificate is not for {HERE}"


def test_tls_where_none_is_spoken(stage: Stage) -> None:
    broker = Mosquitto(stage.folder / "plain").start()
    stage.end.callback(broker.stop)

    words = refused(stage, alder(broker.port, stage.ca(stage.authority)))

    assert words == f"no TLS could be agreed with {HERE}:{broker.port}; is it the port without TLS?"


def test_no_tls_where_it_is_spoken(stage: Stage) -> None:
    broker = stage.broker(issue(stage.authority, [HERE]))

    words = refused(stage, alder(broker.port, None))

    assert words == f"the broker at {HERE}:{broker.port} closed the connection before it answered; does it want TLS?"


def test_a_topic_on_which_this_hub_may_only_listen(stage: Stage) -> None:
    broker = stage.broker(issue(stage.authority, [HERE]), acl=f"pattern read {TOPIC}\n")
    link, inbox = MqttLink(alder(broker.port, stage.ca(stage.authority)), TOPIC, "aa" * 11, timing=QUICK), Inbox()
    link.start(inbox.offer)
    stage.end.callback(link.stop)
    inbox.wait_for(LinkUp)

    assert link.send(b"frame", 1)

    assert inbox.wait_for(LinkDown).reason == "the broker does not let this hub write to the network's topic"


def test_a_file_of_the_authority_that_is_not_there_or_is_none(stage: Stage) -> None:
    missing, empty = stage.folder / "missing.pem", stage.folder / "empty.pem"
    empty.write_text("no certificate\n")

    assert refused(stage, alder(1, missing)) == f"the file {missing} cannot be read (No such file or directory)"
    assert refused(stage, alder(1, empty)) == f"there is no certificate in {empty}"
