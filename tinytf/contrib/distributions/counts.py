"""Distributions of counts: Poisson, geometric, binomial and negative binomial."""

from __future__ import annotations

import numpy as np

from tinytf.distributions.continuous import _LocationScale
from tinytf.distributions.distribution import NOT_REPARAMETERIZED
from tinytf.distributions.parameters import LogitsAndProbs
from tinytf.distributions.util import checked, gen_new_seed, get_logits_and_probs
from tinytf.distributions.value_checks import assert_integer_form, embed_check_nonnegative_integer_form
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.math import check_ops, math_ops
from tinytf.ops.math.special import betainc, igammac
from tinytf.ops.nn.activations import softplus
from tinytf.ops.random import random_ops


class _Counts(_LocationScale):
    """A distribution of whole numbers, given as floats."""

    @classmethod
    def _param_shapes(cls, sample_shape):
        raise NotImplementedError("param_shapes not implemented")

    def _whole(self, x):
        return embed_check_nonnegative_integer_form(x) if self.validate_args else x


class Poisson(_Counts):
    """The Poisson distribution. Follows tf.contrib.distributions.Poisson of TF 1.15."""

    _parameter_names = ("rate",)

    def __init__(self, rate=None, log_rate=None, validate_args=False, allow_nan_stats=True, name="Poisson"):
        parameters = dict(locals())
        with name_scope(name, values=[rate]) as name:
            if (rate is None) == (log_rate is None):
                raise ValueError("Must specify exactly one of `rate` and `log_rate`.")
            if log_rate is None:
                rate = convert_to_tensor(rate, name="rate")
                if not rate.dtype.is_floating:
                    raise TypeError("rate.dtype ({}) is a not a float-type.".format(rate.dtype.name))
                with control_dependencies([check_ops.assert_positive(rate)] if validate_args else []):
                    self._rate = array_ops.identity(rate, name="rate")
                    self._log_rate = math_ops.log(rate, name="log_rate")
            else:
                log_rate = convert_to_tensor(log_rate, name="log_rate")
                if not log_rate.dtype.is_floating:
                    raise TypeError("log_rate.dtype ({}) is a not a float-type.".format(log_rate.dtype.name))
                self._rate = math_ops.exp(log_rate, name="rate")
                self._log_rate = convert_to_tensor(log_rate, name="log_rate")
        super().__init__(self._rate.dtype, NOT_REPARAMETERIZED, validate_args, allow_nan_stats, parameters, [self._rate], name)

    @property
    def rate(self):
        """The mean."""
        return self._rate

    @property
    def log_rate(self):
        """The log of the mean."""
        return self._log_rate

    def _batch_shape(self):
        return self.rate.shape

    def _log_prob(self, x):
        x = self._whole(x)
        return x * self.log_rate - math_ops.lgamma(1.0 + x) - self.rate

    def _log_cdf(self, x):
        return math_ops.log(self.cdf(x))

    def _cdf(self, x):
        return igammac(1.0 + self._whole(x), self.rate)

    def _mean(self):
        return array_ops.identity(self.rate)

    _variance = _mean

    def _mode(self):
        return math_ops.floor(self.rate)

    def _sample_n(self, n, seed=None):
        return random_ops.random_poisson(self.rate, [n], dtype=self.dtype, seed=seed)


class Geometric(LogitsAndProbs, _Counts):
    """The number of failures before the first success. Follows tf.contrib.distributions.Geometric of TF 1.15."""

    _parameter_names = ("probs",)

    def __init__(self, logits=None, probs=None, validate_args=False, allow_nan_stats=True, name="Geometric"):
        parameters = dict(locals())
        with name_scope(name, values=[logits, probs]) as name:
            self._logits, self._probs = get_logits_and_probs(logits, probs, validate_args=validate_args, name=name)
            with control_dependencies([check_ops.assert_positive(self._probs)] if validate_args else []):
                self._probs = array_ops.identity(self._probs, name="probs")
        parents = [self._probs, self._logits]
        super().__init__(self._probs.dtype, NOT_REPARAMETERIZED, validate_args, allow_nan_stats, parameters, parents, name)

    def _batch_shape(self):
        return self.probs.shape

    def _sample_n(self, n, seed=None):
        shape = array_ops.concat([[n], array_ops.shape(self._probs)], 0)
        tiny = np.finfo(self.dtype.as_numpy_dtype).tiny
        sampled = random_ops.random_uniform(shape, minval=tiny, maxval=1.0, seed=seed, dtype=self.dtype)
        return math_ops.floor(math_ops.log(sampled) / math_ops.log1p(-self.probs))

    def _floored(self, x):
        x = self._whole(x) if self.validate_args else math_ops.floor(x)
        return x * array_ops.ones_like(self.probs)

    def _cdf(self, x):
        x = self._floored(x)
        below = x < 0.0
        return array_ops.where(below, array_ops.zeros_like(x), -math_ops.expm1((1.0 + x) * math_ops.log1p(-self.probs)))

    def _log_prob(self, x):
        x = self._floored(x)
        probs = self.probs * array_ops.ones_like(x)
        safe = array_ops.where(math_ops.equal(x, 0.0), array_ops.zeros_like(probs), probs)  # no 0 * -inf
        return x * math_ops.log1p(-safe) + math_ops.log(probs)

    def _entropy(self):
        def checks():
            message = "Entropy is undefined when logits = inf or probs = 1."
            return [check_ops.assert_less(self._probs, constant(1.0, self._probs.dtype), message=message)]

        probs = checked(checks, self._probs, self.validate_args)
        return softplus(self.logits) / probs - self.logits

    def _mean(self):
        return math_ops.exp(-self.logits)

    def _variance(self):
        return self._mean() / self.probs

    def _mode(self):
        return array_ops.zeros(self.batch_shape_tensor(), dtype=self.dtype)


