"""Recurrent layers of Keras: the cells SimpleRNNCell, GRUCell, LSTMCell, the loop RNN, Bidirectional, TimeDistributed."""

from __future__ import annotations

from tinytf import nest
from tinytf.keras import activations, backend, initializers
from tinytf.keras.base_layer import InputSpec, Layer
from tinytf.keras.layers.rnn_loop import run_over_time
from tinytf.ops import array_ops, math_ops, nn_basic

__all__ = [
    "SimpleRNNCell", "GRUCell", "LSTMCell", "StackedRNNCells", "RNN", "SimpleRNN", "GRU", "LSTM", "Wrapper", "TimeDistributed",
    "Bidirectional",
]  # fmt: skip


class _Cell(Layer):
    """A cell with one kernel of its input, one of its state, and a bias."""

    _gates = 1

    def __init__(
        self, units, activation="tanh", use_bias=True, kernel_initializer="glorot_uniform", recurrent_initializer="orthogonal",
        bias_initializer="zeros", kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None, kernel_constraint=None,
        recurrent_constraint=None, bias_constraint=None, dropout=0.0, recurrent_dropout=0.0, **kwargs,
    ):  # fmt: skip
        super().__init__(**kwargs)
        if dropout or recurrent_dropout:
            raise NotImplementedError(f"tf.keras.layers.{type(self).__name__}(dropout=…): put a tf.keras.layers.Dropout before the layer")
        self.units, self.activation, self.use_bias = units, activations.get(activation), use_bias
        self.kernel_initializer, self.recurrent_initializer, self.bias_initializer = kernel_initializer, recurrent_initializer, bias_initializer
        self.kernel_regularizer, self.recurrent_regularizer, self.bias_regularizer = kernel_regularizer, recurrent_regularizer, bias_regularizer
        self.kernel_constraint, self.recurrent_constraint, self.bias_constraint = kernel_constraint, recurrent_constraint, bias_constraint
        self.state_size = self.output_size = units

    def build(self, input_shape):
        """Makes kernel [in, gates * units], recurrent_kernel [units, gates * units] and bias."""
        width = self._gates * self.units
        self.kernel = self.add_weight(
            shape=(input_shape.as_list()[-1], width), name="kernel", initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer, constraint=self.kernel_constraint,
        )  # fmt: skip
        self.recurrent_kernel = self.add_weight(
            shape=(self.units, width), name="recurrent_kernel", initializer=self.recurrent_initializer,
            regularizer=self.recurrent_regularizer, constraint=self.recurrent_constraint,
        )  # fmt: skip
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                shape=(width,), name="bias", initializer=self._bias_start(), regularizer=self.bias_regularizer, constraint=self.bias_constraint
            )
        self.built = True

    def _bias_start(self):
        return self.bias_initializer

    def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
        """Zeros."""
        batch_size = array_ops.shape(inputs)[0] if inputs is not None else batch_size
        dtype = inputs.dtype if inputs is not None else dtype
        return nest.map_structure(lambda n: array_ops.zeros(array_ops.stack([batch_size, n]), dtype), self.state_size)

    def get_config(self):
        """Its arguments, for from_config."""
        given = {k: getattr(self, k) for k in ("units", "activation", "use_bias", "kernel_initializer", "recurrent_initializer", "bias_initializer")}  # noqa: E501
        return dict(super().get_config(), **given)


class SimpleRNNCell(_Cell):
    """activation(x W + h U + b). Follows tf.keras.layers.SimpleRNNCell of TF 1.15."""

    def call(self, inputs, states, training=None):
        """One step."""
        h = math_ops.matmul(inputs, self.kernel)
        if self.bias is not None:
            h = nn_basic.bias_add(h, self.bias)
        output = self.activation(h + math_ops.matmul(states[0], self.recurrent_kernel))
        return output, [output]


