"""Elements by index, and elements moved: gather, scatter, partition, tile, pad, unique, masks, space to batch, patches."""

from __future__ import annotations

import numpy as np
from table import numbers, op_case

Y = np.arange(24).reshape(2, 3, 4)


def case_gather(tf):
    x, y, u = (tf.placeholder(tf.float32, s) for s in ([None, 3], [2, 3, 4], None))
    i, a = tf.placeholder(tf.int32, [None]), tf.placeholder(tf.int32, [])
    made = [tf.gather(x, i), tf.gather(x, [0, 1]), tf.gather(y, [[0, 1], [1, 1]]), tf.gather(y, i, axis=1), tf.gather(y, 0, axis=-1)]
    made += [tf.gather(y, i, axis=a), tf.gather(u, i), tf.gather(y, 1), tf.gather(np.arange(5), [1, 2], name="gg"), tf.gather(["a", "b"], 0)]
    made += [tf.gather(y, [[0, 1], [1, 2]], batch_dims=1), tf.gather(y, [[0, 1], [1, 2]], batch_dims=1, axis=2)]
    made += [tf.gather_nd(y, [[0, 1], [1, 2]]), tf.gather_nd(y, [[[0, 1, 2]]]), tf.gather_nd(x, [[0]]), tf.gather_nd(x, [0]), tf.gather_nd(u, [[0, 1]])]
    made += [tf.batch_gather(y, [[0, 1], [1, 2]]), tf.batch_gather(y, [[[0], [1], [2]], [[0], [1], [2]]]), tf.gather_nd(y, [[0], [1]], batch_dims=1)]
    return made, {x: numbers([2, 3]), y: Y, u: numbers([2, 3]), i: [1, 0], a: 2}


def case_scatter(tf):
    x = tf.placeholder(tf.float32, [None, 3])
    made = [tf.scatter_nd([[0], [2], [0]], [1.0, 2.0, 3.0], [4]), tf.scatter_nd([[0, 1]], tf.ones([1, 2]), [2, 2, 2])]
    made += [tf.scatter_nd([[1]], x[:1], tf.shape(x)), tf.tensor_scatter_update(x, [[0]], [[9.0, 9.0, 9.0]])]
    made += [tf.tensor_scatter_add(x, [[0, 0], [0, 0]], [1.0, 2.0]), tf.tensor_scatter_sub(x, [[0, 0]], [1.0])]
    return made, {x: numbers([2, 3])}


def case_partition(tf):
    x, p = tf.placeholder(tf.float32, [None, 3]), tf.placeholder(tf.int32, [None])
    made = [tf.dynamic_partition(x, p, 2), tf.dynamic_partition(np.arange(6).reshape(2, 3), [[0, 1, 0], [1, 1, 0]], 2)]
    made += [tf.dynamic_stitch([[0, 2], [1]], [[[1, 2], [3, 4]], [[5, 6]]]), tf.dynamic_stitch([p, [0]], [x, x[:1]])]
    return made + [tf.dynamic_stitch([1, [0, 0]], [1.0, [2.0, 3.0]])], {x: numbers([3, 3]), p: [1, 0, 1]}


def case_tile_and_pad(tf):
    x, y, u = (tf.placeholder(tf.float32, s) for s in ([None, 3], [2, 3], None))
    m, s = tf.placeholder(tf.int32, [2]), tf.placeholder(tf.int32, [])
    made = [tf.tile(x, [1, 2]), tf.tile(y, m), tf.tile(u, [2, 1]), tf.tile([1, 2], [3]), tf.tile(y, [s, 1]), tf.pad(y, [[1, 1], [0, 2]])]
    made += [tf.pad(x, [[1, 0], [0, 0]], constant_values=5), tf.pad(y, [[1, 1], [1, 1]], "REFLECT"), tf.pad(y, [[1, 1], [1, 2]], mode="symmetric", name="sy")]
    made += [tf.pad(u, [[1, 1], [0, 0]]), tf.pad(y, [[s, 0], [0, 0]]), tf.pad(x, [[0, s], [1, 1]]), tf.pad(["a"], [[0, 1]]), tf.pad(y, [[s, 0], [0, 0]], constant_values=-1)]
    return made, {x: numbers([2, 3]), y: numbers([2, 3]), u: numbers([2, 3]), m: [2, 1], s: 2}


