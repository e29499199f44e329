"""Models as graphs of layers: Input, Model of inputs and outputs, Sequential."""

from __future__ import annotations

from tinytf import dtypes, nest
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.tensor import Tensor
from tinytf.graph.trackable import TrackableReference
from tinytf.keras import backend, model_config
from tinytf.keras.base_layer import Layer, Node
from tinytf.keras.layer_graph import check_names, layers_by_depth, needs_inputs, nodes_of
from tinytf.keras.layers.serialization import deserialize
from tinytf.keras.summary import print_summary
from tinytf.keras.training import TrainingMixin
from tinytf.layers.base import unique_layer_name
from tinytf.ops.array import placeholder as placeholder_ops
from tinytf.shapes import TensorShape


class InputLayer(Layer):
    """The beginning of a model: a placeholder, or a tensor that is there. Follows tf.keras.layers.InputLayer of TF 1.15."""

    is_input = True

    def __init__(self, input_shape=None, batch_size=None, dtype=None, input_tensor=None, sparse=False, name=None, batch_input_shape=None,
                 ragged=False):  # fmt: skip
        if ragged:
            raise NotImplementedError("tf.keras.layers.Input(ragged=True): pad the rows, and feed the dense tensor")
        if sparse:
            raise NotImplementedError("tf.keras.layers.Input(sparse=True): feed the dense tensor, or use tf.sparse_placeholder without Keras")
        name = name or f"input_{backend.get_uid('input')}"
        super().__init__(dtype=dtypes.as_dtype(dtype or backend.floatx()).name, name=name)
        if input_tensor is None:
            shape = tuple(batch_input_shape) if batch_input_shape is not None else (batch_size,) + tuple(input_shape)
            input_tensor = placeholder_ops.placeholder(dtypes.as_dtype(self.dtype), shape=shape, name=name)
        elif not isinstance(input_tensor, Tensor):
            input_tensor = convert_to_tensor(input_tensor)  # of a variable
        self.is_placeholder = input_tensor.op.type == "Placeholder"
        self._batch_input_shape = backend.int_shape(input_tensor)
        self.built = True
        self._calls.append(input_tensor)
        self._inbound_nodes.append(Node(self, [], input_tensor, {}))
        input_tensor._keras_history = (self, 0, 0)

    @property
    def output_shape(self):
        """The static shape of its tensor, in a list, as TF 1.15 gives it."""
        return [super().output_shape]

    def get_config(self):
        """Its arguments, for from_config."""
        return {"batch_input_shape": self._batch_input_shape, "dtype": self.dtype, "sparse": False, "ragged": False, "name": self.name}


def Input(shape=None, batch_size=None, name=None, dtype=None, sparse=False, tensor=None, batch_shape=None):  # noqa: N802
    """The tensor that a model begins with. Follows tf.keras.Input of TF 1.15."""
    if batch_shape is not None and (shape is not None or batch_size is not None):
        raise ValueError("Only provide the shape OR batch_input_shape argument to Input, not both at the same time.")
    if shape is None and tensor is None and batch_shape is None:
        raise ValueError("Please provide to Input either a `shape` or a `tensor` argument. Note that `shape` does not include the batch dimension.")
    layer = InputLayer(
        input_shape=shape, batch_size=batch_size, name=name, dtype=dtype, sparse=sparse, input_tensor=tensor, batch_input_shape=batch_shape
    )
    return layer._inbound_nodes[0].outputs


