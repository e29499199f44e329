"""Normal, Laplace, Student's t, uniform: a location and a scale."""

from __future__ import annotations

import math

import numpy as np

from tinytf import dtypes
from tinytf.distributions import special_math
from tinytf.distributions.distribution import FULLY_REPARAMETERIZED, Distribution
from tinytf.distributions.kullback_leibler import RegisterKL
from tinytf.distributions.parameters import LocAndScale
from tinytf.distributions.util import gen_new_seed
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.array.select import where_v2
from tinytf.ops.array.shape_ops import broadcast_static_shape
from tinytf.ops.math import check_ops, math_ops
from tinytf.ops.math.special import betainc, lbeta
from tinytf.ops.random import random_ops
from tinytf.shapes import TensorShape


class _LocationScale(Distribution):
    """A distribution of numbers, of parameters that broadcast."""

    _parameter_names = ("loc", "scale")

    @classmethod
    def _param_shapes(cls, sample_shape):
        shape = convert_to_tensor(sample_shape, dtype=dtypes.int32)
        return {name: shape for name in cls._parameter_names}

    def _parameter_tensors(self):
        return [getattr(self, "_" + name) for name in self._parameter_names]

    def _batch_shape(self):
        shape = TensorShape([])
        for parameter in self._parameter_tensors():
            shape = broadcast_static_shape(shape, parameter.shape)
        return shape

    def _batch_shape_tensor(self):
        first, *others = [array_ops.shape(p) for p in self._parameter_tensors()]
        for other in others:
            first = array_ops.broadcast_dynamic_shape(first, other)
        return first

    def _event_shape(self):
        return TensorShape([])

    def _event_shape_tensor(self):
        return constant([], dtype=dtypes.int32)


class Normal(LocAndScale, _LocationScale):
    """The normal distribution. Follows tf.distributions.Normal of TF 1.15."""

    def __init__(self, loc, scale, validate_args=False, allow_nan_stats=True, name="Normal"):
        parameters = dict(locals())
        with name_scope(name, values=[loc, scale]) as name:
            with control_dependencies([check_ops.assert_positive(scale)] if validate_args else []):
                self._loc = array_ops.identity(loc, name="loc")
                self._scale = array_ops.identity(scale, name="scale")
                check_ops.assert_same_float_dtype([self._loc, self._scale])
        super().__init__(
            self._scale.dtype, FULLY_REPARAMETERIZED, validate_args, allow_nan_stats, parameters, [self._loc, self._scale], name
        )

    def _sample_n(self, n, seed=None):
        shape = array_ops.concat([[n], self.batch_shape_tensor()], 0)
        sampled = random_ops.random_normal(shape=shape, mean=0.0, stddev=1.0, dtype=self.loc.dtype, seed=seed)
        return sampled * self.scale + self.loc

    def _z(self, x):
        with name_scope("standardize", values=[x]):
            return (x - self.loc) / self.scale

    def _log_prob(self, x):
        return -0.5 * math_ops.square(self._z(x)) - (0.5 * math.log(2.0 * math.pi) + math_ops.log(self.scale))

    def _log_cdf(self, x):
        return special_math.log_ndtr(self._z(x))

    def _cdf(self, x):
        return special_math.ndtr(self._z(x))

    def _log_survival_function(self, x):
        return special_math.log_ndtr(-self._z(x))

    def _survival_function(self, x):
        return special_math.ndtr(-self._z(x))

    def _quantile(self, p):
        z = special_math.ndtri(p)
        with name_scope("reconstruct", values=[z]):
            return z * self._scale + self._loc

    def _entropy(self):
        scale = self.scale * array_ops.ones_like(self.loc)
        return 0.5 * math.log(2.0 * math.pi * math.e) + math_ops.log(scale)

    def _mean(self):
        return self.loc * array_ops.ones_like(self.scale)

    def _stddev(self):
        return self.scale * array_ops.ones_like(self.loc)

    _mode = _mean


@RegisterKL(Normal, Normal)
def _kl_normal_normal(a, b, name=None):
    with name_scope(name, "kl_normal_normal", [a.loc, b.loc]):
        one, two, half = (constant(v, dtype=a.dtype) for v in (1, 2, 0.5))
        variance_a, variance_b = math_ops.square(a.scale), math_ops.square(b.scale)
        ratio = variance_a / variance_b
        return math_ops.squared_difference(a.loc, b.loc) / (two * variance_b) + half * (ratio - one - math_ops.log(ratio))


