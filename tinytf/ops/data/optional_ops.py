"""Optionals: values of dtype variant that hold the components of an element, or nothing."""

from __future__ import annotations

import numpy as np

from tinytf import errors
from tinytf.graph.build import make
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import scalar
from tinytf.ops.data import datasets
from tinytf.ops.lists.tensor_lists import zeros_of


class Optional:
    """The value of an optional: the components of an element, or None."""

    __slots__ = ("components",)
    shape, ndim = (), 0

    def __init__(self, components):
        self.components = components

    def __add__(self, other: Optional) -> Optional:
        """Component by component: the sum of gradients."""
        if (self.components is None) != (other.components is None):
            raise errors.InvalidArgumentError(None, None, "Cannot add optionals because one has a value and the other doesn't.")
        return self if self.components is None else Optional(tuple(a + b for a, b in zip(self.components, other.components)))

    def zeros_like(self) -> Optional:
        """An optional that holds zeros, or nothing as this one does."""
        if self.components is None:
            return self
        return Optional(tuple(zeros_of(c) for c in self.components))


def _get_value(optional):
    datasets.check(optional.components is not None, "The given optional does not have a value.")
    return optional.components[0] if len(optional.components) == 1 else tuple(optional.components)


def _next_as_optional(cursor):
    try:
        return Optional(cursor.next())
    except errors.OutOfRangeError:
        return Optional(None)


def _from_value_grad(op, grad):
    values = make("OptionalGetValue", grad, output_types=[t.dtype for t in op.inputs], output_shapes=[t.shape for t in op.inputs])
    return list(values)


def _get_value_grad(op, *grads):
    return make("OptionalFromValue", list(grads))


op("OptionalFromValue(components: Toutput_types) -> (optional: variant); Toutput_types: list(type) >= 1",
   shape=scalar, kernel=lambda op: lambda *components: Optional(components), gradient=_from_value_grad)  # fmt: skip
op("OptionalNone() -> (optional: variant)", shape=scalar, kernel=lambda op: lambda: Optional(None), gradient=NOT_DIFFERENTIABLE)
op("OptionalHasValue(optional: variant) -> (has_value: bool)",
   shape=scalar, kernel=lambda op: lambda optional: np.bool_(optional.components is not None), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("OptionalGetValue(optional: variant) -> (components: output_types); output_types: list(type) >= 1; output_shapes: list(shape) >= 1",
   shape=lambda op: [s._dims for s in op.attr("output_shapes")], kernel=lambda op: _get_value, gradient=_get_value_grad)  # fmt: skip
op("IteratorGetNextAsOptional(iterator: resource) -> (optional: variant); output_types: list(type) >= 1; output_shapes: list(shape) >= 1; is_stateful",
   shape=scalar, kernel=lambda op: _next_as_optional, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
