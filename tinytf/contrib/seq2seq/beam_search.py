"""Beam search: a decoder that follows the most likely sequences at once, as many as the beam is wide."""

from __future__ import annotations

import collections
import logging

import numpy as np

from tinytf import dtypes, nest
from tinytf.contrib.seq2seq.attention_wrapper import AttentionWrapperState
from tinytf.contrib.seq2seq.decoder import Decoder
from tinytf.contrib.seq2seq.helpers import embedding_function
from tinytf.graph.constant_value import public_constant_value as constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.graph.tensor import Tensor
from tinytf.layers.base import Layer
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.control_flow.cond import cond
from tinytf.ops.lists.tensor_array_ops import TensorArray
from tinytf.ops.math import math_ops
from tinytf.ops.nn.nn_basic import top_k
from tinytf.ops.nn.softmax import log_softmax
from tinytf.ops.recurrent.gather_tree import gather_tree
from tinytf.ops.recurrent.rnn_common import assert_like_rnncell
from tinytf.shapes import TensorShape, as_shape

_log = logging.getLogger("tensorflow")


class BeamSearchDecoderState(
    collections.namedtuple("BeamSearchDecoderState", ("cell_state", "log_probs", "finished", "lengths", "accumulated_attention_probs"))
):
    """The state of a beam search, each part [batch, beam, …]."""


class BeamSearchDecoderOutput(collections.namedtuple("BeamSearchDecoderOutput", ("scores", "predicted_ids", "parent_ids"))):
    """The outputs of a step: scores and ids of the beams, and which beams they continue."""


class FinalBeamSearchDecoderOutput(collections.namedtuple("FinalBeamDecoderOutput", ["predicted_ids", "beam_search_decoder_output"])):
    """The sequences found, best first, and the outputs of all steps."""


def tile_batch(t, multiplier, name=None):
    """Each entry of the batch `multiplier` times, one after the other. Follows tf.contrib.seq2seq.tile_batch of TF 1.15."""
    flat = nest.flatten(t)
    with name_scope(name, "tile_batch", flat + [multiplier]):
        return nest.map_structure(lambda part: _tile_one(part, multiplier), t)


def _tile_one(t, multiplier):
    t = convert_to_tensor(t, name="t")
    shape = array_ops.shape(t)
    if not t.dims:
        raise ValueError("t must have statically known rank")
    tiling = [1] * (len(t.dims) + 1)
    tiling[1] = multiplier
    tiled = array_ops.tile(array_ops.expand_dims(t, 1), tiling)
    tiled = array_ops.reshape(tiled, array_ops.concat(([shape[0] * multiplier], shape[1:]), 0))
    tiled.set_shape((None if t.dims[0] is None else t.dims[0] * multiplier, *t.dims[1:]))
    return tiled


def gather_tree_from_array(t, parent_ids, sequence_length):
    """What was gathered in each step, [time, batch·beam, …], in the order of the final beams."""
    steps, batch, width = [d or array_ops.shape(parent_ids)[i] for i, d in enumerate(parent_ids.dims)]
    beam_ids = array_ops.expand_dims(array_ops.expand_dims(math_ops.range(width), 0), 0)
    beam_ids = array_ops.tile(beam_ids, [steps, batch, 1])
    longest = math_ops.cast(math_ops.reduce_max(sequence_length, axis=1), dtypes.int32)
    ordered_ids = gather_tree(step_ids=beam_ids, parent_ids=parent_ids, max_sequence_lengths=longest, end_token=width + 1)
    inside = array_ops.transpose(array_ops.sequence_mask(sequence_length, maxlen=steps), perm=[2, 0, 1])
    ordered_ids = math_ops.where(inside, x=ordered_ids, y=beam_ids)
    at_time = array_ops.tile(array_ops.reshape(math_ops.range(steps), [-1, 1, 1]), [1, batch, width])
    at_batch = array_ops.tile(array_ops.reshape(math_ops.range(batch), [-1, 1, 1]), [1, steps, width])
    at_batch = array_ops.transpose(at_batch, perm=[1, 0, 2])
    indices = array_ops.stack([at_time, at_batch, ordered_ids], -1)
    shape = array_ops.shape(t)
    ordered = array_ops.gather_nd(array_ops.reshape(t, [steps, batch, width, -1]), indices)
    return array_ops.reshape(ordered, shape)


