"""Cells that are only in tf.contrib.rnn.  Each follows TF 1.15, node for node."""

from __future__ import annotations

from tinytf import dtypes, nest
from tinytf.contrib.layers.layers import layer_norm
from tinytf.graph.default_graph import name_scope
from tinytf.layers.linear import Linear
from tinytf.layers.rnn_cells import LayerRNNCell, LSTMStateTuple, RNNCell
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops
from tinytf.ops.nn import activations, conv_functions, nn_basic
from tinytf.ops.nn.dropout import dropout
from tinytf.ops.state import init_ops
from tinytf.ops.state.variable_scope import get_variable, get_variable_scope, variable_scope
from tinytf.shapes import TensorShape, dimension_value


class Sized:
    """What a cell is whose state and output have `num_units` elements."""

    @property
    def state_size(self):
        """The size of the state."""
        return self._num_units

    @property
    def output_size(self):
        """The size of the output."""
        return self._num_units


class _SizedCell(Sized, RNNCell):
    """Such a cell that makes its weights when it is called."""


class LayerNormBasicLSTMCell(_SizedCell):
    """An LSTM whose gates and state are normalised over the units, with dropout of what it adds to the state."""

    def __init__(
        self, num_units, forget_bias=1.0, input_size=None, activation=math_ops.tanh, layer_norm=True, norm_gain=1.0, norm_shift=0.0,
        dropout_keep_prob=1.0, dropout_prob_seed=None, reuse=None,
    ):  # fmt: skip
        super().__init__(_reuse=reuse)
        self._num_units, self._activation, self._forget_bias = num_units, activation, forget_bias
        self._keep_prob, self._seed = dropout_keep_prob, dropout_prob_seed
        self._layer_norm, self._gain, self._shift = layer_norm, norm_gain, norm_shift

    @property
    def state_size(self):
        """The sizes of c and h."""
        return LSTMStateTuple(self._num_units, self._num_units)

    def _norm(self, x, scope, dtype=dtypes.float32):
        shape = x.shape[-1:]
        with variable_scope(scope):
            get_variable("gamma", shape=shape, initializer=init_ops.constant_initializer(self._gain), dtype=dtype)
            get_variable("beta", shape=shape, initializer=init_ops.constant_initializer(self._shift), dtype=dtype)
        return layer_norm(x, reuse=True, scope=scope)

    def _gates(self, x):
        kernel = get_variable("kernel", [x.shape[-1], 4 * self._num_units], dtype=x.dtype)
        out = math_ops.matmul(x, kernel)
        if self._layer_norm:
            return out
        return nn_basic.bias_add(out, get_variable("bias", [4 * self._num_units], dtype=x.dtype))

    def call(self, inputs, state):
        """h and (c, h)."""
        c, h = state
        x = array_ops.concat([inputs, h], 1)
        i, j, f, o = array_ops.split(value=self._gates(x), num_or_size_splits=4, axis=1)
        if self._layer_norm:
            names = ("input", "transform", "forget", "output")
            i, j, f, o = (self._norm(gate, name, dtype=x.dtype) for gate, name in zip((i, j, f, o), names))
        added = self._activation(j)
        if not isinstance(self._keep_prob, float) or self._keep_prob < 1:
            added = dropout(added, self._keep_prob, seed=self._seed)
        c = c * math_ops.sigmoid(f + self._forget_bias) + math_ops.sigmoid(i) * added
        if self._layer_norm:
            c = self._norm(c, "state", dtype=x.dtype)
        h = self._activation(c) * math_ops.sigmoid(o)
        return h, LSTMStateTuple(c, h)


