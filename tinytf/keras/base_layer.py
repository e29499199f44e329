"""The layer of Keras: its variables belong to the object, and each call is a node in the graph of layers."""

from __future__ import annotations

from tinytf import dtypes, nest
from tinytf.graph.graph import Graph
from tinytf.graph.tensor import Tensor
from tinytf.graph.tensor_spec import TensorSpec
from tinytf.keras import backend, constraints, initializers, regularizers
from tinytf.layers.base import BaseLayer, InputSpec, snake_case, unique_layer_name
from tinytf.ops.array.placeholder import placeholder
from tinytf.ops.state.resource_variables import ResourceVariable
from tinytf.ops.state.variables import VariableAggregation, VariableSynchronization
from tinytf.shapes import TensorShape

__all__ = ["InputSpec", "Layer", "Node"]

V2_DTYPE_BEHAVIOR = False  # whether layers cast their inputs; in TF 1.15 they do not


class Node:
    """One call of a layer: what went in and what came out."""

    def __init__(self, layer, inputs, outputs, arguments):
        self.layer, self.inputs, self.outputs, self.arguments = layer, inputs, outputs, arguments

    @property
    def flat_inputs(self) -> list:
        """The tensors that went in."""
        return [x for x in nest.flatten(self.inputs) if isinstance(x, Tensor)]

    # Under their names in TensorFlow ------------------------------------------------------------

    outbound_layer = property(lambda self: self.layer, doc="The layer that was called.")
    input_tensors = property(lambda self: self.inputs, doc="What went in.")
    output_tensors = property(lambda self: self.outputs, doc="What came out.")
    input_shapes = property(lambda self: _static_shapes(self.inputs), doc="The static shapes of what went in.")
    output_shapes = property(lambda self: _static_shapes(self.outputs), doc="The static shapes of what came out.")

    @property
    def inbound_layers(self):
        """The layers that made what went in."""
        return nest.map_structure(lambda x: x._keras_history[0] if hasattr(x, "_keras_history") else None, self.inputs)


def _static_shapes(tensors):
    return nest.map_structure(lambda t: tuple(t.shape.as_list()) if t.shape.ndims is not None else None, tensors)


