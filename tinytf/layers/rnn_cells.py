"""The cells of recurrent networks: `tf.nn.rnn_cell`. A cell is a layer: `cell(inputs, state)` gives (output, new state)."""

from __future__ import annotations

import collections
import logging

from tinytf import dtypes, nest
from tinytf.graph.constant_value import public_constant_value as constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.tensor import Tensor
from tinytf.layers.base import InputSpec, Layer
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.math import clip, math_ops
from tinytf.ops.nn import nn_basic
from tinytf.ops.recurrent.rnn_common import zero_state_tensors
from tinytf.ops.state import init_ops, partitioned_variables, variables
from tinytf.ops.state.variable_scope import get_variable_scope, variable_scope

_log = logging.getLogger("tensorflow")

_WEIGHTS_VARIABLE_NAME, _BIAS_VARIABLE_NAME = "kernel", "bias"  # what a cell calls its variables


class RNNCell(Layer):
    """What all cells share. A new kind of cell defines `state_size`, `output_size` and `call(inputs, state)`.

    `call` may use `tf.get_variable`; the variables are in the scope of the call, and reused where that is.
    Follows tf.nn.rnn_cell.RNNCell of TF 1.15.
    """

    _arguments = ""  # the constructor's arguments that a config holds; a cell keeps each under its name with a leading _

    def __init__(self, trainable=True, name=None, dtype=None, **kwargs):
        super().__init__(trainable=trainable, name=name, dtype=dtype, **kwargs)
        self._is_tf_rnn_cell = True

    def __call__(self, inputs, state, scope=None):
        """The output and the new state."""
        if scope is not None:
            with variable_scope(scope, custom_getter=self._note_variable) as scope:
                return super().__call__(inputs, state, scope=scope)
        own = getattr(self, "rnncell_scope", None)
        if own is None:
            own = self.rnncell_scope = variable_scope(get_variable_scope(), custom_getter=self._note_variable)
        with own:
            return super().__call__(inputs, state)

    def _note_variable(self, getter, *args, **kwargs):
        """Makes variables that `call` gets weights of this layer."""
        variable = getter(*args, **kwargs)
        trainable = variables.trainable_variables()
        if isinstance(variable, partitioned_variables.PartitionedVariable):
            is_trainable = any(list(variable)[0] is v for v in trainable)
        else:
            is_trainable = any(variable is v for v in trainable)
        weights = self._trainable_weights if is_trainable else self._non_trainable_weights
        if all(variable is not v for v in weights):
            weights.append(variable)
        return variable

    @property
    def state_size(self):
        """The size of the state without the batch dimension: an int, a shape, or a nest of them."""
        raise NotImplementedError("Abstract method")

    @property
    def output_size(self):
        """The size of the output without the batch dimension."""
        raise NotImplementedError("Abstract method")

    def build(self, _):
        pass

    def get_config(self) -> dict:
        """The arguments that make such a cell again, functions and initializers by name."""
        own = {name: self._told(name, getattr(self, "_" + name)) for name in self._arguments.split()}
        return {**super().get_config(), **own}

    def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
        """`zero_state`, with batch size and dtype of `inputs` where these are given."""
        if inputs is not None:
            inputs = convert_to_tensor(inputs, name="inputs")
            known = inputs.dims[0]
            if batch_size is not None:
                given = constant_value(batch_size) if isinstance(batch_size, Tensor) else batch_size
                if known != given:
                    raise ValueError(
                        "batch size from input tensor is different from the input param. Input tensor batch: {}, batch_size: {}".format(
                            known, batch_size
                        )
                    )
            if dtype is not None and inputs.dtype != dtype:
                raise ValueError(
                    "dtype from input tensor is different from the input param. Input tensor dtype: {}, dtype: {}".format(
                        inputs.dtype, dtype
                    )
                )
            batch_size, dtype = known or array_ops.shape(inputs)[0], inputs.dtype
        if batch_size is None or dtype is None:
            raise ValueError(
                "batch_size and dtype cannot be None while constructing initial state: batch_size={}, dtype={}".format(batch_size, dtype)
            )
        return self.zero_state(batch_size, dtype)

    def zero_state(self, batch_size, dtype):
        """A state of zeros."""
        with name_scope(type(self).__name__ + "ZeroState", values=[batch_size]):
            return zero_state_tensors(self.state_size, batch_size, dtype)


