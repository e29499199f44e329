"""TFRecord files: TensorFlow's bytes, and what is damaged is told from what is not."""

import struct

import pytest

import tinytf as tf
from tinytf.python_io import TFRecordCompressionType as Compression
from tinytf.python_io import TFRecordOptions, TFRecordWriter, tf_record_iterator

# What TensorFlow 1.15 wrote for the records b"abc" and b"".
TENSORFLOWS = bytes.fromhex("0300000000000000b099490e6162636e57f121000000000000000029039807")


def write(path, records, options=None):
    with TFRecordWriter(str(path), options) as writer:
        for record in records:
            writer.write(record)


def read(path, options=None):
    return list(tf_record_iterator(str(path), options=options))


def test_bytes_are_tensorflows(tmp_path):
    write(tmp_path / "r", [b"abc", b"", b"x" * 1000])
    assert (tmp_path / "r").read_bytes()[:31] == TENSORFLOWS
    assert read(tmp_path / "r") == [b"abc", b"", b"x" * 1000]


@pytest.mark.parametrize(
    "options",
    [None, "", "GZIP", Compression.NONE, Compression.ZLIB, TFRecordOptions("ZLIB", compression_level=9), TFRecordOptions(2)],
)
def test_round_trip(tmp_path, options):
    records = [b"", b"abc", bytes(range(256)) * 2000]
    write(tmp_path / "r", records, options)
    assert read(tmp_path / "r", options) == records


@pytest.mark.parametrize(
    "damage, message",
    [
        (lambda b: b[:13], "truncated record at 0"),
        (lambda b: b[:-1], "truncated record at 35"),
        (lambda b: b"\xff" + b[1:], "corrupted record at 0"),
        (lambda b: b[:9] + b"\xff" + b[10:], "corrupted record at 0"),
        (lambda b: b[:13] + b"\xff" + b[14:], "corrupted record at 12"),
        (lambda b: b[:16] + b"\xff" + b[17:], "corrupted record at 12"),
        (lambda b: b[:40] + b"\xff" + b[41:], "corrupted record at 35"),
    ],
)
def test_damage_is_found(tmp_path, damage, message):
    write(tmp_path / "r", [b"abc", b"", b"x" * 1000])
    (tmp_path / "r").write_bytes(damage((tmp_path / "r").read_bytes()))
    with pytest.raises(tf.errors.DataLossError, match=message):
        read(tmp_path / "r")


def test_a_header_that_is_cut_off_ends_the_file(tmp_path):
    (tmp_path / "r").write_bytes(TENSORFLOWS[:5])
    assert read(tmp_path / "r") == []


def test_a_length_that_the_file_cannot_hold_takes_no_memory(tmp_path):
    from tinytf.checkpoint import crc32c

    length = struct.pack("<Q", 1 << 62)
    header = length + struct.pack("<I", crc32c.mask(crc32c.crc32c(length)))
    (tmp_path / "r").write_bytes(header + b"x" * 100)
    with pytest.raises(tf.errors.DataLossError, match="truncated record at 0"):
        read(tmp_path / "r")
    import zlib

    (tmp_path / "z").write_bytes(zlib.compress(header + b"x" * 100))
    with pytest.raises(tf.errors.DataLossError, match="truncated record at 0"):
        read(tmp_path / "z", "ZLIB")


def test_errors(tmp_path):
    with pytest.raises(tf.errors.NotFoundError, match="No such file or directory"):
        read(tmp_path / "nope")
    with pytest.raises(tf.errors.NotFoundError):
        TFRecordWriter(str(tmp_path / "no" / "r"))
    with pytest.raises(ValueError, match='Not a valid compression_type: "FOO"'):
        TFRecordOptions("FOO")
    with pytest.raises(TypeError, match="expected bytes, str found"):
        write(tmp_path / "r", ["text"])
    write(tmp_path / "r", [b"abc"])
    with pytest.raises(tf.errors.DataLossError, match="inflate"):
        read(tmp_path / "r", "GZIP")
    writer = TFRecordWriter(str(tmp_path / "r"))
    writer.close()
    with pytest.raises(tf.errors.FailedPreconditionError, match="previously closed"):
        writer.write(b"x")


def test_flush_makes_what_was_written_readable(tmp_path):
    for options in (None, "GZIP"):
        writer = TFRecordWriter(str(tmp_path / "r"), options)
        writer.write(b"abc")
        writer.flush()
        assert next(tf_record_iterator(str(tmp_path / "r"), options)) == b"abc"
        writer.close()


def test_examples(tmp_path):
    feature = {"a": tf.train.Feature(int64_list=tf.train.Int64List(value=[1, 2]))}
    example = tf.train.Example(features=tf.train.Features(feature=feature))
    write(tmp_path / "r", [example.SerializeToString()])
    assert tf.train.Example.FromString(read(tmp_path / "r")[0]) == example


@pytest.mark.parametrize("count", [1, 9, 200])
def test_a_batch_of_examples_is_put_together_whatever_a_feature_s_length(count):
    def example(values, extra=b""):
        numbers = tf.train.FloatList(value=values).SerializeToString() + extra
        feature = tf.train.Feature.FromString(b"\x12" + _varint(len(numbers)) + numbers)
        whole = {"x": feature, "i": tf.train.Feature(int64_list=tf.train.Int64List(value=range(count)))}
        return tf.train.Example(features=tf.train.Features(feature=whole)).SerializeToString()

    values = [n / 2 - 3 for n in range(count)]
    unknown = b"\x7a\x02hi"  # a field that a FloatList does not have
    texts = [example(values), example(values[::-1], unknown), tf.train.Example().SerializeToString()]
    default = [0.5] * count
    spec = {"x": tf.FixedLenFeature([count], tf.float32, default), "i": tf.FixedLenFeature([count], tf.int64, [7] * count)}
    with tf.Graph().as_default(), tf.Session() as sess:
        found = sess.run(tf.parse_example(texts, spec))
    assert found["x"].tolist() == [values, values[::-1], default]
    assert found["i"].tolist() == [list(range(count))] * 2 + [[7] * count]


def _varint(n: int) -> bytes:
    return bytes([n]) if n < 128 else bytes([n & 127 | 128, n >> 7])


def test_serialized_examples_are_a_vector_and_a_single_one_a_scalar():
    with tf.Graph().as_default():
        spec = {"x": tf.FixedLenFeature([3], tf.float32)}
        assert tf.parse_example(tf.placeholder(tf.string), spec)["x"].shape.as_list() == [None, 3]
        assert tf.parse_example(tf.placeholder(tf.string, [2]), spec)["x"].shape.as_list() == [2, 3]
        with pytest.raises(ValueError, match="Shape must be rank 1 but is rank 0"):
            tf.parse_example(tf.placeholder(tf.string, []), spec)
        with pytest.raises(ValueError, match="Shape must be rank 0 but is rank 1"):
            tf.parse_single_example(tf.placeholder(tf.string, [2]), spec)
