"""Blocks of pixels moved to the batch or to the channels, and back: SpaceToBatchND, SpaceToDepth and their inverses."""

from __future__ import annotations

import functools

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_value, public_constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import merge_dims, with_rank, with_rank_at_least
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import concat_split
from tinytf.ops.array import constant as constants
from tinytf.ops.array.shape_ops import deprecated_argument


def _invalid(op, message):
    return errors.InvalidArgumentError(op.node_def, op, message)


def _divided(size, by):
    if size is None or by is None:
        return None
    if by == 0 or size % by:
        raise ValueError(f"Dimension size must be evenly divisible by {by} but is {size}")
    return size // by


# ---- to the batch and back, any number of dimensions


def _blocks(op, block):
    """(number of blocked dimensions, their sizes or None)."""
    dims = op.inputs[1].dims
    if dims is not None and len(dims) != 1:
        raise ValueError("block_shape must have rank 1.")
    if block is not None:
        block = block.ravel().tolist()
        if any(b < 1 for b in block):
            raise ValueError("block_shape must be positive")
        return len(block), block
    return (None if dims is None else dims[0]), None


def _to_batch_dims(dims, count, block, pads):
    if dims is None or count is None:
        return [None]
    with_rank_at_least(dims, count + 1)
    if block is None:
        return [(None,) * (count + 1) + dims[count + 1 :]]
    batch = None if dims[0] is None else dims[0] * int(np.prod(block))
    space = []
    for i, b in enumerate(block):
        size = dims[i + 1]
        if size is None or pads is None:
            space.append(None)
            continue
        if min(pads[i]) < 0:
            raise ValueError("paddings cannot be negative")
        space.append(_divided(size + sum(pads[i]), b))
    return [(batch, *space) + dims[count + 1 :]]


def _to_space_dims(dims, count, block, crops):
    if dims is None or count is None:
        return [None]
    with_rank_at_least(dims, count + 1)
    if block is None:
        return [(None,) * (count + 1) + dims[count + 1 :]]
    batch = functools.reduce(_divided, block, dims[0])
    space = []
    for i, b in enumerate(block):
        size = dims[i + 1]
        if size is None or crops is None:
            space.append(None)
            continue
        if min(crops[i]) < 0:
            raise ValueError("crops cannot be negative")
        left = size * b
        for crop in crops[i]:
            if left < crop:
                raise ValueError(f"Negative dimension size caused by subtracting {crop} from {left}")
            left -= crop
        space.append(left)
    return [(batch, *space) + dims[count + 1 :]]


def _pairs(value):
    return None if value is None else value.reshape(-1, 2).tolist()