class Laplace(LocAndScale, _LocationScale):
    """The Laplace distribution. Follows tf.distributions.Laplace of TF 1.15."""

    def __init__(self, loc, scale, validate_args=False, allow_nan_stats=True, name="Laplace"):
        parameters = dict(locals())
        with name_scope(name, values=[loc, scale]) as name:
            with control_dependencies([check_ops.assert_positive(scale)] if validate_args else []):
                self._loc = array_ops.identity(loc, name="loc")
                self._scale = array_ops.identity(scale, name="scale")
                check_ops.assert_same_float_dtype([self._loc, self._scale])
        super().__init__(self._loc.dtype, FULLY_REPARAMETERIZED, validate_args, allow_nan_stats, parameters, [self._loc, self._scale], name)

    def _sample_n(self, n, seed=None):
        shape = array_ops.concat([[n], self.batch_shape_tensor()], 0)
        low = np.nextafter(self.dtype.as_numpy_dtype(-1.0), self.dtype.as_numpy_dtype(0.0))
        uniform = random_ops.random_uniform(shape=shape, minval=low, maxval=1.0, dtype=self.dtype, seed=seed)
        return self.loc - self.scale * math_ops.sign(uniform) * math_ops.log1p(-math_ops.abs(uniform))

    def _z(self, x):
        return (x - self.loc) / self.scale

    def _log_prob(self, x):
        return -math_ops.abs(self._z(x)) - (math.log(2.0) + math_ops.log(self.scale))

    def _prob(self, x):
        return math_ops.exp(self._log_prob(x))

    def _log_cdf(self, x):
        return special_math.log_cdf_laplace(self._z(x))

    def _log_survival_function(self, x):
        return special_math.log_cdf_laplace(-self._z(x))

    def _cdf(self, x):
        z = self._z(x)
        return 0.5 + 0.5 * math_ops.sign(z) * (1.0 - math_ops.exp(-math_ops.abs(z)))

    def _entropy(self):
        scale = self.scale + array_ops.zeros_like(self.loc)
        return math.log(2.0) + 1.0 + math_ops.log(scale)

    def _mean(self):
        return self.loc + array_ops.zeros_like(self.scale)

    def _stddev(self):
        return math.sqrt(2.0) * self.scale + array_ops.zeros_like(self.loc)

    _median = _mode = _mean


class StudentT(LocAndScale, _LocationScale):
    """Student's t distribution. Follows tf.distributions.StudentT of TF 1.15."""

    _parameter_names = ("df", "loc", "scale")

    def __init__(self, df, loc, scale, validate_args=False, allow_nan_stats=True, name="StudentT"):
        parameters = dict(locals())
        with name_scope(name, values=[df, loc, scale]) as name:
            with control_dependencies([check_ops.assert_positive(df)] if validate_args else []):
                self._df = array_ops.identity(df, name="df")
                self._loc = array_ops.identity(loc, name="loc")
                self._scale = array_ops.identity(scale, name="scale")
                check_ops.assert_same_float_dtype((self._df, self._loc, self._scale))
        super().__init__(
            self._scale.dtype, FULLY_REPARAMETERIZED, validate_args, allow_nan_stats, parameters, [self._df, self._loc, self._scale], name
        )

    @property
    def df(self):
        """The degrees of freedom."""
        return self._df

    def _sample_n(self, n, seed=None):
        shape = array_ops.concat([[n], self.batch_shape_tensor()], 0)
        normal = random_ops.random_normal(shape, dtype=self.dtype, seed=seed)
        df = self.df * array_ops.ones(self.batch_shape_tensor(), dtype=self.dtype)
        gamma = random_ops.random_gamma([n], 0.5 * df, beta=0.5, dtype=self.dtype, seed=gen_new_seed(seed, salt="student_t"))
        samples = normal * math_ops.rsqrt(gamma / df)
        return samples * self.scale + self.loc

    def _log_prob(self, x):
        y = (x - self.loc) / self.scale
        unnormalized = -0.5 * (self.df + 1.0) * math_ops.log1p(y**2.0 / self.df)
        return unnormalized - self._log_normalization()

    def _log_normalization(self):
        return (
            math_ops.log(math_ops.abs(self.scale)) + 0.5 * math_ops.log(self.df) + 0.5 * np.log(np.pi)
            + math_ops.lgamma(0.5 * self.df) - math_ops.lgamma(0.5 * (self.df + 1.0))
        )  # fmt: skip

    def _cdf(self, x):
        y = (x - self.loc) / math_ops.abs(self.scale)
        x_t = self.df / (y**2.0 + self.df)
        negative = 0.5 * betainc(0.5 * self.df, 0.5, x_t)
        return where_v2(math_ops.less(y, 0.0), negative, 1.0 - negative)

    def _entropy(self):
        v = array_ops.ones(self.batch_shape_tensor(), dtype=self.dtype)[..., None]
        u = v * self.df[..., None]
        arguments = array_ops.concat([u, v], -1) / 2.0
        return (
            math_ops.log(math_ops.abs(self.scale)) + 0.5 * math_ops.log(self.df) + lbeta(arguments)
            + 0.5 * (self.df + 1.0) * (math_ops.digamma(0.5 * (self.df + 1.0)) - math_ops.digamma(0.5 * self.df))
        )  # fmt: skip

    def _mean(self):
        mean = self.loc * array_ops.ones(self.batch_shape_tensor(), dtype=self.dtype)
        if not self.allow_nan_stats:
            from tinytf.ops.control_flow.control_flow_ops import with_dependencies

            least = array_ops.ones([], dtype=self.dtype)
            message = "mean not defined for components of df <= 1"
            return with_dependencies([check_ops.assert_less(least, self.df, message=message)], mean)
        defined = math_ops.greater(self.df, array_ops.ones(self.batch_shape_tensor(), dtype=self.dtype))
        return where_v2(defined, mean, self._filled(np.nan, "nan"))

    def _filled(self, value, name):
        return array_ops.fill(self.batch_shape_tensor(), np.array(value, self.dtype.as_numpy_dtype), name=name)

    def _variance(self):
        denominator = where_v2(math_ops.greater(self.df, 2.0), self.df - 2.0, array_ops.ones_like(self.df))
        ones = array_ops.ones(self.batch_shape_tensor(), dtype=self.dtype)
        variance = ones * math_ops.square(self.scale) * self.df / denominator
        two = array_ops.fill(self.batch_shape_tensor(), np.array(2.0, self.dtype.as_numpy_dtype))
        infinite = where_v2(self.df > two, variance, self._filled(np.inf, "inf"))
        if not self.allow_nan_stats:
            from tinytf.ops.control_flow.control_flow_ops import with_dependencies

            least = array_ops.ones([], dtype=self.dtype)
            message = "variance not defined for components of df <= 1"
            return with_dependencies([check_ops.assert_less(least, self.df, message=message)], infinite)
        defined = math_ops.greater(self.df, array_ops.ones(self.batch_shape_tensor(), dtype=self.dtype))
        return where_v2(defined, infinite, self._filled(np.nan, "nan"))

    def _mode(self):
        return array_ops.identity(self.loc)


