"""The ops of control flow, and the functions around them: switch, merge, group, tuple, with_dependencies, Assert.

How Switch, Merge, Enter, Exit, NextIteration and LoopCond run is the business of `tinytf.run`, which knows which values are
dead; so they have no kernel here.
"""

from __future__ import annotations

import collections
from builtins import tuple as _tuple

from tinytf import dtypes, errors, nest
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor, convert_to_tensor_or_indexed_slices
from tinytf.graph.default_graph import colocate_with, control_dependencies, device, name_scope
from tinytf.graph.indexed_slices import IndexedSlices
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.operation import Operation
from tinytf.graph.shape_rules import same_as_input, with_rank
from tinytf.graph.tensor import Tensor
from tinytf.graph.tensor_util import is_tensor
from tinytf.ops.control_flow import control_flow_grad as grads

# The ops ----------------------------------------------------------------------------------------


def _switch_shape(op):
    return [op.inputs[0].dims] * 2


def _select_shape(op):
    """The shape of the references where all have the same, known one."""
    with_rank(op.inputs[0].dims, 0)
    dims = {t.dims for t in op.inputs[1:]}
    same = next(iter(dims)) if len(dims) == 1 else None
    return [None if same is None or None in same else same]


def _select_kernel(op):
    count = op.attr("N")

    def select(index, *places):
        if not 0 <= int(index) < count:
            raise errors.InvalidArgumentError(op.node_def, op, f"Index must be in the range [0, {count}) but got {int(index)}")
        return places[int(index)]

    return select


def _merge_shape(op):
    """Only what all inputs agree on is known."""
    dims = op.inputs[0].dims
    for tensor in op.inputs[1:]:
        if dims is None or tensor.dims is None or len(tensor.dims) != len(dims):
            return [None, ()]
        dims = _tuple(a if a == b else None for a, b in zip(dims, tensor.dims))
    return [dims, ()]


def _enter_shape(op):
    return [op.inputs[0].dims if op.attr("is_constant") else None]


def _loop_cond_shape(op):
    dims = op.inputs[0].dims
    if dims:
        raise ValueError("Shape must be rank 0 but is rank %d" % len(dims))
    return [()]


op("Switch(data: T, pred: bool) -> (output_false: T, output_true: T); T: type",
   shape=_switch_shape, gradient=grads.switch_grad)  # fmt: skip
op("RefSwitch(data: Ref(T), pred: bool) -> (output_false: Ref(T), output_true: Ref(T)); T: type; allows_uninitialized_input",
   shape=_switch_shape, gradient=grads.switch_grad)  # fmt: skip
op("Merge(inputs: N*T) -> (output: T, value_index: int32); T: type; N: int >= 1",
   shape=_merge_shape, gradient=grads.merge_grad)  # fmt: skip
op("RefSelect(index: int32, inputs: Ref(N*T)) -> (output: Ref(T)); T: type; N: int >= 1",
   shape=_select_shape, kernel=_select_kernel, gradient=NOT_DIFFERENTIABLE, view=True)  # fmt: skip
op("RefMerge(inputs: Ref(N*T)) -> (output: Ref(T), value_index: int32); T: type; N: int >= 1",
   shape=_merge_shape, gradient=grads.merge_grad)  # fmt: skip
op("Enter(data: T) -> (output: T); T: type; frame_name: string; is_constant: bool = false; parallel_iterations: int = 10",
   shape=_enter_shape, gradient=grads.enter_grad)  # fmt: skip
op("RefEnter(data: Ref(T)) -> (output: Ref(T)); T: type; frame_name: string; is_constant: bool = false; "
   "parallel_iterations: int = 10",
   shape=same_as_input, gradient=grads.enter_grad)  # fmt: skip
op("Exit(data: T) -> (output: T); T: type", shape=same_as_input, gradient=grads.exit_grad)
op("RefExit(data: Ref(T)) -> (output: Ref(T)); T: type", shape=same_as_input, gradient=grads.exit_grad)
op("NextIteration(data: T) -> (output: T); T: type", shape=same_as_input, gradient=lambda op, grad: grad)
op("RefNextIteration(data: Ref(T)) -> (output: Ref(T)); T: type", shape=same_as_input, gradient=lambda op, grad: grad)
op("LoopCond(input: bool) -> (output: bool)", shape=_loop_cond_shape, gradient=lambda op, grad=None: None)
op("NoOp() -> ()", shape=lambda op: [], kernel=lambda op: lambda: None)
op("ControlTrigger() -> ()", shape=lambda op: [], kernel=lambda op: lambda: None, gradient=NOT_DIFFERENTIABLE)


