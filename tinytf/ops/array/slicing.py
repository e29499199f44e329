"""Parts of tensors: Slice, StridedSlice and `x[1:, ..., None]`.

A strided slice is told by three vectors (begin, end, strides) and five bit masks, one bit an entry:
`begin_mask` / `end_mask`: from the start / to the end whatever the vectors say; `ellipsis_mask`: the entry
stands for as many whole dimensions as are left over; `new_axis_mask`: it inserts a dimension of 1;
`shrink_axis_mask`: it picks one index and the dimension goes.
"""

from __future__ import annotations

import builtins
import sys

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_dims, constant_value
from tinytf.graph.default_graph import name_scope
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import merge_dims, with_rank
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import concat_split, shape_ops
from tinytf.ops.array import constant as constants
from tinytf.ops.array.shape_ops import show
from tinytf.shapes import Dimension

_MASKS = ("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask")
_MASK_TEXT = "; ".join(f"{m}: int = 0" for m in _MASKS)
_range_slice = builtins.slice  # `slice` below is tf.slice


def masks(op) -> tuple:
    """The five masks of a strided-slice op, in the order of its signature."""
    return tuple([op.attr(m) for m in _MASKS])


# ---- what a strided slice means


def spec_to_index(begin, end, strides, mask_values):
    """The NumPy index of a strided slice: a tuple of slices, ints, `...` and `None`.

    NumPy clamps and wraps as TensorFlow does, so nothing of it depends on the tensor's shape.
    """
    begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_mask = mask_values
    if ellipsis_mask & (ellipsis_mask - 1):
        raise ValueError("Multiple ellipses in slice spec not allowed")
    begin, end, strides = begin.tolist(), end.tolist(), strides.tolist()
    index, seen_ellipsis = [], False
    for i in range(len(begin)):
        bit = 1 << i
        if ellipsis_mask & bit:
            index.append(Ellipsis)
            seen_ellipsis = True
        elif new_axis_mask & bit:
            index.append(None)
        elif shrink_mask & bit:
            if strides[i] <= 0:
                raise ValueError("only stride 1 allowed on non-range indexing.")
            index.append(begin[i])
        else:
            if strides[i] == 0:
                raise ValueError(f"strides[{i}] must be non-zero")
            index.append(
                _range_slice(None if begin_mask & bit else begin[i], None if end_mask & bit else end[i], strides[i])
            )
    if not seen_ellipsis:
        index.append(Ellipsis)
    return tuple(index)


def slice_dims(dims, begin, end, strides, mask_values):
    """The static shape of a strided slice of `dims`; `begin` and `end` may be None (not known)."""
    begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_mask = mask_values
    if ellipsis_mask & (ellipsis_mask - 1):
        raise ValueError("Multiple ellipses in slice spec not allowed")
    count = len(strides)
    after_ellipsis = sum(1 for i in range(count) if new_axis_mask >> i & 1 and not ellipsis_mask >> i & 1)
    used = count - after_ellipsis - (1 if ellipsis_mask & ((1 << count) - 1) else 0)
    if used > len(dims):
        raise ValueError(f"Index out of range using input dim {len(dims)}; input has only {len(dims)} dims")
    out, at = [], 0
    known = begin is not None and end is not None
    for i in range(count):
        bit = 1 << i
        if ellipsis_mask & bit:
            whole = len(dims) - used
            out.extend(dims[at : at + whole])
            at += whole
            continue
        if new_axis_mask & bit:
            out.append(1)
            continue
        size, stride = dims[at], int(strides[i])
        at += 1
        if stride == 0:
            raise ValueError(f"strides[{i}] must be non-zero")
        if shrink_mask & bit:
            if stride <= 0:
                raise ValueError("only stride 1 allowed on non-range indexing.")
            if known and size is not None and not -size <= begin[i] < size:
                start = int(begin[i]) + (size if begin[i] < 0 else 0)  # counted from the front, as its message has it
                raise ValueError(f"slice index {start} of dimension {at - 1} out of bounds.")
            continue
        whole = begin_mask & bit and end_mask & bit
        if size is None or not (known or whole):
            out.append(None)
            continue
        start = None if begin_mask & bit else int(begin[i])
        stop = None if end_mask & bit else int(end[i])
        out.append(len(range(*_range_slice(start, stop, stride).indices(size))))
    out.extend(dims[at:])
    return tuple(out)


def _strided_slice_shape(op):
    dims = op.inputs[0].dims
    spec = None
    for t in op.inputs[1:4]:
        spec = merge_dims(spec, with_rank(t.dims, 1))
    strides = constant_value(op.inputs[3])
    if dims is None or strides is None:
        return [None]
    return [slice_dims(dims, constant_value(op.inputs[1]), constant_value(op.inputs[2]), strides, masks(op))]


