"""What people write when they say where the radio is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.links.target import SerialTarget, Target, TcpTarget, parse_target


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("auto", SerialTarget("auto")),
        ("/dev/ttyUSB0", SerialTarget("/dev/ttyUSB0")),
        ("192.168.1.20", TcpTarget("192.168.1.20", 4403)),
        (" radio.lan:4404 ", TcpTarget("radio.lan", 4404)),
        ("::1", TcpTarget("::1", 4403)),
        ("[::1]:4404", TcpTarget("::1", 4404)),
    ],
)
def test_a_target_is_read(text: str, target: Target) -> None:
    assert parse_target(text) == target


@pytest.mark.parametrize("text", ["", ":4403", "host:0", "host:65536", "host:abc", "a b", "ttyUSB0/x", "host:²"])
def test_what_is_no_target_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match="port"):
        parse_target(text)


@given(st.text(max_size=30))
def test_any_text_is_a_target_or_refused(text: str) -> None:
    try:
        target = parse_target(text)
    except ValueError:
        return
    assert isinstance(target, SerialTarget) or parse_target(str(target)) == target
