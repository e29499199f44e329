"""Models as configs: JSON, and back.  Follows get_config, to_json and from_config of tf.keras.Model of TF 1.15."""

from __future__ import annotations

import json

from tinytf import nest
from tinytf.graph.tensor import Tensor
from tinytf.keras.layers.serialization import deserialize
from tinytf.util.serialization import get_json_type


def sequential_config(model) -> dict:
    """{"name", "layers"}; the first layer knows the shape of the input."""
    layers = [{"class_name": type(layer).__name__, "config": layer.get_config()} for layer in model.layers]
    if model.inputs and layers:
        layers[0]["config"].setdefault("batch_input_shape", tuple(model.inputs[0].shape.as_list()))
    return {"name": model.name, "layers": layers}


def network_config(model) -> dict:
    """{"name", "layers" with the nodes that lead to each, "input_layers", "output_layers"}."""
    number: dict = {}  # id of a node -> its number among the nodes of its layer that are in this model
    counts: dict = {}
    for node in [x._keras_history[0]._inbound_nodes[x._keras_history[1]] for x in model.inputs] + model._nodes:
        if id(node) not in number:
            number[id(node)] = counts.get(id(node.layer), 0)
            counts[id(node.layer)] = number[id(node)] + 1

    def place(tensor) -> list:
        layer, node, index = tensor._keras_history
        return [layer.name, number[id(layer._inbound_nodes[node])], index]

    layers = []
    for layer in model.layers:
        inbound = []
        for node in layer._inbound_nodes:
            if id(node) in number and node.flat_inputs:
                arguments = {key: value for key, value in node.arguments.items() if not isinstance(value, Tensor) and key != "mask"}
                arguments = {key: value for key, value in arguments.items() if value is not None}
                inbound.append([place(x) + [arguments] for x in node.flat_inputs])
        layers.append(
            {"name": layer.name, "class_name": type(layer).__name__, "config": layer.get_config(), "inbound_nodes": inbound}
        )
    return {
        "name": model.name, "layers": layers, "input_layers": [place(x) for x in model.inputs],
        "output_layers": [place(y) for y in model.outputs],
    }  # fmt: skip


def network_from_config(cls, config, custom_objects=None, make_layer=None):
    """A model whose layers are made anew and called as those were."""
    make_layer = make_layer or (lambda described: deserialize(described, custom_objects))
    made: dict = {}
    for described in config["layers"]:
        made[described["name"]] = make_layer(described)

    def tensor(name, node, index):
        outputs = nest.flatten(made[name]._inbound_nodes[first[name] + node].outputs)
        return outputs[index]

    first = {name: 0 for name in made}
    waiting = [(described["name"], list(described["inbound_nodes"])) for described in config["layers"]]
    for name, layer in made.items():  # a model that is a layer has had a call of its own
        first[name] = len(layer._inbound_nodes) if getattr(layer, "_nodes", None) else 0
    while any(nodes for _, nodes in waiting):
        progress = False
        for name, nodes in waiting:
            while nodes and all(first[x[0]] + x[1] < len(made[x[0]]._inbound_nodes) for x in nodes[0]):
                node = nodes.pop(0)
                inputs = [tensor(*x[:3]) for x in node]
                made[name](inputs[0] if len(inputs) == 1 else inputs, **(node[0][3] if len(node[0]) > 3 else {}))
                progress = True
        if not progress:
            raise ValueError("The config of model %s names nodes that no layer makes" % config.get("name"))
    inputs = [tensor(*x) for x in config["input_layers"]]
    outputs = [tensor(*y) for y in config["output_layers"]]
    one = lambda tensors: tensors[0] if len(tensors) == 1 else tensors  # noqa: E731
    return cls(inputs=one(inputs), outputs=one(outputs), name=config.get("name"))


def _described(model) -> dict:
    from tinytf.keras import __version__

    return {"class_name": type(model).__name__, "config": model.get_config(), "keras_version": __version__, "backend": "tensorflow"}


def to_json(model, **kwargs) -> str:
    """{"class_name", "config", "keras_version", "backend"} as JSON."""
    return json.dumps(_described(model), default=get_json_type, **kwargs)


def to_yaml(model, **kwargs) -> str:
    """As to_json, as YAML."""
    plain = json.loads(to_json(model))
    return _yaml().dump(plain, **kwargs)


def _yaml():
    try:
        import yaml
    except ImportError as error:
        raise ImportError("Requires yaml module installed (`pip install pyyaml`).") from error
    return yaml


def model_from_config(config, custom_objects=None):
    """A model from {"class_name", "config"}.  Follows tf.keras.models.model_from_config of TF 1.15."""
    if isinstance(config, list):
        raise TypeError("`model_from_config` expects a dictionary, not a list. Maybe you meant to use `Sequential.from_config(config)`?")
    return deserialize(config, custom_objects)


def model_from_json(json_string, custom_objects=None):
    """A model from what to_json gave.  Follows tf.keras.models.model_from_json of TF 1.15."""
    return model_from_config(json.loads(json_string), custom_objects)


def model_from_yaml(yaml_string, custom_objects=None):
    """A model from what to_yaml gave; ImportError where PyYAML is not installed.  Follows tf.keras.models.model_from_yaml of TF 1.15."""
    return model_from_config(_yaml().safe_load(yaml_string), custom_objects)
