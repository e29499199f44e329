"""Tensors joined and taken apart: ConcatV2, Pack, Unpack, Split, SplitV, and lists of tensors as one tensor."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_value, public_constant_value
from tinytf.graph.convert import convert_to_tensor, register_conversion
from tinytf.graph.default_graph import name_scope
from tinytf.graph.indexed_slices import IndexedSlices
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import merge_all, merge_dims, with_rank, with_rank_at_least
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import constant as constants
from tinytf.ops.array import shape_ops
from tinytf.ops.array.shape_ops import show
from tinytf.ops.control_flow import control_flow_util
from tinytf.shapes import Dimension
from tinytf.util.dispatch import add_dispatch_support

# ---- Concat


def _concat_rule(values, axis_tensor):
    axis = constant_value(axis_tensor)
    if axis is None:  # the ranks alone are known, and must agree
        rank = None
        for t in values:
            if t.dims == ():
                raise ValueError("Can't concatenate scalars (use tf.stack instead)")
            if t.dims is not None:
                rank = len(t.dims if rank is None else with_rank(t.dims, rank))
        return [None if rank is None else (None,) * rank]
    axis = int(axis.reshape(()))
    least = -axis if axis < 0 else axis + 1
    before = after = None
    middle = 0
    for t in values:
        if t.dims == ():
            raise ValueError("Can't concatenate scalars (use tf.stack instead)")
        dims = with_rank_at_least(t.dims, least)
        if dims is None:
            middle = None
            continue
        if before is not None:
            with_rank(dims, rank)
        rank = len(dims)
        at = axis % rank
        before = merge_dims(before, dims[:at])
        after = merge_dims(after, dims[at + 1 :])
        middle = None if middle is None or dims[at] is None else middle + dims[at]
    return [None if before is None else before + (middle,) + after]


def _invalid(op, message):
    return errors.InvalidArgumentError(op.node_def, op, message)


def _concat(op, values, axis):
    try:
        return np.concatenate(values, int(axis))
    except (ValueError, IndexError, TypeError):
        pass
    if axis.ndim:
        raise _invalid(op, f"axis tensor should be a scalar integer, but got shape {show(axis.shape)}")
    rank, axis = values[0].ndim, int(axis)
    if not -rank <= axis < rank:
        message = f"ConcatOp : Expected concatenating dimensions in the range [{-rank}, {rank}), but got {axis}"
    else:
        first = list(values[0].shape)
        i, other = next(
            (i, v) for i, v in enumerate(values)
            if v.ndim != rank or any(a != b for k, (a, b) in enumerate(zip(v.shape, first)) if k != axis % rank)
        )  # fmt: skip
        what = "Dimensions of inputs" if other.ndim == rank else "Ranks of all input tensors"
        message = f"ConcatOp : {what} should match: shape[0] = {show(first)} vs. shape[{i}] = {show(other.shape)}"
    raise _invalid(op, message)


def _concat_kernel(op):
    return lambda *args: _concat(op, args[:-1], args[-1])


def _old_concat_kernel(op):
    return lambda *args: _concat(op, args[1:], args[0])


def _input_shapes(inputs):
    """The shapes of the inputs: constants where all are known, else one ShapeN."""
    sizes = []
    for x in inputs:
        size = shape_ops.shape(x)
        if size.op.type != "Const":
            return shape_ops.shape_n(inputs)
        sizes.append(size)
    return sizes


def _axis_here(axis, grad):
    """A constant axis of another control flow context is made anew in the gradient's."""
    if axis.op.type == "Const":
        here = control_flow_util.output_context(grad.op)
        if control_flow_util.output_context(axis.op) is not here:
            return constants.small_constant(constant_value(axis), dtype=axis.dtype)
    return axis


def _concat_grads(op, grad, inputs, axis):
    if len(inputs) == 1:
        return [grad]
    if isinstance(grad, IndexedSlices):
        return _concat_sparse_grads(grad, inputs, axis)
    axis = _axis_here(axis, grad)
    axis = axis % shape_ops.rank(inputs[0])
    sizes = _input_shapes(inputs)
    from tinytf.ops.array import slicing

    if len(sizes) > 16:
        along = slicing.slice(stack(sizes, axis=1), [axis, 0], [1, -1])
        return split(grad, shape_ops.squeeze(along), axis)
    offsets = make("ConcatOffset", axis, sizes)
    return [slicing.slice(grad, begin, size) for begin, size in zip(offsets, sizes)]


