"""Placeholders: tensors whose value is fed."""

from __future__ import annotations

from tinytf import dtypes, errors
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import merge_dims
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.graph.tensor import Tensor
from tinytf.shapes import TensorShape, as_shape

_TYPE_STRING = {d: name for name, d in dtypes.SIGNATURE_NAMES.items()}


def _placeholder_shape(op):
    dims = _dims(op.attr("shape"))
    if dims == () and op.type == "Placeholder" and op.graph._versions[0] <= 21:
        return [None]  # graphs of those days wrote the unknown shape as a scalar's
    return [dims]


def _dims(shape):
    return None if shape.ndims is None else tuple(shape.as_list())


def _placeholder_kernel(op):
    dims = op.outputs[0].dims
    message = f"You must feed a value for placeholder tensor '{op.name}' with dtype {_TYPE_STRING.get(op.attr('dtype'), op.attr('dtype').name)}"
    if dims:
        message += " and shape [" + ",".join("?" if d is None else str(d) for d in dims) + "]"

    def placeholder():
        raise errors.InvalidArgumentError(op.node_def, op, message)

    return placeholder


op("Placeholder() -> (output: dtype); dtype: type; shape: shape = <unknown>",
   shape=_placeholder_shape, kernel=_placeholder_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("PlaceholderV2() -> (output: dtype); dtype: type; shape: shape; "
   "deprecated 23 'Placeholder now behaves the same as PlaceholderV2.'",
   shape=_placeholder_shape, kernel=_placeholder_kernel)  # fmt: skip


def _with_default_shape(op):
    dims = _dims(op.attr("shape"))
    given = op.inputs[0].dims
    merge_dims(given, dims)
    return [dims]


op("PlaceholderWithDefault(input: dtype) -> (output: dtype); dtype: type; shape: shape",
   shape=_with_default_shape, kernel=lambda op: lambda x: x,
   gradient=lambda op, grad: grad, view=True)  # fmt: skip


def placeholder(dtype, shape=None, name=None) -> Tensor:
    """A tensor that must be fed.  `shape` may leave dimensions, or itself, open (None).

    Running it without a value raises InvalidArgumentError.  Follows `tf.placeholder` of TF 1.15.
    """
    return make("Placeholder", dtype=dtypes.as_dtype(dtype), shape=as_shape(shape), name=name)


def placeholder_with_default(input, shape, name=None) -> Tensor:
    """A tensor that may be fed and is `input` where it is not.  Follows `tf.placeholder_with_default` of TF 1.15."""
    return make("PlaceholderWithDefault", input, shape=as_shape(shape), name=name)


def sparse_placeholder(dtype, shape=None, name=None):
    """A `SparseTensor` that must be fed, with a SparseTensorValue or (indices, values, dense_shape).

    Follows `tf.sparse_placeholder` of TF 1.15.
    """
    def part(suffix):
        return None if name is None else name + "/" + suffix

    rank, dense_shape = None, None
    if shape is not None:
        if isinstance(shape, Tensor):
            rank, dense_shape = shape.get_shape()[0], shape
        else:
            shape = shape.as_list() if isinstance(shape, TensorShape) else list(shape)
            rank = len(shape)
            if None not in shape:
                dense_shape = convert_to_tensor(shape, dtype=dtypes.int64, name=part("shape"))
    if dense_shape is None:
        dense_shape = placeholder(dtypes.int64, shape=[rank], name=part("shape"))
    values = placeholder(dtype, shape=[None], name=part("values"))
    indices = placeholder(dtypes.int64, shape=[None, rank], name=part("indices"))
    return SparseTensor(indices=indices, values=values, dense_shape=dense_shape)
