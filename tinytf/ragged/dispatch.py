"""What the ordinary functions of `tf` do with ragged tensors.

A function with dispatch support (tinytf.util.dispatch) that fails on its arguments asks the dispatchers which this
module registers when the first ragged tensor is made; a program without ragged tensors never comes here.
Follows tensorflow.python.ops.ragged.ragged_dispatch of TF 1.15.
"""

from __future__ import annotations

import inspect

import numpy as np

from tinytf import bitwise, dtypes
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.array.shape_ops import deprecated_argument
from tinytf.ops.files import parsing_ops
from tinytf.ops.math import clip, math_ops
from tinytf.ops.strings import string_ops, unicode_ops
from tinytf.ragged import arrays, concat, dynamic_shape, gather, math, squeeze, strings, util, where
from tinytf.ragged.tensor import RaggedTensor, is_ragged, match_row_splits_dtypes
from tinytf.util.dispatch import OpDispatcher

NOT_SUPPORTED = OpDispatcher.NOT_SUPPORTED


def _parameters(function) -> list:
    return list(inspect.signature(function).parameters)


class UnaryRaggedElementwiseDispatcher(OpDispatcher):
    """The function of the flat values of its first argument: a ragged tensor or, if `arg_is_list`, a list with some."""

    def __init__(self, original_op, arg_is_list=False):
        self._original_op, self._arg_is_list = original_op, arg_is_list
        self._x = _parameters(original_op)[0]

    def handle(self, args, kwargs):
        """The result, ragged; or NOT_SUPPORTED."""
        if args:
            x, args = args[0], args[1:]
        else:
            kwargs = dict(kwargs)
            x = kwargs.pop(self._x, None)
        if x is None:
            return NOT_SUPPORTED
        if self._arg_is_list:
            return self._of_list(x, args, kwargs)
        if not is_ragged(x):
            return NOT_SUPPORTED
        return x.with_flat_values(self._original_op(x.flat_values, *args, **kwargs))

    def _of_list(self, x, args, kwargs):
        if not any(is_ragged(e) for e in x) or not all(is_ragged(e) or _is_convertible(e) for e in x):
            return NOT_SUPPORTED
        x = match_row_splits_dtypes(*x)
        nested_splits_lists = [e.nested_row_splits for e in x if is_ragged(e)]
        flat_values = [e.flat_values if is_ragged(e) else e for e in x]
        with control_dependencies(util.assert_splits_match(nested_splits_lists)):
            values = self._original_op(flat_values, *args, **kwargs)
            return RaggedTensor.from_nested_row_splits(values, nested_splits_lists[0], validate=False)


class BinaryRaggedElementwiseDispatcher(OpDispatcher):
    """The function of the flat values of its first two arguments, broadcast to one shape."""

    def __init__(self, original_op):
        self._original_op = original_op
        self._x, self._y = _parameters(original_op)[:2]

    def handle(self, args, kwargs):
        """The result, ragged; or NOT_SUPPORTED."""
        kwargs = dict(kwargs)
        given, rest = list(args[:2]), args[2:]
        for name in (self._x, self._y)[len(given) :]:
            if name not in kwargs:
                return NOT_SUPPORTED
            given.append(kwargs.pop(name))
        x, y = given
        if not (is_ragged(x) or is_ragged(y)):
            return NOT_SUPPORTED
        try:
            if not is_ragged(x):
                x = convert_to_tensor(x, name=self._x, preferred_dtype=y.dtype)
            if not is_ragged(y):
                y = convert_to_tensor(y, name=self._y, preferred_dtype=x.dtype)
        except (TypeError, ValueError):
            return NOT_SUPPORTED
        if is_ragged(x) and is_ragged(y):
            x, y = match_row_splits_dtypes(x, y)
        if _must_broadcast(x, y):
            shape = dynamic_shape.broadcast_dynamic_shape(
                dynamic_shape.RaggedTensorDynamicShape.from_tensor(x), dynamic_shape.RaggedTensorDynamicShape.from_tensor(y)
            )
            x = dynamic_shape.broadcast_to(x, shape, broadcast_inner_dimensions=False)
            y = dynamic_shape.broadcast_to(y, shape, broadcast_inner_dimensions=False)
        x_values = x.flat_values if is_ragged(x) else x
        y_values = y.flat_values if is_ragged(y) else y
        values = self._original_op(x_values, y_values, *rest, **kwargs)
        return (x if is_ragged(x) else y).with_flat_values(values)


