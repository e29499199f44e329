"""A Keras model as an Estimator.  Follows tf.keras.estimator.model_to_estimator of TF 1.15."""

from __future__ import annotations

import os
import tempfile

from tinytf import checkpoint, nest
from tinytf.estimator.estimator import Estimator
from tinytf.estimator.export_outputs import PredictOutput
from tinytf.estimator.mode_keys import ModeKeys
from tinytf.estimator.run_config import RunConfig
from tinytf.estimator.spec import EstimatorSpec
from tinytf.graph.default_graph import add_to_collection, get_default_graph
from tinytf.graph.graph import GraphKeys
from tinytf.keras import backend, optimizers
from tinytf.keras.layers.serialization import deserialize
from tinytf.keras.model_config import network_config, network_from_config
from tinytf.keras.network import InputLayer, Model, Sequential
from tinytf.ops.math import math_ops
from tinytf.saved_model.signature_constants import DEFAULT_SERVING_SIGNATURE_DEF_KEY
from tinytf.train.training_util import get_or_create_global_step


def model_to_estimator(
    keras_model=None, keras_model_path=None, custom_objects=None, model_dir=None, config=None, checkpoint_format="saver"
) -> Estimator:
    """An Estimator that trains a compiled model; it begins with the weights that the model has now.

    Features are a dict by the names of the model's inputs, or the one input; labels likewise by those of its outputs.
    """
    if not (keras_model or keras_model_path):
        raise ValueError("Either `keras_model` or `keras_model_path` needs to be provided.")
    if keras_model and keras_model_path:
        raise ValueError("Please specity either `keras_model` or `keras_model_path`, but not both.")
    if keras_model is None:
        raise NotImplementedError("tf.keras.estimator.model_to_estimator(keras_model_path=…): build the model, and give it as keras_model")
    if keras_model.optimizer is None:
        raise ValueError(
            "The given keras model has not been compiled yet. Please compile the model with `model.compile()` before calling "
            "`model_to_estimator()`."
        )
    if not keras_model.outputs:
        raise ValueError("The given keras model has no inputs yet: give its first layer an input_shape, or call it.")
    folder = model_dir or getattr(config, "model_dir", None) or tempfile.mkdtemp()
    config = (config or RunConfig()).replace(model_dir=folder)
    start = None
    if keras_model.weights:
        start = os.path.join(folder, "keras", "keras_model.ckpt")
        values = backend.batch_get_value(keras_model.weights)
        checkpoint.save(start, {variable.op.name: value for variable, value in zip(keras_model.weights, values)})
    recipe = _Recipe(keras_model, custom_objects)

    def model_fn(features, labels, mode):
        return _spec(recipe, features, labels, mode)

    return Estimator(model_fn, config=config, warm_start_from=start)


class _Recipe:
    """What it takes to build the model again in another graph."""

    def __init__(self, model, custom_objects):
        self.custom_objects = custom_objects
        self.name, self.input_names, self.output_names = model.name, model.input_names, model.output_names
        self.sequential = isinstance(model, Sequential)
        self.layers = [(type(layer).__name__, layer.get_config()) for layer in model.layers] if self.sequential else None
        self.network = None if self.sequential else network_config(model)
        self.optimizer = optimizers.serialize(model.optimizer) if isinstance(model.optimizer, optimizers.Optimizer) else model.optimizer
        self.compiling = model._compile_arguments[:4]

    def build(self, inputs: dict) -> Model:
        """The model on these tensors."""
        beginnings = {name: InputLayer(input_tensor=tensor, name=name) for name, tensor in inputs.items()}
        if not self.sequential:
            return network_from_config(Model, self.network, make_layer=lambda described: self._layer(described, beginnings))
        first = beginnings[self.input_names[0]]._inbound_nodes[0].outputs
        y = first
        for class_name, config in self.layers:
            y = deserialize({"class_name": class_name, "config": config}, self.custom_objects)(y)
        return Model(first, y, name=self.name)

    def _layer(self, described, beginnings):
        name = described["name"]
        return beginnings[name] if name in beginnings else deserialize(described, self.custom_objects)


def _by_name(given, names, what) -> list:
    """Tensors in the order of names, of a dict, a list or the only one."""
    if isinstance(given, dict):
        missing = [name for name in names if name not in given]
        if missing:
            raise KeyError("The dictionary passed into {} does not have the keys of the model: {} (it has {}).".format(what, missing, sorted(given)))
        return [given[name] for name in names]
    return nest.flatten(given)


def _floats(tensor):
    """Whole numbers of classes stay; other numbers become floatx()."""
    return math_ops.cast(tensor, backend.floatx()) if tensor.dtype.is_floating else tensor


def _spec(recipe, features, labels, mode) -> EstimatorSpec:
    step = get_or_create_global_step()
    backend.set_learning_phase(mode == ModeKeys.TRAIN)
    inputs = _by_name(features, recipe.input_names, "features")
    model = recipe.build({name: _floats(tensor) for name, tensor in zip(recipe.input_names, inputs)})
    predictions = dict(zip(recipe.output_names, model.outputs))
    loss = train_op = metrics = None
    if mode != ModeKeys.PREDICT:
        optimizer = optimizers.deserialize(recipe.optimizer) if isinstance(recipe.optimizer, dict) else recipe.optimizer
        if isinstance(optimizer, optimizers.Optimizer):
            optimizer._iterations = step  # the optimizer counts the Estimator's steps
        targets = [math_ops.cast(y, backend.floatx()) for y in _by_name(labels, recipe.output_names, "labels")]
        loss_fn, wanted, weights, weighted = recipe.compiling
        before = {id(v) for v in get_default_graph().get_collection(GraphKeys.GLOBAL_VARIABLES)}
        model.compile(optimizer, loss_fn, wanted, weights, weighted_metrics=weighted, target_tensors=targets)
        _make_local(before)
        loss = model.total_loss
        names = [name for output in model._compiled for name, _, _ in output.metrics]
        metrics = {n: (m.result(), u) for n, m, u in zip(names, model._metric_objects, model._metric_tensors)}
        if mode == ModeKeys.TRAIN:
            train_op = model._training_updates()
            metrics = None
    outputs = {DEFAULT_SERVING_SIGNATURE_DEF_KEY: PredictOutput(predictions)}
    return EstimatorSpec(mode, predictions, loss, train_op, metrics, outputs)


def _make_local(before) -> None:
    """The variables of metrics are not saved: each evaluation begins with zeros."""
    variables = get_default_graph().get_collection_ref(GraphKeys.GLOBAL_VARIABLES)
    for variable in [v for v in variables if id(v) not in before]:
        variables[:] = [v for v in variables if v is not variable]
        add_to_collection(GraphKeys.LOCAL_VARIABLES, variable)
