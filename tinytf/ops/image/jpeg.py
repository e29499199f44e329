"""Reads JPEG files: baseline and progressive, Huffman coded, 8 bits; to the very pixels of libjpeg, which TensorFlow uses.

    file      FFD8, then segments, FFD9
    segment   FF marker, length: uint16 big endian (itself included), content
        DQT   quantization tables: 64 steps in zigzag order
        SOFn  the frame: size, and for each component its id, sampling factors, quantization table
        DHT   Huffman tables: how many codes of each length 1..16, and their symbols
        DRI   after how many MCUs a restart marker stands
        SOS   a scan: components and their Huffman tables, a band of coefficients, their bits; then its data,
              where FF is written FF00, and which runs to the next marker
    MCU       the blocks (8 x 8 coefficients) that belong together: h x v of each component

Files reach us from anywhere: no length is believed, and an image must not be larger than its file can describe.
Entropy decoding is in jpeg_baseline.py and jpeg_progressive.py, transforms and colours in jpeg_pixels.py.
"""

from __future__ import annotations

import re
import struct

import numpy as np

from tinytf.ops.image import jpeg_baseline, jpeg_pixels, jpeg_progressive

# Place in a block (row * 8 + column) of the k-th coefficient; what lies beyond the end counts as the last.
ZIGZAG = np.array(
    [0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
     35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55,
     62, 63] + [63] * 16
)  # fmt: skip
_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")  # what ends a scan's data
# Of a row of FF only the first begins a match: else a file of nothing else would be searched from each of them.
_RESTART = re.compile(rb"(?<!\xff)\xff+[\xd0-\xd7]")
_STUFFED = re.compile(rb"(?<!\xff)\xff+\x00")
_MOST_VISITS = 100  # how often scans may come to a block, on average: real images have ten scans or so


class JpegError(ValueError):
    """The file is no JPEG image that can be read."""


class _Component:
    """One of the frame's colours: its sampling factors, tables and coefficients."""

    def __init__(self, identifier, h, v, table):
        self.identifier, self.h, self.v, self.table = identifier, h, v, table
        self.steps = None  # the quantization table at its first scan
        self.dc = self.ac = 0
        self.coefficients = None  # int16 [rows of blocks, columns of blocks, 64], whole MCUs
        self.rows = self.columns = 0  # blocks that the image really needs


class Frame:
    """What the headers say, and the coefficients once scans are read."""

    def __init__(self):
        self.tables, self.huffman = {}, {}
        self.components, self.restart = [], 0
        self.width = self.height = 0
        self.progressive = self.saw_jfif = False
        self.adobe = None  # the transform that Adobe's marker names
        self.blocks = self.visited = 0  # how many there are, how many scans came to, each scan counted


def decode(data, channels=0, ratio=1, fancy=True, recover=False, fraction=1.0, fast=True, crop=None) -> np.ndarray:
    """The image: uint8 [height, width, channels].

    Args:
      data: the file.
      channels: 1 or 3; 0 for what the file has (CMYK becomes RGB).
      ratio: 1, 2, 4 or 8: how much smaller the result is.
      fancy: whether chroma is interpolated.
      recover, fraction: whether a file that ends early is read as far as it goes (the part of rows it must have).
      fast: the quick inverse transform, TensorFlow's default; else the accurate one.
      crop: (top, left, height, width) of the part that is wanted.

    Raises JpegError where that cannot be done.
    """
    frame = _read(data, headers_only=False, recover=recover)
    channels = channels or min(len(frame.components), 3)
    if len(frame.components) == 2:
        raise JpegError("two components have no colours")
    return jpeg_pixels.picture(frame, channels, ratio, fancy, fast, crop, JpegError)


def shape(data) -> tuple:
    """(height, width, channels) from the headers; JpegError where they are none."""
    frame = _read(data, headers_only=True, recover=False)
    jpeg_pixels.check_sampling(frame, frame.components, JpegError)
    return frame.height, frame.width, len(frame.components)


