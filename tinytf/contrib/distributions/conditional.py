"""Distributions whose functions take more than a value: named arguments that are handed on to what computes it."""

from __future__ import annotations

from tinytf.distributions.distribution import Distribution
from tinytf.distributions.transformed_distribution import TransformedDistribution
from tinytf.ops.math import math_ops


class ConditionalDistribution(Distribution):
    """A distribution given something. Follows tf.contrib.distributions.ConditionalDistribution of TF 1.15."""

    def sample(self, sample_shape=(), seed=None, name="sample", **condition_kwargs):
        """Draws, given the conditions."""
        return self._call_sample_n(sample_shape, seed, name, **condition_kwargs)

    def log_prob(self, value, name="log_prob", **condition_kwargs):
        """The log of prob, given the conditions."""
        return self._call_log_prob(value, name, **condition_kwargs)

    def prob(self, value, name="prob", **condition_kwargs):
        """The density, given the conditions."""
        return self._call_prob(value, name, **condition_kwargs)

    def log_cdf(self, value, name="log_cdf", **condition_kwargs):
        """The log of cdf, given the conditions."""
        return self._call_log_cdf(value, name, **condition_kwargs)

    def cdf(self, value, name="cdf", **condition_kwargs):
        """The probability of at most `value`, given the conditions."""
        return self._call_cdf(value, name, **condition_kwargs)

    def log_survival_function(self, value, name="log_survival_function", **condition_kwargs):
        """The log of 1 - cdf, given the conditions."""
        return self._call_log_survival_function(value, name, **condition_kwargs)

    def survival_function(self, value, name="survival_function", **condition_kwargs):
        """1 - cdf, given the conditions."""
        return self._call_survival_function(value, name, **condition_kwargs)


class ConditionalTransformedDistribution(ConditionalDistribution, TransformedDistribution):
    """A TransformedDistribution that hands `bijector_kwargs` and `distribution_kwargs` on.

    Follows tf.contrib.distributions.ConditionalTransformedDistribution of TF 1.15.
    """

    def _with_determinant(self, log_prob, ildj):
        return math_ops.cast(ildj, log_prob.dtype) + log_prob

    def _times_determinant(self, prob, ildj):
        return math_ops.exp(math_ops.cast(ildj, prob.dtype)) * prob

    def _with_batch_shape(self, result, y, event_ndims):
        return result