class BeamSearchDecoder(Decoder):
    """A decoder that keeps the `beam_width` best sequences. Follows tf.contrib.seq2seq.BeamSearchDecoder of TF 1.15.

    `initial_state` is that of a batch tiled by `tile_batch`. Scores are divided by ((5 + length) / 6) ** length_penalty_weight.
    """

    def __init__(
        self,
        cell,
        embedding,
        start_tokens,
        end_token,
        initial_state,
        beam_width,
        output_layer=None,
        length_penalty_weight=0.0,
        coverage_penalty_weight=0.0,
        reorder_tensor_arrays=True,
    ):
        assert_like_rnncell("cell", cell)
        if output_layer is not None and not isinstance(output_layer, Layer):
            raise TypeError("output_layer must be a Layer, received: %s" % type(output_layer))
        self._cell, self._output_layer, self._beam_width = cell, output_layer, beam_width
        self._length_penalty_weight, self._coverage_penalty_weight = length_penalty_weight, coverage_penalty_weight
        self._reorder_tensor_arrays = reorder_tensor_arrays
        self._embedding_fn = embedding_function(embedding)
        self._start_tokens = convert_to_tensor(start_tokens, dtype=dtypes.int32, name="start_tokens")
        if self._start_tokens.get_shape().ndims != 1:
            raise ValueError("start_tokens must be a vector")
        self._end_token = convert_to_tensor(end_token, dtype=dtypes.int32, name="end_token")
        if self._end_token.get_shape().ndims != 0:
            raise ValueError("end_token must be a scalar")
        self._batch_size = array_ops.size(start_tokens)
        self._initial_cell_state = nest.map_structure(self._split, initial_state, cell.state_size)
        self._start_tokens = array_ops.tile(array_ops.expand_dims(self._start_tokens, 1), [1, beam_width])
        self._start_inputs = self._embedding_fn(self._start_tokens)
        # at first only one beam goes on: they would all be the same
        zeros = array_ops.zeros([self._batch_size], dtype=dtypes.int32)
        self._finished = array_ops.one_hot(zeros, depth=beam_width, on_value=False, off_value=True, dtype=dtypes.bool)

    @property
    def batch_size(self):
        return self._batch_size

    @property
    def tracks_own_finished(self):
        return True  # beams change places, and finished sequences with them

    def _rnn_output_size(self):
        size = self._cell.output_size
        if self._output_layer is None:
            return size
        with_batch = nest.map_structure(lambda s: TensorShape([None]).concatenate(s), size)
        return nest.map_structure(lambda s: s[1:], self._output_layer.compute_output_shape(with_batch))

    @property
    def output_size(self):
        width = TensorShape([self._beam_width])
        return BeamSearchDecoderOutput(scores=width, predicted_ids=width, parent_ids=width)

    @property
    def output_dtype(self):
        dtype = nest.flatten(self._initial_cell_state)[0].dtype
        scores = nest.map_structure(lambda _: dtype, self._rnn_output_size())
        return BeamSearchDecoderOutput(scores=scores, predicted_ids=dtypes.int32, parent_ids=dtypes.int32)

    def initialize(self, name=None):
        dtype = nest.flatten(self._initial_cell_state)[0].dtype
        zeros = array_ops.zeros([self._batch_size], dtype=dtypes.int32)
        on, off = convert_to_tensor(0.0, dtype=dtype), convert_to_tensor(-np.inf, dtype=dtype)
        log_probs = array_ops.one_hot(zeros, depth=self._beam_width, on_value=on, off_value=off, dtype=dtype)
        attention = _attention_probs(self._initial_cell_state, self._coverage_penalty_weight)
        state = BeamSearchDecoderState(
            cell_state=self._initial_cell_state,
            log_probs=log_probs,
            finished=self._finished,
            lengths=array_ops.zeros([self._batch_size, self._beam_width], dtype=dtypes.int64),
            accumulated_attention_probs=() if attention is None else attention,
        )
        return self._finished, self._start_inputs, state

    # [batch, beam, …] as [batch·beam, …] and back -----------------------------------------------

    def _known_batch(self):
        known = constant_value(self._batch_size)
        return None if known is None else int(known)

    def _merge_batch_beams(self, t, size):
        size = _known_shape(size)
        shape, known = array_ops.shape(t), self._known_batch()
        merged = array_ops.reshape(t, array_ops.concat(([self._batch_size * self._beam_width], shape[2:]), 0))
        merged.set_shape(TensorShape([None if known is None else known * self._beam_width]).concatenate(size))
        return merged

    def _split_batch_beams(self, t, size):
        size, shape = _known_shape(size), array_ops.shape(t)
        parted = array_ops.reshape(t, array_ops.concat(([self._batch_size, self._beam_width], shape[1:]), 0))
        expected = TensorShape([self._known_batch(), self._beam_width]).concatenate(size)
        if not parted.get_shape().is_compatible_with(expected):
            raise ValueError(
                "Unexpected behavior when reshaping between beam width and batch size.  The reshaped tensor has shape: %s.  We expected "
                "it to have shape (batch_size, beam_width, depth) == %s.  Perhaps you forgot to create a zero_state with "
                "batch_size=encoder_batch_size * beam_width?" % (parted.get_shape(), expected)
            )
        parted.set_shape(expected)
        return parted

    def _split(self, t, size):
        if isinstance(t, TensorArray):
            return t
        _check_rank(t)
        return self._split_batch_beams(t, size) if t.dims else t

    def _merge(self, t, size):
        if isinstance(t, TensorArray):
            return t
        _check_rank(t)
        return self._merge_batch_beams(t, size) if len(t.dims) >= 2 else t

    # Steps --------------------------------------------------------------------------------------

    def step(self, time, inputs, state, name=None):
        with name_scope(name, "BeamSearchDecoderStep", (time, inputs, state)):
            inputs = nest.map_structure(lambda x: self._merge_batch_beams(x, x.get_shape()[2:]), inputs)
            cell_state = nest.map_structure(self._merge, state.cell_state, self._cell.state_size)
            outputs, cell_state = self._cell(inputs, cell_state)
            outputs = nest.map_structure(lambda out: self._split_batch_beams(out, out.get_shape()[1:]), outputs)
            cell_state = nest.map_structure(self._split, cell_state, self._cell.state_size)
            if self._output_layer is not None:
                outputs = self._output_layer(outputs)
            output, state = self._advance(time, outputs, cell_state, state)
            ids, finished = output.predicted_ids, state.finished
            inputs = cond(math_ops.reduce_all(finished), lambda: self._start_inputs, lambda: self._embedding_fn(ids))
        return output, state, inputs, finished

    def _advance(self, time, logits, cell_state, state):
        """The best continuations of all beams."""
        batch_size, width, end_token = self._batch_size, self._beam_width, self._end_token
        known_batch = self._known_batch()
        going_on = math_ops.logical_not(state.finished)
        step_probs = _only_end_where_finished(log_softmax(logits), end_token, state.finished)
        total = array_ops.expand_dims(state.log_probs, 2) + step_probs
        vocabulary = logits.dims[-1] or array_ops.shape(logits)[-1]
        longer = array_ops.one_hot(
            indices=array_ops.fill([batch_size, width], end_token),
            depth=vocabulary,
            on_value=math_ops.cast(0, dtypes.int64, name="ToInt64"),
            off_value=math_ops.cast(1, dtypes.int64, name="ToInt64"),
            dtype=dtypes.int64,
        )
        longer *= array_ops.expand_dims(math_ops.cast(going_on, dtypes.int64), 2)
        lengths = longer + array_ops.expand_dims(state.lengths, 2)
        accumulated = None
        attention = _attention_probs(cell_state, self._coverage_penalty_weight)
        if attention is not None:
            attention *= array_ops.expand_dims(math_ops.cast(going_on, dtypes.float32), 2)
            accumulated = state.accumulated_attention_probs + attention
        scores = _scores(total, lengths, self._length_penalty_weight, self._coverage_penalty_weight, state.finished, accumulated)
        convert_to_tensor(time, name="time")
        flat = array_ops.reshape(scores, [batch_size, -1])
        k = convert_to_tensor(width, dtype=dtypes.int32, name="beam_width")
        best, words = top_k(flat, k=k)
        best.set_shape([known_batch, width])
        words.set_shape([known_batch, width])

        def gathered(source, indices, size, shape, name=None):
            return _gathered(indices, source, batch_size, size, shape, known_batch, name)

        log_probs = gathered(total, words, width * vocabulary, [-1], "next_beam_probs")
        word_ids = math_ops.cast(math_ops.mod(words, vocabulary, name="next_beam_word_ids"), dtypes.int32)
        parents = math_ops.cast(words / vocabulary, dtypes.int32, name="next_beam_parent_ids")
        finished_before = gathered(state.finished, parents, width, [-1])
        finished = math_ops.logical_or(finished_before, math_ops.equal(word_ids, end_token), name="next_beam_finished")
        more = math_ops.cast(math_ops.logical_not(finished_before), dtypes.int64)
        next_lengths = gathered(state.lengths, parents, width, [-1])
        next_lengths += more
        beams = [batch_size * width, -1] if accumulated is not None else None
        attention = () if accumulated is None else gathered(accumulated, parents, width, beams, "next_accumulated_attention_probs")

        def in_new_order(part):
            shape = [batch_size * width, -1]
            if isinstance(part, TensorArray):
                return part
            _check_rank(part)
            return gathered(part, parents, width, shape) if len(part.dims) >= len(shape) else part

        state = BeamSearchDecoderState(
            cell_state=nest.map_structure(in_new_order, cell_state),
            log_probs=log_probs,
            lengths=next_lengths,
            finished=finished,
            accumulated_attention_probs=attention,
        )
        return BeamSearchDecoderOutput(scores=best, predicted_ids=word_ids, parent_ids=parents), state

    def finalize(self, outputs, final_state, sequence_lengths):
        longest = math_ops.cast(math_ops.reduce_max(final_state.lengths, axis=1), dtypes.int32)
        ids = gather_tree(outputs.predicted_ids, outputs.parent_ids, max_sequence_lengths=longest, end_token=self._end_token)
        if self._reorder_tensor_arrays:
            final_state = final_state._replace(
                cell_state=nest.map_structure(
                    lambda t: self._in_final_order(t, outputs.parent_ids, final_state.lengths), final_state.cell_state
                )
            )
        return FinalBeamSearchDecoderOutput(beam_search_decoder_output=outputs, predicted_ids=ids), final_state

    def _in_final_order(self, t, parent_ids, lengths):
        """What a TensorArray of the state holds, stacked, in the order of the final beams."""
        if not isinstance(t, TensorArray):
            return t
        if not t.element_shape.ndims:
            _log.warning(
                "The TensorArray %s in the cell state is not amenable to sorting based on the beam search result. For a TensorArray to "
                "be sorted, its elements shape must be defined and have at least a rank of 1, but saw shape: %s",
                t.handle.name,
                t.element_shape,
            )
            return t
        known, width, dims = self._known_batch(), self._beam_width, t.element_shape.as_list()
        hint = " Consider setting reorder_tensor_arrays to False to disable TensorArray reordering during the beam search."
        if (
            known is not None
            and dims[0] is not None
            and (dims[0] != known * width or (len(dims) >= 2 and dims[1] is not None and dims[:2] != [known, width]))
        ):
            shape = TensorShape([known, width, None])
            _log.warning(
                "TensorArray reordering expects elements to be reshapable to %s which is incompatible with the current shape %s.%s",
                shape,
                t.element_shape,
                hint,
            )
            return t
        t = t.stack()
        message = (
            "TensorArray reordering expects elements to be reshapable to [batch_size, beam_size, -1] which is incompatible with the "
            "dynamic shape of %s elements.%s" % (t.name, hint)
        )
        with control_dependencies([_check_batch_beam(t, self._batch_size, width, message)]):
            return gather_tree_from_array(t, parent_ids, lengths)


