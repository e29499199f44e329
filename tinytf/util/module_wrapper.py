"""`tensorflow.python.util.module_wrapper`: a module that stands before another, and may load its parts when they are asked for."""

from __future__ import annotations

import importlib
import types

from tinytf import logging
from tinytf.util import tf_decorator, tf_inspect, tf_stack

_PER_MODULE_WARNING_LIMIT = 1


def get_rename_v2(name):
    """The name in TensorFlow 2 of what changed its name. tinytf follows 1.15, where names are as they are: None."""
    return None


def _call_location() -> str:
    stack = tf_stack.extract_stack(limit=4)
    return "{}:{}".format(stack[0].filename, stack[0].lineno) if stack else "UNKNOWN"


def contains_deprecation_decorator(decorators) -> bool:
    """Whether one of the decorators warns of deprecation."""
    return any(d.decorator_name == "deprecated" for d in decorators)


def has_deprecation_decorator(symbol) -> bool:
    """Whether a function, or the constructor of a class, warns of deprecation."""
    decorators, symbol = tf_decorator.unwrap(symbol)
    if contains_deprecation_decorator(decorators):
        return True
    if not tf_inspect.isclass(symbol) or not hasattr(symbol, "__init__"):
        return False
    return contains_deprecation_decorator(tf_decorator.unwrap(symbol.__init__)[0])


class TFModuleWrapper(types.ModuleType):
    """A module before another. Follows TFModuleWrapper of TF 1.15; `public_apis` is {name: (module, name in it)}."""

    def __init__(self, wrapped, module_name, public_apis=None, deprecation=True, has_lite=False):
        super().__init__(wrapped.__name__)
        self.__dict__.update(wrapped.__dict__)
        self._tfmw_wrapped_module, self._tfmw_module_name = wrapped, module_name
        self._tfmw_public_apis = public_apis
        self._tfmw_print_deprecation_warnings = deprecation
        self._tfmw_warned, self._tfmw_warning_count = set(), 0
        if public_apis:
            names = list(public_apis)
        elif hasattr(wrapped, "__all__"):
            names = wrapped.__all__
        else:
            names = [name for name in dir(wrapped) if not name.startswith("_")]
        wrapped.__all__ = names
        self.__dict__["__all__"] = names

    def _tfmw_warn(self, name, value) -> None:
        """Warns that a name is another in TensorFlow 2, once."""
        if self._tfmw_warning_count >= _PER_MODULE_WARNING_LIMIT or name in self._tfmw_warned:
            return
        self._tfmw_warned.add(name)
        full_name = "tf.%s.%s" % (self._tfmw_module_name, name) if self._tfmw_module_name else "tf.%s" % name
        rename = get_rename_v2(full_name)
        if rename and not has_deprecation_decorator(value):
            location = _call_location()
            if not location.startswith("<"):
                logging.warning("From %s: The name %s is deprecated. Please use %s instead.\n", location, full_name, rename)
                self._tfmw_warning_count += 1

    def __getattribute__(self, name):
        value = super().__getattribute__(name)
        if not name.startswith(("__", "_tfmw_")) and super().__getattribute__("_tfmw_print_deprecation_warnings"):
            self._tfmw_warn(name, value)
        return value

    def __getattr__(self, name):
        wrapped = super().__getattribute__("_tfmw_wrapped_module")
        try:
            value = getattr(wrapped, name)
        except AttributeError:
            places = super().__getattribute__("_tfmw_public_apis")
            if not places or name not in places:
                raise
            module, there = places[name]
            value = getattr(importlib.import_module(module), there) if module else importlib.import_module(there)
            setattr(wrapped, name, value)
            self.__dict__[name] = value
        if self._tfmw_print_deprecation_warnings:
            self._tfmw_warn(name, value)
        return value

    def __setattr__(self, arg, val):
        if not arg.startswith("_tfmw_"):
            setattr(self._tfmw_wrapped_module, arg, val)
            if arg not in self.__all__ and arg != "__all__":
                self.__all__.append(arg)
        super().__setattr__(arg, val)

    def __delattr__(self, name):
        if not name.startswith("_tfmw_"):
            delattr(self._tfmw_wrapped_module, name)
        super().__delattr__(name)

    def __dir__(self):
        names = dir(self._tfmw_wrapped_module)
        places = self._tfmw_public_apis
        return sorted({*places, *(name for name in names if not name.startswith("_"))}) if places else names

    def __repr__(self):
        return repr(self._tfmw_wrapped_module)