class NASCell(LayerRNNCell):
    """The cell that a search found (Zoph and Le, 2017): eight products of the input and of the state, joined in pairs."""

    _PARTS = 8

    def __init__(self, num_units, num_proj=None, use_bias=False, reuse=None, **kwargs):
        super().__init__(_reuse=reuse, **kwargs)
        self._num_units, self._num_proj, self._use_bias = num_units, num_proj, use_bias

    @property
    def state_size(self):
        """The sizes of c and m."""
        return LSTMStateTuple(self._num_units, self.output_size)

    @property
    def output_size(self):
        """The size of the output."""
        return self._num_units if self._num_proj is None else self._num_proj

    def build(self, inputs_shape):
        """Makes the variables."""
        input_size = dimension_value(TensorShape(inputs_shape).with_rank(2)[1])
        if input_size is None:
            raise ValueError("Could not infer input size from inputs.get_shape()[-1]")
        width = self._PARTS * self._num_units
        self.recurrent_kernel = self.add_variable("recurrent_kernel", [self.output_size, width])
        self.kernel = self.add_variable("kernel", [input_size, width])
        if self._use_bias:
            self.bias = self.add_variable("bias", shape=[width], initializer=init_ops.zeros_initializer)
        if self._num_proj is not None:
            self.projection_weights = self.add_variable("projection_weights", [self._num_units, self._num_proj])
        self.built = True

    def call(self, inputs, state):
        """m and (c, m)."""
        sigmoid, tanh, relu = math_ops.sigmoid, math_ops.tanh, activations.relu
        c, m = state
        of_state, of_input = math_ops.matmul(m, self.recurrent_kernel), math_ops.matmul(inputs, self.kernel)
        if self._use_bias:
            of_state = nn_basic.bias_add(of_state, self.bias)
        s = array_ops.split(axis=1, num_or_size_splits=self._PARTS, value=of_state)
        x = array_ops.split(axis=1, num_or_size_splits=self._PARTS, value=of_input)
        first = [sigmoid(x[0] + s[0]), relu(x[1] + s[1]), sigmoid(x[2] + s[2]), relu(x[3] * s[3])]
        first += [tanh(x[4] + s[4]), sigmoid(x[5] + s[5]), tanh(x[6] + s[6]), sigmoid(x[7] + s[7])]
        second = [tanh(first[0] * first[1]), tanh(first[2] + first[3]), tanh(first[4] * first[5]), sigmoid(first[6] + first[7])]
        c = tanh(second[0] + c) * second[1]
        m = tanh(c * tanh(second[2] + second[3]))
        if self._num_proj is not None:
            m = math_ops.matmul(m, self.projection_weights)
        return m, LSTMStateTuple(c, m)


class UGRNNCell(_SizedCell):
    """One gate between the old state and a new one (Collins and others, 2017)."""

    def __init__(self, num_units, initializer=None, forget_bias=1.0, activation=math_ops.tanh, reuse=None):
        super().__init__(_reuse=reuse)
        self._num_units, self._initializer, self._forget_bias, self._activation = num_units, initializer, forget_bias, activation
        self._linear = None

    def call(self, inputs, state):
        """The new state, twice."""
        with variable_scope(get_variable_scope(), initializer=self._initializer):
            both = array_ops.concat([inputs, state], 1)
            if self._linear is None:
                self._linear = Linear(both, 2 * self._num_units, True)
            gate, new = array_ops.split(axis=1, num_or_size_splits=2, value=self._linear(both))
            new = self._activation(new)
            gate = math_ops.sigmoid(gate + self._forget_bias)
            state = gate * state + (1.0 - gate) * new
        return state, state


class HighwayWrapper(RNNCell):
    """Carries a part of the input past the cell (Srivastava and others, 2015)."""

    def __init__(self, cell, couple_carry_transform_gates=True, carry_bias_init=1.0):
        super().__init__()
        self._cell, self._coupled, self._carry_bias = cell, couple_carry_transform_gates, carry_bias_init

    @property
    def state_size(self):
        """The cell's."""
        return self._cell.state_size

    @property
    def output_size(self):
        """The cell's."""
        return self._cell.output_size

    def zero_state(self, batch_size, dtype):
        """The cell's."""
        with name_scope(type(self).__name__ + "ZeroState", values=[batch_size]):
            return self._cell.zero_state(batch_size, dtype)

    def _gate(self, name, inputs, bias):
        size = dimension_value(inputs.shape.with_rank(2)[1])
        weights = get_variable(name + "_w", [size, size])
        biases = get_variable(name + "_b", [size], initializer=init_ops.constant_initializer(bias))
        return math_ops.sigmoid(nn_basic.xw_plus_b(inputs, weights, biases))

    def _highway(self, inputs, outputs):
        inputs.shape.assert_is_compatible_with(outputs.shape)
        carry = self._gate("carry", inputs, self._carry_bias)
        transform = 1 - carry if self._coupled else self._gate("transform", inputs, -self._carry_bias)
        return inputs * carry + outputs * transform

    def __call__(self, inputs, state, scope=None):
        """The output with its part of the input, and the cell's state."""
        outputs, state = self._cell(inputs, state, scope=scope)
        nest.assert_same_structure(inputs, outputs)
        return nest.map_structure(self._highway, inputs, outputs), state


