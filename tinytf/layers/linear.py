"""W·[inputs] + b with variables of the scope in which it is made, as cells and decoders of the older kind need it."""

from __future__ import annotations

from tinytf import dtypes, nest
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.math import math_ops
from tinytf.ops.nn import nn_basic
from tinytf.ops.state import init_ops
from tinytf.ops.state.variable_scope import get_variable, get_variable_scope, variable_scope


class Linear:
    """The variables `kernel` and, with `build_bias`, `bias`, made for tensors like `args`; call it with such tensors.

    ValueError where one is not 2-D or its size is not known.
    """

    def __init__(self, args, output_size, build_bias, bias_initializer=None, kernel_initializer=None):
        if args is None or nest.is_nested(args) and not args:
            raise ValueError("`args` must be specified")
        self._is_nested = nest.is_nested(args)
        args = args if self._is_nested else [args]
        depth, dtype = _total_depth(args), args[0].dtype
        with variable_scope(get_variable_scope()) as outer:
            self._weights = get_variable("kernel", [depth, output_size], dtype=dtype, initializer=kernel_initializer)
            self._biases = None
            if build_bias:
                with variable_scope(outer) as inner:
                    inner.set_partitioner(None)
                    self._biases = _bias(output_size, dtype, bias_initializer)

    def __call__(self, args):
        """The product for these tensors."""
        args = args if self._is_nested else [args]
        if len(args) == 1:
            result = math_ops.matmul(args[0], self._weights)
        else:
            one = constant(1, dtype=dtypes.int32)
            result = math_ops.matmul(array_ops.concat(args, one), self._weights)
        return result if self._biases is None else nn_basic.bias_add(result, self._biases)


def linear(args, output_size, bias, bias_initializer=None, kernel_initializer=None):
    """The same at once: the product of `args`, whose variables are those of the current scope.

    Follows `_linear` of tf.contrib.rnn in TF 1.15, which programs took from there for cells of their own.
    """
    if args is None or nest.is_nested(args) and not args:
        raise ValueError("`args` must be specified")
    args = args if nest.is_nested(args) else [args]
    depth, dtype = _total_depth(args), args[0].dtype
    with variable_scope(get_variable_scope()) as outer:
        weights = get_variable("kernel", [depth, output_size], dtype=dtype, initializer=kernel_initializer)
        result = math_ops.matmul(args[0] if len(args) == 1 else array_ops.concat(args, 1), weights)
        if not bias:
            return result
        with variable_scope(outer) as inner:
            inner.set_partitioner(None)
            biases = _bias(output_size, dtype, bias_initializer)
        return nn_basic.bias_add(result, biases)


def _bias(output_size, dtype, initializer):
    if initializer is None:
        initializer = init_ops.constant_initializer(0.0, dtype=dtype)
    return get_variable("bias", [output_size], dtype=dtype, initializer=initializer)


def _total_depth(args):
    shapes = [a.get_shape() for a in args]
    for shape in shapes:
        if shape.ndims != 2:
            raise ValueError("linear is expecting 2D arguments: %s" % shapes)
        if shape.as_list()[1] is None:
            raise ValueError("linear expects shape[1] to be provided for shape %s, but saw %s" % (shape, shape[1]))
    return sum(shape.as_list()[1] for shape in shapes)
