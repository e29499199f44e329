"""Cells around cells: several in a stack, dropout, residual connections, devices, embeddings and projections."""

from __future__ import annotations

import hashlib
import logging
import math
import numbers

from tinytf import nest
from tinytf.graph.constant_value import public_constant_value as constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import device, name_scope
from tinytf.graph.trackable import Trackable
from tinytf.layers.base import Layer
from tinytf.layers.function_config import function_from_config, function_to_config
from tinytf.layers.linear import Linear
from tinytf.layers.rnn_cells import LSTMStateTuple, RNNCell
from tinytf.ops.array import array_ops
from tinytf.ops.lists.tensor_array_ops import TensorArray
from tinytf.ops.math import math_ops
from tinytf.ops.nn.dropout import dropout_v2
from tinytf.ops.recurrent.rnn_common import assert_like_rnncell
from tinytf.ops.state import init_ops
from tinytf.ops.state.variable_scope import get_variable, get_variable_scope, variable_scope
from tinytf.shapes import TensorShape

_log = logging.getLogger("tensorflow")


class MultiRNNCell(RNNCell):
    """Cells one above the other: the output of one is the input of the next. Follows tf.nn.rnn_cell.MultiRNNCell of TF 1.15."""

    def __init__(self, cells, state_is_tuple=True):
        super().__init__()
        if not cells:
            raise ValueError("Must specify at least one cell for MultiRNNCell.")
        if not nest.is_nested(cells):
            raise TypeError("cells must be a list or tuple, but saw: %s." % cells)
        if len({id(cell) for cell in cells}) < len(cells):
            _log.warning("At least two cells provided to MultiRNNCell are the same object and will share weights.")
        self._cells, self._state_is_tuple = cells, state_is_tuple
        for number, cell in enumerate(cells):
            if isinstance(cell, Trackable):
                self._track_trackable(cell, f"cell-{number}", overwrite=True)
        if not state_is_tuple and any(nest.is_nested(cell.state_size) for cell in cells):
            raise ValueError(
                "Some cells return tuples of states, but the flag state_is_tuple is not set.  State sizes are: %s"
                % [cell.state_size for cell in cells]
            )

    @property
    def state_size(self):
        sizes = tuple([cell.state_size for cell in self._cells])
        return sizes if self._state_is_tuple else sum(sizes)

    @property
    def output_size(self):
        return self._cells[-1].output_size

    def zero_state(self, batch_size, dtype):
        with name_scope(type(self).__name__ + "ZeroState", values=[batch_size]):
            if self._state_is_tuple:
                return tuple([cell.zero_state(batch_size, dtype) for cell in self._cells])
            return super().zero_state(batch_size, dtype)

    def _layers(self):
        return [cell for cell in self._cells if isinstance(cell, Layer)]

    @property
    def trainable_weights(self):
        return [w for cell in self._layers() for w in cell.trainable_weights] if self.trainable else []

    @property
    def non_trainable_weights(self):
        weights = [w for cell in self._layers() for w in cell.non_trainable_weights]
        if self.trainable:
            return weights
        return [w for cell in self._layers() for w in cell.trainable_weights] + weights

    def call(self, inputs, state):
        position, states = 0, []
        for i, cell in enumerate(self._cells):
            with variable_scope("cell_%d" % i):
                if self._state_is_tuple:
                    if not nest.is_nested(state):
                        raise ValueError("Expected state to be a tuple of length %d, but received: %s" % (len(self.state_size), state))
                    own = state[i]
                else:
                    own = array_ops.slice(state, [0, position], [-1, cell.state_size])
                    position += cell.state_size
                inputs, new = cell(inputs, own)
                states.append(new)
        return inputs, tuple(states) if self._state_is_tuple else array_ops.concat(states, 1)


class _Wrapper(RNNCell):
    """A cell that hands its calls on to another one."""

    def __init__(self, cell, *args, **kwargs):
        super().__init__(*args, **kwargs)
        assert_like_rnncell("cell", cell)
        self.cell = cell
        if isinstance(cell, Trackable):
            self._track_trackable(cell, "cell")

    @property
    def wrapped_cell(self):
        """The cell inside."""
        return self.cell

    @property
    def state_size(self):
        return self.cell.state_size

    @property
    def output_size(self):
        return self.cell.output_size

    def zero_state(self, batch_size, dtype):
        with name_scope(type(self).__name__ + "ZeroState", values=[batch_size]):
            return self.cell.zero_state(batch_size, dtype)

    def __call__(self, inputs, state, scope=None):
        """The output and the new state."""
        return self._call_wrapped(inputs, state, self.cell.__call__, scope=scope)

    _functions: dict = {}  # an argument that is a function -> the keys of a config that hold its code, kind and module

    def get_config(self) -> dict:
        """Its arguments; the cell as its class and config, a function as code."""
        config = {**super().get_config(), "cell": {"class_name": type(self.cell).__name__, "config": self.cell.get_config()}}
        for argument, keys in self._functions.items():
            function = getattr(self, "_" + argument.replace("_visitor", ""))
            if function not in (None, _may_drop):
                config.update(zip(keys, function_to_config(function)))
        return config

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """A wrapper from what get_config gave; whoever calls puts the cell itself in place of the cell's config."""
        config = dict(config)
        cell = config.pop("cell")
        for argument, keys in cls._functions.items():
            if keys[0] in config:
                config[argument] = function_from_config([config.pop(key) for key in keys], custom_objects)
        try:
            assert_like_rnncell("cell", cell)
            return cls(cell, **config)
        except TypeError:
            raise ValueError(
                "RNNCellWrapper cannot reconstruct the wrapped cell. Please overwrite the cell in the config with a RNNCell instance."
            ) from None