class Model(TrainingMixin, Layer):
    """A graph of layers from `inputs` to `outputs`, or a subclass with a `call`. Follows tf.keras.Model of TF 1.15, in graph mode."""

    def __init__(self, *args, **kwargs):
        inputs, outputs, name = (list(args) + [None] * 3)[:3]
        inputs, outputs, name = kwargs.pop("inputs", inputs), kwargs.pop("outputs", outputs), kwargs.pop("name", name)
        super().__init__(name=name or self._default_name(), **kwargs)
        self._init_training()
        self.inputs: list = []
        self.outputs: list = []
        self._nodes: list = []
        if inputs is not None and outputs is not None:
            self._init_graph(inputs, outputs)

    def _default_name(self):
        return unique_layer_name("model", zero_based=True) if type(self) is Model else None

    def _init_graph(self, inputs, outputs) -> None:
        self._nested_inputs, self._nested_outputs = inputs, outputs
        self.inputs, self.outputs = nest.flatten(inputs), nest.flatten(outputs)
        if len({id(x) for x in self.inputs}) != len(self.inputs):
            raise ValueError(f"The list of inputs passed to the model is redundant. All inputs should only appear once. Found: {self.inputs}")
        for x in self.inputs:
            if getattr(x, "_keras_history", None) is None:
                raise ValueError(f"Input tensors to a {type(self).__name__} must come from `tf.keras.Input`. Received: {x} (missing previous layer metadata).")  # noqa: E501
        self._nodes = nodes_of(self.inputs, self.outputs)
        needs_inputs(self._nodes, self.inputs)
        layers = layers_by_depth(self.inputs, self.outputs, self._nodes)
        check_names(layers)
        self.__dict__["_layers"] = layers
        self.built = True

    @property
    def layers(self) -> list:
        """The layers, inputs included."""
        return self._layers

    @property
    def _checkpoint_dependencies(self):
        """What is saved: the layers by number, those with weights by a number of their own."""
        numbered, with_weights = [], 0
        for number, layer in enumerate(self._layers):
            if layer.weights:
                numbered.append(TrackableReference(f"layer_with_weights-{with_weights}", layer))
                with_weights += 1
            numbered.append(TrackableReference(f"layer-{number}", layer))
        return numbered + super()._checkpoint_dependencies

    @property
    def weights(self) -> list:
        """All variables; ValueError for one whose class has a `build` that has not been called."""
        if "build" in vars(type(self)) and not self.built:
            raise ValueError(
                f"Weights for model {self.name} have not yet been created. Weights are created when the Model is first called on inputs or "
                "`build()` is called with an `input_shape`."
            )
        found = [v for layer in self._layers for v in layer.weights] + self._trainable_weights + self._non_trainable_weights
        seen: set = set()
        return [v for v in found if not (id(v) in seen or seen.add(id(v)))]  # layer by layer, each once

    variables = weights

    @property
    def _is_graph_network(self) -> bool:
        return bool(self._nodes) or (bool(self.inputs) and bool(self.outputs) and type(self) is not Model and isinstance(self, Sequential))

    @property
    def dynamic(self) -> bool:
        """False: there are graphs only."""
        return False

    @property
    def stateful(self) -> bool:
        """Whether one of its layers keeps states between batches."""
        return any(getattr(layer, "stateful", False) for layer in self.__dict__.get("_layers", ()))

    @stateful.setter
    def stateful(self, value):
        """What a layer sets of itself; a model goes by its layers."""

    @property
    def input_names(self) -> list:
        """The names of the layers that its inputs come from."""
        return [x._keras_history[0].name for x in self.inputs]

    @property
    def output_names(self) -> list:
        """The names of the layers that its outputs come from, each once."""
        if not self._nodes and not isinstance(self, Sequential):
            return [f"output_{i + 1}" for i in range(len(self.outputs))]  # of a subclass
        names: list = []
        for i, y in enumerate(self.outputs):
            history = getattr(y, "_keras_history", None)
            name = history[0].name if history else f"output_{i + 1}"
            while name in names:
                name += "_1"
            names.append(name)
        return names

    @property
    def input(self):
        """Its input tensor, or a list of them."""
        return self.inputs[0] if len(self.inputs) == 1 else self.inputs

    @property
    def output(self):
        """Its output tensor, or a list of them."""
        return self.outputs[0] if len(self.outputs) == 1 else self.outputs

    @property
    def input_shape(self):
        """The static shape of its input."""
        return nest.map_structure(backend.int_shape, self.input)

    @property
    def output_shape(self):
        """The static shape of its output."""
        return nest.map_structure(backend.int_shape, self.output)

    def get_layer(self, name=None, index=None):
        """A layer by its name or number; ValueError where there is none."""
        if index is not None:
            if len(self.layers) <= index:
                raise ValueError(f"Was asked to retrieve layer at index {index} but model only has {len(self.layers)} layers.")
            return self.layers[index]
        if not name:
            raise ValueError("Provide either a layer name or layer index.")
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise ValueError("No such layer: " + name)

    def build(self, input_shape=None) -> None:
        """Makes the weights of a subclass, by calling it on placeholders of these shapes (batch included)."""
        if self._nodes or self.built:
            self.built = True
            return
        if input_shape is None:
            raise ValueError("Input shape must be defined when calling build on a model subclass network.")
        if not isinstance(input_shape, (tuple, list, TensorShape)):
            raise ValueError(
                "Specified input shape is not one of the valid types. Please specify a batch input shape of type tuple or list of input "
                "shapes. User provided input type: {}".format(type(input_shape))
            )
        several = isinstance(input_shape, list) and all(s is None or isinstance(s, (tuple, list, TensorShape)) for s in input_shape)
        shapes = input_shape if several else [input_shape]
        x = [placeholder_ops.placeholder(dtypes.as_dtype(backend.floatx()), TensorShape(s)) for s in shapes]
        self(x if several else x[0])

    def _maybe_build(self, inputs) -> None:
        if type(self).build is Model.build:  # the call itself makes the weights
            self.built = True
        super()._maybe_build(inputs)

    def call(self, inputs, training=None, mask=None):
        """The layers once more, on other inputs."""
        if not self._nodes:
            raise NotImplementedError("When subclassing the `Model` class, you should implement a `call` method.")
        made = {id(t): x for t, x in zip(self.inputs, nest.flatten(inputs))}

        def now(tensor):
            if not isinstance(tensor, Tensor):
                return tensor
            if id(tensor) not in made:
                raise NotImplementedError(
                    f"{tensor.name} of model {self.name} was made by an op outside of any layer: put it into a tf.keras.layers.Lambda to "
                    "call the model again"
                )
            return made[id(tensor)]

        for node in self._nodes:
            if not node.flat_inputs or all(id(t) in made for t in nest.flatten(node.outputs)):
                continue
            arguments = {k: v for k, v in node.arguments.items() if k not in ("training", "mask")}
            if node.layer._expects_by_name("training") and training is not None:
                arguments["training"] = training
            outputs = node.layer(nest.map_structure(now, node.inputs), **arguments)
            made.update((id(t), x) for t, x in zip(nest.flatten(node.outputs), nest.flatten(outputs)))
        return nest.map_structure(now, self._nested_outputs)

    def compute_mask(self, inputs, mask=None):
        """The masks of the outputs."""
        masks = [None] * len(self.outputs or ())
        return masks if len(masks) != 1 else None

    def compute_output_shape(self, input_shape):
        """The static shape of the output."""
        if not self._nodes:
            return super().compute_output_shape(input_shape)
        return nest.map_structure(TensorShape, self.output_shape) if len(self.outputs) == 1 else [TensorShape(s) for s in self.output_shape]

    @property
    def _input_layers(self) -> list:
        return [x._keras_history[0] for x in self.inputs]

    @property
    def _output_layers(self) -> list:
        return [y._keras_history[0] for y in self.outputs]

    def summary(self, line_length=None, positions=None, print_fn=None) -> None:
        """Prints the layers, their output shapes and numbers of weights."""
        print_summary(self, line_length, positions, print_fn)

    def reset_states(self) -> None:
        """Sets the states of stateful layers to 0."""
        for layer in self.layers:
            if hasattr(layer, "reset_states") and getattr(layer, "stateful", False):
                layer.reset_states()

    def get_config(self):
        """Its layers and how they are called, for from_config; NotImplementedError for a subclass with a `call` of its own."""
        if not self._nodes:
            raise NotImplementedError
        return model_config.network_config(self)

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """A model from what get_config gave, with new weights."""
        return model_config.network_from_config(cls, config, custom_objects)

    def to_json(self, **kwargs) -> str:
        """Its class and config as JSON, for tf.keras.models.model_from_json."""
        return model_config.to_json(self, **kwargs)

    def to_yaml(self, **kwargs) -> str:
        """As to_json, as YAML; ImportError where PyYAML is not installed."""
        return model_config.to_yaml(self, **kwargs)

    def save(self, filepath, overwrite=True, include_optimizer=True, save_format=None, signatures=None) -> None:
        """Writes config, weights and optimizer to an HDF5 file, as tf.keras.models.save_model."""
        from tinytf.keras.models import save_model

        save_model(self, filepath, overwrite, include_optimizer, save_format, signatures)