def case_unique(tf):
    x, b = tf.placeholder(tf.float32, [None]), tf.placeholder(tf.bool, [2, None])
    made = [tf.unique(x), tf.unique_with_counts([5, 1, 5, 2, 1]), tf.unique(["b", "a", "b"], out_idx=tf.int64), tf.setdiff1d([1, 2, 3, 4], [2, 4, 9])]
    made = [list(m) for m in made] + [list(tf.setdiff1d(["a", "b"], ["a"]))]
    made += [tf.where(b), tf.where([1.0, 0.0, 2.0]), tf.searchsorted([1.0, 2.0, 2.0, 5.0], [2.0, 3.0]), tf.searchsorted([[1, 3], [2, 4]], [[2], [2]], side="right")]
    return made, {x: [3, 1, 3, 2], b: [[1, 0, 1], [0, 1, 0]]}


def case_one_hot(tf):
    i, d = tf.placeholder(tf.int32, [None]), tf.placeholder(tf.int32, [])
    made = [tf.one_hot(i, 3), tf.one_hot(i, d), tf.one_hot([[0, 1], [2, -1]], 3, axis=1), tf.one_hot(i, 3, on_value=5, off_value=-1, axis=0)]
    made += [tf.one_hot(i, 3, dtype=tf.int64), tf.one_hot(i, 3, on_value=True, off_value=False), tf.one_hot(np.int64([1]), 2, on_value=2.0)]
    return made, {i: [0, 2], d: 4}


def case_masks(tf):
    x, b, i = tf.placeholder(tf.float32, [None, 3]), tf.placeholder(tf.bool, [None]), tf.placeholder(tf.int32, [None])
    y = tf.constant(np.arange(6).reshape(2, 3))
    made = [tf.boolean_mask(x, b), tf.boolean_mask(y, [[True, False, True], [False, False, True]]), tf.boolean_mask(y, [True, False, True], axis=1)]
    made += [x[b], y[np.array([True, False])], tf.sequence_mask([1, 3, 2]), tf.sequence_mask(i, 5), tf.sequence_mask(i, dtype=tf.float32)]
    made += [tf.repeat([1, 2, 3], 2), tf.repeat([1, 2], [2, 1]), tf.repeat(y, 2, axis=1), tf.repeat(y, [1, 2], axis=0, name="rr"), tf.repeat(x, [2, 1, 1], axis=-1)]
    made += [tf.meshgrid([1, 2, 3], [4, 5]), tf.meshgrid([1, 2], [3, 4, 5], indexing="ij"), tf.meshgrid(i, [1, 2], [3, 4])]
    return made, {x: numbers([2, 3]), b: [True, False], i: [0, 2]}


def _gradients(tf, ys, xs):
    made = []
    for y in ys:
        for g in tf.gradients(y, xs):
            if g is not None:
                made += [g.values, g.indices, g.dense_shape] if isinstance(g, tf.IndexedSlices) else [g]
    return made


def case_gather_gradients(tf):
    x, y, i = tf.placeholder(tf.float32, [None, 3]), tf.placeholder(tf.float32, [2, 3]), tf.placeholder(tf.int32, [None])
    ys = [tf.gather(x, i), tf.gather(y, [0, 0]), tf.gather(y, i, axis=1), tf.gather_nd(y, [[0, 1], [0, 1]]), tf.gather_nd(y, [[0], [0]])]
    ys += [tf.gather(y, [[0, 1], [1, 1]], batch_dims=1), tf.scatter_nd([[0], [2]], y, [3, 3]), tf.tensor_scatter_update(y, [[0, 1]], x[0, :1])]
    ys += [tf.tensor_scatter_add(y, [[0, 1]], x[0, :1]), tf.tensor_scatter_sub(y, [[0, 1]], x[0, :1]), tf.gather(tf.concat([x, y], 0), i)]
    ys += [tf.gather(tf.concat([x, y], 1), i), tf.gather(tf.tile(y, [2, 1]), i), tf.gather(tf.reshape(y, [3, 2]), i)]
    return _gradients(tf, ys, [x, y]), {x: numbers([2, 3]), y: numbers([2, 3]), i: [1, 0, 1]}


