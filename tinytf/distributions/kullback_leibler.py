"""Divergences between distributions, by the pair of their classes."""

from __future__ import annotations

from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops

_divergences: dict = {}  # (class, class) -> function


def _registered(a, b):
    """The function of the nearest base classes, or None."""
    best, found = None, None
    for i, parent_a in enumerate(type(a).__mro__):
        for j, parent_b in enumerate(type(b).__mro__):
            function = _divergences.get((parent_a, parent_b))
            if function is not None and (best is None or i + j < best):
                best, found = i + j, function
    return found


def kl_divergence(distribution_a, distribution_b, allow_nan_stats=True, name=None):
    """KL(a || b). Follows tf.distributions.kl_divergence of TF 1.15; NotImplementedError for a pair without a formula."""
    function = _registered(distribution_a, distribution_b)
    if function is None:
        raise NotImplementedError(
            f"No KL(distribution_a || distribution_b) registered for distribution_a type {type(distribution_a).__name__} and "
            f"distribution_b type {type(distribution_b).__name__}"
        )
    with name_scope("KullbackLeibler"):
        result = function(distribution_a, distribution_b, name=name)
        if allow_nan_stats:
            return result
        from tinytf.ops.control_flow.control_flow_ops import Assert

        check = Assert(
            math_ops.logical_not(math_ops.reduce_any(math_ops.is_nan(result))),
            [f"KL calculation between {distribution_a.name} and {distribution_b.name} returned NaN values (and was called with "
             "allow_nan_stats=False). Values:", result],
        )  # fmt: skip
        with control_dependencies([check]):
            return array_ops.identity(result, name="checked_kl")


def cross_entropy(ref, other, allow_nan_stats=True, name=None):
    """The entropy of `ref` plus KL(ref || other)."""
    with name_scope(name, "cross_entropy"):
        return ref.entropy() + kl_divergence(ref, other, allow_nan_stats=allow_nan_stats)


class RegisterKL:
    """A decorator: the function computes KL(a || b) for two classes. Follows tf.distributions.RegisterKL of TF 1.15."""

    def __init__(self, dist_cls_a, dist_cls_b):
        self._key = dist_cls_a, dist_cls_b

    def __call__(self, kl_fn):
        if not callable(kl_fn):
            raise TypeError(f"kl_fn must be callable, received: {kl_fn}")
        if self._key in _divergences:
            a, b = (c.__name__ for c in self._key)
            raise ValueError(f"KL({a} || {b}) has already been registered to: {_divergences[self._key]}")
        _divergences[self._key] = kl_fn
        return kl_fn
