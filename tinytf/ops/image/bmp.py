"""Reads uncompressed BMP images.

    0   "BM"                            18  width: int32       28  bits a pixel
    10  where the pixels begin: int32   22  height: int32, negative where the first row is the upper one
    rows of pixels: blue, green, red (and alpha), or one byte; each row filled up to 4 bytes
"""

from __future__ import annotations

import struct

import numpy as np


def decode(data: bytes, channels: int = 0) -> np.ndarray:
    """The image uint8 [height, width, channels]; ValueError in TensorFlow's words where it is none."""
    if len(data) < 32:
        raise ValueError(
            "Incomplete bmp content, requires at least 32 bytes to find the header size, width, height, and bpp, "
            f"got {len(data)} bytes"
        )
    start, width, height, bits = (struct.unpack_from("<i", data, at)[0] for at in (10, 18, 22, 28))
    depth = int(bits / 8)
    if channels and channels != depth:
        raise ValueError(f"channels attribute {channels} does not match bits per pixel from file {depth}")
    if depth not in (1, 3, 4):
        raise ValueError(f"Number of channels must be 1, 3 or 4, was {depth}")
    if width <= 0:
        raise ValueError("Width must be positive")
    if height == 0:
        raise ValueError("Height must be nonzero")
    rows, length = abs(height), (width * depth + 3) // 4 * 4
    if rows * width * depth >= 1 << 30:
        raise ValueError("Total possible pixel bytes must be less than 2^30")
    needed = start + (rows - 1) * length + width * depth
    if start < 0:
        raise ValueError(f"bmp pixels cannot begin at byte {start}")
    if len(data) < needed:
        raise ValueError(f"Incomplete bmp content, requires at least {needed} bytes, got {len(data)} bytes")
    content = np.frombuffer(data[start:needed] + bytes(4), np.uint8)[: rows * length]  # the last row may lack its filling
    image = content.reshape(rows, length)[:, : width * depth].reshape(rows, width, depth)
    if height > 0:
        image = image[::-1]
    if depth > 1:
        image = image[..., [2, 1, 0, 3][:depth]]
    return np.ascontiguousarray(image)