def _abort_kernel(op):
    def abort():
        if not op.attr("exit_without_error"):
            raise errors.AbortedError(op.node_def, op, op.attr("error_msg").decode("utf-8", "replace") or "Abort op")

    return abort


op("Abort() -> (); error_msg: string = ''; exit_without_error: bool = false", shape=lambda op: [], kernel=_abort_kernel)


def _assert_kernel(op):
    from tinytf.ops.control_flow.summarize import summarize

    limit = op.attr("summarize")

    def check(condition, *data):
        if getattr(condition, "ndim", 0) != 0:
            raise errors.InvalidArgumentError(op.node_def, op, "In[0] should be a scalar: %s" % (condition.shape,))
        if not condition:
            shown = "".join(" [%s]" % summarize(value, limit) for value in data)
            raise errors.InvalidArgumentError(op.node_def, op, "assertion failed:" + shown)

    return check


op("Assert(condition: bool, data: T) -> (); T: list(type) >= 1; summarize: int = 3; is_stateful",
   shape=lambda op: [], kernel=_assert_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip


Merge = collections.namedtuple("Merge", ["output", "value_index"])
Switch = collections.namedtuple("Switch", ["output_false", "output_true"])

# Functions that add one of them -----------------------------------------------------------------


def _of_each_part(function, data):
    """`function` of a tensor (references stay references), or of each part of an IndexedSlices or SparseTensor."""
    if nest.is_composite(data):
        return nest.map_structure(lambda part: _of_each_part(function, part), data, expand_composites=True)
    return function(convert_to_tensor(data, as_ref=True))


def _kind(tensor, name):
    """The name of the op for a tensor; for a reference, that of the op that hands the reference on."""
    return "Ref" + name if tensor.dtype._is_ref_dtype else name


def identity(data, name=None):
    """The same value; of a reference, the same reference."""
    return _of_each_part(lambda x: make(_kind(x, "Identity"), x, name=name), data)


def next_iteration(data, name=None):
    """Hands a value to the next iteration."""
    return _of_each_part(lambda x: make(_kind(x, "NextIteration"), x, name=name), data)


def exit(data, name=None):  # noqa: A001
    """Hands a value out of a loop."""
    return _of_each_part(lambda x: make(_kind(x, "Exit"), x, name=name), data)


def enter(data, frame_name, is_constant=False, parallel_iterations=10, use_ref=True, use_input_shape=True, name=None):
    """Hands a value into a loop: as a loop invariant if `is_constant`, else for the first iteration only."""

    def one(x):
        kind = _kind(x, "Enter") if use_ref else "Enter"
        own = None if nest.is_composite(data) else name  # the name is a tensor's, not that of a part
        result = make(kind, x, frame_name=frame_name, is_constant=is_constant, parallel_iterations=parallel_iterations, name=own)
        if use_input_shape:
            result.set_shape(x.get_shape())
        return result

    return _of_each_part(one, data)


def switch(data, pred, dtype=None, name=None):
    """(data if not pred, data if pred): the one that does not hold is dead. Takes tensors, IndexedSlices and SparseTensors."""
    with name_scope(name, "Switch", [data, pred]) as name:
        if not nest.is_composite(data):
            data = convert_to_tensor(data, dtype=dtype, name="data", as_ref=True)
        pred = convert_to_tensor(pred, name="pred")
        if isinstance(data, Tensor):
            return Switch(*make("Switch", data, pred, name=name))
        pairs = [make("Switch", part, pred) for part in nest.flatten(data, expand_composites=True)]
        off, on = zip(*pairs)
        return (nest.pack_sequence_as(data, off, expand_composites=True),
                nest.pack_sequence_as(data, on, expand_composites=True))


def switch_ref_or_tensor(data, pred, name="Switch"):
    """`switch` on the device of `data`; a reference is handed on as one."""
    data = convert_to_tensor_or_indexed_slices(data, name="data")
    # an optimizer inside of a branch colocates with its variable, and what it captures may be elsewhere
    with colocate_with(data, ignore_existing=True):
        if isinstance(data, Tensor) and data.dtype._is_ref_dtype:
            return Switch(*make("RefSwitch", data, pred, name=name))
        return switch(data, pred, name=name)


def merge(inputs, name=None):
    """(the one input that is not dead, its index). IndexedSlices among the inputs make all others IndexedSlices."""
    if any(x is None for x in inputs):
        raise ValueError("At least one of the merge inputs is None: %s" % (inputs,))
    with name_scope(name, "Merge", inputs) as name:
        inputs = [x if nest.is_composite(x) else convert_to_tensor(x, as_ref=True) for x in inputs]
        if all(isinstance(x, Tensor) for x in inputs):
            all_refs = all(x.dtype._is_ref_dtype for x in inputs)
            return Merge(*make("RefMerge" if all_refs else "Merge", inputs, name=name))
        if all(isinstance(x, (IndexedSlices, Tensor)) for x in inputs):
            from tinytf.ops.array.indexed_slices_ops import as_indexed_slices_list

            inputs = as_indexed_slices_list(inputs, optimize=False)
        for x in inputs[1:]:
            nest.assert_same_structure(inputs[0], x, expand_composites=True)
        merged = [make("Merge", list(parts)) for parts in zip(*[nest.flatten(x, expand_composites=True) for x in inputs])]
        return Merge(nest.pack_sequence_as(inputs[0], [m[0] for m in merged], expand_composites=True), merged[0][1])


def no_op(name=None):
    """An op that does nothing, for control dependencies. Follows tf.no_op of TF 1.15."""
    return make("NoOp", name=name)


def with_dependencies(dependencies, output_tensor, name=None):
    """The value of `output_tensor`, there only once `dependencies` have run."""
    with name_scope(name, "control_dependency", [*dependencies, output_tensor]) as name:
        with colocate_with(output_tensor), control_dependencies(dependencies):
            output_tensor = convert_to_tensor_or_indexed_slices(output_tensor)
            if isinstance(output_tensor, Tensor):
                return identity(output_tensor, name=name)
            return IndexedSlices(identity(output_tensor.values, name=name), output_tensor.indices, output_tensor.dense_shape)


def group(*inputs, **kwargs):
    """An op that is done when all `inputs` (ops, tensors, variables, nested lists of them) are; it has no value.

    Follows tf.group of TF 1.15: one NoOp, or, where devices differ, one for each device and one over these.
    """
    name = kwargs.pop("name", None)
    if kwargs:
        raise ValueError("Unknown keyword arguments: " + ", ".join(kwargs))
    with name_scope(name, "group_deps", inputs) as name:
        if not inputs:
            return no_op(name=name)
        by_device = {}
        for x in nest.flatten(inputs, expand_composites=True):
            if not hasattr(x, "device"):
                raise TypeError("Expected tf.group() expected Tensor arguments not '%s' with type '%s'" % (x, type(x)))
            by_device.setdefault(x.device or "", []).append(x)
        if len(by_device) == 1:
            (where, members), = by_device.items()
            return _no_op_after(members, where, name)
        done = [_no_op_after(by_device[where], where) for where in sorted(by_device)]
        with control_dependencies(done):
            return no_op(name=name)


def _no_op_after(members, where, name=None):
    with control_dependencies(members):
        if not where:
            return no_op(name=name)
        with device(where):
            return no_op(name=name)


def tuple(tensors, name=None, control_inputs=None):  # noqa: A001
    """The tensors (None stays None) as a list of which each has its value only once all have. Follows tf.tuple of TF 1.15."""
    with name_scope(name, "tuple", tensors) as name:
        tensors = [t if t is None or isinstance(t, Operation) or is_tensor(t) else convert_to_tensor(t) for t in tensors]
        gating = [t if isinstance(t, Operation) else t.op for t in tensors if t is not None]
        for control in control_inputs or ():
            if isinstance(control, Tensor):
                control = control.op
            elif not isinstance(control, Operation):
                raise TypeError("Control input must be Operation or Tensor: %s" % control)
            gating.append(control)
        if not gating:
            raise ValueError("Must have at least one Tensor: %s" % tensors)
        gate = group(*sorted(set(gating), key=lambda op: op._id))
        result = []
        for t in tensors:
            if isinstance(t, Operation):
                with control_dependencies([gate]):
                    result.append(group(t))
            else:
                result.append(None if t is None else with_dependencies([gate], t))
        return result


def Assert(condition, data, summarize=None, name=None):
    """An op that fails with InvalidArgumentError, showing `data` (`summarize` entries of each), where `condition` is false.

    Follows tf.Assert of TF 1.15: data other than strings and int32 is handed over only where the assertion fails.
    """
    from tinytf.ops.control_flow import cond

    with name_scope(name, "Assert", [condition, data]) as name:
        tensors = [convert_to_tensor(x) for x in data]
        if all(x.dtype in (dtypes.string, dtypes.int32) for x in tensors):
            return make("Assert", condition, data, summarize=summarize, name="Assert")
        condition = convert_to_tensor(condition, name="Condition")

        def fail():
            return make("Assert", condition, data, summarize=summarize, name="Assert")

        return cond.cond(condition, no_op, fail, name="AssertGuard").op
