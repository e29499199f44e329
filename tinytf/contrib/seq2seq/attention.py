"""Attention: how much of each step of a memory [batch, time, depth] a query is to see."""

from __future__ import annotations

import functools
import math

import numpy as np

from tinytf import dtypes, nest
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.layers.base import Layer
from tinytf.layers.core import Dense
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow.map_ops import scan
from tinytf.ops.math import check_ops, clip, math_ops
from tinytf.ops.nn.softmax import softmax
from tinytf.ops.random import random_ops
from tinytf.ops.recurrent.rnn_common import zero_state_tensors
from tinytf.ops.state import init_ops
from tinytf.ops.state.variable_scope import get_variable, variable_scope


class AttentionMechanism:
    """What AttentionWrapper asks for."""

    @property
    def alignments_size(self):
        """The number of steps of the memory."""
        raise NotImplementedError

    @property
    def state_size(self):
        """The size of the state."""
        raise NotImplementedError


class BaseAttentionMechanism(AttentionMechanism):
    """A memory, its keys (the memory through `memory_layer`), and a function that makes probabilities of scores."""

    def __init__(
        self,
        query_layer,
        memory,
        probability_fn,
        memory_sequence_length=None,
        memory_layer=None,
        check_inner_dims_defined=True,
        score_mask_value=None,
        custom_key_value_fn=None,
        name=None,
    ):
        for what, layer in (("query_layer", query_layer), ("memory_layer", memory_layer)):
            if layer is not None and not isinstance(layer, Layer):
                raise TypeError("%s is not a Layer: %s" % (what, type(layer).__name__))
        if not callable(probability_fn):
            raise TypeError("probability_fn must be callable, saw type: %s" % type(probability_fn).__name__)
        self._query_layer, self._memory_layer = query_layer, memory_layer
        self.dtype = memory_layer.dtype
        if score_mask_value is None:
            score_mask_value = dtypes.as_dtype(self.dtype).as_numpy_dtype(-np.inf)
        self._probability_fn = lambda score, previous: probability_fn(
            _masked_score(score, memory_sequence_length, score_mask_value), previous
        )
        with name_scope(name, "BaseAttentionMechanismInit", nest.flatten(memory)):
            self._values = _masked_memory(memory, memory_sequence_length, check_inner_dims_defined)
            self._keys = self.memory_layer(self._values) if self.memory_layer else self._values
            if custom_key_value_fn is not None:
                self._keys, self._values = custom_key_value_fn(self._keys, self._values)
            self._batch_size = self._keys.dims[0] or array_ops.shape(self._keys)[0]
            self._alignments_size = self._keys.dims[1] or array_ops.shape(self._keys)[1]

    memory_layer = property(lambda self: self._memory_layer, doc="The layer that makes keys of the memory.")
    query_layer = property(lambda self: self._query_layer, doc="The layer through which queries go, or None.")
    values = property(lambda self: self._values, doc="The memory.")
    keys = property(lambda self: self._keys, doc="What queries are compared with.")
    batch_size = property(lambda self: self._batch_size, doc="The batch size of the memory.")
    alignments_size = property(lambda self: self._alignments_size, doc="The number of steps of the memory.")
    state_size = property(lambda self: self._alignments_size, doc="The size of the state, which is the last alignments.")

    def initial_alignments(self, batch_size, dtype):
        """The alignments before the first step: zeros."""
        return zero_state_tensors(self._alignments_size, batch_size, dtype)

    def initial_state(self, batch_size, dtype):
        """The state before the first step."""
        return self.initial_alignments(batch_size, dtype)


def _masked_memory(memory, lengths, check_inner_dims):
    """The memory, zero beyond the sequences' ends."""
    memory = nest.map_structure(lambda m: convert_to_tensor(m, name="memory"), memory)
    if lengths is not None:
        lengths = convert_to_tensor(lengths, name="memory_sequence_length")
    if check_inner_dims:
        for m in nest.flatten(memory):
            if not m.get_shape()[2:].is_fully_defined():
                raise ValueError("Expected memory %s to have fully defined inner dims, but saw shape: %s" % (m.name, m.get_shape()))
    if lengths is None:
        return memory
    first = nest.flatten(memory)[0]
    mask = array_ops.sequence_mask(lengths, maxlen=array_ops.shape(first)[1], dtype=first.dtype)

    def masked(m):
        rank = m.get_shape().ndims
        rank = array_ops.rank(m) if rank is None else rank
        ones = array_ops.ones(rank - 2, dtype=dtypes.int32)
        return m * array_ops.reshape(mask, array_ops.concat((array_ops.shape(mask), ones), 0))

    return nest.map_structure(masked, memory)


def _masked_score(score, lengths, mask_value):
    if lengths is None:
        return score
    message = "All values in memory_sequence_length must be greater than zero."
    with control_dependencies([check_ops.assert_positive(lengths, message=message)]):
        mask = array_ops.sequence_mask(lengths, maxlen=array_ops.shape(score)[1])
    return math_ops.where(mask, score, mask_value * array_ops.ones_like(score))


