"""`tf.while_loop` as TF 1.15 lowers it: Enter, Merge, LoopCond, Switch, the body, NextIteration, Exit for each loop variable."""

from __future__ import annotations

from tinytf import nest, protos
from tinytf.graph.build import make
from tinytf.graph.collection_protos import prepend_name_scope, register_proto_function, strip_name_scope
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import add_to_collection, control_dependencies, get_default_graph, name_scope
from tinytf.graph.indexed_slices import IndexedSlices
from tinytf.graph.keys import GraphKeys
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.graph.tensor import Tensor
from tinytf.graph.tensor_spec import TensorSpec
from tinytf.graph.type_spec import TypeSpec
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.control_flow.control_flow_context import ControlFlowContext, hold_back_new_summaries
from tinytf.ops.control_flow.control_flow_ops import enter, merge, next_iteration
from tinytf.ops.control_flow.control_flow_ops import exit as exit_
from tinytf.ops.control_flow.control_flow_util import (
    enable_control_flow_v2,
    is_loop_constant_enter,
    is_loop_enter,
    is_loop_exit,
    output_context,
    while_context,
)
from tinytf.ops.control_flow.while_loop_gradient import LoopGradient
from tinytf.ops.lists import tensor_array_ops
from tinytf.shapes import TensorShape


def while_loop(
    cond,
    body,
    loop_vars,
    shape_invariants=None,
    parallel_iterations=10,
    back_prop=True,
    swap_memory=False,
    name=None,
    maximum_iterations=None,
    return_same_structure=False,
):
    """Repeats `loop_vars = body(*loop_vars)` while the scalar bool tensor `cond(*loop_vars)` is true; returns the last ones.

    Both functions are called once, here. Loop variables are nested structures of tensors and TensorArrays, and keep their
    static shapes unless `shape_invariants` (of the same structure) says less of them. A single one is returned as itself,
    unless `return_same_structure`. Follows tf.while_loop of TF 1.15.
    """
    if not callable(cond):
        raise TypeError("cond must be callable.")
    if not callable(body):
        raise TypeError("body must be callable.")
    if parallel_iterations < 1:
        raise TypeError("parallel_iterations must be a positive integer.")
    if enable_control_flow_v2(get_default_graph()):
        from tinytf.ops.functions import while_v2

        return while_v2.while_loop(
            cond, body, loop_vars, shape_invariants, parallel_iterations, maximum_iterations, name, return_same_structure, back_prop
        )
    with name_scope(name, "while", loop_vars):
        if not loop_vars:
            raise ValueError("No loop variables provided")
        if maximum_iterations is not None:
            maximum_iterations = convert_to_tensor(maximum_iterations, name="maximum_iterations")
            if maximum_iterations.get_shape().ndims != 0:
                raise ValueError("maximum_iterations must be a scalar, saw shape: %s" % maximum_iterations.get_shape())
            single = len(loop_vars) == 1 and not return_same_structure
            cond, body, loop_vars = _with_counter(cond, body, loop_vars, maximum_iterations, single)
        if shape_invariants is not None:
            if maximum_iterations is not None:
                shape_invariants = (TensorShape([]), shape_invariants)
            nest.assert_same_structure(loop_vars, shape_invariants)
            shape_invariants = nest.map_structure(shape_invariant, loop_vars, shape_invariants)
        context = WhileContext(
            maximum_iterations=maximum_iterations, parallel_iterations=parallel_iterations, back_prop=back_prop, swap_memory=swap_memory
        )
        if context.outer_context is None:
            add_to_collection(GraphKeys.WHILE_CONTEXT, context)
        result = context.build_loop(cond, body, loop_vars, shape_invariants, return_same_structure)
        return result if maximum_iterations is None else result[1]


def _with_counter(cond, body, loop_vars, maximum_iterations, single):
    """The loop with one more variable, the number of iterations."""
    from tinytf.ops.array import constant
    from tinytf.ops.math import math_ops

    counter = constant.constant(0, dtype=maximum_iterations.dtype, name="iteration_counter")
    if single:
        return (lambda i, v: math_ops.logical_and(i < maximum_iterations, cond(v)), lambda i, v: (i + 1, body(v)), (counter, loop_vars[0]))
    return (lambda i, v: math_ops.logical_and(i < maximum_iterations, cond(*v)), lambda i, v: (i + 1, body(*v)), (counter, loop_vars))


