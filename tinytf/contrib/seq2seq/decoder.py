"""Decoders: what a step does, and the loop that repeats it until all sequences have ended."""

from __future__ import annotations

import collections

from tinytf import dtypes, nest
from tinytf.contrib.seq2seq.helpers import Helper
from tinytf.graph.constant_value import public_constant_value as constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import get_default_graph, name_scope
from tinytf.layers.base import Layer
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.control_flow.control_flow_util import containing_while_context
from tinytf.ops.control_flow.while_loop import while_loop
from tinytf.ops.lists.tensor_array_ops import TensorArray
from tinytf.ops.math import math_ops
from tinytf.ops.recurrent.rnn_common import assert_like_rnncell, transpose_batch_time, zero_state_tensors
from tinytf.ops.state.variable_scope import variable_scope
from tinytf.shapes import TensorShape


class Decoder:
    """What `dynamic_decode` asks for. Follows tf.contrib.seq2seq.Decoder of TF 1.15."""

    @property
    def batch_size(self):
        """The batch size: an int or a scalar tensor."""
        raise NotImplementedError

    @property
    def output_size(self):
        """A nest of the sizes of the outputs of a step."""
        raise NotImplementedError

    @property
    def output_dtype(self):
        """A nest of their dtypes."""
        raise NotImplementedError

    def initialize(self, name=None):
        """(finished [batch], first inputs, first state)."""
        raise NotImplementedError

    def step(self, time, inputs, state, name=None):
        """(outputs, next state, next inputs, finished)."""
        raise NotImplementedError

    def finalize(self, outputs, final_state, sequence_lengths):
        """What becomes of all outputs at the end; not every decoder has it."""
        raise NotImplementedError

    @property
    def tracks_own_finished(self):
        """True if `step` itself sees to it that what has finished stays so."""
        return False


def dynamic_decode(
    decoder,
    output_time_major=False,
    impute_finished=False,
    maximum_iterations=None,
    parallel_iterations=32,
    swap_memory=False,
    scope=None,
    **kwargs,
):
    """Runs `decoder` until all sequences have ended; returns (outputs, final state, lengths).

    With `impute_finished`, the outputs of sequences that have ended are zero and their states stay.
    Follows tf.contrib.seq2seq.dynamic_decode of TF 1.15.
    """
    if not isinstance(decoder, Decoder):
        raise TypeError("Expected decoder to be type Decoder, but saw: %s" % type(decoder))
    with variable_scope(scope, "decoder") as variables:
        in_loop = containing_while_context(get_default_graph()._control_flow_context) is not None
        if not in_loop and variables.caching_device is None:
            variables.set_caching_device(lambda op: op.device)
        if maximum_iterations is not None:
            maximum_iterations = convert_to_tensor(maximum_iterations, dtype=dtypes.int32, name="maximum_iterations")
            if maximum_iterations.get_shape().ndims != 0:
                raise ValueError("maximum_iterations must be a scalar")
        finished, inputs, state = decoder.initialize()
        zero_outputs = nest.map_structure(
            lambda size, dtype: zero_state_tensors(size, decoder.batch_size, dtype), decoder.output_size, decoder.output_dtype
        )
        if maximum_iterations is not None:
            finished = math_ops.logical_or(finished, 0 >= maximum_iterations)
        lengths = array_ops.zeros_like(finished, dtype=dtypes.int32)
        time = constant(0, dtype=dtypes.int32)

        def element_shape(size):
            if not isinstance(size, TensorShape) or size.ndims == 0:
                return None
            batch = constant_value(convert_to_tensor(decoder.batch_size, name="batch_size"))
            return TensorShape([None if batch is None else int(batch)]).concatenate(size)

        arrays = nest.map_structure(
            lambda size, dtype: TensorArray(dtype=dtype, size=0, dynamic_size=True, element_shape=element_shape(size)),
            decoder.output_size,
            decoder.output_dtype,
        )

        def more(_time, _arrays, _state, _inputs, finished, _lengths):
            return math_ops.logical_not(math_ops.reduce_all(finished))

        def step(time, arrays, state, inputs, finished, lengths):
            outputs, next_state, next_inputs, now_finished = decoder.step(time, inputs, state)
            if not decoder.tracks_own_finished:
                now_finished = math_ops.logical_or(now_finished, finished)
            going_on = math_ops.logical_not(finished)
            next_lengths = math_ops.where(going_on, array_ops.fill(array_ops.shape(lengths), time + 1), lengths)
            nest.assert_same_structure(state, next_state)
            nest.assert_same_structure(arrays, outputs)
            nest.assert_same_structure(inputs, next_inputs)
            if impute_finished:
                outputs = nest.map_structure(lambda out, zero: math_ops.where(finished, zero, out), outputs, zero_outputs)

            def kept(new, current):
                if isinstance(current, TensorArray):
                    return new
                new.set_shape(current.get_shape())
                return new if new.dims == () else math_ops.where(finished, current, new)

            if impute_finished:
                next_state = nest.map_structure(kept, next_state, state)
            arrays = nest.map_structure(lambda array, out: array.write(time, out), arrays, outputs)
            return time + 1, arrays, next_state, next_inputs, now_finished, next_lengths

        result = while_loop(
            more,
            step,
            loop_vars=(time, arrays, state, inputs, finished, lengths),
            parallel_iterations=parallel_iterations,
            maximum_iterations=maximum_iterations,
            swap_memory=swap_memory,
        )
        outputs, state, lengths = nest.map_structure(lambda array: array.stack(), result[1]), result[2], result[5]
        try:
            outputs, state = decoder.finalize(outputs, state, lengths)
        except NotImplementedError:
            pass
        if not output_time_major:
            outputs = nest.map_structure(transpose_batch_time, outputs)
    return outputs, state, lengths


