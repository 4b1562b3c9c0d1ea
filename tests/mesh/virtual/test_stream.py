"""Are frames found on the stream, whatever is between them and however they are cut?"""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mesh.virtual.stream import FRAME_BYTES_MAX, FrameReader, frame

MESSAGES = st.lists(st.binary(max_size=FRAME_BYTES_MAX), max_size=5)


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[start:end] for start, end in pairwise(edges)]


@given(MESSAGES, st.lists(st.integers(min_value=0), max_size=8))
def test_frames_arrive_whole_however_the_stream_is_cut(messages: list[bytes], cuts: list[int]) -> None:
    reader = FrameReader()
    stream = b"".join(frame(message) for message in messages)

    assert [m for piece in pieces(stream, cuts) for m in reader.feed(piece)] == messages


@given(st.binary(max_size=50).filter(lambda noise: b"\x94" not in noise), st.binary(max_size=50))
def test_noise_before_a_frame_is_passed_over(noise: bytes, message: bytes) -> None:
    assert FrameReader().feed(noise + frame(message)) == [message]


@given(st.binary(max_size=2000))
def test_any_bytes_give_messages_of_the_allowed_length_or_none(noise: bytes) -> None:
    assert all(len(message) <= FRAME_BYTES_MAX for message in FrameReader().feed(noise))


def test_a_frame_after_a_doubled_start_byte_is_lost_as_in_the_firmware() -> None:
    reader = FrameReader()

    assert reader.feed(b"\x94" + frame(b"lost")) == []
    assert reader.feed(frame(b"found")) == [b"found"]
