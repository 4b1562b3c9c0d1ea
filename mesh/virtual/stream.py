"""Where does a frame begin and end on the stream? Whatever the bytes, the search goes on as the firmware's does."""

START1, START2 = 0x94, 0xC3
HEADER_BYTES = 4  # two start bytes, then the length, big-endian
FRAME_BYTES_MAX = 512  # a longer length is taken for noise


def frame(message: bytes) -> bytes:
    """One message as it travels on the stream."""
    assert len(message) <= FRAME_BYTES_MAX
    return bytes((START1, START2)) + len(message).to_bytes(2, "big") + message


class FrameReader:
    """Takes bytes in any pieces and gives the messages. It never looks back: a doubled start byte costs the frame."""

    def __init__(self) -> None:
        self._pending = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that are complete with `data`. A truncated frame waits for ever and swallows what follows."""
        messages: list[bytes] = []
        for byte in data:
            message = self._take(byte)
            if message is not None:
                messages.append(message)
        return messages

    def _take(self, byte: int) -> bytes | None:
        pending = self._pending
        expected = {0: START1, 1: START2}.get(len(pending))
        if expected is not None and byte != expected:
            pending.clear()
            return None
        pending.append(byte)
        if len(pending) < HEADER_BYTES:
            return None
        length = int.from_bytes(pending[2:4], "big")
        if length > FRAME_BYTES_MAX:
            pending.clear()
            return None
        if len(pending) < HEADER_BYTES + length:
            return None
        message = bytes(pending[HEADER_BYTES:])
        pending.clear()
        return message
