"""`tf.cond` and `tf.case` as TF 1.15 lowers them: a Switch for each value that enters a branch, a Merge for each that leaves."""

from __future__ import annotations

import collections
import functools
import logging

from tinytf import dtypes, nest, protos
from tinytf.graph.collection_protos import prepend_name_scope, register_proto_function, strip_name_scope
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import add_to_collection, control_dependencies, get_default_graph, name_scope
from tinytf.graph.indexed_slices import IndexedSlices
from tinytf.graph.keys import GraphKeys
from tinytf.graph.operation import Operation
from tinytf.graph.tensor import Tensor
from tinytf.ops.control_flow import control_flow_ops, control_flow_util
from tinytf.ops.control_flow.control_flow_context import ControlFlowContext, hold_back_new_summaries
from tinytf.ops.control_flow.control_flow_util import is_loop_exit, op_in_context
from tinytf.ops.lists import tensor_array_ops

_log = logging.getLogger("tensorflow")


class CondContext(ControlFlowContext):
    """One branch of a conditional: `branch` is 1 for true, 0 for false; `pivot` the tensor that is there if it is taken."""

    def __init__(self, pred=None, pivot=None, branch=None, name="cond_text", context_def=None, import_scope=None):
        graph = get_default_graph()
        self._name = graph.unique_name(name)
        if context_def is not None:

            def element(there):
                return graph.as_graph_element(prepend_name_scope(there, import_scope))

            self._name = prepend_name_scope(context_def.context_name, import_scope)
            self._pred, self._pivot = element(context_def.pred_name), element(context_def.pivot_name)
            self._branch = context_def.branch
            super().__init__(context_def.values_def, import_scope)
            return
        super().__init__()
        self._pred, self._pivot, self._branch = pred, pivot, branch
        self._values.update((pred.name, pivot.name))
        self._external_values[pred.name] = pred
        pivot.op._set_control_flow_context(self)

    pred = property(lambda self: self._pred)
    pivot = property(lambda self: self._pivot)
    branch = property(lambda self: self._branch)

    @property
    def grad_state(self):
        loop = self.GetWhileContext()
        return loop.grad_state if loop else None

    @property
    def back_prop(self):
        return False

    def GetControlPivot(self):
        return self._pivot

    def IsCondContext(self):
        return True

    def to_proto(self, export_scope=None):
        """The CondContextDef, or None where the context is outside of `export_scope`."""
        if export_scope is not None and not self.name.startswith(export_scope):
            return None
        message = protos.CondContextDef(
            context_name=strip_name_scope(self.name, export_scope),
            pred_name=strip_name_scope(self._pred.name, export_scope),
            pivot_name=strip_name_scope(self._pivot.name, export_scope),
            branch=self._branch,
        )
        message.values_def.CopyFrom(self._values_def(export_scope))
        self._write_nested(message)
        return message

    def to_control_flow_context_def(self, context_def, export_scope=None):
        context_def.cond_ctxt.CopyFrom(self.to_proto(export_scope))

    def AddValue(self, val):
        """The tensor that stands for `val` in this branch; a Switch is added when it is first used."""
        if val.name in self._values:
            return self._external_values.get(val.name, val)
        result = val
        self._values.add(val.name)
        if self._outer_context:
            result = self._outer_context.AddValue(val)
            self._values.add(result.name)
            self._external_values[result.name] = result
        with control_dependencies(None):
            result = control_flow_ops.switch_ref_or_tensor(result, self._pred)[self._branch]
            if self._outer_context:
                self._outer_context.AddInnerOp(result.op)
        result.op.graph.prevent_fetching(result.op)
        result.op._set_control_flow_context(self)
        context = self
        while context is not None:
            context._values.add(result.name)
            context = context._outer_context
        self._external_values[val.name] = result
        return result

    def AddOp(self, op):
        """Takes a new op into this branch."""
        if not op.inputs:
            self._remove_external_control_edges(op)
            if not any(op_in_context(source, self) for source in op.control_inputs):
                op._add_control_input(self._pivot.op)
        else:
            for index, tensor in enumerate(list(op.inputs)):
                if op.type == "Merge" and tensor.op.type == "NextIteration":
                    continue  # the edge that closes an imported loop
                real = self.AddValue(tensor)
                if real is not tensor:
                    op._update_input(index, real)
            self._remove_external_control_edges(op)
            if op.type == "SymbolicGradient":
                op._add_control_input(self._pivot.op)
        names = [t.name for t in op.outputs]
        context = self
        while context is not None:
            context._values.update(names)
            context = context._outer_context
        if self._outer_context or not is_loop_exit(op):
            op.graph.prevent_fetching(op)
        if self._outer_context:
            self._outer_context.AddInnerOp(op)

    def build_branch(self, fn):
        """Calls `fn` in this branch; returns what it returned, and its tensors as they leave the branch."""
        from tinytf.ops.array import array_ops

        original = hold_back_new_summaries(fn, array_ops.identity)
        if original is None:
            return None, None
        result = nest.map_structure(self._leaving, original, expand_composites=True)
        return original, result if isinstance(result, (list, tuple)) else [result]

    def _leaving(self, value):
        if isinstance(value, Operation):
            return control_flow_ops.with_dependencies([value], self._pivot)
        value = convert_to_tensor(tensor_array_ops.flow_of(value))
        if value.name in self._values:
            return self._external_values.get(value.name, value)
        real = value  # a value from outside that the branch returns as it is
        self._values.add(value.name)
        if self._outer_context:
            real = self._outer_context.AddValue(value)
            self._values.add(real.name)
            self._external_values[real.name] = real
        real = control_flow_ops.switch_ref_or_tensor(real, self._pred)[self._branch]
        self._external_values[value.name] = real
        return real


