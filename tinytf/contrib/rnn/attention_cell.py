"""A cell that looks back at its last outputs.  Follows tf.contrib.rnn.AttentionCellWrapper of TF 1.15."""

from __future__ import annotations

import logging

from tinytf import nest
from tinytf.layers.linear import Linear
from tinytf.layers.rnn_cells import RNNCell
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops
from tinytf.ops.nn.conv_functions import conv2d
from tinytf.ops.nn.softmax import softmax
from tinytf.ops.state.variable_scope import get_variable, variable_scope


class AttentionCellWrapper(RNNCell):
    """`cell` with attention over its last `attn_length` outputs; the state is (cell's, attention, what it looks back at).

    Args:
      attn_size: the size of the outputs; the cell's where it is None.
      attn_vec_size: the size of the features that attention compares.
      input_size: the size of the cell's input, which is made of input and attention.
      state_is_tuple: False joins the three parts of the state.
    """

    def __init__(self, cell, attn_length, attn_size=None, attn_vec_size=None, input_size=None, state_is_tuple=True, reuse=None):
        super().__init__(_reuse=reuse)
        if nest.is_sequence(cell.state_size) and not state_is_tuple:
            raise ValueError(
                "Cell returns tuple of states, but the flag state_is_tuple is not set. State size is: %s" % (cell.state_size,)
            )
        if attn_length <= 0:
            raise ValueError("attn_length should be greater than zero, got %s" % attn_length)
        if not state_is_tuple:
            logging.getLogger("tensorflow").warning("%s: Using a concatenated state is slower. Use state_is_tuple=True.", self)
        self._cell, self._length, self._state_is_tuple = cell, attn_length, state_is_tuple
        self._size = cell.output_size if attn_size is None else attn_size
        self._vec_size = self._size if attn_vec_size is None else attn_vec_size
        self._input_size = input_size
        self._linears: dict = {}

    @property
    def state_size(self):
        """(the cell's, attention, past outputs) or their sum."""
        size = (self._cell.state_size, self._size, self._size * self._length)
        return size if self._state_is_tuple else sum(size)

    @property
    def output_size(self):
        """The size of the output."""
        return self._size

    def _linear(self, which, arguments, size):
        if which not in self._linears:
            self._linears[which] = Linear(arguments, size, True)
        return self._linears[which](arguments)

    def call(self, inputs, state):
        """The output and the new state."""
        if self._state_is_tuple:
            state, attention, past = state
        else:
            joined, own = state, self._cell.state_size
            state = array_ops.slice(joined, [0, 0], [-1, own])
            attention = array_ops.slice(joined, [0, own], [-1, self._size])
            past = array_ops.slice(joined, [0, own + self._size], [-1, self._size * self._length])
        past = array_ops.reshape(past, [-1, self._length, self._size])
        input_size = self._input_size or inputs.shape.as_list()[1]
        inputs = self._linear("input", [inputs, attention], input_size)
        output, new_state = self._cell(inputs, state)
        query = array_ops.concat(nest.flatten(new_state), 1) if self._state_is_tuple else new_state
        attention, past = self._attend(query, past)
        with variable_scope("attn_output_projection"):
            output = self._linear("output", [output, attention], self._size)
        past = array_ops.concat([past, array_ops.expand_dims(output, 1)], 1)
        new_state = (new_state, attention, array_ops.reshape(past, [-1, self._length * self._size]))
        return output, new_state if self._state_is_tuple else array_ops.concat(list(new_state), 1)

    def _attend(self, query, past):
        """(weighted sum of the past outputs, all of them but the oldest)."""
        with variable_scope("attention"):
            k = get_variable("attn_w", [1, 1, self._size, self._vec_size])
            v = get_variable("attn_v", [self._vec_size])
            hidden = array_ops.reshape(past, [-1, self._length, 1, self._size])
            features = conv2d(hidden, k, [1, 1, 1, 1], "SAME")
            y = self._linear("query", query, self._vec_size)
            y = array_ops.reshape(y, [-1, 1, 1, self._vec_size])
            weights = softmax(math_ops.reduce_sum(v * math_ops.tanh(features + y), [2, 3]))
            attended = math_ops.reduce_sum(array_ops.reshape(weights, [-1, self._length, 1, 1]) * hidden, [1, 2])
            return array_ops.reshape(attended, [-1, self._size]), array_ops.slice(past, [0, 1, 0], [-1, -1, -1])