def case_move_gradients(tf):
    x, y = tf.placeholder(tf.float32, [None, 3]), tf.placeholder(tf.float32, [2, 3])
    ys = tf.dynamic_partition(y, [1, 0], 2) + [tf.dynamic_stitch([[1], [0]], [x[:1], y[:1]]), tf.tile(x, [2, 1]), tf.tile(y, [2, 2])]
    ys += [tf.pad(y, [[1, 1], [0, 2]]), tf.pad(x, [[1, 0], [0, 0]], constant_values=1.0), tf.pad(y, [[1, 1], [1, 1]], "REFLECT")]
    ys += [tf.pad(y, [[1, 1], [1, 1]], "SYMMETRIC"), tf.meshgrid(y[0], y[1])[0], tf.repeat(y, 2, axis=0)]
    return _gradients(tf, ys, [x, y]), {x: numbers([2, 3]), y: numbers([2, 3])}


def case_space_to_batch(tf):
    x, y, b = tf.placeholder(tf.float32, [2, 4, 4, 3]), tf.placeholder(tf.float32, [None, None, 4, 3]), tf.placeholder(tf.int32, [2])
    made = [tf.space_to_batch_nd(x, [2, 2], [[0, 0], [1, 1]]), tf.space_to_batch(x, [[0, 0], [0, 0]], 2), tf.space_to_depth(x, 2)]
    made += [tf.depth_to_space(tf.concat([x] * 4, 3), 2), tf.batch_to_space_nd(tf.concat([x, x], 0), [2, 2], [[0, 0], [1, 2]])]
    made += [tf.batch_to_space(tf.concat([x, x], 0), [[0, 0], [0, 0]], block_size=2)]
    flows = _gradients(tf, made, [x])
    made += [tf.space_to_batch_nd(y, [2, 2], [[0, 0], [1, 1]]), tf.space_to_batch_nd(x, b, [[0, 0], [0, 0]]), tf.space_to_batch_nd(tf.ones([1, 4]), [2], [[0, 2]])]
    made += [list(tf.required_space_to_batch_paddings([5, 7], [2, 3])), list(tf.required_space_to_batch_paddings(b, [2, 3]))]
    data = numbers([2, 4, 4, 3])
    return made + flows, {x: data, y: data, b: [2, 2]}


def case_patches(tf):
    x = tf.placeholder(tf.float32, [1, 5, 5, 2])
    one = [1, 1, 1, 1]
    made = [tf.extract_image_patches(x, [1, 3, 3, 1], [1, 2, 2, 1], one, "VALID"), tf.extract_image_patches(x, [1, 3, 2, 1], [1, 1, 2, 1], one, "SAME")]
    flows = _gradients(tf, made, [x])
    made += [tf.extract_image_patches(x, [1, 2, 2, 1], [1, 3, 3, 1], [1, 2, 2, 1], "SAME"), tf.extract_image_patches(x, [1, 2, 2, 1], [1, 4, 4, 1], one, "SAME")]
    return made + flows, {x: numbers([1, 5, 5, 2])}


def case_edit_distance(tf):
    said = tf.SparseTensor([[0, 0], [0, 1], [1, 0]], ["a", "b", "c"], [2, 2])
    meant = tf.SparseTensor([[0, 0], [1, 0], [1, 1]], ["a", "c", "d"], [2, 2])
    less = tf.SparseTensor([[1, 0], [1, 1]], ["c", "d"], [2, 3])
    return [tf.edit_distance(said, meant), tf.edit_distance(said, less, normalize=False, name="ed"), tf.edit_distance(said, less)]