def cond(pred, true_fn=None, false_fn=None, strict=False, name=None, fn1=None, fn2=None):
    """The result of `true_fn()` where the scalar bool tensor `pred` is true, else of `false_fn()`.

    Both functions are called once, here, to build their branch; they must return the same structure of tensors of the same
    dtypes. A list of one is returned as that one, unless `strict`. Follows tf.cond of TF 1.15 (Switch and Merge).
    TypeError: `pred` is a Python bool, a function is missing. ValueError: the results do not match.
    """
    true_fn = _one_of("true_fn", true_fn, "fn1", fn1)
    false_fn = _one_of("false_fn", false_fn, "fn2", fn2)
    if control_flow_util.enable_control_flow_v2(get_default_graph()):
        from tinytf.ops.functions import cond_v2

        return cond_v2.cond_v2(pred, true_fn, false_fn, name)
    with name_scope(name, "cond", [pred]):
        if isinstance(pred, bool):
            raise TypeError("pred must not be a Python bool")
        from tinytf.ops.array import array_ops

        p_false, p_true = control_flow_ops.switch(pred, pred)
        pivot_true = array_ops.identity(p_true, name="switch_t")
        pivot_false = array_ops.identity(p_false, name="switch_f")
        pred = array_ops.identity(pred, name="pred_id")
        for tensor in (p_true, p_false, pivot_true, pivot_false, pred):
            tensor.op.graph.prevent_fetching(tensor.op)
        context_true = CondContext(pred, pivot_true, branch=1)
        original_true, true = _build(context_true, true_fn, "true_fn")
        context_false = CondContext(pred, pivot_false, branch=0)
        original_false, false = _build(context_false, false_fn, "false_fn")
        if not strict:
            original_true, original_false = _unpack_if_single(original_true), _unpack_if_single(original_false)
        _check_same_structure(original_true, original_false, true, false)
        if not true:
            raise ValueError("true_fn and false_fn must return at least one result.")
        pairs = list(zip(nest.flatten(false, expand_composites=True), nest.flatten(true, expand_composites=True)))
        for y, x in pairs:
            if x.dtype.base_dtype != y.dtype.base_dtype:
                raise ValueError("Outputs of true_fn and false_fn must have the same type: %s, %s" % (x.dtype.name, y.dtype.name))
        merges = [control_flow_ops.merge(pair)[0] for pair in pairs]
        merges = tensor_array_ops.with_flows(nest.flatten(original_true, expand_composites=True), merges)
        if context_true.outer_context is None:
            add_to_collection(GraphKeys.COND_CONTEXT, context_true)
            add_to_collection(GraphKeys.COND_CONTEXT, context_false)
        merges = nest.pack_sequence_as(original_true, merges, expand_composites=True)
        return merges if strict else _unpack_if_single(merges)