class DropoutWrapper(_Wrapper):
    """Dropout of a cell's inputs, outputs and states; with `variational_recurrent`, the same units in every step.

    `dropout_state_filter_visitor` says for a part of the state whether it may be dropped; the memory `c` of an LSTM is not.
    Follows tf.nn.rnn_cell.DropoutWrapper of TF 1.15.
    """

    _arguments = "input_keep_prob output_keep_prob state_keep_prob variational_recurrent input_size seed"
    _functions = {"dropout_state_filter_visitor": ("dropout_fn", "dropout_fn_type", "dropout_fn_module")}

    def __init__(
        self,
        cell,
        input_keep_prob=1.0,
        output_keep_prob=1.0,
        state_keep_prob=1.0,
        variational_recurrent=False,
        input_size=None,
        dtype=None,
        seed=None,
        dropout_state_filter_visitor=None,
        **kwargs,
    ):
        super().__init__(cell, dtype=dtype, **kwargs)
        if dropout_state_filter_visitor is not None and not callable(dropout_state_filter_visitor):
            raise TypeError("dropout_state_filter_visitor must be callable")
        self._dropout_state_filter = dropout_state_filter_visitor or _may_drop
        with name_scope("DropoutWrapperInit"):
            self._input_keep_prob = _probability("input_keep_prob", input_keep_prob)
            self._state_keep_prob = _probability("state_keep_prob", state_keep_prob)
            self._output_keep_prob = _probability("output_keep_prob", output_keep_prob)
        self._variational_recurrent, self._input_size, self._seed = variational_recurrent, input_size, seed
        self._input_noise = self._state_noise = self._output_noise = None
        if variational_recurrent:
            if dtype is None:
                raise ValueError("When variational_recurrent=True, dtype must be provided")
            if not isinstance(self._input_keep_prob, numbers.Real) or self._input_keep_prob < 1.0:
                if input_size is None:
                    raise ValueError("When variational_recurrent=True and input_keep_prob < 1.0 or is unknown, input_size must be provided")
                self._input_noise = self._noise(input_size, "input", dtype)
            self._state_noise = self._noise(cell.state_size, "state", dtype)
            self._output_noise = self._noise(cell.output_size, "output", dtype)

    def _noise(self, sizes, salt, dtype):
        from tinytf.ops.random import random_ops

        numbers_ = iter(range(len(nest.flatten(sizes))))

        def one(size):
            shape = array_ops.concat(([1], TensorShape(size).as_list()), 0)
            return random_ops.random_uniform(shape, seed=self._gen_seed(salt, next(numbers_)), dtype=dtype)

        return nest.map_structure_up_to(sizes, one, sizes)

    def _gen_seed(self, salt, index):
        """A seed of its own for each thing that is dropped, made of the seed given."""
        if self._seed is None:
            return None
        text = "%s%s_%d" % (self._seed, salt, index)
        return int(hashlib.md5(text.encode()).hexdigest()[:8], 16) & 0x7FFFFFFF

    def _dropout(self, values, salt, noise, keep_prob, which=None):
        which = values if which is None else which
        numbers_ = iter(range(len(nest.flatten(which))))

        def one(do, value, *noise):
            index = next(numbers_)
            if isinstance(do, bool) and not do:
                return value
            if not noise:
                return dropout_v2(value, rate=1.0 - keep_prob, seed=self._gen_seed(salt, index))
            kept = math_ops.floor(keep_prob + noise[0])
            result = math_ops.div(value, keep_prob) * kept
            result.set_shape(value.get_shape())
            return result

        more = [noise] if self._variational_recurrent else []
        return nest.map_structure_up_to(which, one, which, values, *more)

    def _call_wrapped(self, inputs, state, call, **kwargs):
        if _drops(self._input_keep_prob):
            inputs = self._dropout(inputs, "input", self._input_noise, self._input_keep_prob)
        output, new_state = call(inputs, state, **kwargs)
        if _drops(self._state_keep_prob):
            which = nest.get_traverse_shallow_structure(self._dropout_state_filter, new_state)
            new_state = self._dropout(new_state, "state", self._state_noise, self._state_keep_prob, which)
        if _drops(self._output_keep_prob):
            output = self._dropout(output, "output", self._output_noise, self._output_keep_prob)
        return output, new_state


def _drops(keep_prob):
    return not isinstance(keep_prob, float) or keep_prob < 1


