"""The gradient of `If` and `Case`: another such op, whose branches are the gradients of the branches.

What these need of the forward branches' values, the forward op hands out: it gets further results, optionals that hold a value
where their branch was taken.  Follows `_IfGrad` and `_CaseGrad` of TF 1.15.
"""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.default_graph import get_default_graph
from tinytf.ops.array import constant
from tinytf.ops.autodiff import default_gradient
from tinytf.ops.autodiff.gradients import build_gradients, is_trainable
from tinytf.ops.functions import cond_v2, tracing
from tinytf.ops.functions import control_flow_util_v2 as util


def if_gradient(op, *grads):
    """The gradients of an `If`'s inputs; None for its predicate."""
    graphs = get_func_graphs(op)
    grad_graphs, inputs = _gradient_branches(cond_v2.COND, op, graphs, grads)
    return [None, *cond_v2.build_cond(op.inputs[0], grad_graphs, inputs, building_gradient=True)]


def case_gradient(op, *grads):
    """The gradients of a `Case`'s inputs; None for its index."""
    graphs = get_func_graphs(op)
    grad_graphs, inputs = _gradient_branches(cond_v2.CASE, op, graphs, grads)
    return [None, *cond_v2.build_case(op.inputs[0], grad_graphs, inputs, name="gradient")]


def get_func_graphs(op) -> list:
    """A graph of its own for each branch of a conditional."""
    if op.type in ("If", "StatelessIf"):
        branches = [op.attr("then_branch"), op.attr("else_branch")]
    elif op.type == "Case":
        branches = op.attr("branches")
    else:
        raise ValueError(f"Unsupported op type: {op.type}")
    graphs = []
    for branch in branches:
        graph = util.function_graph(op, branch.name, [t.shape for t in op.inputs[1:]])
        graph.captures = dict(zip(op.inputs[1:], graph.inputs))
        graphs.append(graph)
    return graphs


def _gradient_branches(kind, op, graphs, grads) -> tuple:
    """The gradients of the branches as functions, and for each the tensors that it takes; `op` hands out what they need."""
    grad_graphs = [_gradient_branch(g, grads) for g in graphs]
    if any(g.op_needs_rewrite for g in grad_graphs):
        extra = cond_v2.extend_outputs(kind, graphs, [list(g.wrapped.values()) for g in grad_graphs])
        _rewrite(op, graphs, extra)
    inputs = [_resolve(op, graph, grad_graph) for graph, grad_graph in zip(graphs, grad_graphs)]
    cond_v2.match_composites(kind, grad_graphs)
    return grad_graphs, inputs


def _rewrite(op, graphs, extra) -> None:
    """Lets the forward op call the changed branches and have their further results."""
    for graph in graphs:
        graph.name += "_rewritten"
    names = [util.create_new_tf_function(g) for g in graphs]
    if op.type == "Case":
        op._set_func_list_attr("branches", names)
    else:
        op._set_func_attr("then_branch", names[0])
        op._set_func_attr("else_branch", names[1])
    op._set_type_list_attr("Tout", [t.dtype for t in graphs[0].outputs])
    op._set_shape_list_attr("output_shapes", [t.shape for t in graphs[0].outputs])
    op._add_outputs([t.dtype for t in extra], [t.shape for t in extra])


def _gradient_branch(graph, grads):
    name = util.unique_grad_fn_name(graph.name)
    return tracing.trace_into(_CondGradFuncGraph(name, graph), lambda: _gradients(graph, grads))


def _gradients(graph, grads) -> list:
    pairs = [(y, grad) for y, grad in zip(graph.outputs, grads) if is_trainable(y)]
    results = build_gradients([y for y, _ in pairs], graph.inputs, [grad for _, grad in pairs], source=graph)
    return [_zeros(x) if g is None else g for g, x in zip(results, graph.inputs)]


def _zeros(tensor):
    """Functions return no None: where there is no gradient it is zero."""
    if tensor.dtype == dtypes.resource:
        from tinytf.ops.array import array_ops

        return array_ops.zeros(default_gradient.variable_shape(tensor), dtype=default_gradient.zeros_dtype(tensor))
    return constant.zeros_like(tensor)


def _resolve(op, graph, grad_graph) -> list:
    """The tensors to pass to the gradient of a branch: for what it took from the branch, what stands for it outside."""
    found = []
    for tensor in grad_graph.captures:
        if tensor.graph is not grad_graph.outer_graph:
            position = _position(tensor, graph.outputs)
            if position is not None:
                tensor = op.outputs[position]
            else:
                tensor = graph.captured_value(tensor)
                if tensor is None:
                    raise ValueError("Could not find external tensor capture in captures or outputs")
        found.append(tensor)
    return found


def _position(tensor, tensors):
    return next((i for i, t in enumerate(tensors) if t is tensor), None)


class _CondGradFuncGraph(util.CondBranchFuncGraph):
    """The gradient of a branch: values of the branch come in as optionals that the forward op hands out."""

    def __init__(self, name, forward_graph):
        outer = get_default_graph()
        super().__init__(name, outer, outer._collections)
        self.op_needs_rewrite = False
        self.wrapped: dict = {}  # tensor of the branch -> the optional that holds it, in the branch
        self._forward, self._unwrapped = forward_graph, {}

    def _capture(self, tensor, name):
        forward = self._forward
        if tensor.graph is not forward or _position(tensor, forward.inputs) is not None or _position(tensor, forward.outputs) is not None:
            return super()._capture(tensor, name)
        found = self._unwrapped.get(tensor)
        if found is None:
            if tensor.dtype == dtypes.resource:
                found = super()._capture(forward.inputs[util.resource_input_index(tensor, forward.inputs)], name)
            else:
                if tensor not in self.wrapped:
                    self.wrapped[tensor] = self._wrap(tensor)
                captured = super()._capture(self.wrapped[tensor], name)
                found = make("OptionalGetValue", captured, output_types=[tensor.dtype], output_shapes=[tensor.shape])[0]
            self._unwrapped[tensor] = found
        return found

    def _wrap(self, tensor):
        """The optional in the branch that holds `tensor`: one of its results already, or a new one."""
        optionals = [c.outputs[0] for c in tensor.consumers() if c.type == "OptionalFromValue"]
        optional = next((o for o in optionals if _position(o, self._forward.outputs) is not None), None)
        if optional is None:
            with self._forward.as_default():
                optional = make("OptionalFromValue", [tensor])
            self.op_needs_rewrite = True
        return optional