def _concat_sparse_grads(grad, inputs, axis):
    from tinytf.ops.array import gather_scatter, select, slicing
    from tinytf.ops.math import math_ops

    position = axis % shape_ops.rank(inputs[0])
    static = constant_value(axis)
    if static is None:
        raise ValueError("Can only compute IndexedSlices gradient with statically-known concat_dim")
    static = int(static)
    if static < 0:
        rank = public_constant_value(shape_ops.rank(inputs[0]))
        if rank is None:
            raise ValueError(
                "Can only compute IndexedSlices gradient with negative concat_dim when first value rank is statically-known."
            )
        static %= int(rank)
    sizes = [shape_ops.shape(x) for x in inputs]
    out = []
    if static > 0:
        shape_of_shape = shape_ops.shape(sizes[0])
        zeros_before = constants.fill(shape_ops.expand_dims(position, 0), 0)
        mask = concat([zeros_before, [1], constants.fill(shape_of_shape - position - 1, 0)], 0)
        begin = constants.fill(shape_of_shape, 0)
        for size in sizes:
            extent = concat([[-1], slicing.slice(size, [1], [-1])], 0)
            out.append(IndexedSlices(slicing.slice(grad.values, begin, extent), grad.indices, size))
            begin = math_ops.add(begin, size * mask)
        return out
    start = constants.small_constant(0, dtype=grad.indices.dtype)
    for size in sizes:
        rows = gather_scatter.gather(size, position)
        if rows.dtype != grad.indices.dtype:
            rows = math_ops.cast(rows, grad.indices.dtype)
        end = start + rows
        inside = math_ops.logical_and(grad.indices >= start, grad.indices < end)
        chosen = shape_ops.squeeze(select.where(inside), axis=[1])
        indices = gather_scatter.gather(grad.indices, chosen) - start
        out.append(IndexedSlices(gather_scatter.gather(grad.values, chosen), indices, size))
        start = end
    return out


op("ConcatV2(values: N*T, axis: Tidx) -> (output: T); N: int >= 2; T: type; Tidx: {int32, int64} = int32",
   shape=lambda op: _concat_rule(op.inputs[:-1], op.inputs[-1]), kernel=_concat_kernel,
   gradient=lambda op, grad: _concat_grads(op, grad, op.inputs[:-1], op.inputs[-1]) + [None])  # fmt: skip
op("Concat(concat_dim: int32, values: N*T) -> (output: T); N: int >= 2; T: type",
   shape=lambda op: _concat_rule(op.inputs[1:], op.inputs[0]), kernel=_old_concat_kernel,
   gradient=lambda op, grad: [None] + _concat_grads(op, grad, op.inputs[1:], op.inputs[0]))  # fmt: skip


def _concat_offset_kernel(op):
    def concat_offset(axis, *shapes):
        if axis.ndim:
            raise _invalid(op, f"Concat dim tensor should be a scalar integer, but got shape {show(axis.shape)}")
        first = shapes[0]
        for i, s in enumerate(shapes):
            if s.ndim != 1:
                raise _invalid(op, f"input {i} should be a vector, but got shape {show(s.shape)}")
            if len(s) != len(first):
                raise _invalid(op, f"input {i} should contain {len(first)} elements, but got {len(s)}")
        axis = int(axis)
        rank = len(first)
        if not -rank <= axis < rank:
            raise errors.InvalidArgumentError(op.node_def, op, f"Concat dim is out of range: {axis} vs. {rank}")
        axis %= rank
        out, at = [], 0
        for i, s in enumerate(shapes):
            same = s == first
            same[axis] = True
            if not same.all():
                raise errors.InvalidArgumentError(
                    op.node_def, op, f"All dimensions except {axis} must match. Input {i} has shape [{' '.join(map(str, s))}] "
                    f"and doesn't match input 0 with shape [{' '.join(map(str, first))}]."
                )  # fmt: skip
            offset = np.zeros(rank, np.int32)
            offset[axis] = at
            at += int(s[axis])
            out.append(offset)
        return tuple(out)

    return concat_offset