class Layer(BaseLayer):
    """Follows tf.keras.layers.Layer of TF 1.15, in graph mode.

    A subclass makes weights in `build(input_shape)` with `add_weight`, and computes in `call(inputs)`.
    """

    is_input = False  # whether models begin with it
    _is_part = True  # of a layer that has it as an attribute; a metric is not

    def __init__(self, trainable=True, name=None, dtype=None, dynamic=False, **kwargs):
        if dynamic:
            raise NotImplementedError("tf.keras.layers.Layer(dynamic=True) needs eager execution, which tinytf does not have")
        if isinstance(kwargs.get("activity_regularizer"), (str, dict)):
            kwargs["activity_regularizer"] = regularizers.get(kwargs["activity_regularizer"])
        super().__init__(trainable=trainable, name=name, dtype=dtype, **kwargs)
        self._inbound_nodes: list = []
        self._layers: list = []  # layers that are attributes of this one
        self._called_metrics: dict = {}  # name -> (metric, its tensor in the last call)

    def _set_name(self, name) -> None:
        self._name = name or unique_layer_name(snake_case(type(self).__name__), zero_based=True)

    def _name_scope(self) -> str:
        return self.name

    def __setattr__(self, name, value):
        if isinstance(value, ResourceVariable) and all(value is not v for v in self.__dict__.get("_own", ())):
            self._track(value)
        elif "_layers" in self.__dict__ and name not in ("_layers", "layers"):
            found = [v for v in (value if isinstance(value, (list, tuple)) else [value]) if isinstance(v, Layer) and v._is_part]
            self._layers.extend(v for v in found if all(v is not w for w in self._layers))
        if isinstance(value, ResourceVariable) or (isinstance(value, Layer) and value._is_part):
            self._track_trackable(value, name, overwrite=True)
        super().__setattr__(name, value)

    def _track(self, variable) -> None:
        self.__dict__.setdefault("_own", []).append(variable)
        (self._trainable_weights if variable.trainable else self._non_trainable_weights).append(variable)
        backend.track_variable(variable)

    def _told(self, name, value):
        kinds = {"initializer": initializers, "regularizer": regularizers, "constraint": constraints}
        kind = kinds.get(name.rpartition("_")[2])
        if kind is initializers and value is None:
            value = "glorot_uniform"
        return super()._told(name, value if kind is None else kind.get(value))

    # Weights ------------------------------------------------------------------------------------

    def add_weight(
        self, name=None, shape=None, dtype=None, initializer=None, regularizer=None, trainable=None, constraint=None, partitioner=None,
        use_resource=None, synchronization=VariableSynchronization.AUTO, aggregation=VariableAggregation.NONE, **kwargs,
    ):  # fmt: skip
        """A new variable of this layer. Follows tf.keras.layers.Layer.add_weight of TF 1.15."""
        for key in kwargs:
            if key not in ("getter", "collections", "experimental_autocast", "caching_device"):
                raise TypeError("Unknown keyword argument:", key)
        dtype = dtypes.as_dtype(dtype or self.dtype or backend.floatx())
        if self._dtype is None:
            self._dtype = dtype.base_dtype.name
        if synchronization == VariableSynchronization.ON_READ:
            if trainable:
                raise ValueError(
                    "Synchronization value can be set to VariableSynchronization.ON_READ only for non-trainable variables. You have "
                    "specified trainable=True and synchronization=VariableSynchronization.ON_READ."
                )
            trainable = False
        trainable = True if trainable is None else trainable
        initializer = initializers.get(initializer) or self._usual_initializer(dtype, name)
        shape = TensorShape(() if shape is None else shape)
        variable = ResourceVariable(
            initial_value=lambda: initializer(shape.as_list(), dtype=dtype), name=name, trainable=trainable, dtype=dtype,
            constraint=constraints.get(constraint), synchronization=synchronization, aggregation=aggregation,
        )  # fmt: skip
        self._track(variable)
        self._track_trackable(variable, name, overwrite=True)
        regularizer = regularizers.get(regularizer)
        if regularizer is not None:
            self._regularize_weight(variable.op.name, variable, regularizer)
        return variable

    add_variable = add_weight

    def _usual_initializer(self, dtype, name):
        if dtype.is_floating:
            return initializers.glorot_uniform()
        if dtype.is_integer or dtype.is_bool:
            return initializers.zeros()
        raise ValueError(f"An initializer for variable {name} of type {dtype.base_dtype} is required for layer {self.name}")

    def _weights_of(self, kind: str) -> list:
        own = {"trainable": self._trainable_weights, "non_trainable": self._non_trainable_weights}
        found = list(own[kind])
        for layer in self._layers:
            found += getattr(layer, kind + "_weights")
        unique: list = []
        for v in found:
            if all(v is not w for w in unique):
                unique.append(v)
        return unique

    @property
    def trainable_weights(self) -> list:
        """Variables that an optimizer may change, those of inner layers too."""
        return self._weights_of("trainable") if self.trainable else []

    @property
    def non_trainable_weights(self) -> list:
        """The other variables."""
        others = self._weights_of("non_trainable")
        return others if self.trainable else self._weights_of("trainable") + others

    @property
    def weights(self) -> list:
        """All variables."""
        return self.trainable_weights + self.non_trainable_weights

    variables = weights
    trainable_variables = trainable_weights
    non_trainable_variables = non_trainable_weights

    @property
    def trainable(self) -> bool:
        """Whether its weights, and those of inner layers, are to be trained."""
        return self._trainable

    @trainable.setter
    def trainable(self, value):
        self._trainable = value
        for layer in self.__dict__.get("_layers", ()):
            layer.trainable = value

    @property
    def updates(self) -> list:
        """Ops that must run beside a training step."""
        found = [] if not self.trainable and not self.stateful else list(self._updates)
        return found + [u for layer in self._layers for u in layer.updates]

    @property
    def losses(self) -> list:
        """Losses of weights and activities."""
        own = self._losses + [loss for loss in (f() for f in self._callable_losses) if loss is not None]
        return own + [loss for layer in self._layers for loss in layer.losses]

    def add_metric(self, value, aggregation=None, name=None) -> None:
        """A tensor to report: the result of a metric, or with aggregation="mean" one whose mean counts.

        Follows tf.keras.layers.Layer.add_metric of TF 1.15.
        """
        from tinytf.keras.metrics import Mean

        if aggregation is not None and aggregation != "mean":
            raise ValueError(
                "We currently support only `mean` sample-wise metric aggregation. You provided aggregation=`%s`" % (aggregation,)
            )
        metric = getattr(value, "_metric_obj", None)
        if metric is not None:
            self._called_metrics[metric.name] = metric, value
            return
        if name is None:
            raise ValueError(
                "Please provide a name for your metric like `self.add_metric(tf.reduce_sum(inputs), name='mean_activation', "
                "aggregation='mean')`"
            )
        if aggregation is None:
            raise ValueError(
                "Using the result of calling a `Metric` object or `aggregation=\"mean\"` is required: add_metric was given a tensor without either"
            )
        metric = self._called_metrics[name][0] if name in self._called_metrics else Mean(name=name)
        self._called_metrics[name] = metric, metric(value)

    def _metrics_of_calls(self) -> list:
        """(metric, tensor) of what add_metric was given, here and in inner layers."""
        return [*self._called_metrics.values(), *(pair for layer in self._layers for pair in layer._metrics_of_calls())]

    @property
    def metrics(self) -> list:
        """The metrics that add_metric was given, here and in inner layers."""
        return [metric for metric, _ in self._metrics_of_calls()]

    def _session(self):
        return backend.get_session()

    # Calls --------------------------------------------------------------------------------------

    def __call__(self, inputs, *args, **kwargs):
        masks = _masks_of(inputs)
        if masks is not None and "mask" not in kwargs and self._expects_by_name("mask"):
            kwargs["mask"] = masks
        with _Calling(kwargs.get("training")):
            outputs = super().__call__(inputs, *args, **kwargs)
        outputs = _not_the_input(inputs, outputs)
        self._set_mask(inputs, outputs, masks)
        node = Node(self, inputs, outputs, kwargs)
        self._inbound_nodes.append(node)
        for x in nest.flatten(inputs):
            if isinstance(x, Tensor) and hasattr(x, "_keras_history"):
                x._keras_history[0]._outbound_nodes.append(node)
        for i, y in enumerate(nest.flatten(outputs)):
            if isinstance(y, Tensor):
                y._keras_history = (self, len(self._inbound_nodes) - 1, i)
        return outputs

    def _arguments_of_call(self, args, kwargs):
        if self._expects_by_name("training") and kwargs.get("training") is None and not args:
            return dict(kwargs, training=self._training_of_caller())
        return kwargs

    def _expects_by_name(self, name) -> bool:
        return name in self._call_arguments()[0]

    @staticmethod
    def _training_of_caller():
        """What the layer that calls this one was given; else the learning phase."""
        given = _Calling.training()
        return backend.learning_phase() if given is None else given

    def _set_mask(self, inputs, outputs, masks) -> None:
        mask = self.compute_mask(inputs, masks)
        if mask is None:
            return
        flat = nest.flatten(outputs)
        for y, m in zip(flat, mask if isinstance(mask, (list, tuple)) else [mask] * len(flat)):
            if isinstance(y, Tensor):
                y._keras_mask = m

    def compute_mask(self, inputs, mask=None):
        """The mask of the output: that of the input, where the layer supports masks."""
        return mask if self.supports_masking else None

    @property
    def output(self):
        """The output of its only call."""
        return self._one_call("output", self._inbound_nodes[0].outputs if self._inbound_nodes else None)

    @property
    def output_shape(self):
        """The static shape of the output of its only call."""
        return nest.map_structure(lambda t: tuple(t.shape.as_list()), self.output)

    def _node(self, node_index, what) -> Node:
        """One call; RuntimeError where there was none, ValueError where there were not as many."""
        if not self._inbound_nodes:
            raise RuntimeError(f"The layer has never been called and thus has no defined {what}.")
        if not node_index < len(self._inbound_nodes):
            raise ValueError(f"Asked to get {what} at node {node_index}, but the layer has only {len(self._inbound_nodes)} inbound nodes.")
        return self._inbound_nodes[node_index]

    def get_input_at(self, node_index: int):
        """The input of one call."""
        return self._node(node_index, "input").inputs

    def get_output_at(self, node_index: int):
        """The output of one call."""
        return self._node(node_index, "output").outputs

    def get_input_shape_at(self, node_index: int):
        """The static shape of the input of one call."""
        return self._node(node_index, "input shape").input_shapes

    def get_output_shape_at(self, node_index: int):
        """The static shape of the output of one call."""
        return self._node(node_index, "output shape").output_shapes

    def get_input_mask_at(self, node_index: int):
        """The mask of the input of one call."""
        return nest.map_structure(lambda x: getattr(x, "_keras_mask", None), self.get_input_at(node_index))

    def get_output_mask_at(self, node_index: int):
        """The mask of the output of one call."""
        return nest.map_structure(lambda x: getattr(x, "_keras_mask", None), self.get_output_at(node_index))

    @property
    def input_mask(self):
        """The mask of the input of its only call."""
        return nest.map_structure(lambda x: getattr(x, "_keras_mask", None), self.input)

    @property
    def output_mask(self):
        """The mask of the output of its only call."""
        return nest.map_structure(lambda x: getattr(x, "_keras_mask", None), self.output)

    @property
    def inbound_nodes(self) -> list:
        """Its calls."""
        return self._inbound_nodes

    @property
    def _outbound_nodes(self) -> list:
        """The calls of other layers that took what it gave."""
        return self.__dict__.setdefault("_taken_by", [])

    outbound_nodes = _outbound_nodes

    def compute_output_shape(self, input_shape):
        """The static shape of the output: what a layer of the same config gives in a graph of its own, unless the subclass says it."""
        with Graph().as_default():
            shapes = _each_shape(input_shape)
            dtype = self.dtype or backend.floatx()
            inputs = nest.map_structure(lambda s: placeholder(dtypes.as_dtype(dtype), s.as_list()), shapes)
            outputs = self._same_again()(inputs)
        return nest.map_structure(lambda y: y.shape, outputs)

    def _same_again(self):
        """A layer made with the same arguments."""
        try:
            return type(self).from_config(self.get_config())
        except (NotImplementedError, TypeError) as error:
            raise NotImplementedError(
                f"{type(self).__name__}.compute_output_shape: its get_config does not make such a layer again ({error}); "
                "call the layer, and look at the shape of its output"
            ) from error

    def compute_output_signature(self, input_signature):
        """The TensorSpec of the output for inputs of such TensorSpecs.  Follows tf.keras.layers.Layer.compute_output_signature of TF 1.15."""
        for spec in nest.flatten(input_signature):
            if not isinstance(spec, TensorSpec):
                raise TypeError(f"Only TensorSpec signature types are supported, but saw signature signature entry: {spec}.")
        output_shape = self.compute_output_shape(nest.map_structure(lambda s: s.shape, input_signature))
        dtype = self._compute_dtype or nest.flatten(input_signature)[0].dtype
        return nest.map_structure(lambda s: TensorSpec(shape=s, dtype=dtype), _each_shape(output_shape))


