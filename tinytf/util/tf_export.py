"""`tensorflow.python.util.tf_export`: decorators that note under which public names TensorFlow offers a symbol."""

from __future__ import annotations

import collections
import functools
import sys

from tinytf.util import tf_decorator, tf_inspect

TENSORFLOW_API_NAME, ESTIMATOR_API_NAME, KERAS_API_NAME = "tensorflow", "estimator", "keras"
SUBPACKAGE_NAMESPACES = [ESTIMATOR_API_NAME]  # names that only their own decorator may give

_Attributes = collections.namedtuple("ExportedApiAttributes", ["names", "constants"])
_PREFIXES = {TENSORFLOW_API_NAME: "_tf", ESTIMATOR_API_NAME: "_estimator", KERAS_API_NAME: "_keras"}
# Where the names are noted: on a symbol, and for constants on their module.
API_ATTRS = {api: _Attributes(prefix + "_api_names", prefix + "_api_constants") for api, prefix in _PREFIXES.items()}
API_ATTRS_V1 = {api: _Attributes(prefix + "_api_names_v1", prefix + "_api_constants_v1") for api, prefix in _PREFIXES.items()}


class SymbolAlreadyExposedError(Exception):
    """Raised where a symbol is given public names twice."""


class InvalidSymbolNameError(Exception):
    """Raised for a name that another package's decorator must give."""


def get_canonical_name(api_names, deprecated_api_names):
    """The first name that is not deprecated; the first one if all are."""
    return next((name for name in api_names if name not in deprecated_api_names), api_names[0] if api_names else None)


def get_canonical_name_for_symbol(symbol, api_name=TENSORFLOW_API_NAME, add_prefix_to_v1_names=False):
    """The name under which a symbol is best known, or None."""
    if not hasattr(symbol, "__dict__"):
        return None
    _, undecorated = tf_decorator.unwrap(symbol)
    if API_ATTRS[api_name].names not in undecorated.__dict__:
        return None
    deprecated = undecorated.__dict__.get("_tf_deprecated_api_names", [])
    name = get_canonical_name(getattr(undecorated, API_ATTRS[api_name].names), deprecated)
    if name:
        return name
    name = get_canonical_name(getattr(undecorated, API_ATTRS_V1[api_name].names), deprecated)
    return "compat.v1.%s" % name if add_prefix_to_v1_names else name


def _noted_names(symbol, attributes) -> list:
    noted = getattr(symbol, "__dict__", {})
    return [name for api in _PREFIXES for name in noted.get(attributes[api].names, ())]


def get_v1_names(symbol) -> list:
    """The names of a symbol in TensorFlow 1."""
    return _noted_names(symbol, API_ATTRS_V1)


def get_v2_names(symbol) -> list:
    """The names of a symbol in TensorFlow 2."""
    return _noted_names(symbol, API_ATTRS)


def _noted_constants(module, attributes) -> list:
    apis = (TENSORFLOW_API_NAME, ESTIMATOR_API_NAME)
    return [constant for api in apis for constant in getattr(module, attributes[api].constants, ())]


def get_v1_constants(module) -> list:
    """[(public names, name)] of a module's constants in TensorFlow 1."""
    return _noted_constants(module, API_ATTRS_V1)


def get_v2_constants(module) -> list:
    """[(public names, name)] of a module's constants in TensorFlow 2."""
    return _noted_constants(module, API_ATTRS)


class api_export:
    """A decorator that notes public names. Follows api_export of tensorflow/python/util/tf_export.py of TF 1.15."""

    def __init__(self, *args, **kwargs):
        if "v2" in kwargs:
            raise ValueError(
                'You passed a "v2" argument to tf_export. This is not what you want. Pass v2 names directly as positional arguments instead.'
            )
        self._names, self._names_v1 = args, kwargs.get("v1", args)
        self._api_name = kwargs.get("api_name", TENSORFLOW_API_NAME)
        self._overrides = kwargs.get("overrides", [])
        self._allow_multiple_exports = kwargs.get("allow_multiple_exports", False)
        names = {*self._names, *self._names_v1}
        if self._api_name == TENSORFLOW_API_NAME:
            for package in SUBPACKAGE_NAMESPACES:
                if any(name.startswith(package) for name in names):
                    raise InvalidSymbolNameError("@tf_export is not allowed to export symbols under %s.*" % package)
        elif not all(name.startswith(self._api_name) for name in names):
            raise InvalidSymbolNameError(
                "Can only export symbols under package name of component. e.g. tensorflow_estimator must export all symbols under tf.estimator"
            )

    def __call__(self, func):
        attribute, attribute_v1 = API_ATTRS[self._api_name].names, API_ATTRS_V1[self._api_name].names
        for overridden in self._overrides:
            _, undecorated = tf_decorator.unwrap(overridden)
            delattr(undecorated, attribute)
            delattr(undecorated, attribute_v1)
        _, undecorated = tf_decorator.unwrap(func)
        self.set_attr(undecorated, attribute, self._names)
        self.set_attr(undecorated, attribute_v1, self._names_v1)
        return func

    def set_attr(self, func, api_names_attr, names) -> None:
        """Notes names on a symbol; SymbolAlreadyExposedError where it has some."""
        if api_names_attr in func.__dict__ and not self._allow_multiple_exports:
            raise SymbolAlreadyExposedError("Symbol %s is already exposed as %s." % (func.__name__, getattr(func, api_names_attr)))
        setattr(func, api_names_attr, names)

    def export_constant(self, module_name, name) -> None:
        """Notes the public names of a constant on its module."""
        module = sys.modules[module_name]
        for attributes, names in ((API_ATTRS, self._names), (API_ATTRS_V1, self._names_v1)):
            attribute = attributes[self._api_name].constants
            if not hasattr(module, attribute):
                setattr(module, attribute, [])
            getattr(module, attribute).append((names, name))


def kwarg_only(f):
    """A decorator: TypeError where an argument is given by position."""
    spec = tf_inspect.getargspec(f)

    def wrapper(*args, **kwargs):
        if args:
            raise TypeError(
                "{f} only takes keyword args (possible keys: {kwargs}). Please pass these args as kwargs instead.".format(
                    f=f.__name__, kwargs=spec.args
                )
            )
        return f(**kwargs)

    return tf_decorator.make_decorator(f, wrapper, decorator_argspec=spec)


tf_export = functools.partial(api_export, api_name=TENSORFLOW_API_NAME)
estimator_export = functools.partial(api_export, api_name=ESTIMATOR_API_NAME)
keras_export = functools.partial(api_export, api_name=KERAS_API_NAME)