op("ConcatOffset(concat_dim: int32, shape: N*int32) -> (offset: N*int32); N: int >= 2",
   shape=lambda op: [t.dims for t in op.inputs[1:]], kernel=_concat_offset_kernel,
   gradient=NOT_DIFFERENTIABLE)  # fmt: skip


def _parallel_concat_kernel(op):
    return lambda *values: np.concatenate(values, 0)


op("ParallelConcat(values: N*T) -> (output: T); N: int >= 1; T: type; shape: shape",
   shape=lambda op: [tuple(op.attr("shape").as_list())], kernel=_parallel_concat_kernel)  # fmt: skip


# ---- Pack, Unpack


def _insert_axis(axis, rank):
    """`axis` as a position in rank + 1 dimensions."""
    if not -rank - 1 <= axis <= rank:
        raise ValueError(f"Invalid value in tensor used for shape: axis = {axis} not in [{-rank - 1}, {rank + 1})")
    return axis % (rank + 1)


def _pack_shape(op):
    dims = merge_all(op.inputs)
    if dims is None:
        return [None]
    axis = _insert_axis(op.attr("axis"), len(dims))
    return [dims[:axis] + (len(op.inputs),) + dims[axis:]]


def _pack_handles(*handles):
    """Handles (queues, boxes of variables) as a vector."""
    packed = np.empty(len(handles), dtype=object)
    packed[:] = handles
    return packed


def _pack_kernel(op):
    if op.attr("T").name == "resource":
        return _pack_handles
    axis, count = op.attr("axis"), len(op.inputs)
    np_type = np.dtype(op.attr("T").as_numpy_dtype)
    array, empty = np.array, np.empty

    if np_type == object and op.attr("T") != dtypes.string:  # handles and variants, which have no shape of their own

        def pack_handles(*values):
            out = empty(count, np_type)
            out[:] = [v.item() if isinstance(v, np.ndarray) and not v.ndim else v for v in values]
            return out

        return pack_handles

    def pack(*values):
        first = values[0].shape
        for i, v in enumerate(values):
            if v.shape != first:
                raise errors.InvalidArgumentError(
                    op.node_def, op, f"Shapes of all inputs must match: values[0].shape = {show(first)} != "
                    f"values[{i}].shape = {show(v.shape)}"
                )  # fmt: skip
        if not first and np_type != object and not np_type.names:  # NumPy makes no such array of bfloat16 or qint8
            return array(values, np_type)
        at = axis % (len(first) + 1)
        out = empty(first[:at] + (count,) + first[at:], np_type)
        lead = (slice(None),) * at
        for i, v in enumerate(values):
            out[lead + (i,)] = v if np_type != object or v.shape else _item(v)
        return out

    return pack


def _item(v):
    return v.item() if isinstance(v, np.ndarray) else v


op("Pack(values: N*T) -> (output: T); N: int >= 1; T: type; axis: int = 0",
   shape=_pack_shape, kernel=_pack_kernel,
   gradient=lambda op, grad: unstack(grad, num=op.attr("N"), axis=op.attr("axis")))  # fmt: skip


def _unpack_shape(op):
    dims, axis, num = op.inputs[0].dims, op.attr("axis"), op.attr("num")
    if dims is None:
        return [None] * num
    rank = len(dims)
    if not -rank <= axis < rank:
        raise ValueError(f"Invalid axis: {axis} not in [{-rank}, {rank})" if rank else "Shape must be at least rank 1 but is rank 0")
    axis %= rank
    if dims[axis] not in (None, num):
        raise ValueError(f"Dimension must be {num} but is {dims[axis]}")
    return [dims[:axis] + dims[axis + 1 :]] * num