class LayerRNNCell(RNNCell):
    """A cell that makes its variables in `build`, and is used as any layer."""

    def __call__(self, inputs, state, scope=None, *args, **kwargs):
        """The output and the new state."""
        return Layer.__call__(self, inputs, state, *args, scope=scope, **kwargs)


def _activation(given):
    """A function, given by itself, by its name ('relu'), or not at all: tanh."""
    if not given:
        return math_ops.tanh
    if callable(given):
        return given
    from tinytf import nn

    if given == "linear":
        return _linear
    found = getattr(nn, given, None)
    if found is None:
        raise ValueError("Unknown activation function:" + str(given))
    return found


def _linear(x):
    return x


_linear.__name__ = "linear"  # as a config names it


def _initializer(given):
    """An initializer, given by itself, by its name, or by a config."""
    if not isinstance(given, (str, dict)):
        return given
    from tinytf.keras import initializers

    return initializers.get(given)


def _check_float(dtype):
    if dtype is not None:
        dtype = dtypes.as_dtype(dtype)
        if not (dtype.is_floating or dtype.is_complex):
            raise ValueError("RNN cell only supports floating point inputs, but saw dtype: %s" % dtype)


def _check_float_tensors(nested):
    for t in nest.flatten(nested):
        _check_float(t.dtype)


def _depth(input_shape):
    """The size of the last axis of the inputs."""
    input_shape = tuple(input_shape.as_list() if hasattr(input_shape, "as_list") else input_shape)
    depth = input_shape[-1]
    if depth is None:
        raise ValueError("Expected inputs.shape[-1] to be known, saw shape: %s" % (input_shape,))
    return depth


class BasicRNNCell(LayerRNNCell):
    """output = new state = activation(W·[inputs, state] + b). Follows tf.nn.rnn_cell.BasicRNNCell of TF 1.15."""

    _arguments = "num_units activation reuse"

    def __init__(self, num_units, activation=None, reuse=None, name=None, dtype=None, **kwargs):
        super().__init__(_reuse=reuse, name=name, dtype=dtype, **kwargs)
        _check_float(self.dtype)
        self.input_spec = InputSpec(ndim=2)
        self._num_units = num_units
        self._activation = _activation(activation)

    @property
    def state_size(self):
        return self._num_units

    @property
    def output_size(self):
        return self._num_units

    def build(self, input_shape):
        depth = _depth(input_shape)
        _check_float(self.dtype)
        self._kernel = self.add_variable(_WEIGHTS_VARIABLE_NAME, shape=[depth + self._num_units, self._num_units])
        self._bias = self.add_variable(_BIAS_VARIABLE_NAME, shape=[self._num_units], initializer=init_ops.zeros_initializer(dtype=self.dtype))
        self.built = True

    def call(self, inputs, state):
        _check_float_tensors([inputs, state])
        gates = math_ops.matmul(array_ops.concat([inputs, state], 1), self._kernel)
        output = self._activation(nn_basic.bias_add(gates, self._bias))
        return output, output


class GRUCell(LayerRNNCell):
    """Gated recurrent unit (Cho et al. 2014). Follows tf.nn.rnn_cell.GRUCell of TF 1.15."""

    _arguments = "num_units kernel_initializer bias_initializer activation reuse"

    def __init__(
        self, num_units, activation=None, reuse=None, kernel_initializer=None, bias_initializer=None, name=None, dtype=None, **kwargs
    ):
        super().__init__(_reuse=reuse, name=name, dtype=dtype, **kwargs)
        _check_float(self.dtype)
        self.input_spec = InputSpec(ndim=2)
        self._num_units = num_units
        self._activation = _activation(activation)
        self._kernel_initializer, self._bias_initializer = _initializer(kernel_initializer), _initializer(bias_initializer)

    @property
    def state_size(self):
        return self._num_units

    @property
    def output_size(self):
        return self._num_units

    def build(self, input_shape):
        depth, units = _depth(input_shape), self._num_units
        _check_float(self.dtype)
        given = self._bias_initializer
        ones = init_ops.constant_initializer(1.0, dtype=self.dtype) if given is None else given
        self._gate_kernel = self.add_variable("gates/kernel", shape=[depth + units, 2 * units], initializer=self._kernel_initializer)
        self._gate_bias = self.add_variable("gates/bias", shape=[2 * units], initializer=ones)
        self._candidate_kernel = self.add_variable("candidate/kernel", shape=[depth + units, units], initializer=self._kernel_initializer)
        zeros = init_ops.zeros_initializer(dtype=self.dtype) if given is None else given
        self._candidate_bias = self.add_variable("candidate/bias", shape=[units], initializer=zeros)
        self.built = True

    def call(self, inputs, state):
        _check_float_tensors([inputs, state])
        gates = math_ops.matmul(array_ops.concat([inputs, state], 1), self._gate_kernel)
        gates = math_ops.sigmoid(nn_basic.bias_add(gates, self._gate_bias))
        reset, update = array_ops.split(value=gates, num_or_size_splits=2, axis=1)
        kept = reset * state
        candidate = math_ops.matmul(array_ops.concat([inputs, kept], 1), self._candidate_kernel)
        candidate = self._activation(nn_basic.bias_add(candidate, self._candidate_bias))
        output = update * state + (1 - update) * candidate
        return output, output