def shape_invariant(var, shape):
    """The shape that a loop variable has in every iteration: a TensorShape; for IndexedSlices and SparseTensor, a list."""
    if isinstance(shape, TypeSpec):
        return _invariant_of_spec(var, shape)
    if nest.is_composite(var):
        if shape is None and isinstance(var, IndexedSlices):
            return [part.get_shape() for part in nest.flatten(var, expand_composites=True)]
        return _invariants_of_parts(var, shape)
    return var.get_shape() if shape is None else shape


def _invariant_of_spec(var, spec):
    if isinstance(spec, TensorSpec) and not nest.is_composite(var):
        if var.dtype != spec.dtype:
            raise TypeError("TensorSpec %r is not compatible with %r" % (spec, var))
        return spec.shape
    if not spec.is_compatible_with(var):
        raise TypeError("TypeSpec %r is not compatible with %r" % (spec, var))
    return [part.shape for part in nest.flatten(spec._component_specs)]


def _invariants_of_parts(var, shape):
    if isinstance(var, IndexedSlices):
        dims = shape.as_list()
        parts = [TensorShape(dims[:1] + dims[1:]), TensorShape(dims[:1])]
        return parts + [TensorShape([shape.ndims])] if var.dense_shape is not None else parts
    if not isinstance(var, SparseTensor):
        spec = var._type_spec if shape is None else var._shape_invariant_to_type_spec(shape)
        return [part.shape for part in nest.flatten(spec._component_specs)]
    # that of a SparseTensor is the shape of its dense_shape
    shape = var.dense_shape.get_shape() if shape is None else shape
    if shape.ndims is None:
        return [TensorShape([None, None]), TensorShape([None]), TensorShape([None])]
    if shape.ndims != 1:
        raise ValueError("Expected a shape with 1 dimension")
    rank = shape.as_list()[0]
    return [TensorShape([None, rank]), TensorShape([None]), TensorShape([rank])]


def fits(shape, invariant):
    """True if every tensor of `shape` is one of `invariant`, too."""
    if invariant.ndims is None:
        return True
    if shape.ndims != invariant.ndims:
        return False
    return all(b is None or a == b for a, b in zip(shape.as_list(), invariant.as_list()))


