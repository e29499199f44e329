"""tf.contrib: what of it tutorials use. Each part is a module here, imported when it is first asked for."""

from __future__ import annotations

import importlib
import pkgutil

_PARTS = frozenset(module.name for module in pkgutil.iter_modules(__path__))


def __getattr__(name):
    from tinytf.missing import missing_symbol, name_missing

    if name not in _PARTS:
        raise missing_symbol("tf.contrib", name, _PARTS)
    module = importlib.import_module("tinytf.contrib." + name)
    name_missing(module, "tf.contrib." + name)
    return module


def __dir__():
    return sorted(_PARTS)
