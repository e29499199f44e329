"""tf.contrib.crf: linear-chain conditional random fields over sequences of tags.

Shapes: `inputs` are unary scores [batch, time, tags]; `tag_indices` [batch, time]; `sequence_lengths` [batch];
`transition_params` [tags, tags], from row to column. Follows tf.contrib.crf of TF 1.15, node for node.
"""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.layers.rnn_cells import RNNCell
from tinytf.layers.smart_cond import smart_cond
from tinytf.ops.array import array_ops, constant
from tinytf.ops.array.masks import sequence_mask
from tinytf.ops.array.select import where
from tinytf.ops.math import math_ops
from tinytf.ops.math.argmax import argmax
from tinytf.ops.recurrent.rnn import dynamic_rnn
from tinytf.ops.state.variable_scope import get_variable
from tinytf.shapes import dimension_value


def _single_or_many(inputs, single, many):
    """`single()` where the sequences have one step, which needs no transitions; else `many()`."""
    steps = dimension_value(inputs.shape[1]) or array_ops.shape(inputs)[1]
    return smart_cond(math_ops.equal(steps, 1), single, many)


def _one_less(sequence_lengths):
    return math_ops.maximum(constant.constant(0, dtype=sequence_lengths.dtype), sequence_lengths - 1)


def _zero_if_empty(sequence_lengths, values):
    return where(math_ops.less_equal(sequence_lengths, 0), array_ops.zeros_like(values), values)


# Scores ---------------------------------------------------------------------------------------------


def crf_sequence_score(inputs, tag_indices, sequence_lengths, transition_params):
    """The unnormalised score [batch] of the sequences of tags."""

    def single():
        batch = array_ops.shape(inputs, out_type=tag_indices.dtype)[0]
        examples = array_ops.reshape(math_ops.range(batch, dtype=tag_indices.dtype), [-1, 1])
        squeezed = array_ops.squeeze(inputs, [1])
        scores = array_ops.gather_nd(squeezed, array_ops.concat([examples, tag_indices], axis=1))
        return _zero_if_empty(sequence_lengths, scores)

    def many():
        unary = crf_unary_score(tag_indices, sequence_lengths, inputs)
        return unary + crf_binary_score(tag_indices, sequence_lengths, transition_params)

    return _single_or_many(inputs, single, many)


def crf_multitag_sequence_score(inputs, tag_bitmap, sequence_lengths, transition_params):
    """The unnormalised score [batch] of all sequences that keep to `tag_bitmap` [batch, time, tags], together."""

    def allowed():
        return where(tag_bitmap, inputs, array_ops.fill(array_ops.shape(inputs), float("-inf")))

    def single():
        return math_ops.reduce_logsumexp(allowed(), axis=[1, 2], keepdims=False)

    def many():
        return crf_log_norm(allowed(), sequence_lengths, transition_params)

    return _single_or_many(inputs, single, many)


def crf_log_norm(inputs, sequence_lengths, transition_params):
    """The logarithm [batch] of the sum over all sequences of tags: what normalises a score."""
    first = array_ops.squeeze(array_ops.slice(inputs, [0, 0, 0], [-1, 1, -1]), [1])

    def single():
        return _zero_if_empty(sequence_lengths, math_ops.reduce_logsumexp(first, [1]))

    def many():
        rest = array_ops.slice(inputs, [0, 1, 0], [-1, -1, -1])
        cell = CrfForwardRnnCell(transition_params)
        _, alphas = dynamic_rnn(cell, rest, sequence_length=_one_less(sequence_lengths), initial_state=first, dtype=dtypes.float32)
        return _zero_if_empty(sequence_lengths, math_ops.reduce_logsumexp(alphas, [1]))

    return _single_or_many(inputs, single, many)


def crf_log_likelihood(inputs, tag_indices, sequence_lengths, transition_params=None):
    """(log-likelihood [batch] of the tags, transition parameters: those given, or the new variable `transitions`)."""
    tags = dimension_value(inputs.shape[2])
    if transition_params is None:
        transition_params = get_variable("transitions", [tags, tags])
    score = crf_sequence_score(inputs, tag_indices, sequence_lengths, transition_params)
    return score - crf_log_norm(inputs, sequence_lengths, transition_params), transition_params


def crf_unary_score(tag_indices, sequence_lengths, inputs):
    """The sum [batch] of the unary scores of the tags."""
    batch, steps, tags = (array_ops.shape(inputs)[axis] for axis in range(3))
    flat = array_ops.reshape(inputs, [-1])
    offsets = array_ops.expand_dims(math_ops.range(batch) * steps * tags, 1)
    offsets += array_ops.expand_dims(math_ops.range(steps) * tags, 0)
    if tag_indices.dtype == dtypes.int64:
        offsets = math_ops.cast(offsets, dtypes.int64)
    indices = array_ops.reshape(offsets + tag_indices, [-1])
    scores = array_ops.reshape(array_ops.gather(flat, indices), [batch, steps])
    masks = sequence_mask(sequence_lengths, maxlen=array_ops.shape(tag_indices)[1], dtype=dtypes.float32)
    return math_ops.reduce_sum(scores * masks, 1)


