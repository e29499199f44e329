"""`tensorflow.python.framework.tensor_util`: what is known of tensors without running them."""

from __future__ import annotations

from tinytf.graph.composite_tensor import CompositeTensor
from tinytf.graph.constant_value import public_constant_dims, public_constant_value
from tinytf.graph.indexed_slices import IndexedSlices
from tinytf.graph.operation import Operation
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.graph.tensor import Tensor
from tinytf.graph.tensor_proto import make_ndarray, make_tensor_proto  # noqa: F401
from tinytf.shapes import TensorShape


def constant_value(tensor, partial=False):
    """The value of a tensor as an array where it can be seen from the graph, or None.  Follows TF 1.15."""
    return public_constant_value(tensor, partial)


def constant_value_as_shape(tensor) -> TensorShape:
    """The TensorShape that a vector of dimensions gives, as far as it can be seen; ValueError for a scalar that is not -1."""
    if tensor.dims == ():
        value = public_constant_value(tensor)
        if value is None:
            raise ValueError("Received a scalar with unknown value as shape; require a statically known scalar with value '-1' to describe an unknown shape.")
        if value != -1:
            raise ValueError("Received a scalar value '%s' as shape; require a statically known scalar with value '-1' to describe an unknown shape." % value)
        return TensorShape(None)
    if tensor.dims is not None and len(tensor.dims) != 1:
        raise ValueError("Shape %s must have rank 1" % (tensor.shape,))
    return TensorShape(public_constant_dims(tensor))


def is_tensor(x) -> bool:
    """Whether this is a tensor (dense, sparse or slices, but not ragged) or a variable.  Follows `tf.is_tensor` of TF 1.15."""
    if isinstance(x, CompositeTensor):
        return isinstance(x, (SparseTensor, IndexedSlices))
    return isinstance(x, Tensor) or hasattr(x, "_as_graph_element") and not isinstance(x, Operation)


def TensorShapeProtoToList(shape) -> list:
    """The sizes in a TensorShapeProto."""
    return [dim.size for dim in shape.dim]


def ShapeEquals(tensor_proto, shape) -> bool:
    """Whether a TensorProto has this shape, a list or a TensorShapeProto."""
    if not hasattr(tensor_proto, "tensor_shape"):
        raise TypeError("tensor_proto is not a tensor_pb2.TensorProto object")
    if hasattr(shape, "dim"):
        shape = TensorShapeProtoToList(shape)
    elif not isinstance(shape, (list, tuple)):
        raise TypeError("shape is not a list or tuple")
    return TensorShapeProtoToList(tensor_proto.tensor_shape) == list(shape)


def shape_tensor(shape) -> Tensor:
    """A shape as a tensor: int32 for a list of numbers."""
    from tinytf import dtypes
    from tinytf.graph.convert import convert_to_tensor

    if isinstance(shape, (tuple, list)) and (not shape or all(isinstance(d, int) for d in shape)):
        return convert_to_tensor(shape, dtype=dtypes.int32, name="shape")
    return convert_to_tensor(shape, name="shape")


def maybe_set_static_shape(tensor, shape) -> None:
    """Gives a tensor the shape that can be seen in `shape`, a tensor."""
    if isinstance(shape, Tensor):
        tensor.set_shape(constant_value_as_shape(shape))
