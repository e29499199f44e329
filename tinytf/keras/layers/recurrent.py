"""Recurrent layers of Keras: the cells SimpleRNNCell, GRUCell, LSTMCell, the loop RNN, Bidirectional, TimeDistributed."""

from __future__ import annotations

import functools

import numpy as np

from tinytf import nest
from tinytf.estimator.fn_args import fn_args
from tinytf.keras import activations, backend, initializers
from tinytf.keras.base_layer import InputSpec, Layer
from tinytf.keras.layers.rnn_loop import run_over_time
from tinytf.keras.layers.serialization import deserialize
from tinytf.keras.names import serialize_keras_object
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops
from tinytf.ops.nn import nn_basic

__all__ = [
    "SimpleRNNCell", "GRUCell", "LSTMCell", "StackedRNNCells", "RNN", "SimpleRNN", "GRU", "LSTM", "Wrapper", "TimeDistributed",
    "Bidirectional",
]  # fmt: skip


class _Cell(Layer):
    """A cell with one kernel of its input, one of its state, and a bias."""

    _settings = (
        "units activation use_bias kernel_initializer recurrent_initializer bias_initializer kernel_regularizer recurrent_regularizer "
        "bias_regularizer kernel_constraint recurrent_constraint bias_constraint dropout recurrent_dropout"
    )
    _gates = 1

    def __init__(
        self, units, activation="tanh", use_bias=True, kernel_initializer="glorot_uniform", recurrent_initializer="orthogonal",
        bias_initializer="zeros", kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None, kernel_constraint=None,
        recurrent_constraint=None, bias_constraint=None, dropout=0.0, recurrent_dropout=0.0, **kwargs,
    ):  # fmt: skip
        super().__init__(**kwargs)
        self.units, self.activation, self.use_bias = units, activations.get(activation), use_bias
        self.kernel_initializer, self.recurrent_initializer, self.bias_initializer = kernel_initializer, recurrent_initializer, bias_initializer
        self.kernel_regularizer, self.recurrent_regularizer, self.bias_regularizer = kernel_regularizer, recurrent_regularizer, bias_regularizer
        self.kernel_constraint, self.recurrent_constraint, self.bias_constraint = kernel_constraint, recurrent_constraint, bias_constraint
        self.dropout, self.recurrent_dropout = min(1.0, max(0.0, dropout)), min(1.0, max(0.0, recurrent_dropout))
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
                shape=self._bias_shape(), name="bias", initializer=self._bias_start(), regularizer=self.bias_regularizer, constraint=self.bias_constraint
            )
        self.built = True

    def _bias_start(self):
        return self.bias_initializer

    def _bias_shape(self) -> tuple:
        return (self._gates * self.units,)

    def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
        """Zeros."""
        batch_size = array_ops.shape(inputs)[0] if inputs is not None else batch_size
        dtype = inputs.dtype if inputs is not None else dtype
        return nest.map_structure(lambda n: array_ops.zeros(array_ops.stack([batch_size, n]), dtype), self.state_size)

    def _product(self, x, kernel, rate, training):
        """x @ kernel; in training, a share of x is set to 0, another one for each gate."""
        if not 0.0 < rate < 1.0:
            return math_ops.matmul(x, kernel)
        parts = array_ops.split(kernel, kernel.shape.as_list()[1] // self.units, axis=1)
        ones = array_ops.ones_like(x)
        masks = [backend.in_train_phase(lambda: backend.dropout(ones, rate), ones, training=training) for _ in parts]
        return array_ops.concat([math_ops.matmul(x * mask, part) for mask, part in zip(masks, parts)], 1)


class SimpleRNNCell(_Cell):
    """activation(x W + h U + b). Follows tf.keras.layers.SimpleRNNCell of TF 1.15."""

    def call(self, inputs, states, training=None):
        """One step."""
        h = self._product(inputs, self.kernel, self.dropout, training)
        if self.bias is not None:
            h = nn_basic.bias_add(h, self.bias)
        output = self.activation(h + self._product(states[0], self.recurrent_kernel, self.recurrent_dropout, training))
        return output, [output]


class GRUCell(_Cell):
    """Gates z and r, then the candidate. Follows tf.keras.layers.GRUCell of TF 1.15.

    `reset_after`: the reset gate is applied after the product with the recurrent kernel, as cuDNN does; the bias has two rows then.
    """

    _settings = "recurrent_activation implementation reset_after"
    _gates = 3

    def __init__(self, units, activation="tanh", recurrent_activation="hard_sigmoid", *args, reset_after=False, implementation=1, **kwargs):
        super().__init__(units, activation, *args, **kwargs)
        self.recurrent_activation = activations.get(recurrent_activation)
        self.reset_after, self.implementation = reset_after, implementation

    def _bias_shape(self) -> tuple:
        return (2, 3 * self.units) if self.reset_after else (3 * self.units,)

    def call(self, inputs, states, training=None):
        """One step."""
        h, n = states[0], self.units
        x = self._product(inputs, self.kernel, self.dropout, training)
        of_input, of_state = array_ops.unstack(self.bias) if self.reset_after and self.bias is not None else (self.bias, None)
        if of_input is not None:
            x = nn_basic.bias_add(x, of_input)
        if self.reset_after:
            inner = self._product(h, self.recurrent_kernel, self.recurrent_dropout, training)
            if of_state is not None:
                inner = nn_basic.bias_add(inner, of_state)
            gates = inner[:, : 2 * n]
        else:
            gates = self._product(h, self.recurrent_kernel[:, : 2 * n], self.recurrent_dropout, training)
        z = self.recurrent_activation(x[:, :n] + gates[:, :n])
        r = self.recurrent_activation(x[:, n : 2 * n] + gates[:, n:])
        if self.reset_after:
            remembered = r * inner[:, 2 * n :]
        else:
            remembered = self._product(r * h, self.recurrent_kernel[:, 2 * n :], self.recurrent_dropout, training)
        candidate = self.activation(x[:, 2 * n :] + remembered)
        output = z * h + (1 - z) * candidate
        return output, [output]


def forgetting_start(start, n):
    """The initializer of the bias of an LSTM's four gates: that of the gate which forgets is 1 at first."""
    return lambda shape, dtype=None, partition_info=None: backend.concatenate(
        [start([n], dtype=dtype), initializers.Ones()([n], dtype=dtype), start([n * 2], dtype=dtype)]
    )


class LSTMCell(_Cell):
    """Gates i, f, c, o. Follows tf.keras.layers.LSTMCell of TF 1.15."""

    _settings = "recurrent_activation unit_forget_bias implementation"
    _gates = 4

    def __init__(self, units, activation="tanh", recurrent_activation="hard_sigmoid", *args, unit_forget_bias=True, implementation=1, **kwargs):
        super().__init__(units, activation, *args, **kwargs)
        self.recurrent_activation, self.unit_forget_bias = activations.get(recurrent_activation), unit_forget_bias
        self.implementation = implementation
        self.state_size = [units, units]

    def _bias_start(self):
        start = initializers.get(self.bias_initializer)
        return forgetting_start(start, self.units) if self.unit_forget_bias else start

    def call(self, inputs, states, training=None):
        """One step."""
        h, c = states
        z = self._product(inputs, self.kernel, self.dropout, training)
        z += self._product(h, self.recurrent_kernel, self.recurrent_dropout, training)
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
        given = {} if training is None else {"training": training}
        for cell, state in zip(self.cells, nest.pack_sequence_as(self.state_size, nest.flatten(states))):
            more = given if "training" in fn_args(cell.call) else {}
            inputs, state = cell(inputs, state if isinstance(state, (list, tuple)) else [state], **more)
            new.append(state)
        return inputs, nest.flatten(new)

    def get_config(self):
        """Its cells, too."""
        return dict(super().get_config(), cells=[serialize_keras_object(cell) for cell in self.cells])

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Cells like those."""
        config = dict(config)
        return cls([deserialize(cell, custom_objects) for cell in config.pop("cells")], **config)


class RNN(Layer):
    """A cell over the steps of a sequence [batch, time, …]. Follows tf.keras.layers.RNN of TF 1.15.

    `stateful`: the states after a batch are those that the next one begins with, until reset_states.
    """

    _settings = "return_sequences return_state go_backwards stateful unroll time_major"

    def __init__(self, cell, return_sequences=False, return_state=False, go_backwards=False, stateful=False, unroll=False, time_major=False,
                 **kwargs):  # fmt: skip
        if isinstance(cell, (list, tuple)):
            cell = StackedRNNCells(cell)
        super().__init__(**kwargs)
        self.cell, self.stateful, self._states = cell, stateful, None
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
        if initial_state is None and self.stateful:
            initial_state = self._kept_states(inputs.shape.as_list()[1 if self.time_major else 0], inputs.dtype)
        elif initial_state is None:
            batch = array_ops.shape(inputs)[1 if self.time_major else 0]
            initial_state = self.cell.get_initial_state(inputs=None, batch_size=batch, dtype=inputs.dtype)
        states = nest.flatten(initial_state)
        mask = mask[0] if isinstance(mask, list) else mask
        last, outputs, states = run_over_time(
            functools.partial(self._step, training=training), inputs, states, go_backwards=self.go_backwards, mask=mask, unroll=self.unroll, time_major=self.time_major
        )
        if self.stateful:
            self.add_update([kept.assign(state) for kept, state in zip(self._states, states)], inputs)
        result = outputs if self.return_sequences else last
        return [result] + list(states) if self.return_state else result

    @property
    def states(self) -> list:
        """The variables of a stateful layer's states; None for each before it is called."""
        return [None] * len(nest.flatten(self.cell.state_size)) if self._states is None else self._states

    def _kept_states(self, batch, dtype) -> list:
        if batch is None:
            raise ValueError(
                "If a RNN is stateful, it needs to know its batch size. Specify the batch size of your input tensors: \n- If using a "
                "Sequential model, specify the batch size by passing a `batch_input_shape` argument to your first layer.\n- If using the "
                "functional API, specify the batch size by passing a `batch_shape` argument to your Input layer."
            )
        if self._states is None:
            self._states = [backend.zeros((batch, size), dtype.name) for size in nest.flatten(self.cell.state_size)]
        return [array_ops.identity(kept) for kept in self._states]

    def reset_states(self, states=None) -> None:
        """Sets the states to 0, or to these arrays."""
        if not self.stateful:
            raise AttributeError("Layer must be stateful.")
        if self._states is None:
            return
        values = [None] * len(self._states) if states is None else nest.flatten(states)
        if len(values) != len(self._states):
            raise ValueError(f"Layer {self.name} expects {len(self._states)} states, but it received {len(values)} state values. Input received: {states}")
        for kept, value in zip(self._states, values):
            backend.set_value(kept, np.zeros(kept.shape.as_list(), kept.dtype.as_numpy_dtype) if value is None else value)

    def _step(self, x, states, training=None):
        if getattr(self.cell, "_is_tf_rnn_cell", False):  # of tf.nn.rnn_cell: its state has its own structure
            states = nest.pack_sequence_as(self.cell.state_size, states)
            output, new = self.cell.call(x, states)
        else:
            given = {"training": training} if training is not None and "training" in fn_args(self.cell.call) else {}
            output, new = self.cell(x, states, **given)
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
        """Its cell, too."""
        return dict(super().get_config(), cell=serialize_keras_object(self.cell))

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """With a cell like that."""
        config = dict(config)
        return cls(deserialize(config.pop("cell"), custom_objects), **config)


class _OfCell(RNN):
    """A recurrent layer that makes its own cell."""

    _settings = "activity_regularizer"
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
        cell = config.pop("cell")["config"]
        return {**{k: v for k, v in cell.items() if k not in ("name", "trainable", "dtype")}, **config}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """From what get_config gave."""
        return cls(**config)


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

    def get_config(self):
        """Its layer, too."""
        return dict(super().get_config(), layer=serialize_keras_object(self.layer))

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """With a layer like that."""
        config = dict(config)
        return cls(deserialize(config.pop("layer"), custom_objects), **config)


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

    def compute_mask(self, inputs, mask=None):
        """That of the steps."""
        return mask


class Bidirectional(Wrapper):
    """A recurrent layer forwards and a copy of it backwards. Follows tf.keras.layers.Bidirectional of TF 1.15."""

    _settings = "merge_mode"

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
        self._wrapped = serialize_keras_object(layer)  # before it gets another name
        self.forward_layer, name = layer, layer.name
        self.backward_layer = type(layer).from_config(dict(config, name="backward_" + name, go_backwards=not layer.go_backwards))
        layer._name = "forward_" + name
        self.return_sequences, self.return_state = layer.return_sequences, layer.return_state

    def get_config(self):
        """The layer as it was given."""
        return dict(super().get_config(), layer=self._wrapped)

    def call(self, inputs, training=None, mask=None):
        """Both, merged."""
        given = {} if mask is None else {"mask": mask}
        if training is not None:
            given["training"] = training
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
