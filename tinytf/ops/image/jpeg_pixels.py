"""From JPEG's coefficients to pixels: inverse transforms, upsampling and colours, in the integer arithmetic of libjpeg.

The transforms work on arrays [8, 8, blocks]: each step of the textbook algorithm is one NumPy call for all blocks.
"""

from __future__ import annotations

import math

import numpy as np

_AT_ONCE = 1024  # blocks that are transformed together: their numbers stay in the cache


def picture(frame, channels, ratio, fancy, fast, crop, error) -> np.ndarray:
    """The pixels uint8 [height, width, channels] of a frame whose coefficients are known."""
    space = _space(frame)
    size = 8 // ratio  # pixels a side that a block of the least sampled component becomes
    height, width = -(-frame.height // ratio), -(-frame.width // ratio)
    top, left, rows, columns = (0, 0, height, width) if crop is None else crop
    if rows <= 0 or columns <= 0 or top < 0 or left < 0 or top + rows > height or left + columns > width:
        raise error("a crop that does not lie in the image")
    if channels == 1 and space in ("CMYK", "YCCK"):
        raise error("no grey from CMYK")
    wanted = frame.components[:1] if channels == 1 and space in ("grey", "YCbCr") else frame.components
    check_sampling(frame, wanted, error)
    # libjpeg starts a crop where MCUs do, and takes its sides for those of the image.
    start = 0
    if columns != width:
        align = size if len(frame.components) == 1 else size * frame.max_h
        start = left // align * align
    span = left + columns - start if columns != width else width
    planes = []
    for c in wanted:
        if c.steps is None:
            raise error("a component that is in no scan")
        planes.append(_plane(frame, c, size, start, span, width, height, fancy, fast)[top : top + rows, left - start : left - start + columns])
    return _colors(planes, space, channels, frame.adobe is not None)


def check_sampling(frame, components, error) -> None:
    """Each sample must stand for a whole number of pixels."""
    if any(frame.max_h % c.h or frame.max_v % c.v for c in components):
        raise error("fractional sampling is not supported")


def _space(frame) -> str:
    """What the components mean, as libjpeg guesses."""
    count = len(frame.components)
    if count == 1:
        return "grey"
    if count == 4:
        return "CMYK" if frame.adobe in (None, 0) else "YCCK"
    if frame.saw_jfif:
        return "YCbCr"
    if frame.adobe is not None:
        return "RGB" if frame.adobe == 0 else "YCbCr"
    return "RGB" if [c.identifier for c in frame.components] == [82, 71, 66] else "YCbCr"


def _plane(frame, c, size, start, span, width, height, fancy, fast) -> np.ndarray:
    """One component's samples, upsampled: [height, at least span] from column `start` on."""
    side = size  # a subsampled component may need less shrinking
    while side < 8 and frame.max_h * size % (c.h * side * 2) == 0 and frame.max_v * size % (c.v * side * 2) == 0:
        side *= 2
    across, down = (frame.max_h * size, c.h * side), (frame.max_v * size, c.v * side)
    full = -(-frame.width * c.h * side // (frame.max_h * 8))
    rows = -(-frame.height * c.v * side // (frame.max_v * 8))
    samples = _samples(c, side, fast)[:rows]
    first = start * across[1] // across[0]
    columns = -(-span * across[1] // across[0])
    samples = samples[:, first : first + columns] if span != width else samples[:, :full]
    smooth = fancy and size > 1
    if across[0] == across[1] and down[0] == down[1]:
        return samples
    wide = (columns if columns < 2 <= full else full) > 2
    if across[0] == 2 * across[1] and down[0] == down[1]:
        return _wider(samples.astype(np.int32), 1, 2, 2) if smooth and wide else samples.repeat(2, axis=1)
    if across[0] == 2 * across[1] and down[0] == 2 * down[1]:
        return _larger(samples) if smooth and wide else samples.repeat(2, axis=0).repeat(2, axis=1)
    if across[0] == across[1] and down[0] == 2 * down[1] and smooth:
        return _taller(samples)
    return samples.repeat(down[0] // down[1], axis=0).repeat(across[0] // across[1], axis=1)


def _wider(x, low, high, shift) -> np.ndarray:
    """Twice the columns: each 3/4 of the nearest and 1/4 of the next; x counts 1 << (shift - 2) times."""
    out = np.empty((x.shape[0], x.shape[1], 2), np.int32)
    triple = 3 * x
    out[:, 1:, 0] = triple[:, 1:] + x[:, :-1] + low
    out[:, :-1, 1] = triple[:, :-1] + x[:, 1:] + high
    out[:, 0, 0] = 4 * x[:, 0] + low
    out[:, -1, 1] = 4 * x[:, -1] + high
    if shift == 2:  # the ends stand for themselves
        out[:, 0, 0], out[:, -1, 1] = 4 * x[:, 0], 4 * x[:, -1]
    out >>= shift
    return out.astype(np.uint8).reshape(x.shape[0], -1)


def _taller(samples) -> np.ndarray:
    """Twice the rows."""
    x = samples.astype(np.int32)
    above, below = np.concatenate([x[:1], x[:-1]]), np.concatenate([x[1:], x[-1:]])
    return (np.stack([3 * x + above + 1, 3 * x + below + 2], axis=1) >> 2).astype(np.uint8).reshape(-1, x.shape[1])


def _larger(samples) -> np.ndarray:
    """Twice the rows and columns."""
    x = samples.astype(np.int32)
    above, below = np.concatenate([x[:1], x[:-1]]), np.concatenate([x[1:], x[-1:]])
    rows = np.stack([3 * x + above, 3 * x + below], axis=1).reshape(-1, x.shape[1])
    return _wider(rows, 8, 7, 4)


# Inverse transforms ---------------------------------------------------------------------------------------


def _samples(c, side, fast) -> np.ndarray:
    """The component's samples uint8, each block as side x side pixels."""
    if side == 8 and fast:
        scale = [1.0] + [math.cos(k * math.pi / 16) * math.sqrt(2) for k in range(1, 8)]
        scales = np.array([[int(a * b * 16384 + 0.5) for b in scale] for a in scale]).reshape(64)
        steps, transform = (c.steps * scales + 2048) >> 12, _fast
    else:
        steps, transform = c.steps, {8: _accurate, 4: _four, 2: _two, 1: _one}[side]
    rows, columns = c.coefficients.shape[:2]
    blocks = c.coefficients.reshape(-1, 64)
    steps = steps.astype(np.int32)[:, None]
    out = np.empty((rows * columns, side, side), np.uint8)
    for i in range(0, len(blocks), _AT_ONCE):
        part = np.multiply(blocks[i : i + _AT_ONCE].T, steps, dtype=np.int32, order="C").reshape(8, 8, -1)
        pixels = np.stack([np.stack(row) for row in transform(part)])  # [side, side, blocks]
        pixels += 128
        np.clip(pixels, 0, 255, out=pixels)
        out[i : i + _AT_ONCE] = pixels.transpose(2, 0, 1)
    return out.reshape(rows, columns, side, side).swapaxes(1, 2).reshape(rows * side, columns * side)


def _both(one_dimension, x, outer, inner):
    """Columns, then rows: `one_dimension(eight arrays)` gives the samples along one side before they are scaled."""
    columns = [v + (1 << outer >> 1) >> outer for v in one_dimension(x)]  # each [8 frequencies across, blocks]
    rows = one_dimension([np.stack([c[k] for c in columns]) for k in range(8)])  # each [side, blocks]: a column of pixels
    pixels = [v + (1 << inner >> 1) >> inner for v in rows]
    return [[p[y] for p in pixels] for y in range(len(pixels))]


def _fast(x):
    """Arai, Agui and Nakajima's transform, with 8 bit constants and no rounding."""

    def one_dimension(x):
        a, b = x[0] + x[4], x[0] - x[4]
        d = x[2] + x[6]
        c = ((x[2] - x[6]) * 362 >> 8) - d
        even = a + d, b + c, b - c, a - d
        z13, z10, z11, z12 = x[5] + x[3], x[5] - x[3], x[1] + x[7], x[1] - x[7]
        t7 = z11 + z13
        z5 = (z10 + z12) * 473 >> 8
        t6 = (z10 * -669 >> 8) + z5 - t7
        t5 = ((z11 - z13) * 362 >> 8) - t6
        t4 = (z12 * 277 >> 8) - z5 + t5
        odd = t7, t6, t5, -t4
        return [e + o for e, o in zip(even, odd)] + [e - o for e, o in zip(even[::-1], odd[::-1])]

    columns = one_dimension(x)
    rows = one_dimension([np.stack([c[k] for c in columns]) for k in range(8)])
    return [[r[y] >> 5 for r in rows] for y in range(8)]


def _accurate(x):
    """Loeffler, Ligtenberg and Moschytz's transform, with 13 bit constants."""

    def one_dimension(x):
        z1 = (x[2] + x[6]) * 4433
        t2, t3 = z1 - x[6] * 15137, z1 + x[2] * 6270
        t0, t1 = (x[0] + x[4]) << 13, (x[0] - x[4]) << 13
        even = t0 + t3, t1 + t2, t1 - t2, t0 - t3
        z1, z2, z3, z4 = x[7] + x[1], x[5] + x[3], x[7] + x[3], x[5] + x[1]
        z5 = (z3 + z4) * 9633
        z1, z2, z3, z4 = z1 * -7373, z2 * -20995, z3 * -16069 + z5, z4 * -3196 + z5
        odd = x[1] * 12299 + z1 + z4, x[3] * 25172 + z2 + z3, x[5] * 16819 + z2 + z4, x[7] * 2446 + z1 + z3
        return [e + o for e, o in zip(even, odd)] + [e - o for e, o in zip(even[::-1], odd[::-1])]

    return _both(one_dimension, x, 11, 18)


def _four(x):
    """The same at half the size."""

    def one_dimension(x):
        t0, t2 = x[0] << 14, x[2] * 15137 - x[6] * 6270
        even = t0 + t2, t0 - t2
        t0 = x[7] * -1730 + x[5] * 11893 - x[3] * 17799 + x[1] * 8697
        t2 = x[7] * -4176 - x[5] * 4926 + x[3] * 7373 + x[1] * 20995
        return [even[0] + t2, even[1] + t0, even[1] - t0, even[0] - t2]

    return _both(one_dimension, x, 12, 19)


def _two(x):
    """At a quarter of the size."""

    def one_dimension(x):
        odd = x[7] * -5906 + x[5] * 6967 - x[3] * 10426 + x[1] * 29692
        return [(x[0] << 15) + odd, (x[0] << 15) - odd]

    return _both(one_dimension, x, 13, 20)


def _one(x):
    """Each block is its mean."""
    return [[x[0, 0] + 4 >> 3]]


# Colours --------------------------------------------------------------------------------------------------


def _colors(planes, space, channels, adobe) -> np.ndarray:
    if channels == 1:
        if space == "RGB":
            red, green, blue = (p.astype(np.int32) for p in planes)
            return (red * 19595 + green * 38470 + blue * 7471 + 32768 >> 16).astype(np.uint8)[..., None]
        return np.ascontiguousarray(planes[0])[..., None]
    if space == "grey":
        return planes[0][..., None].repeat(3, axis=-1)
    if space == "RGB":
        return np.stack(planes, axis=-1)
    if space == "YCbCr":
        return _rgb(*planes)
    if space == "YCCK":
        cmy = 255 - _rgb(*planes[:3])
    else:
        cmy = np.stack(planes[:3], axis=-1)
    black = planes[3].astype(np.int32)[..., None]
    if not adobe:  # Adobe's files are inverted
        cmy, black = 255 - cmy, 255 - black
    return (black * cmy // 255).astype(np.uint8)


_CHROMA = np.arange(256) - 128
_RED = (91881 * _CHROMA + 32768 >> 16).astype(np.int16)
_BLUE = (116130 * _CHROMA + 32768 >> 16).astype(np.int16)
_GREEN_OF_CR, _GREEN_OF_CB = (-46802 * _CHROMA).astype(np.int32), (-22554 * _CHROMA + 32768).astype(np.int32)


def _rgb(y, cb, cr) -> np.ndarray:
    out = np.empty(y.shape + (3,), np.int16)
    np.add(y, _RED[cr], out=out[..., 0])
    np.add(y, _GREEN_OF_CR[cr] + _GREEN_OF_CB[cb] >> 16, out=out[..., 1], casting="unsafe")
    np.add(y, _BLUE[cb], out=out[..., 2])
    return np.clip(out, 0, 255, out=out).astype(np.uint8)
