"""Plans for the shapes that are really fed.

A placeholder of shape [None, 784] leaves the batch size open, and half of a training step's nodes
only find it out again: Shape, BroadcastGradientArgs, Reshape, Tile … of their results.  So the step is
compiled as if the shapes that are fed first were static, and all of that folds.  Another shape is run by the
general plan, until it has come a few times.

Shapes in loops are found by assuming that a loop variable keeps the shape it has at the start; where the body
makes another one of it, less is assumed, until the assumption holds.
"""

from __future__ import annotations

import contextlib
import functools

from tinytf.graph import constant_value as constants
from tinytf.graph.shape_rules import merge_dims
from tinytf.run import select
from tinytf.run.plan import Plan

RUNS_BEFORE = 2  # runs with the same shapes before they, too, are worth a plan of their own
MOST_PLANS = 8  # for one pair of fetches and feeds


class ShapedPlans:
    """The general plan of a step and those for shapes that it has been fed first, or often."""

    def __init__(self, fetched_tensors, fetched_ops, fed, compile_plan):
        self.varies = any(t.dims is None or None in t.dims for t in fed)
        self._fetched_tensors, self._fetched_ops, self._fed = fetched_tensors, fetched_ops, fed
        self._compile = compile_plan
        self._plans: dict = {}
        self._seen: dict = {}

    @functools.cached_property
    def general(self) -> Plan:
        """The plan for feeds of any shape, made when it is first needed."""
        return self._compile(self._fetched_tensors, self._fetched_ops, self._fed)

    def plan_for(self, arrays) -> Plan:
        """The plan for arrays of these shapes."""
        if not self.varies:
            return self.general
        shapes = tuple([getattr(a, "shape", None) for a in arrays])
        plan = self._plans.get(shapes)
        if plan is not None:
            return plan
        count = self._seen[shapes] = self._seen.get(shapes, 0) + 1
        if (self._plans and count < RUNS_BEFORE) or len(self._plans) >= MOST_PLANS:
            if len(self._seen) > 100 * MOST_PLANS:
                self._seen.clear()  # shapes that never come twice
            return self.general
        self._plans[shapes] = plan = self._specialized(shapes)
        return plan

    def _specialized(self, shapes) -> Plan:
        try:
            return self._compile(self._fetched_tensors, self._fetched_ops, self._fed, shapes)
        except ValueError:
            return self.general  # the shapes contradict each other: the step itself says where


@contextlib.contextmanager
def static_shapes(fetched_tensors, fetched_ops, fed, shapes):
    """A context in which the tensors that the fetches need have the static shapes that follow from those fed.

    What a loop pushes on a stack in every turn counts as a constant where it is known (its gradient pops shapes).
    Raises ValueError where the shapes contradict.
    """
    needed = select.needed_operations(fetched_ops, fetched_tensors, fed)
    before = [(t, t.dims) for op in needed for t in op.outputs] + [(t, t.dims) for t in fed]
    try:
        for tensor, shape in zip(fed, shapes):
            if shape is not None:
                tensor.dims = shape
        inference = _Inference(needed, set(fed))
        known = inference.run()
        with constants.knowing(known):
            yield
    finally:
        for tensor, dims in before:
            tensor.dims = dims


class _Inference:
    """Runs the ops' shape rules over a step, loops included."""

    def __init__(self, needed: set, fed: set):
        self.fed = fed
        self.order = select.order(needed, fed)
        self.merges = [op for op in self.order if _is_loop_merge(op)]
        self.assumed: dict = {}  # what a loop variable is taken to have as dims
        self.given = {t: t.dims for op in self.order for t in op.outputs}
        self.users: dict = {}  # (kind, the op that made a stack or array): the ops that put something into it
        for op in self.order:
            if op.type in _PUTS:
                self.users.setdefault(select.maker(op._inputs[0]), []).append(op)

    def run(self) -> dict:
        """Sets the dims; gives {popped tensor: its value} for what is a constant."""
        while True:
            try:
                known = self.forward()
            except ValueError:
                if not self.merges or all(self.assumed.get(op) == self.given[op.outputs[0]] for op in self.merges):
                    raise
                self.assumed = {op: self.given[op.outputs[0]] for op in self.merges}
                self.reset()
                continue
            if self.assumptions_hold():
                return known
            self.reset()

    def reset(self) -> None:
        for tensor, dims in self.given.items():
            if tensor not in self.fed:
                tensor.dims = dims

    def assumptions_hold(self) -> bool:
        """Whether each loop variable comes back with the dims assumed; otherwise less is assumed of it."""
        hold = True
        for op in self.merges:
            assumed = self.assumed[op]
            for t in op._inputs:
                less = _at_least(_common(assumed, t.dims), self.given[op.outputs[0]])
                if less != assumed:
                    self.assumed[op] = assumed = less
                    hold = False
        return hold

    def forward(self) -> dict:
        known: dict = {}
        done: set = set()
        with constants.knowing(known):
            for op in self.order:
                for tensor, dims in zip(op.outputs, self.dims_of(op, done, known)):
                    if tensor not in self.fed:
                        tensor.dims = merge_dims(tensor.dims, dims)
                done.add(op)
        return known

    def dims_of(self, op, done: set, known: dict):
        """The dims of an operation's outputs."""
        if op in self.assumed or _is_loop_merge(op):
            if op not in self.assumed:
                self.assumed[op] = next(t.dims for t in op._inputs if t.op.type not in select.NEXT)
            return [self.assumed[op]]
        if op.type in select.ENTER:
            return [op._inputs[0].dims]
        if op.type in _TAKES:
            puts = self.users.get(select.maker(op._inputs[0]), ())
            if puts and done.issuperset(puts):
                found = self.taken(op, puts, known)
                if found is not None:
                    return [found]
        entry = op.entry
        if entry is None or entry.shape is None or not op._inputs:
            return []
        return entry.shape(op)

    def taken(self, op, puts, known: dict):
        """The dims of what is popped from a stack, or read or gathered from an array."""
        if op.type == "StackPopV2":
            if len(puts) != 1:
                return None
            elem = puts[0]._inputs[1]
            value = constants.constant_value(elem)
            if value is not None:
                known[op.outputs[0]] = value
            return elem.dims
        elements = {_element_dims(put) for put in puts}
        if len(elements) != 1 or None in elements:
            return None
        (element,) = elements
        if op.type == "TensorArrayReadV3":
            return element
        indices = op._inputs[1].dims
        return ((indices[0] if indices else None),) + element


_TAKES = frozenset(["StackPopV2", "TensorArrayReadV3", "TensorArrayGatherV3"])
_PUTS = {"StackPushV2": None, "TensorArrayWriteV3": 0, "TensorArrayScatterV3": 1, "TensorArraySplitV3": None}


def _element_dims(put):
    """The fully known dims of the elements that an op puts into an array, or None."""
    skipped = _PUTS[put.type]
    dims = put._inputs[2].dims
    if skipped is None or dims is None or len(dims) < skipped or None in dims[skipped:]:
        return None
    return tuple(dims[skipped:])


def _is_loop_merge(op) -> bool:
    return op.type in select.MERGE and any(t.op.type in select.NEXT for t in op._inputs)


def _common(a, b):
    """What two dims agree on."""
    if a is None or b is None or len(a) != len(b):
        return None
    return tuple([x if x == y else None for x, y in zip(a, b)])


def _at_least(dims, given):
    """`dims`, or what the graph says where it says more."""
    if dims is None:
        return given
    return merge_dims(dims, given)
