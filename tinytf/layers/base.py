"""`Layer`: an object with weights that turns tensors into tensors.

`BaseLayer` is what every layer has: weights, losses, updates, the check of its inputs, `build` at the
first call.  `Layer`, the `tf.layers.Layer` of TF 1.15, finds its variables by variable scope.
"""

from __future__ import annotations

import contextlib
import copy
import inspect
import re
import weakref

import numpy as np

from tinytf import dtypes, nest
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import get_collection_ref, get_default_graph, name_scope
from tinytf.graph.graph import GraphKeys
from tinytf.graph.operation import Operation
from tinytf.graph.tensor import Tensor
from tinytf.graph.trackable import Trackable
from tinytf.layers.unconnected import Unconnected
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops
from tinytf.ops.state import partitioned_variables, variable_scope, variables
from tinytf.ops.state.variables import VariableAggregation, VariableSynchronization

_name_counts = weakref.WeakKeyDictionary()  # graph -> {name: how often}


class InputSpec:
    """What a layer demands of its input: rank, sizes of some dimensions, dtype. Follows tf.layers.InputSpec of TF 1.15."""

    def __init__(self, dtype=None, shape=None, ndim=None, max_ndim=None, min_ndim=None, axes=None):
        self.dtype, self.shape, self.max_ndim, self.min_ndim = dtype, shape, max_ndim, min_ndim
        self.ndim = len(shape) if shape is not None else ndim
        self.axes = {int(k): v for k, v in (axes or {}).items()}

    def __repr__(self):
        names = ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes")
        given = [f"{k}={getattr(self, k)}" for k in names if getattr(self, k)]
        return f"InputSpec({', '.join(given)})"


def check_input(specs, inputs, layer: str) -> None:
    """ValueError, in TensorFlow's words, where an input is not what `specs` demand."""
    if not specs:
        return
    inputs, specs = nest.flatten(inputs), nest.flatten(specs)
    if len(inputs) != len(specs):
        raise ValueError(f"Layer {layer} expects {len(specs)} inputs, but it received {len(inputs)} input tensors. Inputs received: {inputs}")  # noqa: E501
    for i, (x, spec) in enumerate(zip(inputs, specs)):
        if spec is None:
            continue
        what = f"Input {i} of layer {layer} is incompatible with the layer: "
        dims = x.shape._dims
        rank = None if dims is None else len(dims)
        if rank is None:
            if spec.ndim is not None or spec.min_ndim is not None or spec.max_ndim is not None:
                raise ValueError(what + "its rank is undefined, but the layer requires a defined rank.")
            continue
        if spec.ndim is not None and rank != spec.ndim:
            raise ValueError(what + f"expected ndim={spec.ndim}, found ndim={rank}. Full shape received: {list(dims)}")
        if spec.max_ndim is not None and rank > spec.max_ndim:
            raise ValueError(what + f"expected max_ndim={spec.max_ndim}, found ndim={rank}")
        if spec.min_ndim is not None and rank < spec.min_ndim:
            raise ValueError(what + f": expected min_ndim={spec.min_ndim}, found ndim={rank}. Full shape received: {list(dims)}")
        if spec.dtype is not None and x.dtype != spec.dtype:
            raise ValueError(what + f"expected dtype={spec.dtype}, found dtype={x.dtype}")
        for axis, size in spec.axes.items():
            if size is not None and dims[axis] not in (size, None):
                raise ValueError(what + f"expected axis {axis} of input shape to have value {size} but received input with shape {list(dims)}")  # noqa: E501
        for wanted, have in zip(spec.shape or (), dims):
            if wanted is not None and have is not None and wanted != have:
                raise ValueError(f"Input {i} is incompatible with layer {layer}: expected shape={spec.shape}, found shape={list(dims)}")


