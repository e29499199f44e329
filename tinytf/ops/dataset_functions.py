"""The functions of datasets: what they draw starts anew with each iterator that is initialized.

TensorFlow makes the functions of a dataset anew for each iterator, so a seeded `map` gives every iteration the same
numbers; within one iteration the state goes on, also where a `repeat` or a `flat_map` starts a dataset again.
"""

from __future__ import annotations

from tinytf.graph.function import find_function


def caller(function, resources):
    """A function to be called for each new dataset; it gives what calls `function` there."""
    if not _keeps_state(function):
        call = resources.call(function)
        return lambda: call
    return lambda: resources.anew()(function)


def _keeps_state(function) -> bool:
    """Whether an op of the function, or of what it calls, has state in its kernel, as random ops have."""
    for op in function.get_operations():
        entry = op.entry
        if entry is not None and entry.op_def.is_stateful and entry.stateful_kernel is None:
            return True
        for value in op.node_def.attr.values():
            names = [value.func.name] if value.HasField("func") else [f.name for f in value.list.func]
            inner = [find_function(function, name) for name in names]
            if any(f is not None and f is not function and _keeps_state(f) for f in inner):
                return True
    return False
