"""`tf.custom_gradient`: a function that brings its own gradient."""

from __future__ import annotations

import functools
import inspect
import itertools
import logging

from tinytf import dtypes, nest
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, get_collection, get_default_graph
from tinytf.graph.keys import GraphKeys
from tinytf.ops.autodiff.gradient_registry import register_unique

_log = logging.getLogger("tensorflow")
_numbers = itertools.count(1)


def custom_gradient(f):
    """Decorator: `f(*tensors)` returns its result and `grad_fn(*grads)`, which returns the gradients of the arguments.

    If f uses (resource) variables, grad_fn takes `variables=` too and returns (gradients, gradients of the variables).
    Follows tf.custom_gradient of TF 1.15: the result goes through an IdentityN with a gradient of its own.
    """

    @functools.wraps(f)
    def decorated(*args, **kwargs):
        if kwargs:
            raise ValueError("The custom_gradient decorator currently supports keywords arguments only when eager execution is enabled.")
        return _call(f, args)

    return decorated


def _call(f, args):
    from tinytf.ops.state.variable_scope import get_variable_scope

    name = "CustomGradient-%d" % next(_numbers)
    args = [convert_to_tensor(x) for x in args]
    before = _variables()
    result, grad_fn = f(*args)
    for variable in _variables():
        if not any(variable is old for old in before) and not _is_resource(variable):
            raise TypeError(
                "All variables used by a function wrapped with @custom_gradient must be `ResourceVariable`s. Ensure "
                "that no `variable_scope` is created with `use_resource=False`."
            )
    flat = nest.flatten(result)
    found = get_dependent_variables(args, [convert_to_tensor(r) for r in flat])
    variables = sorted((v for v in found if _is_resource(v)), key=lambda v: v.handle.op._id)
    signature = inspect.getfullargspec(grad_fn)
    takes_variables = "variables" in signature.args or "variables" in signature.kwonlyargs or signature.varkw
    if variables and not takes_variables:
        raise TypeError(
            "If using @custom_gradient with a function that uses variables, then grad_fn must accept a keyword argument 'variables'."
        )
    if takes_variables and not variables:
        if not get_variable_scope().use_resource:
            raise TypeError(
                "If using @custom_gradient with a function that uses variables, the enclosing variable scope must have use_resource=True."
            )
        _log.warning("@custom_gradient grad_fn has 'variables' in signature, but no ResourceVariables were used on the forward pass.")

    def gradient(_, *grads):
        grads = grads[: len(flat)]
        if not variables:
            return [None] * len(flat) + nest.flatten(grad_fn(*grads))
        of_args, of_variables = grad_fn(*grads, variables=variables)
        if len(of_variables) != len(variables):
            raise ValueError("Must return gradient for each variable from @custom_gradient grad_fn.")
        return [None] * len(flat) + nest.flatten(of_args) + list(of_variables)

    register_unique(name, gradient)
    with get_default_graph().gradient_override_map({"IdentityN": name}):
        outputs = make("IdentityN", flat + args + [v.handle for v in variables])
    return nest.pack_sequence_as(result, outputs[: len(flat)])


def _variables():
    return get_collection(GraphKeys.GLOBAL_VARIABLES) + get_collection(GraphKeys.LOCAL_VARIABLES)


def _is_resource(variable):
    handle = getattr(variable, "handle", None)
    return handle is not None and handle.dtype == dtypes.resource


def get_dependent_variables(input_ops, output_ops) -> list:
    """The trainable variables that outputs are computed from, looking no further back than the inputs.

    Follows `get_dependent_variables` of tensorflow.python.ops.custom_gradient.
    """
    known = {}
    for v in get_collection(GraphKeys.TRAINABLE_VARIABLES):
        known[v.handle.op if _is_resource(v) else v.op] = v
    # the Identity that stands between, as in TF, takes a name of the graph
    queue = [make("Identity", t).op for t in nest.flatten(output_ops)]
    stop, seen, found = {t.op for t in nest.flatten(input_ops)}, set(), []
    while queue:
        op = queue.pop()
        if op in seen or op in stop:
            continue
        seen.add(op)
        if op in known:
            found.append(known[op])
        queue.extend(t.op for t in op.inputs)
    return found


def get_variable_by_name(var_name):
    """The global or local variable of this name; ValueError where there is none."""
    for variable in _variables():
        if variable.op.name == var_name:
            return variable
    raise ValueError("Unsuccessful at finding variable {}.".format(var_name))


def recompute_grad(f):
    """A function like `f` whose gradient computes f anew rather than keep what it computed. Follows tf.recompute_grad."""

    @custom_gradient
    def inner(*args):
        result = f(*args)

        def grad(dresult, variables=None):
            from tinytf.ops.autodiff.gradients import gradients

            with control_dependencies([dresult]):
                again = f(*args)
            of = list(args) + list(variables or ())
            grads = gradients(again, of, grad_ys=[dresult])
            if variables is None:
                return grads
            return grads[: len(args)], grads[len(args) :]

        return result, grad

    return inner


def grad_pass_through(f):
    """A function like `f` whose gradient is that of the identity. Follows tf.grad_pass_through of TF 1.15."""

    @custom_gradient
    def inner(*args):
        def grad(*grads, **kwargs):
            variables = kwargs.get("variables")
            return grads if variables is None else (grads, [None] * len(variables))

        return f(*args), grad

    return functools.wraps(f)(inner)