def case_fake_quant(tf):
    x, y = tf.placeholder(tf.float32, [7]), tf.placeholder(tf.float32, [2, 2])
    low, high = tf.constant(-1.0), tf.constant(2.0)
    made = [tf.fake_quant_with_min_max_args(x), tf.fake_quant_with_min_max_args(x, -1, 2, num_bits=4, narrow_range=True)]
    made += [tf.fake_quant_with_min_max_vars(x, -1.3, 2.1), tf.fake_quant_with_min_max_vars_per_channel(y, [-1.0, 0.0], [1.0, 3.0], num_bits=3)]
    made += [tf.quantization.quantize_and_dequantize(x, -1.0, 2.0, range_given=True), tf.quantization.quantize_and_dequantize(x, 0.0, 0.0)]
    made += [tf.quantization.quantize_and_dequantize(x, -1.0, 2.0, range_given=True, signed_input=False, num_bits=4, round_mode="HALF_UP")]
    flows = _gradients(tf, made, [x, y]) + _gradients(tf, [tf.fake_quant_with_min_max_vars(x, low, high)], [x, low, high])
    return made + flows, {x: [-7, -1.2, -0.3, 0, 0.7, 1.9, 6.5], y: [[0.3, -1], [2, 2.7]]}


WRONG = {
    "gather_float": lambda tf: tf.gather(tf.zeros([2]), [0.0]),
    "gather_scalar": lambda tf: tf.gather(tf.constant(1), 0),
    "gather_nd_deep": lambda tf: tf.gather_nd(tf.zeros([2]), [[1, 2]]),
    "scatter_updates": lambda tf: tf.scatter_nd([[0]], [1.0, 2.0], [3]),
    "pad_rank": lambda tf: tf.pad(tf.zeros([2]), [[1, 1], [1, 1]]),
    "pad_mode": lambda tf: tf.pad(tf.zeros([2]), [[1, 1]], mode="x"),
    "pad_negative": lambda tf: tf.pad(tf.zeros([2]), [[-1, 1]]),
    "tile_rank": lambda tf: tf.tile(tf.zeros([2]), [1, 1]),
    "mask_scalar": lambda tf: tf.boolean_mask(tf.zeros([2]), True),
    "mask_shape": lambda tf: tf.boolean_mask(tf.zeros([2]), [True, False, True]),
    "one_hot_types": lambda tf: tf.one_hot([1], 3, on_value=1, off_value=0.0),
    "unique_matrix": lambda tf: tf.unique([[1]]),
    "partition_shapes": lambda tf: tf.dynamic_partition([1, 2], [0, 1, 1], 2),
    "searchsorted_side": lambda tf: tf.searchsorted([1], [1], side="x"),
    "space_to_depth": lambda tf: tf.space_to_depth(tf.zeros([1, 3, 4, 1]), 2),
}
X = numbers([2, 3])
WRONG_RUN = {
    "gather": lambda tf, x: tf.gather(x, 5),
    "gather_negative": lambda tf, x: tf.gather(x, [0, -1]),
    "gather_axis": lambda tf, x: tf.gather(x, 0, axis=4),
    "gather_nd": lambda tf, x: tf.gather_nd(x, [[7]]),
    "tile": lambda tf, x: tf.tile(x, [1]),
    "tile_negative": lambda tf, x: tf.tile(x, [1, -1]),
    "pad": lambda tf, x: tf.pad(x, [[1, 1]]),
    "scatter": lambda tf, x: tf.scatter_nd([[9]], [1.0], [3]),
    "unique": lambda tf, x: tf.unique(x)[0],
    "one_hot_depth": lambda tf, x: tf.one_hot([1], tf.placeholder_with_default(-1, [])),
    "partition": lambda tf, x: tf.dynamic_partition(x, [0, 3], 2)[0],
    "permutation": lambda tf, x: tf.invert_permutation(tf.placeholder_with_default([5, 1], [2])),
}


def cases():
    for name, build in WRONG.items():
        build.same_graph = False  # TensorFlow tries again to word its error, and leaves the constants of that behind
        yield "wrong_" + name, build
    for name, build in WRONG_RUN.items():
        yield "wrong_run_" + name, op_case(build, [X], gradient=False, placeholders=True)
