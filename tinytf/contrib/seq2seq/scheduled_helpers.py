"""Helpers that now and then give a decoder its own output for the right input, so that it learns to live with it."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.contrib.seq2seq.helpers import (
    TrainingHelper,
    bernoulli_sample,
    categorical_sample,
    embedding_function,
    unstacked,
)
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow.cond import cond
from tinytf.ops.math import math_ops
from tinytf.ops.recurrent.rnn_common import transpose_batch_time


def _probability(given):
    tensor = convert_to_tensor(given, name="sampling_probability")
    if tensor.get_shape().ndims not in (0, 1):
        raise ValueError("sampling_probability must be either a scalar or a vector. saw shape: %s" % tensor.get_shape())
    return tensor


def _mixed(sampling, other, sampled_rows, other_rows, like):
    """A tensor like `like`, of rows at the indices `sampling` and rows at `other`."""
    shape = array_ops.shape(like)
    return array_ops.scatter_nd(indices=sampling, updates=sampled_rows, shape=shape) + array_ops.scatter_nd(
        indices=other, updates=other_rows, shape=shape
    )


class ScheduledEmbeddingTrainingHelper(TrainingHelper):
    """A TrainingHelper that replaces inputs by embeddings of sampled outputs, with a probability. Follows TF 1.15."""

    def __init__(
        self, inputs, sequence_length, embedding, sampling_probability, time_major=False, seed=None, scheduling_seed=None, name=None
    ):
        with name_scope(name, "ScheduledEmbeddingSamplingWrapper", [embedding, sampling_probability]):
            self._embedding_fn = embedding_function(embedding)
            self._sampling_probability = _probability(sampling_probability)
            self._seed, self._scheduling_seed = seed, scheduling_seed
            super().__init__(inputs=inputs, sequence_length=sequence_length, time_major=time_major, name=name)

    def sample(self, time, outputs, state, name=None):
        with name_scope(name, "ScheduledEmbeddingTrainingHelperSample", [time, outputs, state]):
            chosen = bernoulli_sample(
                probs=self._sampling_probability, dtype=dtypes.bool, sample_shape=self.batch_size, seed=self._scheduling_seed
            )
            return math_ops.where(chosen, categorical_sample(logits=outputs, seed=self._seed), array_ops.fill([self.batch_size], -1))

    def next_inputs(self, time, outputs, state, sample_ids, name=None):
        with name_scope(name, "ScheduledEmbeddingTrainingHelperNextInputs", [time, outputs, state, sample_ids]):
            finished, inputs, state = super().next_inputs(time=time, outputs=outputs, state=state, sample_ids=sample_ids, name=name)

            def with_samples():
                sampling = math_ops.cast(math_ops.where(sample_ids > -1), dtypes.int32)
                other = math_ops.cast(math_ops.where(sample_ids <= -1), dtypes.int32)
                sampled_ids = array_ops.gather_nd(sample_ids, sampling)
                other_rows = array_ops.gather_nd(inputs, other)
                return _mixed(sampling, other, self._embedding_fn(sampled_ids), other_rows, inputs)

            return finished, cond(math_ops.reduce_all(finished), lambda: inputs, with_samples), state


class ScheduledOutputTrainingHelper(TrainingHelper):
    """A TrainingHelper that replaces inputs by the decoder's outputs, with a probability. Follows TF 1.15."""

    def __init__(
        self,
        inputs,
        sequence_length,
        sampling_probability,
        time_major=False,
        seed=None,
        next_inputs_fn=None,
        auxiliary_inputs=None,
        name=None,
    ):
        with name_scope(name, "ScheduledOutputTrainingHelper", [inputs, auxiliary_inputs, sampling_probability]):
            self._sampling_probability = _probability(sampling_probability)
            joined = inputs
            self._auxiliary_arrays = None
            if auxiliary_inputs is not None:
                inputs = convert_to_tensor(inputs, name="inputs")
                auxiliary_inputs = convert_to_tensor(auxiliary_inputs, name="auxiliary_inputs")
                joined = array_ops.concat((inputs, auxiliary_inputs), -1)
                if not time_major:
                    auxiliary_inputs = transpose_batch_time(auxiliary_inputs)
                self._auxiliary_arrays = unstacked(auxiliary_inputs)
            self._seed, self._next_inputs_fn = seed, next_inputs_fn
            super().__init__(inputs=joined, sequence_length=sequence_length, time_major=time_major, name=name)

    def sample(self, time, outputs, state, name=None):
        with name_scope(name, "ScheduledOutputTrainingHelperSample", [time, outputs, state]):
            return bernoulli_sample(probs=self._sampling_probability, sample_shape=self.batch_size, seed=self._seed)

    def next_inputs(self, time, outputs, state, sample_ids, name=None):
        with name_scope(name, "ScheduledOutputTrainingHelperNextInputs", [time, outputs, state, sample_ids]):
            finished, inputs, state = super().next_inputs(time=time, outputs=outputs, state=state, sample_ids=sample_ids, name=name)
            chosen = math_ops.cast(sample_ids, dtypes.bool)

            def joined(values, indices=None):
                if self._auxiliary_arrays is None:
                    return values
                auxiliary = self._auxiliary_arrays.read(time + 1)
                if indices is not None:
                    auxiliary = array_ops.gather_nd(auxiliary, indices)
                return array_ops.concat((values, auxiliary), -1)

            def with_samples():
                if self._next_inputs_fn is None:
                    return math_ops.where(chosen, joined(outputs), inputs)
                sampling = math_ops.cast(math_ops.where(chosen), dtypes.int32)
                other = math_ops.cast(math_ops.where(math_ops.logical_not(chosen)), dtypes.int32)
                sampled_outputs = array_ops.gather_nd(outputs, sampling)
                other_rows = array_ops.gather_nd(inputs, other)
                return _mixed(sampling, other, joined(self._next_inputs_fn(sampled_outputs), sampling), other_rows, inputs)

            all_finished = math_ops.reduce_all(finished)
            none_chosen = math_ops.logical_not(math_ops.reduce_any(chosen))
            return finished, cond(math_ops.logical_or(all_finished, none_chosen), lambda: inputs, with_samples), state