class GRUCell(_Cell):
    """Gates z and r, then the candidate. Follows tf.keras.layers.GRUCell of TF 1.15 with reset_after=False."""

    _gates = 3

    def __init__(self, units, activation="tanh", recurrent_activation="hard_sigmoid", *args, reset_after=False, implementation=1, **kwargs):
        if reset_after:
            raise NotImplementedError("tf.keras.layers.GRUCell(reset_after=True): use reset_after=False, the default of TF 1.15")
        super().__init__(units, activation, *args, **kwargs)
        self.recurrent_activation = activations.get(recurrent_activation)

    def call(self, inputs, states, training=None):
        """One step."""
        h, n = states[0], self.units
        x = math_ops.matmul(inputs, self.kernel)
        if self.bias is not None:
            x = nn_basic.bias_add(x, self.bias)
        gates = math_ops.matmul(h, self.recurrent_kernel[:, : 2 * n])
        z = self.recurrent_activation(x[:, :n] + gates[:, :n])
        r = self.recurrent_activation(x[:, n : 2 * n] + gates[:, n:])
        candidate = self.activation(x[:, 2 * n :] + math_ops.matmul(r * h, self.recurrent_kernel[:, 2 * n :]))
        output = z * h + (1 - z) * candidate
        return output, [output]


class LSTMCell(_Cell):
    """Gates i, f, c, o. Follows tf.keras.layers.LSTMCell of TF 1.15."""

    _gates = 4

    def __init__(self, units, activation="tanh", recurrent_activation="hard_sigmoid", *args, unit_forget_bias=True, implementation=1, **kwargs):
        super().__init__(units, activation, *args, **kwargs)
        self.recurrent_activation, self.unit_forget_bias = activations.get(recurrent_activation), unit_forget_bias
        self.state_size = [units, units]

    def _bias_start(self):
        start = initializers.get(self.bias_initializer)
        if not self.unit_forget_bias:
            return start
        n = self.units
        return lambda shape, dtype=None, partition_info=None: backend.concatenate(
            [start([n], dtype=dtype), initializers.Ones()([n], dtype=dtype), start([n * 2], dtype=dtype)]
        )

    def call(self, inputs, states, training=None):
        """One step."""
        h, c = states
        z = math_ops.matmul(inputs, self.kernel)
        z += math_ops.matmul(h, self.recurrent_kernel)
        if self.bias is not None:
            z = nn_basic.bias_add(z, self.bias)
        i, f, candidate, o = array_ops.split(z, num_or_size_splits=4, axis=1)
        c = self.recurrent_activation(f) * c + self.recurrent_activation(i) * self.activation(candidate)
        h = self.recurrent_activation(o) * self.activation(c)
        return h, [h, c]


class StackedRNNCells(Layer):
    """Cells one on the other. Follows tf.keras.layers.StackedRNNCells of TF 1.15."""

    def __init__(self, cells, **kwargs):
        super().__init__(**kwargs)
        self.cells = cells
        self.state_size = tuple(c.state_size for c in cells)
        self.output_size = cells[-1].output_size

    def build(self, input_shape):
        """Builds each cell for what the one before gives."""
        for cell in self.cells:
            if not cell.built:
                cell.build(input_shape)
                cell.built = True
            size = cell.output_size
            input_shape = input_shape[:1].concatenate(size.as_list() if hasattr(size, "as_list") else [size])
        self.built = True

    def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
        """Those of the cells."""
        return tuple(c.get_initial_state(inputs=inputs, batch_size=batch_size, dtype=dtype) for c in self.cells)

    def call(self, inputs, states, training=None):
        """One step of every cell."""
        new = []
        for cell, state in zip(self.cells, nest.pack_sequence_as(self.state_size, nest.flatten(states))):
            inputs, state = cell(inputs, state if isinstance(state, (list, tuple)) else [state])
            new.append(state)
        return inputs, nest.flatten(new)