def _unpack_kernel(op):
    axis, num = op.attr("axis"), op.attr("num")

    def unpack(x):
        if not -x.ndim <= axis < x.ndim:
            raise _invalid(op, f"axis = {axis} not in [{-x.ndim}, {x.ndim})")
        at = axis % x.ndim
        if not x.ndim or x.shape[at] != num:
            raise errors.InvalidArgumentError(
                op.node_def, op, f"Input shape axis {axis} must equal {num}, got shape {show(x.shape)}"
            )
        lead = (slice(None),) * at
        out = [x[lead + (i,)] for i in range(num)]
        if x.dtype == object and x.ndim == 1:
            out = [_scalar_object(v) for v in out]
        return tuple(out)

    if num == 1:
        return lambda x: unpack(x)[0]
    return unpack


def _scalar_object(value):
    out = np.empty((), object)
    out[()] = value
    return out


op("Unpack(value: T) -> (output: num*T); num: int >= 0; T: type; axis: int = 0",
   shape=_unpack_shape, kernel=_unpack_kernel,
   gradient=lambda op, *grads: stack(list(grads), axis=op.attr("axis")), view=True)  # fmt: skip


# ---- Split, SplitV


def _split_shape(op):
    dims, count, axis = op.inputs[1].dims, op.attr("num_split"), constant_value(op.inputs[0])
    if dims is None:
        return [None] * count
    if axis is None:
        return [(None,) * len(dims)] * count
    axis = _split_axis(int(axis), len(dims))
    size = dims[axis]
    if size is not None:
        if size % count:
            why = "Number of ways to split should evenly divide the split dimension"
            raise ValueError(f"Dimension size must be evenly divisible by {count} but is {size}\n\t{why}")
        size //= count
    return [dims[:axis] + (size,) + dims[axis + 1 :]] * count


def _split_axis(axis, rank):
    if not -rank <= axis < rank:
        raise ValueError(f"Dimension size, given by scalar input {axis} must be in range [-{rank}, {rank})")
    return axis % rank


def _split_kernel(op):
    count = op.attr("num_split")

    def split(axis, x):
        axis, rank = int(axis), x.ndim
        if not -rank <= axis < rank:
            raise errors.InvalidArgumentError(
                op.node_def, op, f"-input rank(-{rank}) <= split_dim < input rank ({rank}), but got {axis}"
            )
        axis %= rank
        size = x.shape[axis]
        if size % count:
            raise errors.InvalidArgumentError(
                op.node_def, op, "Number of ways to split should evenly divide the split dimension, but got split_dim "
                f"{axis} (size = {size}) and num_split {count}"
            )  # fmt: skip
        if count == 1:
            return x
        size //= count
        lead = (slice(None),) * axis
        return tuple([x[lead + (slice(i * size, i * size + size),)] for i in range(count)])

    return split


op("Split(split_dim: int32, value: T) -> (output: num_split*T); num_split: int >= 1; T: type",
   shape=_split_shape, kernel=_split_kernel,
   gradient=lambda op, *grads: [None, concat(list(grads), op.inputs[0])], view=True)  # fmt: skip


def _split_v_shape(op):
    dims, count = op.inputs[0].dims, op.attr("num_split")
    axis, sizes = constant_value(op.inputs[2]), constant_value(op.inputs[1])
    if dims is None:
        return [None] * count
    if axis is None:
        return [(None,) * len(dims)] * count
    axis = _split_axis(int(axis), len(dims))
    if count == 1 and sizes is None:
        return [dims]
    if sizes is not None and (sizes == -1).sum() > 1:
        raise ValueError("size_splits can only have one -1")
    if sizes is not None and sizes.size != count:
        raise ValueError("Length of size_splits should be equal to num_outputs")
    sizes = [None] * count if sizes is None else [None if s < 0 else s for s in sizes.ravel().tolist()]
    whole = dims[axis]
    if whole is not None and None not in sizes and sum(sizes) != whole:
        raise ValueError(f"can't split axis of size {whole} into pieces of size [{','.join(map(str, sizes))}]")
    if whole is not None and sizes.count(None) == 1:
        rest = whole - sum(s for s in sizes if s is not None)
        if rest < 0:
            pieces = ",".join("-1" if s is None else str(s) for s in sizes)
            raise ValueError(f"can't split axis of size {whole} into pieces of size [{pieces}]")
        sizes = [rest if s is None else s for s in sizes]
    return [dims[:axis] + (s,) + dims[axis + 1 :] for s in sizes]


