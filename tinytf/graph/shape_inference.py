"""Static shapes: an op's shape rule is asked once, when the operation is made."""

from __future__ import annotations

from tinytf.graph.operation import Operation


def infer_shapes(op: Operation) -> None:
    """Sets the static shapes of the outputs; ValueError, in TensorFlow's words, where the inputs contradict."""
    entry = op.entry
    if entry is None or entry.shape is None:
        return
    try:
        shapes = entry.shape(op)
    except ValueError as error:
        shown = ", ".join(in_brackets(t.dims) for t in op._inputs)
        raise ValueError(f"{error} for '{op.name}' (op: '{op.type}') with input shapes: {shown}.") from None
    for tensor, dims in zip(op.outputs, shapes):
        tensor.dims = dims


def in_brackets(dims) -> str:
    """Dims as messages show them: [2,?]."""
    return "?" if dims is None else "[" + ",".join("?" if d is None else str(d) for d in dims) + "]"
