"""Cells that take a whole sequence at once.  Follows tf.contrib.rnn of TF 1.15."""

from __future__ import annotations

from tinytf.ops.array import array_ops
from tinytf.ops.array.transpose import reverse, reverse_sequence
from tinytf.ops.recurrent.rnn import dynamic_rnn
from tinytf.ops.recurrent.static_rnn import static_rnn


class FusedRNNCell:
    """`cell(inputs, initial_state, dtype, sequence_length, scope)` gives (outputs, state); inputs are [time, batch, size] or a list."""

    def __call__(self, inputs, initial_state=None, dtype=None, sequence_length=None, scope=None):
        """Outputs and final state; subclasses say how."""
        raise NotImplementedError


class FusedRNNCellAdaptor(FusedRNNCell):
    """Any cell as a fused one."""

    def __init__(self, cell, use_dynamic_rnn=False):
        self._cell, self._dynamic = cell, use_dynamic_rnn

    def __call__(self, inputs, initial_state=None, dtype=None, sequence_length=None, scope=None):
        """Outputs, in the form of the inputs, and final state."""
        is_list = isinstance(inputs, list)
        common = dict(sequence_length=sequence_length, initial_state=initial_state, dtype=dtype, scope=scope)
        if self._dynamic:
            inputs = array_ops.stack(inputs) if is_list else inputs
            outputs, state = dynamic_rnn(self._cell, inputs, time_major=True, **common)
            return array_ops.unstack(outputs) if is_list else outputs, state
        inputs = inputs if is_list else array_ops.unstack(inputs)
        outputs, state = static_rnn(self._cell, inputs, **common)
        return outputs if is_list else array_ops.stack(outputs), state


class TimeReversedFusedRNN(FusedRNNCell):
    """A fused cell that reads backwards."""

    def __init__(self, cell):
        self._cell = cell

    @staticmethod
    def _reverse(sequence, lengths):
        if isinstance(sequence, list):
            return sequence[::-1]
        return reverse(sequence, [0]) if lengths is None else reverse_sequence(sequence, lengths, 0, 1)

    def __call__(self, inputs, initial_state=None, dtype=None, sequence_length=None, scope=None):
        """Outputs, at their inputs' places, and the state after the first one."""
        outputs, state = self._cell(
            self._reverse(inputs, sequence_length),
            initial_state=initial_state,
            dtype=dtype,
            sequence_length=sequence_length,
            scope=scope,
        )
        return self._reverse(outputs, sequence_length), state
