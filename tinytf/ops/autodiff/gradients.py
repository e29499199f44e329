"""`tf.gradients`: the nodes that compute derivatives, added to the graph in TF 1.15's order and under its names.

Backwards from the ops of `ys`, each op is visited once all gradients of its outputs are there (a count of pending consumers
says when).  The gradients of an output are summed, the op's gradient function adds the nodes that turn them into gradients of
the inputs, and these wait at the ops that made the inputs.  Loops and conditionals need more; `control_flow_state` has it.
"""

from __future__ import annotations

import collections
import contextlib
import enum

from tinytf import dtypes
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import colocate_with, device, get_default_graph, name_scope
from tinytf.graph.function import find_function
from tinytf.graph.indexed_slices import IndexedSlices
from tinytf.graph.tensor import Tensor
from tinytf.ops.autodiff import gradient_aggregation
from tinytf.ops.autodiff.gradient_aggregation import AggregationMethod
from tinytf.ops.autodiff.gradient_edges import Edges
from tinytf.ops.autodiff.gradient_registry import NoGradient, NotDifferentiable, RegisterGradient, gradient_function
from tinytf.ops.control_flow import control_flow_state
from tinytf.ops.control_flow.control_flow_util import is_loop_exit, is_loop_switch, is_switch

__all__ = ["AggregationMethod", "NoGradient", "NotDifferentiable", "RegisterGradient", "UnconnectedGradients", "gradients", "hessians"]


class UnconnectedGradients(enum.Enum):
    """What tf.gradients returns for an x that ys do not depend on: None, or zeros. Follows tf.UnconnectedGradients of TF 1.15."""

    NONE = "none"
    ZERO = "zero"


_TRAINABLE = frozenset(
    (dtypes.float16, dtypes.float32, dtypes.float64, dtypes.complex64, dtypes.complex128, dtypes.resource, dtypes.variant)
)


def is_trainable(tensor) -> bool:
    """True if gradients flow through tensors of this dtype."""
    return tensor.dtype.base_dtype in _TRAINABLE


def gradients(
    ys,
    xs,
    grad_ys=None,
    name="gradients",
    colocate_gradients_with_ops=False,
    gate_gradients=False,
    aggregation_method=None,
    stop_gradients=None,
    unconnected_gradients=UnconnectedGradients.NONE,
) -> list:
    """Adds the nodes for d(sum of ys)/dx, for each x of `xs`, and returns a list of Tensors, IndexedSlices and None.

    `grad_ys` are the gradients of the ys (ones by default), `stop_gradients` tensors taken as constants.
    Follows tf.gradients of TF 1.15. LookupError: an op on the way has no gradient.
    """
    return build_gradients(
        ys, xs, grad_ys, name, colocate_gradients_with_ops, gate_gradients, aggregation_method, stop_gradients, unconnected_gradients
    )


def build_gradients(
    ys, xs, grad_ys=None, name="gradients", colocate_gradients_with_ops=False, gate_gradients=False, aggregation_method=None,
    stop_gradients=None, unconnected_gradients=UnconnectedGradients.NONE, source=None,
) -> list:  # fmt: skip
    """As `gradients`; `source` is the graph of the ys where that is a function's and not the default graph."""
    unconnected = _unconnected(unconnected_gradients)
    ys, xs, stop_gradients = _as_list(ys), _as_list(xs), _as_list(stop_gradients)
    grad_ys = [None] * len(ys) if grad_ys is None else _as_list(grad_ys)
    values = list(ys) + list(xs) + list(stop_gradients) + list(grad_ys)
    with name_scope(name, "gradients", values):
        get_default_graph().unique_name("uid")  # TF takes this name for itself, so the next scope of it is numbered
        ys = _convert_all(ys, "y")
        xs = _convert_all([_handle_of_resource_variable(x) for x in xs], "x", as_ref=True)
        grad_ys = _initial_gradients(grad_ys, ys, colocate_gradients_with_ops)
        walk = _Backprop(
            [y.op for y in ys],
            [x.op for x in xs],
            [t.op for t in stop_gradients],
            colocate_gradients_with_ops,
            gate_gradients,
            aggregation_method,
            Edges(source or get_default_graph(), xs),
        )
        for y, grad_y in zip(ys, grad_ys):
            walk.add_gradient(y, grad_y)
        walk.run()
    if walk.loops:
        walk.loops.post_process()  # outside of the scope, as TensorFlow does
    return [walk.gradient_of(x, unconnected) for x in xs]


