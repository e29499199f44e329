"""Elements by index, read and written: Gather, GatherV2, GatherNd, ScatterNd, TensorScatter*."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_dims, constant_value, public_constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import colocate_with, name_scope
from tinytf.graph.indexed_slices import IndexedSlices
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import with_rank_at_least
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import concat_split, scatter_nd_checks, shape_ops
from tinytf.ops.array import constant as constants
from tinytf.ops.array.shape_ops import show
from tinytf.util.dispatch import add_dispatch_support

# ---- Gather


def _bad_index(op, indices, limit, name="indices"):
    flat = indices.ravel()
    at = int(np.nonzero((flat < 0) | (flat >= limit))[0][0])
    where = ",".join(map(str, np.unravel_index(at, indices.shape))) if indices.ndim else ""
    label = f"{name}[{where}]" if indices.ndim else name
    return errors.InvalidArgumentError(op.node_def, op, f"{label} = {int(flat[at])} is not in [0, {limit})")


def _take(op, x, indices, axis):
    if indices.dtype == np.int32:
        numbers = indices.view(np.uint32)  # NumPy counts negative numbers from the end; as unsigned ones they are too large
    elif indices.size and indices.min() < 0:
        raise _bad_index(op, indices, x.shape[axis])
    else:
        numbers = indices
    try:
        out = x.take(numbers, axis)
    except IndexError:
        raise _bad_index(op, indices, x.shape[axis]) from None
    if not isinstance(out, np.ndarray) and x.dtype == object:
        out = concat_split._scalar_object(out)
    return out


def _gather_shape(op):
    params = with_rank_at_least(op.inputs[0].dims, 1)
    indices = op.inputs[1].dims
    return [None if params is None or indices is None else indices + params[1:]]


def _gather_grad_rows(op):
    """(shape of the whole, indices, their number): what every gradient of a gather starts with."""
    from tinytf.ops.math import math_ops

    params, indices = op.inputs[0], op.inputs[1]
    with colocate_with(params):
        whole = shape_ops.shape(params, out_type=dtypes.int64)
        whole = math_ops.cast(whole, dtypes.int32)
    return whole, indices, shape_ops.expand_dims(shape_ops.size(indices), 0)


def _gather_grad(op, grad):
    whole, indices, size = _gather_grad_rows(op)
    values = shape_ops.reshape(grad, concat_split.concat([size, whole[1:]], 0))
    return [IndexedSlices(values, shape_ops.reshape(indices, size), whole), None]


op("Gather(params: Tparams, indices: Tindices) -> (output: Tparams); validate_indices: bool = true; Tparams: type; "
   "Tindices: {int32, int64}",
   shape=_gather_shape, kernel=lambda op: lambda x, indices: _take(op, x, indices, 0), gradient=_gather_grad)  # fmt: skip


def _gather_v2_shape(op):
    params, indices = op.inputs[0].dims, op.inputs[1].dims
    axis, batch_dims = constant_value(op.inputs[2]), op.attr("batch_dims")
    if indices is not None and batch_dims < 0:
        batch_dims += len(indices)
    if axis is None:
        if params is None or indices is None:
            return [None]
        return [(None,) * (len(params) + len(indices) - 1 - batch_dims)]
    axis = int(axis)
    with_rank_at_least(params, -axis if axis < 0 else axis + 1)
    if params is None or indices is None:
        return [None]
    axis %= len(params)
    if batch_dims > len(indices):
        raise ValueError(f"batch_dims ({batch_dims}) must be at most the rank of indices ({len(indices)})")
    return [params[:axis] + indices[batch_dims:] + params[axis + 1 :]]


def _gather_v2_kernel(op):
    batch_dims = op.attr("batch_dims")

    def check(x, axis):
        if axis.ndim:
            raise errors.InvalidArgumentError(op.node_def, op, "axis must be scalar")
        if not x.ndim:
            raise errors.InvalidArgumentError(op.node_def, op, "params must be at least 1 dimensional")

    def gather(x, indices, axis):
        check(x, axis)
        axis, rank = int(axis), x.ndim
        if not -rank <= axis < rank:
            raise errors.InvalidArgumentError(
                op.node_def, op, f"Expected axis in the range [{-rank}, {rank}), but got {axis}"
            )
        return _take(op, x, indices, axis % rank)

    def gather_handles(x, indices, axis):
        handles = gather(x, indices, axis)
        return handles if handles.ndim else handles[()]  # a handle is what it stands for, not an array

    def batch_gather(x, indices, axis):
        check(x, axis)
        if not -indices.ndim <= batch_dims < indices.ndim:
            message = f"Expected batch_dims in the range [{-indices.ndim}, {indices.ndim}), but got {batch_dims}"
            raise errors.InvalidArgumentError(op.node_def, op, message)
        batch = batch_dims + indices.ndim if batch_dims < 0 else batch_dims
        axis = int(axis) % x.ndim
        if axis < batch or x.shape[:batch] != indices.shape[:batch]:
            raise errors.InvalidArgumentError(
                op.node_def, op, f"params {show(x.shape)} and indices {show(indices.shape)} must agree in {batch} batch dimensions"
            )  # fmt: skip
        if indices.size and (indices.min() < 0 or indices.max() >= x.shape[axis]):
            raise _bad_index(op, indices, x.shape[axis])
        out = np.empty(x.shape[:axis] + indices.shape[batch:] + x.shape[axis + 1 :], x.dtype)
        for at in np.ndindex(*x.shape[:batch]):
            out[at] = _take(op, x[at], indices[at], axis - batch)
        return out

    if op.attr("Tparams").name == "resource":
        return gather_handles
    return batch_gather if batch_dims else gather


def _gather_v2_grad(op, grad):
    from tinytf.ops.array import transpose
    from tinytf.ops.math import math_ops

    axis, batch_dims = op.inputs[2], op.attr("batch_dims")
    whole, indices, size = _gather_grad_rows(op)
    static = public_constant_value(axis)
    if batch_dims < 0:
        batch_dims += len(indices.dims)
    if static is not None and static == 0:
        values = shape_ops.reshape(grad, concat_split.concat([size, whole[1:]], 0))
        return [IndexedSlices(values, shape_ops.reshape(indices, size), whole), None, None]
    # Bring the gathered dimension to the front, sum the rows there, and bring it back.
    outer, inner = whole[:axis], whole[axis:][1:]
    values_shape = concat_split.concat([outer, [-1], inner], 0)
    values_rank, axis_rank = shape_ops.size(values_shape), shape_ops.size(outer)
    batches = math_ops.range(batch_dims)
    between = math_ops.range(batch_dims, axis_rank)
    after = math_ops.range(axis_rank + 1, values_rank)
    values = shape_ops.reshape(grad, values_shape)
    there = concat_split.concat([batches, [axis_rank], between, after], 0)
    values = transpose.transpose(values, there)
    result = _sum_rows(whole, values, indices, batch_dims, whole[axis])
    back = concat_split.concat([batches, between + 1, [batch_dims], after], 0)
    return [transpose.transpose(result, back), None, None]


def _sum_rows(whole, values, indices, batch_dims, rows):
    from tinytf.ops.math import math_ops

    size = shape_ops.expand_dims(shape_ops.size(indices), 0)
    if batch_dims:
        values_shape = shape_ops.shape(values)
        outer = values_shape[:batch_dims]
        inner = values_shape[batch_dims:][1:]
        batch_size = make("Prod", outer, [0], keep_dims=False)
        flat = concat_split.concat([[-1], inner], 0)
        rows = rows * batch_size
        indices = _flat_batch_indices(whole, indices, batch_dims)
        values = shape_ops.reshape(values, flat)
    indices = shape_ops.reshape(indices, size)
    result = math_ops.unsorted_segment_sum(values, indices, rows)
    if batch_dims:
        result = shape_ops.reshape(result, concat_split.concat([outer, flat], 0))
    return result


def _flat_batch_indices(whole, indices, batch_dims, public=True):
    """Indices into `whole` with its batch dimensions flattened into one.

    With `public` by the public functions `cast` and `range`, else by their bare ops: the graphs differ.
    """
    from tinytf.ops.math import math_ops

    flat, rank, dtype = indices, len(indices.dims), indices.dtype.base_dtype
    if public:
        sizes, factor = math_ops.cast(whole, dtype), constants.ones((), dtype=dtype)
    else:
        factor = constants.ones((), dtype=dtype)
        sizes = make("Cast", whole, DstT=dtype)
    for dim in range(batch_dims, 0, -1):
        size = sizes[dim - 1]
        factor = factor * sizes[dim]
        start, step = constants.zeros((), dtype=dtype), constants.ones((), dtype=dtype)
        steps = math_ops.range(start, size, step) if public else make("Range", start, size, step)
        steps = steps * factor
        shape = concat_split.stack([1] * (dim - 1) + [size] + [1] * (rank - dim), axis=0)
        flat = flat + shape_ops.reshape(steps, shape)
    return flat


op("GatherV2(params: Tparams, indices: Tindices, axis: Taxis) -> (output: Tparams); batch_dims: int = 0; Tparams: type; "
   "Tindices: {int32, int64}; Taxis: {int32, int64}",
   shape=_gather_v2_shape, kernel=_gather_v2_kernel, gradient=_gather_v2_grad)  # fmt: skip


# ---- GatherNd, ScatterNd


def _gather_nd_shape(op):
    params, indices = op.inputs[0].dims, with_rank_at_least(op.inputs[1].dims, 1)
    if params is None or indices is None or indices[-1] is None:
        return [None]
    depth = indices[-1]
    if depth > len(params):
        raise ValueError(f"indices.shape[-1] must be <= params.rank, but saw indices shape: {show(indices)} and params shape: {show(params)}")
    return [indices[:-1] + params[depth:]]


def _nd_index(op, indices, dims, what):
    """`indices` [..., depth] as a tuple of index arrays; raises where one lies outside `dims`."""
    if not indices.ndim:
        raise errors.InvalidArgumentError(op.node_def, op, "indices must be at least a vector")
    if not dims and op.type == "GatherNd":
        raise errors.InvalidArgumentError(op.node_def, op, "params must be at least a vector")
    if 0 in dims and indices.size and op.type == "GatherNd":
        raise errors.InvalidArgumentError(
            op.node_def, op, f"Requested more than 0 entries, but params is empty.  Params shape: {show(dims)}"
        )  # fmt: skip
    depth = indices.shape[-1]
    if depth > len(dims):
        raise errors.InvalidArgumentError(
            op.node_def, op, f"index innermost dimension length must be <= params rank; saw: {depth} vs. {len(dims)}"
        )
    if indices.size:
        # As unsigned numbers, negative ones are too large as well: one comparison for both ends.
        unsigned = np.uint32 if indices.dtype == np.int32 else np.uint64
        if not (indices.view(unsigned) < np.array(dims[:depth], unsigned)).all():
            bad = ((indices < 0) | (indices >= np.array(dims[:depth], indices.dtype))).any(-1)
            at = np.argwhere(bad)[0] if bad.ndim else ()
            row = indices[tuple(at)].tolist()
            where = f"indices[{','.join(map(str, at))}]"
            shown = ", ".join(map(str, row))
            raise errors.InvalidArgumentError(op.node_def, op, f"{where} = [{shown}] does not index into {what}shape {show(dims)}")
    return tuple(indices[..., i] for i in range(depth))


def _gather_nd_kernel(op):
    def gather_nd(x, indices):
        index = _nd_index(op, indices, x.shape, "param ")
        if not index:
            return np.broadcast_to(x, indices.shape[:-1] + x.shape)
        out = x[index]
        if not isinstance(out, np.ndarray) and x.dtype == object:
            out = concat_split._scalar_object(out)
        return out

    return gather_nd


def _gather_nd_grad(op, grad):
    params, indices = op.inputs
    whole = shape_ops.shape(params, out_type=indices.dtype)
    if indices.dims is not None and len(indices.dims) == 2 and indices.dims[-1] == 1:
        return [IndexedSlices(grad, shape_ops.squeeze(indices, axis=-1), whole), None]
    return [scatter_nd(indices, grad, whole), None]


op("GatherNd(params: Tparams, indices: Tindices) -> (output: Tparams); Tparams: type; Tindices: {int32, int64}",
   shape=_gather_nd_shape, kernel=_gather_nd_kernel, gradient=_gather_nd_grad, view=True)  # fmt: skip


def _scatter_nd_shape(op):
    dims = constant_dims(op.inputs[2])
    scatter_nd_checks.check_static(with_rank_at_least(op.inputs[0].dims, 1), op.inputs[1].dims, dims, "output")
    return [dims]


def _scatter_into(op, out, indices, updates, combine):
    scatter_nd_checks.check_output(op, out.shape, indices, updates)
    scatter_nd_checks.check_shapes(op, out.shape, indices, updates)
    index = _nd_index(op, indices, out.shape, "")
    if combine is None:
        out[index] = updates
    elif not index:
        combine(out, updates.reshape((-1,) + out.shape).sum(0, dtype=out.dtype), out=out)
    else:
        combine.at(out, index, updates)
    return out


def _scatter_nd_kernel(op):
    np_type = np.dtype(op.attr("T").as_numpy_dtype)

    def scatter_nd(indices, updates, shape):
        dims = shape.tolist()
        if np_type == object:
            return _scatter_into(op, np.full(dims, b"", object), indices, updates, None)
        combine = np.logical_or if np_type == bool else np.add
        return _scatter_into(op, np.zeros(dims, np_type), indices, updates, combine)

    return scatter_nd


op("ScatterNd(indices: Tindices, updates: T, shape: Tindices) -> (output: T); T: type; Tindices: {int32, int64}",
   shape=_scatter_nd_shape, kernel=_scatter_nd_kernel,
   gradient=lambda op, grad: [None, gather_nd(grad, op.inputs[0]), None])  # fmt: skip


def _tensor_scatter_shape(op):
    scatter_nd_checks.check_static(with_rank_at_least(op.inputs[1].dims, 1), op.inputs[2].dims, op.inputs[0].dims, "output")
    return [op.inputs[0].dims]


def _tensor_scatter_kernel(combine):
    return lambda op: lambda x, indices, updates: _scatter_into(op, np.array(x), indices, updates, combine)


def _tensor_scatter_update_grad(op, grad):
    indices = op.inputs[1]
    updates_grad = gather_nd(grad, indices)
    kept = tensor_scatter_update(shape_ops.identity(grad), indices, constants.zeros_like(op.inputs[2], dtype=grad.dtype))
    return [kept, None, updates_grad]


def _tensor_scatter_add_grad(op, grad):
    updates_grad = gather_nd(grad, op.inputs[1])
    return [shape_ops.identity(grad), None, updates_grad]


def _tensor_scatter_sub_grad(op, grad):
    updates_grad = gather_nd(grad, op.inputs[1])
    kept = shape_ops.identity(grad)
    return [kept, None, -updates_grad]


_TENSOR_SCATTER = "(tensor: T, indices: Tindices, updates: T) -> (output: T); T: type; Tindices: {int32, int64}"
op("TensorScatterUpdate" + _TENSOR_SCATTER,
   shape=_tensor_scatter_shape, kernel=_tensor_scatter_kernel(None), gradient=_tensor_scatter_update_grad)  # fmt: skip
op("TensorScatterAdd" + _TENSOR_SCATTER,
   shape=_tensor_scatter_shape, kernel=_tensor_scatter_kernel(np.add), gradient=_tensor_scatter_add_grad)  # fmt: skip
op("TensorScatterSub" + _TENSOR_SCATTER,
   shape=_tensor_scatter_shape, kernel=_tensor_scatter_kernel(np.subtract), gradient=_tensor_scatter_sub_grad)  # fmt: skip
op("ScatterNdNonAliasingAdd(input: T, indices: Tindices, updates: T) -> (output: T); T: {float, double, int32, uint8, "
   "int16, int8, complex64, int64, qint8, quint8, qint32, bfloat16, uint16, complex128, half, uint32, uint64, bool}; "
   "Tindices: {int32, int64}",
   shape=_tensor_scatter_shape, kernel=_tensor_scatter_kernel(np.add),
   gradient=lambda op, grad: [grad, None, gather_nd(grad, op.inputs[1])])  # fmt: skip


# ---- public functions


@add_dispatch_support
def gather(params, indices, validate_indices=None, name=None, axis=None, batch_dims=0) -> Tensor:
    """The slices of `params` along `axis` (0 where None) at `indices`.  Follows `tf.gather` of TF 1.15."""
    if axis is None:
        axis = batch_dims
    static = public_constant_value(axis) if isinstance(axis, Tensor) else axis
    if isinstance(static, (int, np.integer, np.ndarray)) and static == 0:
        try:  # a resource variable reads only the rows it needs
            return params.sparse_read(indices, name=name)
        except AttributeError:
            return make("GatherV2", params, indices, axis, name=name)
    return make("GatherV2", params, indices, axis, batch_dims=batch_dims, name=name)


@add_dispatch_support
def gather_nd(params, indices, name=None, batch_dims=0) -> Tensor:
    """The slices of `params` at the rows of `indices`.  Follows `tf.gather_nd` of TF 1.15."""
    if isinstance(batch_dims, Tensor):
        static = public_constant_value(batch_dims)
        batch_dims = batch_dims if static is None else int(static)
    if batch_dims == 0:
        try:
            return params.gather_nd(indices, name=name)
        except AttributeError:
            return make("GatherNd", params, indices, name=name)
    return batch_gather_nd(params, indices, batch_dims=batch_dims, name=name)


def batch_gather_nd(params, indices, batch_dims, name=None) -> Tensor:
    """As `gather_nd`, within each entry of the first `batch_dims` dimensions."""
    from tinytf.ops.array import masks, tile_pad, transpose

    with name_scope(name, "BatchGatherND", [params, indices]):
        indices = convert_to_tensor(indices, name="indices")
        params = convert_to_tensor(params, name="params")
        if not isinstance(batch_dims, int):
            raise TypeError(f"batch_dims must be an int; got {batch_dims!r}")
        if batch_dims < 0:
            raise ValueError("tf.gather_nd does not allow negative batch_dims.")
        for what, t in (("indices", indices), ("params", params)):
            if t.dims is not None and batch_dims >= len(t.dims):
                raise ValueError(f"batch_dims = {batch_dims} must be less than rank({what}) = {len(t.dims)}")
        alone = batch_dims == 0
        if alone:  # a batch of one
            params, indices, batch_dims = shape_ops.expand_dims(params, axis=0), shape_ops.expand_dims(indices, axis=0), 1
        params_shape, indices_shape = shape_ops.shape(params), shape_ops.shape(indices)
        batch_shape = params_shape[:batch_dims]
        batch_size = make("Prod", batch_shape, [0])
        inner_rank = shape_ops.rank(indices) - batch_dims - 1
        inner_shape = indices_shape[batch_dims:-1]
        ranges = [
            make("Cast", make("Range", 0, x, 1), DstT=indices.dtype)
            for x in concat_split.unstack(batch_shape, axis=0)
        ]
        grid = [shape_ops.reshape(x, shape=(-1,)) for x in masks.meshgrid(*ranges, indexing="ij")]
        grid = transpose.transpose(concat_split.stack(grid, axis=0))
        grid_shape = shape_ops.shape(grid)
        parts = [grid_shape[:1], constants.ones(inner_rank, dtype=dtypes.int32), grid_shape[1:]]
        grid = shape_ops.reshape(grid, concat_split.concat(parts, axis=0))
        grid = tile_pad.tile(grid, multiples=concat_split.concat(((1,), inner_shape, (1,)), axis=0))
        flat_shape = concat_split.concat(([batch_size], indices_shape[batch_dims:]), axis=0)
        flat = shape_ops.reshape(indices, shape=flat_shape)
        out = make("GatherNd", params, concat_split.concat((grid, flat), axis=-1))
        out_shape = shape_ops.shape(out)
        out = shape_ops.reshape(out, shape=concat_split.concat((batch_shape, out_shape[1:]), axis=0))
        return shape_ops.squeeze(out, axis=0) if alone else out


@add_dispatch_support
def batch_gather(params, indices, name=None) -> Tensor:
    """For each entry of the leading dimensions, the elements of `params` at `indices`.

    Follows `tf.batch_gather` of TF 1.15.
    """
    with name_scope(name, "BatchGather", [params, indices]):
        indices = convert_to_tensor(indices, name="indices")
        params = convert_to_tensor(params, name="params")
        if indices.dims is None:
            raise ValueError("batch_gather does not allow indices with unknown shape.")
        batch_dims = len(indices.dims) - 1
        if batch_dims < 0:
            raise ValueError(f"batch_dims = {batch_dims} must be less than rank(indices) = 0")
        if params.dims is not None and batch_dims >= len(params.dims):
            raise ValueError(f"batch_dims = {batch_dims} must be less than rank(params) = {len(params.dims)}")
        indices_shape, params_shape = shape_ops.shape(indices), shape_ops.shape(params)
        flat_indices = _flat_batch_indices(params_shape, indices, batch_dims, public=False)
        flat_indices = shape_ops.reshape(flat_indices, [-1])
        outer = params_shape[batch_dims + 1 :]
        rows = make("Prod", params_shape[: batch_dims + 1], [0], keep_dims=False)
        flat_params = shape_ops.reshape(params, concat_split.concat([[rows], outer], axis=0))
        found = gather(flat_params, flat_indices)
        result = shape_ops.reshape(found, concat_split.concat([indices_shape, outer], axis=0))
        final = indices.get_shape()[:batch_dims].merge_with(params.get_shape()[:batch_dims])
        final = final.concatenate(indices.get_shape()[batch_dims:])
        result.set_shape(final.concatenate(params.get_shape()[batch_dims + 1 :]))
        return result


def scatter_nd(indices, updates, shape, name=None) -> Tensor:
    """A tensor of `shape`, zero but for `updates` at the rows of `indices`; what falls on one place is added.

    Follows `tf.scatter_nd` of TF 1.15.
    """
    return make("ScatterNd", indices, updates, shape, name=name)


def tensor_scatter_update(tensor, indices, updates, name=None) -> Tensor:
    """A copy of `tensor` with `updates` at the rows of `indices`.  Follows `tf.tensor_scatter_update` of TF 1.15."""
    return make("TensorScatterUpdate", tensor, indices, updates, name=name)


def tensor_scatter_add(tensor, indices, updates, name=None) -> Tensor:
    """A copy of `tensor` with `updates` added at the rows of `indices`.  Follows `tf.tensor_scatter_add` of TF 1.15."""
    return make("TensorScatterAdd", tensor, indices, updates, name=name)


def tensor_scatter_sub(tensor, indices, updates, name=None) -> Tensor:
    """A copy of `tensor` less `updates` at the rows of `indices`.  Follows `tf.tensor_scatter_sub` of TF 1.15."""
    return make("TensorScatterSub", tensor, indices, updates, name=name)


def scatter_nd_non_aliasing_add(input, indices, updates, name=None) -> Tensor:
    """`input` with `updates` added at the rows of `indices`, differentiable.  The op ScatterNdNonAliasingAdd."""
    return make("ScatterNdNonAliasingAdd", input, indices, updates, name=name)