class LSTMStateTuple(collections.namedtuple("LSTMStateTuple", ("c", "h"))):
    """The state of an LSTM: `c`, the cell's memory, and `h`, its output. Follows tf.nn.rnn_cell.LSTMStateTuple."""

    __slots__ = ()

    @property
    def dtype(self):
        """The dtype of both; TypeError where they differ."""
        if self.c.dtype != self.h.dtype:
            raise TypeError("Inconsistent internal state: %s vs %s" % (self.c.dtype, self.h.dtype))
        return self.c.dtype


def _warn_concatenated(cell):
    _log.warning("%s: Using a concatenated state is slower and will soon be deprecated.  Use state_is_tuple=True.", cell)


class BasicLSTMCell(LayerRNNCell):
    """LSTM without peepholes, clipping and projection (Zaremba et al. 2014). Follows tf.nn.rnn_cell.BasicLSTMCell of TF 1.15."""

    _arguments = "num_units forget_bias state_is_tuple activation reuse"

    def __init__(self, num_units, forget_bias=1.0, state_is_tuple=True, activation=None, reuse=None, name=None, dtype=None, **kwargs):
        super().__init__(_reuse=reuse, name=name, dtype=dtype, **kwargs)
        _check_float(self.dtype)
        if not state_is_tuple:
            _warn_concatenated(self)
        self.input_spec = InputSpec(ndim=2)
        self._num_units, self._forget_bias, self._state_is_tuple = num_units, forget_bias, state_is_tuple
        self._activation = _activation(activation)

    @property
    def state_size(self):
        return LSTMStateTuple(self._num_units, self._num_units) if self._state_is_tuple else 2 * self._num_units

    @property
    def output_size(self):
        return self._num_units

    def build(self, input_shape):
        depth, units = _depth(input_shape), self._num_units
        _check_float(self.dtype)
        self._kernel = self.add_variable(_WEIGHTS_VARIABLE_NAME, shape=[depth + units, 4 * units])
        self._bias = self.add_variable(_BIAS_VARIABLE_NAME, shape=[4 * units], initializer=init_ops.zeros_initializer(dtype=self.dtype))
        self.built = True

    def call(self, inputs, state):
        _check_float_tensors([inputs, state])
        sigmoid, add, multiply = math_ops.sigmoid, math_ops.add, math_ops.multiply
        one = constant(1, dtype=dtypes.int32)
        c, h = state if self._state_is_tuple else array_ops.split(value=state, num_or_size_splits=2, axis=one)
        gates = math_ops.matmul(array_ops.concat([inputs, h], 1), self._kernel)
        gates = nn_basic.bias_add(gates, self._bias)
        i, j, f, o = array_ops.split(value=gates, num_or_size_splits=4, axis=one)
        forget_bias = constant(self._forget_bias, dtype=f.dtype)
        # the order of these ops is the order of the graph's nodes
        new_c = add(multiply(c, sigmoid(add(f, forget_bias))), multiply(sigmoid(i), self._activation(j)))
        new_h = multiply(self._activation(new_c), sigmoid(o))
        return new_h, LSTMStateTuple(new_c, new_h) if self._state_is_tuple else array_ops.concat([new_c, new_h], 1)


