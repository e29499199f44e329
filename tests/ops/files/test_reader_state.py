"""What a reader's state is as a string, and which strings are none."""

import pytest

import tinytf as tf
from tinytf.ops.files.reader_state import ReaderState, from_bytes, to_bytes


@pytest.fixture
def sess():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def test_an_identity_reader_goes_on_from_its_state(sess):
    reader, queue = tf.IdentityReader("names"), tf.FIFOQueue(9, [tf.string], shapes=())
    key, state = reader.read(queue)[0], reader.serialize_state()
    sess.run(queue.enqueue_many([["X", "Y"]]))
    assert sess.run(state) == b"" and sess.run(key) == b"X"
    kept = sess.run(state)
    assert kept == b'\x08\x01\x10\x01\x18\x01"\x01X' and sess.run(key) == b"Y"
    sess.run(reader.restore_state(kept))
    assert sess.run([reader.num_records_produced(), reader.num_work_units_completed(), state]) == [1, 1, kept]


GOOD = to_bytes(ReaderState(1, 1, 3, b"X"))


@pytest.mark.parametrize(
    "data, text",
    [
        (GOOD[1:], "Could not parse"), (GOOD[:-1], "Could not parse"), (GOOD + b"Junk", "Could not parse"), (b"\x0a", "Could not parse"),
        (b"\x22\xff\xff\xff\xff\x0f", "Could not parse"), (to_bytes(ReaderState(2, 1)), "Inconsistent work"),
        (b"\x08" + b"\xff" * 9 + b"\x01", "Unexpected negative value"),
    ],
)  # fmt: skip
def test_what_is_no_state_is_refused(sess, data, text):
    with pytest.raises(tf.errors.InvalidArgumentError, match=text):
        sess.run(tf.IdentityReader("names").restore_state(data))


def test_states_are_read_back():
    state = ReaderState(7, 300, 2**40, b"a name")
    assert from_bytes(to_bytes(state)) == state and from_bytes(b"") == ReaderState()


def test_a_reader_of_lines_has_no_state(sess):
    reader = tf.TextLineReader()
    for op in (reader.serialize_state(), reader.restore_state(b"")):
        with pytest.raises(tf.errors.UnimplementedError, match="Reader (Serialize|Restore)State"):
            sess.run(op)