class WhileContext(LoopGradient, ControlFlowContext):
    """A loop."""

    def __init__(
        self,
        maximum_iterations=None,
        parallel_iterations=10,
        back_prop=True,
        swap_memory=False,
        name="while_context",
        grad_state=None,
        context_def=None,
        import_scope=None,
    ):
        self._grad_state = grad_state
        if context_def is not None:
            self._read(context_def, import_scope)
            return
        super().__init__()
        if not isinstance(parallel_iterations, int) or parallel_iterations <= 0:
            raise ValueError("`parallel_iterations` must be a positive integer: %s" % parallel_iterations)
        self._graph = get_default_graph()
        self._name = self._graph.unique_name(name)
        self._maximum_iterations, self._parallel_iterations = maximum_iterations, parallel_iterations
        self._back_prop, self._swap_memory = back_prop, swap_memory
        # what constants wait for: in `cond`, and in the body; and the loop's condition
        self._pivot_for_pred = self._pivot_for_body = self._pivot = None
        self._loop_enters, self._loop_exits = [], []

    maximum_iterations = property(lambda self: self._maximum_iterations)
    parallel_iterations = property(lambda self: self._parallel_iterations)
    back_prop = property(lambda self: self._back_prop)
    swap_memory = property(lambda self: self._swap_memory)
    pivot = property(lambda self: self._pivot)
    loop_enters = property(lambda self: self._loop_enters)
    loop_exits = property(lambda self: self._loop_exits)
    grad_state = property(lambda self: self._grad_state)

    def GetWhileContext(self):
        return self

    def IsWhileContext(self):
        return True

    def GetControlPivot(self):
        return self._pivot_for_pred if self._pivot_for_body is None else self._pivot_for_body

    # In and out of messages ---------------------------------------------------------------------

    def _read(self, context_def, import_scope):
        graph = get_default_graph()

        def element(name):
            return graph.as_graph_element(prepend_name_scope(name, import_scope))

        self._name = prepend_name_scope(context_def.context_name, import_scope)
        limit = context_def.maximum_iterations_name
        self._maximum_iterations = element(limit) if limit else None
        self._parallel_iterations = context_def.parallel_iterations
        self._back_prop, self._swap_memory = context_def.back_prop, context_def.swap_memory
        self._pivot_for_pred = element(context_def.pivot_for_pred_name)
        self._pivot_for_body = element(context_def.pivot_for_body_name)
        self._pivot = element(context_def.pivot_name)
        self._loop_exits = [element(name) for name in context_def.loop_exit_names]
        self._loop_enters = [element(name) for name in context_def.loop_enter_names]
        self._graph = graph
        super().__init__(context_def.values_def, import_scope)
        if import_scope:  # the loop has another name now
            for name in self._values:
                op = graph.as_graph_element(name).op
                if is_loop_enter(op):
                    op._set_attr("frame_name", self._name.encode())

    def to_proto(self, export_scope=None):
        """The WhileContextDef, or None where the context is outside of `export_scope`."""
        if export_scope is not None and not self.name.startswith(export_scope):
            return None

        def name(tensor):
            return strip_name_scope(tensor.name, export_scope)

        message = protos.WhileContextDef(
            context_name=strip_name_scope(self.name, export_scope),
            parallel_iterations=self._parallel_iterations,
            back_prop=self._back_prop,
            swap_memory=self._swap_memory,
            pivot_for_pred_name=name(self._pivot_for_pred),
            pivot_for_body_name=name(self._pivot_for_body),
            pivot_name=name(self._pivot),
            loop_exit_names=[name(t) for t in self._loop_exits],
            loop_enter_names=[name(t) for t in self._loop_enters],
        )
        if self._maximum_iterations is not None:
            message.maximum_iterations_name = name(self._maximum_iterations)
        message.values_def.CopyFrom(self._values_def(export_scope))
        self._write_nested(message)
        return message

    def to_control_flow_context_def(self, context_def, export_scope=None):
        context_def.while_ctxt.CopyFrom(self.to_proto(export_scope))

    # Ops and values that come in ----------------------------------------------------------------

    def AddValue(self, val):
        """The tensor that stands for `val` in this loop; an Enter is added when it is first used."""
        if val.name in self._values or val.op._control_flow_context is self:
            return self._external_values.get(val.name, val)
        self._values.add(val.name)
        current = get_default_graph()._control_flow_context
        current = current.GetWhileContext() if current else None
        if current and current.grad_state:
            # a value of the forward loop, wanted in the loop of its gradient, comes from a stack
            forward = while_context(val.op)
            if is_loop_exit(val.op):
                forward = forward.outer_context
                forward = forward.GetWhileContext() if forward else None
            if forward is current.grad_state.forward_context:
                real = self._external_values[val.name] = current.grad_state.GetRealValue(val)
                return real
        result = val
        if self._outer_context is not None:
            result = self._outer_context.AddValue(val)
        with control_dependencies(None):
            result = enter(result, self._name, is_constant=True, parallel_iterations=self._parallel_iterations)
            result.graph.prevent_feeding(result)
            if self._outer_context:
                self._outer_context.AddInnerOp(result.op)
        self._fix_control_inputs_and_context([result])
        self._values.add(result.name)
        self._external_values[val.name] = result
        return result

    def AddOp(self, op):
        """Takes a new op into this loop."""
        if op.type in ("Shape", "Size", "Rank"):
            # of a value of the forward loop, in its gradient's: taken there, so that not the value must be remembered
            current = get_default_graph()._control_flow_context
            current = current.GetWhileContext() if current else None
            if current and current.grad_state and while_context(op.inputs[0].op) is current.grad_state.forward_context:
                context = op.inputs[0].op._control_flow_context
                op._set_control_flow_context(context)
                (context._add_op if context.IsWhileContext() else context.AddOp)(op)
                return
        self._add_op(op)

    def _add_op(self, op):
        if not op.inputs:
            kept, dropped = self._remove_external_control_edges(op)
            if not kept:
                op._add_control_input(self.GetControlPivot().op)
        else:
            for index, tensor in enumerate(list(op.inputs)):
                real = self.AddValue(tensor)
                if real is not tensor:
                    op._update_input(index, real)
            _, dropped = self._remove_external_control_edges(op)
            # an op of loop invariants alone would run before the loop's condition is known
            if not op.control_inputs and (op.type == "SymbolicGradient" or all(is_loop_constant_enter(t.op) for t in op.inputs)):
                op._add_control_input(self.GetControlPivot().op)
        self._values.update([t.name for t in op.outputs])
        if dropped:  # control inputs from outside come in as data
            from tinytf.ops.array import array_ops

            with control_dependencies(None):
                self.Enter()
                copies = [array_ops.identity(source.outputs[0]).op for source in dropped if source.outputs]
                self.Exit()
            op._add_control_inputs(copies)
        if self._outer_context or not is_loop_exit(op):
            op.graph.prevent_fetching(op)
            for tensor in op.outputs:
                op.graph.prevent_feeding(tensor)
        if self._outer_context:
            self._outer_context.AddInnerOp(op)

    def _fix_control_inputs_and_context(self, enters):
        """Puts Enter ops, made outside of any context, into this loop, with the control inputs that hold outside of it."""
        graph = get_default_graph()
        for tensor in enters:
            controls = []
            for op in graph._control_dependencies_for_inputs([tensor.op.inputs[0].op]):
                if self._is_outside_but_in_same_loop(output_context(op)):
                    controls.append(op)
            tensor.op._set_control_flow_context(self)
            tensor.op._add_control_inputs(controls)
            for controller in graph._control_dependencies_stack:
                controller.seen.add(tensor.op)

    def _is_outside_but_in_same_loop(self, context):
        outer = self._outer_context
        outer_loop = None if outer is None else outer.GetWhileContext()
        while outer is not context:
            if outer is None or outer is outer_loop:
                return False
            outer = outer.outer_context
        return True

    def _initialize_values(self, tensors):
        self._values = {tensor.name for tensor in tensors}

    # The loop itself ----------------------------------------------------------------------------

    def build_loop(self, pred, body, loop_vars, shape_invariants, return_same_structure):
        """Adds the loop to the graph and returns its results, packed as the body's."""
        original = loop_vars
        values = [tensor_array_ops.flow_of(v) for v in nest.flatten(loop_vars)]
        values = [v if nest.is_composite(v) else convert_to_tensor(v) for v in values]
        if shape_invariants is None:
            shape_invariants = [shape_invariant(v, None) for v in values]
        flat = nest.flatten(values, expand_composites=True)
        try:
            self.Enter()
            body_result, exits = self._build(pred, body, original, flat, nest.flatten(shape_invariants))
        finally:
            self.Exit()
        results = tensor_array_ops.with_flows(nest.flatten(body_result, expand_composites=True), exits)
        packed = nest.pack_sequence_as(body_result, results, expand_composites=True)
        return packed[0] if len(exits) == 1 and not return_same_structure else packed

    def _build(self, pred, body, original, loop_vars, invariants):
        flat_original = nest.flatten(original, expand_composites=True)

        def as_arguments(tensors):
            return nest.pack_sequence_as(original, tensor_array_ops.with_flows(flat_original, tensors), expand_composites=True)

        enters = self._enter_all(loop_vars, invariants)
        merges = [merge([x, x])[0] for x in enters]
        self._pivot_for_pred = merges[0]
        condition = convert_to_tensor(pred(*as_arguments(merges)))
        self._pivot = make("LoopCond", condition, name="LoopCond")
        switches = [control_flow_ops.switch_ref_or_tensor(x, self._pivot) for x in merges]
        in_body = [control_flow_ops.identity(x[1]) for x in switches]
        self._pivot_for_body = in_body[0]
        arguments = as_arguments(in_body)

        def run_body():
            result = body(*arguments)
            return result if nest.is_nested_or_composite(result) else [result]

        body_result = hold_back_new_summaries(run_body, _identity_of_tensor)
        nest.assert_same_structure(list(arguments), list(body_result), expand_composites=True)
        results = [tensor_array_ops.flow_of(v) for v in nest.flatten(body_result, expand_composites=True)]
        results = [convert_to_tensor(v) for v in results]
        if len(merges) != len(results):
            raise ValueError("Number of inputs and outputs of body must match loop_vars: %d, %d" % (len(merges), len(results)))
        for merged, value in zip(merges, results):
            add_next_and_back_edge(merged, value)
        exits = [exit_(x[0]) for x in switches]
        self._loop_exits = exits
        self.ExitResult(exits)
        return body_result, exits

    def _enter_all(self, loop_vars, invariants):
        self._initialize_values(loop_vars)
        real = [self._outer_context.AddValue(x) for x in loop_vars] if self._outer_context else loop_vars
        with control_dependencies(None):
            enters = [
                enter(x, self._name, is_constant=False, parallel_iterations=self._parallel_iterations, use_input_shape=False) for x in real
            ]
            for x in enters:
                x.graph.prevent_feeding(x)
                if self._outer_context:
                    self._outer_context.AddInnerOp(x.op)
        outer, pivot = self._outer_context, None
        while outer is not None and pivot is None:
            pivot, outer = outer.GetControlPivot(), outer._outer_context
        if pivot is not None:
            for x in enters:
                if is_loop_constant_enter(x.op.inputs[0].op):
                    x.op._add_control_input(pivot.op)
        self._set_shape_invariants(real, enters, invariants)
        self._fix_control_inputs_and_context(enters)
        self._initialize_values(enters)
        self._loop_enters = enters
        return enters

    @staticmethod
    def _set_shape_invariants(given, enters, invariants):
        if not all(isinstance(s, TensorShape) for s in invariants):
            raise ValueError("`shapes` must be a (possibly nested) list of shapes.")
        for x, entered, invariant in zip(given, enters, invariants):
            if not fits(x.get_shape(), invariant):
                raise ValueError(
                    "The shape invariant specified for %s is not compatible with the initial shape of the loop "
                    "variable. It enters the loop with shape %s, but the specified shape invariant is %s."
                    % (x.name, x.get_shape(), invariant)
                )
            entered.set_shape(invariant)