def _to_batch(op, x, block, pads):
    count = len(block)
    if x.ndim < count + 1:
        raise _invalid(op, f"input rank should be >= {count + 1} instead of {x.ndim}")
    if any(b < 1 for b in block):
        raise _invalid(op, f"All values in block_shape must be positive, got {block}")
    if any(min(p) < 0 for p in pads):
        raise _invalid(op, "Paddings must be non-negative")
    sizes = [d + sum(p) for d, p in zip(x.shape[1:], pads)]
    for i, (n, b) in enumerate(zip(sizes, block)):
        if n % b:
            raise _invalid(op, f"padded_shape[{i}]={n} is not divisible by block_shape[{i}]={b}")
    rest = x.shape[count + 1 :]
    full = np.zeros((x.shape[0], *sizes, *rest), x.dtype)
    full[(slice(None), *[slice(p[0], p[0] + d) for d, p in zip(x.shape[1:], pads)])] = x
    cut = [x.shape[0]]
    for n, b in zip(sizes, block):
        cut += [n // b, b]
    full = full.reshape(cut + list(rest))
    # [batch, n1, b1, n2, b2, …, rest] -> [b1, b2, …, batch, n1, n2, …, rest]
    order = [2 + 2 * i for i in range(count)] + [0] + [1 + 2 * i for i in range(count)]
    order += range(1 + 2 * count, full.ndim)
    batch = x.shape[0] * int(np.prod(block, dtype=np.int64))
    return full.transpose(order).reshape([batch] + [n // b for n, b in zip(sizes, block)] + list(rest))


def _to_space(op, x, block, crops):
    count = len(block)
    if x.ndim < count + 1:
        raise _invalid(op, f"input rank should be >= {count + 1} instead of {x.ndim}")
    if any(b < 1 for b in block):
        raise _invalid(op, f"All values in block_shape must be positive, got {block}")
    if any(min(c) < 0 for c in crops):
        raise _invalid(op, "Crops must be non-negative")
    product = int(np.prod(block, dtype=np.int64))
    if x.shape[0] % product:
        raise _invalid(op, f"Input batch dimension ({x.shape[0]}) is not divisible by product of block sizes ({product})")
    batch, space, rest = x.shape[0] // product, x.shape[1 : count + 1], x.shape[count + 1 :]
    parts = x.reshape([*block, batch, *space, *rest])
    order = [count]
    for i in range(count):
        order += [count + 1 + i, i]
    order += range(1 + 2 * count, parts.ndim)
    full = parts.transpose(order).reshape([batch] + [n * b for n, b in zip(space, block)] + list(rest))
    index = [slice(None)]
    for i, (n, (a, b)) in enumerate(zip(full.shape[1:], crops)):
        if a + b > n:
            raise _invalid(op, f"cropped_shape[{i}]={n - a - b} must be non-negative")
        index.append(slice(a, n - b))
    return full[tuple(index)]


def _nd_shape(rule):
    def shape(op):
        count, block = _blocks(op, constant_value(op.inputs[1]))
        if count is not None:
            merge_dims(op.inputs[2].dims, (count, 2))
        return rule(op.inputs[0].dims, count, block, _pairs(constant_value(op.inputs[2])))

    return shape


def _nd_kernel(function):
    return lambda op: lambda x, block, pads: function(op, x, block.tolist(), pads.tolist())


op("SpaceToBatchND(input: T, block_shape: Tblock_shape, paddings: Tpaddings) -> (output: T); T: type; Tblock_shape: {int32, "
   "int64} = int32; Tpaddings: {int32, int64} = int32",
   shape=_nd_shape(_to_batch_dims), kernel=_nd_kernel(_to_batch), view=True,
   gradient=lambda op, grad: [batch_to_space_nd(grad, op.inputs[1], op.inputs[2]), None, None])  # fmt: skip
op("BatchToSpaceND(input: T, block_shape: Tblock_shape, crops: Tcrops) -> (output: T); T: type; Tblock_shape: {int32, int64} "
   "= int32; Tcrops: {int32, int64} = int32",
   shape=_nd_shape(_to_space_dims), kernel=_nd_kernel(_to_space), view=True,
   gradient=lambda op, grad: [space_to_batch_nd(grad, op.inputs[1], op.inputs[2]), None, None])  # fmt: skip


def _2d_shape(rule):
    def shape(op):
        block = [op.attr("block_size")] * 2
        return rule(with_rank(op.inputs[0].dims, 4), 2, block, _pairs(constant_value(op.inputs[1])))

    return shape


def _2d_kernel(function):
    def kernel(op):
        block = [op.attr("block_size")] * 2
        return lambda x, pads: function(op, x, block, pads.tolist())

    return kernel


op("SpaceToBatch(input: T, paddings: Tpaddings) -> (output: T); T: type; Tpaddings: {int32, int64} = int32; block_size: int >= 2",
   shape=_2d_shape(_to_batch_dims), kernel=_2d_kernel(_to_batch), view=True,
   gradient=lambda op, grad: [batch_to_space(grad, op.inputs[1], block_size=op.attr("block_size")), None])  # fmt: skip
op("BatchToSpace(input: T, crops: Tidx) -> (output: T); T: type; block_size: int >= 2; Tidx: {int32, int64} = int32",
   shape=_2d_shape(_to_space_dims), kernel=_2d_kernel(_to_space), view=True,
   gradient=lambda op, grad: [space_to_batch(grad, op.inputs[1], block_size=op.attr("block_size")), None])  # fmt: skip


# ---- to the channels and back


def _only_plain_layouts(op):
    layout = op.attr("data_format")
    if layout == b"NCHW_VECT_C":
        raise NotImplementedError("NCHW_VECT_C needs a GPU; use NHWC or NCHW")
    return layout == b"NCHW"


def _depth_dims(op, down):
    b, layout = op.attr("block_size"), op.attr("data_format")
    if layout == b"NCHW_VECT_C":
        dims = with_rank(op.inputs[0].dims, 5)
        n, c, h, w = dims[0], dims[1], dims[2], dims[3]
    else:
        dims = with_rank(op.inputs[0].dims, 4)
        n, h, w, c = dims if layout == b"NHWC" else (dims[0], dims[2], dims[3], dims[1])
    if down:
        h, w, c = _divided(h, b), _divided(w, b), None if c is None else c * b * b
    else:
        h, w, c = None if h is None else h * b, None if w is None else w * b, _divided(c, b * b)
    if layout == b"NCHW_VECT_C":
        return [(n, c, h, w, dims[4])]
    return [(n, h, w, c) if layout == b"NHWC" else (n, c, h, w)]


def _space_to_depth_kernel(op):
    b, first = op.attr("block_size"), _only_plain_layouts(op)

    def space_to_depth(x):
        if x.ndim != 4:
            raise _invalid(op, f"Input rank should be 4 instead of {x.ndim}")
        if first:
            x = x.transpose(0, 2, 3, 1)
        n, h, w, c = x.shape
        if h % b or w % b:
            raise _invalid(op, f"Image width {w} and height {h} should be divisible by block_size: {b}")
        x = x.reshape(n, h // b, b, w // b, b, c).transpose(0, 1, 3, 2, 4, 5).reshape(n, h // b, w // b, b * b * c)
        return x.transpose(0, 3, 1, 2) if first else x

    return space_to_depth


def _depth_to_space_kernel(op):
    b, first = op.attr("block_size"), _only_plain_layouts(op)

    def depth_to_space(x):
        if x.ndim != 4:
            raise _invalid(op, f"Input rank should be 4 instead of {x.ndim}")
        if first:
            x = x.transpose(0, 2, 3, 1)
        n, h, w, c = x.shape
        if c % (b * b):
            raise _invalid(op, f"Input depth dimension {c} should be divisible by: {b * b}")
        c //= b * b
        x = x.reshape(n, h, w, b, b, c).transpose(0, 1, 3, 2, 4, 5).reshape(n, h * b, w * b, c)
        return x.transpose(0, 3, 1, 2) if first else x

    return depth_to_space


_DEPTH = "(input: T) -> (output: T); T: type; block_size: int >= 2; data_format: {'NHWC', 'NCHW', 'NCHW_VECT_C'} = 'NHWC'"
op("SpaceToDepth" + _DEPTH, shape=lambda op: _depth_dims(op, True), kernel=_space_to_depth_kernel, view=True,
   gradient=lambda op, grad: depth_to_space(grad, op.attr("block_size"), data_format=op.attr("data_format")))  # fmt: skip
op("DepthToSpace" + _DEPTH, shape=lambda op: _depth_dims(op, False), kernel=_depth_to_space_kernel, view=True,
   gradient=lambda op, grad: space_to_depth(grad, op.attr("block_size"), data_format=op.attr("data_format")))  # fmt: skip


# ---- public functions


def space_to_batch_nd(input, block_shape, paddings, name=None) -> Tensor:
    """Blocks of the padded spatial dimensions, dealt out to the batch.  Follows `tf.space_to_batch_nd` of TF 1.15."""
    return make("SpaceToBatchND", input, block_shape, paddings, name=name)


def batch_to_space_nd(input, block_shape, crops, name=None) -> Tensor:
    """What undoes `space_to_batch_nd`.  Follows `tf.batch_to_space_nd` of TF 1.15."""
    return make("BatchToSpaceND", input, block_shape, crops, name=name)


def space_to_batch(input, paddings, block_size=None, name=None, block_shape=None) -> Tensor:
    """`space_to_batch_nd` of images, square blocks.  Follows `tf.space_to_batch` of TF 1.15."""
    size = deprecated_argument("block_shape", block_shape, "block_size", block_size)
    result = space_to_batch_nd(input, np.array([size, size], dtype=np.int64), paddings, name=name)
    result.set_shape(result.get_shape().with_rank(4))
    return result


def batch_to_space(input, crops, block_size, name=None, block_shape=None) -> Tensor:
    """`batch_to_space_nd` of images, square blocks.  Follows `tf.batch_to_space` of TF 1.15."""
    size = deprecated_argument("block_shape", block_shape, "block_size", block_size)
    result = batch_to_space_nd(input, np.array([size, size], dtype=np.int64), crops, name=name)
    result.set_shape(result.get_shape().with_rank(4))
    return result


def space_to_depth(input, block_size, name=None, data_format="NHWC") -> Tensor:
    """Blocks of pixels as channels.  Follows `tf.space_to_depth` of TF 1.15."""
    return make("SpaceToDepth", input, block_size=block_size, data_format=data_format, name=name)


def depth_to_space(input, block_size, name=None, data_format="NHWC") -> Tensor:
    """Channels as blocks of pixels.  Follows `tf.depth_to_space` of TF 1.15."""
    return make("DepthToSpace", input, block_size=block_size, data_format=data_format, name=name)


def required_space_to_batch_paddings(input_shape, block_shape, base_paddings=None, name=None) -> tuple:
    """(paddings, crops) that make `input_shape` divisible by `block_shape`.

    Follows `tf.required_space_to_batch_paddings` of TF 1.15.
    """
    with name_scope(name, "required_space_to_batch_paddings", [input_shape, block_shape]):
        input_shape = convert_to_tensor(input_shape, dtype=dtypes.int32, name="input_shape")
        block_shape = convert_to_tensor(block_shape, dtype=dtypes.int32, name="block_shape")
        block_shape.get_shape().assert_is_fully_defined()
        block_shape.get_shape().assert_has_rank(1)
        count = block_shape.dims[0]
        if count == 0:
            return constants.zeros([0, 2], dtypes.int32), constants.zeros([0, 2], dtypes.int32)
        input_shape.get_shape().assert_is_compatible_with([count])
        if base_paddings is not None:
            base_paddings = convert_to_tensor(base_paddings, dtype=dtypes.int32, name="base_paddings")
            base_paddings.get_shape().assert_is_compatible_with([count, 2])
        else:
            base_paddings = constants.zeros([count, 2], dtypes.int32)
        known = [public_constant_value(t) for t in (block_shape, input_shape, base_paddings)]
        if all(k is not None for k in known):
            block_shape, input_shape, base_paddings = known
        start = base_paddings[:, 0]
        end = base_paddings[:, 1]
        full = input_shape + start + end
        extra = (block_shape - full % block_shape) % block_shape
        end = end + extra
        paddings = concat_split.stack([[start[i], end[i]] for i in range(count)], name="paddings")
        crops = concat_split.stack([[0, extra[i]] for i in range(count)], name="crops")
        return paddings, crops