def _read(data, headers_only, recover) -> Frame:
    if data[:2] != b"\xff\xd8":
        raise JpegError("no JPEG file")
    frame, at = Frame(), 2
    scans = 0
    while True:
        # Between segments anything but a marker is passed over.
        found = _NEXT.search(data, at)
        if found is None:
            if recover and scans:
                return frame
            raise JpegError("the file ends early")
        marker, at = data[found.end() - 1], found.end()
        if marker == 0xD9:
            if not scans:
                raise JpegError("no image in the file")
            return frame
        if marker == 0x01 or 0xD0 <= marker <= 0xD7:
            continue
        if marker == 0xD8:
            raise JpegError("a second start of image")
        if marker < 0xC0 or marker in (0xDE, 0xDF) or 0xF0 <= marker <= 0xFD:
            raise JpegError(f"the marker {marker:#x} is not known")
        if at + 2 > len(data):
            raise JpegError("the file ends early")
        (length,) = struct.unpack_from(">H", data, at)
        content = data[at + 2 : at + length]
        if length < 2:
            raise JpegError("a segment shorter than its length")
        if len(content) != length - 2:
            if recover and scans:
                return frame
            raise JpegError("the file ends early")
        at += length
        if marker == 0xDA:
            if not frame.components:
                raise JpegError("a scan before the frame")
            if headers_only:
                return frame
            end = _MARKER.search(data, at)
            stop = end.start() if end else len(data)
            if end is None and not recover:
                raise JpegError("the file ends early")
            try:
                _scan(frame, content, data[at:stop])
            except (IndexError, struct.error) as error:
                raise JpegError("a scan that is none") from error
            scans, at = scans + 1, stop
        else:
            try:
                _segment(frame, marker, content, 8 * len(data))
            except (IndexError, struct.error) as error:
                raise JpegError("a segment too short for what it says") from error


_NEXT = re.compile(rb"\xff[\x01-\xfe]")


def _segment(frame, marker, content, most_blocks) -> None:
    if marker == 0xDB:
        _quantization(frame, content)
    elif marker == 0xC4:
        _huffman_tables(frame, content)
    elif marker in (0xC0, 0xC1, 0xC2):
        _frame(frame, marker, content, most_blocks)
    elif 0xC3 <= marker <= 0xCF and marker not in (0xC8, 0xCC):
        raise JpegError(f"coding process {marker - 0xC0} (lossless, hierarchical or arithmetic) is not supported")
    elif marker == 0xDD:
        if len(content) != 2:
            raise JpegError("a restart interval has two bytes")
        (frame.restart,) = struct.unpack(">H", content)
    elif marker == 0xE0 and content[:5] == b"JFIF\0" and len(content) >= 14:
        frame.saw_jfif = True
    elif marker == 0xEE and content[:5] == b"Adobe" and len(content) >= 12:
        frame.adobe = content[11]


def _quantization(frame, content) -> None:
    at = 0
    while at < len(content):
        wide, number = content[at] >> 4, content[at] & 15
        if number > 3:
            raise JpegError("quantization tables are 0 to 3")
        size = 128 if wide else 64
        steps = np.frombuffer(content[at + 1 : at + 1 + size], ">u2" if wide else np.uint8)
        if len(steps) != 64:
            raise JpegError("a quantization table has 64 entries")
        table = np.zeros(64, np.int32)
        table[ZIGZAG[:64]] = steps
        frame.tables[number] = table
        at += 1 + size


def _huffman_tables(frame, content) -> None:
    at = 0
    while at < len(content):
        kind, counts = content[at], content[at + 1 : at + 17]
        if kind & 15 > 3 or kind >> 4 > 1 or len(counts) < 16:
            raise JpegError("not a Huffman table")
        number = sum(counts)
        symbols = content[at + 17 : at + 17 + number]
        if number > 256 or len(symbols) != number:
            raise JpegError("not a Huffman table")
        frame.huffman[kind] = (counts, symbols)
        at += 17 + number