class RNN(Layer):
    """A cell over the steps of a sequence [batch, time, …]. Follows tf.keras.layers.RNN of TF 1.15."""

    def __init__(self, cell, return_sequences=False, return_state=False, go_backwards=False, stateful=False, unroll=False, time_major=False,
                 **kwargs):  # fmt: skip
        if isinstance(cell, (list, tuple)):
            cell = StackedRNNCells(cell)
        if stateful:
            raise NotImplementedError("tf.keras.layers.RNN(stateful=True): feed the state as initial_state, and take it with return_state=True")
        super().__init__(**kwargs)
        self.cell = cell
        self.return_sequences, self.return_state, self.go_backwards = return_sequences, return_state, go_backwards
        self.unroll, self.time_major = unroll, time_major
        self.supports_masking = True
        self.input_spec = InputSpec(ndim=3)

    def __call__(self, inputs, initial_state=None, **kwargs):
        if isinstance(inputs, list) and initial_state is None and len(inputs) > 1:
            inputs, initial_state = inputs[0], inputs[1:]
        if initial_state is not None:
            kwargs["initial_state"] = initial_state
        return super().__call__(inputs, **kwargs)

    def call(self, inputs, mask=None, training=None, initial_state=None):
        """Runs over the steps: the last output or all of them, and the states if asked."""
        if initial_state is None:
            batch = array_ops.shape(inputs)[1 if self.time_major else 0]
            initial_state = self.cell.get_initial_state(inputs=None, batch_size=batch, dtype=inputs.dtype)
        states = nest.flatten(initial_state)
        mask = mask[0] if isinstance(mask, list) else mask
        last, outputs, states = run_over_time(
            self._step, inputs, states, go_backwards=self.go_backwards, mask=mask, unroll=self.unroll, time_major=self.time_major
        )
        result = outputs if self.return_sequences else last
        return [result] + list(states) if self.return_state else result

    def _step(self, x, states):
        if getattr(self.cell, "_is_tf_rnn_cell", False):  # of tf.nn.rnn_cell: its state has its own structure
            states = nest.pack_sequence_as(self.cell.state_size, states)
            output, new = self.cell.call(x, states)
        else:
            output, new = self.cell(x, states)
        return output, nest.flatten(new)

    def compute_mask(self, inputs, mask=None):
        """The mask stays where all outputs are returned."""
        mask = mask[0] if isinstance(mask, list) else mask
        own = mask if self.return_sequences else None
        return [own] + [None] * len(nest.flatten(self.cell.state_size)) if self.return_state else own

    def _maybe_build(self, inputs):
        if not self.built and hasattr(self.cell, "build") and not getattr(self.cell, "built", True):
            if getattr(self.cell, "_dtype", "") is None:
                self.cell._dtype = inputs.dtype.base_dtype.name
            self.cell.build(inputs.shape[:1].concatenate(inputs.shape[2:]))
            self.cell.built = True
        super()._maybe_build(inputs)

    def get_config(self):
        """Its arguments, for from_config."""
        given = {k: getattr(self, k) for k in ("return_sequences", "return_state", "go_backwards", "unroll")}
        return dict(super().get_config(), cell=self.cell, **given)


class _OfCell(RNN):
    """A recurrent layer that makes its own cell."""

    _cell_class: type = _Cell

    def __init__(self, units, *args, return_sequences=False, return_state=False, go_backwards=False, stateful=False, unroll=False,
                 time_major=False, activity_regularizer=None, **kwargs):  # fmt: skip
        of_layer = {k: kwargs.pop(k) for k in ("name", "trainable", "dtype", "input_shape", "batch_input_shape", "input_dim", "weights") if k in kwargs}
        if "input_length" in kwargs:
            of_layer["input_shape"] = (kwargs.pop("input_length"), of_layer.pop("input_dim"))
        elif "input_dim" in of_layer:
            of_layer["input_shape"] = (None, of_layer.pop("input_dim"))
        super().__init__(
            self._cell_class(units, *args, **kwargs), return_sequences, return_state, go_backwards, stateful, unroll, time_major,
            activity_regularizer=activity_regularizer, **of_layer,
        )  # fmt: skip

    @property
    def units(self) -> int:
        """The size of the state."""
        return self.cell.units

    def get_config(self):
        """Its arguments, for from_config."""
        config = super().get_config()
        cell = config.pop("cell").get_config()
        return {**{k: v for k, v in cell.items() if k not in ("name", "trainable", "dtype")}, **config}