def hardmax(logits, name=None):
    """One for the largest logit, zero for the others. Follows tf.contrib.seq2seq.hardmax of TF 1.15."""
    with name_scope(name, "Hardmax", [logits]):
        logits = convert_to_tensor(logits, name="logits")
        depth = logits.dims[-1]
        if depth is None:
            depth = array_ops.shape(logits)[-1]
        return array_ops.one_hot(math_ops.argmax(logits, -1), depth, dtype=logits.dtype)


# Multiplicative (Luong) and additive (Bahdanau) scores ------------------------------------------


def _dense(num_units, name, dtype):
    return Dense(num_units, name=name, use_bias=False, dtype=dtype)


def _luong_score(query, keys, scale):
    if query.dims[-1] != keys.dims[-1]:
        raise ValueError(
            "Incompatible or unknown inner dimensions between query and keys.  Query (%s) has units: %s.  Keys (%s) have "
            "units: %s.  Perhaps you need to set num_units to the keys' dimension (%s)?"
            % (query, query.dims[-1], keys, keys.dims[-1], keys.dims[-1])
        )
    query = array_ops.expand_dims(query, 1)
    score = array_ops.squeeze(math_ops.matmul(query, keys, transpose_b=True), [1])
    return score if scale is None else scale * score


def _bahdanau_score(query, keys, v, g=None, b=None):
    query = array_ops.expand_dims(query, 1)
    if g is None or b is None:
        return math_ops.reduce_sum(v * math_ops.tanh(keys + query), [2])
    normed = g * v * math_ops.rsqrt(math_ops.reduce_sum(math_ops.square(v)))
    return math_ops.reduce_sum(normed * math_ops.tanh(keys + query + b), [2])


class _Luong(BaseAttentionMechanism):
    _scope, _has_bias = "luong_attention", False

    def __call__(self, query, state):
        """(alignments, next state)."""
        with variable_scope(None, self._scope, [query]):
            g = None
            if self._scale:
                g = get_variable("attention_g", dtype=query.dtype, initializer=init_ops.ones_initializer, shape=())
            score = _luong_score(query, self._keys, g)
            if self._has_bias:
                score += get_variable("attention_score_bias", dtype=query.dtype, initializer=self._score_bias_init)
        alignments = self._probability_fn(score, state)
        return alignments, alignments


class _Bahdanau(BaseAttentionMechanism):
    _scope, _has_bias = "bahdanau_attention", False

    def __call__(self, query, state):
        """(alignments, next state)."""
        units = self._num_units
        with variable_scope(None, self._scope, [query]):
            processed = self.query_layer(query) if self.query_layer else query
            v, g, b = get_variable("attention_v", [units], dtype=query.dtype), None, None
            if self._normalize:
                g = get_variable(
                    "attention_g", dtype=query.dtype, shape=(), initializer=init_ops.constant_initializer(math.sqrt(1.0 / units))
                )
                b = get_variable("attention_b", [units], dtype=query.dtype, initializer=init_ops.zeros_initializer())
            score = _bahdanau_score(processed, self._keys, v, g, b)
            if self._has_bias:
                score += get_variable("attention_score_bias", dtype=processed.dtype, initializer=self._score_bias_init)
        alignments = self._probability_fn(score, state)
        return alignments, alignments


def _without_previous(probability_fn):
    function = softmax if probability_fn is None else probability_fn
    return lambda score, _: function(score)


class LuongAttention(_Luong):
    """Scores are products of query and keys (Luong et al. 2015). Follows tf.contrib.seq2seq.LuongAttention of TF 1.15."""

    def __init__(
        self,
        num_units,
        memory,
        memory_sequence_length=None,
        scale=False,
        probability_fn=None,
        score_mask_value=None,
        dtype=None,
        custom_key_value_fn=None,
        name="LuongAttention",
    ):
        super().__init__(
            query_layer=None,
            memory_layer=_dense(num_units, "memory_layer", dtype or dtypes.float32),
            memory=memory,
            probability_fn=_without_previous(probability_fn),
            memory_sequence_length=memory_sequence_length,
            score_mask_value=score_mask_value,
            custom_key_value_fn=custom_key_value_fn,
            name=name,
        )
        self._num_units, self._scale, self._name = num_units, scale, name


class BahdanauAttention(_Bahdanau):
    """Scores come of the sum of query and key (Bahdanau et al. 2014). Follows tf.contrib.seq2seq.BahdanauAttention of TF 1.15."""

    def __init__(
        self,
        num_units,
        memory,
        memory_sequence_length=None,
        normalize=False,
        probability_fn=None,
        score_mask_value=None,
        dtype=None,
        custom_key_value_fn=None,
        name="BahdanauAttention",
    ):
        dtype = dtype or dtypes.float32
        super().__init__(
            query_layer=_dense(num_units, "query_layer", dtype),
            memory_layer=_dense(num_units, "memory_layer", dtype),
            memory=memory,
            probability_fn=_without_previous(probability_fn),
            custom_key_value_fn=custom_key_value_fn,
            memory_sequence_length=memory_sequence_length,
            score_mask_value=score_mask_value,
            name=name,
        )
        self._num_units, self._normalize, self._name = num_units, normalize, name