def _out_of_bounds(op, x, index):
    """The error of an index that NumPy refused."""
    given = [i for i in index if i is not None and i is not Ellipsis]
    if len(given) > x.ndim:
        return f"Index out of range using input dim {x.ndim}; input has only {x.ndim} dims"
    position, skip = 0, x.ndim - len(given)
    for i in index:
        if i is Ellipsis:
            position += skip
        elif i is not None:
            if isinstance(i, int) and not -x.shape[position] <= i < x.shape[position]:
                return f"slice index {i} of dimension {position} out of bounds."
            position += 1
    return f"slice {index} does not fit shape {show(x.shape)}"


def cached_index(op):
    """A function of (begin, end, strides) that gives the NumPy index, remembered while the vectors are constants.

    An array that cannot be written to cannot change: the same object means the same index.
    """
    mask_values = masks(op)
    last_begin = last_end = last_strides = last_index = None

    def index_of(begin, end, strides):
        nonlocal last_begin, last_end, last_strides, last_index
        if begin is last_begin and end is last_end and strides is last_strides:
            return last_index
        if begin.ndim != 1 or begin.shape != end.shape or begin.shape != strides.shape:
            shapes = f"{show(begin.shape)}, {show(end.shape)}, and {show(strides.shape)}"
            raise errors.InvalidArgumentError(
                op.node_def, op, f"Expected begin, end, and strides to be 1D equal size tensors, but got shapes {shapes} instead."
            )  # fmt: skip
        try:
            index = spec_to_index(begin, end, strides, mask_values)
        except ValueError as e:
            raise errors.InvalidArgumentError(op.node_def, op, str(e)) from None
        if not (begin.flags.writeable or end.flags.writeable or strides.flags.writeable):
            last_begin, last_end, last_strides, last_index = begin, end, strides, index
        return index

    return index_of


def _strided_slice_kernel(op):
    index_of = cached_index(op)
    strings = op.attr("T").as_numpy_dtype is np.object_

    def strided_slice(x, begin, end, strides):
        index = index_of(begin, end, strides)
        try:
            out = x[index]
        except IndexError:
            raise errors.InvalidArgumentError(op.node_def, op, _out_of_bounds(op, x, index)) from None
        if strings and not isinstance(out, np.ndarray):
            out = concat_split._scalar_object(out)
        return out

    return strided_slice


def _strided_slice_grad(op, grad):
    begin, end, strides = op.inputs[1:4]
    shape = shape_ops.shape(op.inputs[0], out_type=begin.dtype)
    attrs = {m: op.attr(m) for m in _MASKS}
    return [make("StridedSliceGrad", shape, begin, end, strides, grad, **attrs), None, None, None]


op("StridedSlice(input: T, begin: Index, end: Index, strides: Index) -> (output: T); T: type; Index: {int32, int64}; " + _MASK_TEXT,
   shape=_strided_slice_shape, kernel=_strided_slice_kernel, gradient=_strided_slice_grad, view=True)  # fmt: skip


def _strided_slice_grad_kernel(op):
    index_of = cached_index(op)
    np_type = np.dtype(op.attr("T").as_numpy_dtype)

    def strided_slice_grad(shape, begin, end, strides, dy):
        out = np.zeros(shape.tolist(), np_type)
        index = index_of(begin, end, strides)
        try:
            part = out[index]
            if np.shape(part) != dy.shape:
                raise errors.InvalidArgumentError(
                    op.node_def, op, f"shape of dy was {show(dy.shape)} instead of {show(np.shape(part))}"
                )
            out[index] = dy
        except IndexError:
            raise errors.InvalidArgumentError(op.node_def, op, _out_of_bounds(op, out, index)) from None
        return out

    return strided_slice_grad


def _strided_slice_grad_grad(op, grad):
    attrs = {m: op.attr(m) for m in _MASKS}
    return [None, None, None, None, strided_slice(grad, *op.inputs[1:4], **attrs)]


op("StridedSliceGrad(shape: Index, begin: Index, end: Index, strides: Index, dy: T) -> (output: T); T: type; "
   "Index: {int32, int64}; " + _MASK_TEXT,
   shape=lambda op: [constant_dims(op.inputs[0])], kernel=_strided_slice_grad_kernel,
   gradient=_strided_slice_grad_grad)  # fmt: skip


# ---- assignment to a part


def _assign_part(op, index_of, target, begin, end, strides, value):
    index = index_of(begin, end, strides)
    try:
        part = target[index]
        if np.shape(part) != value.shape:
            raise errors.UnimplementedError(
                op.node_def, op, f"sliced l-value shape {show(np.shape(part))} does not match r-value shape {show(value.shape)}. "
                "Automatic broadcasting not yet implemented."
            )  # fmt: skip
        target[index] = value
    except IndexError:
        raise errors.InvalidArgumentError(op.node_def, op, _out_of_bounds(op, target, index)) from None


