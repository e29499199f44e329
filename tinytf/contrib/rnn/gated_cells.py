"""More gated cells of tf.contrib.rnn, most of papers of 2016 and 2017.  Each follows TF 1.15, node for node."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.contrib.rnn.cells import Sized, _SizedCell
from tinytf.layers.base import InputSpec
from tinytf.layers.linear import Linear
from tinytf.layers.rnn_cells import LayerRNNCell, LSTMStateTuple
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.math import math_ops
from tinytf.ops.nn import activations, nn_basic
from tinytf.ops.random import random_ops
from tinytf.ops.state import init_ops
from tinytf.ops.state.variable_scope import get_variable, get_variable_scope, variable_scope
from tinytf.shapes import dimension_value


def _known_depth(shape) -> int:
    depth = dimension_value(shape[-1])
    if depth is None:
        raise ValueError("Expected inputs.shape[-1] to be known, saw shape: %s" % shape)
    return depth


class _LayerCell(Sized, LayerRNNCell):
    """A cell of `num_units` that makes its weights in `build`."""

    def __init__(self, num_units, activation, reuse=None, name=None, **kwargs):
        super().__init__(_reuse=reuse, name=name, **kwargs)
        self.input_spec = InputSpec(ndim=2)
        self._num_units, self._activation = num_units, activation or math_ops.tanh


class SRUCell(_LayerCell):
    """Simple recurrent unit: its gates see the input only (Lei and others, 2017)."""

    def __init__(self, num_units, activation=None, reuse=None, name=None, **kwargs):
        super().__init__(num_units, activation, reuse, name, **kwargs)

    def build(self, input_shape):
        """Makes the weights."""
        self._kernel = self.add_variable("kernel", shape=[_known_depth(input_shape), 4 * self._num_units])
        self._bias = self.add_variable("bias", shape=[2 * self._num_units], initializer=init_ops.zeros_initializer)
        self.built = True

    def call(self, inputs, state):
        """(output, state)."""
        product = math_ops.matmul(inputs, self._kernel)
        new, forget, reset, passed = array_ops.split(value=product, num_or_size_splits=4, axis=1)
        gates = math_ops.sigmoid(nn_basic.bias_add(array_ops.concat([forget, reset], 1), self._bias))
        forget, reset = array_ops.split(value=gates, num_or_size_splits=2, axis=1)
        c = forget * state + (1.0 - forget) * new
        return reset * self._activation(c) + (1.0 - reset) * passed, c


class _IndependentCell(_LayerCell):
    """A cell whose units see their own state only: its recurrent weights are a vector."""

    def __init__(self, num_units, activation, reuse, name, dtype, kernel_initializer=None, bias_initializer=None):
        super().__init__(num_units, activation, reuse, name, dtype=dtype)
        self._kernel_initializer, self._bias_initializer = kernel_initializer, bias_initializer

    def _weights(self, scope, depth, copies, kernel_name="kernel_w", bias=0.0):
        """The weights of inputs and states, and the bias, of `copies` gates."""
        width = copies * self._num_units
        kernel = self.add_variable(scope + kernel_name, shape=[depth, width], initializer=self._kernel_initializer)
        uniform = init_ops.random_uniform_initializer(minval=-1, maxval=1, dtype=self.dtype)
        recurrent = self.add_variable(scope + "kernel_u", shape=[1, width], initializer=uniform)
        initializer = self._bias_initializer
        if initializer is None:
            initializer = init_ops.constant_initializer(bias, dtype=self.dtype) if bias else init_ops.zeros_initializer(dtype=self.dtype)
        return kernel, recurrent, self.add_variable(scope + "bias", shape=[width], initializer=initializer)


class IndRNNCell(_IndependentCell):
    """Independently recurrent network (Li and others, 2018)."""

    def __init__(self, num_units, activation=None, reuse=None, name=None, dtype=None):
        super().__init__(num_units, activation, reuse, name, dtype)

    def build(self, input_shape):
        """Makes the weights."""
        self._kernel_w, self._kernel_u, self._bias = self._weights("", _known_depth(input_shape), 1)
        self.built = True

    def call(self, inputs, state):
        """The new state, twice."""
        gate = math_ops.matmul(inputs, self._kernel_w) + (state * self._kernel_u)
        output = self._activation(nn_basic.bias_add(gate, self._bias))
        return output, output


class IndyGRUCell(_IndependentCell):
    """A GRU whose units see their own state only."""

    def __init__(
        self, num_units, activation=None, reuse=None, kernel_initializer=None, bias_initializer=None, name=None, dtype=None
    ):
        super().__init__(num_units, activation, reuse, name, dtype, kernel_initializer, bias_initializer)

    def build(self, input_shape):
        """Makes the weights."""
        depth = _known_depth(input_shape)
        self._gates = self._weights("gates/", depth, 2, bias=1.0)
        self._candidate = self._weights("candidate/", depth, 1, kernel_name="kernel")
        self.built = True

    def call(self, inputs, state):
        """The new state, twice."""
        kernel, recurrent, bias = self._gates
        gates = math_ops.matmul(inputs, kernel) + (array_ops.tile(state, [1, 2]) * recurrent)
        gates = math_ops.sigmoid(nn_basic.bias_add(gates, bias))
        reset, update = array_ops.split(value=gates, num_or_size_splits=2, axis=1)
        kept = reset * state
        kernel, recurrent, bias = self._candidate
        candidate = math_ops.matmul(inputs, kernel) + (kept * recurrent)
        candidate = self._activation(nn_basic.bias_add(candidate, bias))
        new = update * state + (1 - update) * candidate
        return new, new


class IndyLSTMCell(_IndependentCell):
    """An LSTM whose units see their own state only (Gonnet and Deselaers, 2019)."""

    def __init__(
        self, num_units, forget_bias=1.0, activation=None, reuse=None, kernel_initializer=None, bias_initializer=None, name=None, dtype=None
    ):
        super().__init__(num_units, activation, reuse, name, dtype, kernel_initializer, bias_initializer)
        self._forget_bias = forget_bias

    @property
    def state_size(self):
        """The sizes of c and h."""
        return LSTMStateTuple(self._num_units, self._num_units)

    def build(self, input_shape):
        """Makes the weights."""
        self._kernel_w, self._kernel_u, self._bias = self._weights("", _known_depth(input_shape), 4)
        self.built = True

    def call(self, inputs, state):
        """(h, (c, h))."""
        one = constant(1, dtype=dtypes.int32)
        c, h = state
        gates = math_ops.matmul(inputs, self._kernel_w)
        gates += array_ops.tile(h, [1, 4]) * self._kernel_u
        gates = nn_basic.bias_add(gates, self._bias)
        i, j, f, o = array_ops.split(value=gates, num_or_size_splits=4, axis=one)
        bias = constant(self._forget_bias, dtype=f.dtype)
        kept = math_ops.multiply(c, math_ops.sigmoid(math_ops.add(f, bias)))
        new_c = math_ops.add(kept, math_ops.multiply(math_ops.sigmoid(i), self._activation(j)))
        new_h = math_ops.multiply(self._activation(new_c), math_ops.sigmoid(o))
        return new_h, LSTMStateTuple(new_c, new_h)


class IntersectionRNNCell(_SizedCell):
    """Gates for the state and, separately, for what goes up to the next layer (Collins and others, 2017)."""

    def __init__(self, num_units, num_in_proj=None, initializer=None, forget_bias=1.0, y_activation=activations.relu, reuse=None):
        super().__init__(_reuse=reuse)
        self._num_units, self._num_in_proj, self._initializer = num_units, num_in_proj, initializer
        self._forget_bias, self._y_activation = forget_bias, y_activation
        self._projection = self._linear = None

    def call(self, inputs, state):
        """(output, state)."""
        n = self._num_units
        depth = dimension_value(inputs.shape.with_rank(2)[1])
        if depth is None:
            raise ValueError("Could not infer input size from inputs.get_shape()[-1]")
        with variable_scope(get_variable_scope(), initializer=self._initializer):
            if depth != n:
                if not self._num_in_proj:
                    raise ValueError(
                        "Must have input size == output size for Intersection RNN. To fix, num_in_proj should be set to num_units at cell init."
                    )
                with variable_scope("in_projection"):
                    if self._projection is None:
                        self._projection = Linear(inputs, n, True)
                    inputs = self._projection(inputs)
            both = array_ops.concat([inputs, state], 1)
            if self._linear is None:
                self._linear = Linear(both, 4 * n, True)
            product = self._linear(both)
            h_gate, h, y_gate, y = product[:, :n], product[:, n : 2 * n], product[:, 2 * n : 3 * n], product[:, 3 * n : 4 * n]
            h, y = math_ops.tanh(h), self._y_activation(y)
            h_gate = math_ops.sigmoid(h_gate + self._forget_bias)
            y_gate = math_ops.sigmoid(y_gate + self._forget_bias)
            new_state = h_gate * state + (1.0 - h_gate) * h
            return y_gate * inputs + (1.0 - y_gate) * y, new_state


def _random_exp_initializer(minval, maxval):
    """The exponential of uniform numbers: between minval and maxval, evenly on a log scale."""

    def initializer(shape, dtype=dtypes.float32, partition_info=None):
        return math_ops.exp(random_ops.random_uniform(shape, math_ops.log(minval), math_ops.log(maxval), dtype))

    return initializer


class PhasedLSTMCell(_SizedCell):
    """An LSTM whose units are open for a part of a period of their own; inputs are (times, x) (Neil and others, 2016)."""

    def __init__(
        self, num_units, use_peepholes=False, leak=0.001, ratio_on=0.1, trainable_ratio_on=True, period_init_min=1.0,
        period_init_max=1000.0, reuse=None,
    ):  # fmt: skip
        super().__init__(_reuse=reuse)
        self._num_units, self._use_peepholes, self._leak = num_units, use_peepholes, leak
        self._ratio_on, self._trainable_ratio_on = ratio_on, trainable_ratio_on
        self._period_init_min, self._period_init_max = period_init_min, period_init_max
        self._linears: dict = {}

    @property
    def state_size(self):
        """The sizes of c and h."""
        return LSTMStateTuple(self._num_units, self._num_units)

    def _linear(self, name, inputs, copies):
        if name not in self._linears:
            self._linears[name] = Linear(inputs, copies * self._num_units, True)
        return self._linears[name](inputs)

    def _cycle_ratio(self, time, phase, period):
        phase, period = math_ops.cast(phase, dtype=time.dtype), math_ops.cast(period, dtype=time.dtype)
        shifted = time - phase
        remainder = array_ops.stop_gradient(math_ops.mod(shifted, period) - shifted) + shifted  # its gradient is 1
        return math_ops.cast(remainder / period, dtype=dtypes.float32)

    def call(self, inputs, state):
        """(h, (c, h))."""
        c_before, h_before = state
        time, x = inputs
        seen = [x, h_before]
        with variable_scope("mask_gates"):
            gates = math_ops.sigmoid(self._linear("mask", seen + [c_before] if self._use_peepholes else seen, 2))
            input_gate, forget_gate = array_ops.split(axis=1, num_or_size_splits=2, value=gates)
        with variable_scope("new_input"):
            new_input = math_ops.tanh(self._linear("input", seen, 1))
        c = c_before * forget_gate + input_gate * new_input
        with variable_scope("output_gate"):
            output_gate = math_ops.sigmoid(self._linear("output", seen + [c] if self._use_peepholes else seen, 1))
        h = math_ops.tanh(c) * output_gate

        shape = [self._num_units]
        period = get_variable("period", shape, initializer=_random_exp_initializer(self._period_init_min, self._period_init_max))
        phase = get_variable("phase", shape, initializer=init_ops.random_uniform_initializer(0.0, period.initial_value))
        ratio_initializer = init_ops.constant_initializer(self._ratio_on)
        ratio_on = get_variable("ratio_on", shape, initializer=ratio_initializer, trainable=self._trainable_ratio_on)
        ratio = self._cycle_ratio(time, phase, period)
        rising = 2 * ratio / ratio_on
        falling = 2 - rising
        closed = self._leak * ratio
        k = array_ops.where(ratio < ratio_on, falling, closed)
        k = array_ops.where(ratio < 0.5 * ratio_on, rising, k)
        c = k * c + (1 - k) * c_before
        h = k * h + (1 - k) * h_before
        return h, LSTMStateTuple(c, h)


class CoupledInputForgetGateLSTMCell(_SizedCell):
    """An LSTM that forgets as much as it takes in (Greff and others, 2015)."""

    def __init__(
        self, num_units, use_peepholes=False, initializer=None, num_proj=None, proj_clip=None, num_unit_shards=1, num_proj_shards=1,
        forget_bias=1.0, state_is_tuple=True, activation=math_ops.tanh, reuse=None, layer_norm=False, norm_gain=1.0, norm_shift=0.0,
    ):  # fmt: skip
        super().__init__(_reuse=reuse)
        if num_unit_shards != 1 or num_proj_shards != 1:
            raise NotImplementedError("CoupledInputForgetGateLSTMCell: num_unit_shards and num_proj_shards must be 1 in tinytf")
        if layer_norm:
            raise NotImplementedError("CoupledInputForgetGateLSTMCell(layer_norm=True): use LayerNormBasicLSTMCell")
        self._num_units, self._use_peepholes, self._num_proj, self._proj_clip = num_units, use_peepholes, num_proj, proj_clip
        self._forget_bias, self._state_is_tuple, self._activation = forget_bias, state_is_tuple, activation

    @property
    def output_size(self):
        """The size of the output."""
        return self._num_proj or self._num_units

    @property
    def state_size(self):
        """The sizes of c and the output, or their sum."""
        sizes = self._num_units, self.output_size
        return LSTMStateTuple(*sizes) if self._state_is_tuple else sum(sizes)

    def call(self, inputs, state):
        """(output, state)."""
        units, width = self._num_units, self._num_units if self._num_proj is None else self._num_proj
        if self._state_is_tuple:
            c_before, m_before = state
        else:
            c_before = array_ops.slice(state, [0, 0], [-1, units])
            m_before = array_ops.slice(state, [0, units], [-1, width])
        dtype, depth = inputs.dtype, dimension_value(inputs.shape.with_rank(2)[1])
        if depth is None:
            raise ValueError("Could not infer input size from inputs.get_shape()[-1]")
        kernel = get_variable("W_0", [depth + width, 3 * units], dtype=dtype)
        bias = get_variable("B", shape=[3 * units], initializer=init_ops.zeros_initializer(), dtype=dtype)
        product = math_ops.matmul(array_ops.concat([inputs, m_before], 1), kernel)
        j, f, o = array_ops.split(value=nn_basic.bias_add(product, bias), num_or_size_splits=3, axis=1)
        if self._use_peepholes:
            of_f = get_variable("W_F_diag", shape=[units], dtype=dtype)
            of_o = get_variable("W_O_diag", shape=[units], dtype=dtype)
            kept = math_ops.sigmoid(f + self._forget_bias + of_f * c_before)
        else:
            kept = math_ops.sigmoid(f + self._forget_bias)
        c = kept * c_before + (1 - kept) * self._activation(j)
        m = math_ops.sigmoid(o + of_o * c if self._use_peepholes else o) * self._activation(c)
        if self._num_proj is not None:
            m = math_ops.matmul(m, get_variable("W_P_0", [units, self._num_proj], dtype=dtype))
            if self._proj_clip is not None:
                from tinytf.ops.math.clip import clip_by_value

                m = clip_by_value(m, -self._proj_clip, self._proj_clip)
        return m, LSTMStateTuple(c, m) if self._state_is_tuple else array_ops.concat([c, m], 1)
