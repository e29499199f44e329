"""A cell that pays attention."""

from __future__ import annotations

import collections

from tinytf import dtypes, nest
from tinytf.contrib.framework.shapes import with_same_shape
from tinytf.contrib.seq2seq.attention import AttentionMechanism
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.graph.tensor import Tensor
from tinytf.layers.core import Dense
from tinytf.layers.rnn_cells import RNNCell
from tinytf.ops.array import array_ops
from tinytf.ops.lists.tensor_array_ops import TensorArray
from tinytf.ops.math import check_ops, math_ops
from tinytf.ops.recurrent.rnn_common import assert_like_rnncell, zero_state_tensors
from tinytf.shapes import TensorShape


class AttentionWrapperState(
    collections.namedtuple(
        "AttentionWrapperState", ("cell_state", "attention", "time", "alignments", "alignment_history", "attention_state")
    )
):
    """The state of an AttentionWrapper."""

    def clone(self, **kwargs):
        """This state with some parts replaced; the new tensors must have the shapes of the old ones."""
        return nest.map_structure(_with_same_shape, self, self._replace(**kwargs))


def _with_same_shape(old, new):
    """`new`, with an assertion that its shape is that of `old` where the static shapes do not tell."""
    return with_same_shape(old, new) if isinstance(old, Tensor) and isinstance(new, Tensor) else new


_BEAM_HINT = (
    "  Are you using the BeamSearchDecoder?  You may need to tile your %s via the tf.contrib.seq2seq.tile_batch function "
    "with argument multiple=beam_width."
)


