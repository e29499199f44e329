"""Cells whose step, or whole sequence, is one op.  Each follows tf.contrib.rnn of TF 1.15, node for node."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.layers.base import InputSpec, Layer
from tinytf.layers.rnn_cells import LayerRNNCell, LSTMStateTuple
from tinytf.ops.array import array_ops
from tinytf.ops.array.gather_scatter import gather_nd
from tinytf.ops.array.masks import sequence_mask
from tinytf.ops.array.ranges import range as range_
from tinytf.ops.math import math_ops
from tinytf.ops.state import init_ops


class _BlockLSTMVariables:
    """The variables of both LSTMs here, and the attributes of their ops."""

    def _keep(self, num_units, forget_bias, cell_clip, use_peephole):
        self._num_units, self._use_peephole = num_units, use_peephole
        self._attrs = {
            "forget_bias": forget_bias, "cell_clip": -1 if cell_clip is None else cell_clip, "use_peephole": use_peephole,
        }  # fmt: skip

    def _make_variables(self, input_size):
        units = self._num_units
        self._kernel = self.add_variable("kernel", [input_size + units, units * 4])
        self._bias = self.add_variable("bias", [units * 4], initializer=init_ops.constant_initializer(0.0))
        if self._use_peephole:
            self._diagonals = [self.add_variable(name, [units]) for name in ("w_i_diag", "w_f_diag", "w_o_diag")]
        self.built = True

    def _peepholes(self, dtype):
        if self._use_peephole:
            return self._diagonals
        return [array_ops.zeros([self._num_units], dtype=dtype)] * 3


class LSTMBlockCell(_BlockLSTMVariables, LayerRNNCell):
    """An LSTM without projection whose step is one op.  Follows tf.contrib.rnn.LSTMBlockCell of TF 1.15."""

    def __init__(
        self, num_units, forget_bias=1.0, cell_clip=None, use_peephole=False, dtype=None, reuse=None, name="lstm_cell"
    ):
        LayerRNNCell.__init__(self, _reuse=reuse, dtype=dtype, name=name)
        self._keep(num_units, forget_bias, cell_clip, use_peephole)
        self.input_spec = InputSpec(ndim=2)

    @property
    def state_size(self):
        """The sizes of c and h."""
        return LSTMStateTuple(self._num_units, self._num_units)

    @property
    def output_size(self):
        """The size of the output."""
        return self._num_units

    def build(self, inputs_shape):
        """Makes the variables."""
        if not inputs_shape.dims[1].value:
            raise ValueError(f"Expecting inputs_shape[1] to be set: {inputs_shape}")
        self._make_variables(inputs_shape.dims[1].value)

    def call(self, inputs, state):
        """The output and the new (c, h)."""
        if len(state) != 2:
            raise ValueError("Expecting state to be a tuple with length 2.")
        diagonals = self._peepholes(self.dtype)
        out = make("LSTMBlockCell", inputs, state[0], state[1], self._kernel, *diagonals, self._bias, **self._attrs)
        return out[6], LSTMStateTuple(out[1], out[6])


class LSTMBlockWrapper(Layer):
    """What runs a whole sequence, [time, batch, size] or a list, at once; `_call_cell` of a subclass says how."""

    @property
    def num_units(self):
        """The size of the state."""
        raise NotImplementedError

    def _call_cell(self, inputs, initial_cell_state, initial_output, dtype, sequence_length):
        raise NotImplementedError

    def call(self, inputs, initial_state=None, dtype=None, sequence_length=None):
        """Outputs, in the form of the inputs, and the final state: of each example's last step, where lengths are given."""
        is_list = isinstance(inputs, list)
        if is_list:
            inputs = array_ops.stack(inputs)
        time, batch, size = inputs.get_shape().with_rank(3).as_list()
        if not size:
            raise ValueError(f"Expecting inputs_shape[2] to be set: {inputs.get_shape()}")
        batch = array_ops.shape(inputs)[1] if batch is None else batch
        time = array_ops.shape(inputs)[0] if time is None else time
        if initial_state is None:
            if dtype is None:
                raise ValueError("Either initial_state or dtype needs to be specified")
            zeros = array_ops.zeros(array_ops.stack([batch, self.num_units]), dtype=dtype)
            initial_state = zeros, zeros
        elif len(initial_state) != 2:
            raise ValueError("Expecting initial_state to be a tuple with length 2 or None")
        elif dtype is None:
            dtype = initial_state[0].dtype
        if sequence_length is not None:
            sequence_length = convert_to_tensor(sequence_length)
        cs, outputs = self._call_cell(inputs, *initial_state, dtype, sequence_length)
        if sequence_length is None:
            final = LSTMStateTuple(cs[-1], outputs[-1])
        else:
            mask = array_ops.transpose(sequence_mask(sequence_length, time, dtype=dtype), [1, 0])
            outputs *= array_ops.tile(array_ops.expand_dims(mask, [-1]), [1, 1, self.num_units])
            # with the initial ones in front, index n is what n steps leave, also where n is 0
            with_initial = [
                array_ops.concat([array_ops.expand_dims(first, [0]), rest], 0)
                for first, rest in zip(initial_state, (cs, outputs))
            ]
            final = LSTMStateTuple(*[self._gather_states(data, sequence_length, batch) for data in with_initial])
        return array_ops.unstack(outputs) if is_list else outputs, final

    @staticmethod
    def _gather_states(data, indices, batch_size):
        return gather_nd(data, array_ops.stack([indices, range_(batch_size)], axis=1))


