"""tf.keras in graph mode: layers, models, training. A list of names; what is left out says so by name.

Models are trained in the session of `tf.keras.backend.get_session()`, their graphs are TF 1.15's where a test says so.
Left out: whole models in files (HDF5, SavedModel), eager mode, distribution, applications, downloads.
"""

from __future__ import annotations

import importlib

from tinytf.keras import (  # noqa: F401
    activations,
    backend,
    callbacks,
    constraints,
    datasets,
    initializers,
    layers,
    losses,
    metrics,
    models,
    optimizers,
    preprocessing,
    regularizers,
    utils,
)
from tinytf.keras.network import Input, Model, Sequential  # noqa: F401
from tinytf.missing import missing_symbol, name_missing

__version__ = "2.2.4-tf"

for _module in (activations, backend, callbacks, constraints, initializers, layers, losses, metrics, models, optimizers, regularizers, utils):
    name_missing(_module, "tf.keras" + _module.__name__[len("tinytf.keras") :])


def __getattr__(name):
    if name == "estimator":  # only who wants it needs tf.estimator
        return importlib.import_module("tinytf.keras.estimator")
    if name == "experimental":
        return importlib.import_module("tinytf.keras.experimental")
    raise missing_symbol("tf.keras", name, list(globals()))