class Uniform(_LocationScale):
    """The uniform distribution on [low, high). Follows tf.distributions.Uniform of TF 1.15."""

    _parameter_names = ("low", "high")

    def __init__(self, low=0.0, high=1.0, validate_args=False, allow_nan_stats=True, name="Uniform"):
        parameters = dict(locals())
        with name_scope(name, values=[low, high]) as name:
            message = "uniform not defined when low >= high."
            with control_dependencies([check_ops.assert_less(low, high, message=message)] if validate_args else []):
                self._low = array_ops.identity(low, name="low")
                self._high = array_ops.identity(high, name="high")
                check_ops.assert_same_float_dtype([self._low, self._high])
        super().__init__(self._low.dtype, FULLY_REPARAMETERIZED, validate_args, allow_nan_stats, parameters, [self._low, self._high], name)

    @property
    def low(self):
        """The least value."""
        return self._low

    @property
    def high(self):
        """The bound of the values."""
        return self._high

    def range(self, name="range"):
        """high - low."""
        with self._name_scope(name):
            return self.high - self.low

    def _sample_n(self, n, seed=None):
        shape = array_ops.concat([[n], self.batch_shape_tensor()], 0)
        samples = random_ops.random_uniform(shape=shape, dtype=self.dtype, seed=seed)
        return self.low + self.range() * samples

    def _prob(self, x):
        broadcast = x * array_ops.ones(self.batch_shape_tensor(), dtype=x.dtype)
        nan = math_ops.is_nan(broadcast)
        outside = math_ops.logical_or(broadcast < self.low, broadcast >= self.high)
        inside = where_v2(outside, array_ops.zeros_like(broadcast), array_ops.ones_like(broadcast) / self.range())
        return where_v2(nan, broadcast, inside)

    def _cdf(self, x):
        shape = make("BroadcastArgs", array_ops.shape(x), self.batch_shape_tensor())
        zeros, ones = array_ops.zeros(shape, dtype=self.dtype), array_ops.ones(shape, dtype=self.dtype)
        broadcast = x * ones
        rising = where_v2(x < self.low, zeros, (broadcast - self.low) / self.range())
        return where_v2(x >= self.high, ones, rising)

    def _entropy(self):
        return math_ops.log(self.range())

    def _mean(self):
        return (self.low + self.high) / 2.0

    def _variance(self):
        return math_ops.square(self.range()) / 12.0

    def _stddev(self):
        return self.range() / math.sqrt(12.0)