def hessian_vector_product(ys, xs, v) -> list:
    """The second derivatives of `ys` by `xs` times the vectors `v`, one for each x, without the matrices."""
    if len(v) != len(xs):
        raise ValueError("xs and v must have the same length.")
    from tinytf.ops.array import array_ops
    from tinytf.ops.math import arithmetic

    first = gradients(ys, xs)
    products = [arithmetic.multiply(grad, array_ops.stop_gradient(along)) for grad, along in zip(first, v) if grad is not None]
    return gradients(products, xs)


def hessians(ys, xs, name="hessians", colocate_gradients_with_ops=False, gate_gradients=False, aggregation_method=None) -> list:
    """The matrices of second derivatives of sum(ys) by each x, of shape x.shape + x.shape. Follows tf.hessians of TF 1.15."""
    xs = _as_list(xs)
    settings = {
        "colocate_gradients_with_ops": colocate_gradients_with_ops,
        "gate_gradients": gate_gradients,
        "aggregation_method": aggregation_method,
    }
    return [_hessian(first, x) for first, x in zip(gradients(ys, xs, **settings), xs)]


def _hessian(first, x):
    """The derivatives of each entry of `first`, the first derivatives by x, row by row."""
    from tinytf.ops.array import array_ops, constant
    from tinytf.ops.control_flow import while_loop
    from tinytf.ops.lists import tensor_array_ops

    first = array_ops.reshape(first, [-1])
    n = array_ops.size(x)
    start = [constant.constant(0, dtypes.int32), tensor_array_ops.TensorArray(x.dtype, n)]
    _, rows = while_loop.while_loop(lambda j, _: j < n, lambda j, rows: (j + 1, rows.write(j, gradients(first[j], x)[0])), start)
    shape = array_ops.shape(x)
    return array_ops.reshape(rows.stack(), array_ops.concat((shape, shape), 0))


def _unconnected(value):
    try:
        return UnconnectedGradients(value)
    except ValueError:
        raise ValueError("Unknown value for unconnected_gradients: %r (expected 'none' or 'zero')" % (value,)) from None


def _as_list(x):
    if x is None:
        return []
    return x if isinstance(x, (list, tuple)) else [x]


def _convert_all(values, prefix, as_ref=False):
    return [
        v if v is None or isinstance(v, (Tensor, IndexedSlices)) else convert_to_tensor(v, name="%s_%d" % (prefix, i), as_ref=as_ref)
        for i, v in enumerate(values)
    ]


def _handle_of_resource_variable(x):
    if isinstance(x, (Tensor, IndexedSlices)):
        return x
    handle = getattr(x, "handle", None)
    return handle if isinstance(handle, Tensor) and handle.dtype == dtypes.resource else x


def _initial_gradients(grad_ys, ys, colocate):
    """The gradients of the ys themselves: those given, under names of their own, and ones for the others."""
    from tinytf.ops.array import array_ops, constant

    if len(grad_ys) != len(ys):
        raise ValueError("Passed %d grad_ys for %d ys" % (len(grad_ys), len(ys)))
    result = []
    for i, (y, grad) in enumerate(zip(ys, _convert_all(grad_ys, "grad_y"))):
        with colocate_with(y.op) if colocate else contextlib.nullcontext():
            if grad is None:
                if y.dtype.is_complex:
                    raise TypeError("Gradients of complex tensors must set grad_ys (y.dtype = %r)" % y.dtype)
                shape = array_ops.shape(y)
                result.append(array_ops.fill(shape, constant.constant(1, dtype=y.dtype, name="grad_ys_%d" % i)))
                continue
            _check_initial_dtype(grad, y)
            # an identity in this scope: TensorArrays tell the calls of tf.gradients apart by it
            if isinstance(grad, IndexedSlices):
                named = [
                    part if part is None else array_ops.identity(part, name="grad_ys_%d_%s" % (i, what))
                    for what, part in (("indices", grad.indices), ("values", grad.values), ("shape", grad.dense_shape))
                ]
                result.append(IndexedSlices(indices=named[0], values=named[1], dense_shape=named[2]))
            else:
                result.append(array_ops.identity(grad, name="grad_ys_%d" % i))
    return result


def _check_initial_dtype(grad, y):
    got, of = grad.dtype, y.dtype
    names = (dtypes.as_dtype(got).name, y, dtypes.as_dtype(of).name)
    if of.is_floating or of.is_integer:
        if not (got.is_floating or got.is_integer):
            raise TypeError("Gradient type %s generated for real or integer-valued tensor %s with type %s must be real or integer" % names)
    elif of.is_complex:
        if not got.is_complex:
            raise TypeError("Gradient type %s generated for complex-valued tensor %s with type %s must be complex" % names)
    elif of == dtypes.variant:
        if got != dtypes.variant:
            raise TypeError("Gradient type %s generated for variant tensor %s with type %s must be variant" % names)
    elif of == dtypes.resource:
        if got == dtypes.resource:
            raise TypeError("Input gradient %s for resource tensor %s should not be a resource" % (grad, y))
    else:
        raise TypeError("Tensor %s with type %s must be numeric to obtain a default gradient" % names[1:])


