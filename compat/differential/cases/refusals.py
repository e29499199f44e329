"""What ops refuse as they run, and in which words: ranks, sizes and ranges that the graph could not know."""

from __future__ import annotations

import numpy as np

ROW, SQUARE = np.ones(2, np.float32), np.ones((2, 2), np.float32)
I = np.int32  # noqa: E741

# op: (what it is fed, the fetch made of placeholders of no shape, the words of the error)
REFUSALS = {
    "reshape": ([ROW, I([3])], lambda tf, x, s: tf.reshape(x, s), "a tensor with 2 values, but the requested shape has 3"),
    "reshape_rank": ([ROW, I([[1, 2]])], lambda tf, x, s: tf.reshape(x, s), "sizes input must be 1-D, not [1,2]"),
    "transpose": ([SQUARE, I([0, -1])], lambda tf, x, p: tf.transpose(x, p), "-1 is out of range [0 .. 2)"),
    "tile": ([ROW, I([-1])], lambda tf, x, m: tf.tile(x, m), "Expected multiples[0] >= 0, but got -1"),
    "slice": ([ROW, I([[0]])], lambda tf, x, b: tf.slice(x, b, [1]), "to be 1-D tensors of size 1, but got shapes [1,1] and [1]"),
    "strided_slice": ([ROW, I([0, 1])], lambda tf, x, e: tf.strided_slice(x, [0], e, [1]), "to be 1D equal size tensors"),
    "expand_dims": ([ROW, I([0, 1])], lambda tf, x, d: tf.expand_dims(x, d), "'dim' must be a tensor with a single value"),
    "reverse": ([ROW, I(0)], lambda tf, x, d: tf.reverse(x, d), "'dims' must be 1-dimension, not 0"),
    "reverse_sequence": ([SQUARE, I([1, 1, 1])], lambda tf, x, n: tf.reverse_sequence(x, n, 1, 0), "len(seq_lens) != input.dims(0), (3 vs. 2)"),
    "roll": ([ROW, I([1, 2])], lambda tf, x, s: tf.roll(x, s, [0]), "shift and axis must have the same size"),
    "concat": ([ROW, SQUARE], lambda tf, x, y: tf.concat([x, y], 0), "Ranks of all input tensors should match: shape[0] = [2] vs. shape[1] = [2,2]"),
    "unstack": ([ROW], lambda tf, x: tf.unstack(x, 2, axis=1), "axis = 1 not in [-1, 1)"),
    "gather_axis": ([ROW, I([0])], lambda tf, x, a: tf.gather(x, [0], axis=a), "axis must be scalar"),
    "gather_nd": ([ROW, I(0)], lambda tf, x, i: tf.gather_nd(x, i), "indices must be at least a vector"),
    "gather_nd_empty": ([np.ones([0, 2], np.float32)], lambda tf, x: tf.gather_nd(x, [[0]]), "Requested more than 0 entries, but params is empty"),
    "one_hot": ([I([0]), I([3])], lambda tf, i, d: tf.one_hot(i, d), "depth must be a scalar, but got: [1]"),
    "pad": ([ROW, ROW], lambda tf, x, v: tf.pad(x, [[1, 1]], constant_values=v), "constant_values must be a scalar. Found: [2]"),
    "diag_part": ([np.ones((2, 3), np.float32)], lambda tf, x: tf.diag_part(x), "dimensions 0 and 1 do not match"),
    "matrix_set_diag": ([SQUARE, np.ones(3, np.float32)], lambda tf, x, d: tf.matrix_set_diag(x, d), "Expected diagonal shape: [2]"),
    "space_to_depth": ([ROW], lambda tf, x: tf.space_to_depth(x, 2), "Input rank should be 4 instead of 1"),
    "fill": ([I([-2])], lambda tf, n: tf.fill(n, 1.0), "Dimension -2 must be >= 0"),
    "range": ([I([1, 2])], lambda tf, n: tf.range(n), "limit must be a scalar, not shape [2]"),
    "matrix_solve": ([SQUARE, np.ones((3, 1), np.float32)], lambda tf, x, y: tf.matrix_solve(x, y), "Input matrix and rhs are incompatible"),
    "batch_matmul": ([np.ones((2, 1, 2)), np.ones((3, 2, 1))], lambda tf, x, y: tf.raw_ops.BatchMatMul(x=x, y=y), "In[0].dim(0) and In[1].dim(0) must be the same: [2,1,2] vs [3,2,1]"),
    "betainc": ([ROW, np.ones(3, np.float32)], lambda tf, x, y: tf.betainc(x, y, y), "Shapes of a and b are inconsistent: [2] vs. [3]"),
    "bias_add": ([SQUARE, np.ones(3, np.float32)], lambda tf, x, y: tf.nn.bias_add(x, y), "[3] vs. [2,2]"),
    "conv2d": ([np.ones((1, 3, 3, 3), np.float32)], lambda tf, x: tf.nn.conv2d(x, tf.ones([2, 2, 2, 1]), [1] * 4, "VALID"), "input depth must be evenly divisible by filter depth: 3 vs 2"),
    "nth_element": ([ROW, I(5)], lambda tf, x, n: tf.contrib.nn.nth_element(x, n), "Input must have at least n+1 columns"),
    "segment_count": ([SQUARE, I(-1)], lambda tf, x, n: tf.unsorted_segment_sum(x, [0, 1], n), "Input num_segments == -1 must not be negative"),
    "stitch": ([I([0, 1, 2])], lambda tf, i: tf.dynamic_stitch([i], [[1, 2]]), "data[0].shape = [2] does not start with indices[0].shape = [3]"),
    "sparse_matmul": ([I([[0, 9]])], lambda tf, i: tf.sparse_tensor_dense_matmul(tf.SparseTensor(tf.cast(i, tf.int64), [1.0], [2, 4]), tf.ones([4, 2])), "k (9) from index[0,1] out of bounds (>=4)"),
    "regex": ([np.array(["a"], object)], lambda tf, p: tf.raw_ops.RegexFullMatch(input=["a"], pattern=p), "Pattern must be scalar, but received [1]"),
    "accumulate_n": ([ROW, np.ones(1, np.float32)], lambda tf, x, y: tf.accumulate_n([x, y]), "Parameters and update must be the same size"),
}  # fmt: skip

