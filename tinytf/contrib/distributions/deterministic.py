"""Distributions of one value."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.distributions.distribution import NOT_REPARAMETERIZED, Distribution
from tinytf.graph.constant_value import public_constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.math import check_ops, math_ops
from tinytf.shapes import TensorShape


class _BaseDeterministic(Distribution):
    """A distribution of one value, give or take a tolerance."""

    _is_vector = False

    def __init__(self, loc, atol, rtol, validate_args, allow_nan_stats, parameters, name):
        with name_scope(name, values=[loc, atol, rtol]) as name:
            loc = convert_to_tensor(loc, name="loc")
            if self._is_vector and validate_args:
                message = "Argument loc must be at least rank 1."
                if loc.shape.ndims == 0:
                    raise ValueError(message)
                if loc.shape.ndims is None:
                    loc = control_flow_ops.with_dependencies([check_ops.assert_rank_at_least(loc, 1, message=message)], loc)
            self._loc = loc
            super().__init__(loc.dtype, NOT_REPARAMETERIZED, validate_args, allow_nan_stats, parameters, [loc], name)
            self._atol, self._rtol = self._tolerance(atol), self._tolerance(rtol)
            self._slack = self.atol if rtol is None else self.atol + self.rtol * math_ops.abs(self.loc)

    def _tolerance(self, given):
        if given is None:
            return convert_to_tensor(0, dtype=self.loc.dtype)
        given = convert_to_tensor(given, dtype=self.loc.dtype)
        if not self.validate_args:
            return given
        message = "Argument 'tol' must be non-negative"
        return control_flow_ops.with_dependencies([check_ops.assert_non_negative(given, message=message)], given)

    @property
    def loc(self):
        """The value."""
        return self._loc

    @property
    def atol(self):
        """The absolute tolerance."""
        return self._atol

    @property
    def rtol(self):
        """The tolerance relative to the value."""
        return self._rtol

    def _entropy(self):
        return array_ops.zeros(self.batch_shape_tensor(), dtype=self.dtype)

    def _mean(self):
        return array_ops.identity(self.loc)

    def _variance(self):
        return array_ops.zeros_like(self.loc)

    def _mode(self):
        return self.mean()

    def _sample_n(self, n, seed=None):
        known = public_constant_value(convert_to_tensor(n))
        if known is not None and self.loc.shape.ndims is not None:
            multiples = [known] + [1] * self.loc.shape.ndims
        else:
            ones = array_ops.ones_like(array_ops.shape(self.loc))
            multiples = array_ops.concat(([n], ones), axis=0)
        return array_ops.tile(self.loc[None, ...], multiples=multiples)


class Deterministic(_BaseDeterministic):
    """One number. Follows tf.contrib.distributions.Deterministic of TF 1.15."""

    def __init__(self, loc, atol=None, rtol=None, validate_args=False, allow_nan_stats=True, name="Deterministic"):
        parameters = dict(locals())
        super().__init__(loc, atol, rtol, validate_args, allow_nan_stats, parameters, name)

    def _batch_shape_tensor(self):
        return array_ops.shape(self.loc)

    def _batch_shape(self):
        return self.loc.shape

    def _event_shape_tensor(self):
        return constant([], dtype=dtypes.int32)

    def _event_shape(self):
        return TensorShape([])

    def _prob(self, x):
        return math_ops.cast(math_ops.abs(x - self.loc) <= self._slack, dtype=self.dtype)

    def _cdf(self, x):
        return math_ops.cast(x >= self.loc - self._slack, dtype=self.dtype)


class VectorDeterministic(_BaseDeterministic):
    """One vector. Follows tf.contrib.distributions.VectorDeterministic of TF 1.15."""

    _is_vector = True

    def __init__(self, loc, atol=None, rtol=None, validate_args=False, allow_nan_stats=True, name="VectorDeterministic"):
        parameters = dict(locals())
        super().__init__(loc, atol, rtol, validate_args, allow_nan_stats, parameters, name)

    def _batch_shape_tensor(self):
        return array_ops.shape(self.loc)[:-1]

    def _batch_shape(self):
        return self.loc.shape[:-1]

    def _event_shape_tensor(self):
        return array_ops.shape(self.loc)[-1]

    def _event_shape(self):
        return self.loc.shape[-1:]

    def _prob(self, x):
        if self.validate_args:
            is_vector = check_ops.assert_rank_at_least(x, 1)
            wanted, size = self.event_shape_tensor(), array_ops.gather(array_ops.shape(x), array_ops.rank(x) - 1)
            message = "Argument 'x' not defined in the same space R^k as this distribution"
            same_space = check_ops.assert_equal(wanted, size, message=message)
            with control_dependencies([is_vector]), control_dependencies([same_space]):
                x = array_ops.identity(x)
        return math_ops.cast(math_ops.reduce_all(math_ops.abs(x - self.loc) <= self._slack, axis=-1), dtype=self.dtype)
