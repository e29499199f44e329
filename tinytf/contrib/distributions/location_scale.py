"""Logistic, Cauchy and half-normal distributions."""

from __future__ import annotations

import math

import numpy as np

from tinytf.distributions.continuous import _LocationScale
from tinytf.distributions.distribution import FULLY_REPARAMETERIZED
from tinytf.distributions.parameters import LocAndScale
from tinytf.distributions.special_math import erfinv
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.math import check_ops, math_ops
from tinytf.ops.nn.activations import relu, softplus
from tinytf.ops.random import random_ops


class _LocatedAndScaled(LocAndScale, _LocationScale):
    """A distribution that is made of `loc` and `scale` alone."""

    def __init__(self, loc, scale, validate_args, allow_nan_stats, parameters, name):
        with name_scope(name, values=[loc, scale]) as name:
            with control_dependencies([check_ops.assert_positive(scale)] if validate_args else []):
                self._loc = array_ops.identity(loc, name="loc")
                self._scale = array_ops.identity(scale, name="scale")
                check_ops.assert_same_float_dtype([self._loc, self._scale])
        super().__init__(
            self._scale.dtype, FULLY_REPARAMETERIZED, validate_args, allow_nan_stats, parameters, [self._loc, self._scale], name
        )

    def _z(self, x):
        with name_scope("standardize", values=[x]):
            return (x - self.loc) / self.scale


class Logistic(_LocatedAndScaled):
    """The logistic distribution. Follows tf.contrib.distributions.Logistic of TF 1.15."""

    def __init__(self, loc, scale, validate_args=False, allow_nan_stats=True, name="Logistic"):
        parameters = dict(locals())
        super().__init__(loc, scale, validate_args, allow_nan_stats, parameters, name)

    def _sample_n(self, n, seed=None):
        shape = array_ops.concat([[n], self.batch_shape_tensor()], 0)
        tiny = np.finfo(self.dtype.as_numpy_dtype).tiny
        uniform = random_ops.random_uniform(shape=shape, minval=tiny, maxval=1.0, dtype=self.dtype, seed=seed)
        sampled = math_ops.log(uniform) - math_ops.log1p(-1.0 * uniform)
        return sampled * self.scale + self.loc

    def _log_prob(self, x):
        z = self._z(x)
        unnormalized = -z - 2.0 * softplus(-z)
        return unnormalized - math_ops.log(self.scale)

    def _log_cdf(self, x):
        return -softplus(-self._z(x))

    def _cdf(self, x):
        return math_ops.sigmoid(self._z(x))

    def _log_survival_function(self, x):
        return -softplus(self._z(x))

    def _survival_function(self, x):
        return math_ops.sigmoid(-self._z(x))

    def _entropy(self):
        scale = self.scale * array_ops.ones_like(self.loc)
        return 2 + math_ops.log(scale)

    def _mean(self):
        return self.loc * array_ops.ones_like(self.scale)

    def _stddev(self):
        return self.scale * array_ops.ones_like(self.loc) * math.pi / math.sqrt(3)

    _mode = _mean


class Cauchy(_LocatedAndScaled):
    """The Cauchy distribution, which has no mean. Follows tf.contrib.distributions.Cauchy of TF 1.15."""

    def __init__(self, loc, scale, validate_args=False, allow_nan_stats=True, name="Cauchy"):
        parameters = dict(locals())
        super().__init__(loc, scale, validate_args, allow_nan_stats, parameters, name)

    def _sample_n(self, n, seed=None):
        shape = array_ops.concat([[n], self.batch_shape_tensor()], 0)
        return self._quantile(random_ops.random_uniform(shape=shape, minval=0.0, maxval=1.0, dtype=self.dtype, seed=seed))

    def _log_prob(self, x):
        unnormalized = -math_ops.log1p(math_ops.square(self._z(x)))
        return unnormalized - (np.log(np.pi) + math_ops.log(self.scale))

    def _cdf(self, x):
        return math_ops.atan(self._z(x)) / np.pi + 0.5

    def _log_cdf(self, x):
        return math_ops.log1p(2 / np.pi * math_ops.atan(self._z(x))) - np.log(2)

    def _entropy(self):
        h = np.log(4 * np.pi) + math_ops.log(self.scale)
        return h * array_ops.ones_like(self.loc)

    def _quantile(self, p):
        return self.loc + self.scale * math_ops.tan(np.pi * (p - 0.5))

    def _mode(self):
        return self.loc * array_ops.ones_like(self.scale)

    def _undefined(self, what):
        if not self.allow_nan_stats:
            raise ValueError("`%s` is undefined for Cauchy distribution." % what)
        return array_ops.fill(self.batch_shape_tensor(), self.dtype.as_numpy_dtype(np.nan))

    def _mean(self):
        return self._undefined("mean")

    def _stddev(self):
        return self._undefined("stddev")


class HalfNormal(_LocationScale):
    """The absolute value of a normal variable of mean 0. Follows tf.contrib.distributions.HalfNormal of TF 1.15."""

    _parameter_names = ("scale",)

    def __init__(self, scale, validate_args=False, allow_nan_stats=True, name="HalfNormal"):
        parameters = dict(locals())
        with name_scope(name, values=[scale]) as name:
            with control_dependencies([check_ops.assert_positive(scale)] if validate_args else []):
                self._scale = array_ops.identity(scale, name="scale")
        super().__init__(self._scale.dtype, FULLY_REPARAMETERIZED, validate_args, allow_nan_stats, parameters, [self._scale], name)

    @property
    def scale(self):
        """The standard deviation of the normal variable."""
        return self._scale

    def _batch_shape(self):
        return self.scale.shape

    def _sample_n(self, n, seed=None):
        shape = array_ops.concat([[n], self.batch_shape_tensor()], 0)
        sampled = random_ops.random_normal(shape=shape, mean=0.0, stddev=1.0, dtype=self.dtype, seed=seed)
        return math_ops.abs(sampled * self.scale)

    def _prob(self, x):
        coefficient = np.sqrt(2) / self.scale / np.sqrt(np.pi)
        density = coefficient * math_ops.exp(-0.5 * (x / self.scale) ** 2)
        return density * math_ops.cast(x >= 0, self.dtype)

    def _cdf(self, x):
        return math_ops.erf(relu(x) / self.scale / np.sqrt(2.0))

    def _entropy(self):
        return 0.5 * math_ops.log(np.pi * self.scale**2.0 / 2.0) + 0.5

    def _mean(self):
        return self.scale * np.sqrt(2.0) / np.sqrt(np.pi)

    def _quantile(self, p):
        return np.sqrt(2.0) * self.scale * erfinv(p)

    def _mode(self):
        return array_ops.zeros(self.batch_shape_tensor())

    def _variance(self):
        return self.scale**2.0 * (1.0 - 2.0 / np.pi)
