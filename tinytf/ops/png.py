"""Writes PNG images, with the standard library alone.

    file     signature, then chunks IHDR, IDAT, IEND
    chunk    length: uint32 big endian   type: 4 letters   content   CRC-32 of type and content
    IDAT     one zlib stream: for each row a filter byte and its bytes
"""

from __future__ import annotations

import struct
import zlib

import numpy as np

_COLOR_TYPE = {1: 0, 2: 4, 3: 2, 4: 6}  # channels -> grey, grey and alpha, RGB, RGB and alpha


def encode_png(image: np.ndarray, level: int = -1) -> bytes:
    """A uint8 or uint16 array [height, width, 1 to 4 channels] as a PNG file; `level` is zlib's."""
    height, width, channels = image.shape
    rows = image.astype(">u2").view(np.uint8) if image.dtype == np.uint16 else np.ascontiguousarray(image)
    rows = rows.reshape(height, -1)
    up = np.empty((height, rows.shape[1] + 1), np.uint8)
    up[:, 0] = 2  # each row as its difference to the one above: compresses well, and is quick in NumPy
    up[:1, 1:] = rows[:1]
    np.subtract(rows[1:], rows[:-1], out=up[1:, 1:])
    header = struct.pack(">IIBBBBB", width, height, 16 if image.dtype == np.uint16 else 8, _COLOR_TYPE[channels], 0, 0, 0)
    content = [(b"IHDR", header), (b"IDAT", zlib.compress(up.tobytes(), level)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in content)


def _chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
