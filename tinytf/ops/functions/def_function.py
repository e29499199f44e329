"""`tf.function`: a Python function as a function of the graph, which may make variables when it is called first.

Follows `tensorflow.python.eager.def_function` of TF 1.15, in graph mode: the variables that it makes are lifted out into the
graph around, with their initial values.
"""

from __future__ import annotations

import functools
import weakref

from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import add_to_collections, colocate_with, device, get_default_graph, name_scope
from tinytf.graph.function import FuncGraph
from tinytf.graph.graph import Graph
from tinytf.graph.keys import GraphKeys
from tinytf.ops.functions.concrete_function import ConcreteFunction
from tinytf.ops.functions.polymorphic_function import Function as Traced
from tinytf.ops.functions.polymorphic_function import defun
from tinytf.ops.state import variable_scope
from tinytf.ops.state.resource_variables import ResourceVariable
from tinytf.ops.state.variables import check_arguments, check_modes, init_scope
from tinytf.shapes import as_shape

RUN_FUNCTIONS_EAGERLY = False


def run_functions_eagerly(run_eagerly: bool) -> None:
    """Whether a `tf.function` runs its Python code in place each time that it is called.  Follows TF 1.15."""
    global RUN_FUNCTIONS_EAGERLY
    RUN_FUNCTIONS_EAGERLY = bool(run_eagerly)


class UnliftedInitializerVariable(ResourceVariable):
    """A variable that a function makes: it is made in the graph around, and what its initial value is computed from is copied there."""

    def __init__(
        self, initial_value=None, trainable=None, caching_device=None, name=None, dtype=None, constraint=None, add_initializers_to=None,
        synchronization=None, aggregation=None, shape=None, **unused,
    ):  # fmt: skip
        if initial_value is None:
            raise ValueError("initial_value must be specified.")
        modes = check_modes(synchronization, aggregation, trainable, name)
        self._synchronization, self._aggregation, self._trainable = modes
        check_arguments(None, constraint, self._trainable)
        self._caching_device, self._constraint = caching_device, constraint
        from_function = callable(initial_value)
        with name_scope(name, "Variable", [] if from_function else [initial_value]) as scope:
            with name_scope("Initializer"), device(None):
                initial = convert_to_tensor(initial_value() if from_function else initial_value, name="initial_value", dtype=dtype)
        self._dtype, self._shape = initial.dtype.base_dtype, as_shape(initial.get_shape() if shape is None else shape)
        own_name = scope[:-1]
        with init_scope():
            with name_scope(scope):
                self._handle = make(
                    "VarHandleOp", shape=self._shape, dtype=self._dtype, shared_name=own_name, name=scope, container=get_default_graph()._container or ""
                )
                self._handle_name = own_name + ":0"
                with name_scope("Read"), device(self._handle.device):
                    self._graph_element = make("ReadVariableOp", self._handle, dtype=self._dtype)
            add_to_collections([GraphKeys.GLOBAL_VARIABLES], self)
            self._initial_value = _lift(initial, get_default_graph())
            with name_scope(scope):
                with name_scope("IsInitialized"):
                    self._is_initialized_op = make("VarIsInitializedOp", self._handle)
                with name_scope("Assign") as assign, colocate_with(self._handle):
                    self._initializer_op = make("AssignVariableOp", self._handle, self._initial_value, name=assign)


def _lift(tensor, graph):
    """A tensor of a function's graph, computed anew in the graph around.  ValueError where it depends on an argument of the function."""
    if tensor.graph is graph:
        return tensor
    copied: dict = {}

    def copy(op):
        if op in copied:
            return copied[op]
        source = op.graph
        if op.type == "Placeholder" and isinstance(source, FuncGraph):
            outside = source.captured_value(op.outputs[0]) if op.outputs[0] in source.captures.values() else None
            if outside is None:
                raise ValueError(
                    f"Unable to lift tensor {tensor!r} because it depends transitively on placeholder {op.name!r} via at least one path, e.g.: "
                    f"{op.name}. Its value would be another one at each call."
                )
            copied[op] = [_lift(outside, graph)]
            return copied[op]
        inputs = [copy(t.op)[t.value_index] for t in op._inputs]
        controls = [copy(c) and graph._nodes_by_name[c.name] for c in op._control_inputs]
        made = Graph.create_op(
            graph, op.type, inputs, [t.dtype for t in op.outputs], name=op.name + "/", attrs=dict(op.attrs), control_inputs=controls
        )
        copied[op] = made.outputs or [made]
        return copied[op]

    return copy(tensor.op)[tensor.value_index]


