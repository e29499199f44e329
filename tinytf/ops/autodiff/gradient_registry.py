"""Which function builds the gradient of an op.

An op type's own gradient is part of its entry (`tinytf.graph.op_entry`).  Here are the gradients that scripts add:
`tf.RegisterGradient("MyGrad")`, used by `graph.gradient_override_map({"Relu": "MyGrad"})`, which writes the name into the
attribute `_gradient_op_type` of each op made below it.
"""

from __future__ import annotations

from tinytf.graph import op_entry
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE

_named: dict = {}  # gradients registered under a name that is no op type, or for an op that had none


class RegisterGradient:
    """Decorator that registers `f(op, *grads)` as the gradient of an op type, or under a name for `gradient_override_map`.

    Follows tf.RegisterGradient of TF 1.15: KeyError if the name has a gradient already.
    """

    def __init__(self, op_type: str):
        if not isinstance(op_type, str):
            raise TypeError("op_type must be a string")
        self._op_type = op_type

    def __call__(self, f):
        _register(self._op_type, f)
        return f


def NotDifferentiable(op_type: str) -> None:
    """Says that no gradient flows through ops of this type. Follows tf.NotDifferentiable of TF 1.15."""
    if not isinstance(op_type, str):
        raise TypeError("op_type must be a string")
    _register(op_type, NOT_DIFFERENTIABLE)


NoGradient = NotDifferentiable  # the older name


def register_unique(name: str, f) -> None:
    """Registers a gradient under a name that surely is no op type (looking for one would import all families of ops)."""
    _named[name] = f


def _register(name, f):
    entry = op_entry.lookup(name)
    if name in _named or (entry is not None and entry.gradient is not None):
        raise KeyError(
            "Registering two gradient with name %r! Choose another name, or use "
            "Graph.gradient_override_map to replace the gradient of an op type." % name
        )
    if entry is not None:
        op_entry.set_gradient(name, f)
    else:
        _named[name] = f


def gradient_function(op):
    """The gradient function of an operation, None where no gradient flows; LookupError if nobody defined one."""
    if not op.inputs:
        return None
    if op._gradient_function is not None:
        return op._gradient_function
    override = op.attrs.get("_gradient_op_type")
    if override is None:
        name = op.type
    else:
        name = override.decode() if isinstance(override, bytes) else override
    found = _named.get(name)
    if found is None:
        entry = op_entry.lookup(name)
        found = entry.gradient if entry is not None else None
    if found is None:
        raise LookupError("gradient registry has no entry for: %s" % name)
    return None if found is NOT_DIFFERENTIABLE else found
