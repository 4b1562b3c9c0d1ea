"""Which MQTT broker is meant, and is it the right one? Its address, what it knows us by, and words for each refusal."""

import socket
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

# OpenSSL's numbers (x509_vfy.h).
_NOT_YET_VALID, _ENDED, _OTHER_NAME, _OTHER_ADDRESS = 9, 10, 62, 64
_OTHER_CA = frozenset({2, 18, 19, 20, 21})  # nobody, or only itself, vouches for it


class BrokerLost(Exception):
    """There is no talking to this broker, or not any more. The text is a sentence for a person."""


@dataclass(frozen=True, slots=True)
class Broker:
    """One broker, as hub.toml names it. `ca`: the only authority whose certificates count; None: no TLS."""

    name: str
    host: str
    port: int
    ca: Path | None = None
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def address(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def tls_context(ca: Path) -> ssl.SSLContext:
    """TLS 1.2 or later, the certificate from `ca` and nobody else, for the name or the number that we dialled.

    `ca` may hold the broker's own certificate too: then it alone is right. Raises BrokerLost with what is wrong.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # checks certificate and host, and trusts nobody yet
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    try:
        context.load_verify_locations(cafile=ca)
    except ssl.SSLError:
        raise BrokerLost(f"there is no certificate in {ca}") from None
    except OSError as problem:
        raise BrokerLost(f"the file {ca} cannot be read ({problem.strerror})") from None
    return context


def why_not_connected(broker: Broker, problem: Exception, wait_s: float) -> str:
    """A sentence for what `connect` raised. For a certificate that ended it asks the broker for it once more."""
    if isinstance(problem, ssl.SSLCertVerificationError):
        return _certificate_words(broker, problem, wait_s)
    if isinstance(problem, ssl.SSLError) or (broker.ca is not None and isinstance(problem, ConnectionResetError)):
        return f"no TLS could be agreed with {broker.address}; is it the port without TLS?"
    if isinstance(problem, socket.gaierror):
        return f"the name {broker.host} is not known here"
    if isinstance(problem, ConnectionRefusedError):
        return f"no broker listens at {broker.address}"
    if isinstance(problem, TimeoutError):
        return f"the broker at {broker.address} does not answer"
    words = problem.strerror if isinstance(problem, OSError) and problem.strerror else "a wrong address"
    return f"the broker at {broker.address} cannot be reached ({words})"


def _certificate_words(broker: Broker, problem: ssl.SSLCertVerificationError, wait_s: float) -> str:
    code = problem.verify_code
    if code == _ENDED:
        return f"{_ended_words(broker, wait_s)}, or this hub's clock is wrong"
    if code == _NOT_YET_VALID:
        return "the broker's certificate is not valid yet, or this hub's clock is wrong"
    if code in _OTHER_CA:
        return f"the broker's certificate is not from the authority in {broker.ca}"
    if code in (_OTHER_NAME, _OTHER_ADDRESS):
        return f"the broker's certificate is not for {broker.host}"
    return f"the broker's certificate is refused ({problem.verify_message})"


def _ended_words(broker: Broker, wait_s: float) -> str:
    """The date is the stranger's own word: good enough to tell, and for nothing else."""
    try:
        pem = ssl.get_server_certificate((broker.host, broker.port), timeout=wait_s)
        ended = x509.load_pem_x509_certificate(pem.encode()).not_valid_after_utc
    except (OSError, ValueError):
        return "the broker's certificate has ended"
    if ended > datetime.now(UTC):
        return "the certificate of the broker's authority has ended"
    return f"the broker's certificate ended on {ended:%Y-%m-%d}"


# MQTT 5, 2.4: reason codes. What a broker adds in words of its own is a stranger's, and is not shown.
REFUSES_CONNECTION: dict[int, str] = {
    0x84: "the broker does not speak MQTT 5",
    0x85: "the broker does not take clients with a name of their own",
    0x86: "the broker refuses this hub's name or password",
    0x87: "the broker refuses this hub's name or password",
    0x88: "the broker is not ready",
    0x89: "the broker has no room now",
    0x8A: "the broker has shut this hub out",
    0x97: "the broker has no room now",
    0x9C: "the broker says that another one is to be used",
    0x9D: "the broker says that another one is to be used",
    0x9F: "the broker has no room now",
}
ENDS_CONNECTION: dict[int, str] = {
    0x87: "the broker does not allow what this hub does",
    0x8B: "the broker is stopping",
    0x8D: "the broker does not answer any more",
    0x8E: "another connection with this hub's key took its place; is there a copy of its card?",
    0x97: "the broker has no room now",
    0x98: "the broker's keeper has ended the connection",
}
NOT_ALLOWED = 0x87
NO_ROOM = frozenset({0x97, 0x93, 0x96})
TOO_LARGE = frozenset({0x95})


def reason_words(table: dict[int, str], code: int, otherwise: str) -> str:
    return table.get(code, f"{otherwise} (MQTT 0x{code:02X})")