def _split_v_kernel(op):
    count = op.attr("num_split")

    def split_v(x, sizes, axis):
        axis, rank = int(axis), x.ndim
        if not -rank <= axis < rank:
            raise errors.InvalidArgumentError(
                op.node_def, op, f"-input rank(-{rank}) <= split_dim < input rank ({rank}), but got {axis}"
            )
        axis %= rank
        sizes, whole = sizes.tolist(), x.shape[axis]
        if sizes.count(-1) == 1:
            sizes = [whole - sum(sizes) - 1 if s == -1 else s for s in sizes]
        if len(sizes) != count or sum(sizes) != whole or min(sizes) < 0:
            raise errors.InvalidArgumentError(
                op.node_def, op, "Determined shape must either match input shape along split_dim exactly if fully specified, "
                f"or be less than the size of the input along split_dim if not fully specified.  Got: {sum(sizes)}"
            )  # fmt: skip
        lead, out, at = (slice(None),) * axis, [], 0
        for s in sizes:
            out.append(x[lead + (slice(at, at + s),)])
            at += s
        return out[0] if count == 1 else tuple(out)

    return split_v


op("SplitV(value: T, size_splits: Tlen, split_dim: int32) -> (output: num_split*T); num_split: int >= 1; T: type; "
   "Tlen: {int32, int64} = int64",
   shape=_split_v_shape, kernel=_split_v_kernel,
   gradient=lambda op, *grads: [concat(list(grads), op.inputs[2]), None, None], view=True)  # fmt: skip


# ---- lists that hold tensors


def is_tensor_like(x) -> bool:
    """Whether `x` is a tensor or a variable."""
    return isinstance(x, Tensor) or hasattr(x, "_as_graph_element")


def _plain(values) -> bool:
    for v in values:
        if isinstance(v, (list, tuple)):
            if not _plain(v):
                return False
        elif type(v) not in _PLAIN_TYPES:
            return False
    return True


_PLAIN_TYPES = frozenset([int, float, complex, bool, bytes, str, memoryview, np.ndarray, *np.sctypeDict.values()])


def _dtype_inside(values):
    for v in values:
        if is_tensor_like(v):
            return v.dtype.base_dtype
        if isinstance(v, (list, tuple)):
            found = _dtype_inside(v)
            if found is not None:
                return found
    return None


def _cast_inside(values, dtype):
    out = []
    for v in values:
        if isinstance(v, (list, tuple)):
            v = _cast_inside(v, dtype)
        elif is_tensor_like(v) and v.dtype.base_dtype != dtype:
            v = make("Cast", v, DstT=dtype)
        out.append(v)
    return out


def _pack_list(values, dtype, name):
    """`values` packed into one tensor if a tensor is among them, else a list as it was."""
    with name_scope(name) as scope:
        elements, packed = [], False
        for i, v in enumerate(values):
            if isinstance(v, (list, tuple)):
                v = _pack_list(v, dtype, str(i))
                packed = packed or is_tensor_like(v)
            elif is_tensor_like(v):
                if dtype is not None and v.dtype.base_dtype != dtype:
                    raise TypeError(
                        f"Cannot convert a list containing a tensor of dtype {v.dtype} to {dtype} (Tensor is: {v!r})"
                    )
                packed = True
            elements.append(v)
        if not packed:
            return elements
        tensors = [
            e if is_tensor_like(e) else constants.small_constant(e, dtype=dtype, name=str(i))
            for i, e in enumerate(elements)
        ]
        return make("Pack", tensors, name=scope)


def _convert_list(value, dtype=None, name=None, as_ref=False):
    if as_ref or _plain(value):
        return NotImplemented
    inside = _dtype_inside(value)
    if inside is None:
        return NotImplemented
    if dtype is None:
        dtype = inside
    elif dtype != inside:
        value = _cast_inside(value, dtypes.as_dtype(dtype))
    return _pack_list(value, dtype, name or "packed")


