"""Which small values does the hub keep by name, and which of two is newer? Clocks jump, so a counter says it."""

from dataclasses import dataclass

from mesh.refused import Refused

NAME_BYTES_MAX = 64
VALUE_BYTES_MAX = 60_000
COUNT_BYTES = 8


@dataclass(frozen=True, slots=True)
class Meta:
    """A value, the number of its statement, and the day until which that one is kept."""

    value: bytes
    count: int
    day: int


class Metas:
    """The newest statement of every name. As bytes: count 8 | length of the name 1 | name | value."""

    def __init__(self) -> None:
        self._newest: dict[str, Meta] = {}
        self._count = 0

    def state(self, name: str, value: bytes, day: int) -> bytes:
        """State `value` anew, newer than all before; gives the entry's bytes. Too long a one is our bug: ValueError."""
        encoded = name.encode()
        if not 0 < len(encoded) <= NAME_BYTES_MAX or len(value) > VALUE_BYTES_MAX:
            raise ValueError(f"a named value may have {NAME_BYTES_MAX} and {VALUE_BYTES_MAX} bytes")
        self._count += 1
        self._newest[name] = Meta(value, self._count, day)
        return self._count.to_bytes(COUNT_BYTES) + bytes([len(encoded)]) + encoded + value

    def restore(self, stated: bytes, day: int) -> None:
        """Take in a statement that was read back, in any order. Refused("shape") if it is none."""
        name_at = COUNT_BYTES + 1
        if len(stated) < name_at or len(stated) < name_at + stated[COUNT_BYTES]:
            raise Refused("shape")
        count = int.from_bytes(stated[:COUNT_BYTES])
        value_at = name_at + stated[COUNT_BYTES]
        try:
            name = stated[name_at:value_at].decode()
        except UnicodeDecodeError:
            raise Refused("shape") from None
        known = self._newest.get(name)
        if known is None or known.count < count:
            self._newest[name] = Meta(stated[value_at:], count, day)
        self._count = max(self._count, count)

    def get(self, name: str) -> bytes | None:
        meta = self._newest.get(name)
        return meta.value if meta is not None else None

    def values(self) -> dict[str, bytes]:
        return {name: meta.value for name, meta in self._newest.items()}

    def older_than(self, day: int) -> dict[str, bytes]:
        """The values whose newest statement is kept until a day before `day`."""
        return {name: meta.value for name, meta in self._newest.items() if meta.day < day}
