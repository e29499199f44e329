"""tf.keras in graph mode: layers, models, training. A list of names; what is left out says so by name.

Models are trained in the session of `tf.keras.backend.get_session()`, their graphs are TF 1.15's where a test says so.
Whole models are kept in HDF5 files where h5py is installed.  Left out: SavedModels of TF 2, eager mode, downloads.
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
    if name in ("applications", "estimator", "experimental", "wrappers"):  # only who wants them needs what they need
        return importlib.import_module("tinytf.keras." + name)
    raise missing_symbol("tf.keras", name, list(globals()))
