"""Reads GIF images.

    header       "GIF87a" or "GIF89a"; width, height: uint16; flags; background, aspect; a colour table where flag 80 is set
    then blocks  21  extension: label, sub-blocks (TensorFlow looks at none: the transparent colour is drawn as any other)
                 2C  frame: left, top, width, height: uint16; flags (80 a colour table, 40 interlaced); the table;
                     the bits of a first code; sub-blocks of LZW codes
                 3B  the end
    sub-blocks   length: uint8, content; … ; 00
"""

from __future__ import annotations

import struct

import numpy as np

_MOST_BYTES = 1 << 31
_READING = "failed to slurp gif file: Failed to read from given file"


class GifError(ValueError):
    """The file is no GIF image that can be read."""


def decode(data: bytes) -> np.ndarray:
    """The frames uint8 [frames, height, width, 3], each upon those before it.  Raises GifError."""
    frames = []
    try:
        for frame in _frames(data):
            frames.append(frame)
    except (struct.error, IndexError):
        raise GifError(_READING) from None
    if not frames:
        raise GifError("gif file does not contain any image")
    height, width = max(f[0].shape[0] for f in frames), max(f[0].shape[1] for f in frames)
    if len(frames) * height * width * 3 >= _MOST_BYTES:
        raise GifError(f"{len(frames)} frames of {width} by {height} are too large")
    out = np.zeros((len(frames), height, width, 3), np.uint8)
    for k, (indices, left, top, table) in enumerate(frames):
        if k:
            out[k] = out[k - 1]
        elif indices.shape != (height, width) or left or top:
            raise GifError("the first frame does not fill the canvas")
        if table is None:
            raise GifError(f"missing color map for frame {k}")
        indices = indices[: max(height - top, 0), : max(width - left, 0)]
        if not indices.size:
            continue
        if indices.max() >= len(table):
            raise GifError(f"found color index {indices.max()} outside of color map range {len(table)}")
        out[k, top : top + indices.shape[0], left : left + indices.shape[1]] = table[indices]
    return out


def _frames(data):
    """Yields (indices, left, top, colour table) of each frame."""
    if data[:3] != b"GIF":
        raise GifError("failed to slurp gif file: Data is not in GIF format")
    flags = data[10]
    at, common = _table(data, 13, flags)
    kind = data[at]
    while kind != 0x3B:
        if kind == 0x21:
            _, at = _sub_blocks(data, at + 2)
        elif kind == 0x2C:
            left, top, width, height, flags = struct.unpack_from("<HHHHB", data, at + 1)
            at, own = _table(data, at + 10, flags)
            bits = data[at]
            content, at = _sub_blocks(data, at + 1)
            if not 1 <= bits <= 8 or width * height > 4096 * 8 * max(len(content), 1):  # the longest code says 4096 pixels
                raise GifError("failed to slurp gif file: Image is defective, decoding aborted")
            indices = _pixels(content, bits, width * height).reshape(height, width)
            if flags & 0x40:
                rows = np.concatenate([np.arange(first, height, step) for first, step in ((0, 8), (4, 8), (2, 4), (1, 2))])
                straight = np.empty_like(indices)
                straight[rows] = indices
                indices = straight
            yield indices, left, top, common if own is None else own
        else:
            raise GifError("failed to slurp gif file: Wrong record type detected")
        kind = data[at]


def _table(data, at, flags) -> tuple:
    """(place after it, colours [n, 3] or None)"""
    if not flags & 0x80:
        return at, None
    size = 3 << (flags & 7) + 1
    if at + size > len(data):
        raise GifError(_READING)
    return at + size, np.frombuffer(data[at : at + size], np.uint8).reshape(-1, 3)


def _sub_blocks(data, at) -> tuple:
    parts = []
    while data[at]:
        parts.append(data[at + 1 : at + 1 + data[at]])
        at += 1 + data[at]
    return b"".join(parts), at + 1


def _pixels(data, bits, count) -> np.ndarray:
    """`count` indices from LZW codes: each stands for a string, that of the code before it and one more byte."""
    clear, end = 1 << bits, (1 << bits) + 1
    first = [bytes([i]) for i in range(clear)] + [b"", b""]
    strings, width, previous = first[:], bits + 1, b""
    out, have, window, held, at = [], 0, 0, 0, 0
    while have < count:
        while held < width:
            if at >= len(data):
                raise GifError(_READING)
            window |= data[at] << held
            at += 1
            held += 8
        code = window & ((1 << width) - 1)
        window >>= width
        held -= width
        if code == clear:
            strings, width, previous = first[:], bits + 1, b""
            continue
        if code == end or code > len(strings) or (code == len(strings) and not previous):
            raise GifError("failed to slurp gif file: Image is defective, decoding aborted")
        string = strings[code] if code < len(strings) else previous + previous[:1]
        out.append(string)
        have += len(string)
        if previous and len(strings) < 4096:
            strings.append(previous + string[:1])
            if len(strings) == 1 << width and width < 12:
                width += 1
        previous = string
    return np.frombuffer(b"".join(out)[:count], np.uint8)
