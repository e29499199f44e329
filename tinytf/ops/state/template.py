"""`tf.make_template`: a function that makes its variables at the first call and shares them at the others."""

from __future__ import annotations

import contextlib
import functools
import threading

from tinytf import logging
from tinytf.graph.default_graph import get_collection, get_collection_ref
from tinytf.graph.graph import GraphKeys
from tinytf.graph.trackable import Trackable
from tinytf.ops.state import variable_scope as scopes


class _Running(threading.local):
    """The templates that make their variables just now, the innermost last."""

    def __init__(self):
        self.templates: list = []


_running = _Running()


def make_template(name_, func_, create_scope_now_=False, unique_name_=None, custom_getter_=None, **kwargs):
    """A Template: `func_` (with `kwargs` bound) in a variable scope of its own, which later calls reuse.

    The scope is named by `name_` made unique, at the first call or, with `create_scope_now_`, now; or by
    `unique_name_` as it is.  Follows tf.make_template of TF 1.15.
    """
    if kwargs:
        func_ = functools.partial(func_, **kwargs)
    return Template(name_, func_, create_scope_now_, unique_name_, custom_getter_)


class Template(Trackable):
    """What `tf.make_template` returns: call it as the function.  `tf.train.Checkpoint` saves its variables."""

    def __init__(self, name, func, create_scope_now=False, unique_name=None, custom_getter=None):
        if name is None:
            raise ValueError("name cannot be None.")
        self._name, self._func, self._unique_name = name, func, unique_name
        self._custom_getter = custom_getter
        self._variable_scope = None
        self._variables_created, self._first_call = False, True
        if create_scope_now:
            scope_name = unique_name or scopes._unused_scope_name(name)
            with scopes._PureVariableScope(scope_name, custom_getter=custom_getter) as scope:
                self._variable_scope = scope

    def __call__(self, *args, **kwargs):
        if self._variable_scope:
            with scopes.variable_scope(self._variable_scope, reuse=not self._first_call):
                return self._call(args, kwargs)
        with scopes.variable_scope(self._unique_name, self._name, custom_getter=self._custom_getter) as scope:
            self._variable_scope = scope
            return self._call(args, kwargs)

    def _call(self, args, kwargs):
        if not self._variables_created:
            with self._tracking():
                result = self._func(*args, **kwargs)
            self._first_call, self._variables_created = False, True
            return result
        everything = get_collection_ref(GraphKeys.GLOBAL_VARIABLES)
        trainable = get_collection_ref(GraphKeys.TRAINABLE_VARIABLES)
        before = len(everything), len(trainable)
        result = self._func(*args, **kwargs)
        if len(trainable) != before[1]:
            raise ValueError(
                "Trainable variable created when calling a template after the first time, perhaps you used "
                "tf.Variable when you meant tf.get_variable: %s" % (trainable[before[1] :],)
            )
        if len(everything) != before[0]:
            logging.info(
                "New variables created when calling a template after the first time, perhaps you used tf.Variable "
                "when you meant tf.get_variable: %s",
                everything[before[0] :],
            )
        return result

    @contextlib.contextmanager
    def _tracking(self):
        """Tracks the variables that are made in the scope, and templates within that make some."""
        scope = self._variable_scope.name

        def track(next_creator, **kwargs):
            variable = next_creator(**kwargs)
            name = kwargs.get("name") or ""
            if _running.templates[-1] is self and name.startswith(scope + "/"):
                self._track_trackable(variable, name[len(scope) + 1 :], overwrite=True)
            return variable

        _running.templates.append(self)
        try:
            with scopes.variable_creator_scope(track):
                yield
        finally:
            _running.templates.pop()
        if _running.templates and self._checkpoint_dependencies:
            around = _running.templates[-1]
            prefix = around._variable_scope.name + "/"
            if scope.startswith(prefix):
                around._track_trackable(self, scope[len(prefix) :], overwrite=True)

    @property
    def name(self) -> str:
        """The name given."""
        return self._name

    @property
    def func(self):
        """The function."""
        return self._func

    @property
    def variable_scope(self):
        """The variable scope, or None before there is one."""
        return self._variable_scope

    var_scope = variable_scope

    @property
    def variable_scope_name(self):
        """The name of the scope with a trailing '/', or None before there is one."""
        if self._variable_scope:
            name = self._variable_scope.name
            return name if not name or name[-1] == "/" else name + "/"
        return None

    def _collected(self, key) -> list:
        return get_collection(key, self.variable_scope_name) if self._variables_created else []

    @property
    def global_variables(self) -> list:
        """The global variables of the scope."""
        return self._collected(GraphKeys.GLOBAL_VARIABLES)

    @property
    def local_variables(self) -> list:
        """The local variables of the scope."""
        return self._collected(GraphKeys.LOCAL_VARIABLES)

    @property
    def trainable_variables(self) -> list:
        """The trainable variables of the scope."""
        return self._collected(GraphKeys.TRAINABLE_VARIABLES)

    @property
    def variables(self) -> list:
        """The global and local variables of the scope."""
        return self.global_variables + self.local_variables

    @property
    def non_trainable_variables(self) -> list:
        """The global variables that are not trainable."""
        trainable = set(self.trainable_variables)
        return [v for v in self.global_variables if v not in trainable]

    weights, trainable_weights, non_trainable_weights = variables, trainable_variables, non_trainable_variables
