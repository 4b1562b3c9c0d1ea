"""Does a name server answer here? One question, asked as a phone asks it."""

import ipaddress
import socket
import struct

PORT = 53
ANSWER_BYTES_MAX = 512  # RFC 1035: what an answer over UDP may have
TYPE_A, CLASS_IN = 1, 1
ANSWERS_MAX = 16
# Nobody else can answer: the socket takes datagrams of that server alone, on a port that the kernel chose.
QUESTION_ID = 0x504C

_HEADER = struct.Struct("!6H")  # id, flags, questions, answers, authorities, additional
_RECORD = struct.Struct("!HHHIH")  # name (a pointer), type, class, time to live, length of the data


class NoAnswer(Exception):
    """The server said nothing, or nothing that a name server says; `words` say which."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


def ask_for(name: str, server: str, *, port: int = PORT, wait_s: float = 5.0) -> frozenset[ipaddress.IPv4Address]:
    """The IPv4 addresses that `server` gives for `name`; none is an answer too. Raises NoAnswer."""
    question = _question(name)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(wait_s)
        try:
            asking.connect((server, port))
            asking.send(question)
            answer = asking.recv(ANSWER_BYTES_MAX)
        except TimeoutError:
            raise NoAnswer(f"nothing came back from {server} port {port}") from None
        except ConnectionRefusedError:
            raise NoAnswer(f"nothing listens at {server} port {port}") from None
        except OSError as problem:
            raise NoAnswer(f"{server} cannot be asked ({problem.strerror})") from None
    return _addresses(answer, question)


def _question(name: str) -> bytes:
    labels = b"".join(bytes([len(label)]) + label.encode("ascii") for label in name.split("."))
    wanted = labels + b"\0" + struct.pack("!HH", TYPE_A, CLASS_IN)
    return _HEADER.pack(QUESTION_ID, 0x0100, 1, 0, 0, 0) + wanted  # 0x0100: recursion desired, as phones ask


def _addresses(answer: bytes, question: bytes) -> frozenset[ipaddress.IPv4Address]:
    if len(answer) < _HEADER.size:
        raise NoAnswer("what came back is no answer")
    number, flags, _, count, _, _ = _HEADER.unpack_from(answer)
    if number != QUESTION_ID or not flags & 0x8000:
        raise NoAnswer("what came back is no answer")
    found = set()
    at = len(question)  # the answer repeats the question
    for _ in range(min(count, ANSWERS_MAX)):
        if at + _RECORD.size > len(answer):
            break
        _, kind, _, _, length = _RECORD.unpack_from(answer, at)
        at += _RECORD.size
        if kind == TYPE_A and length == 4 and at + 4 <= len(answer):
            found.add(ipaddress.IPv4Address(answer[at : at + 4]))
        at += length
    return frozenset(found)