def _identity_of_tensor(value):
    from tinytf.ops.array import array_ops

    return value if isinstance(value, tensor_array_ops.TensorArray) else array_ops.identity(value)


def add_next_and_back_edge(merged, value, enforce_shape_invariant=True):
    """Makes `value` what the loop variable of the Merge `merged` is in the next iteration."""
    if isinstance(merged, IndexedSlices):
        from tinytf.ops.array.indexed_slices_ops import as_indexed_slices

        value = next_iteration(as_indexed_slices(value, optimize=False))
        for m, v in zip(nest.flatten(merged, expand_composites=True), nest.flatten(value, expand_composites=True)):
            m.op._update_input(1, v)
        return value
    if not isinstance(merged, Tensor):
        raise TypeError("Type %s not supported" % type(merged))
    value = next_iteration(convert_to_tensor(value))
    if enforce_shape_invariant and not fits(value.get_shape(), merged.get_shape()):
        start = merged.op.inputs[0].op.inputs[0]
        raise ValueError(
            "Input tensor '%s' enters the loop with shape %s, but has shape %s after one iteration. To allow the "
            "shape to vary across iterations, use the `shape_invariants` argument of tf.while_loop to specify a "
            "less-specific shape." % (start.name, start.get_shape(), value.get_shape())
        )
    merged.op._update_input(1, value)
    return value


register_proto_function(
    GraphKeys.WHILE_CONTEXT, proto_type=protos.WhileContextDef, to_proto=WhileContext.to_proto, from_proto=WhileContext.from_proto
)
