"""A tensor's shape, and tensors seen with another shape: Identity, Shape, Size, Rank, Reshape, ExpandDims, Squeeze, …"""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_dims, constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import broadcast_dims, merge_dims, same_as_input, with_rank, with_rank_at_least
from tinytf.graph.sparse_tensor import is_sparse
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import constant as constants
from tinytf.shapes import as_shape
from tinytf.shapes import in_brackets as show
from tinytf.util.dispatch import add_dispatch_support


def deprecated_argument(new_name: str, new, old_name: str, old):
    """The value of an argument that has an old name; ValueError if both were given."""
    if old is None:
        return new
    if new is not None:
        raise ValueError(f"Cannot specify both '{old_name}' and '{new_name}'")
    return old


# ---- Identity and its kin


def _pass_on(op):
    return lambda x: x


def _guarantee_kernel(op):
    if op.attr("T") == dtypes.resource:
        raise errors.InvalidArgumentError(op.node_def, op, "Input tensor cannot be a resource variable handle.")
    return _pass_on(op)


op("Identity(input: T) -> (output: T); T: type",
   shape=same_as_input, kernel=_pass_on, gradient=lambda op, grad: grad, view=True)  # fmt: skip
op("RefIdentity(input: Ref(T)) -> (output: Ref(T)); T: type; allows_uninitialized_input",
   shape=same_as_input, kernel=_pass_on, gradient=lambda op, grad: grad, view=True)  # fmt: skip
op("IdentityN(input: T) -> (output: T); T: list(type) >= 1",
   shape=lambda op: [t.dims for t in op.inputs],
   kernel=lambda op: (lambda x: x) if len(op.inputs) == 1 else (lambda *xs: xs),
   gradient=lambda op, *grads: list(grads), view=True)  # fmt: skip
op("StopGradient(input: T) -> (output: T); T: type",
   shape=same_as_input, kernel=_pass_on, gradient=NOT_DIFFERENTIABLE, view=True)  # fmt: skip
op("Snapshot(input: T) -> (output: T); T: type", shape=same_as_input, kernel=_pass_on, view=True)
op("GuaranteeConst(input: T) -> (output: T); T: type; is_stateful",
   shape=same_as_input, kernel=_guarantee_kernel, gradient=lambda op, grad: grad, view=True)  # fmt: skip
op("DeepCopy(x: T) -> (y: T); T: type; is_stateful", shape=same_as_input, kernel=lambda op: lambda x: np.array(x))
op("DebugGradientIdentity(input: T) -> (output: T); T: type; allows_uninitialized_input",
   shape=same_as_input, kernel=_pass_on, view=True)  # fmt: skip


def _prevent_grad(op, grad):
    reason = op.attr("message").decode("utf-8", "replace")
    raise LookupError(f"Gradient explicitly disabled. Reason: {reason}")


op("PreventGradient(input: T) -> (output: T); T: type; message: string = ''",
   shape=same_as_input, kernel=_pass_on, gradient=_prevent_grad, view=True)  # fmt: skip


def _ensure_shape_rule(op):
    return [merge_dims(_dims_of(op.attr("shape")), op.inputs[0].dims)]


def _dims_of(shape):
    return None if shape.ndims is None else tuple(shape.as_list())


def _ensure_shape_kernel(op):
    dims = _dims_of(op.attr("shape"))

    def ensure(x):
        given = x.shape
        if dims is not None and (len(given) != len(dims) or any(d is not None and d != g for d, g in zip(dims, given))):
            raise errors.InvalidArgumentError(
                op.node_def, op, f"Shape of tensor {op.inputs[0].op.name} {show(given)} is not compatible with "
                f"expected shape {show(dims)}."
            )  # fmt: skip
        return x

    return ensure


op("EnsureShape(input: T) -> (output: T); shape: shape; T: type",
   shape=_ensure_shape_rule, kernel=_ensure_shape_kernel, gradient=lambda op, grad: grad, view=True)  # fmt: skip