register_conversion((list, tuple), _convert_list, 99)


# ---- public functions


@add_dispatch_support
def stack(values, axis=0, name="stack") -> Tensor:
    """Tensors of one shape as the rows of one of a rank more, along the new `axis`.

    Follows `tf.stack` of TF 1.15 (`tf.pack` before 1.0).
    """
    if axis == 0:
        try:
            return convert_to_tensor(values, name=name)
        except (TypeError, ValueError):
            pass
    dims = convert_to_tensor(values[0], name=name).dims
    if dims is not None and not -len(dims) - 1 <= axis <= len(dims):
        raise ValueError(f"axis = {axis} not in [{-len(dims) - 1}, {len(dims) + 1})")
    return make("Pack", values, axis=axis, name=name)


def parallel_stack(values, name="parallel_stack") -> Tensor:
    """As `stack` along axis 0, for values of fully known shapes.  Follows `tf.parallel_stack` of TF 1.15."""
    with name_scope(name):
        first = convert_to_tensor(values[0])
        shape = [len(values)] + first.get_shape().as_list()
        return make("ParallelConcat", [shape_ops.expand_dims(v, 0) for v in values], shape=shape)


def unstack(value, num=None, axis=0, name="unstack") -> list:
    """The slices of `value` along `axis`, as a list (`num` of them where the shape does not tell).

    Follows `tf.unstack` of TF 1.15 (`tf.unpack` before 1.0).
    """
    if num is None:
        value = convert_to_tensor(value)
        dims = value.dims
        if dims is not None:
            if not -len(dims) <= axis < len(dims):
                raise ValueError(f"axis = {axis} not in [{-len(dims)}, {len(dims)})")
            num = dims[axis]
        if num is None:
            raise ValueError(f"Cannot infer num from shape {value.get_shape()}")
    parts = make("Unpack", value, num=num, axis=axis, name=name)
    return parts if num else []


@add_dispatch_support
def concat(values=None, axis=None, name="concat", concat_dim=None) -> Tensor:
    """Tensors joined along `axis`.

    The order of before TF 1.0, `concat(concat_dim, values)`, is recognised by its types.
    Follows `tf.concat` of TF 1.15.
    """
    axis = shape_ops.deprecated_argument("axis", axis, "concat_dim", concat_dim)
    if isinstance(axis, (list, tuple)) and not isinstance(values, (list, tuple)):
        values, axis = axis, values
    if not isinstance(values, (list, tuple)):
        values = [values]
    if len(values) == 1:
        with name_scope(name):
            convert_to_tensor(axis, name="concat_dim", dtype=dtypes.int32).get_shape().assert_has_rank(0)
            return shape_ops.identity(values[0], name=name)
    return make("ConcatV2", values, axis, name=name)


def split(value=None, num_or_size_splits=None, axis=0, num=None, name="split", split_dim=None, num_split=None) -> list:
    """`value` cut along `axis` into so many equal parts, or into parts of the given sizes.

    The order of before TF 1.0, `split(split_dim, num_split, value)`, is recognised by its types.
    Follows `tf.split` of TF 1.15.
    """
    if num_split is not None:
        num_or_size_splits = num_split
    if split_dim is not None:
        axis = split_dim
    elif isinstance(value, (int, np.integer)) and not isinstance(axis, (int, np.integer)):
        value, axis = axis, value
    sizes = convert_to_tensor(num_or_size_splits)
    if isinstance(num_or_size_splits, (int, Dimension)):
        parts = make("Split", axis, value, num_split=int(num_or_size_splits), name=name)
        return parts
    if sizes.dims == ():
        raise ValueError(
            "Rank-0 tensors are not supported as the num_or_size_splits argument to split. "
            f"Argument provided: {num_or_size_splits}"
        )
    if num is None:
        num = sizes.dims[0] if sizes.dims else None
        if num is None:
            raise ValueError(f"Cannot infer num from shape {num_or_size_splits}")
    return make("SplitV", value, sizes, axis, num_split=num, name=name)