def snake_case(name: str) -> str:
    """'MaxPooling2D' -> 'max_pooling2d'."""
    text = re.sub("(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    text = re.sub("([a-z])([A-Z])", r"\1_\2", text).lower()
    return "private" + text if text[0] == "_" else text


def unique_layer_name(base: str, zero_based: bool = False) -> str:
    """A name that no layer of this graph has: 'dense_1', 'dense_2' … (zero-based: 'dense', 'dense_1' …)."""
    counts = _name_counts.setdefault(get_default_graph(), {})
    number = counts.get(base, 0)
    counts[base] = number + 1
    if zero_based:
        return f"{base}_{number}" if number else base
    return f"{base}_{number + 1}"


def _add_to_collection(elements, key) -> None:
    """Adds what is not there yet."""
    collection = get_collection_ref(key)
    there = {id(e) for e in collection}
    for element in elements:
        if id(element) not in there:
            collection.append(element)
            there.add(id(element))


def _reachable(inputs, targets) -> set:
    """The targets (operations or tensors) that depend on `inputs`, by control edges, too."""
    targets, found, seen = set(targets), set(), set()
    queue = [t for t in nest.flatten(inputs) if isinstance(t, Tensor)]
    while queue and found != targets:
        t = queue.pop()
        if t in targets:
            found.add(t)
        for op in t.consumers():
            _through(op, targets, found, seen, queue)
    return found


def _through(op, targets, found, seen, queue) -> None:
    waiting = [op]
    while waiting:
        op = waiting.pop()
        if op in seen:
            continue
        seen.add(op)
        if op in targets:
            found.add(op)
        queue.extend(op.outputs)
        waiting.extend(op._control_outputs)


class BaseLayer(Trackable):
    """Weights, losses, updates; `build` at the first call, then `call`."""

    _default_getter = None
    _settings = ""  # the names of the constructor's arguments that are attributes, for get_config

    def __init__(self, trainable=True, name=None, dtype=None, activity_regularizer=None, **kwargs):
        for key in kwargs:
            if key not in ("input_shape", "batch_input_shape", "batch_size", "weights", "autocast", "dynamic", "input_dim"):
                raise TypeError("Keyword argument not understood:", key)
        self._trainable = trainable
        self.stateful = False
        self.built = False
        self.input_spec = None
        self.supports_masking = False
        self._dtype = None if dtype is None else dtypes.as_dtype(dtype).base_dtype.name
        self._set_name(name)
        self._activity_regularizer = activity_regularizer
        self._trainable_weights: list = []
        self._non_trainable_weights: list = []
        self._updates: list = []
        self._losses: list = []
        self._callable_losses: list = []
        self._calls: list = []  # inputs of each call
        self._initial_weights = kwargs.get("weights")
        if kwargs.get("batch_input_shape") is not None:
            self._batch_input_shape = tuple(kwargs["batch_input_shape"])
        elif kwargs.get("input_shape") is not None:
            self._batch_input_shape = (kwargs.get("batch_size"),) + tuple(kwargs["input_shape"])
        elif kwargs.get("input_dim") is not None:
            self._batch_input_shape = (kwargs.get("batch_size"), kwargs["input_dim"])

    # For subclasses ---------------------------------------------------------------------------

    def build(self, input_shape) -> None:
        """Makes the weights; called once, with the shape of the first input."""
        self.built = True

    def call(self, inputs, **kwargs):
        """The computation; subclasses have theirs."""
        return inputs

    def compute_output_shape(self, input_shape):
        """The static shape of the output; subclasses have theirs."""
        raise NotImplementedError

    def add_update(self, updates, inputs=None) -> None:
        """Takes ops (or functions that make them) that must run beside a training step."""
        for update in updates if isinstance(updates, (list, tuple)) else [updates]:
            while callable(update) and not isinstance(update, (Tensor, Operation)):
                update = update()
            op = update if isinstance(update, Operation) else update.op if hasattr(update, "op") else convert_to_tensor(update).op
            op._unconditional_update = not _reachable(self._calls[-1:], [op])
            self._updates.append(op)

    def add_loss(self, losses, inputs=None) -> None:
        """Takes scalar tensors, or functions that make them, to be added to the loss."""
        for loss in nest.flatten(losses):
            if callable(loss) and not isinstance(loss, Tensor):
                self._callable_losses.append(self._tagged(loss, inputs))
            elif loss is not None:
                if not isinstance(loss, Tensor):
                    loss = convert_to_tensor(loss, dtypes.float32)
                loss._unconditional_loss = inputs is None
                self._losses.append(loss)

    @staticmethod
    def _tagged(function, inputs):
        def make():
            loss = function()
            if loss is not None:
                loss._unconditional_loss = inputs is None
            return loss

        return make

    # Calling ------------------------------------------------------------------------------------

    def _call_arguments(self):
        found = self.__dict__.get("_call_args")
        if found is None:
            spec = inspect.getfullargspec(self.call)
            found = self.__dict__["_call_args"] = (set(spec.args + spec.kwonlyargs), spec.varkw is not None)
        return found

    def _expects(self, name) -> bool:
        names, rest = self._call_arguments()
        return name in names or rest

    def __call__(self, inputs, *args, **kwargs):
        inputs = nest.map_structure(lambda x: convert_to_tensor(x) if isinstance(x, (np.ndarray, float, int)) else x, inputs)
        if "training" in kwargs and not self._expects("training"):
            kwargs.pop("training")
        check_input(self.input_spec, inputs, self.name)
        with name_scope(self._name_scope()):
            self._maybe_build(inputs)
            self._calls.append(inputs)
            outputs = self.call(inputs, *args, **self._arguments_of_call(args, kwargs))
            if outputs is None:
                raise ValueError(f"A layer's `call` method should return a Tensor or a list of Tensors, not None (layer: {self.name}).")
            self._regularize_activity(inputs, outputs)
        return outputs

    def _arguments_of_call(self, args, kwargs) -> dict:
        """What `call` is given by name; subclasses add what the caller left out."""
        return kwargs

    def apply(self, inputs, *args, **kwargs):
        """The same as calling the layer."""
        return self(inputs, *args, **kwargs)

    def _maybe_build(self, inputs) -> None:
        if self.built:
            return
        check_input(self.input_spec, inputs, self.name)
        flat = nest.flatten(inputs)
        if flat and self._dtype is None:
            self._dtype = getattr(getattr(flat[0], "dtype", None), "base_dtype", dtypes.float32).name
        shapes = nest.map_structure(lambda x: x.shape, inputs) if all(hasattr(x, "shape") for x in flat) else None
        self.build(shapes)
        self.built = True
        if self._initial_weights is not None:
            self.set_weights(self._initial_weights)
            self._initial_weights = None

    def _regularize_activity(self, inputs, outputs) -> None:
        if not self._activity_regularizer:
            return
        with name_scope("ActivityRegularizer"):
            for output in nest.flatten(outputs):
                loss = self._activity_regularizer(output)
                batch = math_ops.cast(array_ops.shape(output)[0], loss.dtype)
                self.add_loss(loss / batch, inputs=inputs)

    def _regularize_weight(self, name, variable, regularizer) -> None:
        def loss_of(v):
            def make():
                with name_scope(name + "/Regularizer"):
                    return regularizer(v)

            return make

        for v in list(variable) if isinstance(variable, partitioned_variables.PartitionedVariable) else [variable]:
            self.add_loss(loss_of(v))

    def _remember(self, variable, trainable) -> None:
        (self._trainable_weights if trainable else self._non_trainable_weights).append(variable)

    # What a layer has ---------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The layer's name."""
        return self._name

    @property
    def dtype(self):
        """The name of the dtype of its weights: None before the first call, unless it was given."""
        return self._dtype

    @property
    def _compute_dtype(self):
        return self._dtype

    @property
    def trainable(self) -> bool:
        """Whether its weights are to be trained."""
        return self._trainable

    @trainable.setter
    def trainable(self, value):
        self._trainable = value

    @property
    def activity_regularizer(self):
        """The function that makes a loss of each output, or None."""
        return self._activity_regularizer

    @activity_regularizer.setter
    def activity_regularizer(self, regularizer):
        self._activity_regularizer = regularizer

    @property
    def trainable_weights(self) -> list:
        """Variables that an optimizer may change."""
        return list(self._trainable_weights) if self.trainable else []

    @property
    def non_trainable_weights(self) -> list:
        """The other variables."""
        return list(self._non_trainable_weights) if self.trainable else self._trainable_weights + self._non_trainable_weights

    @property
    def weights(self) -> list:
        """All variables."""
        return self.trainable_weights + self.non_trainable_weights

    variables = weights
    trainable_variables = trainable_weights
    non_trainable_variables = non_trainable_weights

    @property
    def updates(self) -> list:
        """Ops that must run beside a training step."""
        return [] if not self.trainable and not self.stateful else list(self._updates)

    @property
    def losses(self) -> list:
        """Losses of weights and activities."""
        made = [f() for f in self._callable_losses]
        return self._losses + [loss for loss in made if loss is not None]

    def get_updates_for(self, inputs) -> list:
        """The updates that depend on `inputs`; on None: those that depend on no input."""
        if inputs is None:
            return [u for u in self.updates if u._unconditional_update]
        reached = _reachable(inputs, self.updates)
        return [u for u in self.updates if not u._unconditional_update and u in reached]

    def get_losses_for(self, inputs) -> list:
        """The losses that depend on `inputs`; on None: those that depend on no input."""
        losses = self.losses
        if inputs is None:
            return [v for v in losses if v._unconditional_loss]
        reached = _reachable(inputs, losses)
        return [v for v in losses if not v._unconditional_loss and v in reached]

    def count_params(self) -> int:
        """How many numbers its weights hold; ValueError before it is built."""
        if not self.built:
            raise ValueError(f"You tried to call `count_params` on {self.name}, but the layer isn't built. You can build it manually via: `{self.name}.build(batch_input_shape)`.")  # noqa: E501
        return int(sum(np.prod(w.shape.as_list()) for w in self.weights))

    def _session(self):
        from tinytf.graph.default_session import get_default_session

        session = get_default_session()
        if session is None:
            raise ValueError("The values of a layer's weights live in a session: use `with tf.Session():`")
        return session

    def get_weights(self) -> list:
        """The values of all weights in the default session."""
        return self._session().run(self.weights) if self.weights else []

    def set_weights(self, weights) -> None:
        """Gives all weights their values in the default session."""
        if len(weights) != len(self.weights):
            raise ValueError(
                f'You called `set_weights(weights)` on layer "{self.name}" with a  weight list of length {len(weights)}, '
                f"but the layer was expecting {len(self.weights)} weights."
            )
        for variable, value in zip(self.weights, weights):
            if not variable.shape.is_compatible_with(np.shape(value)):
                raise ValueError(f"Layer weight shape {variable.shape} not compatible with provided weight shape {np.shape(value)}")
            variable.load(value, self._session())

    def get_config(self) -> dict:
        """The arguments that make such a layer again: name, trainable, dtype, and the `_settings` of its classes."""
        config = {"name": self.name, "trainable": self.trainable}
        if getattr(self, "_batch_input_shape", None) is not None:
            config["batch_input_shape"] = self._batch_input_shape
        config["dtype"] = self.dtype
        for cls in reversed(type(self).__mro__):
            for name in vars(cls).get("_settings", "").split():
                config[name] = self._told(name, getattr(self, name))
        return config

    def _told(self, name, value):
        """An argument as a config holds it: objects by class and config, functions by name."""
        if name == "activation" and value is None:
            return "linear"
        if hasattr(value, "get_config") and not isinstance(value, type):
            return {"class_name": type(value).__name__, "config": value.get_config()}
        return getattr(value, "__name__", value) if callable(value) else value

    @classmethod
    def from_config(cls, config):
        """A layer from what get_config gave."""
        return cls(**config)

    def _one_call(self, what, value):
        if not self._calls:
            raise AttributeError(f"Layer {self.name} is not connected, no {what}.")
        if len(self._calls) > 1:
            raise AttributeError(f"Layer {self.name} has multiple inbound nodes, hence the notion of \"layer {what}\" is ill-defined.")
        return value

    @property
    def input(self):
        """The input of its only call."""
        return self._one_call("input", self._calls[0] if self._calls else None)

    @property
    def input_shape(self):
        """The static shape of the input of its only call."""
        return nest.map_structure(lambda t: tuple(t.shape.as_list()), self.input)


class Layer(Unconnected, BaseLayer):
    """A layer whose variables are found by variable scope, so that they can be shared. Follows tf.layers.Layer of TF 1.15."""

    def __init__(self, trainable=True, name=None, dtype=None, **kwargs):
        self._use_resource_variables = False
        scope = kwargs.pop("_scope", None)
        self._reuse = kwargs.pop("_reuse", None)
        super().__init__(trainable=trainable, name=name, dtype=dtype, **kwargs)
        self._scope = None
        self._current_scope = None
        if scope:
            with variable_scope.variable_scope(scope) as captured:
                self._scope = captured

    def _set_name(self, name) -> None:
        if isinstance(name, variable_scope.VariableScope):
            self._base_name = name.name
            self._name = unique_layer_name(snake_case(type(self).__name__))
        else:
            self._base_name = self._name = name
        if not name:
            self._base_name = snake_case(type(self).__name__)
            self._name = unique_layer_name(self._base_name)

    @property
    def graph(self):
        """None: layers do not track their graph any more (as in TF 1.15)."""
        return None

    @property
    def scope_name(self) -> str:
        """The name of its variable scope; ValueError before the first call."""
        if not self._scope:
            raise ValueError(
                f'No name available for layer scope because the layer "{self._name}" has not been used yet. The scope name is '
                "determined the first time the layer instance is called. You must therefore call the layer before querying `scope_name`."
            )
        return self._scope.name

    def add_loss(self, losses, inputs=None) -> None:
        """As for any layer; the losses also go to the graph's collection of regularization losses."""
        plain, callables = len(self._losses), len(self._callable_losses)
        super().add_loss(losses, inputs=inputs)
        new = self._losses[plain:]
        for make in self._callable_losses[callables:]:
            loss = make()
            if loss is not None:
                new.append(loss)
        _add_to_collection(new, GraphKeys.REGULARIZATION_LOSSES)

    def _name_scope(self):
        return self._current_scope.original_name_scope

    def _set_scope(self, scope=None) -> None:
        if self._scope is not None:
            return
        if self._reuse:
            context = variable_scope.variable_scope(scope if scope is not None else self._base_name)
        else:
            context = variable_scope.variable_scope(scope, default_name=self._base_name)
        with context as captured:
            self._scope = captured

    def add_weight(
        self, name, shape, dtype=None, initializer=None, regularizer=None, trainable=None, constraint=None, use_resource=None,
        synchronization=VariableSynchronization.AUTO, aggregation=VariableAggregation.NONE, partitioner=None, **kwargs,
    ):  # fmt: skip
        """A variable of this layer, new or found in its scope. Follows tf.layers.Layer.add_weight of TF 1.15."""
        for key in kwargs:
            if key != "experimental_autocast":
                raise TypeError("Unknown keyword argument:", key)
        if synchronization == VariableSynchronization.ON_READ:
            if trainable:
                raise ValueError(
                    "Synchronization value can be set to VariableSynchronization.ON_READ only for non-trainable variables. You have "
                    "specified trainable=True and synchronization=VariableSynchronization.ON_READ."
                )
            trainable = False
        elif trainable is None:
            trainable = True
        existing = {id(v) for v in variables.global_variables()}
        dtype = dtypes.as_dtype(dtype or self.dtype or dtypes.float32)
        self._set_scope(None)
        with variable_scope.variable_scope(self._scope, reuse=self.built or self._reuse, auxiliary_name_scope=False) as scope:
            self._current_scope = scope
            with name_scope(self._name_scope()):
                trained = trainable and self.trainable
                variable = variable_scope.get_variable(
                    name, shape=shape, dtype=dtype,
                    initializer=_initializer(initializer, scope.initializer, dtype, name, self.name),
                    trainable=trained, constraint=constraint, partitioner=partitioner,
                    use_resource=use_resource or self._use_resource_variables or scope.use_resource,
                    synchronization=synchronization, aggregation=aggregation,
                )  # fmt: skip
                parts = list(variable) if isinstance(variable, partitioned_variables.PartitionedVariable) else [variable]
                if regularizer and all(id(v) not in existing for v in parts):
                    self._regularize_weight(name, variable, regularizer)
                # A variable that was made untrainable elsewhere stays so here.
                known = {id(v) for v in variables.trainable_variables()}
                self._remember(variable, trained and (len(parts) > 1 or id(variable) in known))
                if isinstance(variable, Trackable):
                    self._track_trackable(variable, name, overwrite=True)
        return variable

    add_variable = add_weight

    def __call__(self, inputs, *args, **kwargs):
        self._set_scope(kwargs.pop("scope", None))
        if self.built:
            context = self.__dict__.get("_reusing_scope")
            if context is None:
                context = variable_scope.variable_scope(self._scope, reuse=True, auxiliary_name_scope=False)
                self.__dict__["_reusing_scope"] = context
        else:
            context = variable_scope.variable_scope(self._scope, reuse=self._reuse, auxiliary_name_scope=False)
        with context as scope:
            self._current_scope = scope
            if "scope" in self._call_arguments()[0]:
                kwargs["scope"] = scope
            outputs = super().__call__(inputs, *args, **kwargs)
        _add_to_collection(self.updates, GraphKeys.UPDATE_OPS)
        return outputs

    def __deepcopy__(self, memo):
        result = type(self).__new__(type(self))
        memo[id(self)] = result
        for key, value in self.__dict__.items():
            if key in ("_scope", "_reusing_scope"):
                result.__dict__[key] = copy.copy(value)
            elif isinstance(value, Tensor) or key == "_calls":
                result.__dict__[key] = value
            else:
                result.__dict__[key] = copy.deepcopy(value, memo)
        return result


def _initializer(given, of_scope, dtype, name, layer):
    """The initializer of a weight: the given one, the scope's, else Glorot's (zeros for integers)."""
    from tinytf.ops.state import init_ops

    chosen = given if given is not None else of_scope
    if isinstance(chosen, str):
        return named_initializer(chosen)
    if isinstance(chosen, type):
        return chosen()
    if chosen is not None:
        return chosen
    if dtype.is_floating:
        return init_ops.glorot_uniform_initializer()
    if dtype.is_integer or dtype.is_bool:
        return init_ops.zeros_initializer()
    raise ValueError(f"An initializer for variable {name} of type {dtype.base_dtype} is required for layer {layer}")


def named_initializer(name: str):
    """An initializer by its Keras name: 'zeros', 'glorot_uniform' …"""
    from tinytf.ops.state import init_ops

    table = {
        "zeros": init_ops.zeros_initializer, "zero": init_ops.zeros_initializer, "ones": init_ops.ones_initializer, "one": init_ops.ones_initializer,  # noqa: E501
        "constant": init_ops.constant_initializer, "uniform": init_ops.random_uniform_initializer,
        "random_uniform": init_ops.random_uniform_initializer, "normal": init_ops.random_normal_initializer,
        "random_normal": init_ops.random_normal_initializer, "truncated_normal": init_ops.truncated_normal_initializer,
        "orthogonal": init_ops.orthogonal_initializer, "identity": init_ops.identity_initializer,
        "glorot_uniform": init_ops.glorot_uniform_initializer, "glorot_normal": init_ops.glorot_normal_initializer,
        "variance_scaling": init_ops.variance_scaling_initializer,
        "lecun_normal": init_ops.lecun_normal, "lecun_uniform": init_ops.lecun_uniform,
        "he_normal": init_ops.he_normal, "he_uniform": init_ops.he_uniform,
    }  # fmt: skip
    key = snake_case(name) if name not in table else name
    if key not in table:
        raise ValueError(f"Unknown initializer: {name}")
    return table[key]()


@contextlib.contextmanager
def keras_style_scope():
    """Keras-style layers do not exist here."""
    raise NotImplementedError("tf.layers.experimental.keras_style_scope: use tf.layers as it is, which shares variables by scope")
    yield
