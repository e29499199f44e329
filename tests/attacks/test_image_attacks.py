"""Image files that lie: each is refused by name, or decoded, at once and in little memory."""

import struct
import time
import zlib

import pytest

import tinytf as tf


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width, height, depth=8, colour=2, interlaced=0, data=None, more=b""):
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
    data = zlib.compress(bytes(100)) if data is None else data
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + more + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def gif(width, height, *frames):
    shown = [b"\x2c" + struct.pack("<HHHHB", 0, 0, w, h, 0) + data for w, h, data in frames]
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff" + b"".join(shown) + b"\x3b"


def bmp(width, height, bits=24, offset=54):
    head = struct.pack("<IHHI", 54, 0, 0, offset) + struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, 0, 0, 0, 0, 0, 0)
    return b"BM" + head + bytes(12)


def segment(marker, content):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(content) + 2) + content


def jpeg(*parts):
    return b"\xff\xd8" + b"".join(parts) + b"\xff\xd9"


def frame(width, height, count=1, sampling=0x11, marker=0xC0):
    return segment(marker, struct.pack(">BHHB", 8, height, width, count) + b"".join(bytes([i + 1, sampling, 0]) for i in range(count)))


def scan(first=0, last=63, bits=0):
    return segment(0xDA, bytes([1, 1, 0, first, last, bits])) + b"\0\0"


STEPS = segment(0xDB, b"\0" + b"\1" * 64)
CODES = segment(0xC4, b"\x00\1" + bytes(16)) + segment(0xC4, b"\x10\1" + bytes(16))
LZW = b"\x02\x02\x4c\x01\x00"
BOMB = zlib.compress(bytes(100 << 20), 9)

# what is wrong -> (the file, the words of its error; None where it must be decoded)
IMAGES = {
    "png of 2^62 pixels": (png((1 << 31) - 1, (1 << 31) - 1), "not a header"),
    "png without a side": (png(0, 5), "not a header"),
    "png of 60,000 a side": (png(60000, 60000), "too large"),
    "png whose data are a bomb": (png(10, 10, data=BOMB), None),
    "png whose profile is a bomb": (png(2, 2, more=chunk(b"iCCP", b"a\0\0" + BOMB)), None),
    "png whose signature lost its line ends": (png(2, 2).replace(b"\r\n", b"\n"), "unknown format"),
    "png of 3 bits": (png(2, 2, depth=3), "not a header"),
    "png without its palette": (png(2, 2, colour=3), "a chunk is missing"),
    "png with a filter of its own": (png(2, 2, data=zlib.compress(b"\x09" * 20)), "a filter that is not known"),
    "png with a chunk of 2 GB": (png(2, 2)[:33] + struct.pack(">I", (1 << 31) - 1) + b"IDAT", "ends early"),
    "png in 50,000 parts": (png(2, 2)[:33] + chunk(b"IDAT", b"") * 50000, "ends early"),
    "gif of 2^32 pixels": (gif(65535, 65535, (65535, 65535, LZW)), "defective"),
    "gif of 2,000 frames as large as its first": (gif(5000, 5000, (5000, 5000, b"\x02" + (b"\xff" + b"\x44" * 255) * 4 + b"\0"), *[(1, 1, LZW)] * 2000), ""),
    "gif of codes of 12 bits": (gif(2, 2, (2, 2, b"\x0c\x02\xff\xff\x00")), "defective"),
    "gif that is cut off": (gif(2, 2, (2, 2, b"\x02\xff")), "Failed to read"),
    "gif of 100,000 extensions": (gif(2, 2)[:-1] + b"\x21\xff\x00" * 100000, "Failed to read"),
    "bmp of 2^62 pixels": (bmp((1 << 31) - 1, (1 << 31) - 1), "less than 2^30"),
    "bmp of negative sides": (bmp(-(1 << 31), -(1 << 31)), "Width must be positive"),
    "bmp whose pixels begin at 4 GB": (bmp(2, 2, offset=(1 << 32) - 1), "cannot begin at"),
    "jpeg of 2^32 pixels": (jpeg(STEPS, frame(65535, 65535), CODES, scan()), "larger than its file can describe"),
    "jpeg of 255 colours": (jpeg(STEPS, frame(8, 8, 255), scan()), "not a frame"),
    "jpeg of samples 15 a side": (jpeg(STEPS, frame(8, 8, sampling=0xFF), CODES, scan()), "sampling factors"),
    "jpeg of DC values of 16 bits": (jpeg(STEPS, frame(8, 8), segment(0xC4, b"\0\1" + bytes(15) + b"\x10"), scan()), "more than 15 bits"),
    "jpeg of a marker that is none": (jpeg(STEPS, frame(8, 8), segment(0xF5, b""), scan()), "the marker 0xf5 is not known"),
    "jpeg of a frame of a film, which has the usual tables": (jpeg(STEPS, frame(8, 8), scan()), None),
    "jpeg of two frames": (jpeg(STEPS, frame(8, 8), frame(16, 16), CODES, scan()), "a second frame"),
    "jpeg of more codes than fit": (jpeg(STEPS, segment(0xC4, b"\0" + b"\xff" * 16)), "not a Huffman table"),
    "jpeg without tables": (jpeg(frame(8, 8), scan()), "not given"),
    "jpeg of 3,000 scans": (jpeg(STEPS, frame(800, 800, marker=0xC2), CODES, *[scan(1, 63, 0)] * 3000), "more scans than any image needs"),
    "jpeg of a million FF": (b"\xff\xd8" + b"\xff" * 1000000, "ends early"),
    "jpeg of a million FF in its scan": (jpeg(STEPS, frame(8, 8), CODES, scan(), b"\xff" * 1000000), None),
    "jpeg of 100,000 segments": (jpeg(b"\xff\xe1\x00\x02" * 100000), "no image in the file"),
}  # fmt: skip


@pytest.mark.parametrize("kind", IMAGES)
def test_an_image(kind, little_memory):
    data, words = IMAGES[kind]
    decode = getattr(tf.image, "decode_" + kind.split()[0])
    with tf.Graph().as_default(), tf.Session() as session:
        contents = tf.placeholder(tf.string, [])
        image = decode(contents)
        began = time.process_time()
        if words is None:
            assert session.run(image, {contents: data}).size
        else:
            with pytest.raises(tf.errors.InvalidArgumentError) as raised:
                session.run(image, {contents: data})
            assert words in str(raised.value)
        assert time.process_time() - began < 5  # a second, on a machine that has nothing else to do
