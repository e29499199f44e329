"""The context of an op: the branch of a conditional or the loop that it was made in.

A graph has a current context.  Each new op is shown to it (`AddOp`), and the context replaces inputs that come from outside by
what brings them in: a Switch into a branch, an Enter into a loop.  `_values` are the names of the tensors that a context knows,
`_external_values` maps the names of those from outside to the tensors that bring them in.
"""

from __future__ import annotations

from tinytf import nest, protos
from tinytf.graph.collection_protos import prepend_name_scope, strip_name_scope
from tinytf.graph.default_graph import control_dependencies, get_collection, get_collection_ref, get_default_graph
from tinytf.graph.keys import GraphKeys
from tinytf.ops.control_flow.control_flow_util import output_context


class ControlFlowContext:
    """What CondContext and WhileContext share."""

    def __init__(self, values_def=None, import_scope=None):
        self._nested_contexts = []
        self._outer_context = get_default_graph()._control_flow_context
        if self._outer_context:
            self._outer_context._nested_contexts.append(self)
        self._context_stack = []
        self._values, self._external_values = set(), {}
        if values_def:
            self._read_values(values_def, import_scope)

    @property
    def name(self):
        """The name of the context, unique in its graph."""
        return self._name

    @property
    def outer_context(self):
        """The context around this one, or None."""
        return self._outer_context

    def AddName(self, name):
        """Makes a tensor known, as one that needs not be brought in."""
        self._values.add(name)

    def Enter(self):
        """Makes this the current context, until `Exit`."""
        graph = get_default_graph()
        self._context_stack.append(graph._control_flow_context)
        graph._control_flow_context = self

    def Exit(self):
        """Makes the context before `Enter` current again."""
        get_default_graph()._control_flow_context = self._context_stack.pop()

    def ExitResult(self, result):
        """Makes the results of this context known to the one around it."""
        if self._outer_context:
            for tensor in nest.flatten(result, expand_composites=True):
                self._outer_context.AddName(tensor.name)

    def GetWhileContext(self):
        """The innermost loop, this one included, or None."""
        return self._outer_context.GetWhileContext() if self._outer_context else None

    def AddInnerOp(self, op):
        """Tells the contexts around that an op was added (for contexts that only watch)."""
        if self._outer_context:
            self._outer_context.AddInnerOp(op)

    def GetControlPivot(self):
        """The tensor on which everything in this context depends."""
        return None

    def IsWhileContext(self):
        return False

    def IsCondContext(self):
        return False

    def IsXLAContext(self):
        return False

    def CheckUse(self, op, input_op):
        """ValueError if `op` may not take a value of `input_op`, which belongs to this context."""
        from tinytf.ops.control_flow.control_flow_util import check_input_from_valid_context

        check_input_from_valid_context(op, input_op)

    def __str__(self):
        return self.name

    def _remove_external_control_edges(self, op):
        """Drops control inputs from outside of the innermost loop; returns those kept and those dropped."""
        loop = self.GetWhileContext()
        controls = op.control_inputs
        if loop is None or not controls:
            return controls, []
        kept = []
        for source in controls:
            context = output_context(source)
            if context is not None and context.GetWhileContext() is loop:
                kept.append(source)
        dropped = [source for source in controls if source not in kept]
        if dropped:
            op._remove_all_control_inputs()
            op._add_control_inputs(kept)
        return kept, dropped

    # In and out of messages ---------------------------------------------------------------------

    def _read_values(self, values_def, import_scope):
        graph = get_default_graph()
        self._values = {prepend_name_scope(name, import_scope) for name in values_def.values}
        for outside, inside in values_def.external_values.items():
            self._external_values[prepend_name_scope(outside, import_scope)] = graph.as_graph_element(
                prepend_name_scope(inside, import_scope)
            )
        for op_name in {name.split(":")[0] for name in self._values - set(self._external_values)}:
            graph.as_graph_element(op_name)._set_control_flow_context(self)

    def _values_def(self, export_scope):
        values_def = protos.ValuesDef()
        values_def.values.extend([strip_name_scope(name, export_scope) for name in sorted(self._values)])
        for outside, inside in self._external_values.items():
            values_def.external_values[strip_name_scope(outside, export_scope)] = strip_name_scope(inside.name, export_scope)
        return values_def

    def _write_nested(self, context_def):
        for nested in self._nested_contexts:
            nested.to_control_flow_context_def(context_def.nested_contexts.add())

    @classmethod
    def from_proto(cls, context_def, import_scope=None):
        """A context, and those nested in it, from its message; the ops must be in the default graph already."""
        context = cls(context_def=context_def, import_scope=import_scope)
        context.Enter()
        try:
            for nested_def in context_def.nested_contexts:
                from_control_flow_context_def(nested_def, import_scope)
        finally:
            context.Exit()
        return context


def from_control_flow_context_def(context_def, import_scope=None):
    """A context of the kind that a ControlFlowContextDef holds."""
    from tinytf.ops.control_flow import cond, while_loop

    kind = context_def.WhichOneof("ctxt")
    if kind == "cond_ctxt":
        return cond.CondContext.from_proto(context_def.cond_ctxt, import_scope)
    if kind == "while_ctxt":
        return while_loop.WhileContext.from_proto(context_def.while_ctxt, import_scope)
    raise NotImplementedError("Unknown ControlFlowContextDef field: %s" % kind)


def hold_back_new_summaries(result_of, identity):
    """Runs `result_of()`; summaries that it adds to the graph's collection run with its result and leave the collection.

    `identity(leaf)` is what a leaf of the result becomes where there are such summaries.
    """
    key = GraphKeys._SUMMARY_COLLECTION
    before = get_collection(key)
    result = result_of()
    added = get_collection(key)[len(before) :]
    if not added or result is None:
        return result
    get_collection_ref(key)[:] = before
    with control_dependencies(added):
        return nest.map_structure(identity, result, expand_composites=True)


class XLAControlFlowContext(ControlFlowContext):
    """The context of ops that XLA would compile together.  Nothing is compiled here: ops are made as they would be outside of it."""

    def __init__(self):
        super().__init__()
        self._name = "XLAControlFlowContext"

    def IsXLAContext(self):
        """True."""
        return True

    def AddOp(self, op):
        """Takes an op in as it is."""

    def AddValue(self, value):
        """A value from outside is used as it is."""
        return value
