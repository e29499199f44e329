"""The array functions with the arguments of TF 2, as `tensorflow.python.ops.array_ops` has them beside those of TF 1."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.tensor import Tensor
from tinytf.ops import array_ops


def expand_dims_v2(input, axis, name=None) -> Tensor:
    """A dimension of size 1 at `axis`."""
    return array_ops.expand_dims(input, axis, name)


def squeeze_v2(input, axis=None, name=None) -> Tensor:
    """The tensor without its dimensions of size 1, or without those of `axis`."""
    return array_ops.squeeze(input, axis, name)


def gather_v2(params, indices, validate_indices=None, axis=None, batch_dims=0, name=None) -> Tensor:
    """The slices of `params` along `axis` at `indices`."""
    return array_ops.gather(params, indices, validate_indices, name, axis, batch_dims)


def gather_nd_v2(params, indices, batch_dims=0, name=None) -> Tensor:
    """The slices of `params` at the index tuples in the last dimension of `indices`."""
    return array_ops.gather_nd(params, indices, name, batch_dims)


def size_v2(input, out_type=dtypes.int32, name=None) -> Tensor:
    """The number of elements."""
    return array_ops.size(input, name, out_type)


def ones_like_v2(input, dtype=None, name=None) -> Tensor:
    """Ones in the shape of a tensor."""
    return array_ops.ones_like(input, dtype, name)


def zeros_like_v2(input, dtype=None, name=None) -> Tensor:
    """Zeros in the shape of a tensor."""
    return array_ops.zeros_like(input, dtype, name)
