"""Numbers and strings as bytes: the bottom layer of both checkpoint formats.

    varint       7 bits a byte, low bits first, the top bit set on all bytes but the last
                     300 = 0b10_0101100  ->  AC 02
    fixed32/64   little endian, 4 or 8 bytes

"Ordered code" writes values so that comparing the bytes compares the values; the keys of
tensor slices are made of it:

    number       one byte: how many bytes follow; then the value, big endian, no leading zeros
                     0 -> 00        300 -> 02 01 2C
    string       its bytes, with 00 -> 00 FF and FF -> FF 00; then the terminator 00 01
    signed       as many leading 1 bits as bytes are used, a 0 bit, then the value in two's complement;
                 for negative values every bit is flipped
                     5 -> 85        -1 -> 7F        100 -> C0 64

Every reader below takes a position and an end, never passes the end, and raises `ValueError`
with the reason; the layer that knows the file's name turns that into a typed error.
"""

from __future__ import annotations

import struct

MAX_VARINT = (1 << 64) - 1

_FIXED32 = struct.Struct("<I")
_FIXED64 = struct.Struct("<Q")


def put_varint(value: int) -> bytes:
    """`value` (0 … 2^64-1) as a varint."""
    if value < 0x80:
        return bytes((value,))
    if value < 0x4000:
        return bytes((value & 0x7F | 0x80, value >> 7))
    if value < 0x200000:
        return bytes((value & 0x7F | 0x80, value >> 7 & 0x7F | 0x80, value >> 14))
    out = bytearray()
    while value >= 0x80:
        out.append((value & 0x7F) | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def get_varint(data, pos: int, end: int) -> tuple[int, int]:
    """The varint at `pos`, and the position after it.  ValueError where it is cut off or longer than 64 bits."""
    if pos < end:
        byte = data[pos]
        if byte < 0x80:  # by far the most frequent
            return byte, pos + 1
    value = shift = 0
    while True:
        if pos >= end:
            raise ValueError("a varint is cut off")
        byte = data[pos]
        pos += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            break
        shift += 7
        if shift > 63:
            raise ValueError("a varint is longer than 10 bytes")
    if value > MAX_VARINT:
        raise ValueError("a varint is larger than 64 bits")
    return value, pos


def put_fixed32(value: int) -> bytes:
    """`value` as 4 bytes, little endian."""
    return _FIXED32.pack(value)


def get_fixed32(data, pos: int) -> int:
    """The 4 bytes at `pos` as a number."""
    return _FIXED32.unpack_from(data, pos)[0]


def put_fixed64(value: int) -> bytes:
    """`value` as 8 bytes, little endian."""
    return _FIXED64.pack(value)


def get_fixed64(data, pos: int) -> int:
    """The 8 bytes at `pos` as a number."""
    return _FIXED64.unpack_from(data, pos)[0]


def ordered_number(value: int) -> bytes:
    """`value` (0 … 2^64-1) in ordered code."""
    size = (value.bit_length() + 7) // 8
    return bytes((size,)) + value.to_bytes(size, "big")


def get_ordered_number(data: bytes, pos: int) -> tuple[int, int]:
    """The ordered number at `pos`, and the position after it."""
    if pos >= len(data) or data[pos] > 8 or pos + 1 + data[pos] > len(data):
        raise ValueError("an ordered number is cut off")
    end = pos + 1 + data[pos]
    return int.from_bytes(data[pos + 1 : end], "big"), end


def ordered_string(value: bytes) -> bytes:
    """`value` in ordered code."""
    return b"\x00\xff".join(part.replace(b"\xff", b"\xff\x00") for part in value.split(b"\x00")) + b"\x00\x01"


def get_ordered_string(data: bytes, pos: int) -> tuple[bytes, int]:
    """The ordered string at `pos`, and the position after its terminator."""
    out = bytearray()
    while True:
        if pos + 1 >= len(data):
            raise ValueError("an ordered string has no terminator")
        byte, follower = data[pos], data[pos + 1]
        if byte == 0x00:
            if follower == 0x01:
                return bytes(out), pos + 2
            if follower != 0xFF:
                raise ValueError("an ordered string holds a bad escape")
            out.append(0)
            pos += 2
        elif byte == 0xFF:
            if follower != 0x00:
                raise ValueError("an ordered string holds a bad escape")
            out.append(0xFF)
            pos += 2
        else:
            out.append(byte)
            pos += 1


def ordered_signed(value: int) -> bytes:
    """`value` (-2^63 … 2^63-1) in ordered code."""
    magnitude = ~value if value < 0 else value
    size = magnitude.bit_length() // 7 + 1  # 1 header bit a byte, and the sign
    header = ((1 << size) - 1) << (8 * size - size)
    return (magnitude | header if value >= 0 else ~(magnitude | header) & ((1 << 8 * size) - 1)).to_bytes(size, "big")


def get_ordered_signed(data: bytes, pos: int) -> tuple[int, int]:
    """The ordered signed number at `pos`, and the position after it."""
    if pos >= len(data):
        raise ValueError("an ordered signed number is cut off")
    flip = 0 if data[pos] & 0x80 else 0xFF
    size = 0
    for byte in data[pos : pos + 2]:
        byte ^= flip
        ones = 8 - (byte ^ 0xFF).bit_length()
        size += ones
        if ones < 8:
            break
    if size > 10 or pos + size > len(data):
        raise ValueError("an ordered signed number is cut off")
    number = int.from_bytes(bytes(b ^ flip for b in data[pos : pos + size]), "big")
    number &= (1 << (7 * size)) - 1  # without the header bits; bit 7·size−1 is the (zero) sign
    if number > (1 << 63) - 1:
        raise ValueError("an ordered signed number is larger than 64 bits")
    return (~number if flip else number), pos + size
