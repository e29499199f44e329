"""Ragged tensors: made, taken apart, computed with, and what the ordinary functions of tf do with them."""

from __future__ import annotations

import numpy as np

U = "h\u00e9llo \u4e16\U0001f600".encode()


def parts(*tensors):
    """The tensors that ragged tensors are made of; others as they are."""
    result = []
    for t in tensors:
        result += [*t.nested_row_splits, t.flat_values] if hasattr(t, "nested_row_splits") else [t]
    return result


def two(tf, dtype=None):
    return tf.ragged.constant([[3, 1, 4], [], [5, 9]], dtype=dtype)


def three(tf):
    return tf.ragged.constant([[[1, 2], [3]], [], [[4, 5, 6], []]])


def wide(tf):
    return tf.ragged.constant([[[1, 2], [3, 4]], [[5, 6]]], ragged_rank=1)


def case_made(tf):
    make, values = tf.RaggedTensor, tf.placeholder(tf.float32, [None])
    made = [make.from_row_splits([3, 1, 4], [0, 2, 2, 3]), make.from_row_lengths(values, [2, 0, 1]), make.from_row_starts(values, [0, 2, 2])]
    made += [make.from_row_limits(values, [2, 2, 3]), make.from_value_rowids(values, [0, 0, 2]), make.from_value_rowids([1, 2], [0, 1], nrows=4)]
    made += [make.from_nested_row_splits(values, [[0, 1, 2], [0, 2, 3]]), make.from_nested_row_lengths([1, 2], [[1], [2]]), wide(tf)]
    return parts(*made, three(tf), tf.ragged.constant([[[]]])), {values: np.float32([1, 2, 3])}


def case_made_wrong(tf):
    return parts(tf.RaggedTensor.from_row_splits([3, 1, 4], tf.placeholder_with_default(np.int64([0, 2, 5]), [None])))


case_made_wrong.message_has = "do not form a valid RaggedTensor"


def case_parts(tf):
    x, y = three(tf), tf.RaggedTensor.from_value_rowids([1, 2], [0, 1], nrows=4)
    taken = [x.value_rowids(), x.nrows(), x.row_starts(), x.row_limits(), x.row_lengths(), x.row_lengths(axis=2), x.bounding_shape()]
    taken += [x.bounding_shape(axis=1), *x.nested_value_rowids(), *x.nested_row_lengths(), y.nrows(tf.int32), y.row_lengths(), wide(tf).row_lengths(axis=2)]
    return parts(*taken, x.with_row_splits_dtype(tf.int32))


def case_dense_and_sparse(tf):
    make, x = tf.RaggedTensor, np.arange(24).reshape(2, 3, 2, 2)
    made = [make.from_tensor(x), make.from_tensor(x, ragged_rank=3), make.from_tensor([[1, 0], [2, 3]], padding=0)]
    made += [make.from_tensor([[1, 0], [2, 3]], lengths=[2, 1]), make.from_sparse(tf.SparseTensor([[0, 0], [0, 1], [2, 0]], [1, 2, 3], [4, 5]))]
    sparse = three(tf).to_sparse()
    made += [three(tf).to_tensor(), three(tf).to_tensor(default_value=9), wide(tf).to_tensor([7, 8]), sparse.indices, sparse.values, sparse.dense_shape]
    return parts(*made)


def case_ranges_and_ids(tf):
    made = [tf.ragged.range([0, 2, 5], [3, 3, 9], [1, 2, 3]), tf.ragged.range([0.0, 1.0], [2.0, 3.5], 0.3), tf.ragged.range([0, 5], [3, 0], [1, -2])]
    made += [tf.ragged.row_splits_to_segment_ids([0, 3, 3, 5]), tf.ragged.segment_ids_to_row_splits([0, 0, 2]), tf.ragged.segment_ids_to_row_splits([0, 0, 2], 5)]
    return parts(*made)


def case_items(tf):
    x, y, i = two(tf), three(tf), tf.placeholder_with_default(1, [])
    made = [x[0], x[0, 1], x[1:], x[::-1], x[:, 1:], x[:, :-1], x[:, ::2], x[..., 1:], x[tf.newaxis], x[:, tf.newaxis], x[:, :, tf.newaxis], x[i], x[:, i:]]
    return parts(*made, y[0, 1, 0], y[:, 1:], y[:, :, 1:], y[2:0:-1], y[1:, :1, :1], wide(tf)[:, 1:, 0])


