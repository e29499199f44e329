"""Constants, placeholders, fill, zeros and ones: the nodes and the bytes of their TensorProtos, what is refused."""

from __future__ import annotations

import numpy as np
from table import op_case

PLAIN = [
    1, 2.5, True, "a", b"b", [1, 2], [1.0, 2.0], [[True]], ["x", "y\0"], (1, 2), [["a"], ["b"]], [1, 2.5], [], [[]],
    2**40, [2**40, 1], 1j, [1j, 2], "\u00e9", 1e300, float("inf"), float("nan"), -0.0,
    np.float32(3), np.arange(3), np.float16([1, 2]), np.float16(1), np.uint16([1, 2]), np.uint32(7), np.uint64(7),
    np.int64([5]), np.complex64([1, 2]), np.zeros((0, 3)), np.array(["a", "bc"]), np.array(["a", b"bc"], object),
    np.int8([[1], [2]]), np.int8(1), np.uint8(1), np.int16(1), np.float32([1, 2])[::-1],
    np.asfortranarray(np.arange(4.0).reshape(2, 2)), np.array(b"abc"),
]  # fmt: skip
TYPED = [
    (1, "float32"), (1, "float64"), ([1, 2], "int64"), ([1, 2], "float16"), (300, "uint8"), (-1, "uint8"),
    ([1.5, 2], "bfloat16"), (1.5, "bfloat16"), (np.float64([1.7]), "int32"), (1, "uint32"), ([1, 2], "uint32"),
    (1, "uint64"), (1, "complex64"), ([[1, 2], [3, 4]], "int8"), (5, "int16"), ([(1,), (2,)], "qint8"),
]  # fmt: skip
SHAPED = [
    (-1.0, [2, 3]), ([1, 2], [2, 3]), ([1, 2, 3, 4, 5, 6], [2, 3]), ("a", [2]), (0.0, [0]), (True, [3]), (2j, [2]),
    ([True, False], [4]),
]  # fmt: skip


def case_plain(tf):
    for value in PLAIN:
        tf.constant(value)
    return []


def case_typed(tf):
    for value, dtype in TYPED:
        tf.constant(value, getattr(tf, dtype))
    return []


def case_shaped(tf):
    for value, shape in SHAPED:
        tf.constant(value, shape=shape)
    return [tf.constant([1, 2], shape=[2, 3]), tf.constant("a", shape=[2])]


def case_values(tf):
    # A second -0.0 or nan would make text of numbers differ; those are in case_plain's graph.
    return [tf.constant(v) for v in PLAIN if not (isinstance(v, float) and not abs(v) < 1e30)]


def case_make_tensor_proto(tf):
    protos = [tf.make_tensor_proto(v) for v in ([1, 2], "a", 3.5, np.eye(2))]
    return [tf.constant(tf.make_ndarray(p)) for p in protos]


def case_conversions(tf):
    s = tf.placeholder(tf.int32, [])
    tf.convert_to_tensor(tf.TensorShape([2, 3]))
    tf.convert_to_tensor(tf.Dimension(3))
    tf.convert_to_tensor(5.0, tf.float64)
    tf.convert_to_tensor([s, 1], dtype=tf.float32)
    tf.convert_to_tensor([[s], [4]], name="n")
    return [tf.convert_to_tensor([s, 1]), tf.stack([[1, s], [s, 2]])], {s: 3}


def case_zeros_and_ones(tf):
    x = tf.placeholder(tf.float32, [None, 3])
    for dtype in (tf.float32, tf.int32, tf.bool, tf.string):
        tf.zeros([2, 3], dtype)
        tf.zeros([1000], dtype)
    made = [tf.zeros(5), tf.zeros([]), tf.zeros(tf.TensorShape([2, 3])), tf.zeros(tf.constant([2])), tf.zeros(tf.constant(2))]
    made += [tf.zeros([2, tf.shape(x)[0]]), tf.zeros([tf.shape(x)[0]]), tf.ones([tf.shape(x)[0], tf.Dimension(2)], tf.int32)]
    made += [tf.ones([2, 3]), tf.ones(3, tf.int64, name="o"), tf.zeros(np.array([2, 2])), tf.fill([2, 3], 9)]
    tf.zeros([2**16, 2**16])
    tf.ones([100, 100], tf.bool)
    return made + [tf.fill(tf.shape(x), 1.0, name="f"), tf.fill([2], "a")], {x: np.ones([2, 3])}


def case_likes(tf):
    known, partly, unknown = (tf.placeholder(tf.float32, s) for s in ([2, 3], [None, 3], None))
    made = []
    for t in (known, partly, unknown):
        made += [tf.zeros_like(t), tf.zeros_like(t, tf.int32), tf.zeros_like(t, optimize=False)]
        made += [tf.ones_like(t), tf.ones_like(t, tf.bool), tf.ones_like(t, optimize=False)]
    return made + [tf.zeros_like([1, 2]), tf.zeros_like(["a"])], dict.fromkeys([known, partly, unknown], np.ones([2, 3]))


def case_placeholders(tf):
    x = tf.placeholder(tf.float32, [2, 3])
    made = [tf.placeholder_with_default([1, 2], [None]), tf.placeholder_with_default(x, [2, 3]), tf.placeholder_with_default(x, None)]
    tf.placeholder(tf.int32, [], name="p")
    tf.sparse_placeholder(tf.float32, [None, 3], name="sp")
    tf.sparse_placeholder(tf.float32, [2, 3])
    tf.sparse_placeholder(tf.float32)
    return made, {x: np.ones([2, 3])}


def case_not_fed(tf):
    return tf.placeholder(tf.float32, [None, 3], name="x") * 2.0


WRONG = {
    "ragged": lambda tf: tf.constant([[1, 2], [3]]),
    "too_many": lambda tf: tf.constant([1, 2, 3], shape=[2]),
    "text_as_number": lambda tf: tf.constant("a", tf.float32),
    "float_as_int": lambda tf: tf.constant(1.5, tf.int32),
    "none": lambda tf: tf.constant(None),
    "mixed": lambda tf: tf.constant([1, "a"]),
    "object": lambda tf: tf.constant(object()),
    "unknown_size": lambda tf: tf.zeros([None, 2]),
    "verify_shape": lambda tf: tf.constant([1, 2], shape=[3], verify_shape=True),
    "negative_zeros": lambda tf: tf.zeros([-1, 2]),
    "negative_fill": lambda tf: tf.fill([-1, 2], 0),
    "list_of_types": lambda tf: tf.convert_to_tensor([tf.constant(1), "a"]),
    "default_of_other_shape": lambda tf: tf.placeholder_with_default([1, 2], [3]),
}


def cases():
    for name, build in WRONG.items():
        yield "wrong_" + name, build
    yield "fill_gradient", op_case(lambda tf, x: tf.fill([2, 3], x), [np.float32(2.5)])
