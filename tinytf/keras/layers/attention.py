"""Attention of a query to values.  They follow tf.keras.layers.Attention and AdditiveAttention of TF 1.15."""

from __future__ import annotations

from tinytf import nn
from tinytf.keras.base_layer import Layer
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops

__all__ = ["AdditiveAttention", "Attention"]


class _DenseAttention(Layer):
    """[query, value] or [query, value, key] -> the values, weighted by the scores of query and key.

    `causal`: a place of the query sees no later value. Masks are [of the query, of the value].
    """

    _settings = "causal"

    def __init__(self, causal=False, **kwargs):
        super().__init__(**kwargs)
        self.causal, self.supports_masking = causal, True

    def _scores(self, query, key):
        raise NotImplementedError("Calling an abstract method.")

    def call(self, inputs, mask=None):
        """Attends."""
        if not isinstance(inputs, list):
            raise ValueError("{} layer must be called on a list of inputs, namely [query, value] or [query, value, key].".format(type(self).__name__))
        if not 2 <= len(inputs) <= 3:
            raise ValueError("{} layer accepts inputs list of length 2 or 3, namely [query, value] or [query, value, key].".format(type(self).__name__))
        query, value, key = (inputs + [inputs[1]])[:3]
        query_mask, value_mask = (list(mask) + [None])[:2] if mask else (None, None)
        scores = self._scores(query, key)
        allowed = None if value_mask is None else array_ops.expand_dims(value_mask, axis=-2)
        if self.causal:
            ones = array_ops.ones(array_ops.concat([[1], array_ops.shape(scores)[-2:]], 0), dtype="int32")
            earlier = math_ops.greater_equal(math_ops.cumsum(ones, -2), math_ops.cumsum(ones, -1))
            allowed = earlier if allowed is None else math_ops.logical_and(allowed, earlier)
        if allowed is not None:
            scores -= 1.0e9 * math_ops.cast(math_ops.logical_not(allowed), scores.dtype)
        result = math_ops.matmul(nn.softmax(scores), value)
        if query_mask is not None:
            result *= math_ops.cast(array_ops.expand_dims(query_mask, axis=-1), result.dtype)
        return result

    def compute_mask(self, inputs, mask=None):
        """The query's."""
        return mask[0] if mask else None


class Attention(_DenseAttention):
    """Scores are the products of query and key (Luong)."""

    _settings = "use_scale"

    def __init__(self, use_scale=False, **kwargs):
        super().__init__(**kwargs)
        self.use_scale = use_scale

    def build(self, input_shape):
        """Makes the scale, if there is one."""
        self.scale = self.add_weight(name="scale", shape=(), initializer="ones", dtype=self.dtype, trainable=True) if self.use_scale else None
        self.built = True

    def _scores(self, query, key):
        scores = math_ops.matmul(query, key, transpose_b=True)
        return scores if self.scale is None else scores * self.scale


class AdditiveAttention(_DenseAttention):
    """Scores are sums of tanh(query + key) (Bahdanau)."""

    _settings = "use_scale"

    def __init__(self, use_scale=True, **kwargs):
        super().__init__(**kwargs)
        self.use_scale = use_scale

    def build(self, input_shape):
        """Makes the scale, if there is one."""
        size = input_shape[1].as_list()[-1]
        self.scale = None
        if self.use_scale:
            self.scale = self.add_weight(name="scale", shape=[size], initializer="glorot_uniform", dtype=self.dtype, trainable=True)
        self.built = True

    def _scores(self, query, key):
        sums = math_ops.tanh(array_ops.expand_dims(query, axis=-2) + array_ops.expand_dims(key, axis=-3))
        return math_ops.reduce_sum(sums if self.scale is None else self.scale * sums, axis=-1)