def _ref_assign_kernel(op):
    index_of = cached_index(op)

    def strided_slice_assign(ref, begin, end, strides, value):
        if ref.value is None:
            raise errors.FailedPreconditionError(
                op.node_def, op, f"Attempting to use uninitialized value {op.inputs[0].op.name}"
            )
        _assign_part(op, index_of, ref.value, begin, end, strides, value)
        return ref

    return strided_slice_assign


def _resource_assign_kernel(op):
    assign = _ref_assign_kernel(op)

    def strided_slice_assign(ref, begin, end, strides, value):
        assign(ref, begin, end, strides, value)

    return strided_slice_assign


op("StridedSliceAssign(ref: Ref(T), begin: Index, end: Index, strides: Index, value: T) -> (output_ref: Ref(T)); T: type; "
   "Index: {int32, int64}; " + _MASK_TEXT,
   shape=lambda op: [op.inputs[0].dims], kernel=_ref_assign_kernel)  # fmt: skip
op("ResourceStridedSliceAssign(ref: resource, begin: Index, end: Index, strides: Index, value: T) -> (); T: type; "
   "Index: {int32, int64}; " + _MASK_TEXT + "; is_stateful",
   shape=lambda op: [], kernel=_resource_assign_kernel)  # fmt: skip


def _update_kernel(op):
    index_of = cached_index(op)

    def strided_slice_update(x, begin, end, strides, value):
        out = np.array(x)
        _assign_part(op, index_of, out, begin, end, strides, value)
        return out

    return strided_slice_update


op("TensorStridedSliceUpdate(input: T, begin: Index, end: Index, strides: Index, value: T) -> (output: T); T: type; "
   "Index: {int32, int64}; " + _MASK_TEXT,
   shape=lambda op: [op.inputs[0].dims], kernel=_update_kernel)  # fmt: skip


# ---- Slice


def _slice_shape(op):
    dims = op.inputs[0].dims
    begin, size = constant_value(op.inputs[1]), constant_value(op.inputs[2])
    known = constant_dims(op.inputs[2])
    rank = merge_dims(*[with_rank(t.dims, 1) for t in op.inputs[1:]])[0]
    if rank is not None:
        dims = with_rank(dims, rank)
    if dims is None:
        return [None]
    if size is None:
        # A size of -1 cannot be told from an unknown one: such entries stay open.
        return [known if known is not None and len(known) == len(dims) else (None,) * len(dims)]
    begins = constant_dims(op.inputs[1]) if begin is None else begin.tolist()
    if begins is None or len(begins) != len(dims):
        begins = (None,) * len(dims)
    out = []
    for d, b, s in zip(dims, begins, size.tolist()):
        if s == -1:
            s = None if d is None or b is None else d - b
            if s is not None and s < 0:
                raise ValueError(f"Negative dimension size caused by subtracting {b} from {d}")
        elif s < 0:
            raise ValueError(f"Invalid value in tensor used for shape: {s}")
        out.append(s)
    return [tuple(out)]


def _slice_kernel(op):
    def tf_slice(x, begin, size):
        if begin.shape != (x.ndim,) or size.shape != (x.ndim,):
            raise errors.InvalidArgumentError(
                op.node_def, op, "Expected begin and size arguments to be 1-D tensors of size "
                f"{x.ndim}, but got shapes {show(begin.shape)} and {show(size.shape)} instead."
            )  # fmt: skip
        begin, size, dims = begin.tolist(), size.tolist(), x.shape
        index = []
        for i, (b, s, d) in enumerate(zip(begin, size, dims)):
            end = d if s == -1 else b + s
            if not 0 <= b <= d:
                raise errors.InvalidArgumentError(op.node_def, op, f"Expected begin[{i}] in [0, {d}], but got {b}")
            if not b <= end <= d:
                raise errors.InvalidArgumentError(op.node_def, op, f"Expected size[{i}] in [0, {d - b}], but got {s}")
            index.append(_range_slice(b, end))
        return x[tuple(index)] if index else x

    return tf_slice


def _slice_grad(op, grad):
    from tinytf.ops.array import tile_pad

    x, begin = op.inputs[0], op.inputs[1]
    rank = shape_ops.rank(x)
    size = shape_ops.shape(op.outputs[0])
    column = concat_split.stack([rank, 1])
    before = shape_ops.reshape(begin, column)
    after = shape_ops.reshape(shape_ops.shape(x) - size - begin, column)
    return [tile_pad.pad(grad, concat_split.concat([before, after], 1)), None, None]


