"""Makers of the public functions of elementwise ops, so that a family is a table and not a page of defs."""

from __future__ import annotations

from tinytf.graph.build import make
from tinytf.util.dispatch import add_dispatch_support

# {op type: its public function}: they add the op and do nothing else, so gen_math_ops.add is tf.add.
plain: dict = {}


def unary(op_type: str, doc: str, name: str = ""):
    """The public function `(x, name=None)` of the op `op_type`."""

    def function(x, name=None):
        return make(op_type, x, name=name)

    return _named(function, name or op_type.lower(), doc, op_type)


def binary(op_type: str, doc: str, name: str = ""):
    """The public function `(x, y, name=None)` of the op `op_type`; the shapes broadcast."""

    def function(x, y, name=None):
        return make(op_type, x, y, name=name)

    return _named(function, name or op_type.lower(), doc, op_type)


def _named(function, name, doc, op_type):
    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{doc}\n\n    Adds an op of type {op_type!r}.  Follows `tf.math.{name}` of TF 1.15.\n    "
    function = add_dispatch_support(function)
    plain.setdefault(op_type, function)
    return function
