"""Is the listener one that could listen? Published vectors of IEEE 802.11, for what the Wi-Fi tests rest on."""

import struct

from wifi_listener import Frame, data_frames, in_clear, opened

# IEEE 802.11-2012, M.6.4: CCMP
KEY = bytes.fromhex("c97c1f67ce371185514a8a19f2bdd52f")
HEAD = bytes.fromhex("0848c32c0fd2e128a57c5030f1844408abaea5b8fcba8033")
SEALED = bytes.fromhex("0ce70020769703b5f3d0a2fe9a3dbf2342a643e43246e80c3c04d0197845ce0b16f97623")
TEXT = bytes.fromhex("f8ba1a55d02f85ae967bb62fb6cda8eb7e78a050")


def test_it_opens_the_standards_own_frame_with_its_key_and_with_no_other() -> None:
    frame = Frame(HEAD, SEALED)

    assert frame.is_protected
    assert opened(frame, KEY) == TEXT
    assert opened(frame, bytes(16)) is None


def test_it_reads_what_nobody_sealed_and_leaves_out_a_checksum_behind_it() -> None:
    head = bytes([0x08, 0x01]) + HEAD[2:]
    plain = struct.pack("<BBHI", 0, 0, 8, 0) + head + b"in clear"
    with_checksum = struct.pack("<BBHIB", 0, 0, 9, 2, 0x10) + head + b"checked" + bytes(4)
    beacon = struct.pack("<BBHI", 0, 0, 8, 0) + bytes([0x80, 0]) + HEAD[2:] + b"a name"

    assert in_clear(data_frames([plain, with_checksum, beacon, b"", b"\0" * 9])) == b"in clear\nchecked"