op("Slice(input: T, begin: Index, size: Index) -> (output: T); T: type; Index: {int32, int64}",
   shape=_slice_shape, kernel=_slice_kernel, gradient=_slice_grad, view=True)  # fmt: skip


# ---- public functions


def slice(input_, begin, size, name=None) -> Tensor:
    """The block of `size` that starts at `begin`; a size of -1 means "to the end".  Follows `tf.slice` of TF 1.15."""
    return make("Slice", input_, begin, size, name=name)


def strided_slice(
    input_, begin, end, strides=None, begin_mask=0, end_mask=0, ellipsis_mask=0, new_axis_mask=0, shrink_axis_mask=0,
    var=None, name=None,
) -> Tensor:  # fmt: skip
    """What `input_[begin:end:strides]` is, the masks as in the module's docstring.

    With `var`, the result's `assign(value)` assigns to that part of the variable.
    Follows `tf.strided_slice` of TF 1.15.
    """
    if strides is None:
        strides = constants.ones_like(begin)
    attrs = dict(
        begin_mask=begin_mask,
        end_mask=end_mask,
        ellipsis_mask=ellipsis_mask,
        new_axis_mask=new_axis_mask,
        shrink_axis_mask=shrink_axis_mask,
    )
    result = make("StridedSlice", input_, begin, end, strides, name=name, **attrs)
    parent = name

    def assign(val, name=None):
        if var is None:
            raise ValueError("Sliced assignment is only supported for variables")
        if name is None:
            name = parent + "_assign"
        return var._strided_slice_assign(begin=begin, end=end, strides=strides, value=val, name=name, **attrs)

    result.assign = assign
    return result


_INDEX_TYPES = (dtypes.int32, dtypes.int64)
_SLICE_TYPE_ERROR = (
    "Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) and scalar tf.int32/tf.int64 tensors are valid indices"
)


def _check_index(i):
    if isinstance(i, (int, Dimension)):
        return
    dtype = getattr(i, "dtype", None)
    if dtype is None or dtypes.as_dtype(dtype).base_dtype not in _INDEX_TYPES or (i.shape and len(i.shape) == 1):
        raise TypeError(f"{_SLICE_TYPE_ERROR}, got {i!r}")


def _given(bound) -> bool:
    return bound is not None and (isinstance(bound, Tensor) or bound != sys.maxsize)


def getitem(tensor, key, var=None) -> Tensor:
    """`tensor[key]`: ints, slices, `...`, `None`, scalar int tensors, tuples of them; or a boolean mask."""
    if (
        isinstance(key, bool)
        or (isinstance(key, Tensor) and key.dtype == dtypes.bool)
        or (isinstance(key, np.ndarray) and key.dtype == bool)
    ):
        from tinytf.ops.array import masks

        return masks.boolean_mask(tensor=tensor, mask=key)
    if not isinstance(key, (list, tuple)):
        key = [key]
    begin, end, strides = [], [], []
    begin_mask = end_mask = ellipsis_mask = new_axis_mask = shrink_axis_mask = 0
    for i, s in enumerate(key):
        first, last, step = 0, 0, 1
        if isinstance(s, _range_slice):
            if _given(s.start):
                _check_index(s.start)
                first = s.start
            else:
                begin_mask |= 1 << i
            if _given(s.stop):
                _check_index(s.stop)
                last = s.stop
            else:
                end_mask |= 1 << i
            if s.step is not None:
                _check_index(s.step)
                step = s.step
        elif s is Ellipsis:
            ellipsis_mask |= 1 << i
        elif s is None:
            new_axis_mask |= 1 << i
        else:
            _check_index(s)
            first, last = s, s + 1
            shrink_axis_mask |= 1 << i
        begin.append(first)
        end.append(last)
        strides.append(step)
    with name_scope(None, "strided_slice", [tensor, *begin, *end, *strides]) as name:
        if begin:
            vectors = [concat_split.stack(begin), concat_split.stack(end), concat_split.stack(strides)]
            if any(v.dtype == dtypes.int64 for v in vectors):
                vectors = [v if v.dtype == dtypes.int64 else make("Cast", v, DstT=dtypes.int64) for v in vectors]
        else:
            vectors = [constants.small_constant([], dtype=dtypes.int32)] * 3
        return strided_slice(
            tensor, *vectors, begin_mask=begin_mask, end_mask=end_mask, shrink_axis_mask=shrink_axis_mask,
            new_axis_mask=new_axis_mask, ellipsis_mask=ellipsis_mask, var=var, name=name,
        )  # fmt: skip


def variable_getitem(var, key) -> Tensor:
    """`variable[key]`: as of its value, and with `assign` for that part of the variable."""
    return getitem(var.value(), key, var)


Tensor._override_operator("__getitem__", getitem)
