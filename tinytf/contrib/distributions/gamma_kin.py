"""Chi-squared and inverse gamma distributions."""

from __future__ import annotations

import numpy as np

from tinytf.distributions.continuous import _LocationScale
from tinytf.distributions.distribution import NOT_REPARAMETERIZED
from tinytf.distributions.gamma import Gamma
from tinytf.distributions.parameters import ConcentrationAndRate
from tinytf.distributions.util import checked
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.math import check_ops, math_ops
from tinytf.ops.math.special import igammac
from tinytf.ops.nn.activations import softplus
from tinytf.ops.random import random_ops


class Chi2(Gamma):
    """The chi-squared distribution: Gamma(df / 2, 1 / 2). Follows tf.contrib.distributions.Chi2 of TF 1.15."""

    def __init__(self, df, validate_args=False, allow_nan_stats=True, name="Chi2"):
        parameters = dict(locals())
        with name_scope(name, values=[df]) as name:
            with control_dependencies([check_ops.assert_positive(df)] if validate_args else []):
                self._df = array_ops.identity(df, name="df")
            rate = 0.5 * self._df, constant(0.5, dtype=self._df.dtype)
            super().__init__(*rate, validate_args=validate_args, allow_nan_stats=allow_nan_stats, name=name)
        self._parameters = parameters

    @classmethod
    def _param_shapes(cls, sample_shape):
        return {"df": convert_to_tensor(sample_shape, dtype="int32")}

    @property
    def df(self):
        """The degrees of freedom."""
        return self._df


class Chi2WithAbsDf(Chi2):
    """Chi2(floor(|df|)). Follows tf.contrib.distributions.Chi2WithAbsDf of TF 1.15."""

    def __init__(self, df, validate_args=False, allow_nan_stats=True, name="Chi2WithAbsDf"):
        parameters = dict(locals())
        with name_scope(name, values=[df]) as name:
            whole = math_ops.floor(math_ops.abs(df, name="abs_df"), name="floor_abs_df")
            super().__init__(whole, validate_args=validate_args, allow_nan_stats=allow_nan_stats, name=name)
        self._parameters = parameters


class InverseGamma(ConcentrationAndRate, _LocationScale):
    """1 / a gamma variable. Follows tf.contrib.distributions.InverseGamma of TF 1.15."""

    _parameter_names = ("concentration", "rate")

    def __init__(self, concentration, rate, validate_args=False, allow_nan_stats=True, name="InverseGamma"):
        parameters = dict(locals())
        with name_scope(name, values=[concentration, rate]) as name:
            checks = [check_ops.assert_positive(concentration), check_ops.assert_positive(rate)] if validate_args else []
            with control_dependencies(checks):
                self._concentration = array_ops.identity(concentration, name="concentration")
                self._rate = array_ops.identity(rate, name="rate")
                check_ops.assert_same_float_dtype([self._concentration, self._rate])
        parents = [self._concentration, self._rate]
        super().__init__(self._concentration.dtype, NOT_REPARAMETERIZED, validate_args, allow_nan_stats, parameters, parents, name)

    def _sample_n(self, n, seed=None):
        return 1.0 / random_ops.random_gamma(shape=[n], alpha=self.concentration, beta=self.rate, dtype=self.dtype, seed=seed)

    def _checked(self, x):
        check_ops.assert_same_float_dtype(tensors=[x], dtype=self.dtype)
        return checked(lambda: [check_ops.assert_positive(x)], x, self.validate_args)

    def _log_prob(self, x):
        x = self._checked(x)
        unnormalized = -(1.0 + self.concentration) * math_ops.log(x) - self.rate / x
        return unnormalized - (math_ops.lgamma(self.concentration) - self.concentration * math_ops.log(self.rate))

    def _cdf(self, x):
        return igammac(self.concentration, self.rate / self._checked(x))

    def _entropy(self):
        a = self.concentration
        return a + math_ops.log(self.rate) + math_ops.lgamma(a) - ((1.0 + a) * math_ops.digamma(a))

    def _defined_above(self, least, value, what):
        """`value` where the concentration is above `least`; else NaN, or an error where NaN is not allowed."""
        if self.allow_nan_stats:
            nan = array_ops.fill(self.batch_shape_tensor(), np.array(np.nan, dtype=self.dtype.as_numpy_dtype), name="nan")
            return array_ops.where_v2(self.concentration > least, value, nan)
        bound = array_ops.ones([], self.dtype) if least == 1.0 else constant(least, dtype=self.dtype)
        message = "%s undefined when any concentration <= %d" % (what, least)
        return control_flow_ops.with_dependencies([check_ops.assert_less(bound, self.concentration, message=message)], value)

    def _mean(self):
        return self._defined_above(1.0, self.rate / (self.concentration - 1.0), "mean")

    def _variance(self):
        variance = math_ops.square(self.rate) / math_ops.squared_difference(self.concentration, 1.0) / (self.concentration - 2.0)
        return self._defined_above(2.0, variance, "variance")

    def _mode(self):
        return self.rate / (1.0 + self.concentration)


class InverseGammaWithSoftplusConcentrationRate(InverseGamma):
    """InverseGamma(softplus(concentration), softplus(rate)). Follows tf.contrib.distributions of TF 1.15."""

    def __init__(
        self, concentration, rate, validate_args=False, allow_nan_stats=True, name="InverseGammaWithSoftplusConcentrationRate"
    ):
        parameters = dict(locals())
        with name_scope(name, values=[concentration, rate]) as name:
            concentration = softplus(concentration, name="softplus_concentration")
            super().__init__(concentration, softplus(rate, name="softplus_rate"), validate_args, allow_nan_stats, name)
        self._parameters = parameters
