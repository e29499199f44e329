"""Reductions: Sum, Mean, Prod, Max, Min, All, Any, EuclideanNorm over some or all axes."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_value, public_constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import colocate_with, device, name_scope
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import with_rank_at_most
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops, ranges, select
from tinytf.ops.array.constant import constant
from tinytf.ops.array.shape_ops import deprecated_argument
from tinytf.ops.math import cast as casts
from tinytf.ops.math import complex_ops
from tinytf.ops.math.row_sums import sum_over
from tinytf.util.dispatch import add_dispatch_support

# ---- shape -------------------------------------------------------------------------------------


def _reduction_shape(op):
    dims = op.inputs[0].dims
    axes = constant_value(op.inputs[1])
    keep = op.attr("keep_dims")
    axes_dims = op.inputs[1].dims
    if axes_dims is not None and len(axes_dims) > 1:
        if op.graph.graph_def_versions.producer >= 21:
            with_rank_at_most(axes_dims, 1)
        return [None]  # old graphs may have matrices of axes: the kernel sees a flat list of them
    if dims is None:
        return [None]
    if axes is None:
        return [(None,) * len(dims) if keep else None]
    reduced = set()
    for axis in axes.reshape(-1).tolist():
        if not -len(dims) <= axis < len(dims):
            raise ValueError(f"Invalid reduction dimension {axis} for input with {len(dims)} dimensions.")
        reduced.add(axis % len(dims))
    if keep:
        return [tuple([1 if i in reduced else d for i, d in enumerate(dims)])]
    return [tuple([d for i, d in enumerate(dims) if i not in reduced])]


# ---- kernels -----------------------------------------------------------------------------------


def _axes(op, axes, rank):
    """The axes as NumPy wants them: each once, 0 or above."""
    found = set()
    for axis in np.reshape(axes, -1).tolist():
        if not -rank <= axis < rank:
            message = f"Invalid reduction dimension ({axis} for input with {rank} dimension(s)"
            raise errors.InvalidArgumentError(op.node_def, op, message)
        found.add(axis % rank)
    return tuple(sorted(found))


def _reduction_kernel(reduce):
    """A kernel of `reduce(op) -> f(x, axis, keepdims)`; the axes are worked out now where they are constant."""

    def kernel(op):
        run = reduce(op)
        keep = op.attr("keep_dims")
        axes = constant_value(op.inputs[1])
        dims = op.inputs[0].dims
        if axes is not None and dims is not None:
            fixed = _axes(op, axes, len(dims))
            if len(fixed) == 1:
                fixed = fixed[0]
            elif len(fixed) == len(dims) and dims:
                fixed = None
            seen = [None]

            def over_known_axes(x, given):
                # A constant can be fed too: only the array that was found to hold these axes is trusted.
                if given is not seen[0]:
                    if not np.array_equal(given, axes):
                        return run(x, _axes(op, given, np.ndim(x)), keep)
                    seen[0] = given
                return run(x, fixed, keep)

            return over_known_axes
        return lambda x, axes: run(x, _axes(op, axes, np.ndim(x)), keep)

    return kernel


def _accumulator(op):
    """The type to add up in: float16 would lose what TensorFlow does not."""
    dtype = np.dtype(op.outputs[0].dtype.base_dtype.as_numpy_dtype)
    return dtype, np.dtype(np.float32) if dtype == np.float16 else dtype


def _fold(ufunc):
    def reduce(op):
        dtype, wide = _accumulator(op)
        if wide == dtype and ufunc is np.add:
            return lambda x, axis, keep: sum_over(x, axis, dtype, keep)
        if wide == dtype:
            return lambda x, axis, keep: ufunc.reduce(x, axis, dtype, None, keep)
        return lambda x, axis, keep: ufunc.reduce(x, axis, wide, None, keep).astype(dtype)

    return reduce


def _count(x, axis):
    if axis is None:
        return x.size
    if isinstance(axis, int):
        return x.shape[axis]
    count = 1
    for i in axis:
        count *= x.shape[i]
    return count


def _mean(op):
    dtype, wide = _accumulator(op)
    if dtype.kind in "iu":

        def integer_mean(x, axis, keep):
            total = np.add.reduce(x, axis, dtype, None, keep)
            # Towards zero, as C divides.
            return np.asarray(np.trunc(total / _count(x, axis))).astype(dtype)

        return integer_mean

    least = 1 if dtype.kind == "c" else 0  # the mean of no complex numbers is 0, of no real ones NaN

    def mean(x, axis, keep):
        result = sum_over(x, axis, wide, keep) / wide.type(_count(x, axis) or least)
        return result if wide is dtype else result.astype(dtype, copy=False)

    return mean


def _extremum(ufunc, ignoring_nan, smallest):
    """Max or Min: a NaN is skipped, as TensorFlow does, and the extremum of nothing is the limit of the type."""

    def reduce(op):
        dtype = np.dtype(op.outputs[0].dtype.base_dtype.as_numpy_dtype)
        sign = -1 if smallest else 1
        if dtype.kind == "f":
            limit = dtype.type(sign * np.inf)
        elif dtype.kind in "iu":
            limit = dtype.type(np.iinfo(dtype).min if smallest else np.iinfo(dtype).max)
        else:
            return lambda x, axis, keep: ufunc.reduce(x, axis, None, None, keep)

        def extremum(x, axis, keep):
            try:
                result = ufunc.reduce(x, axis, None, None, keep)
            except ValueError:
                return ufunc.reduce(x, axis, None, None, keep, limit)
            if dtype.kind == "f" and np.isnan(result).any():
                return ignoring_nan.reduce(x, axis, None, None, keep, limit)
            return result

        return extremum

    return reduce


def _euclidean_norm(op):
    dtype, wide = _accumulator(op)

    def norm(x, axis, keep):
        squares = np.multiply(x, np.conjugate(x), dtype=wide)
        return np.asarray(np.sqrt(np.add.reduce(squares, axis, None, None, keep))).astype(dtype)

    return norm


# ---- gradients ---------------------------------------------------------------------------------


def reduced_shape(input_shape, axes):
    """The shape (a tensor) that a reduction over `axes` leaves with keep_dims: `input_shape` with ones at `axes`."""
    input_shape = casts.cast(input_shape, dtypes.int32)
    axes = casts.cast(axes, dtypes.int32)
    input_rank = array_ops.size(input_shape)
    axes = (axes + input_rank) % input_rank
    axes_shape = array_ops.shape(axes)
    every = ranges.range(input_rank)
    ones = array_ops.fill(axes_shape, 1)
    return make("DynamicStitch", [every, axes], [input_shape, ones])


def _shape_quotient(x, y):
    """x // y for shapes: sizes of 0 count as 1."""
    return x // make("Maximum", y, 1)


