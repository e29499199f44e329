"""Helpers of distributions: logits and probabilities, seeds, checks of values."""

from __future__ import annotations

import functools
import hashlib
import inspect

import numpy as np

from tinytf.distributions.static_values import dimension_size
from tinytf.distributions.value_checks import embed_check_categorical_event_shape
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.math import check_ops, math_ops
from tinytf.ops.nn import softmax as softmax_ops


def gen_new_seed(seed, salt: str):
    """Another seed, that `seed` and `salt` determine; None stays."""
    if seed is None:
        return None
    return int(hashlib.md5((str(seed) + salt).encode("utf-8")).hexdigest()[:8], 16) & 0x7FFFFFFF


def get_logits_and_probs(logits=None, probs=None, multidimensional=False, validate_args=False, name="get_logits_and_probs", dtype=None):
    """(logits, probabilities) from one of the two; ValueError for both or neither."""
    with name_scope(name, values=[probs, logits]):
        if (probs is None) == (logits is None):
            raise ValueError("Must pass probs or logits, but not both.")
        if probs is None:
            logits = convert_to_tensor(logits, name="logits", dtype=dtype)
            if not logits.dtype.is_floating:
                raise TypeError("logits must having floating type.")
            if multidimensional:
                if validate_args:
                    logits = embed_check_categorical_event_shape(logits)
                return logits, softmax_ops.softmax(logits, name="probs")
            return logits, math_ops.sigmoid(logits, name="probs")
        probs = convert_to_tensor(probs, name="probs", dtype=dtype)
        if not probs.dtype.is_floating:
            raise TypeError("probs must having floating type.")
        if validate_args:
            with name_scope("validate_probs"):
                one = constant(1.0, probs.dtype)
                checks = [check_ops.assert_non_negative(probs)]
                if multidimensional:
                    probs = embed_check_categorical_event_shape(probs)
                    checks.append(check_ops.assert_near(math_ops.reduce_sum(probs, -1), one, message="probs does not sum to 1."))
                else:
                    checks.append(check_ops.assert_less_equal(probs, one, message="probs has components greater than 1."))
                probs = control_flow_ops.with_dependencies(checks, probs)
        with name_scope("logits"):
            if multidimensional:
                return math_ops.log(probs), probs
            return math_ops.log(probs) - math_ops.log1p(-1.0 * probs), probs


def log_combinations(n, counts, name="log_combinations"):
    """The log of the multinomial coefficient of `counts`, which add up to n."""
    with name_scope(name, values=[n, counts]):
        n, counts = convert_to_tensor(n, name="n"), convert_to_tensor(counts, name="counts")
        total = math_ops.lgamma(n + 1)
        return total - math_ops.reduce_sum(math_ops.lgamma(counts + 1), axis=[-1])


def checked(checks, x, wanted: bool):
    """x, after the checks (made by a function) if they are wanted."""
    return control_flow_ops.with_dependencies(checks(), x) if wanted else x


def reduce_weighted_logsumexp(logx, w=None, axis=None, keep_dims=False, return_sign=False, name=None):
    """The log of the absolute value of sum(w * exp(logx)), and with `return_sign` its sign."""
    with name_scope(name, "reduce_weighted_logsumexp", [logx, w]):
        logx = convert_to_tensor(logx, name="logx")
        if w is None:
            total = math_ops.reduce_logsumexp(logx, axis=axis, keepdims=keep_dims)
            return (total, array_ops.ones_like(total)) if return_sign else total
        w = convert_to_tensor(w, dtype=logx.dtype, name="w")
        size = logx + math_ops.log(math_ops.abs(w))
        most = math_ops.reduce_max(size, axis=axis, keepdims=True)
        most = array_ops.where_v2(math_ops.is_inf(most), array_ops.zeros_like(most), most)  # the log of 0 minus itself is NaN
        scaled = math_ops.sign(w) * math_ops.exp(size - most)
        total = math_ops.reduce_sum(scaled, axis=axis, keepdims=keep_dims)
        if not keep_dims:
            most = array_ops.squeeze(most, axis)
        sign = math_ops.sign(total)
        result = most + math_ops.log(sign * total)
        return (result, sign) if return_sign else result