def _must_broadcast(x, y) -> bool:
    """Whether more than the inner dimensions are concerned, which the op itself broadcasts."""
    if is_ragged(x) and is_ragged(y):
        return True
    ragged, dense = (x, y) if is_ragged(x) else (y, x)
    return ragged.flat_values.shape.ndims <= dense.shape.ndims


class RaggedDispatcher(OpDispatcher):
    """A function of its own for calls with a ragged tensor among `ragged_args` ('[values]': a list of tensors)."""

    def __init__(self, original_op, ragged_op, ragged_args):
        names = _parameters(original_op)
        if names != _parameters(ragged_op):
            raise AssertionError(
                f"Signature must exactly match when overriding {original_op} with {ragged_op}: {names} vs {_parameters(ragged_op)}"
            )
        self._ragged_op = ragged_op
        self._ragged_args = [(names.index(a.strip("[]")), a.strip("[]"), a.startswith("[")) for a in ragged_args]

    def handle(self, args, kwargs):
        """The result, or NOT_SUPPORTED."""
        return self._ragged_op(*args, **kwargs) if self.is_supported(args, kwargs) else NOT_SUPPORTED

    def is_supported(self, args, kwargs) -> bool:
        """Whether one of the arguments is ragged, and all are tensors or can be."""
        elements = []
        for position, name, is_list in self._ragged_args:
            value = args[position] if position < len(args) else kwargs.get(name)
            if is_list and not isinstance(value, (list, tuple)):
                return False
            elements.extend(value if is_list else [value])
        # Asked first, as converting may add nodes, which a call without ragged tensors must not do.
        return any(is_ragged(e) for e in elements) and all(is_ragged(e) or _is_convertible(e) for e in elements)


def _is_convertible(value) -> bool:
    if value is None or isinstance(value, (Tensor, np.ndarray, int, float, str)):
        return True
    if isinstance(value, SparseTensor):
        return False
    try:
        convert_to_tensor(value)
    except (TypeError, ValueError):
        return False
    return True


# ---- the functions as TF 1 calls them, where the ragged ones have the arguments of TF 2


def _concat(values=None, axis=None, name=None, concat_dim=None):
    return concat.concat(values, axis if concat_dim is None else concat_dim, name)


def _gather(params, indices, validate_indices=None, name=None, axis=None, batch_dims=0):
    return gather.gather(params, indices, validate_indices, 0 if axis is None else axis, batch_dims, name)


def _gather_nd(params, indices, name=None, batch_dims=0):
    return gather.gather_nd(params, indices, batch_dims, name)


def _expand_dims(input, axis=None, name=None, dim=None):
    return arrays.expand_dims(input, axis if dim is None else dim, name)


def _size(input, name=None, out_type=dtypes.int32):
    return arrays.size(input, out_type, name)


def _squeeze(input, axis=None, name=None, squeeze_dims=None):
    return squeeze.squeeze(input, deprecated_argument("axis", axis, "squeeze_dims", squeeze_dims), name)


def _dynamic_partition(data, partitions, num_partitions, name=None):
    if not isinstance(num_partitions, int) or num_partitions < 0:
        raise TypeError("num_partitions must be a non-negative integer")
    result = arrays.stack_dynamic_partitions(data, partitions, num_partitions, name)
    return [result[i] for i in range(num_partitions)]


def _reduction(ragged_op):
    def reduce(input_tensor, axis=None, keepdims=None, name=None, reduction_indices=None, keep_dims=None):
        axis = deprecated_argument("axis", axis, "reduction_indices", reduction_indices)
        keepdims = deprecated_argument("keepdims", keepdims, "keep_dims", keep_dims)
        return ragged_op(input_tensor, axis, keepdims, name)

    return reduce