def _one_of(new_name, new, old_name, old):
    if old is not None:
        if new is not None:
            raise TypeError("cond(): %s and %s may not be set simultaneously." % (new_name, old_name))
        new = old
    elif new is None:
        raise TypeError("cond(): %s argument required" % new_name)
    if not callable(new):
        raise TypeError("%s must be callable." % new_name)
    return new


def _build(context, fn, what):
    try:
        context.Enter()
        original, result = context.build_branch(fn)
        if original is None:
            raise ValueError("%s must have a return value." % what)
        if result is not None:
            context.ExitResult(result)
    finally:
        context.Exit()
    return original, result


def _unpack_if_single(result):
    return result[0] if isinstance(result, (list, tuple)) and len(result) == 1 else result


def _check_same_structure(original_true, original_false, true, false):
    nest.map_structure(_same_index_dtype, original_true, original_false)
    nest.map_structure(_same_index_dtype, true, false)
    try:
        nest.assert_same_structure(original_true, original_false, expand_composites=True)
    except TypeError as error:
        raise TypeError("Incompatible return types of true_fn and false_fn: {}".format(error)) from None
    except ValueError as error:
        raise ValueError("Incompatible return values of true_fn and false_fn: {}".format(error)) from None


def _same_index_dtype(a, b):
    from tinytf.ops.math import math_ops

    if isinstance(a, IndexedSlices) and isinstance(b, IndexedSlices) and a.indices.dtype != b.indices.dtype:
        a._indices, b._indices = math_ops.cast(a.indices, dtypes.int64), math_ops.cast(b.indices, dtypes.int64)


def smart_cond(pred, true_fn=None, false_fn=None, name=None):
    """`tf.cond` that calls one function only where `pred` is a Python bool, 0 or 1, or a constant.

    Follows tf.contrib.framework.smart_cond of TF 1.15.
    """
    if not callable(true_fn):
        raise TypeError("`true_fn` must be callable.")
    if not callable(false_fn):
        raise TypeError("`false_fn` must be callable.")
    value = smart_constant_value(pred)
    if value is None:
        return cond(pred, true_fn=true_fn, false_fn=false_fn, name=name)
    return true_fn() if value else false_fn()


def smart_constant_value(pred):
    """The bool that `pred` is known to be, or None. TypeError unless it is a bool, 0, 1 or a tensor."""
    import numpy as np

    from tinytf.graph.constant_value import public_constant_value as constant_value

    if isinstance(pred, (bool, np.bool_)) or isinstance(pred, (int, np.integer)) and pred in (0, 1):
        return bool(pred)
    if isinstance(pred, Tensor):
        value = constant_value(pred)
        return None if value is None else bool(value)
    raise TypeError("`pred` must be a Tensor, or a Python bool, or 1 or 0. Found instead: %s" % type(pred))


def case(pred_fn_pairs, default=None, exclusive=False, strict=False, name="case"):
    """The result of the function whose predicate is the first to be true, else of `default()`.

    `pred_fn_pairs` is a list of (bool tensor, function) or a dict. `exclusive` asserts at run time that no two are true;
    without `default`, one must be. Follows tf.case of TF 1.15.
    """
    return build_case(functools.partial(cond, strict=strict), pred_fn_pairs, default, exclusive, name)


def build_case(cond_fn, pred_fn_pairs, default, exclusive, name, allow_python_preds=False):
    """`case` of conditionals that `cond_fn` makes; with `allow_python_preds`, predicates may be Python bools."""
    predicates, actions = _checked_pairs(pred_fn_pairs, exclusive, name, allow_python_preds)
    with name_scope(name, "case", [predicates]):
        if default is None:
            default, predicates, actions = _last_as_default(predicates, actions)
        fn = default
        for predicate, action in reversed(list(zip(predicates, actions))):
            fn = functools.partial(cond_fn, predicate, true_fn=action, false_fn=fn)
        if not exclusive:
            return fn()
        with control_dependencies([_assert_at_most(predicates, 1, "Input error: exclusive=True")]):
            return fn()


