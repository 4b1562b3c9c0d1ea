"""Where is the radio? On a serial port, or at an address of the network."""

from dataclasses import dataclass

TCP_PORT = 4403  # where Meshtastic firmware listens


@dataclass(frozen=True, slots=True)
class SerialTarget:
    """A radio on a cable. "auto": the one that is plugged in, looked for at every connection."""

    path: str = "auto"

    def __str__(self) -> str:
        return "the radio that is plugged in" if self.path == "auto" else self.path


@dataclass(frozen=True, slots=True)
class TcpTarget:
    """A radio on the network, or a virtual one."""

    host: str
    port: int = TCP_PORT

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


Target = SerialTarget | TcpTarget


def parse_target(text: str) -> Target:
    """What a person wrote: `auto`, `/dev/ttyUSB0`, `host`, `host:port` or `[address]:port`.

    Raises ValueError with a sentence.
    """
    text = text.strip()
    if text == "auto" or text.startswith("/"):
        return SerialTarget(text)
    host, port = _host_and_port(text)
    if not host or any(character.isspace() or character == "/" for character in host):
        raise ValueError(
            f"{text!r} is neither a serial port such as /dev/ttyUSB0 nor an address such as 192.168.1.20:4403"
        )
    if not port:
        return TcpTarget(host)
    if not (port.isascii() and port.isdigit() and 0 < int(port) <= 65535):
        raise ValueError(f"{port!r} is no port number; it must be from 1 to 65535")
    return TcpTarget(host, int(port))


def _host_and_port(text: str) -> tuple[str, str]:
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        return host, rest.removeprefix(":")
    if text.count(":") > 1:
        return text, ""  # an IPv6 address without a port
    host, _, port = text.partition(":")
    return host, port