def _frame(frame, marker, content, most_blocks) -> None:
    if frame.components:
        raise JpegError("a second frame")
    bits, frame.height, frame.width, count = struct.unpack(">BHHB", content[:6])
    if bits != 8 or not frame.height or not frame.width or count not in (1, 2, 3, 4) or len(content) != 6 + 3 * count:
        raise JpegError("not a frame of 8 bits a sample")
    frame.progressive = marker == 0xC2
    for i in range(count):
        identifier, sampling, table = content[6 + 3 * i : 9 + 3 * i]
        if not (1 <= sampling >> 4 <= 4 and 1 <= sampling & 15 <= 4):
            raise JpegError("sampling factors are 1 to 4")
        frame.components.append(_Component(identifier, sampling >> 4, sampling & 15, table))
    high, wide = max(c.v for c in frame.components), max(c.h for c in frame.components)
    frame.mcu_rows, frame.mcu_columns = -(-frame.height // (8 * high)), -(-frame.width // (8 * wide))
    frame.max_h, frame.max_v = wide, high
    frame.blocks = frame.mcu_rows * frame.mcu_columns * sum(c.h * c.v for c in frame.components)
    if frame.blocks > most_blocks or frame.width * frame.height >= 1 << 29:  # a block takes a bit at least
        raise JpegError("an image larger than its file can describe")
    for c in frame.components:
        c.rows, c.columns = -(-frame.height * c.v // (8 * high)), -(-frame.width * c.h // (8 * wide))
        c.coefficients = np.zeros((frame.mcu_rows * c.v, frame.mcu_columns * c.h, 64), np.int16)


def _scan(frame, content, data) -> None:
    """Reads a scan's data into the coefficients of its components."""
    count = content[0]
    components = []
    for i in range(count):
        identifier, tables = content[1 + 2 * i], content[2 + 2 * i]
        matches = [c for c in frame.components if c.identifier == identifier and c not in components]
        if not matches:
            raise JpegError("a scan of a component that is not in the frame")
        component = matches[0]
        component.dc, component.ac = tables >> 4, tables & 15
        components.append(component)
    if not components or len(content) != 4 + 2 * count:
        raise JpegError("not a scan")
    first, last, bits = content[1 + 2 * count : 4 + 2 * count]
    high, low = bits >> 4, bits & 15
    if not frame.progressive:
        first, last, high, low = 0, 63, 0, 0
    elif first > last or last > 63 or low > 13 or (first == 0 and last) or (first and count != 1) or (high and low != high - 1):
        raise JpegError("not a progressive scan")
    for c in components:
        if c.steps is None:
            if c.table not in frame.tables:
                raise JpegError("a quantization table that was not given")
            c.steps = frame.tables[c.table]
    parts = [_STUFFED.sub(b"\xff", part) for part in _RESTART.split(data)]
    order, slots = _order(frame, components)
    frame.visited += order.size
    if frame.visited > max(_MOST_VISITS * frame.blocks, 1 << 20):
        raise JpegError("more scans than any image needs")
    if frame.progressive:
        coder = jpeg_progressive.Coder(frame, components, first, last, high, low, JpegError)
    else:
        coder = jpeg_baseline.Coder(frame, components, ZIGZAG, JpegError)
    interval = frame.restart or max(len(order), 1)
    for i, start in enumerate(range(0, len(order), interval)):
        if i < len(parts):
            coder.read(parts[i], order[start : start + interval], slots)
    coder.finish()


def _order(frame, components) -> tuple:
    """([MCUs, blocks an MCU]: places of blocks within their component, the component of each block of an MCU)"""
    if len(components) == 1:  # not interleaved: as many blocks as the image needs, row by row
        c = components[0]
        places = np.arange(c.rows)[:, None] * c.coefficients.shape[1] + np.arange(c.columns)
        return places.reshape(-1, 1), [0]
    order, slots = [], []
    for i, c in enumerate(components):
        rows, columns = np.arange(frame.mcu_rows)[:, None] * c.v, np.arange(frame.mcu_columns) * c.h
        for y in range(c.v):
            for x in range(c.h):
                order.append(((rows + y) * c.coefficients.shape[1] + columns + x).reshape(-1))
                slots.append(i)
    if len(slots) > 10:
        raise JpegError("too many blocks an MCU")
    return np.stack(order, axis=1), slots