class _Calling:
    """The stack of calls in progress: inner layers take the `training` of the outer one."""

    _stack: list = []

    def __init__(self, training):
        self._own = training

    def __enter__(self):
        self._stack.append(self._own if self._own is not None else self.training())

    def __exit__(self, *exc_info):
        self._stack.pop()

    @classmethod
    def training(cls):
        return cls._stack[-1] if cls._stack else None


def _each_shape(shapes):
    """One shape, or several in a structure, as TensorShapes."""
    if isinstance(shapes, TensorShape):
        return shapes
    if isinstance(shapes, dict):
        return {key: _each_shape(shape) for key, shape in shapes.items()}
    parts = list(shapes)
    if all(p is None or not isinstance(p, (TensorShape, tuple, list, dict)) for p in parts):
        return TensorShape(parts)
    return [_each_shape(p) for p in parts]


def _masks_of(inputs):
    masks = [getattr(x, "_keras_mask", None) for x in nest.flatten(inputs)]
    if all(m is None for m in masks):
        return None
    return masks if isinstance(inputs, (list, tuple)) else masks[0]


def _not_the_input(inputs, outputs):
    """A layer that returns its input returns a tensor of its own, which has its own place in the graph of layers."""
    from tinytf.ops.array import array_ops

    given = {id(x) for x in nest.flatten(inputs)}
    return nest.map_structure(lambda y: array_ops.identity(y) if isinstance(y, Tensor) and id(y) in given else y, outputs)
