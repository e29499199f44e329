"""Gamma, exponential and beta distributions."""

from __future__ import annotations

import numpy as np

from tinytf.distributions.continuous import _LocationScale
from tinytf.distributions.distribution import FULLY_REPARAMETERIZED
from tinytf.distributions.kullback_leibler import RegisterKL
from tinytf.distributions.parameters import ConcentrationAndRate
from tinytf.distributions.util import checked, gen_new_seed
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.array.select import where_v2
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.math import check_ops, math_ops
from tinytf.ops.math.special import betainc, igamma
from tinytf.ops.random import random_ops


def _nan_where(undefined_unless, value, distribution, what):
    """`value`, NaN where the condition does not hold; or an error when it runs, where NaN is not allowed."""
    if distribution.allow_nan_stats:
        nan = array_ops.fill(distribution.batch_shape_tensor(), np.array(np.nan, distribution.dtype.as_numpy_dtype), name="nan")
        return where_v2(undefined_unless(), value, nan)
    one = array_ops.ones([], distribution.dtype)
    checks = [check_ops.assert_less(one, parameter, message=message) for message, parameter in what]
    return control_flow_ops.with_dependencies(checks, value)


class Gamma(ConcentrationAndRate, _LocationScale):
    """The gamma distribution. Follows tf.distributions.Gamma of TF 1.15."""

    _parameter_names = ("concentration", "rate")

    def __init__(self, concentration, rate, validate_args=False, allow_nan_stats=True, name="Gamma"):
        parameters = dict(locals())
        with name_scope(name, values=[concentration, rate]) as name:
            checks = [check_ops.assert_positive(concentration), check_ops.assert_positive(rate)] if validate_args else []
            with control_dependencies(checks):
                self._concentration = array_ops.identity(concentration, name="concentration")
                self._rate = array_ops.identity(rate, name="rate")
                check_ops.assert_same_float_dtype([self._concentration, self._rate])
        super().__init__(
            self._concentration.dtype, FULLY_REPARAMETERIZED, validate_args, allow_nan_stats, parameters, [self._concentration, self._rate], name
        )

    def _sample_n(self, n, seed=None):
        return random_ops.random_gamma(shape=[n], alpha=self.concentration, beta=self.rate, dtype=self.dtype, seed=seed)

    def _checked(self, x):
        check_ops.assert_same_float_dtype([x], self.dtype)
        return checked(lambda: [check_ops.assert_positive(x)], x, self.validate_args)

    def _log_prob(self, x):
        x = self._checked(x)
        return math_ops.xlogy(self.concentration - 1.0, x) - self.rate * x - self._log_normalization()

    def _log_normalization(self):
        return math_ops.lgamma(self.concentration) - self.concentration * math_ops.log(self.rate)

    def _cdf(self, x):
        return igamma(self.concentration, self.rate * self._checked(x))

    def _entropy(self):
        a = self.concentration
        return a - math_ops.log(self.rate) + math_ops.lgamma(a) + ((1.0 - a) * math_ops.digamma(a))

    def _mean(self):
        return self.concentration / self.rate

    def _variance(self):
        return self.concentration / math_ops.square(self.rate)

    def _stddev(self):
        return math_ops.sqrt(self.concentration) / self.rate

    def _mode(self):
        mode = (self.concentration - 1.0) / self.rate
        return _nan_where(lambda: self.concentration > 1.0, mode, self, [("mode not defined when any concentration <= 1", self.concentration)])


@RegisterKL(Gamma, Gamma)
def _kl_gamma_gamma(a, b, name=None):
    with name_scope(name, "kl_gamma_gamma", values=[a.concentration, a.rate, b.concentration, b.rate]):
        return (
            ((a.concentration - b.concentration) * math_ops.digamma(a.concentration))
            + math_ops.lgamma(b.concentration) - math_ops.lgamma(a.concentration)
            + b.concentration * math_ops.log(a.rate) - b.concentration * math_ops.log(b.rate)
            + a.concentration * (b.rate / a.rate - 1.0)
        )  # fmt: skip


class Exponential(Gamma):
    """The exponential distribution: Gamma of concentration 1. Follows tf.distributions.Exponential of TF 1.15."""

    def __init__(self, rate, validate_args=False, allow_nan_stats=True, name="Exponential"):
        parameters = dict(locals())
        with name_scope(name, values=[rate]) as name:
            self._rate = convert_to_tensor(rate, name="rate")
        one = array_ops.ones([], dtype=self._rate.dtype)
        super().__init__(concentration=one, rate=self._rate, allow_nan_stats=allow_nan_stats, validate_args=validate_args, name=name)
        self._parameters = parameters
        self._graph_parents = self._graph_parents + [self._rate]

    @classmethod
    def _param_shapes(cls, sample_shape):
        return {"rate": convert_to_tensor(sample_shape, dtype="int32")}

    def _log_survival_function(self, value):
        return self._log_prob(value) - math_ops.log(self._rate)

    def _sample_n(self, n, seed=None):
        shape = array_ops.concat([[n], array_ops.shape(self._rate)], 0)
        tiny = np.finfo(self.dtype.as_numpy_dtype).tiny
        uniform = random_ops.random_uniform(shape, minval=tiny, maxval=1.0, seed=seed, dtype=self.dtype)
        return -math_ops.log(uniform) / self._rate


