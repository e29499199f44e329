"""Writes and reads PNG images, with the standard library alone.

    file     signature, then chunks IHDR, IDAT, IEND; PLTE (colours of indexed images) and tRNS (what is transparent) before IDAT
    chunk    length: uint32 big endian   type: 4 letters   content   CRC-32 of type and content
    IHDR     width, height: uint32; bits a sample, colour type, compression, filter, interlace: uint8
    IDAT     one zlib stream, perhaps in several chunks: for each row a filter byte and its bytes;
             interlaced images are seven smaller ones after each other
"""

from __future__ import annotations

import struct
import zlib

import numpy as np

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOR_TYPE = {1: 0, 2: 4, 3: 2, 4: 6}  # channels -> grey, grey and alpha, RGB, RGB and alpha
_IDAT = 8192  # bytes of the zlib stream in a chunk, as libpng has them


def encode_png(image: np.ndarray, level: int = -1) -> bytes:
    """A uint8 or uint16 array [height, width, 1 to 4 channels] as a PNG file; `level` is zlib's.

    The bytes are those that libpng writes (on the same zlib).
    """
    height, width, channels = image.shape
    rows = image.astype(">u2").view(np.uint8) if image.dtype == np.uint16 else np.ascontiguousarray(image)
    depth = 16 if image.dtype == np.uint16 else 8
    data = _deflated(_filtered(rows.reshape(height, -1), channels * depth // 8), level)
    content = [(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, _COLOR_TYPE[channels], 0, 0, 0))]
    content += [(b"IDAT", data[at : at + _IDAT]) for at in range(0, len(data), _IDAT)]
    return SIGNATURE + b"".join([_chunk(kind, data) for kind, data in [*content, (b"IEND", b"")]])


def _filtered(rows: np.ndarray, step: int) -> np.ndarray:
    """The rows of bytes, each with the filter before it whose result is nearest to zero.

    `step`: the bytes of a pixel.  The filters take off the pixel to the left, the one above, their mean, or whichever of
    left, above and upper left is nearest to left + above - upper left (Paeth).
    """
    height, size = rows.shape
    padded = np.zeros((height + 1, size + step), np.int16)
    padded[1:, step:] = rows
    here, left, above, corner = padded[1:, step:], padded[1:, :-step], padded[:-1, step:], padded[:-1, :-step]
    predictions = {0: np.int16(0)}
    if size > step:
        predictions[1] = left
    if height > 1:
        predictions[2] = above
    if size > step and height > 1:
        predictions[3] = (left + above) >> 1
        to_left, to_above = np.abs(above - corner), np.abs(left - corner)  # how far the estimate lies from each
        to_corner = np.abs(left + above - 2 * corner)
        predictions[4] = np.where(
            (to_left <= to_above) & (to_left <= to_corner), left, np.where(to_above <= to_corner, above, corner)
        )
    best = np.empty((height, size + 1), np.uint8)
    least = np.full(height, np.iinfo(np.int64).max)
    for kind, prediction in predictions.items():
        residue = (here - prediction).astype(np.uint8)
        distance = np.abs(residue.view(np.int8).astype(np.int16)).sum(1, dtype=np.int64)
        better = distance < least
        least[better] = distance[better]
        best[better, 0] = kind
        best[better, 1:] = residue[better]
    return best


def _deflated(rows: np.ndarray, level: int) -> bytes:
    """The zlib stream of all rows; the window of a small image is no larger than it needs."""
    window = 15
    if rows.size <= 16384:
        while window > 9 and rows.size + 262 <= 1 << (window - 1):
            window -= 1
    coder = zlib.compressobj(level, zlib.DEFLATED, window, 8, zlib.Z_FILTERED)
    data = bytearray(coder.compress(rows) + coder.flush())
    if rows.size <= 16384:  # the header may claim less than zlib needed to write it
        claimed = data[0] >> 4
        while claimed > 0 and rows.size <= 1 << (claimed + 7):
            claimed -= 1
        data[0] = data[0] & 15 | claimed << 4
        data[1] &= 0xE0
        data[1] += 31 - (data[0] << 8 | data[1]) % 31
    return bytes(data)


def _chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


# Reading ------------------------------------------------------------------------------------------------

_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of a colour type
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_WHOLE = [(0, 0, 1, 1)]
_PASSES = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]  # top, left, steps
_MOST = 1_000_000  # libpng takes no longer sides
_BAND = 1024  # rows that are unfiltered together, at most,
_AT_ONCE = 1 << 23  # and samples that they may have


class PngError(ValueError):
    """The file is no PNG image that can be read: `in_header` says where the fault is."""

    def __init__(self, message, in_header=False):
        super().__init__(message)
        self.in_header = in_header


