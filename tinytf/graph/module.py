"""`tf.Module` of TF 1.15: an object that finds the variables and modules among its attributes."""

from __future__ import annotations

import functools
import re

from tinytf import nest
from tinytf.graph.default_graph import name_scope
from tinytf.graph.trackable import AutoTrackable

_SNAKE = re.compile("((?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z]))")
_IDENTIFIER = re.compile(r"^[a-zA-Z_]([a-zA-Z0-9_])*$")


def camel_to_snake(value: str) -> str:
    """'MyModule' -> 'my_module'."""
    return _SNAKE.sub(r"_\1", value).lower()


def valid_identifier(name: str) -> bool:
    """Whether this can be a Python name."""
    return bool(_IDENTIFIER.match(name))


class Module(AutoTrackable):
    """The base of classes that hold variables, which `tf.train.Checkpoint` saves by attributes.  ValueError for a name that is no Python name.

    `variables`, `trainable_variables` and `submodules` are found in the attributes, also within lists, tuples and dicts, in the
    order of the attributes' names.
    """

    _TF_MODULE_IGNORED_PROPERTIES = frozenset(
        ("_unconditional_checkpoint_dependencies", "_unconditional_deferred_dependencies", "_setattr_tracking", "_update_uid")
    )

    def __init__(self, name=None):
        if name is None:
            name = camel_to_snake(type(self).__name__)
        elif not valid_identifier(name):
            raise ValueError("%r is not a valid module name. Module names must be valid Python identifiers (e.g. a valid class name)." % name)
        self._name = name
        with name_scope(name) as scope:
            self._scope_name = scope

    @property
    def name(self) -> str:
        """The name."""
        return self._name

    @property
    def name_scope(self):
        """The name scope that the module's ops are made in."""
        return name_scope(self._scope_name)

    @property
    def variables(self) -> tuple:
        """The variables of the module and of those in it."""
        return tuple(self._flatten(predicate=_is_variable))

    @property
    def trainable_variables(self) -> tuple:
        """Those variables that are trained."""
        return tuple(self._flatten(predicate=lambda x: _is_variable(x) and getattr(x, "trainable", False)))

    @property
    def submodules(self) -> tuple:
        """The modules in this one, at any depth."""
        return tuple(self._flatten(predicate=lambda x: isinstance(x, Module)))

    def _flatten(self, recursive=True, predicate=None, attribute_traversal_key=None, with_path=False):
        """The leaves of the attributes that `predicate` takes, each once, or (path, leaf)."""
        return _leaves(
            self, recursive, predicate or (lambda x: True), attribute_traversal_key, self._TF_MODULE_IGNORED_PROPERTIES, with_path, (), set()
        )

    @classmethod
    def with_name_scope(cls, method):
        """A decorator: the method runs in the module's name scope."""

        @functools.wraps(method)
        def method_with_name_scope(self, *args, **kwargs):
            with self.name_scope:
                return method(self, *args, **kwargs)

        return method_with_name_scope


def _is_variable(x) -> bool:
    from tinytf.ops.state.variables import Variable

    return isinstance(x, Variable)


def _leaves(module, recursive, predicate, key, ignored, with_path, path, seen):
    attributes = {name: value for name, value in vars(module).items() if name not in ignored}
    submodules = []
    for name in sorted(attributes, key=key):
        for inner, leaf in nest.flatten_with_tuple_paths(attributes[name]):
            where = (*path, name, *inner)
            if id(leaf) in seen:
                continue
            if predicate(leaf):
                seen.add(id(leaf))
                yield (where, leaf) if with_path else leaf
            if recursive and isinstance(leaf, Module):
                seen.add(id(leaf))
                submodules.append((where, leaf))
    for where, submodule in submodules:
        yield from _leaves(submodule, recursive, predicate, key, submodule._TF_MODULE_IGNORED_PROPERTIES, with_path, where, seen)