class Sequential(Model):
    """Layers one after the other. Follows tf.keras.Sequential of TF 1.15."""

    def __init__(self, layers=None, name=None):
        super().__init__(name=name)
        for layer in layers or ():
            self.add(layer)

    def _default_name(self):
        return None

    @property
    def layers(self) -> list:
        """The layers, without the one that stands for the input."""
        return [v for v in self._layers if type(v) is not InputLayer]

    def add(self, layer) -> None:
        """Puts a layer at the end."""
        if isinstance(layer, Tensor) and getattr(layer, "_keras_history", None):
            layer = layer._keras_history[0]
        if not isinstance(layer, Layer):
            raise TypeError(f"The added layer must be an instance of class Layer. Found: {layer}")
        check_names([*self._layers, layer])
        if self.outputs:
            self._layers.append(layer)
            self._extend(layer(self.output))
        elif isinstance(layer, InputLayer):
            self._layers.append(layer)
            self._begin(layer._inbound_nodes[0].outputs)
        elif isinstance(layer, Model) and layer.outputs:
            self._layers.append(layer)
            self._begin(Input(batch_shape=backend.int_shape(layer.inputs[0]), dtype=layer.inputs[0].dtype, name=layer.name + "_input"))
            self._extend(layer(self.input))
        elif getattr(layer, "_batch_input_shape", None) is not None and not self._layers:
            self._build_from(Input(batch_shape=layer._batch_input_shape, dtype=layer.dtype, name=layer.name + "_input"), [layer])
        else:
            self._layers.append(layer)  # the shape of the input is not known yet

    def _build_from(self, x, layers) -> None:
        self.__dict__["_layers"] = [x._keras_history[0]]
        self._begin(x)
        for layer in layers:
            self._layers.append(layer)
            self._extend(layer(self.output))

    def _begin(self, x) -> None:
        self.inputs, self.outputs, self.built = [x], [x], True

    def _extend(self, y) -> None:
        if len(nest.flatten(y)) != 1:
            raise ValueError("All layers in a Sequential model should have a single output tensor. For multi-output layers, use the functional API.")  # noqa: E501
        self.outputs = [y]
        self._nested_inputs, self._nested_outputs = self.inputs[0], y
        self._nodes = nodes_of(self.inputs, self.outputs)

    def pop(self) -> None:
        """Takes the last layer away."""
        if not self.layers:
            raise TypeError("There are no layers in the model.")
        layer = self._layers.pop()
        if not self.layers:
            self.inputs = self.outputs = None
            self._nodes, self.built = [], False
            self._layers.clear()
        elif self.outputs and layer._inbound_nodes:
            self._extend(layer._inbound_nodes.pop().inputs)

    def build(self, input_shape=None) -> None:
        """Makes the weights for inputs of this shape (batch included)."""
        if not self.outputs and input_shape is not None and self._layers:
            first = self._layers[0]
            shape = tuple(getattr(input_shape, "as_list", lambda: input_shape)())
            self._build_from(Input(batch_shape=shape, name=first.name + "_input"), list(self._layers))
        self.built = True

    def call(self, inputs, training=None, mask=None):
        """The layers on other inputs, or for the first time."""
        if not self.outputs:
            x = inputs
            for layer in self.layers:
                x = layer(x, **({"training": training} if layer._expects_by_name("training") and training is not None else {}))
            return x
        return super().call(inputs, training=training, mask=mask)

    def predict_classes(self, x, batch_size=32, verbose=0):
        """The class that is most probable."""
        probabilities = self.predict(x, batch_size=batch_size, verbose=verbose)
        return probabilities.argmax(axis=-1) if probabilities.shape[-1] > 1 else (probabilities > 0.5).astype("int32")

    def predict_proba(self, x, batch_size=32, verbose=0):
        """As predict."""
        return self.predict(x, batch_size, verbose)

    def get_config(self):
        """Its name and layers, for from_config."""
        return model_config.sequential_config(self)

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """A model from what get_config gave."""
        layers, name = (config["layers"], config.get("name")) if isinstance(config, dict) else (config, None)
        model = cls([deserialize(layer, custom_objects) for layer in layers], name=name)
        if not model.inputs and isinstance(config, dict) and config.get("build_input_shape"):
            model.build(config["build_input_shape"])
        return model
