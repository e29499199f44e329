"""An LSTM whose products are convolutions.  They follow tf.keras.layers.ConvLSTM2D and ConvLSTM2DCell of TF 1.15."""

from __future__ import annotations

from tinytf import nest
from tinytf.keras import activations, backend, initializers
from tinytf.keras.base_layer import InputSpec, Layer
from tinytf.keras.layers.recurrent import RNN, forgetting_start
from tinytf.layers.utils import normalize_tuple
from tinytf.ops.array import array_ops
from tinytf.ops.nn import nn_basic
from tinytf.shapes import TensorShape

__all__ = ["ConvLSTM2D"]


class ConvLSTM2DCell(Layer):
    """Gates i, f, c, o, of images and of the states' images."""

    _settings = (
        "filters kernel_size strides padding data_format dilation_rate activation recurrent_activation use_bias kernel_initializer "
        "recurrent_initializer bias_initializer unit_forget_bias kernel_regularizer recurrent_regularizer bias_regularizer "
        "kernel_constraint recurrent_constraint bias_constraint dropout recurrent_dropout"
    )

    def __init__(
        self, filters, kernel_size, strides=(1, 1), padding="valid", data_format=None, dilation_rate=(1, 1), activation="tanh",
        recurrent_activation="hard_sigmoid", use_bias=True, kernel_initializer="glorot_uniform", recurrent_initializer="orthogonal",
        bias_initializer="zeros", unit_forget_bias=True, kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None,
        kernel_constraint=None, recurrent_constraint=None, bias_constraint=None, dropout=0.0, recurrent_dropout=0.0, **kwargs,
    ):  # fmt: skip
        super().__init__(**kwargs)
        if data_format == "channels_first":
            raise NotImplementedError("tf.keras.layers.ConvLSTM2D(data_format='channels_first'): use channels_last")
        self.filters, self.padding, self.data_format = filters, padding.lower(), data_format or backend.image_data_format()
        self.kernel_size, self.strides = normalize_tuple(kernel_size, 2, "kernel_size"), normalize_tuple(strides, 2, "strides")
        self.dilation_rate = normalize_tuple(dilation_rate, 2, "dilation_rate")
        self.activation, self.recurrent_activation = activations.get(activation), activations.get(recurrent_activation)
        self.use_bias, self.unit_forget_bias = use_bias, unit_forget_bias
        self.kernel_initializer, self.recurrent_initializer, self.bias_initializer = kernel_initializer, recurrent_initializer, bias_initializer
        self.kernel_regularizer, self.recurrent_regularizer, self.bias_regularizer = kernel_regularizer, recurrent_regularizer, bias_regularizer
        self.kernel_constraint, self.recurrent_constraint, self.bias_constraint = kernel_constraint, recurrent_constraint, bias_constraint
        self.dropout, self.recurrent_dropout = min(1.0, max(0.0, dropout)), min(1.0, max(0.0, recurrent_dropout))
        self.state_size = (filters, filters)
        self.output_size = None  # known once it is built

    def build(self, input_shape):
        """Makes kernel, recurrent_kernel and bias, for inputs [batch, rows, columns, channels]."""
        dims, n = input_shape.as_list(), self.filters
        self.kernel = self.add_weight(
            shape=self.kernel_size + (dims[-1], 4 * n), initializer=self.kernel_initializer, name="kernel",
            regularizer=self.kernel_regularizer, constraint=self.kernel_constraint,
        )  # fmt: skip
        self.recurrent_kernel = self.add_weight(
            shape=self.kernel_size + (n, 4 * n), initializer=self.recurrent_initializer, name="recurrent_kernel",
            regularizer=self.recurrent_regularizer, constraint=self.recurrent_constraint,
        )  # fmt: skip
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                shape=(4 * n,), name="bias", initializer=self._bias_start(), regularizer=self.bias_regularizer, constraint=self.bias_constraint
            )
        spread = [(size - 1) * rate + 1 for size, rate in zip(self.kernel_size, self.dilation_rate)]
        cut = [0, 0] if self.padding == "same" else [size - 1 for size in spread]
        places = [None if m is None else -(-(m - c) // stride) for m, c, stride in zip(dims[1:3], cut, self.strides)]
        self.output_size = TensorShape([*places, n])
        self.built = True

    def _bias_start(self):
        start = initializers.get(self.bias_initializer)
        return forgetting_start(start, self.filters) if self.unit_forget_bias else start

    def _convolved(self, x, kernel, rate, training, **options):
        parts = [x] * 4
        if 0.0 < rate < 1.0:
            ones = array_ops.ones_like(x)
            parts = [x * backend.in_train_phase(lambda: backend.dropout(ones, rate), ones, training=training) for _ in parts]
        kernels = array_ops.split(kernel, 4, axis=3)
        return [backend.conv2d(part, one, data_format=self.data_format, **options) for part, one in zip(parts, kernels)]

    def call(self, inputs, states, training=None):
        """One step."""
        h, c = states
        options = {"strides": self.strides, "padding": self.padding, "dilation_rate": self.dilation_rate}
        of_inputs = self._convolved(inputs, self.kernel, self.dropout, training, **options)
        if self.bias is not None:
            of_inputs = [nn_basic.bias_add(x, b) for x, b in zip(of_inputs, array_ops.split(self.bias, 4))]
        of_states = self._convolved(h, self.recurrent_kernel, self.recurrent_dropout, training, strides=(1, 1), padding="same")
        i, f, candidate, o = (x + s for x, s in zip(of_inputs, of_states))
        c = self.recurrent_activation(f) * c + self.recurrent_activation(i) * self.activation(candidate)
        h = self.recurrent_activation(o) * self.activation(c)
        return h, [h, c]


class ConvLSTM2D(RNN):
    """A ConvLSTM2DCell over the steps of [batch, time, rows, columns, channels]."""

    def __init__(
        self, filters, kernel_size, *args, activity_regularizer=None, return_sequences=False, go_backwards=False, stateful=False, **kwargs
    ):
        of_layer = {k: kwargs.pop(k) for k in ("name", "trainable", "dtype", "input_shape", "batch_input_shape", "return_state") if k in kwargs}
        cell = ConvLSTM2DCell(filters, kernel_size, *args, **kwargs)
        super().__init__(
            cell, return_sequences=return_sequences, go_backwards=go_backwards, stateful=stateful, activity_regularizer=activity_regularizer,
            **of_layer,
        )  # fmt: skip
        self.input_spec = InputSpec(ndim=5)

    _settings = "activity_regularizer"

    def call(self, inputs, mask=None, training=None, initial_state=None):
        """Runs over the steps, from images of zeros."""
        if initial_state is None and not self.stateful:
            batch = array_ops.shape(inputs)[0]
            size = self.cell.output_size.as_list()
            zeros = array_ops.zeros(array_ops.stack([batch, *size]), inputs.dtype)
            zeros.set_shape([inputs.shape.as_list()[0], *size])
            initial_state = [zeros, zeros]
        return super().call(inputs, mask=mask, training=training, initial_state=initial_state)

    def _kept_states(self, batch, dtype) -> list:
        if batch is None or None in self.cell.output_size.as_list():
            return super()._kept_states(None, dtype)
        if self._states is None:
            shape = (batch, *self.cell.output_size.as_list())
            self._states = [backend.zeros(shape, dtype.name) for _ in nest.flatten(self.cell.state_size)]
        return [array_ops.identity(kept) for kept in self._states]

    def get_config(self):
        """The cell's arguments and its own."""
        config = super().get_config()
        cell = config.pop("cell")["config"]
        for name in ("unroll", "time_major", "return_state"):
            config.pop(name)
        return {**{k: v for k, v in cell.items() if k not in ("name", "trainable", "dtype")}, **config}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """From what get_config gave."""
        return cls(**config)