class Binomial(LogitsAndProbs, _Counts):
    """The number of successes of n. Follows tf.contrib.distributions.Binomial of TF 1.15."""

    _parameter_names = ("total_count", "probs")

    def __init__(self, total_count, logits=None, probs=None, validate_args=False, allow_nan_stats=True, name="Binomial"):
        parameters = dict(locals())
        with name_scope(name, values=[total_count, logits, probs]) as name:
            count = convert_to_tensor(total_count, name="total_count")

            def checks():
                return [
                    check_ops.assert_non_negative(count, message="total_count must be non-negative."),
                    assert_integer_form(count, message="total_count cannot contain fractional components."),
                ]

            self._total_count = checked(checks, count, validate_args)
            self._logits, self._probs = get_logits_and_probs(logits=logits, probs=probs, validate_args=validate_args, name=name)
        parents = [self._total_count, self._logits, self._probs]
        super().__init__(self._probs.dtype, NOT_REPARAMETERIZED, validate_args, allow_nan_stats, parameters, parents, name)

    @property
    def total_count(self):
        """How many are drawn."""
        return self._total_count

    def _log_prob(self, counts):
        return self._log_unnormalized_prob(counts) - self._log_normalization(counts)

    def _prob(self, counts):
        return math_ops.exp(self._log_prob(counts))

    def _cdf(self, counts):
        counts, probs = self._checked(counts), self.probs
        same = counts.shape.is_fully_defined() and probs.shape.is_fully_defined() and counts.shape.is_compatible_with(probs.shape)
        if not same:
            probs = probs + array_ops.zeros_like(counts)
            counts = counts + array_ops.zeros_like(self.probs)
        ones = array_ops.ones_like(self.total_count - counts)
        all_of_them = math_ops.equal(counts, self.total_count)
        failures = array_ops.where_v2(all_of_them, ones, self.total_count - counts)
        return array_ops.where_v2(all_of_them, ones, betainc(a=failures, b=counts + 1, x=1 - probs))

    def _log_unnormalized_prob(self, counts):
        counts = self._checked(counts)
        return counts * math_ops.log(self.probs) + (self.total_count - counts) * math_ops.log1p(-self.probs)

    def _log_normalization(self, counts):
        counts = self._checked(counts)
        failures, successes = math_ops.lgamma(1.0 + self.total_count - counts), math_ops.lgamma(1.0 + counts)
        return failures + successes - math_ops.lgamma(1.0 + self.total_count)

    def _mean(self):
        return self.total_count * self.probs

    def _variance(self):
        return self._mean() * (1.0 - self.probs)

    def _mode(self):
        return math_ops.floor((1.0 + self.total_count) * self.probs)

    def _checked(self, counts):
        if not self.validate_args:
            return counts
        counts = embed_check_nonnegative_integer_form(counts)
        message = "counts are not less than or equal to n."
        return control_flow_ops.with_dependencies([check_ops.assert_less_equal(counts, self.total_count, message=message)], counts)


class NegativeBinomial(LogitsAndProbs, _Counts):
    """The number of successes before a number of failures. Follows tf.contrib.distributions.NegativeBinomial of TF 1.15."""

    _parameter_names = ("total_count", "probs")

    def __init__(self, total_count, logits=None, probs=None, validate_args=False, allow_nan_stats=True, name="NegativeBinomial"):
        parameters = dict(locals())
        with name_scope(name, values=[total_count, logits, probs]) as name:
            self._logits, self._probs = get_logits_and_probs(logits, probs, validate_args=validate_args, name=name)
            with control_dependencies([check_ops.assert_positive(total_count)] if validate_args else []):
                self._total_count = array_ops.identity(total_count)
        parents = [self._total_count, self._probs, self._logits]
        super().__init__(self._probs.dtype, NOT_REPARAMETERIZED, validate_args, allow_nan_stats, parameters, parents, name)

    @property
    def total_count(self):
        """The number of failures that ends it."""
        return self._total_count

    def _sample_n(self, n, seed=None):
        beta = math_ops.exp(-self.logits)
        rate = random_ops.random_gamma(shape=[n], alpha=self.total_count, beta=beta, dtype=self.dtype, seed=seed)
        return random_ops.random_poisson(rate, shape=[], dtype=self.dtype, seed=gen_new_seed(seed, "negative_binom"))

    def _cdf(self, x):
        return betainc(self.total_count, 1.0 + self._whole(x), math_ops.sigmoid(-self.logits))

    def _log_prob(self, x):
        return self._log_unnormalized_prob(x) - self._log_normalization(x)

    def _log_unnormalized_prob(self, x):
        x = self._whole(x)
        return self.total_count * math_ops.log_sigmoid(-self.logits) + x * math_ops.log_sigmoid(self.logits)

    def _log_normalization(self, x):
        x = self._whole(x)
        return -math_ops.lgamma(self.total_count + x) + math_ops.lgamma(1.0 + x) + math_ops.lgamma(self.total_count)

    def _mean(self):
        return self.total_count * math_ops.exp(self.logits)

    def _mode(self):
        count = self.total_count
        adjusted = array_ops.where_v2(1.0 < count, count - 1.0, array_ops.zeros_like(count))
        return math_ops.floor(adjusted * math_ops.exp(self.logits))

    def _variance(self):
        return self._mean() / math_ops.sigmoid(-self.logits)
