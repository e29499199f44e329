"""Windows of images as rows (ExtractImagePatches), and the edits between sequences (EditDistance)."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_value
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import with_rank
from tinytf.graph.sparse_tensor import is_sparse
from tinytf.graph.tensor import Tensor
from tinytf.ops.array.shape_ops import deprecated_argument, show


def _window(op):
    """((rows, columns) of the window with its holes, of the strides, of the rates)."""
    size, stride, rate = (op.attr(n)[1:3] for n in ("ksizes", "strides", "rates"))
    return [k + (k - 1) * (r - 1) for k, r in zip(size, rate)], stride, rate


def _positions(size, window, stride, padding):
    """(number of window positions, padding before) along one dimension."""
    if padding == b"VALID":
        return -(-(size - window + 1) // stride), 0
    count = -(-size // stride)
    return count, max((count - 1) * stride + window - size, 0) // 2


def _patches_shape(op):
    n, h, w, c = with_rank(op.inputs[0].dims, 4)
    for name in ("ksizes", "strides", "rates"):
        if len(op.attr(name)) != 4:
            raise ValueError(f"ExtractImagePatches requires the {name} attribute to contain 4 values, but got: {len(op.attr(name))}")
    window, stride, _ = _window(op)
    out = []
    for size, k, s in zip((h, w), window, stride):
        count = None if size is None else _positions(size, k, s, op.attr("padding"))[0]
        if count is not None and count < 0:
            raise ValueError(f"Computed output size would be negative: {size - k + s} [input_size: {size}, effective_filter_size: {k}, stride: {s}]")
        out.append(count)
    depth = None if c is None else c * op.attr("ksizes")[1] * op.attr("ksizes")[2]
    return [(n, *out, depth)]


def _patches_kernel(op):
    for name in ("ksizes", "strides", "rates"):
        if op.attr(name)[0] != 1 or op.attr(name)[3] != 1:
            raise errors.UnimplementedError(op.node_def, op, f"Only support {name} across space.")
        if min(op.attr(name)) < 1:
            raise errors.OutOfRangeError(op.node_def, op, f"{name} is out of range.")
    window, stride, rate = _window(op)
    rows, columns = op.attr("ksizes")[1:3]

    def extract(images):
        n, h, w, c = images.shape
        (oh, top), (ow, left) = (
            _positions(size, k, s, op.attr("padding")) for size, k, s in zip((h, w), window, stride)
        )
        if oh <= 0 or ow <= 0:
            return np.empty((n, max(oh, 0), max(ow, 0), rows * columns * c), images.dtype)
        full = np.zeros((n, (oh - 1) * stride[0] + window[0], (ow - 1) * stride[1] + window[1], c), images.dtype)
        used_h, used_w = min(h, full.shape[1] - top), min(w, full.shape[2] - left)
        full[:, top : top + used_h, left : left + used_w] = images[:, :used_h, :used_w]
        out = np.empty((n, oh, ow, rows, columns, c), images.dtype)
        for i in range(rows):
            for j in range(columns):
                y, x = i * rate[0], j * rate[1]
                out[:, :, :, i, j] = full[
                    :, y : y + (oh - 1) * stride[0] + 1 : stride[0], x : x + (ow - 1) * stride[1] + 1 : stride[1]
                ]
        return out.reshape(n, oh, ow, rows * columns * c)

    return extract


def _patches_grad(op, grad):
    """A sparse matrix that says which output cell comes from which pixel, times the gradient."""
    from tinytf.ops.array import array_ops
    from tinytf.ops.math import math_ops
    from tinytf.ops.sparse import sparse_ops

    shape = array_ops.shape(op.inputs[0], out_type=dtypes.int64)
    batch, rows_in, cols_in, channels = shape[0], shape[1], shape[2], shape[3]
    pixels = 1 + rows_in * cols_in
    numbers = array_ops.reshape(math_ops.range(1, pixels, dtype=dtypes.int64), (1, rows_in, cols_in, 1))
    names = ("ksizes", "strides", "rates", "padding")
    patched = make("ExtractImagePatches", numbers, **{n: op.attr(n) for n in names})
    out_shape = array_ops.shape(op.outputs[0], out_type=dtypes.int64)
    rows_out, cols_out = out_shape[1], out_shape[2]
    _, kr, kc, _ = op.attr("ksizes")
    cells = rows_out * cols_out * kr * kc
    out_numbers = array_ops.reshape(math_ops.range(cells, dtype=dtypes.int64), (1, rows_out, cols_out, kr * kc))
    pairs = array_ops.concat(
        [array_ops.expand_dims(patched, axis=-1), array_ops.expand_dims(out_numbers, axis=-1)], axis=-1
    )
    pairs = array_ops.reshape(pairs, (-1, 2))
    whole_shape = (pixels, cells)
    matrix = sparse_ops.SparseTensor(pairs, array_ops.ones([cells], dtype=grad.dtype), whole_shape)
    matrix = sparse_ops.sparse_slice(matrix, (1, 0), (pixels - 1, cells))  # row 0 is the padding
    wide = array_ops.transpose(
        array_ops.reshape(grad, (batch, rows_out, cols_out, kr, kc, channels)), (1, 2, 3, 4, 0, 5)
    )
    flat = array_ops.reshape(wide, (-1, batch * channels))
    back = sparse_ops.sparse_tensor_dense_matmul(matrix, flat)
    back = array_ops.reshape(back, (rows_in, cols_in, batch, channels))
    return [array_ops.transpose(back, (2, 0, 1, 3))]


op("ExtractImagePatches(images: T) -> (patches: T); ksizes: list(int) >= 4; strides: list(int) >= 4; rates: list(int) >= 4; "
   "T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}; padding: {'SAME', 'VALID'}",
   shape=_patches_shape, kernel=_patches_kernel, gradient=_patches_grad)  # fmt: skip


def extract_image_patches(images, ksizes=None, strides=None, rates=None, padding=None, name=None, sizes=None) -> Tensor:
    """The windows of images, flattened into the last dimension.  Follows `tf.extract_image_patches` of TF 1.15."""
    ksizes = deprecated_argument("sizes", sizes, "ksizes", ksizes)
    return make("ExtractImagePatches", images, ksizes=ksizes, strides=strides, rates=rates, padding=padding, name=name)


def extract_patches(images, sizes=None, strides=None, rates=None, padding=None, name=None) -> Tensor:
    """As `extract_image_patches`.  Follows `tf.image.extract_patches` of TF 1.15."""
    return extract_image_patches(images, sizes, strides, rates, padding, name)


# ---- EditDistance


def _levenshtein(a, b) -> int:
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        corner, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            corner, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, corner + (x != y))
    return row[-1]


def _sequences(indices, values):
    """{all but the last index: the values, in order}."""
    out: dict = {}
    for place, value in zip(map(tuple, indices[:, :-1].tolist()), values.tolist()):
        out.setdefault(place, []).append(value)
    return out


def _distance_kernel(op):
    normalize = op.attr("normalize")

    def edit_distance(hi, hv, hs, ti, tv, ts):
        if hs.size != ts.size:
            raise errors.InvalidArgumentError(op.node_def, op, f"Expected hypothesis_shape.NumElements() == truth_shape.NumElements(), got {hs.size} and {ts.size}")
        if ts.size < 2:
            raise errors.InvalidArgumentError(op.node_def, op, f"Input SparseTensors must have rank at least 2, but truth_shape rank is: {ts.size}")
        dims = np.maximum(hs, ts)[:-1].tolist()
        out = np.zeros(dims, np.float32)
        said, meant = _sequences(hi, hv), _sequences(ti, tv)
        for place in set(said) | set(meant):
            if any(not 0 <= p < d for p, d in zip(place, dims)):
                raise errors.InvalidArgumentError(op.node_def, op, f"the index {list(place)} lies outside the shape {show(dims)}")
            a, b = said.get(place, []), meant.get(place, [])
            distance = _levenshtein(b, a)
            if normalize:
                distance = distance / len(b) if b else np.inf if a else 0.0
            out[place] = distance
        return out

    return edit_distance


def _distance_shape(op):
    h, t = constant_value(op.inputs[2]), constant_value(op.inputs[5])
    if h is None or t is None:
        return [None]
    if h.size != t.size:
        raise ValueError(f"Num elements of hypothesis_shape does not match truth_shape: {h.size} vs. {t.size}")
    return [tuple(np.maximum(h, t)[:-1].tolist())]


op("EditDistance(hypothesis_indices: int64, hypothesis_values: T, hypothesis_shape: int64, truth_indices: int64, "
   "truth_values: T, truth_shape: int64) -> (output: float); normalize: bool = true; T: type",
   shape=_distance_shape, kernel=_distance_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip


def edit_distance(hypothesis, truth, normalize=True, name="edit_distance") -> Tensor:
    """The Levenshtein distance between the sequences of two SparseTensors, divided by the length of the truth.

    Follows `tf.edit_distance` of TF 1.15.
    """
    if not is_sparse(hypothesis):
        raise TypeError("Hypothesis must be a SparseTensor.")
    if not is_sparse(truth):
        raise TypeError("Truth must be a SparseTensor.")
    return make(
        "EditDistance", hypothesis.indices, hypothesis.values, hypothesis.dense_shape, truth.indices, truth.values,
        truth.dense_shape, normalize=normalize, name=name,
    )  # fmt: skip


# ---- ExtractVolumePatches


def _volume_shape(op):
    n, *sizes, c = with_rank(op.inputs[0].dims, 5)
    window, stride = op.attr("ksizes")[1:4], op.attr("strides")[1:4]
    places = [None if s is None else _positions(s, k, d, op.attr("padding"))[0] for s, k, d in zip(sizes, window, stride)]
    return [(n, *places, None if c is None else c * int(np.prod(window)))]


def _volume_kernel(op):
    window, stride = op.attr("ksizes")[1:4], op.attr("strides")[1:4]

    def extract(volumes):
        n, *sizes, c = volumes.shape
        places = [_positions(s, k, d, op.attr("padding")) for s, k, d in zip(sizes, window, stride)]
        full = np.zeros((n, *[(count - 1) * d + k for (count, _), k, d in zip(places, window, stride)], c), volumes.dtype)
        used = [min(s, f - before) for s, f, (_, before) in zip(sizes, full.shape[1:], places)]
        full[(slice(None), *[slice(b, b + u) for (_, b), u in zip(places, used)])] = volumes[(slice(None), *map(slice, used))]
        out = np.empty((n, *[count for count, _ in places], *window, c), volumes.dtype)
        for at in np.ndindex(*window):
            cut = [slice(a, a + (count - 1) * d + 1, d) for a, (count, _), d in zip(at, places, stride)]
            out[(slice(None),) * 4 + at] = full[(slice(None), *cut)]
        return out.reshape(*out.shape[:4], int(np.prod(window)) * c)

    return extract


op("ExtractVolumePatches(input: T) -> (patches: T); ksizes: list(int) >= 5; strides: list(int) >= 5; T: {float, double, int32, "
   "uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}; padding: {'SAME', 'VALID'}",
   shape=_volume_shape, kernel=_volume_kernel)  # fmt: skip


def extract_volume_patches(input, ksizes, strides, padding, name=None) -> Tensor:
    """The windows of volumes, each as one row of channels.  Follows `tf.extract_volume_patches` of TF 1.15."""
    return make("ExtractVolumePatches", input, ksizes=ksizes, strides=strides, padding=padding, name=name)
