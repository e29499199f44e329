"""Dirichlet distributions, multinomial counts, and counts of Dirichlet probabilities."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.distributions.distribution import FULLY_REPARAMETERIZED, NOT_REPARAMETERIZED, Distribution
from tinytf.distributions.kullback_leibler import RegisterKL
from tinytf.distributions.parameters import LogitsAndProbs
from tinytf.distributions.util import checked, gen_new_seed, get_logits_and_probs, log_combinations
from tinytf.distributions.value_checks import embed_check_categorical_event_shape, embed_check_nonnegative_integer_form
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.array.select import where_v2
from tinytf.ops.control_flow import control_flow_ops, map_ops
from tinytf.ops.linalg.matrix_diag import matrix_set_diag
from tinytf.ops.math import check_ops, math_ops
from tinytf.ops.math.special import lbeta
from tinytf.ops.nn import softmax as softmax_ops
from tinytf.ops.random import random_ops


def _positive_vector(concentration, validate_args):
    """The concentration, checked to be positive and of rank 1 at least where that is wanted."""

    def checks():
        return [
            check_ops.assert_positive(concentration, message="Concentration parameter must be positive."),
            check_ops.assert_rank_at_least(concentration, 1, message="Concentration parameter must have >=1 dimensions."),
            check_ops.assert_less(1, array_ops.shape(concentration)[-1], message="Concentration parameter must have event_size >= 2."),
        ]

    return checked(checks, concentration, validate_args)


class _Vectors(Distribution):
    """A distribution of vectors, like a tensor [..., k] of parameters or means."""

    def _like(self):
        raise NotImplementedError

    def _batch_shape_tensor(self):
        return array_ops.shape(self._like())[:-1]

    def _batch_shape(self):
        return self._like().shape.with_rank_at_least(1)[:-1]

    def _event_shape_tensor(self):
        return array_ops.shape(self._like())[-1:]

    def _event_shape(self):
        return self._like().shape.with_rank_at_least(1)[-1:]


class Dirichlet(_Vectors):
    """Probabilities of k classes. Follows tf.distributions.Dirichlet of TF 1.15."""

    def __init__(self, concentration, validate_args=False, allow_nan_stats=True, name="Dirichlet"):
        parameters = dict(locals())
        with name_scope(name, values=[concentration]) as name:
            self._concentration = _positive_vector(convert_to_tensor(concentration, name="concentration"), validate_args)
            self._total_concentration = math_ops.reduce_sum(self._concentration, -1)
        super().__init__(
            self._concentration.dtype, FULLY_REPARAMETERIZED, validate_args, allow_nan_stats, parameters,
            [self._concentration, self._total_concentration], name,
        )  # fmt: skip

    def _like(self):
        return self._concentration

    def _batch_shape_tensor(self):
        return array_ops.shape(self.total_concentration)

    def _batch_shape(self):
        return self.total_concentration.shape

    @property
    def concentration(self):
        """The parameters of the classes."""
        return self._concentration

    @property
    def total_concentration(self):
        """Their sum."""
        return self._total_concentration

    def _sample_n(self, n, seed=None):
        gamma = random_ops.random_gamma(shape=[n], alpha=self.concentration, dtype=self.dtype, seed=seed)
        return gamma / math_ops.reduce_sum(gamma, -1, keepdims=True)

    def _checked(self, x):
        def checks():
            positive = check_ops.assert_positive(x, message="samples must be positive")
            one, total = array_ops.ones([], self.dtype), math_ops.reduce_sum(x, -1)
            return [positive, check_ops.assert_near(one, total, message="sample last-dimension must sum to `1`")]

        return checked(checks, x, self.validate_args)

    def _log_prob(self, x):
        x = self._checked(x)
        return math_ops.reduce_sum(math_ops.xlogy(self.concentration - 1.0, x), -1) - lbeta(self.concentration)

    def _prob(self, x):
        return math_ops.exp(self._log_prob(x))

    def _entropy(self):
        k = math_ops.cast(self.event_shape_tensor()[0], self.dtype)
        return (
            lbeta(self.concentration) + ((self.total_concentration - k) * math_ops.digamma(self.total_concentration))
            - math_ops.reduce_sum((self.concentration - 1.0) * math_ops.digamma(self.concentration), axis=-1)
        )  # fmt: skip

    def _mean(self):
        return self.concentration / self.total_concentration[..., None]

    def _scale(self):
        return math_ops.rsqrt(1.0 + self.total_concentration[..., None])

    def _variance(self):
        scale = self._scale()
        x = scale * self._mean()
        return x * (scale - x)

    def _covariance(self):
        x = self._scale() * self._mean()
        products = -math_ops.matmul(x[..., None], x[..., None, :])
        return matrix_set_diag(products, self._variance())

    def _mode(self):
        k = math_ops.cast(self.event_shape_tensor()[0], self.dtype)
        mode = (self.concentration - 1.0) / (self.total_concentration[..., None] - k)
        if not self.allow_nan_stats:
            least = array_ops.ones([], self.dtype)
            message = "Mode undefined when any concentration <= 1"
            return control_flow_ops.with_dependencies([check_ops.assert_less(least, self.concentration, message=message)], mode)
        nan = array_ops.fill(array_ops.shape(mode), np.array(np.nan, self.dtype.as_numpy_dtype), name="nan")
        defined = math_ops.reduce_all(self.concentration > 1.0, axis=-1)
        return where_v2(defined, mode, nan)


@RegisterKL(Dirichlet, Dirichlet)
def _kl_dirichlet_dirichlet(d1, d2, name=None):
    with name_scope(name, "kl_dirichlet_dirichlet", values=[d1.concentration, d2.concentration]):
        digamma_sum = math_ops.digamma(math_ops.reduce_sum(d1.concentration, axis=-1, keepdims=True))
        difference = math_ops.digamma(d1.concentration) - digamma_sum
        between = d1.concentration - d2.concentration
        return math_ops.reduce_sum(between * difference, axis=-1) - lbeta(d1.concentration) + lbeta(d2.concentration)


def _counts_checked(counts, total, validate_args, what):
    """The counts, checked to be whole and to add up to `total` where that is wanted; `what` the message says must add up."""
    if not validate_args:
        return counts
    counts = embed_check_nonnegative_integer_form(counts)
    message = "%s must sum to `self.total_count`" % what
    return control_flow_ops.with_dependencies([check_ops.assert_equal(total, math_ops.reduce_sum(counts, -1), message=message)], counts)


def _positive_classes(concentration):
    concentration = embed_check_categorical_event_shape(concentration)
    message = "Concentration parameter must be positive."
    return control_flow_ops.with_dependencies([check_ops.assert_positive(concentration, message=message)], concentration)


def _total_count(total_count, validate_args):
    total = convert_to_tensor(total_count, name="total_count")
    return embed_check_nonnegative_integer_form(total) if validate_args else total


class Multinomial(LogitsAndProbs, _Vectors):
    """Counts of k classes in n draws. Follows tf.distributions.Multinomial of TF 1.15."""

    def __init__(self, total_count, logits=None, probs=None, validate_args=False, allow_nan_stats=True, name="Multinomial"):
        parameters = dict(locals())
        with name_scope(name, values=[total_count, logits, probs]) as name:
            self._total_count = _total_count(total_count, validate_args)
            self._logits, self._probs = get_logits_and_probs(
                logits=logits, probs=probs, multidimensional=True, validate_args=validate_args, name=name
            )
            self._mean_val = self._total_count[..., None] * self._probs
        super().__init__(
            self._probs.dtype, NOT_REPARAMETERIZED, validate_args, allow_nan_stats, parameters,
            [self._total_count, self._logits, self._probs], name,
        )  # fmt: skip

    def _like(self):
        return self._mean_val

    @property
    def total_count(self):
        """The number of draws."""
        return self._total_count

    def _sample_n(self, n, seed=None):
        draws = math_ops.cast(self.total_count, dtype=dtypes.int32)
        k = self.event_shape_tensor()[0]
        draws = array_ops.ones_like(self.logits[..., 0], dtype=draws.dtype) * draws
        logits = array_ops.ones_like(draws[..., None], dtype=self.logits.dtype) * self.logits
        flat_logits = array_ops.reshape(logits, [-1, k])
        flat_draws = n * array_ops.reshape(draws, [-1])

        def counted(pair):
            logits, count = pair[0], pair[1]
            x = random_ops.multinomial(logits[None, ...], count, seed)
            x = array_ops.reshape(x, shape=[n, -1])
            return math_ops.reduce_sum(array_ops.one_hot(x, depth=k), axis=-2)

        x = map_ops.map_fn(counted, [flat_logits, flat_draws], dtype=self.dtype)
        x = array_ops.transpose(x, perm=[1, 0, 2])
        return array_ops.reshape(x, array_ops.concat([[n], self.batch_shape_tensor(), [k]], 0))

    def _log_prob(self, counts):
        checked_counts = _counts_checked(counts, self.total_count, self.validate_args, "counts")
        unnormalized = math_ops.reduce_sum(checked_counts * softmax_ops.log_softmax(self.logits), -1)
        checked_counts = _counts_checked(counts, self.total_count, self.validate_args, "counts")
        return unnormalized - -log_combinations(self.total_count, checked_counts)

    def _mean(self):
        return array_ops.identity(self._mean_val)

    def _widened_probs(self):
        return self._probs * array_ops.ones_like(self.total_count)[..., None]

    def _covariance(self):
        p = self._widened_probs()
        products = -math_ops.matmul(self._mean_val[..., None], p[..., None, :])
        return matrix_set_diag(products, self._variance())

    def _variance(self):
        p = self._widened_probs()
        return self._mean_val - self._mean_val * p


class DirichletMultinomial(_Vectors):
    """Counts of k classes in n draws, of Dirichlet probabilities. Follows tf.distributions.DirichletMultinomial of TF 1.15."""

    def __init__(self, total_count, concentration, validate_args=False, allow_nan_stats=True, name="DirichletMultinomial"):
        parameters = dict(locals())
        with name_scope(name, values=[total_count, concentration]) as name:
            self._total_count = _total_count(total_count, validate_args)
            self._concentration = convert_to_tensor(concentration, name="concentration")
            if validate_args:
                self._concentration = _positive_classes(self._concentration)
            self._total_concentration = math_ops.reduce_sum(self._concentration, -1)
        super().__init__(
            self._concentration.dtype, NOT_REPARAMETERIZED, validate_args, allow_nan_stats, parameters,
            [self._total_count, self._concentration], name,
        )  # fmt: skip

    def _like(self):
        return self._concentration

    def _batch_shape_tensor(self):
        return array_ops.shape(self.total_concentration)

    def _batch_shape(self):
        return self.total_concentration.shape

    @property
    def total_count(self):
        """The number of draws."""
        return self._total_count

    @property
    def concentration(self):
        """The parameters of the classes."""
        return self._concentration

    @property
    def total_concentration(self):
        """Their sum."""
        return self._total_concentration

    def _sample_n(self, n, seed=None):
        draws = math_ops.cast(self.total_count, dtype=dtypes.int32)
        k = self.event_shape_tensor()[0]
        gamma = random_ops.random_gamma(shape=[n], alpha=self.concentration, dtype=self.dtype, seed=seed)
        logits = array_ops.reshape(math_ops.log(gamma), shape=[-1, k])
        x = random_ops.multinomial(logits=logits, num_samples=draws, seed=gen_new_seed(seed, salt="dirichlet_multinomial"))
        x = math_ops.reduce_sum(array_ops.one_hot(x, depth=k), -2)
        shape = array_ops.concat([[n], self.batch_shape_tensor(), [k]], 0)
        return math_ops.cast(array_ops.reshape(x, shape), self.dtype)

    def _log_prob(self, counts):
        counts = _counts_checked(counts, self.total_count, self.validate_args, "counts last-dimension")
        ordered = lbeta(self.concentration + counts) - lbeta(self.concentration)
        return ordered + log_combinations(self.total_count, counts)

    def _prob(self, counts):
        return math_ops.exp(self._log_prob(counts))

    def _mean(self):
        return self.total_count * (self.concentration / self.total_concentration[..., None])

    def _covariance(self):
        x = self._variance_scale() * self._mean()
        products = -math_ops.matmul(x[..., None], x[..., None, :])
        return matrix_set_diag(products, self._variance())

    def _variance(self):
        scale = self._variance_scale()
        x = scale * self._mean()
        return x * (self.total_count * scale - x)

    def _variance_scale(self):
        total = self.total_concentration[..., None]
        return math_ops.sqrt((1.0 + total / self.total_count) / (1.0 + total))
