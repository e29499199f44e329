"""Queues and barriers that two ops share by name: the second op must describe what the first has made.

Follows the checks, and the words, of `QueueBase` and the kernels of TF 1.15.
"""

from __future__ import annotations

from tinytf import errors
from tinytf.graph.op_summary import type_name, value_text

_WITHOUT_LIMIT = 2**31 - 1


def require_same_queue(maker, op) -> None:
    """InvalidArgumentError unless `op` describes the queue that the op `maker` has made."""
    if maker is op:
        return
    if maker.type != op.type:
        raise _differs(op, f"Expected {maker.type[:-2]}, found {op.type}")
    for words, of in ((("capacity", "capacity was"), _capacity), (("min_after_dequeue", "min_after_dequeue was"), _left_behind)):
        _require_equal(op, "queue", words, of(maker), of(op))
    _require_equal(op, "queue", ("random seeds", "seeds are"), _seeds(maker), _seeds(op) or _seeds(maker))
    _require_equal(op, "queue", ("component types", "component types were"), _types(maker), _types(op))
    if "Padding" not in op.type or not _compatible(maker.attr("shapes"), op.attr("shapes")):
        _require_equal(op, "queue", ("component shapes", "component shapes were"), _shapes(maker), _shapes(op))


def require_same_barrier(maker, op) -> None:
    """InvalidArgumentError unless `op` describes the barrier that the op `maker` has made."""
    _require_equal(op, "barrier", ("component types", "component types were"), _types(maker), _types(op))
    _require_equal(op, "barrier", ("component shapes", "component shapes were"), _barrier_shapes(maker), _barrier_shapes(op))


def _require_equal(op, kind, words, held, requested):
    if held != requested:
        end = "." if words[0] in ("min_after_dequeue", "random seeds") else ""
        name = op.attr("shared_name").decode()
        raise _differs(op, f"Shared {kind} '{name}' has {words[0]} {held} but requested {words[1]} {requested}{end}")


def _differs(op, message):
    return errors.InvalidArgumentError(op.node_def, op, message)


def _capacity(op) -> int:
    capacity = op.attr("capacity")
    return capacity if capacity >= 0 else _WITHOUT_LIMIT


def _left_behind(op) -> int:
    return op.attr("min_after_dequeue") if op.type.startswith("RandomShuffle") else 0


def _seeds(op) -> str | None:
    """The seeds of a queue that shuffles; None where it has none, and takes any."""
    seeds = (op.attr("seed"), op.attr("seed2")) if op.type.startswith("RandomShuffle") else (0, 0)
    return f"({seeds[0]}, {seeds[1]})" if any(seeds) else None


def _types(op) -> str:
    priority = ["int64"] if op.type.startswith("Priority") else []
    return ", ".join(priority + [type_name(t) for t in op.attr("component_types")])


def _shapes(op) -> str:
    priority = ["[]"] if op.type.startswith("Priority") and op.attr("shapes") else []
    texts = priority + [value_text(s) for s in op.attr("shapes")]
    return "[" + ", ".join(texts) + "]"


def _barrier_shapes(op) -> str:
    """A barrier without shapes takes elements of any, but names them as scalars."""
    return _shapes(op) if op.attr("shapes") else "[" + ", ".join("[]" for _ in op.attr("component_types")) + "]"


def _compatible(shapes, others) -> bool:
    return len(shapes) == len(others) and all(a.is_compatible_with(b) for a, b in zip(shapes, others))
