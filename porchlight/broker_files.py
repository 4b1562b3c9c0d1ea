"""What does this hub keep of its own broker? `data/keys/broker/`: its authority, who may come in, and what it reads.

A folder of the hub's user alone. systemd hands what Mosquitto reads to it (units/porchlight-broker.service), so the
broker, which strangers can reach, has no way to the hub's other keys.
"""

import os
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hub.settings import Settings
from hub.settings_mqtt import OWN
from mesh.keys import RandomBytes
from mesh.links.mqtt_topics import network_topic
from mesh.roster import Network
from porchlight.broker_certificate import Certified, hosts_of, is_issued_by, issue, make_authority
from porchlight.mosquitto import (
    ACL,
    CA_PEM,
    CONF,
    PASSWORDS,
    SERVER_KEY,
    SERVER_PEM,
    password_line,
    render_acl,
    render_conf,
)
from porchlight.stop import STATUS_USAGE, Stop

FOLDER = "broker"
CA_KEY = "ca.key"
OWN_PASSWORD = "own.password"  # noqa: S105  # a file's name
CREDENTIALS = "/run/credentials/porchlight-broker.service"  # where systemd puts what the unit lists
USERS_MAX = 200
USER = re.compile(r"[A-Za-z0-9_-]{1,32}")
PASSWORD_BYTES = 18  # 144 bits, 24 letters


@dataclass(frozen=True, slots=True)
class BrokerFiles:
    """The folder, and the few things that are done with it. OSErrors end in words."""

    folder: Path
    random_bytes: RandomBytes = os.urandom

    @classmethod
    def of(cls, settings: Settings) -> "BrokerFiles":
        return cls(settings.data_folder / "keys" / FOLDER)

    @property
    def ca(self) -> Path:
        """What another hub needs to know this one's broker."""
        return self.folder / CA_PEM

    def render(self, settings: Settings, network: Network) -> None:
        """All that Mosquitto reads, for the unit of the image. What is there and right is left alone."""
        broker = settings.broker
        authority = self._authority()
        hosts = [*dict.fromkeys([*(host for host, _ in broker.addresses), *broker.names])]
        if not self._is_right(authority, hosts):
            server = issue(authority, hosts)
            self._write(SERVER_KEY, server.key)
            self._write(SERVER_PEM, server.certificate)
        if OWN not in self._users():
            self._add(OWN, self.own_password())
        self._write(ACL, render_acl(network_topic(network)).encode())
        self._write(CONF, render_conf(broker.addresses, broker.interface, CREDENTIALS).encode())

    def withdraw(self) -> None:
        """hub.toml has no broker any more: nothing is there to be started. Who may come in is kept."""
        try:
            (self.folder / CONF).unlink(missing_ok=True)
        except OSError as problem:
            raise Stop(f"{self.folder / CONF} cannot be removed ({problem.strerror})") from None

    def render_elsewhere(self, settings: Settings, folder: Path) -> None:
        """The same for a Mosquitto that somebody else starts: `folder` holds all that it reads."""
        if not str(folder.resolve()).isprintable():  # a line end would begin a line of the configuration
            raise Stop("the folder's name has signs that Mosquitto cannot read", "name another", status=STATUS_USAGE)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for name in (ACL, PASSWORDS, SERVER_KEY, SERVER_PEM, CA_PEM):
                _replace(folder / name, (self.folder / name).read_bytes())
            broker = settings.broker
            conf = render_conf(broker.addresses, broker.interface, str(folder.resolve()))
            _replace(folder / CONF, conf.encode())
        except OSError as problem:
            raise Stop(f"{problem.filename or folder} cannot be written ({problem.strerror})") from None

    def own_password(self) -> str:
        """What this hub itself comes in with, as the user `own`."""
        kept = self._read(OWN_PASSWORD)
        if kept is not None:
            return kept.decode("ascii", "replace")
        password = self._new_password()
        self._write(OWN_PASSWORD, password.encode())
        return password

    def users(self) -> tuple[str, ...]:
        """Who may come in, beside this hub."""
        return tuple(name for name in self._users() if name != OWN)

    def add(self, user: str) -> str:
        """A new user; the password, which is kept nowhere. Stop if there is one of that name."""
        users = self._users()
        if not USER.fullmatch(user) or user == OWN:
            raise Stop(f'"{user}" is no name for a user', "1 to 32 letters, digits, - and _", status=STATUS_USAGE)
        if user in users:
            raise Stop(f"{user} may come in already; nothing was changed", "for a new password, remove it first")
        if len(users) >= USERS_MAX:
            raise Stop(f"a broker has at most {USERS_MAX} users; nothing was changed")
        password = self._new_password()
        self._add(user, password)
        return password

    def remove(self, user: str) -> None:
        """Shut a user out. Stop if there is none of that name."""
        users = dict(self._users())
        if user == OWN or users.pop(user, None) is None:
            raise Stop(f"{user} is not among those who may come in; nothing was changed")
        self._write(PASSWORDS, "".join(users.values()).encode())

    def _add(self, user: str, password: str) -> None:
        users = {**self._users(), user: password_line(user, password, self.random_bytes)}
        self._write(PASSWORDS, "".join(users.values()).encode())

    def _users(self) -> Mapping[str, str]:
        """The password file: its lines by user."""
        text = (self._read(PASSWORDS) or b"").decode("utf-8", "replace")
        return {line.partition(":")[0]: line for line in text.splitlines(keepends=True)}

    def _new_password(self) -> str:
        return urlsafe_b64encode(self.random_bytes(PASSWORD_BYTES)).decode()

    def _authority(self) -> Certified:
        certificate, key = self._read(CA_PEM), self._read(CA_KEY)
        if certificate is not None and key is not None:
            return Certified(certificate, key)
        made = make_authority()
        self._write(CA_KEY, made.key)
        self._write(CA_PEM, made.certificate)
        return made

    def _is_right(self, authority: Certified, hosts: list[str]) -> bool:
        """Whether the certificate is the authority's, for these hosts, and its key there."""
        certificate = self._read(SERVER_PEM)
        if certificate is None or self._read(SERVER_KEY) is None:
            return False
        try:
            return hosts_of(certificate) == set(hosts) and is_issued_by(authority.certificate, certificate)
        except ValueError:
            return False

    def _read(self, name: str) -> bytes | None:
        try:
            return (self.folder / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as problem:
            raise Stop(f"{self.folder / name} cannot be read ({problem.strerror})") from None

    def _write(self, name: str, raw: bytes) -> None:
        if self._read(name) == raw:
            return  # nothing changes, so the broker is not started anew
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
            _replace(self.folder / name, raw)
        except OSError as problem:
            raise Stop(f"{self.folder / name} cannot be written ({problem.strerror})") from None


def _replace(file: Path, raw: bytes) -> None:
    """Whole or not at all, and for the hub's user alone."""
    new = file.with_name(f"{file.name}.new")
    new.unlink(missing_ok=True)
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as opened:
        opened.write(raw)
        opened.flush()
        os.fsync(opened.fileno())
    new.rename(file)
