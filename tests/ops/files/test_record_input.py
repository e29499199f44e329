"""RecordInput gives every record once an epoch, and goes on without end."""

import pytest

import tinytf as tf
from tinytf import errors, python_io
from tinytf.ops.files.record_input import RecordInput


@pytest.fixture(autouse=True)
def fresh_graph():
    with tf.Graph().as_default():
        yield


def _write(folder, files, compression=""):
    options = python_io.TFRecordOptions(compression) if compression else None
    for i in range(files):
        with python_io.TFRecordWriter(str(folder / ("part.%d" % i)), options=options) as writer:
            for j in range(5):
                writer.write(b"%d-%d" % (i, j))


@pytest.mark.parametrize("compression", ["", "GZIP", "ZLIB"])
def test_an_epoch_holds_each_record_once(tmp_path, compression):
    _write(tmp_path, 4, compression)
    batches = RecordInput(
        str(tmp_path / "part.*"), batch_size=2, buffer_size=7, shift_ratio=0.3, seed=10, batches=2, name="in", compression_type=compression
    ).get_yield_op()
    with tf.Session() as sess:
        for _ in range(3):
            seen = [record for _ in range(5) for batch in sess.run(batches) for record in batch]
            assert sorted(seen) == sorted(b"%d-%d" % (i, j) for i in range(4) for j in range(5))


def test_without_files_it_says_so(tmp_path):
    with tf.Session() as sess, pytest.raises(errors.NotFoundError, match="Found no files"):
        sess.run(RecordInput(str(tmp_path / "none.*")).get_yield_op())


def test_files_without_records_do_not_wait_for_ever(tmp_path):
    (tmp_path / "part.0").write_bytes(b"")
    with tf.Session() as sess, pytest.raises(errors.NotFoundError, match="No record"):
        sess.run(RecordInput(str(tmp_path / "part.*")).get_yield_op())
