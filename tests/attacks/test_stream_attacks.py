"""Files that are read from beginning to end, through every door: what is no file, what lies, what inflates without end."""

import gzip
import os
import struct
import sys
import zlib

import hostile_files
import pytest

import tinytf as tf
from tinytf import protos
from tinytf.checkpoint.crc32c import crc32c, mask
from tinytf.records import encode_record

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="pipes, devices and links")


def of_dataset(make):
    def count(path):
        with tf.Graph().as_default(), tf.Session() as session:
            following = make(path).make_one_shot_iterator().get_next()
            for found in range(5000):
                try:
                    session.run(following)
                except tf.errors.OutOfRangeError:
                    return found
        raise AssertionError("it does not end")

    return count


def of_op(make):
    def run(path):
        with tf.Graph().as_default(), tf.Session() as session:
            return session.run(make(path))

    return run


def of_reader(make):
    def read(path):
        with tf.Graph().as_default(), tf.Session() as session:
            queue = tf.FIFOQueue(1, tf.string, shapes=[[]])
            key_and_value = make().read(queue)
            session.run([queue.enqueue(path)])
            session.run(queue.close())
            return session.run(key_and_value)

    return read


def of_vocabulary(path):
    with tf.Graph().as_default(), tf.Session() as session:
        tf.contrib.lookup.index_table_from_file(path)
        session.run(tf.tables_initializer())


GZIP = tf.python_io.TFRecordOptions(tf.python_io.TFRecordCompressionType.GZIP)
RECORDS = {
    "tf_record_iterator": lambda path: sum(1 for _ in tf.python_io.tf_record_iterator(path)),
    "TFRecordDataset": of_dataset(tf.data.TFRecordDataset),
}
EVENTS = {"summary_iterator": lambda path: sum(1 for _ in tf.train.summary_iterator(path))}
DOORS = {
    **RECORDS,
    **EVENTS,
    "TFRecordReader": of_reader(tf.TFRecordReader),
    "TextLineDataset": of_dataset(tf.data.TextLineDataset),
    "FixedLengthRecordDataset": of_dataset(lambda path: tf.data.FixedLengthRecordDataset(path, 4)),
    "CsvDataset": of_dataset(lambda path: tf.data.experimental.CsvDataset(path, [tf.float32])),
    "TextLineReader": of_reader(tf.TextLineReader),
    "WholeFileReader": of_reader(tf.WholeFileReader),
    "FixedLengthRecordReader": of_reader(lambda: tf.FixedLengthRecordReader(4)),
    "read_file": of_op(tf.read_file),
    "GFile": lambda path: tf.gfile.GFile(path, "rb").read(),
    "vocabulary": of_vocabulary,
    "import_meta_graph": tf.train.import_meta_graph,
}
TYPED = tf.errors.FailedPreconditionError, tf.errors.UnknownError, tf.errors.NotFoundError, OSError  # the last: of import_meta_graph


@pytest.mark.parametrize("kind", ["folder", "pipe", "endless device", "link to itself"])
@pytest.mark.parametrize("door", DOORS)
def test_what_is_no_file(tmp_path, monkeypatch, door, kind):
    monkeypatch.chdir(tmp_path)
    path = str(tmp_path / "f")
    hostile_files.NO_FILES[kind](path)
    with pytest.raises(TYPED[3:] if door == "import_meta_graph" else TYPED[:3]):
        DOORS[door](path)


def length(n):
    coded = struct.pack("<Q", n)
    return coded + struct.pack("<I", mask(crc32c(coded)))


