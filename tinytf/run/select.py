"""Which operations a step needs, in which order, and inside which loops.

A loop is a *frame*: the operations between its Enter and Exit nodes.  TensorFlow runs a frame by
passing tokens around the cycle Merge → Switch → body → NextIteration → Merge; here the cycle is cut
at NextIteration and the frame becomes one item among the operations of the frame around it.
"""

from __future__ import annotations

import heapq

from tinytf import errors

ENTER = ("Enter", "RefEnter")
EXIT = ("Exit", "RefExit")
MERGE = ("Merge", "RefMerge")
SWITCH = ("Switch", "RefSwitch")
NEXT = ("NextIteration", "RefNextIteration")


class Frame:
    """A loop, or the whole step (the root, without name or parent)."""

    __slots__ = ("name", "parent", "ops", "children", "depth")

    def __init__(self, name=None, parent=None):
        self.name, self.parent = name, parent
        self.ops: list = []
        self.children: list = []
        self.depth = 0 if parent is None else parent.depth + 1


def needed_operations(fetched_ops, fetched_tensors, fed_tensors) -> set:
    """The operations that must run: those that the fetches reach backwards, stopping at fed tensors."""
    needed: set = set()
    fed = set(fed_tensors)
    stack = list(fetched_ops) + [t.op for t in fetched_tensors if t not in fed]
    while stack:
        op = stack.pop()
        if op in needed:
            continue
        needed.add(op)
        for t in op._inputs:
            if t not in fed and t.op not in needed:
                stack.append(t.op)
        for c in op._control_inputs:
            if c not in needed:
                stack.append(c)
    return needed


def dependencies(op, needed: set, fed: set):
    """The operations that `op` waits for within one iteration: loop-back edges do not count."""
    merge = op.type in MERGE
    for t in op._inputs:
        if t not in fed and not (merge and t.op.type in NEXT):
            yield t.op
    for c in op._control_inputs:
        if c in needed:
            yield c


def assign_frames(needed: set, fed: set):
    """(root frame, frame of each operation), every operation listed in its frame in order of creation."""
    root = Frame()
    by_name: dict = {}
    frame_of: dict = {}
    for op in order(needed, fed):
        inner = root
        for dep in dependencies(op, needed, fed):
            f = frame_of[dep]
            if dep.type in EXIT:
                f = f.parent or f  # one that leaves no loop passes on
            if not _contains(f, inner) and not _contains(inner, f):
                raise errors.InvalidArgumentError(
                    None, None, f"The node '{op.name}' has inputs from different frames: one of them is in frame '{f.name}', another in '{inner.name}'."
                )
            if f.depth > inner.depth:
                inner = f
        if op.type in ENTER:
            key = (inner, op.attr("frame_name"))
            if key not in by_name:
                by_name[key] = Frame(op.attr("frame_name").decode(), inner)
                inner.children.append(by_name[key])
            inner = by_name[key]
        frame_of[op] = inner
        inner.ops.append(op)
    return root, frame_of


def _contains(outer: Frame, inner: Frame) -> bool:
    while inner.depth > outer.depth:
        inner = inner.parent
    return inner is outer


def order(needed: set, fed: set) -> list:
    """`needed` sorted so that each comes after what it waits for; earliest made first where free to choose."""
    waiting: dict = {}
    followers: dict = {}
    ready: list = []
    for op in needed:
        before = set(dependencies(op, needed, fed))
        waiting[op] = len(before)
        for b in before:
            followers.setdefault(b, []).append(op)
        if not before:
            ready.append((op._id, op))
    heapq.heapify(ready)
    result = []
    while ready:
        _, op = heapq.heappop(ready)
        result.append(op)
        for f in followers.get(op, ()):
            waiting[f] -= 1
            if not waiting[f]:
                heapq.heappush(ready, (f._id, f))
    if len(result) != len(needed):
        raise _cycle(needed - set(result))
    return result


def order_items(frame: Frame, frame_of: dict, needed: set, fed: set) -> list:
    """The operations and inner frames of `frame`, each after what it waits for."""
    result, members = _order_members(frame, needed, fed, set())
    if len(result) != len(members):
        left = {op for item in members if item not in result for op in members[item]}
        result, members = _order_members(frame, needed, fed, _open_gates(frame, frame_of, needed, left))
        if len(result) != len(members):
            raise _cycle({op for item in members if item not in result for op in members[item]})
    return result


def _open_gates(frame: Frame, frame_of: dict, needed: set, left: set) -> set:
    """Lets loops run that wait for what comes after them; the constants that need not wait.

    A gradient made inside of control dependencies (of moving averages, say, whose layer stands behind the loop) adds to the
    loop a counter that waits for them, and the counter alone.  TensorFlow runs the steps without it and lets it catch up. Here a
    loop runs as a whole: its counter starts at once, and ops that do nothing but wait leave the loop.
    """
    constants = set()
    for child in frame.children:
        for enter in [op for op in _all_ops(child) if op.type in ENTER and op._inputs[0].op in left]:
            source = enter._inputs[0].op
            waiting = [c for c in enter.outputs[0].consumers() if c in needed]
            if source.type == "Const":
                constants.add(source)
            elif all(w.type == "Identity" and not any(c in needed for c in w.outputs[0].consumers()) for w in waiting):
                for gate in (enter, *waiting):
                    needed.discard(gate)
                    frame_of[gate].ops.remove(gate)
    return constants


def _order_members(frame: Frame, needed: set, fed: set, free: set) -> tuple:
    """(what can be ordered, all items with their operations); the operations in `free` wait for nothing."""
    owner = {op: op for op in frame.ops}
    rank = {op: op._id for op in frame.ops}
    members: dict = {op: [op] for op in frame.ops}
    for child in frame.children:
        inside = list(_all_ops(child))
        members[child] = inside
        rank[child] = min(op._id for op in inside)
        for op in inside:
            owner[op] = child
    followers: dict = {}
    waiting: dict = {}
    for item, ops in members.items():
        before = {owner[d] for op in ops if op not in free for d in dependencies(op, needed, fed) if d in owner}
        before.discard(item)
        waiting[item] = len(before)
        for b in before:
            followers.setdefault(b, []).append(item)
    ready = [(rank[i], n, i) for n, i in enumerate(members) if not waiting[i]]
    heapq.heapify(ready)
    count = len(members)
    result = []
    while ready:
        item = heapq.heappop(ready)[2]
        result.append(item)
        for f in followers.get(item, ()):
            waiting[f] -= 1
            if not waiting[f]:
                count += 1
                heapq.heappush(ready, (rank[f], count, f))
    return result, members


def maker(handle):
    """The tensor outside of all loops that the handle of a stack or an array is."""
    while handle.op.type in ("Enter", "Identity"):
        handle = handle.op._inputs[0]
    return handle


def _all_ops(frame: Frame):
    yield from frame.ops
    for child in frame.children:
        yield from _all_ops(child)


def _cycle(ops):
    names = sorted(op.name for op in ops)
    return errors.InvalidArgumentError(
        None, None, f"Graph is invalid, contains a cycle with {len(names)} nodes, including: {', '.join(names[:5])}. Outside of a loop, they wait for each other."
    )