def case_elementwise(tf):
    x, f = two(tf), two(tf, tf.float32)
    made = [-x, abs(x), x + x, x * 2, 10 - x, x / 2, x // 2, x % 2, x**2, x < 4, ~(x < 4) & (x > 1), x + [[1], [2], [3]], wide(tf) + [10, 20]]
    made += [tf.sqrt(f), tf.round(f), tf.cast(x, tf.float64), tf.clip_by_value(x, 2, 4), tf.zeros_like(x), tf.add_n([x, x]), tf.maximum(x, 4), tf.equal(x, x)]
    return parts(*made, tf.as_string(x), tf.string_join([tf.as_string(x), "!"]), tf.ragged.map_flat_values(tf.add, x, x))


def case_reductions(tf):
    x, y = two(tf, tf.float32), three(tf)
    made = [f(x, axis) for f in (tf.reduce_sum, tf.reduce_mean, tf.reduce_max, tf.reduce_min, tf.reduce_prod) for axis in (None, 0, 1)]
    made += [tf.reduce_sum(y, 2), tf.reduce_sum(y, [0, 2]), tf.reduce_any(x > 3, axis=1), tf.reduce_all(x > 3, axis=1)]
    return parts(*made, tf.unsorted_segment_sum(x, [0, 1, 0], 2), tf.unsorted_segment_mean(x, [0, 1, 0], 2), tf.size(x), tf.rank(y))


case_reductions.same_graph = True


def case_arrays(tf):
    x, y = two(tf), three(tf)
    made = [tf.concat([x, x], 0), tf.concat([x, x], 1), tf.concat([x, [[1], [2], [3]]], 1), tf.stack([x, x]), tf.stack([x, x], 1), tf.tile(x, [2, 2]), tf.tile(y, [1, 2, 1])]
    made += [tf.expand_dims(x, 0), tf.expand_dims(x, 1), tf.expand_dims(x, -1), tf.squeeze(tf.ragged.constant([[[1]], [[2]]]), [1]), tf.one_hot(x, 3)]
    made += [tf.where(x > 3), tf.where(x > 3, x, -x), tf.where([True, False, True], x, x * 10), *tf.dynamic_partition(x, [0, 1, 0], 2)]
    made += [tf.ragged.boolean_mask(x, [True, False, True]), tf.ragged.boolean_mask(x, x > 3), tf.ragged.boolean_mask([[1, 2], [3, 4]], [[True, False], [True, True]])]
    return parts(*made, tf.ragged.stack([[1, 2], [3, 4, 5]]), tf.ragged.stack_dynamic_partitions([1, 2, 3], [0, 2, 0], 3))


def case_gathered(tf):
    x, y, f = two(tf), three(tf), two(tf, tf.float32)
    made = [tf.gather(x, [2, 0, 0]), tf.gather(x, 2), tf.gather(x, [[2, 0], [1, 1]]), tf.gather(y, [2, 1]), tf.gather(list(range(10)), x), tf.batch_gather(x, tf.ragged.constant([[0, 2], [], [1]]))]
    made += [tf.gather_nd(x, [[2, 1], [0, 0]]), tf.gather_nd(y, [[0, 0], [2, 0]]), tf.gather_nd(x, [[[2], [0]], [[1], [1]]])]
    gradient, = tf.gradients(tf.gather(f, [2, 0]).flat_values, f.flat_values)
    return parts(*made, gradient.values, gradient.indices, *tf.gradients(f.to_sparse().values * 2.0, f.flat_values))


def case_strings(tf):
    s, words = tf.strings, tf.ragged.constant([["a", "b", "c"], [], ["d", "e"]])
    made = [s.split(["a b  c", ""], result_type="RaggedTensor"), s.split([["a b", "c"]], result_type="RaggedTensor"), s.bytes_split(["ab", ""])]
    made += [tf.string_split(["a b"], result_type="RaggedTensor"), s.unicode_decode([U, b"a\xff"], "UTF-8"), s.unicode_split([U, b"ab"], "UTF-8"), s.unicode_encode([[97, 0x4E16]], "UTF-16-BE")]
    made += [*s.unicode_decode_with_offsets(b"\xff\xfea\0\x3d\xd8\0\xde", "UTF-16"), s.unicode_decode(b"a\xffb", "UTF-8", errors="ignore"), s.unicode_script([97, 0x3B1, -1])]
    made += [s.unicode_transcode(b"a\xff\x01", "UTF-8", "UTF-8", replacement_char=63, replace_control_characters=True), s.ngrams(words, 2), s.ngrams(words, [1, 3], pad_values=("L", "R"))]
    return parts(*made, s.ngrams(["a", "b", "c"], 2, separator="|"), s.unicode_decode(["x"], "latin1"))


def case_strict_unicode(tf):
    return tf.strings.unicode_decode([b"a\xff"], "UTF-8", errors="strict").values


case_strict_unicode.message_has = "Invalid formatting on input string"


def case_control_flow(tf):
    x = two(tf)
    doubled = tf.while_loop(lambda i, r: i < 3, lambda i, r: (i + 1, r * 2), (tf.constant(0), x))[1]
    return parts(doubled, tf.cond(tf.placeholder_with_default(True, []), lambda: x * 2, lambda: x + 1))


def case_raw(tf):
    nested, values = [np.int64([0, 2, 2, 3])], [1, 2, 3]
    variant = tf.raw_ops.RaggedTensorToVariant(rt_nested_splits=nested, rt_dense_values=values, batched_input=True)
    back = tf.raw_ops.RaggedTensorFromVariant(encoded_ragged=variant, input_ragged_rank=0, output_ragged_rank=1, Tvalues=tf.int32, Tsplits=tf.int64)
    padded = [
        tf.raw_ops.RaggedTensorToTensor(shape=s, values=values, default_value=9, row_partition_tensors=t, row_partition_types=k)
        for s, t, k in [([-1, -1], nested, ["ROW_SPLITS"]), ([2, 1], nested, ["ROW_SPLITS"]), ([-1, 3], [5, [0, 2, 2]], ["FIRST_DIM_SIZE", "VALUE_ROWIDS"])]
    ]
    return [*back.output_nested_splits, back.output_dense_values, *padded]


def case_dataset(tf):
    data = tf.data.Dataset.from_tensor_slices(three(tf)).map(lambda x: x * 2).batch(2)
    return parts(tf.compat.v1.data.make_one_shot_iterator(data).get_next())