def softplus_inverse(x, name=None):
    """What softplus makes x of, without overflow for large or loss of precision for small x."""
    with name_scope(name, "softplus_inverse", values=[x]):
        x = convert_to_tensor(x, name="x")
        threshold = np.log(np.finfo(x.dtype.as_numpy_dtype).eps) + 2.0
        small = math_ops.less(x, np.exp(threshold))
        large = math_ops.greater(x, -threshold)
        if_small, if_large = math_ops.log(x), x
        safe = array_ops.where_v2(math_ops.logical_or(small, large), array_ops.ones_like(x), x)  # no NaN in the gradient
        y = safe + math_ops.log(-math_ops.expm1(-safe))
        return array_ops.where_v2(small, if_small, array_ops.where_v2(large, if_large, y))


def process_quadrature_grid_and_probs(quadrature_grid_and_probs, dtype, validate_args, name=None):
    """(points, their weights, which add up to 1): the 8 of Gauss and Hermite where None is given."""
    from tinytf.ops.linalg.linalg_functions import norm

    with name_scope(name, "process_quadrature_grid_and_probs", [quadrature_grid_and_probs]):
        if quadrature_grid_and_probs is None:
            grid, probs = (array.astype(dtype.as_numpy_dtype) for array in np.polynomial.hermite.hermgauss(deg=8))
            probs /= np.linalg.norm(probs, ord=1, keepdims=True)
            return convert_to_tensor(grid, name="grid", dtype=dtype), convert_to_tensor(probs, name="probs", dtype=dtype)
        grid, probs = tuple(quadrature_grid_and_probs)
        grid = convert_to_tensor(grid, name="grid", dtype=dtype)
        probs = convert_to_tensor(probs, name="unnormalized_probs", dtype=dtype)
        probs /= norm(probs, ord=1, axis=-1, keepdims=True, name="probs")
        message = "`quadrature_grid_and_probs` must be a `tuple` of same-length zero-th-dimension `Tensor`s"
        sizes = [None if x.shape.ndims is None else x.shape.with_rank_at_least(1).as_list()[-1] for x in (probs, grid)]
        if None not in sizes:
            if sizes[0] != sizes[1]:
                raise ValueError("%s (saw lengths %s, %s)" % (message, *sizes))
        elif validate_args:
            same = check_ops.assert_equal(dimension_size(probs, axis=-1), dimension_size(grid, axis=-1), message=message)
            with control_dependencies([same]):
                grid, probs = array_ops.identity(grid), array_ops.identity(probs)
        return grid, probs


def parent_frame_arguments() -> dict:
    """{name: value} of the arguments that the calling function was called with."""
    frame = inspect.currentframe().f_back
    names, varargs, keywords, values = inspect.getargvalues(frame)
    return {**{name: values[name] for name in names}, **(values[keywords] if keywords else {})}


class AppendDocstring:
    """A decorator that adds a note, and what some keyword arguments are, to a docstring."""

    def __init__(self, additional_note="", kwargs_dict=None):
        self._note = additional_note
        items = []
        for key, value in sorted((kwargs_dict or {}).items()):
            if any(character.isspace() for character in key):
                raise ValueError('Parameter name "%s" contains whitespace.' % key)
            value = value.lstrip()
            if "\n" in value:
                raise ValueError('Parameter description for "%s" contains newlines.' % key)
            items.append("*  `%s`: %s" % (key, value))
        if items:
            self._note += "\n\n##### `kwargs`:\n\n" + "\n".join(items)

    def __call__(self, fn):
        @functools.wraps(fn)
        def with_note(*args, **kwargs):
            return fn(*args, **kwargs)

        with_note.__doc__ = self._note if fn.__doc__ is None else "%s\n%s" % (fn.__doc__, self._note)
        return with_note
