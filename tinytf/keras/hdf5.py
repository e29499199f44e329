"""Whole models in HDF5 files: config, weights, how they are trained.  Follows keras.saving.hdf5_format of TF 1.15.

h5py is imported when a file is written or read, and by nothing else.
"""

from __future__ import annotations

import contextlib
import json
import os

import numpy as np

from tinytf import logging, nest
from tinytf.keras import backend, losses, optimizers
from tinytf.keras.hdf5_weights import load_weights_from_hdf5_group, read_names, save_weights_to_hdf5_group, write_names
from tinytf.keras.model_config import model_from_config
from tinytf.keras.progress import ask_to_proceed_with_overwrite
from tinytf.util.serialization import get_json_type


def h5py_module(what: str):
    """The module h5py; ImportError, which names what needs it, where it is not installed."""
    try:
        import h5py
    except ImportError as error:
        raise ImportError("`%s` requires h5py." % what) from error
    return h5py


def is_hdf5(filepath) -> bool:
    """Whether it is an open h5py.File, or a file that begins as HDF5 files do."""
    if _is_open_file(filepath):
        return type(filepath).__module__.startswith("h5py")
    if not os.path.isfile(filepath):
        return False
    with open(filepath, "rb") as file:
        return file.read(8) == b"\x89HDF\r\n\x1a\n"


@contextlib.contextmanager
def _file(filepath, mode, what):
    h5py = h5py_module(what)
    if isinstance(filepath, h5py.File):
        yield filepath
        return
    with h5py.File(os.fspath(filepath), mode) as file:
        yield file


def save_model_to_hdf5(model, filepath, overwrite=True, include_optimizer=True) -> None:
    """Writes config, weights, training config and the optimizer's weights."""
    h5py_module("save_model")
    if not _is_open_file(filepath) and not overwrite and os.path.isfile(filepath) and not ask_to_proceed_with_overwrite(filepath):
        return
    with_optimizer = include_optimizer and isinstance(model.optimizer, optimizers.Optimizer)
    with _file(filepath, "w", "save_model") as file:
        for key, value in _metadata(model, include_optimizer).items():
            file.attrs[key] = json.dumps(value, default=get_json_type).encode("utf8") if isinstance(value, dict) else value
        save_weights_to_hdf5_group(file.create_group("model_weights"), model.layers)
        if with_optimizer and model.optimizer.weights:
            group = file.create_group("optimizer_weights")
            names = [w.name for w in model.optimizer.weights]
            write_names(group, "weight_names", names)
            for name, value in zip(names, backend.batch_get_value(model.optimizer.weights)):
                group.create_dataset(name, data=np.asarray(value))
        file.flush()


def _is_open_file(filepath) -> bool:
    """Whether it is no path but an open file of h5py."""
    return not isinstance(filepath, (str, bytes, os.PathLike))


def _metadata(model, include_optimizer) -> dict:
    from tinytf.keras import __version__

    described = {
        "keras_version": __version__,
        "backend": backend.backend(),
        "model_config": {"class_name": type(model).__name__, "config": model.get_config()},
    }
    if model.optimizer is None or not include_optimizer:
        return described
    if not isinstance(model.optimizer, optimizers.Optimizer):
        logging.warning(
            "TensorFlow optimizers do not make it possible to access optimizer attributes or optimizer state after instantiation. "
            "As a result, we cannot save the optimizer as part of the model save file. You will have to compile your model again "
            "after loading it. Prefer using a Keras optimizer instead (see keras.io/optimizers)."
        )
        return described
    described["training_config"] = {
        "loss": model.loss,
        "metrics": model._compile_metrics,
        "weighted_metrics": model._compile_weighted_metrics,
        "sample_weight_mode": model.sample_weight_mode,
        "loss_weights": model.loss_weights,
        "optimizer_config": {"class_name": type(model.optimizer).__name__, "config": model.optimizer.get_config()},
    }
    return described


def load_model_from_hdf5(filepath, custom_objects=None, compile=True):  # noqa: A002  (Keras's name)
    """The model of such a file, compiled as it was.  ValueError where the file holds weights only."""
    custom_objects = custom_objects or {}
    with _file(filepath, "r", "load_model") as file:
        config = file.attrs.get("model_config")
        if config is None:
            raise ValueError("No model found in config file.")
        model = model_from_config(json.loads(_text(config)), custom_objects)
        load_weights_from_hdf5_group(file["model_weights"], model.layers)
        if not compile:
            return model
        config = file.attrs.get("training_config")
        if config is None:
            logging.warning("No training configuration found in save file: the model was *not* compiled. Compile it manually.")
            return model
        model.compile(**compile_args_from_training_config(json.loads(_text(config)), custom_objects))
        if "optimizer_weights" in file:
            _load_optimizer(model, file["optimizer_weights"])
    return model


def _text(value) -> str:
    return value.decode("utf8") if isinstance(value, bytes) else value


def _load_optimizer(model, group) -> None:
    if not model.outputs:
        logging.warning(
            "Sequential models without an `input_shape` passed to the first layer cannot reload their optimizer state. As a result, "
            "your model is starting with a freshly initialized optimizer."
        )
        return
    model._make_train_function()
    try:
        model.optimizer.set_weights([np.asarray(group[name]) for name in read_names(group, "weight_names")])
    except ValueError:
        logging.warning(
            "Error in loading the saved optimizer state. As a result, your model is starting with a freshly initialized optimizer."
        )


def compile_args_from_training_config(training_config, custom_objects=None) -> dict:
    """The arguments of Model.compile.  Follows keras.saving.saving_utils of TF 1.15."""
    custom_objects = custom_objects or {}

    def known(given):
        return nest.map_structure(lambda name: custom_objects.get(name, name) if isinstance(name, str) else name, given)

    loss = training_config["loss"]
    if isinstance(loss, dict) and "class_name" in loss:
        loss = losses.get(loss)
    return {
        "optimizer": optimizers.deserialize(training_config["optimizer_config"], custom_objects=custom_objects),
        "loss": known(loss),
        "metrics": known(training_config["metrics"]),
        "weighted_metrics": known(training_config.get("weighted_metrics")),
        "loss_weights": training_config["loss_weights"],
        "sample_weight_mode": training_config["sample_weight_mode"],
    }