# What a shape rule refuses while the graph is made; the values that it looked at stand in the message.
AT_ONCE = {
    "computed_values": (lambda tf: tf.nn.top_k(tf.ones([2]), 5), "and with computed input tensors: input[1] = <5>"),
    "partial_shapes": (lambda tf: tf.reshape([1, 2, 3], [2, -1]), "and with input tensors computed as partial shapes: input[1] = [2,?]"),
    "negative_shape": (lambda tf: tf.fill([2, -3], 1), "Invalid value in tensor used for shape: -3"),
    "split": (lambda tf: tf.split(tf.ones([4]), [-1, -1]), "size_splits can only have one -1"),
    "conv_groups": (lambda tf: tf.nn.conv2d(tf.ones([1, 3, 3, 4]), tf.ones([2, 2, 2, 3]), [1] * 4, "VALID"), "Depth of output (3) is not a multiple of the number of groups (2)"),
    "space_to_batch": (lambda tf: tf.space_to_batch_nd(tf.ones([1, 2, 2, 1]), [2, 0], [[0, 0], [0, 0]]), "block_shape must be positive"),
}  # fmt: skip


def _fed(arrays, make, words):
    def case(tf):
        inputs = [tf.placeholder(tf.as_dtype("string" if a.dtype == object else a.dtype)) for a in map(np.asarray, arrays)]
        return make(tf, *inputs), dict(zip(inputs, arrays))

    case.message_has = words
    return case


def _made(make, words):
    def case(tf):
        return make(tf)

    case.message_has = words
    return case


def cases():
    for name, (arrays, make, words) in REFUSALS.items():
        yield "run_" + name, _fed(arrays, make, words)
    for name, (make, words) in AT_ONCE.items():
        yield "build_" + name, _made(make, words)


def _dense_table(tf, **given):
    return tf.lookup.experimental.DenseHashTable(
        **{"key_dtype": tf.int64, "value_dtype": tf.int64, "default_value": -1, "empty_key": 0, "deleted_key": -1, **given}
    )


def case_dense_table_keys_are_vectors(tf):
    table = _dense_table(tf, empty_key=[0, 0], deleted_key=[-1, -1])

    def run(sess):
        sess.run(table.insert(tf.constant([[1, 2], [3, 4]], tf.int64), tf.constant([5, 6], tf.int64)))
        return sess.run([table.lookup(tf.constant([[3, 4], [7, 7]], tf.int64)), table.size()])

    return run


def case_dense_table_same_reserved_keys(tf):
    return _dense_table(tf, empty_key=42, deleted_key=42).size()


def case_dense_table_reserved_key(tf):
    return _dense_table(tf).insert(tf.constant([11, 0], tf.int64), tf.constant([1, 2], tf.int64))


def case_dense_table_buckets(tf):
    return _dense_table(tf, initial_num_buckets=12).size()


case_dense_table_same_reserved_keys.message_has = "Empty and deleted keys cannot be equal"
case_dense_table_reserved_key.message_has = "Using the empty_key as a table key is not allowed"
case_dense_table_buckets.message_has = "Number of buckets must be at least 4 and a power of 2, got: 12"