def decode_png(data: bytes, channels: int = 0, dtype=np.uint8) -> np.ndarray:
    """The image [height, width, channels] of a PNG file as uint8 or uint16.

    `channels` is 1 to 4, or 0 for what the file has (indexed colours are 3, or 4 with transparency).
    Samples of 16 bits lose the lower 8 for uint8; those of 8 are doubled for uint16.  Raises PngError.
    """
    header, palette, transparent, gamma, compressed = _chunks(data)
    width, height, depth, kind, _, _, interlaced = header
    if width * height >= 1 << 29:
        raise PngError(f"PNG size too large for int: {width} by {height}")
    samples = _samples(compressed, width, height, depth, _CHANNELS[kind], interlaced)
    alpha = None
    if kind == 3:
        pixels, alpha = _from_palette(samples[..., 0], palette, transparent)
    else:
        colors = 3 if kind & 2 else 1
        pixels = samples[..., :colors]
        if kind & 4:
            alpha = samples[..., colors]
        elif transparent is not None and len(transparent) >= 2 * colors:
            wanted = np.frombuffer(transparent[: 2 * colors], ">u2") & ((1 << depth) - 1)
            alpha = np.where((pixels == wanted).all(axis=-1), 0, (1 << max(depth, 8)) - 1).astype(pixels.dtype)
        if depth < 8:
            pixels = pixels * np.uint8(255 // ((1 << depth) - 1))
    if not channels:
        channels = (3 if alpha is None else 4) if kind == 3 else _CHANNELS[kind]
    if channels < 3 and pixels.shape[-1] == 3:
        pixels = _grey(pixels, gamma)
    elif channels >= 3 and pixels.shape[-1] == 1:
        pixels = pixels.repeat(3, axis=-1)
    if channels % 2 == 0:
        if alpha is None:
            alpha = np.full(pixels.shape[:2], (1 << depth) - 1, pixels.dtype)  # TensorFlow does not expand it
        pixels = np.concatenate([pixels, alpha[..., None]], axis=-1)
    if dtype == np.uint8:
        return (pixels >> 8).astype(np.uint8) if depth == 16 else pixels.astype(np.uint8, copy=False)
    return pixels.astype(np.uint16, copy=False) if depth == 16 else pixels.astype(np.uint16) * 257


def _chunks(data) -> tuple:
    """(header, palette, transparency, gamma, image data)"""
    header = palette = transparent = gamma = None
    parts, at = [], 8
    while True:
        if at + 12 > len(data):
            raise PngError("the file ends early", header is None)
        (length,) = struct.unpack_from(">I", data, at)
        kind, content = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        if at + 12 + length > len(data):
            raise PngError("the file ends early", header is None)
        intact = zlib.crc32(kind + content) == struct.unpack_from(">I", data, at + 8 + length)[0]
        if not intact and not kind[0] & 32:
            raise PngError("a chunk whose checksum is wrong", header is None)
        at += 12 + length
        if header is None:
            if kind != b"IHDR" or length != 13:
                raise PngError("no header", True)
            header = struct.unpack(">IIBBBBB", content)
            width, height, depth, color, compression, filtering, interlaced = header
            if not (0 < width <= _MOST and 0 < height <= _MOST) or depth not in _DEPTHS.get(color, ()) or compression or filtering or interlaced > 1:
                raise PngError("not a header", True)
        elif kind == b"PLTE":
            palette = content
        elif kind == b"tRNS" and intact and header[3] in (0, 2, 3):
            transparent = content
        elif kind == b"gAMA" and intact and length == 4 and gamma is None:
            gamma = struct.unpack(">I", content)[0]
        elif kind == b"sRGB" and intact and length == 1:
            gamma = 45455
        elif kind == b"IDAT":
            parts.append(content)
        elif kind == b"IEND":
            break
        elif not kind[0] & 32:
            raise PngError("a chunk that is not known")
    if not parts or (header[3] == 3 and (not palette or len(palette) % 3)):
        raise PngError("a chunk is missing", not palette and header[3] == 3)
    return header, palette, transparent, gamma, b"".join(parts)


def _samples(compressed, width, height, depth, channels, interlaced) -> np.ndarray:
    """[height, width, channels] as they are in the file, of `depth` bits."""
    bits = depth * channels
    passes = []
    for top, left, down, across in _PASSES if interlaced else _WHOLE:
        rows, columns = -(-(height - top) // down), -(-(width - left) // across)
        if rows > 0 and columns > 0:
            passes.append((top, left, down, across, rows, columns, -(-columns * bits // 8)))
    expected = sum(p[4] * (1 + p[6]) for p in passes)
    try:
        raw = zlib.decompressobj().decompress(compressed, expected)
    except zlib.error as error:
        raise PngError(str(error)) from None
    if len(raw) < expected:
        raise PngError("less data than the image needs")
    out, at = None, 0
    raw = np.frombuffer(raw, np.uint8)
    for top, left, down, across, rows, columns, length in passes:
        lines = raw[at : at + rows * (1 + length)].reshape(rows, 1 + length)
        at += rows * (1 + length)
        lines = _unfiltered(lines[:, 0], lines[:, 1:], max(bits // 8, 1))
        if depth == 16:
            lines = lines.view(">u2").astype(np.uint16)
        elif depth < 8:
            parts = np.unpackbits(lines, axis=1).reshape(rows, -1, depth)
            lines = np.packbits(parts, axis=-1)[..., 0] >> (8 - depth)
        lines = lines[:, : columns * channels].reshape(rows, columns, channels)
        if not interlaced:
            return lines
        if out is None:
            out = np.zeros((height, width, channels), lines.dtype)
        out[top::down, left::across] = lines
    return out


def _unfiltered(filters, lines, step) -> np.ndarray:
    """Rows of bytes, from their differences to the left, to the row above, to the mean or the likeliest of both."""
    if filters.max() > 4:
        raise PngError("a filter that is not known")
    rows, length = lines.shape
    out = np.empty((rows, length), np.uint8)
    if filters.max() <= 2:
        above = np.zeros(length, np.uint8)
        for y, kind in enumerate(filters.tolist()):
            if kind == 0:
                out[y] = lines[y]
            elif kind == 1:
                out[y] = lines[y].reshape(-1, step).cumsum(axis=0, dtype=np.uint8).reshape(-1)
            else:
                np.add(lines[y], above, out=out[y])
            above = out[y]
        return out
    columns = length // step
    above = np.zeros((columns, step), np.uint8)
    size = max(32, min(_BAND, _AT_ONCE // (length + _BAND * step)))
    for start in range(0, rows, size):
        band = _band(filters[start : start + size], lines[start : start + size].reshape(-1, columns, step), above)
        out[start : start + size] = band.reshape(-1, length)
        above = band[-1]
    return out


def _band(filters, lines, above) -> np.ndarray:
    """Unfilters rows together: pixel x of row y needs those to the left and above, so all with the same x + y go at once.

    `slant[x + y + 1, y]` is pixel x of row y - 1; row 0 is the one above.  The likeliest of left, above and corner is also the
    one to the left where the others count as 0, and so on: every filter but the mean is that one of some of the three.
    """
    rows, columns, step = lines.shape
    slant = np.zeros((columns + rows + 1, rows + 1, step), np.int16)
    slant[1 : columns + 1, 0] = above
    across, down, samples = slant.strides[0], slant.strides[0] + slant.strides[1], slant.strides[2]
    upright = np.lib.stride_tricks.as_strided(slant[2:, 1:], (rows, columns, step), (down, across, samples))
    upright[...] = lines
    kinds = np.repeat(np.concatenate([[0], filters]), step).reshape(rows + 1, step)
    counts = [-np.isin(kinds, which).astype(np.int16) for which in ((1, 3, 4), (2, 3, 4), (4,))]
    is_mean = kinds == 3
    all_count, means = bool((filters == 4).all()), bool(is_mean.any())
    for d in range(2, columns + rows + 1):
        low, high = max(1, d - columns), min(rows, d - 1) + 1
        a, b, c = slant[d - 1, low:high], slant[d - 1, low - 1 : high - 1], slant[d - 2, low - 1 : high - 1]
        if not all_count:
            a, b, c = a & counts[0][low:high], b & counts[1][low:high], c & counts[2][low:high]
        to_above, to_left = a - c, b - c
        to_corner = np.abs(to_above + to_left)
        np.abs(to_above, out=to_above)
        np.abs(to_left, out=to_left)
        guess = np.where(to_above <= to_corner, b, c)
        np.copyto(guess, a, where=to_left <= np.minimum(to_above, to_corner))
        if means:
            np.copyto(guess, a + b >> 1, where=is_mean[low:high])
        here = slant[d, low:high]
        here += guess
        here &= 255
    return upright.astype(np.uint8)


def _from_palette(indices, palette, transparent) -> tuple:
    colors = np.zeros((256, 3), np.uint8)
    given = np.frombuffer(palette, np.uint8).reshape(-1, 3)[:256]
    colors[: len(given)] = given
    alpha = None
    if transparent is not None:
        table = np.full(256, 255, np.uint8)
        table[: len(transparent[:256])] = np.frombuffer(transparent[:256], np.uint8)
        alpha = table[indices]
    return colors[indices], alpha


def _grey(rgb, gamma) -> np.ndarray:
    """Luminance as libpng computes it: by way of linear light where the file names its gamma (1/100000), and grey stays grey."""
    most = np.iinfo(rgb.dtype).max
    levels, curved = rgb.astype(np.int64), bool(gamma) and abs(gamma - 100000) > 5000
    if curved:
        power = np.floor(1e10 / gamma + 0.5) * 1e-5
        levels = np.floor(most * (levels / most) ** power + 0.5).astype(np.int64)
    rounding = 16384 if curved or most > 255 else 0
    grey = levels[..., 0] * 9797 + levels[..., 1] * 19234 + levels[..., 2] * 3737 + rounding >> 15
    if curved:
        grey = np.floor(most * (grey / most) ** (gamma * 1e-5) + 0.5).astype(np.int64)
    same = (rgb[..., 0] == rgb[..., 1]) & (rgb[..., 1] == rgb[..., 2])
    return np.where(same, rgb[..., 0], grey).astype(rgb.dtype)[..., None]
