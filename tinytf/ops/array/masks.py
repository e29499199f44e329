"""One-hot vectors, masks and grids: OneHot, and functions made of other ops (boolean_mask, sequence_mask, meshgrid, repeat)."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_size
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import concat_split, gather_scatter, select, shape_ops, tile_pad
from tinytf.ops.array import constant as constants
from tinytf.shapes import TensorShape
from tinytf.util.dispatch import add_dispatch_support

# ---- OneHot

_SMALL = 4096  # elements up to which comparing every place is faster than writing the ones

def _one_hot_shape(op):
    dims, axis = op.inputs[0].dims, op.attr("axis")
    if axis < -1:
        raise ValueError("axis must be >= -1")
    if dims is None:
        return [None]
    at = len(dims) if axis == -1 else axis
    return [dims[:at] + (constant_size(op, 1),) + dims[at:]]


def _one_hot_kernel(op):
    axis = op.attr("axis")
    np_type = np.dtype(op.attr("T").as_numpy_dtype)

    def one_hot(indices, depth, on, off):
        for name, number in (("depth", depth), ("on_value", on), ("off_value", off)):
            if np.ndim(number):
                shape = ",".join(map(str, number.shape))
                raise errors.InvalidArgumentError(op.node_def, op, f"{name} must be a scalar, but got: [{shape}]")
        depth, rank = int(depth), indices.ndim
        if axis > rank:
            raise errors.InvalidArgumentError(
                op.node_def, op, f"Expected axis to be -1 or between [0, {rank + 1}).  But received: {axis}"
            )
        if depth < 0:
            raise errors.InvalidArgumentError(op.node_def, op, f"depth must be non-negative, got: {depth}")
        if axis in (-1, rank) and indices.size * depth <= _SMALL:
            return np.where(indices[..., None] == np.arange(depth), on, off)
        flat = indices.reshape(-1)
        out = np.full((flat.size, depth), off, np_type)
        rows = np.arange(flat.size)
        # Indices outside [0, depth) give a row without "on".
        inside = (flat >= 0) & (flat < depth)
        if not inside.all():
            rows, flat = rows[inside], flat[inside]
        out[rows, flat] = on
        out = out.reshape(indices.shape + (depth,))
        return out if axis in (-1, rank) else np.moveaxis(out, -1, axis)

    return one_hot


op("OneHot(indices: TI, depth: int32, on_value: T, off_value: T) -> (output: T); axis: int = -1; T: type; "
   "TI: {uint8, int32, int64} = int64",
   shape=_one_hot_shape, kernel=_one_hot_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip


@add_dispatch_support
def one_hot(indices, depth, on_value=None, off_value=None, axis=None, dtype=None, name=None) -> Tensor:
    """`on_value` (1) at the index and `off_value` (0) elsewhere, along a new dimension `axis` of size `depth`.

    Follows `tf.one_hot` of TF 1.15.
    """
    with name_scope(name, "one_hot", [indices, depth, on_value, off_value, axis, dtype]) as name:
        if dtype is not None:
            dtype = dtypes.as_dtype(dtype)
        on_dtype = None if on_value is None else convert_to_tensor(on_value).dtype.base_dtype
        off_dtype = None if off_value is None else convert_to_tensor(off_value).dtype.base_dtype
        for label, given in (("on_value", on_dtype), ("off_value", off_dtype)):
            if dtype is not None and given is not None and given != dtype:
                raise TypeError(f"dtype {given} of {label} does not match dtype parameter {dtype}")
        if dtype is None:
            dtype = on_dtype or off_dtype or dtypes.float32
        if on_dtype is None:
            on_value, on_dtype = convert_to_tensor(1, dtype, name="on_value"), dtype
        if off_dtype is None:
            off_value, off_dtype = convert_to_tensor(0, dtype, name="off_value"), dtype
        if on_dtype != off_dtype:
            raise TypeError(f"dtype {on_dtype} of on_value does not match dtype {off_dtype} of off_value")
        return make("OneHot", indices, depth, on_value, off_value, axis=axis, name=name)


# ---- masks


def boolean_mask(tensor, mask, name="boolean_mask", axis=None) -> Tensor:
    """The slices of `tensor` where the boolean `mask` (of known rank) is true.

    Follows `tf.boolean_mask` of TF 1.15.
    """
    with name_scope(name, values=[tensor, mask]):
        tensor = convert_to_tensor(tensor, name="tensor")
        mask = convert_to_tensor(mask, name="mask")
        if mask.dims is None:
            raise ValueError(
                "Number of mask dimensions must be specified, even if some dimensions are None.  "
                "E.g. shape=[None] is ok, but shape=None is not."
            )
        rank = len(mask.dims)
        if rank == 0:
            raise ValueError("mask cannot be scalar.")
        axis = 0 if axis is None else axis
        static = tensor.get_shape()
        masked = static[axis : axis + rank]
        masked.assert_is_compatible_with(mask.get_shape())
        size = make("Prod", shape_ops.shape(tensor)[axis : axis + rank], [0])
        parts = [shape_ops.shape(tensor)[:axis], [size], shape_ops.shape(tensor)[axis + rank :]]
        flat = shape_ops.reshape(tensor, concat_split.concat(parts, 0))
        flat.set_shape(static[:axis].concatenate([masked.num_elements()]).concatenate(static[axis + rank :]))
        flat_mask = shape_ops.reshape(mask, [-1])
        indices = shape_ops.squeeze(select.where(flat_mask), axis=[1])
        return gather_scatter.gather(flat, indices, axis=axis)


def _all_dimensions(x):
    if isinstance(x, Tensor) and x.dims is not None:
        return constants.small_constant(np.arange(len(x.dims)), dtype=dtypes.int32)
    if isinstance(x, SparseTensor) and x.dense_shape.dims not in (None, (None,)):
        return constants.small_constant(np.arange(x.dense_shape.dims[0]), dtype=dtypes.int32)
    return make("Range", 0, shape_ops.rank(x), 1)


def sequence_mask(lengths, maxlen=None, dtype=dtypes.bool, name=None) -> Tensor:
    """For each length a row of `maxlen` (the largest length if None) that is true in its first places.

    Follows `tf.sequence_mask` of TF 1.15.
    """
    with name_scope(name, "SequenceMask", [lengths, maxlen]):
        lengths = convert_to_tensor(lengths)
        if maxlen is None:
            maxlen = make("Max", lengths, _all_dimensions(lengths))
            maxlen = make("Maximum", constants.small_constant(0, maxlen.dtype), maxlen)
        else:
            maxlen = convert_to_tensor(maxlen)
        if maxlen.dims:
            raise ValueError("maxlen must be scalar for sequence_mask")
        row = make(
            "Range", constants.small_constant(0, maxlen.dtype), maxlen, constants.small_constant(1, maxlen.dtype)
        )
        column = make("Cast", shape_ops.expand_dims(lengths, -1), DstT=maxlen.dtype)
        result = row < column
        if dtype is None or dtypes.as_dtype(dtype).base_dtype == dtypes.bool:
            return result
        return make("Cast", result, DstT=dtypes.as_dtype(dtype))


# ---- grids and repeats


def meshgrid(*args, **kwargs) -> list:
    """The coordinates of the grid that N vectors span, as N tensors of rank N.

    `indexing='xy'` (default) swaps the first two dimensions, 'ij' does not.  Follows `tf.meshgrid` of TF 1.15.
    """
    indexing = kwargs.pop("indexing", "xy")
    name = kwargs.pop("name", "meshgrid")
    if kwargs:
        raise TypeError(f"'{next(iter(kwargs))}' is an invalid keyword argument for this function")
    if indexing not in ("xy", "ij"):
        raise ValueError("indexing parameter must be either 'xy' or 'ij'")
    with name_scope(name, "meshgrid", args):
        rank, ones = len(args), (1,) * len(args)
        out = [
            shape_ops.reshape(concat_split.stack(x), ones[:i] + (-1,) + ones[i + 1 :]) for i, x in enumerate(args)
        ]
        sizes = [shape_ops.size(x) for x in args]
        dtype = convert_to_tensor(args[0]).dtype.base_dtype
        if indexing == "xy" and rank > 1:
            out[0] = shape_ops.reshape(out[0], (1, -1) + (1,) * (rank - 2))
            out[1] = shape_ops.reshape(out[1], (-1, 1) + (1,) * (rank - 2))
            sizes[0], sizes[1] = sizes[1], sizes[0]
        full = constants.ones(sizes, dtype)
        return [x * full for x in out]


def _tile_one_dimension(data, axis, multiple):
    if data.dims is not None:
        multiples = [1] * len(data.dims)
        multiples[axis] = multiple
    else:
        ones = constants.ones(shape_ops.rank(data), dtypes.int32)
        multiples = concat_split.concat([ones[:axis], [multiple], ones[axis + 1 :]], axis=0)
    return tile_pad.tile(data, multiples)


def _at_least_a_vector(data):
    if data.dims is not None:
        return data if data.dims else concat_split.stack([data])
    shape, rank = shape_ops.shape(data), shape_ops.rank(data)
    return shape_ops.reshape(data, concat_split.concat([[1], shape], axis=0)[-rank:])


def repeat(input, repeats, axis=None, name=None) -> Tensor:
    """Each element along `axis` (of the flattened input if None) `repeats` times.  Follows `tf.repeat` of TF 1.15."""
    if axis is None:
        input = shape_ops.reshape(input, [-1])
        axis = 0
    if not isinstance(axis, int):
        raise TypeError(f"axis must be an int; got {type(axis).__name__}")
    with name_scope(name, "Repeat", [input, repeats]):
        data = convert_to_tensor(input, name="data")
        repeats = convert_to_tensor(repeats, name="repeats", preferred_dtype=dtypes.int32)
        if not repeats.dtype.is_integer:
            raise TypeError(f"repeats must be an integer tensor; dtype={repeats.dtype}")
        repeats = make("Cast", repeats, DstT=dtypes.int32)
        repeats.shape.with_rank_at_most(1)
        data = _at_least_a_vector(data)
        shape = shape_ops.shape(data)
        axis = _positive_axis(axis, None if data.dims is None else len(data.dims))
        if repeats.dims is not None and len(repeats.dims) == 1 and data.dims is not None:
            data.shape[axis].assert_is_compatible_with(repeats.shape[0])
        if repeats.dims == ():
            tiled = _tile_one_dimension(shape_ops.expand_dims(data, axis + 1), axis + 1, repeats)
            return shape_ops.reshape(tiled, concat_split.concat([shape[:axis], [-1], shape[axis + 1 :]], axis=0))
        if repeats.dims is None or len(repeats.dims) != axis + 1:
            repeats_shape, repeats_rank = shape_ops.shape(repeats), shape_ops.rank(repeats)
            wide = concat_split.concat([shape[: axis + 1 - repeats_rank], repeats_shape], axis=0)
            repeats = shape_ops.broadcast_to(repeats, wide)
            repeats.set_shape([None] * (axis + 1))
        most = make("Maximum", 0, make("Max", repeats, _all_dimensions(repeats)))
        mask = sequence_mask(repeats, most)
        tiled = _tile_one_dimension(shape_ops.expand_dims(data, axis + 1), axis + 1, most)
        result = boolean_mask(tiled, mask)
        if axis != 0:
            result = shape_ops.reshape(result, concat_split.concat([shape[:axis], [-1], shape[axis + 1 :]], axis=0))
        if data.dims is not None:
            size = 0 if repeats.dims[0] == 0 else None
            result.set_shape(TensorShape(list(data.dims[:axis]) + [size] + list(data.dims[axis + 1 :])))
        return result


def _positive_axis(axis, rank):
    if rank is None:
        if axis < 0:
            raise ValueError("axis may only be negative if ndims is statically known.")
        return axis
    if not -rank <= axis < rank:
        raise ValueError(f"axis={axis} out of bounds: expected {-rank}<=axis<{rank}")
    return axis % rank
