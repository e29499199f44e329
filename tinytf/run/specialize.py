"""Plans for the shapes that are really fed.

A placeholder of shape [None, 784] leaves the batch size open, and half of a training step's nodes
only find it out again: Shape, BroadcastGradientArgs, Reshape, Tile … of their results.  Once the
same shapes have been fed a few times, the step is compiled again as if they were static, and all of
that folds.  Another shape goes back to the general plan.
"""

from __future__ import annotations

import contextlib

from tinytf.graph.shape_rules import merge_dims
from tinytf.run import select
from tinytf.run.plan import Plan

RUNS_BEFORE = 2  # runs with the same shapes before they are worth a plan of their own
MOST_PLANS = 8  # for one pair of fetches and feeds


class ShapedPlans:
    """The general plan of a step and those for shapes that it has been fed often."""

    def __init__(self, general: Plan, fetched_tensors, fetched_ops, fed, compile_plan):
        self.general = general
        self.varies = any(t.dims is None or None in t.dims for t in fed)
        self._fetched_tensors, self._fetched_ops, self._fed = fetched_tensors, fetched_ops, fed
        self._compile = compile_plan
        self._plans: dict = {}
        self._seen: dict = {}

    def plan_for(self, arrays) -> Plan:
        """The plan for arrays of these shapes."""
        shapes = tuple([getattr(a, "shape", None) for a in arrays])
        plan = self._plans.get(shapes)
        if plan is not None:
            return plan
        count = self._seen[shapes] = self._seen.get(shapes, 0) + 1
        if count < RUNS_BEFORE or len(self._plans) >= MOST_PLANS:
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

    Raises ValueError where they contradict.  Operations in loops keep what is known of them.
    """
    needed = select.needed_operations(fetched_ops, fetched_tensors, fed)
    fed_set = set(fed)
    root, _ = select.assign_frames(needed, fed_set)
    before = [(t, t.dims) for op in needed for t in op.outputs] + [(t, t.dims) for t in fed]
    try:
        for tensor, shape in zip(fed, shapes):
            if shape is not None:
                tensor.dims = shape
        for op in sorted(root.ops, key=lambda op: op._id):
            entry = op.entry
            if entry is None or entry.shape is None or not op.outputs or not op._inputs:
                continue
            for tensor, dims in zip(op.outputs, entry.shape(op)):
                if tensor not in fed_set:
                    tensor.dims = merge_dims(tensor.dims, dims)
        yield
    finally:
        for tensor, dims in before:
            tensor.dims = dims
