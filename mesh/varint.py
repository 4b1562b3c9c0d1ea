"""How are small numbers written small? Seven bits a byte, low ones first, at most three bytes (LEB128)."""

from mesh.refused import Refused

VARINT_MAX = 2**21 - 1


def put_varint(number: int) -> bytes:
    if not 0 <= number <= VARINT_MAX:
        raise ValueError(f"{number} does not fit three bytes of seven bits")
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


class Reader:
    """Takes fields off the front of a body that a control frame carried. Refused("shape") where it is too short."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    def __bool__(self) -> bool:
        return self._at < len(self._body)

    def take(self, count: int) -> bytes:
        if self._at + count > len(self._body):
            raise Refused("shape")
        self._at += count
        return self._body[self._at - count : self._at]

    def number(self, count: int = 1) -> int:
        return int.from_bytes(self.take(count))

    def varint(self) -> int:
        number = 0
        for shift in (0, 7, 14):
            byte = self.number()
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                return number
        raise Refused("shape")