# Monotonic attention (Raffel et al. 2017) -------------------------------------------------------


def safe_cumprod(x, *args, **kwargs):
    """The running product of numbers in [0, 1] by way of logarithms. Follows tf.contrib.seq2seq.safe_cumprod of TF 1.15."""
    with name_scope(None, "SafeCumprod", [x]):
        x = convert_to_tensor(x, name="x")
        tiny = np.finfo(x.dtype.as_numpy_dtype).tiny
        return math_ops.exp(math_ops.cumsum(math_ops.log(clip.clip_by_value(x, tiny, 1)), *args, **kwargs))


def monotonic_attention(p_choose_i, previous_attention, mode):
    """How likely attention stops at each step, if it only moves onwards; `mode` is 'recursive', 'parallel' or 'hard'."""
    p = convert_to_tensor(p_choose_i, name="p_choose_i")
    previous = convert_to_tensor(previous_attention, name="previous_attention")
    if mode == "recursive":
        batch_size = p.dims[0] or array_ops.shape(p)[0]
        shifted = array_ops.concat([array_ops.ones((batch_size, 1)), 1 - p[:, :-1]], 1)
        return p * array_ops.transpose(
            scan(
                lambda x, yz: array_ops.reshape(yz[0] * x + yz[1], (batch_size,)),
                [array_ops.transpose(shifted), array_ops.transpose(previous)],
                array_ops.zeros((batch_size,)),
            )
        )
    if mode == "parallel":
        product = safe_cumprod(1 - p, axis=1, exclusive=True)
        return p * product * math_ops.cumsum(previous / clip.clip_by_value(product, 1e-10, 1.0), axis=1)
    if mode == "hard":
        p *= math_ops.cumsum(previous, axis=1)
        return p * math_ops.cumprod(1 - p, axis=1, exclusive=True)
    raise ValueError("mode must be 'recursive', 'parallel', or 'hard'.")


def _monotonic_probability(score, previous_alignments, sigmoid_noise, mode, seed=None):
    if sigmoid_noise > 0:
        score += sigmoid_noise * random_ops.random_normal(array_ops.shape(score), dtype=score.dtype, seed=seed)
    p = math_ops.cast(score > 0, score.dtype) if mode == "hard" else math_ops.sigmoid(score)
    return monotonic_attention(p, previous_alignments, mode)


class _Monotonic:
    _has_bias = True

    def initial_alignments(self, batch_size, dtype):
        """All attention on the first step."""
        return array_ops.one_hot(array_ops.zeros((batch_size,), dtype=dtypes.int32), self._alignments_size, dtype=dtype)


class BahdanauMonotonicAttention(_Monotonic, _Bahdanau):
    """BahdanauAttention that only moves onwards. Follows tf.contrib.seq2seq.BahdanauMonotonicAttention of TF 1.15."""

    _scope = "bahdanau_monotonic_attention"

    def __init__(
        self,
        num_units,
        memory,
        memory_sequence_length=None,
        normalize=False,
        score_mask_value=None,
        sigmoid_noise=0.0,
        sigmoid_noise_seed=None,
        score_bias_init=0.0,
        mode="parallel",
        dtype=None,
        name="BahdanauMonotonicAttention",
    ):
        dtype = dtype or dtypes.float32
        probability = functools.partial(_monotonic_probability, sigmoid_noise=sigmoid_noise, mode=mode, seed=sigmoid_noise_seed)
        super().__init__(
            query_layer=_dense(num_units, "query_layer", dtype),
            memory_layer=_dense(num_units, "memory_layer", dtype),
            memory=memory,
            probability_fn=probability,
            memory_sequence_length=memory_sequence_length,
            score_mask_value=score_mask_value,
            name=name,
        )
        self._num_units, self._normalize, self._name, self._score_bias_init = num_units, normalize, name, score_bias_init


class LuongMonotonicAttention(_Monotonic, _Luong):
    """LuongAttention that only moves onwards. Follows tf.contrib.seq2seq.LuongMonotonicAttention of TF 1.15."""

    _scope = "luong_monotonic_attention"

    def __init__(
        self,
        num_units,
        memory,
        memory_sequence_length=None,
        scale=False,
        score_mask_value=None,
        sigmoid_noise=0.0,
        sigmoid_noise_seed=None,
        score_bias_init=0.0,
        mode="parallel",
        dtype=None,
        name="LuongMonotonicAttention",
    ):
        probability = functools.partial(_monotonic_probability, sigmoid_noise=sigmoid_noise, mode=mode, seed=sigmoid_noise_seed)
        super().__init__(
            query_layer=None,
            memory_layer=_dense(num_units, "memory_layer", dtype or dtypes.float32),
            memory=memory,
            probability_fn=probability,
            memory_sequence_length=memory_sequence_length,
            score_mask_value=score_mask_value,
            name=name,
        )
        self._num_units, self._scale, self._name, self._score_bias_init = num_units, scale, name, score_bias_init