def crf_binary_score(tag_indices, sequence_lengths, transition_params):
    """The sum [batch] of the scores of the transitions between the tags."""
    tags = transition_params.get_shape()[0]
    transitions = array_ops.shape(tag_indices)[1] - 1
    start = array_ops.slice(tag_indices, [0, 0], [-1, transitions])
    end = array_ops.slice(tag_indices, [0, 1], [-1, transitions])
    indices = start * tags + end
    scores = array_ops.gather(array_ops.reshape(transition_params, [-1]), indices)
    masks = sequence_mask(sequence_lengths, maxlen=array_ops.shape(tag_indices)[1], dtype=dtypes.float32)
    return math_ops.reduce_sum(scores * array_ops.slice(masks, [0, 1], [-1, -1]), 1)


# The recursions, as cells of dynamic_rnn ------------------------------------------------------------


class _TransitionCell(RNNCell):
    """A cell whose state is a score for each tag."""

    def __init__(self, transition_params):
        self._transition_params = array_ops.expand_dims(transition_params, 0)
        self._num_tags = dimension_value(transition_params.shape[0])

    @property
    def state_size(self):
        """The number of tags."""
        return self._num_tags

    @property
    def output_size(self):
        """The number of tags."""
        return self._num_tags

    def _scores(self, state):
        return array_ops.expand_dims(state, 2) + self._transition_params


class CrfForwardRnnCell(_TransitionCell):
    """One step of the forward algorithm (log-sum-exp over the tag before)."""

    def __call__(self, inputs, state, scope=None):
        alphas = inputs + math_ops.reduce_logsumexp(self._scores(state), [1])
        return alphas, alphas


class CrfDecodeForwardRnnCell(_TransitionCell):
    """One step of Viterbi's algorithm: gives back pointers and keeps the best scores."""

    def __call__(self, inputs, state, scope=None):
        scores = self._scores(state)
        state = inputs + math_ops.reduce_max(scores, [1])
        return math_ops.cast(argmax(scores, 1), dtype=dtypes.int32), state


class CrfDecodeBackwardRnnCell(RNNCell):
    """One step backwards along Viterbi's pointers; the state is the tag [batch, 1]."""

    def __init__(self, num_tags):
        self._num_tags = num_tags

    @property
    def state_size(self):
        """One tag."""
        return 1

    @property
    def output_size(self):
        """One tag."""
        return 1

    def __call__(self, inputs, state, scope=None):
        state = array_ops.squeeze(state, axis=[1])
        examples = math_ops.range(array_ops.shape(inputs)[0])
        tags = array_ops.gather_nd(inputs, array_ops.stack([examples, state], axis=1))
        tags = array_ops.expand_dims(tags, axis=-1)
        return tags, tags


# The best sequence ----------------------------------------------------------------------------------


def viterbi_decode(score, transition_params):
    """(list of the best tags, their score) of one sequence [time, tags], in NumPy."""
    best = np.zeros_like(score)
    pointers = np.zeros_like(score, dtype=np.int32)
    best[0] = score[0]
    for t in range(1, score.shape[0]):
        reached = best[t - 1][:, np.newaxis] + transition_params
        best[t] = score[t] + reached.max(axis=0)
        pointers[t] = reached.argmax(axis=0)
    tags = [np.argmax(best[-1])]
    for pointer in pointers[:0:-1]:
        tags.append(pointer[tags[-1]])
    return tags[::-1], np.max(best[-1])


def crf_decode(potentials, transition_params, sequence_length):
    """(the best tags [batch, time], int32; their scores [batch]), in the graph."""

    def single():
        squeezed = array_ops.squeeze(potentials, [1])
        tags = array_ops.expand_dims(argmax(squeezed, axis=1), 1)
        best = math_ops.reduce_max(squeezed, axis=1)
        return math_ops.cast(tags, dtype=dtypes.int32), best

    def many():
        forward = CrfDecodeForwardRnnCell(transition_params)
        first = array_ops.squeeze(array_ops.slice(potentials, [0, 0, 0], [-1, 1, -1]), axis=[1])
        rest = array_ops.slice(potentials, [0, 1, 0], [-1, -1, -1])
        one_less = _one_less(sequence_length)
        pointers, last = dynamic_rnn(forward, rest, sequence_length=one_less, initial_state=first, dtype=dtypes.int32)
        pointers = array_ops.reverse_sequence(pointers, one_less, seq_dim=1)
        backward = CrfDecodeBackwardRnnCell(dimension_value(potentials.shape[2]))
        final = array_ops.expand_dims(math_ops.cast(argmax(last, axis=1), dtype=dtypes.int32), axis=-1)
        tags, _ = dynamic_rnn(backward, pointers, sequence_length=one_less, initial_state=final, dtype=dtypes.int32)
        tags = array_ops.concat([final, array_ops.squeeze(tags, axis=[2])], axis=1)
        tags = array_ops.reverse_sequence(tags, sequence_length, seq_dim=1)
        return tags, math_ops.reduce_max(last, axis=1)

    return _single_or_many(potentials, single, many)
