"""What does somebody with a third radio read of a Wi-Fi, without a password and with one? IEEE 802.11, as bytes."""

import hashlib
import hmac
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESCCM

DATA, QOS, NO_BODY = 2, 0x80, 0x40  # of the first byte: the type (shifted), and two bits of the subtype
TO_HUB, FROM_HUB, PROTECTED, HAS_ORDER = 0x01, 0x02, 0x40, 0x80  # of the second
EAPOL = bytes.fromhex("aaaa03000000888e")  # LLC and SNAP before a frame of the handshake
FLAGS_AT_END = 0x10  # of radiotap's flags: four bytes of checksum follow the frame
CCMP_BYTES, CHECK_BYTES = 8, 8


@dataclass(frozen=True, slots=True)
class Frame:
    """One data frame that was heard."""

    head: bytes  # the header of IEEE 802.11
    body: bytes

    @property
    def is_protected(self) -> bool:
        return bool(self.head[1] & PROTECTED)

    @property
    def sender(self) -> bytes:
        return self.head[10:16]

    @property
    def receiver(self) -> bytes:
        return self.head[4:10]


@dataclass(frozen=True, slots=True)
class Joining:
    """What of a WPA2 handshake goes through the air in clear, and is enough with the password."""

    hub: bytes
    phone: bytes
    hub_nonce: bytes
    phone_nonce: bytes
    signed: bytes  # the phone's answer, its check as zeros
    check: bytes


def data_frames(heard: Iterable[bytes]) -> list[Frame]:
    """heard: as Linux hands them out of a monitor interface, radiotap first."""
    return [frame for packet in heard if (frame := _data_frame(packet)) is not None]


def in_clear(frames: Iterable[Frame]) -> bytes:
    """All that can be read without any key."""
    return b"\n".join(frame.body for frame in frames if not frame.is_protected)


def with_key(frames: list[Frame], pmk: bytes) -> bytes:
    """All that can be read by who has a WPA2 key (made from name and password) and heard phones join with it."""
    texts: list[bytes] = []
    pair: tuple[bytes, bytes, bytes] | None = None
    joinings = {joining.signed: joining for joining in _joinings(frames)}
    for frame in frames:
        joining = joinings.get(_signed(frame))
        if joining is not None:
            key = _temporal_key(joining, pmk)
            pair = (joining.hub, joining.phone, key) if key is not None else pair
        elif frame.is_protected and pair is not None and {frame.sender, frame.receiver} == set(pair[:2]):
            texts.append(opened(frame, pair[2]) or b"")
    return b"\n".join(texts)


def opened(frame: Frame, key: bytes) -> bytes | None:
    """A frame that CCMP sealed under `key`; None if it was another key."""
    head, sealed = frame.head, frame.body
    if len(sealed) < CCMP_BYTES + CHECK_BYTES:
        return None
    has_qos = bool(head[0] & QOS)
    number = bytes([sealed[7], sealed[6], sealed[5], sealed[4], sealed[1], sealed[0]])
    lane = head[24] & 0x0F if has_qos else 0
    # 12.5.3.3.3: what a relay may change on the way is masked.
    masked = bytes([head[0] & 0x8F, (head[1] & (0x47 if has_qos else 0xC7)) | PROTECTED])
    also = masked + head[4:22] + bytes([head[22] & 0x0F, 0]) + (bytes([lane, 0]) if has_qos else b"")
    nonce = bytes([lane]) + head[10:16] + number
    try:
        return AESCCM(key, tag_length=CHECK_BYTES).decrypt(nonce, sealed[CCMP_BYTES:], also)
    except InvalidTag:
        return None


def _data_frame(packet: bytes) -> Frame | None:
    if len(packet) < 8:
        return None
    _, _, radiotap_bytes, present = struct.unpack_from("<BBHI", packet)
    frame = packet[radiotap_bytes:]
    if _has_checksum(packet, present):
        frame = frame[:-4]
    if len(frame) < 24 or frame[0] >> 2 & 3 != DATA or frame[0] & NO_BODY:
        return None
    if frame[1] & (TO_HUB | FROM_HUB) in (0, TO_HUB | FROM_HUB):  # between two phones, or two hubs: not here
        return None
    head_bytes = 24
    if frame[0] & QOS:
        head_bytes += 2 + (4 if frame[1] & HAS_ORDER else 0)
    return Frame(frame[:head_bytes], frame[head_bytes:])


def _has_checksum(packet: bytes, present: int) -> bool:
    """radiotap: its flags stand behind the words that say what is present, and behind a clock of eight bytes."""
    at, word = 8, present
    while word >> 31:
        (word,) = struct.unpack_from("<I", packet, at)
        at += 4
    if present & 1:
        at = (at + 7) // 8 * 8 + 8
    return bool(present & 2) and bool(packet[at] & FLAGS_AT_END)


def _signed(frame: Frame) -> bytes:
    """The phone's half of the handshake with its check as zeros; b"" for any other frame."""
    said = _eapol(frame)
    if said is None or not frame.head[1] & TO_HUB or not said[17:49].strip(b"\0"):
        return b""
    return said[:81] + bytes(16) + said[97:]


def _joinings(frames: Iterable[Frame]) -> Iterator[Joining]:
    """Message 1 carries the hub's random number, message 2 the phone's, and a check that only the key makes."""
    hub_nonces: dict[tuple[bytes, bytes], bytes] = {}
    for frame in frames:
        said = _eapol(frame)
        if said is None:
            continue
        nonce = said[17:49]
        if frame.head[1] & FROM_HUB:
            hub_nonces[frame.sender, frame.receiver] = nonce
        elif (hub_nonce := hub_nonces.get((frame.receiver, frame.sender))) is not None and nonce.strip(b"\0"):
            yield Joining(frame.receiver, frame.sender, hub_nonce, nonce, _signed(frame), said[81:97])


def _eapol(frame: Frame) -> bytes | None:
    """A frame of the handshake, without what stands before it."""
    if frame.is_protected or not frame.body.startswith(EAPOL):
        return None
    said = frame.body[len(EAPOL) :]
    (length,) = struct.unpack_from("!H", said, 2)
    said = said[: 4 + length]
    return said if len(said) >= 99 else None


def _temporal_key(joining: Joining, pmk: bytes) -> bytes | None:
    """12.7.1.3: the key between the two; None if the phone joined with another password."""
    pair = min(joining.hub, joining.phone) + max(joining.hub, joining.phone)
    nonces = (joining.hub_nonce, joining.phone_nonce)
    seed = b"Pairwise key expansion\0" + pair + min(nonces) + max(nonces)
    stream = b"".join(hmac.digest(pmk, seed + bytes([count]), hashlib.sha1) for count in range(3))
    check = hmac.digest(stream[:16], joining.signed, hashlib.sha1)[:16]
    return stream[32:48] if hmac.compare_digest(check, joining.check) else None