class ConvLSTMCell(RNNCell):
    """An LSTM whose gates are convolutions over 1, 2 or 3 axes (Shi and others, 2015).

    `input_shape` is without the batch; `skip_connection` puts the input beside the output.
    """

    def __init__(
        self, conv_ndims, input_shape, output_channels, kernel_shape, use_bias=True, skip_connection=False, forget_bias=1.0,
        initializers=None, name="conv_lstm_cell",
    ):  # fmt: skip
        super().__init__(name=name)
        if conv_ndims != len(input_shape) - 1:
            raise ValueError("Invalid input_shape {} for conv_ndims={}.".format(input_shape, conv_ndims))
        self._ndims, self._channels, self._kernel_shape = conv_ndims, output_channels, list(kernel_shape)
        self._use_bias, self._forget_bias, self._skip = use_bias, forget_bias, skip_connection
        space = list(input_shape[:-1])
        self._shape = TensorShape(space + [output_channels])
        self._output_shape = TensorShape(space + [output_channels + (input_shape[-1] if skip_connection else 0)])

    @property
    def state_size(self):
        """The shapes of c and h."""
        return LSTMStateTuple(self._shape, self._shape)

    @property
    def output_size(self):
        """The shape of the output."""
        return self._output_shape

    def call(self, inputs, state, scope=None):
        """The output and (c, output)."""
        c, h = state
        gates = _convolved([inputs, h], self._kernel_shape, 4 * self._channels, self._use_bias)
        i, new, f, o = array_ops.split(value=gates, num_or_size_splits=4, axis=self._ndims + 1)
        c = math_ops.sigmoid(f + self._forget_bias) * c
        c += math_ops.sigmoid(i) * math_ops.tanh(new)
        output = math_ops.tanh(c) * math_ops.sigmoid(o)
        if self._skip:
            output = array_ops.concat([output, inputs], axis=-1)
        return output, LSTMStateTuple(c, output)


class Conv1DLSTMCell(ConvLSTMCell):
    """ConvLSTMCell over one axis."""

    def __init__(self, name="conv_1d_lstm_cell", **kwargs):
        super().__init__(conv_ndims=1, name=name, **kwargs)


class Conv2DLSTMCell(ConvLSTMCell):
    """ConvLSTMCell over two axes."""

    def __init__(self, name="conv_2d_lstm_cell", **kwargs):
        super().__init__(conv_ndims=2, name=name, **kwargs)


class Conv3DLSTMCell(ConvLSTMCell):
    """ConvLSTMCell over three axes."""

    def __init__(self, name="conv_3d_lstm_cell", **kwargs):
        super().__init__(conv_ndims=3, name=name, **kwargs)


def _convolved(parts, kernel_shape, channels, bias):
    rank = len(parts[0].shape)
    depth = sum(dimension_value(part.shape[-1]) for part in parts)
    kernel = get_variable("kernel", kernel_shape + [depth, channels], dtype=parts[0].dtype)
    convolve = {3: conv_functions.conv1d, 4: conv_functions.conv2d, 5: conv_functions.conv3d}[rank]
    joined = array_ops.concat(axis=rank - 1, values=parts)
    result = convolve(joined, kernel, 1 if rank == 3 else rank * [1], padding="SAME")
    if not bias:
        return result
    return result + get_variable("biases", [channels], dtype=parts[0].dtype, initializer=init_ops.constant_initializer(0.0, dtype=parts[0].dtype))