def _check_batch_beam(t, batch_size, width, message):
    shape = array_ops.shape(t)
    fits = math_ops.equal(shape[1], batch_size * width)
    if t.get_shape().ndims != 2:
        fits = math_ops.logical_or(fits, math_ops.logical_and(math_ops.equal(shape[1], batch_size), math_ops.equal(shape[2], width)))
    return control_flow_ops.Assert(fits, [message])


def _check_rank(t):
    if t.dims is None:
        raise ValueError("Expected tensor (%s) to have known rank, but ndims == None." % t)


def _known_shape(size):
    return as_shape(constant_value(size)) if isinstance(size, Tensor) else TensorShape(size)


def _attention_probs(cell_state, coverage_penalty_weight):
    """The alignments of a cell that pays attention, the mean of several; None where coverage does not count."""
    if coverage_penalty_weight == 0.0:
        return None
    if isinstance(cell_state, AttentionWrapperState):
        states = [cell_state]
    else:
        states = [s for s in cell_state if isinstance(s, AttentionWrapperState)] if isinstance(cell_state, tuple) else []
    if not states:
        raise ValueError("coverage_penalty_weight must be 0.0 if no cell is attentional.")
    probs = [_mean(s.alignments) if isinstance(s.alignments, tuple) else s.alignments for s in states]
    return probs[0] if len(probs) == 1 else _mean(probs)