class LSTMBlockFusedCell(_BlockLSTMVariables, LSTMBlockWrapper):
    """An LSTM without projection whose whole sequence is one op.  Follows tf.contrib.rnn.LSTMBlockFusedCell of TF 1.15."""

    def __init__(
        self, num_units, forget_bias=1.0, cell_clip=None, use_peephole=False, reuse=None, dtype=None, name="lstm_fused_cell"
    ):
        LSTMBlockWrapper.__init__(self, _reuse=reuse, name=name, dtype=dtype)
        self._keep(num_units, forget_bias, cell_clip, use_peephole)
        self.input_spec = InputSpec(ndim=3)

    @property
    def num_units(self):
        """The size of the state."""
        return self._num_units

    def build(self, input_shape):
        """Makes the variables."""
        self._make_variables(input_shape.dims[2].value)

    def _call_cell(self, inputs, initial_cell_state, initial_output, dtype, sequence_length):
        time = inputs.get_shape().with_rank(3).dims[0].value
        time = array_ops.shape(inputs)[0] if time is None else time
        diagonals = self._peepholes(dtype)
        length = time if sequence_length is None else math_ops.reduce_max(sequence_length)
        length = math_ops.cast(length, dtypes.int64)
        state = initial_cell_state, initial_output
        out = make("BlockLSTM", length, inputs, *state, self._kernel, *diagonals, self._bias, **self._attrs)
        return out[1], out[6]


class GRUBlockCell(LayerRNNCell):
    """A gated recurrent unit whose step is one op.  Follows tf.contrib.rnn.GRUBlockCell of TF 1.15."""

    _NAMES = ("w_ru", "b_ru", "w_c", "b_c")

    def __init__(self, num_units=None, cell_size=None, reuse=None, name="gru_cell"):
        super().__init__(_reuse=reuse, name=name)
        if (cell_size is None) == (num_units is None):
            raise ValueError("Exactly one of num_units or cell_size must be provided.")
        self._cell_size = cell_size if num_units is None else num_units
        self.input_spec = InputSpec(ndim=2)

    @property
    def state_size(self):
        """The size of the state."""
        return self._cell_size

    @property
    def output_size(self):
        """The size of the output."""
        return self._cell_size

    def build(self, input_shape):
        """Makes the variables."""
        size, cell = input_shape.dims[1].value, self._cell_size
        if size is None:
            raise ValueError("Expecting input_size to be set.")
        names, constant = self._NAMES, init_ops.constant_initializer
        self._gate_kernel = self.add_variable(names[0], [size + cell, cell * 2])
        self._gate_bias = self.add_variable(names[1], [cell * 2], initializer=constant(1.0))
        self._candidate_kernel = self.add_variable(names[2], [size + cell, cell])
        self._candidate_bias = self.add_variable(names[3], [cell], initializer=constant(0.0))
        self.built = True

    def call(self, inputs, h_prev):
        """The new state, twice: as output and as state."""
        cell = h_prev.get_shape().with_rank(2)[1]
        if cell != self._cell_size:
            raise ValueError(f"Shape of h_prev[1] incorrect: cell_size {self._cell_size} vs {cell}")
        variables = self._gate_kernel, self._candidate_kernel, self._gate_bias, self._candidate_bias
        new = make("GRUBlockCell", inputs, h_prev, *variables)[3]
        return new, new


class GRUBlockCellV2(GRUBlockCell):
    """GRUBlockCell with the variable names of GRUCell, so that checkpoints fit both."""

    _NAMES = ("gates/kernel", "gates/bias", "candidate/kernel", "candidate/bias")