class Beta(_LocationScale):
    """The beta distribution. Follows tf.distributions.Beta of TF 1.15."""

    _parameter_names = ("concentration1", "concentration0")

    def __init__(self, concentration1=None, concentration0=None, validate_args=False, allow_nan_stats=True, name="Beta"):
        parameters = dict(locals())
        with name_scope(name, values=[concentration1, concentration0]) as name:
            self._concentration1 = self._positive(convert_to_tensor(concentration1, name="concentration1"), validate_args)
            self._concentration0 = self._positive(convert_to_tensor(concentration0, name="concentration0"), validate_args)
            check_ops.assert_same_float_dtype([self._concentration1, self._concentration0])
            self._total_concentration = self._concentration1 + self._concentration0
        super().__init__(
            self._total_concentration.dtype, FULLY_REPARAMETERIZED, validate_args, allow_nan_stats, parameters,
            [self._concentration1, self._concentration0, self._total_concentration], name,
        )  # fmt: skip

    @staticmethod
    def _positive(concentration, validate_args):
        def checks():
            return [check_ops.assert_positive(concentration, message="Concentration parameter must be positive.")]

        return checked(checks, concentration, validate_args)

    def _parameter_tensors(self):
        return [self._total_concentration]

    @property
    def concentration1(self):
        """The parameter of values near 1."""
        return self._concentration1

    @property
    def concentration0(self):
        """The parameter of values near 0."""
        return self._concentration0

    @property
    def total_concentration(self):
        """The sum of the parameters."""
        return self._total_concentration

    def _sample_n(self, n, seed=None):
        first = array_ops.ones_like(self.total_concentration, dtype=self.dtype) * self.concentration1
        second = array_ops.ones_like(self.total_concentration, dtype=self.dtype) * self.concentration0
        gamma1 = random_ops.random_gamma(shape=[n], alpha=first, dtype=self.dtype, seed=seed)
        gamma2 = random_ops.random_gamma(shape=[n], alpha=second, dtype=self.dtype, seed=gen_new_seed(seed, "beta"))
        return gamma1 / (gamma1 + gamma2)

    def _checked(self, x):
        def checks():
            return [
                check_ops.assert_positive(x, message="sample must be positive"),
                check_ops.assert_less(x, array_ops.ones([], self.dtype), message="sample must be less than `1`."),
            ]

        return checked(checks, x, self.validate_args)

    def _log_prob(self, x):
        x = self._checked(x)
        unnormalized = math_ops.xlogy(self.concentration1 - 1.0, x) + (self.concentration0 - 1.0) * math_ops.log1p(-x)
        return unnormalized - self._log_normalization()

    def _prob(self, x):
        return math_ops.exp(self._log_prob(x))

    def _log_normalization(self):
        return math_ops.lgamma(self.concentration1) + math_ops.lgamma(self.concentration0) - math_ops.lgamma(self.total_concentration)

    def _cdf(self, x):
        return betainc(self.concentration1, self.concentration0, x)

    def _log_cdf(self, x):
        return math_ops.log(self._cdf(x))

    def _entropy(self):
        return (
            self._log_normalization()
            - (self.concentration1 - 1.0) * math_ops.digamma(self.concentration1)
            - (self.concentration0 - 1.0) * math_ops.digamma(self.concentration0)
            + ((self.total_concentration - 2.0) * math_ops.digamma(self.total_concentration))
        )

    def _mean(self):
        return self._concentration1 / self._total_concentration

    def _variance(self):
        return self._mean() * (1.0 - self._mean()) / (1.0 + self.total_concentration)

    def _mode(self):
        mode = (self.concentration1 - 1.0) / (self.total_concentration - 2.0)

        def defined():
            return math_ops.logical_and(self.concentration1 > 1.0, self.concentration0 > 1.0)

        of = {"concentration1": self.concentration1, "concentration0": self.concentration0}
        parts = [("Mode undefined for %s <= 1." % name, parameter) for name, parameter in of.items()]
        return _nan_where(defined, mode, self, parts)


@RegisterKL(Beta, Beta)
def _kl_beta_beta(d1, d2, name=None):
    def delta(function):
        return getattr(d2, function) - getattr(d1, function)

    with name_scope(name, "kl_beta_beta", values=[d1.concentration1, d1.concentration0, d2.concentration1, d2.concentration0]):
        return (
            (d2._log_normalization() - d1._log_normalization())
            - (math_ops.digamma(d1.concentration1) * delta("concentration1"))
            - (math_ops.digamma(d1.concentration0) * delta("concentration0"))
            + (math_ops.digamma(d1.total_concentration) * delta("total_concentration"))
        )
