"""Bernoulli and categorical distributions."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.distributions.distribution import NOT_REPARAMETERIZED, Distribution
from tinytf.distributions.kullback_leibler import RegisterKL
from tinytf.distributions.parameters import LogitsAndProbs
from tinytf.distributions.util import get_logits_and_probs
from tinytf.distributions.value_checks import embed_check_integer_casting_closed
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.array.masks import sequence_mask
from tinytf.ops.array.select import where
from tinytf.ops.math import math_ops
from tinytf.ops.nn import activations, cross_entropy
from tinytf.ops.nn import softmax as softmax_ops
from tinytf.ops.random import random_ops
from tinytf.shapes import TensorShape


class Bernoulli(LogitsAndProbs, Distribution):
    """0 or 1. Follows tf.distributions.Bernoulli of TF 1.15."""

    def __init__(self, logits=None, probs=None, dtype=dtypes.int32, validate_args=False, allow_nan_stats=True, name="Bernoulli"):
        parameters = dict(locals())
        with name_scope(name) as name:
            self._logits, self._probs = get_logits_and_probs(logits=logits, probs=probs, validate_args=validate_args, name=name)
        super().__init__(dtype, NOT_REPARAMETERIZED, validate_args, allow_nan_stats, parameters, [self._logits, self._probs], name)

    @classmethod
    def _param_shapes(cls, sample_shape):
        return {"logits": convert_to_tensor(sample_shape, dtype=dtypes.int32)}

    def _batch_shape_tensor(self):
        return array_ops.shape(self._logits)

    def _batch_shape(self):
        return self._logits.shape

    def _event_shape_tensor(self):
        return constant([], dtype=dtypes.int32)

    def _event_shape(self):
        return TensorShape([])

    def _sample_n(self, n, seed=None):
        shape = array_ops.concat([[n], self.batch_shape_tensor()], 0)
        uniform = random_ops.random_uniform(shape, seed=seed, dtype=self.probs.dtype)
        return math_ops.cast(math_ops.less(uniform, self.probs), self.dtype)

    def _log_prob(self, event):
        if self.validate_args:
            event = embed_check_integer_casting_closed(event, target_dtype=dtypes.bool)
        event, logits = math_ops.cast(event, self.logits.dtype), self.logits
        same = event.shape.is_fully_defined() and logits.shape.is_fully_defined() and event.shape == logits.shape
        if not same:
            logits, event = array_ops.ones_like(event) * logits, array_ops.ones_like(logits) * event
        return -cross_entropy.sigmoid_cross_entropy_with_logits(labels=event, logits=logits)

    def _entropy(self):
        return -self.logits * (math_ops.sigmoid(self.logits) - 1) + activations.softplus(-self.logits)

    def _mean(self):
        return array_ops.identity(self.probs)

    def _variance(self):
        return self._mean() * (1.0 - self.probs)

    def _mode(self):
        return math_ops.cast(self.probs > 0.5, self.dtype)


@RegisterKL(Bernoulli, Bernoulli)
def _kl_bernoulli_bernoulli(a, b, name=None):
    with name_scope(name, "kl_bernoulli_bernoulli", values=[a.logits, b.logits]):
        delta_0 = activations.softplus(-b.logits) - activations.softplus(-a.logits)
        delta_1 = activations.softplus(b.logits) - activations.softplus(a.logits)
        return math_ops.sigmoid(a.logits) * delta_0 + math_ops.sigmoid(-a.logits) * delta_1


class Categorical(LogitsAndProbs, Distribution):
    """One of k classes. Follows tf.distributions.Categorical of TF 1.15."""

    def __init__(self, logits=None, probs=None, dtype=dtypes.int32, validate_args=False, allow_nan_stats=True, name="Categorical"):
        parameters = dict(locals())
        with name_scope(name, values=[logits, probs]) as name:
            self._logits, self._probs = get_logits_and_probs(
                logits=logits, probs=probs, validate_args=validate_args, multidimensional=True, name=name
            )
            rank = self._logits.shape.with_rank_at_least(1).ndims
            if rank is not None:
                self._batch_rank = convert_to_tensor(rank - 1, dtype=dtypes.int32, name="batch_rank")
            else:
                with name_scope("batch_rank"):
                    self._batch_rank = array_ops.rank(self._logits) - 1
            shape = array_ops.shape(self._logits, name="logits_shape")
            size = self._logits.dims[-1] if rank is not None else None
            if size is not None:
                self._event_size = convert_to_tensor(size, dtype=dtypes.int32, name="event_size")
            else:
                with name_scope("event_size"):
                    self._event_size = shape[self._batch_rank]
            batch = self._logits.shape[:-1]
            if batch.is_fully_defined():
                self._batch_shape_value = constant(batch.as_list(), dtype=dtypes.int32, name="batch_shape")
            else:
                with name_scope("batch_shape"):
                    self._batch_shape_value = shape[:-1]
        super().__init__(dtype, NOT_REPARAMETERIZED, validate_args, allow_nan_stats, parameters, [self._logits, self._probs], name)

    @classmethod
    def _param_shapes(cls, sample_shape):
        return {"logits": convert_to_tensor(sample_shape, dtype=dtypes.int32)}

    @property
    def event_size(self):
        """The number of classes."""
        return self._event_size

    def _batch_shape_tensor(self):
        return array_ops.identity(self._batch_shape_value)

    def _batch_shape(self):
        return self.logits.shape[:-1]

    def _event_shape_tensor(self):
        return constant([], dtype=dtypes.int32)

    def _event_shape(self):
        return TensorShape([])

    def _sample_n(self, n, seed=None):
        matrix = self.logits.shape.ndims == 2
        logits = self.logits if matrix else array_ops.reshape(self.logits, [-1, self.event_size])
        sample_dtype = dtypes.int64 if self.dtype.size > 4 else dtypes.int32
        draws = random_ops.multinomial(logits, n, seed=seed, output_dtype=sample_dtype)
        draws = array_ops.reshape(array_ops.transpose(draws), array_ops.concat([[n], self.batch_shape_tensor()], 0))
        return math_ops.cast(draws, self.dtype)

    def _checked(self, k):
        return embed_check_integer_casting_closed(k, target_dtype=dtypes.int32) if self.validate_args else k

    def _cdf(self, k):
        k = convert_to_tensor(k, name="k")
        k, probs = _alike(self._checked(k), self.probs)
        flat_probs = array_ops.reshape(probs, [-1, self._event_size])
        flat_k = array_ops.reshape(k, [-1])
        below = sequence_mask(flat_k, self._event_size)
        summed = math_ops.reduce_sum(where(below, flat_probs, array_ops.zeros_like(flat_probs)), axis=-1)
        return array_ops.reshape(summed, array_ops.shape(k))

    def _log_prob(self, k):
        k = convert_to_tensor(k, name="k")
        k, logits = _alike(self._checked(k), self.logits)
        return -softmax_ops.sparse_softmax_cross_entropy_with_logits(labels=k, logits=logits)

    def _entropy(self):
        return -math_ops.reduce_sum(softmax_ops.log_softmax(self.logits) * self.probs, axis=-1)

    def _mode(self):
        mode = math_ops.cast(math_ops.argmax(self.logits, axis=self._batch_rank), self.dtype)
        mode.set_shape(self.batch_shape)
        return mode


def _alike(event, params):
    """Class numbers and parameters [.., classes], broadcast to one batch shape."""
    if not event.dtype.is_integer:
        event = math_ops.cast(event, dtypes.int32)
    known = event.shape.is_fully_defined() and params.shape[:-1].is_fully_defined()
    if not known or event.shape != params.shape[:-1]:
        params = params * array_ops.ones_like(event[..., None], dtype=params.dtype)
        event = event * array_ops.ones(array_ops.shape(params)[:-1], dtype=event.dtype)
    return event, params


@RegisterKL(Categorical, Categorical)
def _kl_categorical_categorical(a, b, name=None):
    with name_scope(name, "kl_categorical_categorical", values=[a.logits, b.logits]):
        delta = softmax_ops.log_softmax(a.logits) - softmax_ops.log_softmax(b.logits)
        return math_ops.reduce_sum(softmax_ops.softmax(a.logits) * delta, axis=-1)