class Function:
    """What `tf.function` makes.  The first call traces; where that makes variables, further calls trace anew and may make none."""

    def __init__(
        self, python_function, name, input_signature=None, autograph=True, experimental_autograph_options=None,
        experimental_relax_shapes=False, experimental_compile=None,
    ):  # fmt: skip
        self._python_function, self._name = python_function, name
        self._settings = (input_signature, autograph, experimental_autograph_options, experimental_relax_shapes, experimental_compile)
        self._stateful = self._stateless = None
        self._created_variables: list = []
        self._bound = weakref.WeakKeyDictionary()
        self._traced(None)  # says what is wrong with the signature
        functools.update_wrapper(self, python_function, updated=())

    def _traced(self, creator) -> Traced:
        """The function within a scope in which `creator` makes the variables."""
        signature, autograph, options, _, compiled = self._settings
        attributes = {"_XlaCompile": bool(compiled), "_XlaMustCompile": bool(compiled)} if compiled is not None else None
        return Traced(
            self._python_function, self._name, signature, attributes, autograph, options, lambda: variable_scope.variable_creator_scope(creator)
        )

    def _initialize(self, args, kwargs) -> ConcreteFunction:
        """Traces for the first time; returns the trace."""

        def create(next_creator, **given):
            variable = UnliftedInitializerVariable(**given)
            self._created_variables.append(weakref.ref(variable))
            return variable

        def refuse(next_creator, **given):
            raise ValueError("tf.function-decorated function tried to create variables on non-first call.")

        self._stateful = self._traced(create)
        concrete, _, _ = self._stateful._traced(args, kwargs)
        self._stateless = self._traced(refuse)
        return concrete

    def __call__(self, *args, **kwargs):
        """Adds the op that calls the function; its results, in the structure that the function returns."""
        if RUN_FUNCTIONS_EAGERLY:
            return self._python_function(*args, **kwargs)
        if self._created_variables:
            return self._stateless(*args, **kwargs)
        if self._stateful is not None:
            results = self._stateful(*args, **kwargs)
            if self._created_variables:
                raise ValueError("Creating variables on a non-first call to a function decorated with tf.function.")
            return results
        concrete = self._initialize(args, kwargs)
        if self._created_variables:
            _initialize_variables()
            return self._stateless(*args, **kwargs)
        args, kwargs = self._stateful._spec.canonical(*args, **kwargs)
        return concrete._filtered_call(args, kwargs)

    def get_concrete_function(self, *args, **kwargs) -> ConcreteFunction:
        """The trace for these arguments, of which some may be TensorSpecs; without any, for the `input_signature`."""
        if self._stateful is None:
            if self.input_signature is not None and not args and not kwargs:
                self._initialize(self.input_signature, {})
            else:
                self._initialize(args, kwargs)
            _initialize_variables()
        if self._created_variables:
            return self._stateless.get_concrete_function(*args, **kwargs)
        return self._stateful.get_concrete_function(*args, **kwargs)

    def get_initialization_function(self, *args, **kwargs) -> ConcreteFunction:
        """A function that initializes the variables that this one makes.  RuntimeError where it has been called already."""
        if self._stateful is not None:
            raise RuntimeError("get_initialization_function cannot be called after the function has been used")
        self._initialize(args, kwargs)
        return _no_initializers().get_concrete_function()

    def __get__(self, instance, owner):
        """The method of `instance`, which makes variables and traces of its own."""
        if instance is None:
            return self
        bound = self._bound.get(instance)
        if bound is None:
            method = self._python_function.__get__(instance, owner)
            signature, autograph, options, relax, compiled = self._settings
            bound = self._bound[instance] = Function(method, self._name, signature, autograph, options, relax, compiled)
        return bound

    @property
    def python_function(self):
        """The function in Python."""
        return self._python_function

    @property
    def input_signature(self):
        """The `input_signature` that it was given, or None."""
        signature = self._settings[0]
        return tuple(signature) if signature is not None else None


def _no_initializers() -> Traced:
    # In a graph each variable has its initializer, and TensorFlow's function that runs them is empty; its call is in the graph.
    def initialize_variables():
        return None

    return defun(initialize_variables)


def _initialize_variables() -> None:
    with init_scope():
        _no_initializers().get_concrete_function()()


def function(
    func=None, input_signature=None, autograph=True, experimental_autograph_options=None, experimental_relax_shapes=False,
    experimental_compile=None,
):  # fmt: skip
    """A function that the graph calls by one op, or the decorator that makes one.  Follows tf.function of TF 1.15.

    Args:
      func: a Python function of tensors, structures of them and Python values; for each kind of arguments it is called once.
      input_signature: TensorSpecs, one for each argument; then there is only one trace.
      autograph: whether `if`, `while` and `for` on tensors become ops.
    """
    if input_signature is not None and not isinstance(input_signature, (tuple, list)):
        raise TypeError(f"input_signature must be either a tuple or a list, received {type(input_signature)}")

    def decorate(python_function):
        name = getattr(python_function, "__name__", type(python_function).__name__)
        return Function(
            python_function, name, input_signature, autograph, experimental_autograph_options, experimental_relax_shapes, experimental_compile
        )

    return decorate(func) if func is not None else decorate