STEP = encode_record(protos.Event(step=3).SerializeToString())
LIES = {  # what is in the file -> how many records come out; None: DataLossError
    "nothing": (b"", 0),
    "a part of a header": (b"abc", 0),
    "a header alone": (STEP + length(5), None),
    "2^63 bytes": (length(1 << 63), None),
    "2^64-1 bytes": (length((1 << 64) - 1), None),
    "a length that overflows with its checksum": (length((1 << 64) - 4) + bytes(100), None),
    "40 GB": (length(40 << 30) + b"x" * 100, None),
    "zeros": (bytes(100000), None),
    "a wrong checksum": (STEP[:-1] + b"\0", None),
    "3,000 records of nothing": (encode_record(b"") * 3000, 3000),
}


@pytest.mark.parametrize("door", [*RECORDS, *EVENTS])
@pytest.mark.parametrize("kind", LIES)
def test_records_that_lie(tmp_path, kind, door, little_memory):
    content, count = LIES[kind]
    path = str(tmp_path / "f")
    (tmp_path / "f").write_bytes(content)
    if count is None:
        with pytest.raises(tf.errors.DataLossError):
            DOORS[door](path)
    else:
        assert DOORS[door](path) == count


@pytest.mark.parametrize("coded", [b"\xff" * 50, b"\x7b" * 50000, b"\x2a\x7f", b"\x1a\x02\xff\xfe"])
def test_records_that_are_no_events(tmp_path, coded):
    (tmp_path / "f").write_bytes(STEP + encode_record(coded))
    events = tf.train.summary_iterator(str(tmp_path / "f"))
    assert next(events).step == 3
    with pytest.raises(tf.errors.DataLossError, match="the record at 18 is no Event message"):
        next(events)


def test_a_compressed_record_that_claims_40_gb(tmp_path, little_memory):
    path = str(tmp_path / "f")
    (tmp_path / "f").write_bytes(gzip.compress(length(40 << 30) + bytes(1 << 20)))
    for door in (lambda: list(tf.python_io.tf_record_iterator(path, GZIP)), lambda: of_dataset(lambda p: tf.data.TFRecordDataset(p, "GZIP"))(path)):
        with pytest.raises(tf.errors.DataLossError, match="truncated record at 0"):
            door()


LINES = b"a\nb\nc\n" * 500
COMPRESSED = {  # as TensorFlow has it: what is cut off ends there, what follows is passed over
    "gzip": ("GZIP", gzip.compress(LINES), 1500),
    "zlib": ("ZLIB", zlib.compress(LINES), 1500),
    "cut off": ("GZIP", gzip.compress(LINES)[:-5], 1500),
    "followed by something else": ("GZIP", gzip.compress(LINES) + b"xx", 1500),
    "two streams": ("GZIP", gzip.compress(LINES) * 2, 3000),
    "no stream": ("GZIP", LINES, None),
    "a bad block": ("ZLIB", b"x\x9c" + b"\xff" * 40, None),
}


@pytest.mark.parametrize("kind", COMPRESSED)
def test_compressed_lines(tmp_path, kind):
    compression, content, count = COMPRESSED[kind]
    (tmp_path / "f").write_bytes(content)
    lines = of_dataset(lambda path: tf.data.TextLineDataset(path, compression))
    if count is None:
        with pytest.raises(tf.errors.DataLossError, match="inflate"):
            lines(str(tmp_path / "f"))
    else:
        assert lines(str(tmp_path / "f")) == count


def test_an_unknown_compression(tmp_path):
    (tmp_path / "f").write_bytes(LINES)
    with pytest.raises(tf.errors.InvalidArgumentError, match="Unsupported compression_type"):
        of_dataset(lambda path: tf.data.TextLineDataset(path, "LZ"))(os.fspath(tmp_path / "f"))


RETURNS = b"a\rb\r\nc\r\r\nd\r"


