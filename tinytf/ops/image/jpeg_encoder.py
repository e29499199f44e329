"""Writes baseline JPEG files, byte for byte as libjpeg does with TensorFlow's settings.

All blocks go through each step together: colours, downsampling, transform, quantization, then the runs and
sizes of all coefficients, their codes, and at last the bits.  The format is described in jpeg.py.
"""

from __future__ import annotations

import struct

import numpy as np

from tinytf.ops.image.jpeg import ZIGZAG
from tinytf.ops.image.jpeg_tables import STANDARD, codes_of

# The standard's example tables, which everybody uses (annex K), in rows.
_LUMINANCE = np.array(
    [16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
     18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99]
)  # fmt: skip
_CHROMINANCE = np.full((8, 8), 99)
_CHROMINANCE[:4, :4] = [[17, 18, 24, 47], [18, 21, 26, 66], [24, 26, 56, 99], [47, 66, 99, 99]]
_CHROMINANCE = _CHROMINANCE.reshape(64)


def encode(image, quality=95, downsample=True, optimize=False, unit=1, density=(300, 300), xmp=b"") -> bytes:
    """A uint8 array [height, width, 1 or 3] as a JPEG file.

    Args:
      image: the pixels.
      quality: 0 to 100 (what lies outside counts as the end).
      downsample: whether chroma has half the rows and columns.
      optimize: whether the Huffman tables are made for this image: a smaller file, a little slower.
      unit, density: 1 dots per inch or 2 per cm, and how many across and down.
      xmp: metadata to put in.
    """
    height, width, channels = image.shape
    quality = min(max(quality, 1), 100)
    scale = 5000 // quality if quality < 50 else 200 - 2 * quality
    steps = [np.clip((t * scale + 50) // 100, 1, 255) for t in (_LUMINANCE, _CHROMINANCE)[: min(channels, 2)]]
    factor = 2 if downsample and channels == 3 else 1
    planes = _ycbcr(image) if channels == 3 else [image[..., 0]]
    blocks = []
    for i, plane in enumerate(planes):
        size, chroma = (factor if i == 0 else 1), i > 0
        if chroma and factor == 2:
            plane = _halved(plane)
        blocks.append(_mcus(_quantized(plane, steps[chroma]), size, -(-height // (8 * factor)), -(-width // (8 * factor))))
    events = _events(blocks)
    tables = _optimal(events, len(steps)) if optimize else [STANDARD[kind | i] for i in range(len(steps)) for kind in (0, 16)]
    data = _bits(events, tables).replace(b"\xff", b"\xff\0")

    def segment(marker, content):
        return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content

    parts = [b"\xff\xd8", segment(0xE0, b"JFIF\0\1\1" + struct.pack(">BHHBB", unit, *density, 0, 0))]
    if xmp:
        parts.append(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp))
    parts += [segment(0xDB, bytes([i]) + table[ZIGZAG[:64]].astype(np.uint8).tobytes()) for i, table in enumerate(steps)]
    sampling = [factor * 17] + [0x11] * (channels - 1)
    frame = b"".join(bytes([i + 1, s, min(i, 1)]) for i, s in enumerate(sampling))
    parts.append(segment(0xC0, struct.pack(">BHHB", 8, height, width, channels) + frame))
    for i, (counts, symbols) in enumerate(tables):
        parts.append(segment(0xC4, bytes([i // 2 | i % 2 << 4]) + counts + symbols))
    scan = b"".join(bytes([i + 1, min(i, 1) * 17]) for i in range(channels))
    parts.append(segment(0xDA, bytes([channels]) + scan + b"\x00\x3f\x00"))
    return b"".join([*parts, data, b"\xff\xd9"])


# Pixels to coefficients -----------------------------------------------------------------------------------


def _ycbcr(image) -> list:
    r, g, b = (image[..., i].astype(np.int32) for i in range(3))
    y = r * 19595 + g * 38470 + b * 7471 + 32768 >> 16
    cb = r * -11059 - g * 21709 + b * 32768 + (128 << 16) + 32767 >> 16
    cr = r * 32768 - g * 27439 - b * 5329 + (128 << 16) + 32767 >> 16
    return [y, cb, cr]


def _halved(plane) -> np.ndarray:
    """The mean of each 2 x 2 pixels, rounded down and up by turns; as many columns as whole blocks need."""
    height, width = plane.shape
    plane = np.pad(plane, [(0, height % 2), (0, -width % 16)], mode="edge")
    total = plane[::2, ::2] + plane[1::2, ::2] + plane[::2, 1::2] + plane[1::2, 1::2]
    return total + 1 + np.arange(total.shape[1]) % 2 >> 2


def _quantized(plane, steps) -> np.ndarray:
    """int32 [rows of blocks, columns of blocks, 64] in zigzag order."""
    height, width = plane.shape
    x = np.pad(plane.astype(np.int32) - 128, [(0, -height % 8), (0, -width % 8)], mode="edge")
    rows, columns = x.shape[0] // 8, x.shape[1] // 8
    x = np.ascontiguousarray(x.reshape(rows, 8, columns, 8).transpose(1, 3, 0, 2)).reshape(8, 8, -1)
    x = _transform(x).reshape(64, -1)
    divisors = (steps << 3)[:, None]
    quotient = np.abs(x) + (divisors >> 1)
    quotient //= divisors
    return (np.sign(x) * quotient)[ZIGZAG[:64]].T.reshape(rows, columns, 64)


def _transform(x) -> np.ndarray:
    """Loeffler, Ligtenberg and Moschytz's transform of [8, 8, blocks], 8 times too large: rows, then columns."""

    def one_dimension(x, up, down):
        t0, t1, t2, t3 = x[0] + x[7], x[1] + x[6], x[2] + x[5], x[3] + x[4]
        t7, t6, t5, t4 = x[0] - x[7], x[1] - x[6], x[2] - x[5], x[3] - x[4]
        a, d, b, c = t0 + t3, t0 - t3, t1 + t2, t1 - t2
        z = (c + d) * 4433
        z1, z2, z3, z4 = t4 + t7, t5 + t6, t4 + t6, t5 + t7
        z5 = (z3 + z4) * 9633
        z1, z2, z3, z4 = z1 * -7373, z2 * -20995, z3 * -16069 + z5, z4 * -3196 + z5
        odd = [t7 * 12299 + z1 + z4, z + d * 6270, t6 * 25172 + z2 + z3, t5 * 16819 + z2 + z4, z - c * 15137, t4 * 2446 + z1 + z3]
        o1, e2, o3, o5, e6, o7 = (v + (1 << down - 1) >> down for v in odd)
        even = [v << up if up > 0 else v + (1 << -up >> 1) >> -up for v in (a + b, a - b)]
        return np.stack([even[0], o1, e2, o3, even[1], o5, e6, o7])

    across = one_dimension(x.swapaxes(0, 1), 2, 11)  # [frequency across, row, blocks]
    return one_dimension(across.swapaxes(0, 1), -2, 15)


def _mcus(blocks, size, rows, columns) -> np.ndarray:
    """[MCUs, blocks of this component in an MCU, 64]; blocks outside the image have the DC value of the one before."""
    have_rows, have_columns = blocks.shape[:2]
    full = np.zeros((rows * size, columns * size, 64), blocks.dtype)
    full[:have_rows, :have_columns] = blocks
    for x in range(have_columns, columns * size):
        full[:have_rows, x, 0] = full[:have_rows, x - 1, 0]
    full = full.reshape(rows, size, columns, size, 64).transpose(0, 2, 1, 3, 4)
    if have_rows < rows * size:
        full = full.copy()
        full[-1, :, size - 1, :, 0] = full[-1, :, 0, -1, 0][:, None]
    return full.reshape(rows * columns, size * size, 64)


# Coefficients to bits -------------------------------------------------------------------------------------


def _size(values) -> np.ndarray:
    """The bits that a value's magnitude needs."""
    return np.frexp(np.abs(values).astype(np.float64))[1].astype(np.int64) * (values != 0)


def _events(components) -> tuple:
    """(table, symbol, size, value) of each Huffman code in the order of the file; tables: DC 0, AC 0, DC 1, AC 1."""
    differences = []
    for blocks in components:
        dc = blocks[..., 0]
        differences.append(np.diff(dc.reshape(-1), prepend=0).reshape(dc.shape))
    dc = np.concatenate(differences, axis=1).reshape(-1)
    blocks = np.concatenate(components, axis=1).reshape(-1, 64)
    second = np.concatenate([np.full(b.shape[1], i > 0) for i, b in enumerate(components)])
    second = np.tile(second, len(blocks) // len(second)).astype(np.int64) * 2
    block, k = np.nonzero(blocks[:, 1:])
    k += 1
    value = blocks[block, k]
    same = np.zeros(len(k), bool)
    same[1:] = block[1:] == block[:-1]
    run = k - 1
    run[1:] -= np.where(same[1:], k[:-1], 0)
    long = run >> 4  # runs of 16 zeros that have a code of their own
    last = np.zeros(len(blocks), np.int64)
    last[block] = k
    ends = np.flatnonzero(last < 63)
    sizes = _size(value)
    every = np.arange(len(blocks))
    columns = [  # (place in the file, table, symbol, bits of the value, value)
        (every << 8, second, _size(dc), _size(dc), dc),
        (((block << 8) + 2 * k - 1).repeat(long), (second[block] + 1).repeat(long), np.full(long.sum(), 0xF0), None, None),
        ((block << 8) + 2 * k, second[block] + 1, (run & 15) << 4 | sizes, sizes, value),
        ((ends << 8) + 255, second[ends] + 1, np.zeros(len(ends), np.int64), None, None),
    ]
    zeros = [np.zeros(len(c[0]), np.int64) for c in columns]
    place, table, symbol, size, value = (
        np.concatenate([zeros[i] if c[j] is None else c[j] for i, c in enumerate(columns)]) for j in range(5)
    )
    order = np.argsort(place, kind="stable")
    return table[order], symbol[order], size[order], value[order]


def _bits(events, tables) -> bytes:
    table, symbol, size, value = events
    code, length = np.zeros((4, 256), np.int64), np.zeros((4, 256), np.int64)
    for i, (counts, symbols) in enumerate(tables):
        codes, lengths = codes_of(counts)
        code[i, list(symbols)], length[i, list(symbols)] = codes, lengths
    value = np.where(value < 0, value - 1, value) & ((1 << size) - 1)  # negative ones as one less, in their bits
    word, total = code[table, symbol] << size | value, length[table, symbol] + size
    ends = np.cumsum(total)
    out = np.ones(-(-int(ends[-1]) // 8) * 8, np.uint8)  # the last byte is filled up with ones
    below = np.repeat(ends, total) - np.arange(ends[-1]) - 1
    out[: ends[-1]] = np.repeat(word, total) >> below & 1
    return np.packbits(out).tobytes()


def _optimal(events, count) -> list:
    """The best tables for these codes, of at most 16 bits and none of ones only: libjpeg's construction."""
    return [_table_for(np.bincount(events[1][events[0] == i], minlength=256).tolist()) for i in range(2 * count)]


def _table_for(frequency) -> tuple:
    frequency = frequency + [1]  # a symbol that does not exist takes the code of ones
    size, other = [0] * 257, [-1] * 257
    while True:
        # The two rarest, of equal ones the last.
        rare = sorted((f, -i) for i, f in enumerate(frequency) if f)[:2]
        if len(rare) < 2:
            break
        a, b = -rare[0][1], -rare[1][1]
        frequency[a] += frequency[b]
        frequency[b] = 0
        size[a] += 1
        while other[a] >= 0:
            a = other[a]
            size[a] += 1
        other[a] = b
        size[b] += 1
        while other[b] >= 0:
            b = other[b]
            size[b] += 1
    counts = [0] * 64
    for s in size:
        counts[s] += s > 0
    for i in range(63, 16, -1):  # codes that are too long: a pair goes up, a shorter one splits
        while counts[i]:
            j = i - 2
            while not counts[j]:
                j -= 1
            counts[i] -= 2
            counts[i - 1] += 1
            counts[j + 1] += 2
            counts[j] -= 1
    longest = max(i for i, c in enumerate(counts) if c)
    counts[longest] -= 1
    symbols = [s for length in range(1, 64) for s in range(256) if size[s] == length]
    return bytes(counts[1:17]), bytes(symbols)