def _probability(what, given):
    """A probability as a float, where it is known, else as a tensor."""
    tensor = convert_to_tensor(given)
    known = constant_value(tensor)
    if known is None:
        return tensor
    if known < 0 or known > 1:
        raise ValueError("Parameter %s must be between 0 and 1: %d" % (what, known))
    return float(known)


def _may_drop(part):
    if isinstance(part, LSTMStateTuple):
        return LSTMStateTuple(c=False, h=True)
    return not isinstance(part, TensorArray)


class ResidualWrapper(_Wrapper):
    """A cell to whose outputs its inputs are added (or `residual_fn(inputs, outputs)`). Follows tf.nn.rnn_cell.ResidualWrapper."""

    _functions = {"residual_fn": ("residual_fn", "residual_fn_type", "residule_fn_module")}  # sic: configs spell it so

    def __init__(self, cell, residual_fn=None, **kwargs):
        super().__init__(cell, **kwargs)
        self._residual_fn = residual_fn

    def _call_wrapped(self, inputs, state, call, **kwargs):
        outputs, new_state = call(inputs, state, **kwargs)
        return (self._residual_fn or _add)(inputs, outputs), new_state


def _add(inputs, outputs):
    nest.assert_same_structure(inputs, outputs)
    nest.map_structure(lambda a, b: a.get_shape().assert_is_compatible_with(b.get_shape()), inputs, outputs)
    return nest.map_structure(lambda a, b: a + b, inputs, outputs)


class DeviceWrapper(_Wrapper):
    """A cell on a device. Follows tf.nn.rnn_cell.DeviceWrapper of TF 1.15."""

    _arguments = "device"

    def __init__(self, cell, device, **kwargs):
        super().__init__(cell, **kwargs)
        self._device = device

    def zero_state(self, batch_size, dtype):
        with name_scope(type(self).__name__ + "ZeroState", values=[batch_size]), device(self._device):
            return self.cell.zero_state(batch_size, dtype)

    def _call_wrapped(self, inputs, state, call, **kwargs):
        with device(self._device):
            return call(inputs, state, **kwargs)


class _Around(RNNCell):
    """A cell that is a layer around another one."""

    def __init__(self, cell, reuse):
        super().__init__(_reuse=reuse)
        assert_like_rnncell("cell", cell)
        self._cell = cell

    @property
    def state_size(self):
        return self._cell.state_size

    @property
    def output_size(self):
        return self._cell.output_size

    def zero_state(self, batch_size, dtype):
        with name_scope(type(self).__name__ + "ZeroState", values=[batch_size]):
            return self._cell.zero_state(batch_size, dtype)


class EmbeddingWrapper(_Around):
    """A cell whose inputs are numbers of rows of an embedding, which it looks up. Follows tf.contrib.rnn.EmbeddingWrapper."""

    def __init__(self, cell, embedding_classes, embedding_size, initializer=None, reuse=None):
        super().__init__(cell, reuse)
        if embedding_classes <= 0 or embedding_size <= 0:
            raise ValueError("Both embedding_classes and embedding_size must be > 0: %d, %d." % (embedding_classes, embedding_size))
        self._embedding_classes, self._embedding_size, self._initializer = embedding_classes, embedding_size, initializer

    def call(self, inputs, state):
        from tinytf.ops.nn.embedding import embedding_lookup

        with device("/cpu:0"):
            limit = math.sqrt(3)  # uniform with a variance of 1
            initializer = self._initializer or get_variable_scope().initializer or init_ops.random_uniform_initializer(-limit, limit)
            dtype = state[0].dtype if isinstance(state, tuple) else state.dtype
            embedding = get_variable("embedding", [self._embedding_classes, self._embedding_size], initializer=initializer, dtype=dtype)
            return self._cell(embedding_lookup(embedding, array_ops.reshape(inputs, [-1])), state)


class InputProjectionWrapper(_Around):
    """A cell whose inputs go through a linear layer. Follows tf.contrib.rnn.InputProjectionWrapper of TF 1.15."""

    def __init__(self, cell, num_proj, activation=None, input_size=None, reuse=None):
        super().__init__(cell, reuse)
        if input_size is not None:
            _log.warning("%s: The input_size parameter is deprecated.", self)
        self._num_proj, self._activation, self._linear = num_proj, activation, None

    def call(self, inputs, state):
        if self._linear is None:
            self._linear = Linear(inputs, self._num_proj, True)
        projected = self._linear(inputs)
        return self._cell(self._activation(projected) if self._activation else projected, state)


class OutputProjectionWrapper(_Around):
    """A cell whose outputs go through a linear layer. Follows tf.contrib.rnn.OutputProjectionWrapper of TF 1.15."""

    def __init__(self, cell, output_size, activation=None, reuse=None):
        super().__init__(cell, reuse)
        if output_size < 1:
            raise ValueError("Parameter output_size must be > 0: %d." % output_size)
        self._output_size, self._activation, self._linear = output_size, activation, None

    @property
    def output_size(self):
        return self._output_size

    def call(self, inputs, state):
        output, new_state = self._cell(inputs, state)
        if self._linear is None:
            self._linear = Linear(output, self._output_size, True)
        projected = self._linear(output)
        return (self._activation(projected) if self._activation else projected), new_state
