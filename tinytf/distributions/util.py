"""Helpers of distributions: logits and probabilities, seeds, checks of values."""

from __future__ import annotations

import hashlib

from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.ops.array import array_ops
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
                return logits, softmax_ops.softmax(logits, name="probs")
            return logits, math_ops.sigmoid(logits, name="probs")
        probs = convert_to_tensor(probs, name="probs", dtype=dtype)
        if not probs.dtype.is_floating:
            raise TypeError("probs must having floating type.")
        if validate_args:
            with name_scope("validate_probs"):
                checks = [check_ops.assert_non_negative(probs)]
                if multidimensional:
                    checks.append(
                        check_ops.assert_near(math_ops.reduce_sum(probs, -1), array_ops.ones([], probs.dtype), message="probs does not sum to 1.")
                    )
                else:
                    one = convert_to_tensor(1.0, dtype=probs.dtype, name="one")
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
