"""One-hot classes, and the relaxed ones that a gradient goes through: Gumbel-softmax, or concrete, distributions."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.contrib.distributions.bijectors.elementwise import Exp, Sigmoid
from tinytf.contrib.distributions.location_scale import Logistic
from tinytf.distributions.distribution import FULLY_REPARAMETERIZED, NOT_REPARAMETERIZED, Distribution
from tinytf.distributions.kullback_leibler import RegisterKL
from tinytf.distributions.parameters import LogitsAndProbs
from tinytf.distributions.transformed_distribution import TransformedDistribution
from tinytf.distributions.util import checked, get_logits_and_probs
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.linalg.matrix_diag import matrix_set_diag
from tinytf.ops.math import check_ops, math_ops
from tinytf.ops.nn.softmax import log_softmax, softmax, softmax_cross_entropy_with_logits
from tinytf.ops.random import random_ops


class _OfClasses(LogitsAndProbs, Distribution):
    """A distribution of vectors with an element a class."""

    def _note_sizes(self) -> None:
        rank = self._logits.shape.with_rank_at_least(1).ndims
        if rank is not None:
            self._batch_rank = convert_to_tensor(rank - 1, dtype=dtypes.int32, name="batch_rank")
        else:
            with name_scope(name="batch_rank"):
                self._batch_rank = array_ops.rank(self._logits) - 1
        with name_scope(name="event_size"):
            self._event_size = array_ops.shape(self._logits)[-1]

    @property
    def event_size(self):
        """The number of classes."""
        return self._event_size

    def _batch_shape_tensor(self):
        return array_ops.shape(self.logits)[:-1]

    def _batch_shape(self):
        return self.logits.shape[:-1]

    def _event_shape_tensor(self):
        return array_ops.shape(self.logits)[-1:]

    def _event_shape(self):
        return self.logits.shape.with_rank_at_least(1)[-1:]

    def _checked(self, x):
        def checks():
            zero = array_ops.zeros([], dtype=self.dtype)
            return [check_ops.assert_non_positive(x), check_ops.assert_near(zero, math_ops.reduce_logsumexp(x, axis=[-1]))]

        return checked(checks, x, self.validate_args)

    def _broadcast(self, x):
        """(x, logits) of one shape."""
        logits = self.logits
        same = x.shape.is_fully_defined() and logits.shape.is_fully_defined() and x.shape == logits.shape
        if not same:
            logits = array_ops.ones_like(x, dtype=logits.dtype) * logits
            x = array_ops.ones_like(logits, dtype=x.dtype) * x
        return x, logits


class OneHotCategorical(_OfClasses):
    """One of k classes, as a vector of a 1 and zeros. Follows tf.contrib.distributions.OneHotCategorical of TF 1.15."""

    def __init__(self, logits=None, probs=None, dtype=dtypes.int32, validate_args=False, allow_nan_stats=True, name="OneHotCategorical"):
        parameters = dict(locals())
        with name_scope(name, values=[logits, probs]) as name:
            self._logits, self._probs = get_logits_and_probs(
                name=name, logits=logits, probs=probs, validate_args=validate_args, multidimensional=True
            )
            self._note_sizes()
        super().__init__(dtype, NOT_REPARAMETERIZED, validate_args, allow_nan_stats, parameters, [self._logits, self._probs], name)

    def _sample_n(self, n, seed=None):
        shape = array_ops.concat([[n], array_ops.shape(self.logits)], 0)
        flat = self.logits if self.logits.shape.ndims == 2 else array_ops.reshape(self.logits, [-1, self.event_size])
        classes = array_ops.transpose(random_ops.multinomial(flat, n, seed=seed))
        return array_ops.reshape(array_ops.one_hot(classes, self.event_size, dtype=self.dtype), shape)

    def _log_prob(self, x):
        x, logits = self._broadcast(self._checked(x))
        shape = array_ops.shape(math_ops.reduce_sum(logits, -1))
        flat_logits = array_ops.reshape(logits, [-1, self.event_size])
        flat_x = array_ops.reshape(x, [-1, self.event_size])
        return array_ops.reshape(-softmax_cross_entropy_with_logits(labels=flat_x, logits=flat_logits), shape)

    def _entropy(self):
        return -math_ops.reduce_sum(log_softmax(self.logits) * self.probs, axis=-1)

    def _mode(self):
        best = math_ops.argmax(self.logits, axis=self._batch_rank)
        mode = array_ops.one_hot(best, self.event_size, dtype=self.dtype)
        mode.set_shape(self.logits.shape)
        return mode

    def _covariance(self):
        p = self.probs
        product = -math_ops.matmul(p[..., None], p[..., None, :])
        return matrix_set_diag(product, self._variance())

    def _variance(self):
        return self.probs * (1.0 - self.probs)


@RegisterKL(OneHotCategorical, OneHotCategorical)
def _kl_one_hot(a, b, name=None):
    with name_scope(name, "kl_categorical_categorical", values=[a.logits, b.logits]):
        return math_ops.reduce_sum(softmax(a.logits) * (log_softmax(a.logits) - log_softmax(b.logits)), axis=-1)


class ExpRelaxedOneHotCategorical(_OfClasses):
    """The logs of a relaxed one-hot vector. Follows tf.contrib.distributions.ExpRelaxedOneHotCategorical of TF 1.15."""

    def __init__(
        self,
        temperature,
        logits=None,
        probs=None,
        dtype=None,
        validate_args=False,
        allow_nan_stats=True,
        name="ExpRelaxedOneHotCategorical",
    ):
        parameters = dict(locals())
        with name_scope(name, values=[logits, probs, temperature]) as name:
            self._logits, self._probs = get_logits_and_probs(
                name=name, logits=logits, probs=probs, validate_args=validate_args, multidimensional=True
            )
            if dtype is None:
                dtype = self._logits.dtype
                if not validate_args:
                    temperature = math_ops.cast(temperature, dtype)
            with control_dependencies([check_ops.assert_positive(temperature)] if validate_args else []):
                self._temperature = array_ops.identity(temperature, name="temperature")
                self._temperature_2d = array_ops.reshape(temperature, [-1, 1], name="temperature_2d")
            self._note_sizes()
        parents = [self._logits, self._probs, self._temperature]
        super().__init__(dtype, FULLY_REPARAMETERIZED, validate_args, allow_nan_stats, parameters, parents, name)

    @property
    def temperature(self):
        """How far from one-hot it is."""
        return self._temperature

    def _sample_n(self, n, seed=None):
        shape = array_ops.concat([[n], array_ops.shape(self.logits)], 0)
        logits = self.logits * array_ops.ones(shape, dtype=self.dtype)
        flat = array_ops.reshape(logits, [-1, self.event_size])
        tiny = np.finfo(self.dtype.as_numpy_dtype).tiny
        uniform = random_ops.random_uniform(shape=array_ops.shape(flat), minval=tiny, maxval=1.0, dtype=self.dtype, seed=seed)
        gumbel = -math_ops.log(-math_ops.log(uniform))
        noisy = math_ops.div(gumbel + flat, self._temperature_2d)
        return array_ops.reshape(log_softmax(noisy), shape)

    def _log_prob(self, x):
        x, logits = self._broadcast(self._checked(x))
        shape = array_ops.shape(math_ops.reduce_sum(logits, axis=[-1]))
        flat_logits = array_ops.reshape(logits, [-1, self.event_size])
        flat_x = array_ops.reshape(x, [-1, self.event_size])
        k = math_ops.cast(self.event_size, x.dtype)
        constant_part = math_ops.lgamma(k) + (k - 1.0) * math_ops.log(self.temperature)
        of_classes = log_softmax(flat_logits - flat_x * self._temperature_2d)
        unnormalized = math_ops.reduce_sum(of_classes, [-1], keepdims=False)
        return array_ops.reshape(constant_part + unnormalized, shape)


class RelaxedOneHotCategorical(TransformedDistribution):
    """A vector near a one-hot one. Follows tf.contrib.distributions.RelaxedOneHotCategorical of TF 1.15."""

    def __init__(
        self,
        temperature,
        logits=None,
        probs=None,
        dtype=None,
        validate_args=False,
        allow_nan_stats=True,
        name="RelaxedOneHotCategorical",
    ):
        logs = ExpRelaxedOneHotCategorical(
            temperature, logits=logits, probs=probs, dtype=dtype, validate_args=validate_args, allow_nan_stats=allow_nan_stats
        )
        super().__init__(logs, Exp(), name=name)


class RelaxedBernoulli(LogitsAndProbs, TransformedDistribution):
    """A number near 0 or 1. Follows tf.contrib.distributions.RelaxedBernoulli of TF 1.15."""

    def __init__(self, temperature, logits=None, probs=None, validate_args=False, allow_nan_stats=True, name="RelaxedBernoulli"):
        parameters = dict(locals())
        with name_scope(name, values=[logits, probs, temperature]) as name:
            with control_dependencies([check_ops.assert_positive(temperature)] if validate_args else []):
                self._temperature = array_ops.identity(temperature, name="temperature")
            self._logits, self._probs = get_logits_and_probs(logits=logits, probs=probs, validate_args=validate_args)
            loc, scale = self._logits / self._temperature, 1.0 / self._temperature
            logistic = Logistic(loc, scale, validate_args=validate_args, allow_nan_stats=allow_nan_stats, name=name + "/Logistic")
            super().__init__(logistic, bijector=Sigmoid(validate_args=validate_args), validate_args=validate_args, name=name)
        self._parameters = parameters

    @classmethod
    def _param_shapes(cls, sample_shape):
        return {"logits": convert_to_tensor(sample_shape, dtype=dtypes.int32)}

    @property
    def temperature(self):
        """How far from 0 and 1 it is."""
        return self._temperature
