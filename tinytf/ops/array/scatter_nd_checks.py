"""What the ScatterNd ops demand of `indices`, `updates` and the shape they write into, in TensorFlow's words.

The last axis of `indices` points into the first axes of the output; each point takes a slice of `updates`.
"""

from __future__ import annotations

from tinytf import errors
from tinytf.graph.shape_rules import merge_dims
from tinytf.ops.array.shape_ops import show

_EMPTY = "Indices and updates specified for empty output"


def check_static(indices, updates, dims, whole: str) -> None:
    """ValueError where static shapes do not fit; `whole` is what messages call the output ("output" or "input")."""
    if indices is None or updates is None or dims is None:
        return
    if 0 in dims and (_holds_any(indices) or _holds_any(updates)):
        raise ValueError(f"{_EMPTY} shape")
    outer, depth = len(indices) - 1, indices[-1]
    if depth is None:
        return
    _merge(f"outer {outer}", "indices", indices, indices[:-1], f"outer {outer}", updates, updates[:outer])
    mine, theirs = dims[depth:], updates[outer:]
    _merge(f"inner {len(mine)}", whole, dims, mine, f"inner {len(theirs)}", updates, theirs)


def _merge(which, name, dims, part, which_updates, updates, updates_part) -> None:
    try:
        merge_dims(part, updates_part)
    except ValueError as error:
        theirs = f"{which_updates} dimensions of updates.shape={show(updates)}"
        raise ValueError(f"The {which} dimensions of {name}.shape={show(dims)} must match the {theirs}: {error}") from None


def _holds_any(dims) -> bool:
    """Whether a static shape is known to be of something."""
    return None not in dims and 0 not in dims


def _fit_empty(dims, indices, updates) -> bool:
    """Whether none of the three is empty, or indices and updates both are."""
    no_output, no_indices, no_updates = (0 in shape for shape in (dims, indices, updates))
    return no_indices and no_updates or not (no_output or no_indices or no_updates)


def check_output(op, dims, indices, updates) -> None:
    """InvalidArgumentError where arrays do not fit an output that the op makes itself."""
    for name, array in (("Indices", indices), ("Updates", updates)):
        if array.ndim < 1:
            raise _refused(op, f"{name} shape must have rank at least one. Found:{show(array.shape)}")
    # ScatterNd leaves an empty output to check_shapes: TensorFlow's kernel counts the numbers of its `shape` here.
    if not _fit_empty((len(dims),) if op.type == "ScatterNd" else dims, indices.shape, updates.shape):
        raise _refused(op, f"{_EMPTY} shape")
    outer, depth = indices.ndim - 1, indices.shape[-1]
    if indices.shape[:outer] != updates.shape[:outer]:
        raise _refused(op, f"Outer dimensions of indices and update must match. Indices shape: {show(indices.shape)}, updates shape:{show(updates.shape)}")
    inner = len(dims) - depth
    if updates.ndim - outer != inner:
        raise _refused(op, f"Inner dimensions of output shape must match inner dimensions of updates shape. Output: {show(dims)} updates: {show(updates.shape)}")
    if updates.shape[outer:] != tuple(dims[depth:]):
        raise _refused(op, f"The inner {inner} dimensions of output.shape={show(dims)} must match the inner {inner} dimensions of updates.shape={show(updates.shape)}")


def check_shapes(op, dims, indices, updates) -> tuple:
    """(how many numbers a point has, how many axes points are laid out in); InvalidArgumentError where arrays do not fit.

    Indices of rank 1 are points of one number each.
    """
    depth, batch = (indices.shape[-1], indices.ndim - 1) if indices.ndim > 1 else (1, 1)
    if not _fit_empty(dims, indices.shape, updates.shape):
        raise _refused(op, f"{_EMPTY}.  indices shape: {show(indices.shape)}")
    if indices.shape[:1] != updates.shape[:1]:
        raise _refused(op, f"The outermost dimension of updates and indices must match. Got indices.shape {show(indices.shape)}, updates.shape {show(updates.shape)}")
    if not indices.ndim or depth > len(dims) or updates.shape != indices.shape[:batch] + tuple(dims[depth:]):
        raise _refused(
            op,
            "Must have updates.shape = indices.shape[:batch_dim] + params_shape[slice_dim:], got updates.shape: "
            f"{show(updates.shape)}, indices.shape: {show(indices.shape)}, params_shape: {show(dims)}, slice_dim: {depth}, and batch_dim: {batch}",
        )
    return depth, batch


def _refused(op, message):
    return errors.InvalidArgumentError(op.node_def, op, message)