class SimpleRNN(_OfCell):
    """Follows tf.keras.layers.SimpleRNN of TF 1.15."""

    _cell_class = SimpleRNNCell


class GRU(_OfCell):
    """Follows tf.keras.layers.GRU of TF 1.15."""

    _cell_class = GRUCell


class LSTM(_OfCell):
    """Follows tf.keras.layers.LSTM of TF 1.15."""

    _cell_class = LSTMCell


class Wrapper(Layer):
    """A layer around a layer."""

    def __init__(self, layer, **kwargs):
        super().__init__(**kwargs)
        self.layer = layer


class TimeDistributed(Wrapper):
    """The same layer for every step of [batch, time, …]. Follows tf.keras.layers.TimeDistributed of TF 1.15."""

    def call(self, inputs, training=None, mask=None):
        """Folds time into the batch and back."""
        dims, steps = inputs.shape.as_list(), array_ops.shape(inputs)[1]
        flat = array_ops.reshape(inputs, [-1] + [array_ops.shape(inputs)[i + 2] if n is None else n for i, n in enumerate(dims[2:])])
        flat.set_shape([None] + dims[2:])
        y = self.layer(flat)
        inner = y.shape.as_list()[1:]
        length = steps if dims[1] is None else dims[1]
        outputs = array_ops.reshape(y, [-1, length] + [array_ops.shape(y)[i + 1] if n is None else n for i, n in enumerate(inner)])
        outputs.set_shape([dims[0], dims[1]] + inner)
        return outputs


class Bidirectional(Wrapper):
    """A recurrent layer forwards and a copy of it backwards. Follows tf.keras.layers.Bidirectional of TF 1.15."""

    def __init__(self, layer, merge_mode="concat", weights=None, **kwargs):
        if merge_mode not in ("sum", "mul", "ave", "concat", None):
            raise ValueError("Invalid merge mode. Merge mode should be one of {sum, mul, ave, concat, None}")
        if not isinstance(layer, RNN):
            raise ValueError(f"Please initialize `Bidirectional` layer with a `Layer` instance. You passed: {layer}")
        if getattr(layer, "_batch_input_shape", None) is not None:
            kwargs.setdefault("batch_input_shape", layer._batch_input_shape)
        super().__init__(layer, **kwargs)
        self.merge_mode, self.supports_masking = merge_mode, True
        config = layer.get_config()
        self.forward_layer, name = layer, layer.name
        self.backward_layer = type(layer).from_config(dict(config, name="backward_" + name, go_backwards=not layer.go_backwards))
        layer._name = "forward_" + name
        self.return_sequences, self.return_state = layer.return_sequences, layer.return_state

    def call(self, inputs, training=None, mask=None):
        """Both, merged."""
        given = {} if mask is None else {"mask": mask}
        forward, backward = self.forward_layer(inputs, **given), self.backward_layer(inputs, **given)
        states = []
        if self.return_state:
            states = list(forward[1:]) + list(backward[1:])
            forward, backward = forward[0], backward[0]
        if self.return_sequences:
            backward = array_ops.reverse(backward, [1])
        merged = {
            "concat": lambda: [backend.concatenate([forward, backward])], "sum": lambda: [forward + backward],
            "ave": lambda: [(forward + backward) / 2], "mul": lambda: [forward * backward], None: lambda: [forward, backward],
        }[self.merge_mode]()  # fmt: skip
        results = merged + states
        return results[0] if len(results) == 1 else results

    def compute_mask(self, inputs, mask=None):
        """The mask stays where all outputs are returned."""
        return mask if self.return_sequences and self.merge_mode and not self.return_state else None