# ---- Shape, Size, Rank


def _np_out(op):
    return np.dtype(op.attr("out_type").as_numpy_dtype)


def _shape_shape(op):
    dims = op.inputs[0].dims
    return [(None if dims is None else len(dims),)]


def _shape_kernel(op):
    out = _np_out(op)
    array = np.array
    return lambda x: array(x.shape, out)


op("Shape(input: T) -> (output: out_type); T: type; out_type: {int32, int64} = int32",
   shape=_shape_shape, kernel=_shape_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip


def _shape_n_kernel(op):
    out = _np_out(op)
    if len(op.inputs) == 1:
        return lambda x: np.array(x.shape, out)
    return lambda *xs: tuple([np.array(x.shape, out) for x in xs])


op("ShapeN(input: N*T) -> (output: N*out_type); N: int >= 1; T: type; out_type: {int32, int64} = int32",
   shape=lambda op: [(None if t.dims is None else len(t.dims),) for t in op.inputs],
   kernel=_shape_n_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip


def _size_kernel(op):
    out = _np_out(op).type
    return lambda x: out(x.size)


op("Size(input: T) -> (output: out_type); T: type; out_type: {int32, int64} = int32",
   shape=lambda op: [()], kernel=_size_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("Rank(input: T) -> (output: int32); T: type",
   shape=lambda op: [()], kernel=lambda op: lambda x: np.int32(x.ndim), gradient=NOT_DIFFERENTIABLE)  # fmt: skip


# ---- Reshape, ExpandDims, Squeeze


def _product(dims):
    """(product of the known dims, positions of the unknown ones)."""
    product, unknown = 1, []
    for i, d in enumerate(dims):
        if d is None:
            unknown.append(i)
        else:
            product *= d
    return product, unknown


def _divide(whole: int, part: int) -> int:
    if whole % part:
        raise ValueError(f"Dimension size must be evenly divisible by {part} but is {whole}")
    return whole // part


def _reshape_shape(op):
    with_rank(op.inputs[1].dims, 1)
    out, given = constant_dims(op.inputs[1]), op.inputs[0].dims
    if out is None or given is None:
        return [out]
    out_size, out_unknown = _product(out)
    in_size, in_unknown = _product(given)
    if 0 in out and out_unknown:  # an empty tensor, whatever the unknown is
        out_size = 0
    if in_unknown and 0 in given:
        in_size, in_unknown = 0, []
    if len(out_unknown) > 1 or len(in_unknown) > 1:
        return [out]
    if not in_unknown and not out_unknown:
        if in_size != out_size:
            raise ValueError(
                f"Cannot reshape a tensor with {in_size} elements to shape {show(out)} ({out_size} elements)"
            )
    elif not in_unknown:
        if out_size > 0:
            i = out_unknown[0]
            return [out[:i] + (_divide(in_size, out_size),) + out[i + 1 :]]
    elif not out_unknown and in_size != 0:
        _divide(out_size, in_size)
    return [out]


def _reshape_kernel(op):
    def reshape(x, shape):
        sizes = shape.tolist()
        try:
            if min(sizes, default=0) >= -1:  # NumPy takes any number below zero for "what is left"
                return x.reshape(sizes)
        except (ValueError, TypeError):
            pass
        return x.reshape(_checked_sizes(op, x, shape))

    return reshape


def _checked_sizes(op, x, shape):
    """The sizes that a Reshape asks for where NumPy refused; raises what TensorFlow raises."""

    def fail(message):
        raise errors.InvalidArgumentError(op.node_def, op, message)

    if shape.ndim != 1:
        fail(f"sizes input must be 1-D, not {show(shape.shape)}")
    sizes, product, unknown = shape.tolist(), 1, -1
    for i, d in enumerate(sizes):
        if d == -1:
            if unknown != -1:
                fail(f"Only one input size may be -1, not both {unknown} and {i}")
            unknown = i
        elif d < 0:
            fail(f"Size {i} must be non-negative, not {d}")
        else:
            product *= d
    if unknown != -1:
        if product == 0:  # as TensorFlow: dimensions of no size are left out on both sides
            given, wanted = (int(np.prod([d for d in dims if d > 0], dtype=np.int64)) for dims in (x.shape, sizes))
            if x.size == 0 and given % wanted == 0:
                sizes[unknown] = given // wanted
                return sizes
            fail("reshape cannot infer the missing input size for an empty tensor unless all specified input sizes are non-zero")
        if x.size % product:
            fail(
                f"Input to reshape is a tensor with {x.size} values, but the requested shape requires a multiple of {product}"
            )
    fail(f"Input to reshape is a tensor with {x.size} values, but the requested shape has {product}")


def _like_input(op, grad):
    return reshape(grad, shape(op.inputs[0]))


op("Reshape(tensor: T, shape: Tshape) -> (output: T); T: type; Tshape: {int32, int64} = int32",
   shape=_reshape_shape, kernel=_reshape_kernel, gradient=lambda op, grad: [_like_input(op, grad), None], view=True)  # fmt: skip


def _expand_dims_shape(op):
    dims, axis = op.inputs[0].dims, constant_value(op.inputs[1])
    if dims is None:
        return [None]
    if axis is None:
        return [(None,) * (len(dims) + 1)]
    if axis.size != 1:
        raise ValueError("'dim' input must be a tensor with a single value")
    axis = int(axis.reshape(()))
    if not -1 - len(dims) <= axis <= len(dims):
        raise ValueError(f"dim {axis} not in the interval [{-1 - len(dims)}, {len(dims)}].")
    if axis < 0:
        axis += len(dims) + 1
    return [dims[:axis] + (1,) + dims[axis:]]


def _expand_dims_kernel(op):
    def expand_dims(x, axis):
        if axis.size != 1:
            raise errors.InvalidArgumentError(op.node_def, op, "'dim' must be a tensor with a single value")
        axis = int(axis.reshape(()))
        rank = x.ndim
        if axis < 0:
            axis += rank + 1
        if not 0 <= axis <= rank:
            raise errors.InvalidArgumentError(
                op.node_def, op, f"Tried to expand dim index {axis} for tensor with {rank} dimensions."
            )
        dims = x.shape
        return x.reshape(dims[:axis] + (1,) + dims[axis:])

    return expand_dims


op("ExpandDims(input: T, dim: Tdim) -> (output: T); T: type; Tdim: {int32, int64} = int32",
   shape=_expand_dims_shape, kernel=_expand_dims_kernel,
   gradient=lambda op, grad: [_like_input(op, grad), None], view=True)  # fmt: skip


def _squeeze_axes(op, rank):
    axes = op.attr("squeeze_dims")
    for i, axis in enumerate(axes):
        if not -rank <= axis < rank:
            raise ValueError(f"squeeze_dims[{i}] not in [{-rank},{rank})." if rank else "Tried to squeeze a scalar.")
    return {a % rank for a in axes}


def _squeeze_shape(op):
    dims = op.inputs[0].dims
    if dims is None:
        return [None]
    axes = _squeeze_axes(op, len(dims))
    if not axes:
        return [None if None in dims else tuple([d for d in dims if d != 1])]
    for i in sorted(axes):
        if dims[i] not in (1, None):
            raise ValueError(f"Can not squeeze dim[{i}], expected a dimension of 1, got {dims[i]}")
    return [tuple([d for i, d in enumerate(dims) if i not in axes])]


def _squeeze_kernel(op):
    axes = op.attr("squeeze_dims")

    def squeeze_all(x):
        return x.reshape([d for d in x.shape if d != 1])

    def squeeze(x):
        dims = x.shape
        try:
            drop = _squeeze_axes(op, len(dims))
        except ValueError as e:
            raise errors.InvalidArgumentError(op.node_def, op, str(e)) from None
        for i in drop:
            if dims[i] != 1:
                raise errors.InvalidArgumentError(
                    op.node_def, op, f"Can not squeeze dim[{i}], expected a dimension of 1, got {dims[i]}"
                )
        return x.reshape([d for i, d in enumerate(dims) if i not in drop])

    return squeeze if axes else squeeze_all


op("Squeeze(input: T) -> (output: T); T: type; squeeze_dims: list(int) >= 0 = []",
   shape=_squeeze_shape, kernel=_squeeze_kernel, gradient=_like_input, view=True)  # fmt: skip


# ---- Bitcast


def _bitcast_shape(op):
    dims = op.inputs[0].dims
    from_size, to_size = op.attr("T").size, op.attr("type").size
    if dims is None or from_size == to_size:
        return [dims]
    if from_size > to_size:
        return [dims + (from_size // to_size,)]
    with_rank_at_least(dims, 1)
    if dims[-1] not in (None, to_size // from_size):
        raise ValueError(f"Cannot bitcast due to shape. {dims[-1]} does not match {to_size // from_size}")
    return [dims[:-1]]


def _bitcast_kernel(op):
    from_size, to_size = op.attr("T").size, op.attr("type").size
    to = np.dtype(op.attr("type").as_numpy_dtype)

    def bitcast(x):
        x = np.ascontiguousarray(x).reshape(x.shape)
        if from_size == to_size:
            return x.view(to)
        if from_size > to_size:
            return x.reshape(x.shape + (1,)).view(to)
        if not x.shape or x.shape[-1] != to_size // from_size:
            raise errors.InvalidArgumentError(
                op.node_def, op, f"Cannot bitcast from a tensor of shape {show(x.shape)}: its last dimension must be {to_size // from_size}"
            )  # fmt: skip
        return x.view(to).reshape(x.shape[:-1])

    return bitcast


_BITCAST = (
    "{bfloat16, half, float, double, int64, int32, uint8, uint16, uint32, uint64, int8, int16, complex64, complex128, "
    "qint8, quint8, qint16, quint16, qint32}"
)
op(f"Bitcast(input: T) -> (output: type); T: {_BITCAST}; type: {_BITCAST}",
   shape=_bitcast_shape, kernel=_bitcast_kernel, gradient=NOT_DIFFERENTIABLE, view=True)  # fmt: skip


# ---- Broadcasting


def _broadcast_to_shape(op):
    out, given = constant_dims(op.inputs[1]), op.inputs[0].dims
    if out is None:
        return [None]
    if given is not None:
        if len(given) > len(out):
            raise ValueError(f"Shape must be at most rank {len(out)} but is rank {len(given)}")
        for a, b in zip(given[::-1], out[::-1]):
            if None not in (a, b) and a not in (1, b):
                raise ValueError(f"Dimensions must be equal, but are {a} and {b}")
    return [out]


def _broadcast_to_kernel(op):
    def broadcast_to(x, shape):
        if x.ndim > len(shape):
            message = f"Rank of input ({x.ndim}) must be no greater than rank of output shape ({len(shape)})."
            raise errors.InvalidArgumentError(op.node_def, op, message)
        try:
            return np.broadcast_to(x, shape.tolist())
        except ValueError:
            raise errors.InvalidArgumentError(
                op.node_def, op, f"Incompatible shapes: {show(x.shape)} vs. {show(shape.tolist())}"
            ) from None

    return broadcast_to


def _broadcast_to_grad(op, grad):
    from tinytf.ops.math import math_ops

    value_shape = shape(op.inputs[0])
    _, axes = make("BroadcastGradientArgs", op.inputs[1], value_shape)
    summed = math_ops.reduce_sum(grad, axis=axes, keepdims=True)
    return [reshape(summed, value_shape), None]


op("BroadcastTo(input: T, shape: Tidx) -> (output: T); T: type; Tidx: {int32, int64} = int32",
   shape=_broadcast_to_shape, kernel=_broadcast_to_kernel, gradient=_broadcast_to_grad, view=True)  # fmt: skip


def _broadcast_args_shape(op):
    a, b = op.inputs[0].dims, op.inputs[1].dims
    if a is None or b is None or None in a or None in b:
        return [(None,)]
    return [(max(a[0], b[0]),)]


def _broadcast_args_kernel(op):
    def broadcast_args(a, b):
        try:
            return np.array(np.broadcast_shapes(tuple(a.tolist()), tuple(b.tolist())), a.dtype)
        except ValueError:
            raise errors.InvalidArgumentError(
                op.node_def, op, f"Incompatible shapes: {show(a.tolist())} vs. {show(b.tolist())}"
            ) from None

    return broadcast_args


op("BroadcastArgs(s0: T, s1: T) -> (r0: T); T: {int32, int64} = int32",
   shape=_broadcast_args_shape, kernel=_broadcast_args_kernel)  # fmt: skip


# ---- public functions


@add_dispatch_support
def identity(input, name=None) -> Tensor:
    """A tensor of the same value (and a node of its own).  Follows `tf.identity` of TF 1.15."""
    result = make("Identity", input, name=name)
    if hasattr(input, "_handle_data"):
        result._handle_data = input._handle_data
    return result


def identity_n(input, name=None) -> list:
    """The same tensors, as the outputs of one op.  Follows `tf.identity_n` of TF 1.15."""
    result = make("IdentityN", input, name=name)
    return result if isinstance(result, list) else [result]


def stop_gradient(input, name=None) -> Tensor:
    """The same value; gradients do not flow back through it.  Follows `tf.stop_gradient` of TF 1.15."""
    return make("StopGradient", input, name=name)


def prevent_gradient(input, message="", name=None) -> Tensor:
    """The same value; asking for a gradient through it raises LookupError with `message`."""
    return make("PreventGradient", input, message=message, name=name)


def ensure_shape(x, shape, name=None) -> Tensor:
    """`x`, checked (statically where possible, else when it runs) to have `shape`.  Follows `tf.ensure_shape` of TF 1.15."""
    return make("EnsureShape", x, shape=as_shape(shape), name=name)


def guarantee_const(input, name=None) -> Tensor:
    """A promise that the value never changes.  Follows `tf.guarantee_const` of TF 1.15."""
    return make("GuaranteeConst", input, name=name)


def shape(input, name=None, out_type=dtypes.int32) -> Tensor:
    """The shape of `input` as an int vector; a constant where it is known.  Follows `tf.shape` of TF 1.15."""
    return shape_internal(input, name, True, out_type)


def shape_internal(input, name=None, optimize=True, out_type=dtypes.int32) -> Tensor:
    """`shape`, with `optimize=False` for a Shape node in any case."""
    with name_scope(name, "Shape", [input]) as name:
        if is_sparse(input):
            return make("Cast", input.dense_shape, DstT=dtypes.as_dtype(out_type))
        dims = convert_to_tensor(input).dims
        if optimize and dims is not None and None not in dims:
            return constants.small_constant(list(dims), out_type, name=name)
        return make("Shape", input, out_type=dtypes.as_dtype(out_type), name=name)


def shape_n(input, out_type=dtypes.int32, name=None) -> list:
    """The shapes of several tensors of one type.  Follows `tf.shape_n` of TF 1.15."""
    result = make("ShapeN", input, out_type=dtypes.as_dtype(out_type), name=name)
    return result if isinstance(result, list) else [result]


@add_dispatch_support
def size(input, name=None, out_type=dtypes.int32) -> Tensor:
    """The number of elements; a constant where it is known.  Follows `tf.size` of TF 1.15."""
    return size_internal(input, name, True, out_type)


def size_internal(input, name=None, optimize=True, out_type=dtypes.int32) -> Tensor:
    """`size`, with `optimize=False` for a Size node in any case."""
    with name_scope(name, "Size", [input]) as name:
        if is_sparse(input):
            dense = make("Cast", input.dense_shape, DstT=dtypes.as_dtype(out_type))
            return make("Prod", dense, 0, name=name)
        dims = convert_to_tensor(input).dims
        if optimize and dims is not None:
            if None not in dims:
                return constants.small_constant(_product(dims)[0], out_type, name=name)
            if 0 in dims:
                return constants.small_constant(0, out_type, name=name)
        return make("Size", input, out_type=dtypes.as_dtype(out_type), name=name)


@add_dispatch_support
def rank(input, name=None) -> Tensor:
    """The number of dimensions; a constant where it is known.  Follows `tf.rank` of TF 1.15."""
    return rank_internal(input, name, True)


def rank_internal(input, name=None, optimize=True) -> Tensor:
    """`rank`, with `optimize=False` for a Rank node in any case."""
    with name_scope(name, "Rank", [input]) as name:
        if is_sparse(input):
            return make("Size", input.dense_shape, name=name)
        dims = convert_to_tensor(input).dims
        if optimize and dims is not None:
            return constants.small_constant(len(dims), dtypes.int32, name=name)
        return make("Rank", input, name=name)


def reshape(tensor, shape, name=None) -> Tensor:
    """The elements of `tensor` in another shape; one entry of `shape` may be -1 and is inferred.

    Follows `tf.reshape` of TF 1.15.
    """
    return make("Reshape", tensor, shape, name=name)


@add_dispatch_support
def expand_dims(input, axis=None, name=None, dim=None) -> Tensor:
    """`input` with a dimension of 1 inserted at `axis` (`dim` is its old name).  Follows `tf.expand_dims` of TF 1.15."""
    axis = deprecated_argument("axis", axis, "dim", dim)
    if axis is None:
        raise ValueError("Must specify an axis argument to tf.expand_dims()")
    return make("ExpandDims", input, axis, name=name)


@add_dispatch_support
def squeeze(input, axis=None, name=None, squeeze_dims=None) -> Tensor:
    """`input` without its dimensions of 1, or without those in `axis` (`squeeze_dims` is its old name).

    Follows `tf.squeeze` of TF 1.15.
    """
    axis = deprecated_argument("axis", axis, "squeeze_dims", squeeze_dims)
    if np.isscalar(axis):
        axis = [axis]
    return make("Squeeze", input, squeeze_dims=[int(a) for a in axis or []], name=name)


def bitcast(input, type, name=None) -> Tensor:
    """The same bytes read as another dtype.  Follows `tf.bitcast` of TF 1.15."""
    return make("Bitcast", input, type=dtypes.as_dtype(type), name=name)


def broadcast_to(input, shape, name=None) -> Tensor:
    """`input` repeated to `shape` by NumPy's rule.  Follows `tf.broadcast_to` of TF 1.15."""
    return make("BroadcastTo", input, shape, name=name)


def broadcast_dynamic_shape(shape_x, shape_y) -> Tensor:
    """The shape that two shape tensors broadcast to.  Follows `tf.broadcast_dynamic_shape` of TF 1.15."""
    return make("BroadcastArgs", shape_x, shape_y)


def broadcast_static_shape(shape_x, shape_y):
    """The TensorShape that two TensorShapes broadcast to; ValueError where they do not.

    Follows `tf.broadcast_static_shape` of TF 1.15.
    """
    a, b = _dims_of(as_shape(shape_x)), _dims_of(as_shape(shape_y))
    try:
        return as_shape(broadcast_dims(a, b))
    except ValueError:
        raise ValueError(
            f"Incompatible shapes for broadcasting: {as_shape(shape_x)} and {as_shape(shape_y)}"
        ) from None