_CALLS = ("PartitionedCall", "StatefulPartitionedCall")
_GROWING = ("While", "StatelessWhile")  # the gradient of these adds inputs to them


class _Backprop:
    """One call of tf.gradients: which ops lie between, what is still awaited, and the gradients so far."""

    def __init__(self, to_ops, from_ops, stop_ops, colocate, gate, method, edges):
        self.to_ops, self.from_ops, self.edges = to_ops, from_ops, edges
        self.colocate, self.gate, self.method = colocate, gate, method
        self.grads = {}  # op -> for each output a list of gradients, after aggregation one gradient or None
        self._count_pending()
        self.stop_ops = {op for op in from_ops if not any(self.pending.get(t.op, 0) > 0 for t in edges.inputs_of(op))}
        self.stop_ops.update(stop_ops)

    def _count_pending(self):
        """Finds the ops on paths from `from_ops` to `to_ops` and counts, for each, the inputs it feeds among them."""
        reached, queue = set(), collections.deque(self.from_ops)
        while queue:
            op = queue.popleft()
            if op not in reached:
                reached.add(op)
                for output in op.outputs:
                    if is_trainable(output) or output.dtype.base_dtype == dtypes.bfloat16:
                        queue.extend(self.edges.consumers_of(output))
        self.reachable_to_ops = {op for op in self.to_ops if op in reached}
        between, in_order = set(), []
        queue = collections.deque(self.to_ops)
        while queue:
            op = queue.popleft()
            if op in reached:
                reached.remove(op)
                between.add(op)
                in_order.append(op)
                queue.extend([t.op for t in self.edges.inputs_of(op)])
        self.loops = control_flow_state.for_loops_between(in_order, between, self.colocate)
        self.pending = pending = {}
        for op in in_order:
            for t in self.edges.inputs_of(op):
                if t.op in between:
                    pending[t.op] = pending.get(t.op, 0) + 1

    def add_gradient(self, t, grad):
        op = t.op
        of_op = self.grads.get(op)
        if of_op is None:
            of_op = self.grads[op] = [[] for _ in op.outputs]
        index = t.value_index
        if isinstance(of_op[index], list):
            of_op[index].append(grad)
        else:  # the second visit of a loop's Switch replaces the first one's
            of_op[index] = grad

    def gradient_of(self, x, unconnected):
        of_op = self.grads.get(x.op)
        if of_op is not None:
            return of_op[x.value_index]
        if unconnected is UnconnectedGradients.NONE:
            return None
        from tinytf.ops.array import array_ops
        from tinytf.ops.autodiff import default_gradient

        dtype = default_gradient.zeros_dtype(x)
        if x.dtype == dtypes.resource:
            return array_ops.zeros(default_gradient.variable_shape(x), dtype=dtype)
        return array_ops.zeros_like(x, dtype=dtype)

    def run(self):
        queue, queued = collections.deque(), set()
        for op in self.to_ops:
            if self.pending.get(op, 0) == 0 and op not in queued and op in self.reachable_to_ops:
                queued.add(op)
                queue.append(op)
        loops = self.loops
        if loops:
            for y in loops.process_unused_exits(self.pending, queued):
                if is_trainable(y):
                    self.add_gradient(y, loops.zeros_like_for_exit(y))
                    queue.append(y.op)
        if queue:
            gradient_aggregation.check_method(self.method)
        while queue:
            op = queue.popleft()
            if self.colocate:
                with colocate_with(op):
                    self._visit(op)
            else:
                self._visit(op)
            self._enqueue_ready_inputs(op, queue)

    def _visit(self, op):
        """Adds the gradient nodes of one op."""
        loops = self.loops
        if loops:
            loops.enter(op, before=True)
        out_grads = self._aggregate(op)
        if loops:
            loops.exit(op, before=True)
        has_grads = any(g is not None for g in out_grads)
        function, symbolic = self._function_for(op) if has_grads and op not in self.stop_ops else (None, False)
        if loops:
            loops.enter(op, before=False)
        if is_switch(op):
            self._forbid_initial_loop_values(op)
        if function is not None:
            self._fill_missing(op, out_grads, symbolic)
            in_grads = self._call(function, op, out_grads)
            for i, (t, grad) in enumerate(zip(self.edges.inputs_of(op), in_grads)):
                if grad is not None:
                    if t.dtype != dtypes.resource and isinstance(grad, Tensor):
                        _merge_shape(grad, t, op, i)
                    self.add_gradient(t, grad)
        if loops:
            loops.exit(op, before=False)

    def _aggregate(self, op):
        """Replaces the lists of gradients of the op's outputs by their sums, and [] by None; returns them."""
        grads = self.grads.get(op)
        if grads is None:
            return [None] * len(op.outputs)
        for i, parts in enumerate(grads):
            if not isinstance(parts, list):
                continue  # the second visit of a loop's Switch
            if not parts:
                grads[i] = None
            elif len(parts) == 1:
                grads[i] = parts[0]
            else:
                grads[i] = gradient_aggregation.aggregate(parts, op, self.method)
        return grads

    @staticmethod
    def _function_for(op):
        """The gradient function, and whether it is the one for calls of functions without a gradient of their own."""
        try:
            return gradient_function(op), False
        except LookupError:
            if op.inputs and (op.type in _CALLS or find_function(op.graph, op.type) is not None):
                from tinytf.ops.functions.defun import symbolic_gradient_of_call

                return symbolic_gradient_of_call, True
            raise LookupError("No gradient defined for operation '%s' (op type: %s)" % (op.name, op.type)) from None

    def _fill_missing(self, op, out_grads, symbolic=False):
        """The cost does not depend on outputs without gradient, so that is zero; gradient functions want it spelled out."""
        for i, grad in enumerate(out_grads):
            if grad is None and (symbolic or is_trainable(op.outputs[i])):
                out_grads[i] = self.loops.zeros_like(op, i) if self.loops else control_flow_state.zeros_like_outside_loop(op, i)

    def _call(self, function, op, out_grads):
        with name_scope(op.name + "_grad"), op.graph._original_op(op):
            in_grads = function(op, *out_grads)
            if not isinstance(in_grads, (list, tuple)):
                in_grads = [in_grads]
            if len(in_grads) != len(op.inputs) and op.type not in _GROWING:
                raise ValueError(
                    "Num gradients %d generated for op %s do not match num inputs %d" % (len(in_grads), op.node_def, len(op.inputs))
                )
            if self.gate and sum(g is not None for g in in_grads) > 1:
                from tinytf.ops.control_flow import control_flow_ops

                with device(None), colocate_with(None, ignore_existing=True):
                    in_grads = control_flow_ops.tuple(in_grads)
        return in_grads

    def _enqueue_ready_inputs(self, op, queue):
        pending, loops = self.pending, self.loops
        for t in self.edges.inputs_of(op):
            source = t.op
            left = pending[source] = pending.get(source, 0) - 1
            # the Switch of a loop is visited twice: from the exit, and again once the body is done
            if left == 0 or (loops and left > 0 and is_loop_switch(source)):
                if is_loop_exit(source):
                    self._defer_exit(t, queue)
                else:
                    queue.append(source)

    def _defer_exit(self, exit_tensor, queue):
        """Exits of a loop are visited together, once all of them are ready."""
        state = self.loops.state_of(exit_tensor.op, before=False)
        state.deferred_exits.append(exit_tensor)
        state.pending_exits_count -= 1
        if state.pending_exits_count:
            return
        any_used = False
        for y in state.deferred_exits:
            if self._has_gradient(y.op):
                any_used = True
                queue.append(y.op)
            else:
                state.unused_exits.append(y)
        for y in state.unused_exits:
            if any_used and is_trainable(y):
                self.add_gradient(y, self.loops.zeros_like_for_exit(y))
            queue.append(y.op)

    def _has_gradient(self, op):
        return any(any(p is not None for p in g) if isinstance(g, list) else g is not None for g in self.grads.get(op, ()))

    def _forbid_initial_loop_values(self, op):
        context = op._control_flow_context
        if context is None or not context.IsWhileContext() or context is not get_default_graph()._control_flow_context:
            return
        queue, seen = collections.deque([op]), set()
        while queue:
            current = queue.popleft()
            if current in self.from_ops:
                raise ValueError(
                    "Cannot compute gradient inside while loop with respect to op '%s'. We do not support taking the gradient "
                    "wrt or through the initial value of a loop variable. Gradients can be computed through loop invariants or "
                    "wrt the input parameters to the loop body." % current.name
                )
            if current not in seen:
                seen.add(current)
                queue.extend(t.op for t in current.inputs)


def _merge_shape(grad, t, op, index):
    if grad.dims == t.dims:
        return
    try:
        grad.set_shape(t.get_shape())
    except ValueError:
        raise ValueError(
            "Incompatible shapes between op input and calculated input gradient.  Forward operation: %s.  Input "
            "index: %d. Original input shape: %s.  Calculated input gradient shape: %s" % (op.name, index, t.get_shape(), grad.get_shape())
        ) from None
