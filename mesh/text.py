"""How few bytes does a short text take? Plain UTF-8 or deflated with our own dictionary, whichever is shorter.

The first byte says which: 0 plain, 1 raw deflate (RFC 1951) with the dictionary of that version. Later versions take
later numbers and the old dictionaries stay: a text lives for a month, and hubs are not all renewed on one day.
"""

import zlib

from mesh.refused import Refused
from mesh.text_dictionary import DICTIONARIES

PLAIN = 0
NEWEST = max(DICTIONARIES)
UTF8_BYTES_A_CHAR = 4
RAW_DEFLATE = -15  # zlib's wbits: no header, no checksum; the block's seal checks already


def pack_text(text: str) -> bytes:
    """`text` in at most 1 + its UTF-8 bytes. A lone surrogate is our own bug: UnicodeEncodeError."""
    plain = text.encode()
    best = bytes([PLAIN]) + plain
    for strategy in (zlib.Z_DEFAULT_STRATEGY, zlib.Z_FIXED):
        packer = zlib.compressobj(9, zlib.DEFLATED, RAW_DEFLATE, 9, strategy, DICTIONARIES[NEWEST])
        packed = bytes([NEWEST]) + packer.compress(plain) + packer.flush()
        if len(packed) < len(best):
            best = packed
    return best


def unpack_text(packed: bytes, chars_max: int) -> str:
    """The text, at most `chars_max` characters. Refused("inflate") if it is longer, ("shape") if this is no text.

    However small the input, no more than 4 bytes a character are ever inflated.
    """
    if not packed:
        raise Refused("shape")
    version, body = packed[0], packed[1:]
    plain = body if version == PLAIN else _inflate(body, version, UTF8_BYTES_A_CHAR * chars_max)
    try:
        text = plain.decode()
    except UnicodeDecodeError:
        raise Refused("shape") from None
    if len(text) > chars_max:
        raise Refused("inflate")
    return text


def _inflate(body: bytes, version: int, bytes_max: int) -> bytes:
    dictionary = DICTIONARIES.get(version)
    if dictionary is None:
        raise Refused("shape")
    unpacker = zlib.decompressobj(RAW_DEFLATE, dictionary)
    try:
        plain = unpacker.decompress(body, bytes_max + 1)  # 0 would mean "no limit" to zlib
    except zlib.error:
        raise Refused("shape") from None
    if len(plain) > bytes_max:
        raise Refused("inflate")
    if not unpacker.eof or unpacker.unused_data:
        raise Refused("shape")
    return plain
