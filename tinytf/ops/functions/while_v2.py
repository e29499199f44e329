"""Loops made of functions: one op, `While`, whose condition and body are functions of the graph's library.

`tf.while_loop` is one in the body of a function, and everywhere once `tf.enable_control_flow_v2()` was called.
Follows `while_v2` of TF 1.15.
"""

from __future__ import annotations

from tinytf import dtypes, nest
from tinytf.graph.build import make_op
from tinytf.graph.convert import convert_to_tensor, convert_to_tensor_or_indexed_slices
from tinytf.graph.default_graph import control_dependencies, get_default_graph, name_scope
from tinytf.graph.tensor import Tensor
from tinytf.ops.control_flow.while_loop import fits, shape_invariant
from tinytf.ops.functions import control_flow_util_v2 as util
from tinytf.ops.functions import tracing
from tinytf.ops.lists import list_ops
from tinytf.ops.lists.tensor_array_ops import flow_of, with_flows
from tinytf.shapes import TensorShape

COUNTERS = 2  # the number of iterations so far, and the most that there may be, come before the loop's own variables


def while_loop(
    cond, body, loop_vars, shape_invariants=None, parallel_iterations=10, maximum_iterations=None, name=None,
    return_same_structure=True, back_prop=True,
):  # fmt: skip
    """As `tf.while_loop`, by one `While` op."""
    originals = loop_vars
    loop_vars = nest.map_structure(convert_to_tensor_or_indexed_slices, [*_flows(originals)], expand_composites=True)
    if shape_invariants is None:
        shape_invariants = nest.map_structure(lambda v: shape_invariant(v, None), loop_vars)
    else:
        nest.assert_same_structure(originals, shape_invariants)
        shape_invariants = nest.map_structure(shape_invariant, loop_vars, list(shape_invariants))
    shapes = [TensorShape(s) for s in nest.flatten(shape_invariants)] if loop_vars else []
    flat = nest.flatten(loop_vars, expand_composites=True)
    with name_scope(name or "while") as scope:
        with name_scope(None):
            cond_name, body_name = util.unique_fn_name(scope, "cond"), util.unique_fn_name(scope, "body")
        counters = _counters(maximum_iterations)
        outer = get_default_graph()
        arguments = [(t.op.name, t.dtype, t.dims) for t in counters]
        arguments += [(None, t.dtype.base_dtype, s._dims) for t, s in zip(flat, shapes)]
        cond_graph = util.WhileCondFuncGraph(cond_name, outer, outer._collections)
        _trace(cond_graph, _condition(cond, originals, maximum_iterations), arguments)
        body_graph = util.WhileBodyFuncGraph(body_name, outer, outer._collections)
        _trace(body_graph, _iteration(body, originals, cond_graph), arguments)
        flat = [*counters, *flat, *body_graph.captures]
        body_graph.outputs.extend(body_graph.captures.values())
        with cond_graph.as_default():
            for tensor in body_graph.captures:
                cond_graph.capture(tensor)
        own = slice(COUNTERS, COUNTERS + len(shapes))
        _check_shapes(body_graph.outputs[own], shapes, flat[own])
        original_outputs = len(body_graph.outputs)
        if back_prop and util.output_all_intermediates():
            flat += _accumulate_all(cond_graph, body_graph, maximum_iterations)
        _check_types(body_graph, flat)
        output_shapes = [t.shape for t in body_graph.outputs]
        output_shapes[own] = shapes
        outputs = add_while(flat, cond_graph, body_graph, output_shapes, parallel_iterations, scope, original_outputs)
    results = _packed(originals, outputs[own])
    leaves = nest.flatten(results, expand_composites=True)
    return results if return_same_structure or len(leaves) != 1 else leaves[0]


def add_while(inputs, cond_graph, body_graph, output_shapes, parallel_iterations, name, original_outputs=None) -> list:
    """Adds the `While`; returns identities of its results, so that fetching one computes no more than that one."""
    from tinytf.ops.array import array_ops

    with control_dependencies(cond_graph.control_captures + body_graph.control_captures):
        op = make_op(
            "While",
            inputs,
            cond=util.create_new_tf_function(cond_graph),
            body=util.create_new_tf_function(body_graph),
            output_shapes=output_shapes,
            parallel_iterations=parallel_iterations,
            name=name,
        )
    if original_outputs is not None:
        op._set_attr("_num_original_outputs", original_outputs)
    util.maybe_set_lowering_attr(op)
    return [array_ops.identity(t) for t in op.outputs]