class LSTMCell(LayerRNNCell):
    """LSTM with peepholes, clipping of the memory, and projection of the output (Sak et al. 2014), where asked for.

    Follows tf.nn.rnn_cell.LSTMCell of TF 1.15.
    """

    _arguments = (
        "num_units use_peepholes cell_clip initializer num_proj proj_clip num_unit_shards num_proj_shards forget_bias state_is_tuple "
        "activation reuse"
    )

    def __init__(
        self,
        num_units,
        use_peepholes=False,
        cell_clip=None,
        initializer=None,
        num_proj=None,
        proj_clip=None,
        num_unit_shards=None,
        num_proj_shards=None,
        forget_bias=1.0,
        state_is_tuple=True,
        activation=None,
        reuse=None,
        name=None,
        dtype=None,
        **kwargs,
    ):
        super().__init__(_reuse=reuse, name=name, dtype=dtype, **kwargs)
        _check_float(self.dtype)
        if not state_is_tuple:
            _warn_concatenated(self)
        if num_unit_shards is not None or num_proj_shards is not None:
            _log.warning(
                "%s: The num_unit_shards and proj_unit_shards parameters are deprecated and will be removed in Jan 2017.  "
                "Use a variable scope with a partitioner instead.",
                self,
            )
        self.input_spec = InputSpec(ndim=2)
        self._num_units, self._num_proj = num_units, num_proj
        self._use_peepholes, self._cell_clip, self._proj_clip = use_peepholes, cell_clip, proj_clip
        self._initializer, self._forget_bias = _initializer(initializer), forget_bias
        self._num_unit_shards, self._num_proj_shards = num_unit_shards, num_proj_shards
        self._state_is_tuple = state_is_tuple
        self._activation = _activation(activation)
        self._output_size = num_proj or num_units
        self._state_size = LSTMStateTuple(num_units, self._output_size) if state_is_tuple else num_units + self._output_size

    @property
    def state_size(self):
        return self._state_size

    @property
    def output_size(self):
        return self._output_size

    def build(self, input_shape):
        depth, units = _depth(input_shape), self._num_units
        _check_float(self.dtype)
        width = units if self._num_proj is None else self._num_proj
        self._kernel = self.add_variable(
            "kernel", shape=[depth + width, 4 * units], initializer=self._initializer, partitioner=_shards(self._num_unit_shards)
        )
        zeros = init_ops.zeros_initializer if self.dtype is None else init_ops.zeros_initializer(dtype=self.dtype)
        self._bias = self.add_variable(_BIAS_VARIABLE_NAME, shape=[4 * units], initializer=zeros)
        if self._use_peepholes:
            self._w_f_diag, self._w_i_diag, self._w_o_diag = [
                self.add_variable("w_%s_diag" % gate, shape=[units], initializer=self._initializer) for gate in "fio"
            ]
        if self._num_proj is not None:
            self._proj_kernel = self.add_variable(
                "projection/kernel",
                shape=[units, self._num_proj],
                initializer=self._initializer,
                partitioner=_shards(self._num_proj_shards),
            )
        self.built = True

    def call(self, inputs, state):
        _check_float_tensors([inputs, state])
        sigmoid, activation, bias = math_ops.sigmoid, self._activation, self._forget_bias
        if self._state_is_tuple:
            c_old, h_old = state
        else:
            width = self._num_units if self._num_proj is None else self._num_proj
            c_old = array_ops.slice(state, [0, 0], [-1, self._num_units])
            h_old = array_ops.slice(state, [0, self._num_units], [-1, width])
        if inputs.get_shape().with_rank(2).as_list()[1] is None:
            raise ValueError("Could not infer input size from inputs.get_shape()[-1]")
        gates = math_ops.matmul(array_ops.concat([inputs, h_old], 1), self._kernel)
        gates = nn_basic.bias_add(gates, self._bias)
        i, j, f, o = array_ops.split(value=gates, num_or_size_splits=4, axis=1)
        if self._use_peepholes:
            c = sigmoid(f + bias + self._w_f_diag * c_old) * c_old + sigmoid(i + self._w_i_diag * c_old) * activation(j)
        else:
            c = sigmoid(f + bias) * c_old + sigmoid(i) * activation(j)
        if self._cell_clip is not None:
            c = clip.clip_by_value(c, -self._cell_clip, self._cell_clip)
        if self._use_peepholes:
            h = sigmoid(o + self._w_o_diag * c) * activation(c)
        else:
            h = sigmoid(o) * activation(c)
        if self._num_proj is not None:
            h = math_ops.matmul(h, self._proj_kernel)
            if self._proj_clip is not None:
                h = clip.clip_by_value(h, -self._proj_clip, self._proj_clip)
        return h, LSTMStateTuple(c, h) if self._state_is_tuple else array_ops.concat([c, h], 1)


def _shards(count):
    return None if count is None else partitioned_variables.fixed_size_partitioner(count)