class AttentionWrapper(RNNCell):
    """A cell whose input is joined with what it attended to in the last step, and which then attends anew.

    `attention_mechanism` may be a list of several. With `attention_layer_size`, the attention is a layer of output and context;
    else it is the context. Follows tf.contrib.seq2seq.AttentionWrapper of TF 1.15.
    """

    def __init__(
        self,
        cell,
        attention_mechanism,
        attention_layer_size=None,
        alignment_history=False,
        cell_input_fn=None,
        output_attention=True,
        initial_cell_state=None,
        name=None,
        attention_layer=None,
        attention_fn=None,
        dtype=None,
    ):
        super().__init__(name=name, dtype=dtype)
        assert_like_rnncell("cell", cell)
        self._is_multi = isinstance(attention_mechanism, (list, tuple))
        self._attention_mechanisms = attention_mechanism if self._is_multi else (attention_mechanism,)
        for mechanism in self._attention_mechanisms:
            if not isinstance(mechanism, AttentionMechanism):
                raise TypeError(
                    (
                        "attention_mechanism must contain only instances of AttentionMechanism, saw type: %s"
                        if self._is_multi
                        else "attention_mechanism must be an AttentionMechanism or list of multiple AttentionMechanism "
                        "instances, saw type: %s"
                    )
                    % type(mechanism).__name__
                )
        if cell_input_fn is not None and not callable(cell_input_fn):
            raise TypeError("cell_input_fn must be callable, saw type: %s" % type(cell_input_fn).__name__)
        self._cell_input_fn = cell_input_fn or (lambda inputs, attention: array_ops.concat([inputs, attention], -1))
        self._cell, self._attention_fn = cell, attention_fn or _compute_attention
        self._make_layers(attention_layer_size, attention_layer)
        self._output_attention, self._alignment_history = output_attention, alignment_history
        with name_scope(name, "AttentionWrapperInit"):
            self._initial_cell_state = None
            if initial_cell_state is not None:
                last = nest.flatten(initial_cell_state)[-1]
                batch_size = last.dims[0] or array_ops.shape(last)[0]
                message = (
                    "When constructing AttentionWrapper %s: Non-matching batch sizes between the memory (encoder output) and "
                    "initial_cell_state." % self._base_name
                ) + _BEAM_HINT % "initial state"
                with control_dependencies(self._batch_size_checks(batch_size, message)):
                    self._initial_cell_state = nest.map_structure(
                        lambda s: array_ops.identity(s, name="check_initial_cell_state"), initial_cell_state
                    )

    def _make_layers(self, sizes, layers):
        mechanisms = self._attention_mechanisms
        if sizes is not None and layers is not None:
            raise ValueError("Only one of attention_layer_size and attention_layer should be set")
        self._attention_layers = None
        if sizes is not None:
            sizes = tuple(sizes) if isinstance(sizes, (list, tuple)) else (sizes,)
            _check_one_each("attention_layer_size must contain exactly one integer", sizes, mechanisms)
            self._attention_layers = tuple(
                [Dense(size, name="attention_layer", use_bias=False, dtype=mechanisms[i].dtype) for i, size in enumerate(sizes)]
            )
            self._attention_layer_size = sum(sizes)
        elif layers is not None:
            self._attention_layers = tuple(layers) if isinstance(layers, (list, tuple)) else (layers,)
            _check_one_each("attention_layer must contain exactly one layer", self._attention_layers, mechanisms)
            self._attention_layer_size = sum(
                layer.compute_output_shape(TensorShape([None, self._cell.output_size + mechanism.values.dims[-1]])).as_list()[-1]
                for layer, mechanism in zip(self._attention_layers, mechanisms)
            )
        else:
            self._attention_layer_size = sum(mechanism.values.dims[-1] for mechanism in mechanisms)

    def _batch_size_checks(self, batch_size, message):
        return [check_ops.assert_equal(batch_size, m.batch_size, message=message) for m in self._attention_mechanisms]

    def _item_or_tuple(self, items):
        items = tuple(items)
        return items if self._is_multi else items[0]

    @property
    def output_size(self):
        return self._attention_layer_size if self._output_attention else self._cell.output_size

    @property
    def state_size(self):
        mechanisms = self._attention_mechanisms
        return AttentionWrapperState(
            cell_state=self._cell.state_size,
            time=TensorShape([]),
            attention=self._attention_layer_size,
            alignments=self._item_or_tuple(m.alignments_size for m in mechanisms),
            attention_state=self._item_or_tuple(m.state_size for m in mechanisms),
            alignment_history=self._item_or_tuple(m.alignments_size if self._alignment_history else () for m in mechanisms),
        )

    def zero_state(self, batch_size, dtype):
        with name_scope(type(self).__name__ + "ZeroState", values=[batch_size]):
            state = self._initial_cell_state
            if state is None:
                state = self._cell.get_initial_state(batch_size=batch_size, dtype=dtype)
            message = (
                "When calling zero_state of AttentionWrapper %s: Non-matching batch sizes between the memory (encoder output) "
                "and the requested batch size.  Are you using the BeamSearchDecoder?  If so, make sure your encoder output "
                "has been tiled to beam_width via tf.contrib.seq2seq.tile_batch, and the batch_size= argument passed to "
                "zero_state is batch_size * beam_width." % self._base_name
            )
            with control_dependencies(self._batch_size_checks(batch_size, message)):
                state = nest.map_structure(lambda s: array_ops.identity(s, name="checked_cell_state"), state)
            mechanisms = self._attention_mechanisms
            alignments = [m.initial_alignments(batch_size, dtype) for m in mechanisms]
            return AttentionWrapperState(
                cell_state=state,
                time=array_ops.zeros([], dtype=dtypes.int32),
                attention=zero_state_tensors(self._attention_layer_size, batch_size, dtype),
                alignments=self._item_or_tuple(alignments),
                attention_state=self._item_or_tuple([m.initial_state(batch_size, dtype) for m in mechanisms]),
                alignment_history=self._item_or_tuple(
                    [
                        TensorArray(dtype, size=0, dynamic_size=True, element_shape=a.get_shape()) if self._alignment_history else ()
                        for a in alignments
                    ]
                ),
            )

    def call(self, inputs, state):
        if not isinstance(state, AttentionWrapperState):
            raise TypeError("Expected state to be instance of AttentionWrapperState. Received type %s instead." % type(state))
        output, cell_state = self._cell(self._cell_input_fn(inputs, state.attention), state.cell_state)
        batch_size = output.dims[0] or array_ops.shape(output)[0]
        message = (
            "When applying AttentionWrapper %s: Non-matching batch sizes between the memory (encoder output) and the query "
            "(decoder output)." % self.name
        ) + _BEAM_HINT % "memory input"
        with control_dependencies(self._batch_size_checks(batch_size, message)):
            output = array_ops.identity(output, name="checked_cell_output")
        old_states = state.attention_state if self._is_multi else [state.attention_state]
        old_histories = state.alignment_history if self._is_multi else [state.alignment_history]
        all_alignments, attentions, states, histories = [], [], [], []
        for i, mechanism in enumerate(self._attention_mechanisms):
            attention, alignments, new_state = self._attention_fn(
                mechanism, output, old_states[i], self._attention_layers[i] if self._attention_layers else None
            )
            histories.append(old_histories[i].write(state.time, alignments) if self._alignment_history else ())
            states.append(new_state)
            all_alignments.append(alignments)
            attentions.append(attention)
        attention = array_ops.concat(attentions, 1)
        next_state = AttentionWrapperState(
            time=state.time + 1,
            cell_state=cell_state,
            attention=attention,
            attention_state=self._item_or_tuple(states),
            alignments=self._item_or_tuple(all_alignments),
            alignment_history=self._item_or_tuple(histories),
        )
        return (attention if self._output_attention else output), next_state


def _check_one_each(what, given, mechanisms):
    if len(given) != len(mechanisms):
        raise ValueError("If provided, %s per attention_mechanism, saw: %d vs %d" % (what, len(given), len(mechanisms)))


def _compute_attention(mechanism, cell_output, attention_state, attention_layer):
    """(attention, alignments, next state) of one mechanism."""
    alignments, next_state = mechanism(cell_output, state=attention_state)
    context = math_ops.matmul(array_ops.expand_dims(alignments, 1), mechanism.values)
    context = array_ops.squeeze(context, [1])
    if attention_layer is None:
        return context, alignments, next_state
    return attention_layer(array_ops.concat([cell_output, context], 1)), alignments, next_state