def _sum_grad(op, grad):
    dims = op.inputs[0].dims
    axes = public_constant_value(op.inputs[1]) if dims is not None else None
    if axes is not None:
        if np.array_equal(axes, np.arange(len(dims))):  # everything was summed
            grad = array_ops.reshape(grad, [1] * len(dims))
            if None not in dims:
                shape = constant(dims, dtype=dtypes.int32)
            else:
                shape = array_ops.shape(op.inputs[0])
            return [array_ops.tile(grad, shape), None]
        if None not in dims:
            kept, tiling = _known_tiling(dims, tuple(axes.reshape(-1).tolist()))
            return [array_ops.tile(array_ops.reshape(grad, kept), tiling), None]
    shape = array_ops.shape(op.inputs[0])
    with colocate_with(shape):
        kept = reduced_shape(shape, op.inputs[1])
        tiling = _shape_quotient(shape, kept)
    return [array_ops.tile(array_ops.reshape(grad, kept), tiling), None]


def _known_tiling(dims, axes):
    """(shape with ones at the axes, how often to tile each) as tuples, worked out now.

    TensorFlow adds the nodes that compute them once for each pair of shape and axes, evaluates them
    and never uses them again; they are added here too, so that the graphs are the same.
    """
    from tinytf.ops.math.broadcasting import graph_cache

    cache = graph_cache("_reduced_shape_cache")
    if (dims, axes) not in cache:
        reduced = {a % len(dims) for a in axes}
        kept = tuple([1 if i in reduced else d for i, d in enumerate(dims)])
        reduced_shape(dims, axes)
        _shape_quotient(dims, kept)
        cache[dims, axes] = kept, tuple([d // max(k, 1) for d, k in zip(dims, kept)])
    return cache[dims, axes]


def _mean_grad(op, grad):
    from tinytf.ops.math.division import truediv

    sum_grad = _sum_grad(op, grad)[0]
    dims, out = op.inputs[0].dims, op.outputs[0].dims
    if dims is not None and out is not None and None not in dims and None not in out:
        factor = int(np.prod(dims)) // max(int(np.prod(out)), 1)
        factor = constant(factor, dtype=sum_grad.dtype)
    else:
        input_shape = array_ops.shape(op.inputs[0])
        output_shape = array_ops.shape(op.outputs[0])
        factor = _shape_quotient(reduce_prod(input_shape), reduce_prod(output_shape))
    return truediv(sum_grad, casts.cast(factor, sum_grad.dtype)), None


def _extremum_grad(op, grad):
    from tinytf.ops.math.division import divide

    shape = array_ops.shape(op.inputs[0])
    kept = reduced_shape(shape, op.inputs[1])
    y = array_ops.reshape(op.outputs[0], kept)
    grad = array_ops.reshape(grad, kept)
    chosen = casts.cast(make("Equal", y, op.inputs[0]), grad.dtype)
    count = array_ops.reshape(reduce_sum(chosen, op.inputs[1]), kept)
    return [divide(chosen, count) * grad, None]


def _prod_grad(op, grad):
    """Each element's gradient is the product of all others: of those before it and of those after it."""
    from tinytf.ops.math.cumulative import cumprod

    input_shape = array_ops.shape(op.inputs[0])
    axes = array_ops.reshape(op.inputs[1], [-1])
    kept = reduced_shape(input_shape, op.inputs[1])
    tiling = _shape_quotient(input_shape, kept)
    grad = array_ops.tile(array_ops.reshape(grad, kept), tiling)
    with device("/cpu:0"):
        rank = array_ops.rank(op.inputs[0])
        axes = (axes + rank) % rank
        reduced = casts.cast(axes, dtypes.int32)
        every = ranges.range(0, rank)
        other, _ = array_ops.setdiff1d(every, reduced)
        perm = array_ops.concat([reduced, other], 0)
        reduced_number = reduce_prod(array_ops.gather(input_shape, reduced))
        other_number = reduce_prod(array_ops.gather(input_shape, other))
    permuted = array_ops.transpose(op.inputs[0], perm)
    permuted_shape = array_ops.shape(permuted)
    flat = array_ops.reshape(permuted, (reduced_number, other_number))
    before = cumprod(flat, axis=0, exclusive=True)
    after = cumprod(flat, axis=0, exclusive=True, reverse=True)
    y = array_ops.reshape(complex_ops.conj(before) * complex_ops.conj(after), permuted_shape)
    out = grad * array_ops.transpose(y, array_ops.invert_permutation(perm))
    return array_ops.reshape(out, input_shape), None


# ---- the ops -----------------------------------------------------------------------------------


def _op(signature, reduce, gradient=None):
    op(signature, shape=_reduction_shape, kernel=_reduction_kernel(reduce), gradient=gradient)


_op(
    "Sum(input: T, reduction_indices: Tidx) -> (output: T); keep_dims: bool = false; T: {float, double, int32, "
    "uint8, int16, int8, complex64, int64, qint8, quint8, qint32, bfloat16, uint16, complex128, half, uint32, "
    "uint64}; Tidx: {int32, int64} = int32",
    _fold(np.add),
    _sum_grad,
)
_op(
    "Mean(input: T, reduction_indices: Tidx) -> (output: T); keep_dims: bool = false; T: {float, double, int32, "
    "uint8, int16, int8, complex64, int64, qint8, quint8, qint32, bfloat16, uint16, complex128, half, uint32, "
    "uint64}; Tidx: {int32, int64} = int32",
    _mean,
    _mean_grad,
)
_op(
    "Prod(input: T, reduction_indices: Tidx) -> (output: T); keep_dims: bool = false; T: {float, double, int32, "
    "uint8, int16, int8, complex64, int64, qint8, quint8, qint32, bfloat16, uint16, complex128, half, uint32, "
    "uint64}; Tidx: {int32, int64} = int32",
    _fold(np.multiply),
    _prod_grad,
)
_op(
    "Max(input: T, reduction_indices: Tidx) -> (output: T); keep_dims: bool = false; T: {float, double, int32, "
    "uint8, int16, int8, complex64, int64, qint8, quint8, qint32, bfloat16, uint16, complex128, half, uint32, "
    "uint64}; Tidx: {int32, int64} = int32",
    _extremum(np.maximum, np.fmax, True),
    _extremum_grad,
)
_op(
    "Min(input: T, reduction_indices: Tidx) -> (output: T); keep_dims: bool = false; T: {float, double, int32, "
    "uint8, int16, int8, complex64, int64, qint8, quint8, qint32, bfloat16, uint16, complex128, half, uint32, "
    "uint64}; Tidx: {int32, int64} = int32",
    _extremum(np.minimum, np.fmin, False),
    _extremum_grad,
)
_op(
    "All(input: bool, reduction_indices: Tidx) -> (output: bool); keep_dims: bool = false; Tidx: {int32, int64} = "
    "int32",
    lambda op: lambda x, axis, keep: np.logical_and.reduce(x, axis, None, None, keep),
    NOT_DIFFERENTIABLE,
)
_op(
    "Any(input: bool, reduction_indices: Tidx) -> (output: bool); keep_dims: bool = false; Tidx: {int32, int64} = "
    "int32",
    lambda op: lambda x, axis, keep: np.logical_or.reduce(x, axis, None, None, keep),
    NOT_DIFFERENTIABLE,
)
_op(
    "EuclideanNorm(input: T, reduction_indices: Tidx) -> (output: T); keep_dims: bool = false; T: {float, double, "
    "int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, bfloat16, uint16, complex128, half, uint32, "
    "uint64}; Tidx: {int32, int64} = int32",
    _euclidean_norm,
    NOT_DIFFERENTIABLE,
)

# ---- public functions --------------------------------------------------------------------------


def reduction_axes(x, axis):
    """`axis`, or all axes of `x` where it is None: a constant, or computed where the rank is unknown."""
    if axis is not None:
        return axis
    # A variable or a list counts as of unknown rank, as it does in TensorFlow.
    if isinstance(x, Tensor) and x.dims is not None:
        return constant(np.arange(len(x.dims)), dtype=dtypes.int32)
    return ranges.range(0, array_ops.rank(x))


def _scalar_if_all(keepdims, axis, output):
    """A reduction over all axes gives a scalar, whatever could be inferred."""
    if axis is None and not keepdims and not output.get_shape().is_fully_defined():
        output.set_shape(())
    return output


def _reduce(op_type, x, axis, keepdims, name):
    keepdims = bool(keepdims) if keepdims is not None else False
    return _scalar_if_all(keepdims, axis, make(op_type, x, reduction_axes(x, axis), keep_dims=keepdims, name=name))


def _reduction(op_type, name, doc):
    def function(input_tensor, axis=None, keepdims=None, name=None, reduction_indices=None, keep_dims=None):
        axis = deprecated_argument("axis", axis, "reduction_indices", reduction_indices)
        keepdims = deprecated_argument("keepdims", keepdims, "keep_dims", keep_dims)
        return _reduce(op_type, input_tensor, axis, keepdims, name)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = (
        f"{doc} over `axis` (an int, a list, a tensor; None for all).\n\n"
        "    With `keepdims` the reduced axes stay with size 1.  `reduction_indices` and `keep_dims` are older\n"
        f"    names of the arguments.  Follows `tf.{name}` of TF 1.15.\n    "
    )
    return add_dispatch_support(function)


reduce_sum = _reduction("Sum", "reduce_sum", "The sum of the elements")
reduce_mean = _reduction("Mean", "reduce_mean", "The mean of the elements")
reduce_prod = _reduction("Prod", "reduce_prod", "The product of the elements")
reduce_max = _reduction("Max", "reduce_max", "The largest element")
reduce_min = _reduction("Min", "reduce_min", "The smallest element")
reduce_all = _reduction("All", "reduce_all", "Whether all elements are true")
reduce_any = _reduction("Any", "reduce_any", "Whether any element is true")


def reduce_euclidean_norm(input_tensor, axis=None, keepdims=False, name=None) -> Tensor:
    """The square root of the sum of squares.  Follows `tf.math.reduce_euclidean_norm` of TF 1.15."""
    return _reduce("EuclideanNorm", input_tensor, axis, keepdims, name)


def reduce_variance(input_tensor, axis=None, keepdims=False, name=None) -> Tensor:
    """The mean square distance to the mean.  Follows `tf.math.reduce_variance` of TF 1.15."""
    with name_scope(name or "reduce_variance"):
        means = reduce_mean(input_tensor, axis=axis, keepdims=True)
        return reduce_mean(make("Square", input_tensor - means), axis=axis, keepdims=keepdims)


def reduce_std(input_tensor, axis=None, keepdims=False, name=None) -> Tensor:
    """The standard deviation.  Follows `tf.math.reduce_std` of TF 1.15."""
    with name_scope(name or "reduce_std"):
        return make("Sqrt", reduce_variance(input_tensor, axis=axis, keepdims=keepdims))


def reduce_logsumexp(input_tensor, axis=None, keepdims=None, name=None, reduction_indices=None, keep_dims=None):
    """log(sum(exp(x))), safe from overflow.  Follows `tf.reduce_logsumexp` of TF 1.15."""
    axis = deprecated_argument("axis", axis, "reduction_indices", reduction_indices)
    keepdims = bool(deprecated_argument("keepdims", keepdims, "keep_dims", keep_dims))
    input_tensor = convert_to_tensor(input_tensor)
    with name_scope(name, "ReduceLogSumExp", [input_tensor]) as name:
        largest = reduce_max(input_tensor, axis=axis, keepdims=True)
        finite = make("IsFinite", largest)
        largest = array_ops.stop_gradient(select.where(finite, largest, array_ops.zeros_like(largest)))
        total = reduce_sum(make("Exp", make("Sub", input_tensor, largest)), axis, keepdims=keepdims)
        result = make("Log", total)
        if not keepdims:
            largest = array_ops.reshape(largest, array_ops.shape(result))
        return _scalar_if_all(keepdims, axis, make("Add", result, largest))


def count_nonzero(
    input_tensor=None,
    axis=None,
    keepdims=None,
    dtype=dtypes.int64,
    name=None,
    reduction_indices=None,
    keep_dims=None,
    input=None,
):
    """The number of elements that are not 0.  Follows `tf.count_nonzero` of TF 1.15."""
    keepdims = bool(deprecated_argument("keepdims", keepdims, "keep_dims", keep_dims))
    x = deprecated_argument("input", input, "input_tensor", input_tensor)
    axis = deprecated_argument("axis", axis, "reduction_indices", reduction_indices)
    with name_scope(name, "count_nonzero", [x]):
        x = convert_to_tensor(x, name="input")
        zero = array_ops.zeros([], dtype=x.dtype)
        nonzero = casts.cast(make("NotEqual", x, zero), dtypes.int64)
        return casts.cast(reduce_sum(nonzero, axis=axis, keepdims=keepdims), dtype=dtype)