def _mean(tensors):
    joined = array_ops.concat([array_ops.expand_dims(t, -1) for t in tensors], -1)
    return math_ops.reduce_mean(joined, -1)


def _scores(log_probs, lengths, length_weight, coverage_weight, finished, accumulated):
    penalty = math_ops.cast(_length_penalty(lengths, length_weight), dtype=log_probs.dtype)
    scores = log_probs / penalty
    coverage_weight = convert_to_tensor(coverage_weight, name="coverage_penalty_weight")
    if coverage_weight.get_shape().ndims != 0:
        raise ValueError("coverage_penalty_weight should be a scalar, but saw shape: %s" % coverage_weight.get_shape())
    if constant_value(coverage_weight) == 0.0:
        return scores
    if accumulated is None:
        raise ValueError("accumulated_attention_probs can be None only if coverage penalty is disabled.")
    accumulated = math_ops.where(math_ops.equal(accumulated, 0.0), array_ops.ones_like(accumulated), accumulated)
    penalty = math_ops.reduce_sum(math_ops.log(math_ops.minimum(accumulated, 1.0)), 2)
    penalty *= math_ops.cast(finished, dtypes.float32)
    return scores + array_ops.expand_dims(penalty * coverage_weight, 2)


def _length_penalty(lengths, factor):
    factor = convert_to_tensor(factor, name="penalty_factor")
    factor.set_shape(())
    known = constant_value(factor)
    if known is not None and known == 0:
        return 1.0
    return math_ops.div((5.0 + math_ops.cast(lengths, dtypes.float32)) ** factor, (5.0 + 1.0) ** factor)


