"""Gradients of a loop that are IndexedSlices: summed over the iterations as slices where that is possible, else as tensors.

Follows `while_v2_indexed_slices_rewriter` of TF 1.15.
"""

from __future__ import annotations

from tinytf import dtypes, nest
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.indexed_slices import IndexedSlices
from tinytf.ops.autodiff import default_gradient
from tinytf.ops.functions import tracing

_COUNTERS = 3


def rewrite_grad_indexed_slices(grads, graph, loop_vars, forward_inputs) -> list:
    """Changes the gradient's body `graph` so that its arguments and results fit again; returns the loop variables to pass."""
    inputs = [t for grad, t in zip(grads, forward_inputs) if grad is not None]
    for forward_input, output in zip(inputs, graph.structured_outputs[_COUNTERS:]):
        if not isinstance(output, IndexedSlices):
            continue
        if forward_input.dtype == dtypes.resource:
            loop_vars = _input_as_slices(graph, output, forward_input, loop_vars)
        else:
            _output_as_tensor(graph, output)
    return loop_vars


def _place(graph, slices) -> int:
    return next(i for i, value in enumerate(graph.structured_outputs) if value is slices)


def _output_as_tensor(graph, slices) -> None:
    with graph.as_default():
        tensor = convert_to_tensor(slices)
    graph.structured_outputs[_place(graph, slices)] = tensor
    graph.outputs = tracing.flatten(graph.structured_outputs)


def _input_as_slices(graph, slices, handle, loop_vars) -> list:
    """The sum so far comes in as slices, too, empty ones at first; the sum of tensors is left as it is, for nobody."""
    empty = _empty_slices(slices, handle)
    with graph.as_default():
        parts = []
        for part in (empty.values, empty.indices, empty.dense_shape):
            argument = graph.capture(part, whitelisted=True)
            graph.captures.pop(part)
            graph.inputs.remove(argument)
            parts.append(argument)
        values, indices, dense_shape = parts
        total = IndexedSlices(values=_rewritten(slices.values, values), indices=_rewritten(slices.indices, indices), dense_shape=dense_shape)
    place = _place(graph, slices)
    first = next(i for i, t in enumerate(graph.outputs) if t is nest.flatten(slices, expand_composites=True)[0])
    graph.structured_outputs[place] = total
    graph.outputs = tracing.flatten(graph.structured_outputs)
    graph.inputs[first : first + 1] = parts
    return loop_vars[:first] + [empty.values, empty.indices, empty.dense_shape] + loop_vars[first + 1 :]


def _empty_slices(slices, handle) -> IndexedSlices:
    from tinytf.graph.build import make
    from tinytf.ops.array import array_ops, constant

    shape = slices.values.shape
    if shape.is_fully_defined():
        dims = [0, *shape.as_list()[1:]]
    else:
        dims = array_ops.concat([[0], default_gradient.variable_shape(handle)[1:]], 0)
    values = array_ops.zeros(dims, dtype=slices.values.dtype, name="values_init")
    indices = constant.constant([], slices.indices.dtype, name="indices_init")
    return IndexedSlices(values=values, indices=indices, dense_shape=make("VariableShape", handle, name="shape_init"))


def _rewritten(output, argument):
    """The concatenation that made `output`, with `argument` as its first part."""
    from tinytf.ops.array import array_ops

    parts = output.op.inputs[0].op.inputs[:-1]  # of the concatenation behind the identity that the function returns
    return array_ops.concat([argument, *parts[1:]], 0)
