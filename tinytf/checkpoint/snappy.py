"""Snappy: the compression of table blocks in the `.index` files of TensorFlow 2.

    stream   = varint (length of the result), element …
    element  = tag byte, whose low two bits say what follows:

    00  literal     length-1 in the upper 6 bits; 60…63 mean that it stands in the next 1…4 bytes; then the bytes
    01  copy        length-4 in bits 2-4 (4…11), offset: bits 5-7 and the next byte (11 bits)
    10  copy        length-1 in the upper 6 bits (1…64), offset in the next 2 bytes
    11  copy        the same, offset in the next 4 bytes

A copy repeats `length` bytes from `offset` bytes before the end of what is there; it may reach
into itself (offset < length repeats a pattern).  An element of 3 bytes makes at most 64, so the
claimed length can be held against the size of the stream before anything is allocated.
"""

from __future__ import annotations

from tinytf.checkpoint.coding import get_varint

_MOST_PER_BYTE = 32  # 64 bytes for a copy of 2 bytes' tag+offset, rounded up generously


def decompress(data, limit: int) -> bytes:
    """The bytes that `data` holds.

    Args:
      data: the compressed stream (bytes-like).
      limit: the largest result accepted.

    Raises ValueError where the stream is malformed, lies about its length or passes the limit.
    """
    data = bytes(data)
    size = len(data)
    claimed, pos = get_varint(data, 0, size)
    if claimed > limit or claimed > _MOST_PER_BYTE * size:
        raise ValueError(f"snappy claims {claimed} bytes out of {size}; at most {min(limit, _MOST_PER_BYTE * size)} are possible")
    out = bytearray()
    while pos < size:
        tag = data[pos]
        pos += 1
        kind = tag & 3
        if kind == 0:
            length = tag >> 2
            if length >= 60:
                width = length - 59
                length = int.from_bytes(data[pos : pos + width], "little")
                pos += width
            length += 1
            if pos + length > size or len(out) + length > claimed:
                raise ValueError("a snappy literal reaches past the end")
            out += data[pos : pos + length]
            pos += length
            continue
        width = (1, 2, 4)[kind - 1]
        if pos + width > size:
            raise ValueError("a snappy copy is cut off")
        if kind == 1:
            length = (tag >> 2 & 7) + 4
            offset = (tag >> 5) << 8 | data[pos]
        else:
            length = (tag >> 2) + 1
            offset = int.from_bytes(data[pos : pos + width], "little")
        pos += width
        have = len(out)
        if offset == 0 or offset > have:
            raise ValueError(f"a snappy copy goes {offset} bytes back where {have} are there")
        if have + length > claimed:
            raise ValueError("a snappy copy makes more bytes than claimed")
        start = have - offset
        if offset >= length:
            out += out[start : start + length]
        else:
            pattern = bytes(out[start:])
            out += (pattern * (length // offset + 1))[:length]
    if len(out) != claimed:
        raise ValueError(f"snappy claims {claimed} bytes and holds {len(out)}")
    return bytes(out)