def _checked_pairs(pairs, exclusive, name, allow_python_preds):
    if not isinstance(pairs, (list, tuple, dict)):
        raise TypeError("fns must be a list, tuple, or dict")
    if isinstance(pairs, collections.OrderedDict):
        pairs = list(pairs.items())
    elif isinstance(pairs, dict):
        pairs = sorted(pairs.items(), key=lambda item: item[0].name)
        if not exclusive:
            _log.warning(
                "%s: An unordered dictionary of predicate/fn pairs was provided, but exclusive=False. The order of "
                "conditional tests is deterministic but not guaranteed.",
                name,
            )
    for pair in pairs:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise TypeError("Each entry in pred_fn_pairs must be a 2-tuple")
        pred, fn = pair
        if not isinstance(pred, Tensor) and not (allow_python_preds and isinstance(pred, bool)):
            raise TypeError("pred must be a Tensor, got: %s" % (pred,))
        if isinstance(pred, Tensor) and pred.dtype != dtypes.bool:
            raise TypeError("pred must be Tensor of type bool: %s" % pred.name)
        if not callable(fn):
            raise TypeError("fn for pred %s must be callable." % getattr(pred, "name", pred))
    predicates, actions = zip(*pairs)
    return predicates, actions


def _last_as_default(predicates, actions):
    """The last action as the default, which asserts that its predicate is true and the others are not."""
    from tinytf.ops.array import array_ops

    *others, predicate = predicates
    *other_actions, action = actions

    def default_action():
        none_true = ("Input error: None of conditions evaluated as True:", array_ops.stack(predicates, name="preds_c"))
        message = "Implementation error: selected default action #%d was called, but some of other predicates are True: " % len(others)
        with control_dependencies([_assert_at_most(others, 0, message), control_flow_ops.Assert(predicate, data=none_true)]):
            return action()

    return default_action, others, other_actions


def _assert_at_most(predicates, n, message):
    from tinytf.ops.array import array_ops, constant
    from tinytf.ops.math import math_ops

    packed = array_ops.stack(predicates, name="preds_c")
    count = math_ops.reduce_sum(math_ops.cast(packed, dtypes.int32), name="num_true_conds")
    condition = math_ops.less_equal(count, constant.constant(n, name="n_true_conds"))
    names = ", ".join(getattr(p, "name", "?") for p in predicates)
    data = ["%s: more than %d conditions (%s) evaluated as True:" % (message, n, names), packed]
    return control_flow_ops.Assert(condition, data=data, summarize=len(predicates))


def switch_case(branch_index, branch_fns, default=None, name="switch_case"):
    """The result of the function at `branch_index`, an int32 scalar, by one op `Case`; else of `default()`, or of the last.

    `branch_fns` is a list of functions, or a dict of or list of pairs (int, function) whose ints are 0, 1, … in any order.
    Follows tf.switch_case of TF 1.15.
    """
    from tinytf.ops.functions import cond_v2

    branches = _checked_branches(branch_index, branch_fns, default)
    with name_scope(name, "case", [branch_index]):
        return cond_v2.indexed_case(branch_index, branches)


def _checked_branches(branch_index, branch_fns, default) -> list:
    if not isinstance(branch_index, Tensor):
        raise TypeError("branch_index must a Tensor, got {}".format(type(branch_index)))
    if not branch_index.dtype.is_integer:
        raise TypeError("branch_index must an integer Tensor, got {}".format(branch_index.dtype))
    if not branch_fns:
        raise ValueError("Must provide at least one item in branch_fns")
    if not isinstance(branch_fns, (list, tuple, dict)):
        raise TypeError("branch_fns must be a list, tuple, or dict")
    if isinstance(branch_fns, dict):
        branch_fns = list(branch_fns.items())
    if all(callable(fn) for fn in branch_fns):
        branch_fns = list(enumerate(branch_fns))
    for pair in branch_fns:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise TypeError("Each entry in branch_fns must be a 2-tuple")
        key, branch = pair
        if not isinstance(key, int):
            raise TypeError("key must be a Python `int`, got {}".format(type(key)))
        if not callable(branch):
            raise TypeError("fn for key {} must be callable.".format(key))
    keys = [key for key, _ in branch_fns]
    if min(keys) < 0 or max(keys) >= len(keys) or len(set(keys)) != len(keys):
        found = ",".join(map(str, sorted(keys)))
        raise ValueError("branch indices (keys) must form contiguous range of [0 to %d) but found {%s}" % (len(keys), found))
    branches = [fn for _, fn in sorted(branch_fns, key=lambda pair: pair[0])]
    return branches if default is None else [*branches, default]


register_proto_function(
    GraphKeys.COND_CONTEXT, proto_type=protos.CondContextDef, to_proto=CondContext.to_proto, from_proto=CondContext.from_proto
)
