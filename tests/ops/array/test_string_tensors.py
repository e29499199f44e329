"""Strings, with zero bytes and all, go through ops that hold tensors as numbers do."""

import numpy as np
import pytest

import tinytf as tf
from tinytf.ops.control_flow.summarize import summarize
from tinytf.ops.lists import list_ops

WORDS = [b"a\0", b"", b"\0", b"ccc"]


@pytest.fixture(autouse=True)
def fresh_graph():
    with tf.Graph().as_default():
        yield


def array(**more):
    return tf.TensorArray(tf.string, len(WORDS), **more).unstack(tf.constant(WORDS))


def listed():
    return list_ops.tensor_list_from_tensor(tf.constant(WORDS), element_shape=[])


def stacked(tensors):
    return list_ops.tensor_list_stack(tensors, element_dtype=tf.string)


CASES = {
    "map_fn": (lambda: tf.map_fn(lambda w: w + "\0", tf.constant(WORDS)), [w + b"\0" for w in WORDS]),
    "map_fn of rows": (lambda: tf.map_fn(lambda w: w[::-1], tf.constant([WORDS, WORDS])), [WORDS[::-1]] * 2),
    "scan": (lambda: tf.scan(lambda a, w: a + w, tf.constant(WORDS)), [b"a\0", b"a\0", b"a\0\0", b"a\0\0ccc"]),
    "foldl": (lambda: tf.foldl(lambda a, w: a + w, tf.constant(WORDS)), b"".join(WORDS)),
    "array, stacked": (lambda: array().stack(), WORDS),
    "array, gathered": (lambda: array().gather([3, 0]), [b"ccc", b"a\0"]),
    "array, read": (lambda: array().read(0), b"a\0"),
    "array, split": (lambda: tf.TensorArray(tf.string, 2, infer_shape=False).split(tf.constant(WORDS), [1, 3]).concat(), WORDS),
    "list": (lambda: stacked(listed()), WORDS),
    "list, item": (lambda: list_ops.tensor_list_get_item(listed(), 0, element_dtype=tf.string), b"a\0"),
    "list, longer": (lambda: stacked(list_ops.tensor_list_push_back(listed(), tf.constant("q\0"))), [*WORDS, b"q\0"]),
    "list, changed": (lambda: stacked(list_ops.tensor_list_set_item(listed(), 0, tf.constant("q"))), [b"q", *WORDS[1:]]),
    "list, gathered": (lambda: list_ops.tensor_list_gather(listed(), [3, 0], element_dtype=tf.string), [b"ccc", b"a\0"]),
    "list, reserved": (lambda: stacked(list_ops.tensor_list_reserve([], 2, tf.string)), [b"", b""]),
    "py_func": (lambda: tf.py_func(lambda w: w + b"\0", [tf.constant(b"x")], tf.string), b"x\0"),
    "py_func of a list": (lambda: tf.py_func(lambda: [[b"x\0", b"y"]], [], tf.string), [b"x\0", b"y"]),
}


@pytest.mark.parametrize("case", CASES)
def test_strings(case):
    make, expected = CASES[case]
    with tf.Session() as session:
        found = session.run(make())
    assert (found.tolist() if isinstance(found, np.ndarray) else found) == expected


def test_strings_are_printed_as_in_c():
    text = np.array([b"\xc3\xa9", b"a\0b", b"\n\t\"'\\x"], object)
    assert summarize(text) == r"""\303\251 a\000b \n\t\"\'\\x"""