def _only_end_where_finished(probs, end_token, finished):
    """Log probabilities by which a finished sequence goes on with `end_token` only, and for nothing."""
    vocabulary = array_ops.shape(probs)[2]
    on = convert_to_tensor(0.0, dtype=probs.dtype)
    row = array_ops.one_hot(end_token, vocabulary, dtype=probs.dtype, on_value=on, off_value=probs.dtype.min)
    rows = array_ops.tile(array_ops.reshape(row, [1, 1, -1]), array_ops.concat([array_ops.shape(finished), [1]], 0))
    mask = array_ops.tile(array_ops.expand_dims(finished, 2), [1, 1, vocabulary])
    return math_ops.where(mask, rows, probs)


def _gathered(indices, source, batch_size, size, shape, known_batch, name):
    """source[batch, indices[batch, beam]], for a source whose first axes are [batch, size]."""
    with name_scope(name, "tensor_gather_helper"):
        offsets = array_ops.expand_dims(math_ops.range(batch_size) * size, 1)
        indices = array_ops.reshape(indices + offsets, [-1])
        output = array_ops.gather(array_ops.reshape(source, shape), indices)
        final = array_ops.shape(source)[: 1 + len(shape)]
        output = array_ops.reshape(output, final, name="output")
        output.set_shape(TensorShape([known_batch]).concatenate(source.get_shape()[1 : 1 + len(shape)]))
        return output