def test_carriage_returns_are_where_tensorflow_leaves_them(tmp_path):
    path = str(tmp_path / "f")
    (tmp_path / "f").write_bytes(RETURNS)
    assert list(tf.gfile.GFile(path)) == ["ab\n", "c\n", "d"]
    assert tf.gfile.GFile(path, "rb").read() == RETURNS
    with tf.Graph().as_default(), tf.Session() as session:
        following = tf.data.TextLineDataset(path).make_one_shot_iterator().get_next()
        assert [session.run(following) for _ in range(3)] == [b"ab", b"c", b"d"]
        table = tf.contrib.lookup.index_to_string_table_from_file(path)
        queue = tf.FIFOQueue(1, tf.string, shapes=[[]])
        line = tf.TextLineReader().read(queue)
        session.run([tf.tables_initializer(), queue.enqueue(path)])
        assert session.run(table.lookup(tf.constant([0, 1, 2], tf.int64))).tolist() == [b"a\rb", b"c\r", b"d"]
        assert [session.run(line.value) for _ in range(3)] == [b"a\rb", b"c\r", b"d"]


VOCABULARIES = {
    b"": (tf.errors.OutOfRangeError, "Read less bytes than requested"),
    b"a\n\nb\n": (tf.errors.InvalidArgumentError, "empty line found at position 3"),
    b"\r\na": (tf.errors.InvalidArgumentError, "empty line found at position 2"),
}


@pytest.mark.parametrize("content", VOCABULARIES)
def test_a_vocabulary(tmp_path, content):
    (tmp_path / "f").write_bytes(content)
    error, words = VOCABULARIES[content]
    with pytest.raises(error, match=words):
        of_vocabulary(str(tmp_path / "f"))


@pytest.mark.parametrize("size, words", [(0, "18446744073709551613 bytes"), (1, "18446744073709551614 bytes"), (2, None), (7, "has body length 4")])
def test_records_of_three_bytes_between_a_header_and_a_footer(tmp_path, size, words):
    (tmp_path / "f").write_bytes(bytes(size))
    count = of_dataset(lambda path: tf.data.FixedLengthRecordDataset(path, 3, 1, 2))
    if words is None:
        assert count(str(tmp_path / "f")) == 0
    else:
        with pytest.raises(tf.errors.InvalidArgumentError, match=words):
            count(str(tmp_path / "f"))


def wav(*chunks, head=b"fmt ", channels=1, rate=8000, bits=16, size=16):
    form = struct.pack("<4sIHHIIHH", head, size, 1, channels, rate, rate * channels * 2, channels * 2, bits)
    content = b"WAVE" + form + b"".join(kind + struct.pack("<I", len(data)) + data for kind, data in chunks)
    return b"RIFF" + struct.pack("<I", len(content)) + content


SOUND = (b"data", b"\0\1\0\2")
SOUNDS = {
    "RIFX": (wav(SOUND).replace(b"RIFF", b"RIFX"), "Expected RIFF but found RIFX"),
    "no format": (wav(SOUND, head=b"fmtx"), "Expected fmt  but found fmtx"),
    "a format of 17 bytes": (wav(SOUND, size=17), "Expected 16 or 18"),
    "8 bits": (wav(SOUND, bits=8), "Can only read 16-bit"),
    "no sound": (wav((b"LIST", b"")), "No data chunk found"),
    "two sounds": (wav(SOUND, SOUND), "More than one data chunk"),
    "a sound that is cut off": (wav(SOUND)[:-1], "Data too short"),
    "something behind the sound": (wav(SOUND) + b"LIS", "Data too short"),
    "4 GB": (wav(SOUND)[:-8] + b"\xff" * 4, "too large"),
}


@pytest.mark.parametrize("kind", SOUNDS)
def test_a_sound(kind):
    content, words = SOUNDS[kind]
    with tf.Graph().as_default(), tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match=words):
        session.run(tf.audio.decode_wav(content))


def test_chunks_around_a_sound_are_passed_over():
    with tf.Graph().as_default(), tf.Session() as session:
        sound = tf.audio.decode_wav(wav((b"LIST", b"abc"), SOUND, (b"fact", b"")))
        assert session.run(sound.audio).tolist() == [[1 / 128], [2 / 128]]