class BasicDecoderOutput(collections.namedtuple("BasicDecoderOutput", ("rnn_output", "sample_id"))):
    """The outputs of a step of BasicDecoder: of the cell (or the layer after it), and what the helper sampled from it."""


class BasicDecoder(Decoder):
    """A cell whose inputs a `helper` chooses; `output_layer` (a tf.layers.Layer) may follow the cell. Follows TF 1.15."""

    def __init__(self, cell, helper, initial_state, output_layer=None):
        assert_like_rnncell("cell", cell)
        if not isinstance(helper, Helper):
            raise TypeError("helper must be a Helper, received: %s" % type(helper))
        if output_layer is not None and not isinstance(output_layer, Layer):
            raise TypeError("output_layer must be a Layer, received: %s" % type(output_layer))
        self._cell, self._helper, self._initial_state, self._output_layer = cell, helper, initial_state, output_layer

    @property
    def batch_size(self):
        return self._helper.batch_size

    def _rnn_output_size(self):
        size = self._cell.output_size
        if self._output_layer is None:
            return size
        with_batch = nest.map_structure(lambda s: TensorShape([None]).concatenate(s), size)
        shape = self._output_layer.compute_output_shape(with_batch)
        return nest.map_structure(lambda s: s[1:], shape)

    @property
    def output_size(self):
        return BasicDecoderOutput(rnn_output=self._rnn_output_size(), sample_id=self._helper.sample_ids_shape)

    @property
    def output_dtype(self):
        dtype = nest.flatten(self._initial_state)[0].dtype
        return BasicDecoderOutput(nest.map_structure(lambda _: dtype, self._rnn_output_size()), self._helper.sample_ids_dtype)

    def initialize(self, name=None):
        return self._helper.initialize() + (self._initial_state,)

    def step(self, time, inputs, state, name=None):
        with name_scope(name, "BasicDecoderStep", (time, inputs, state)):
            outputs, state = self._cell(inputs, state)
            if self._output_layer is not None:
                outputs = self._output_layer(outputs)
            sample_ids = self._helper.sample(time=time, outputs=outputs, state=state)
            finished, inputs, state = self._helper.next_inputs(time=time, outputs=outputs, state=state, sample_ids=sample_ids)
        return BasicDecoderOutput(outputs, sample_ids), state, inputs, finished