_UNARY_ELEMENTWISE_OPS = [
    array_ops.check_numerics, array_ops.identity, array_ops.ones_like, array_ops.zeros_like, clip.clip_by_value, bitwise.invert,
    math_ops.abs, math_ops.acos, math_ops.acosh, math_ops.angle, math_ops.asin, math_ops.asinh, math_ops.atan, math_ops.atanh,
    math_ops.cast, math_ops.ceil, math_ops.conj, math_ops.cos, math_ops.cosh, math_ops.digamma, math_ops.erf, math_ops.erfc,
    math_ops.exp, math_ops.expm1, math_ops.floor, math_ops.imag, math_ops.is_finite, math_ops.is_inf, math_ops.is_nan,
    math_ops.lgamma, math_ops.log, math_ops.log1p, math_ops.log_sigmoid, math_ops.logical_not, math_ops.negative, math_ops.real,
    math_ops.reciprocal, math_ops.rint, math_ops.round, math_ops.rsqrt, math_ops.saturate_cast, math_ops.sign, math_ops.sin,
    math_ops.sinh, math_ops.sqrt, math_ops.square, math_ops.tan, parsing_ops.decode_compressed, string_ops.string_to_number,
    string_ops.string_to_hash_bucket, string_ops.as_string, string_ops.decode_base64, string_ops.encode_base64,
    string_ops.regex_full_match, string_ops.regex_replace, string_ops.string_strip, string_ops.string_to_hash_bucket_fast,
    string_ops.string_to_hash_bucket_strong, string_ops.substr, string_ops.string_length, unicode_ops.unicode_script,
]  # fmt: skip
_UNARY_LIST_ELEMENTWISE_OPS = [math_ops.add_n, string_ops.string_join]
_BINARY_ELEMENTWISE_OPS = [
    bitwise.bitwise_and, bitwise.bitwise_or, bitwise.bitwise_xor, bitwise.left_shift, bitwise.right_shift, math_ops.add,
    math_ops.atan2, math_ops.complex, math_ops.div_no_nan, math_ops.divide, math_ops.equal, math_ops.floordiv, math_ops.floormod,
    math_ops.greater, math_ops.greater_equal, math_ops.less, math_ops.less_equal, math_ops.logical_and, math_ops.logical_or,
    math_ops.logical_xor, math_ops.maximum, math_ops.minimum, math_ops.multiply, math_ops.not_equal, math_ops.pow,
    math_ops.realdiv, math_ops.squared_difference, math_ops.subtract, math_ops.truediv, math_ops.truncatediv,
    math_ops.truncatemod,
]  # fmt: skip
_SEGMENT = ["data", "segment_ids"]
_RAGGED_DISPATCH_OPS = [
    (array_ops.batch_gather, gather.batch_gather, ["params", "indices"]),
    (array_ops.concat, _concat, ["[values]"]),
    (array_ops.expand_dims, _expand_dims, ["input"]),
    (array_ops.gather, _gather, ["params", "indices"]),
    (array_ops.gather_nd, _gather_nd, ["params", "indices"]),
    (array_ops.one_hot, arrays.ragged_one_hot, ["indices"]),
    (array_ops.rank, arrays.rank, ["input"]),
    (array_ops.size, _size, ["input"]),
    (array_ops.squeeze, _squeeze, ["input"]),
    (array_ops.stack, concat.stack, ["[values]"]),
    (array_ops.tile, arrays.tile, ["input"]),
    (array_ops.where, where.where, ["condition", "x", "y"]),
    (array_ops.dynamic_partition, _dynamic_partition, ["data", "partitions"]),
    (math_ops.unsorted_segment_sum, math.segment_sum, _SEGMENT),
    (math_ops.unsorted_segment_prod, math.segment_prod, _SEGMENT),
    (math_ops.unsorted_segment_min, math.segment_min, _SEGMENT),
    (math_ops.unsorted_segment_max, math.segment_max, _SEGMENT),
    (math_ops.unsorted_segment_mean, math.segment_mean, _SEGMENT),
    (math_ops.unsorted_segment_sqrt_n, math.segment_sqrt_n, _SEGMENT),
    (string_ops.reduce_join_v2, strings.reduce_join, ["inputs"]),
    (math_ops.reduce_sum, _reduction(math.reduce_sum), ["input_tensor"]),
    (math_ops.reduce_prod, _reduction(math.reduce_prod), ["input_tensor"]),
    (math_ops.reduce_min, _reduction(math.reduce_min), ["input_tensor"]),
    (math_ops.reduce_max, _reduction(math.reduce_max), ["input_tensor"]),
    (math_ops.reduce_mean, _reduction(math.reduce_mean), ["input_tensor"]),
    (math_ops.reduce_any, _reduction(math.reduce_any), ["input_tensor"]),
    (math_ops.reduce_all, _reduction(math.reduce_all), ["input_tensor"]),
]


def _register() -> None:
    for op in _UNARY_ELEMENTWISE_OPS:
        UnaryRaggedElementwiseDispatcher(op).register(op)
    for op in _UNARY_LIST_ELEMENTWISE_OPS:
        UnaryRaggedElementwiseDispatcher(op, arg_is_list=True).register(op)
    for op in _BINARY_ELEMENTWISE_OPS:
        BinaryRaggedElementwiseDispatcher(op).register(op)
    for op, ragged_op, ragged_args in _RAGGED_DISPATCH_OPS:
        RaggedDispatcher(op, ragged_op, ragged_args).register(op)


_register()
