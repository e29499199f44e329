"""Distributions whose positive parameters are given as any numbers, and made positive by softplus."""

from __future__ import annotations

from tinytf.distributions.continuous import Laplace, Normal, StudentT
from tinytf.distributions.gamma import Beta, Exponential, Gamma
from tinytf.graph.default_graph import name_scope
from tinytf.ops.math import math_ops
from tinytf.ops.nn.activations import softplus


class NormalWithSoftplusScale(Normal):
    """Normal(loc, softplus(scale)). Follows tensorflow.python.ops.distributions.normal.NormalWithSoftplusScale of TF 1.15."""

    def __init__(self, loc, scale, validate_args=False, allow_nan_stats=True, name="NormalWithSoftplusScale"):
        parameters = dict(locals())
        with name_scope(name, values=[scale]) as name:
            super().__init__(loc, softplus(scale, name="softplus_scale"), validate_args, allow_nan_stats, name)
        self._parameters = parameters


class LaplaceWithSoftplusScale(Laplace):
    """Laplace(loc, softplus(scale)). Follows tensorflow.python.ops.distributions.laplace.LaplaceWithSoftplusScale of TF 1.15."""

    def __init__(self, loc, scale, validate_args=False, allow_nan_stats=True, name="LaplaceWithSoftplusScale"):
        parameters = dict(locals())
        with name_scope(name, values=[loc, scale]) as name:
            super().__init__(loc, softplus(scale, name="softplus_scale"), validate_args, allow_nan_stats, name)
        self._parameters = parameters


class StudentTWithAbsDfSoftplusScale(StudentT):
    """StudentT(floor(|df|), loc, softplus(scale)). Follows tensorflow.python.ops.distributions.student_t of TF 1.15."""

    def __init__(self, df, loc, scale, validate_args=False, allow_nan_stats=True, name="StudentTWithAbsDfSoftplusScale"):
        parameters = dict(locals())
        with name_scope(name, values=[df, scale]) as name:
            whole = math_ops.floor(math_ops.abs(df))
            super().__init__(whole, loc, softplus(scale, name="softplus_scale"), validate_args, allow_nan_stats, name)
        self._parameters = parameters


class ExponentialWithSoftplusRate(Exponential):
    """Exponential(softplus(rate)). Follows tensorflow.python.ops.distributions.exponential of TF 1.15."""

    def __init__(self, rate, validate_args=False, allow_nan_stats=True, name="ExponentialWithSoftplusRate"):
        parameters = dict(locals())
        with name_scope(name, values=[rate]) as name:
            super().__init__(softplus(rate, name="softplus_rate"), validate_args, allow_nan_stats, name)
        self._parameters = parameters


class GammaWithSoftplusConcentrationRate(Gamma):
    """Gamma(softplus(concentration), softplus(rate)). Follows tensorflow.python.ops.distributions.gamma of TF 1.15."""

    def __init__(self, concentration, rate, validate_args=False, allow_nan_stats=True, name="GammaWithSoftplusConcentrationRate"):
        parameters = dict(locals())
        with name_scope(name, values=[concentration, rate]) as name:
            concentration = softplus(concentration, name="softplus_concentration")
            super().__init__(concentration, softplus(rate, name="softplus_rate"), validate_args, allow_nan_stats, name)
        self._parameters = parameters


class BetaWithSoftplusConcentration(Beta):
    """Beta(softplus(concentration1), softplus(concentration0)). Follows tensorflow.python.ops.distributions.beta of TF 1.15."""

    def __init__(
        self, concentration1, concentration0, validate_args=False, allow_nan_stats=True, name="BetaWithSoftplusConcentration"
    ):
        parameters = dict(locals())
        with name_scope(name, values=[concentration1, concentration0]) as name:
            first = softplus(concentration1, name="softplus_concentration1")
            super().__init__(first, softplus(concentration0, name="softplus_concentration0"), validate_args, allow_nan_stats, name)
        self._parameters = parameters