def _counters(maximum_iterations) -> list:
    from tinytf.ops.array import constant

    most = convert_to_tensor(-1 if maximum_iterations is None else maximum_iterations, dtype=dtypes.int32, name="maximum_iterations")
    counter = constant.constant(0, dtype=None if maximum_iterations is None else most.dtype, name="loop_counter")
    return [counter, most]


def _trace(graph, function, arguments) -> None:
    with graph.as_default():
        inputs = [graph.argument(name or "Placeholder", dtype, dims) for name, dtype, dims in arguments]
    tracing.trace_into(graph, function, inputs, in_order=graph.outer_graph._add_control_dependencies)


def _condition(cond, originals, maximum_iterations):
    def condition(counter, most, *args):
        from tinytf.ops.array import array_ops
        from tinytf.ops.math import math_ops

        pred = cond(*_packed(originals, args))
        if isinstance(pred, Tensor) and (pred.dims is None or pred.dims):
            pred = array_ops.squeeze(pred)
        return pred if maximum_iterations is None else math_ops.logical_and(counter < most, pred)

    return condition


def _iteration(body, originals, cond_graph):
    def iteration(counter, most, *args):
        for tensor in cond_graph.captures:  # first those that the condition uses, so that both take the same
            get_default_graph().capture(tensor)
        outputs = body(*_packed(originals, args))
        if not nest.is_nested_or_composite(outputs):
            outputs = [outputs]
        nest.assert_same_structure(list(outputs), list(originals), expand_composites=True)
        return [counter + 1, most, *_flows(outputs)]

    return iteration


def _flows(loop_vars):
    """The structure with the flows of TensorArrays in their place."""
    return nest.map_structure(flow_of, loop_vars, expand_composites=True)


def _packed(originals, tensors):
    """Flat tensors in the structure of the loop variables, TensorArrays with them as their flows."""
    flat = nest.flatten(list(tensors), expand_composites=True)
    return nest.pack_sequence_as(originals, with_flows(nest.flatten(originals, expand_composites=True), flat), expand_composites=True)


def _accumulate_all(cond_graph, body_graph, maximum_iterations) -> list:
    """Lets the body push all that its gradient may need to lists; returns these, empty."""
    from tinytf.ops.functions.while_v2_gradient import accumulator_of

    kept = set(body_graph.captures.values()) | {body_graph.inputs[0]}
    tensors = [
        t
        for op in body_graph.get_operations()
        if op.type not in ("Identity", "MutexLock")
        for t in op.outputs
        if t not in kept and t.dtype != dtypes.resource and accumulator_of(t) is None
    ]
    lists = []
    for tensor in tensors:
        empty = list_ops.empty_tensor_list(tensor.shape, tensor.dtype, max_num_elements=maximum_iterations)
        lists.append(empty)
        with cond_graph.as_default():
            cond_graph.capture(empty)
        with body_graph.as_default():
            body_graph.outputs.append(list_ops.tensor_list_push_back(empty, tensor))
    return lists


def _check_shapes(outputs, shapes, inputs) -> None:
    for output, shape, given in zip(outputs, shapes, inputs):
        if not fits(output.shape, shape):
            raise ValueError(
                "Input tensor '%s' enters the loop with shape %s, but has shape %s after one iteration. To allow the shape to vary across "
                "iterations, use the `shape_invariants` argument of tf.while_loop to specify a less-specific shape."
                % (given.name, shape, output.shape)
            )


def _check_types(body_graph, loop_vars) -> None:
    for before, after, given in zip(body_graph.inputs, body_graph.outputs, loop_vars):
        if before.dtype != after.dtype:
            raise TypeError(
                "Loop var {} enters the loop with type {} but has type {} after 1 iteration.".format(given.name, before.dtype, after.dtype)
            )
