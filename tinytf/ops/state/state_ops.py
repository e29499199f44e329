"""Variables as ops: a place (`Ref`) that a session keeps, and the ops that write into it.

`VariableV2` yields the box itself (a reference edge); everything that takes a `Ref` updates the box's
array in place, so a training step allocates nothing for its parameters.  The box owns its array:
an assigned value is copied in, never aliased.
"""

from __future__ import annotations

import threading

import numpy as np

from tinytf import errors
from tinytf.graph import shape_rules
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.ref import Ref
from tinytf.ops.array import scatter_nd_checks
from tinytf.ops.state.scatter_rows import SCATTERS, scatter_into, scatter_nd_into
from tinytf.shapes import in_brackets as shape_text

NUMBER = (
    "{float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, bfloat16, uint16, "
    "complex128, half, uint32, uint64}"
)
INDEX = "{int32, int64}"


# --- the box ---------------------------------------------------------------------------------------------


def find_box(op_, resources, fallback_name=None) -> Ref:
    """The session's box for a variable op, made empty on first sight."""
    name = op_.attr("shared_name").decode() or fallback_name or op_.name
    key = (op_.attr("container").decode(), name)
    box = resources.get(key)
    if box is None:
        box = resources[key] = Ref(name, op_.attr("dtype"))
    return box


def value_of(box: Ref, op_) -> np.ndarray:
    """The array in the box; FailedPreconditionError while the variable is uninitialised."""
    value = box.value
    if value is None:
        raise errors.FailedPreconditionError(
            op_.node_def, op_, "Attempting to use uninitialized value %s" % box.name
        )
    return value


def store(box: Ref, value) -> None:
    """Copies a value into memory the box owns, reusing what it has where the shape fits."""
    old = box.value
    if old is not None and old.shape == value.shape and old.dtype == value.dtype:
        np.copyto(old, value)
    else:
        box.value = np.array(value, order="C", copy=True)


def _variable_kernel(op_, resources):
    box = find_box(op_, resources)
    return lambda: box


def _variable_shape(op_):
    return [op_.attr("shape")._dims]


def _legacy_variable_shape(op_):
    # In the first Variable op a scalar shape says "not known".
    return [op_.attr("shape")._dims or None]


for _name, _rule in (("VariableV2", _variable_shape), ("Variable", _legacy_variable_shape)):
    op(
        _name + "() -> (ref: Ref(dtype)); shape: shape; dtype: type; container: string = ''; "
        "shared_name: string = ''; is_stateful",
        shape=_rule,
        stateful_kernel=_variable_kernel,
    )


def _temporary_kernel(op_, resources):
    dims, dtype = op_.attr("shape")._dims, op_.attr("dtype").as_numpy_dtype
    return lambda: Ref(op_.name, op_.attr("dtype"), np.zeros(dims, dtype))


op(
    "TemporaryVariable() -> (ref: Ref(dtype)); shape: shape; dtype: type; var_name: string = ''; is_stateful",
    shape=_variable_shape,
    stateful_kernel=_temporary_kernel,
)
op(
    "DestroyTemporaryVariable(ref: Ref(T)) -> (value: T); T: type; var_name: string",
    shape=shape_rules.same_as_input,
    kernel=lambda op_: lambda box: value_of(box, op_),
)


# --- assignment ------------------------------------------------------------------------------------------


def _assign_shape(op_):
    if op_.attr("validate_shape"):
        return [shape_rules.merge_dims(op_.inputs[0].dims, op_.inputs[1].dims)]
    return [op_.inputs[1].dims]


def _assign_kernel(op_):
    validate = op_.attr("validate_shape")
    declared = op_.inputs[0].dims
    if declared is not None and None in declared:
        declared = None

    def assign(box, value):
        old = box.value
        if old is not None and old.shape == value.shape and old.dtype == value.dtype:
            old[...] = value  # what `store` does, for what thousands of variables of a restore are
            return box
        if validate:
            expected = declared if old is None else old.shape
            if expected is not None and value.shape != expected:
                raise errors.InvalidArgumentError(
                    op_.node_def,
                    op_,
                    "Assign requires shapes of both tensors to match. lhs shape= %s rhs shape= %s (variable %s)"
                    % (shape_text(expected), shape_text(value.shape), box.name),
                )
        store(box, value)
        return box

    return assign


op(
    "Assign(ref: Ref(T), value: T) -> (output_ref: Ref(T)); T: type; validate_shape: bool = true; "
    "use_locking: bool = true; allows_uninitialized_input",
    shape=_assign_shape,
    kernel=_assign_kernel,
    gradient=NOT_DIFFERENTIABLE,
)


def _merge_both(op_):
    return [shape_rules.merge_dims(op_.inputs[0].dims, op_.inputs[1].dims)]


def _update_kernel(ufunc):
    def kernel(op_):
        def update(box, value):
            target = value_of(box, op_)
            if target.shape != value.shape:
                raise errors.InvalidArgumentError(
                    op_.node_def,
                    op_,
                    "Parameters and update must be the same size: %s and %s (variable %s)"
                    % (shape_text(target.shape), shape_text(value.shape), box.name),
                )
            ufunc(target, value, out=target)
            return box

        return update

    return kernel


for _name, _ufunc in (("AssignAdd", np.add), ("AssignSub", np.subtract)):
    op(
        _name + "(ref: Ref(T), value: T) -> (output_ref: Ref(T)); T: " + NUMBER + "; use_locking: bool = false",
        shape=_merge_both,
        kernel=_update_kernel(_ufunc),
        gradient=NOT_DIFFERENTIABLE,
    )

op(
    "IsVariableInitialized(ref: Ref(dtype)) -> (is_initialized: bool); dtype: type; allows_uninitialized_input",
    shape=shape_rules.scalar,
    kernel=lambda op_: lambda box: np.bool_(box.value is not None),
)


def count_up_kernel(op_):
    """Yields the old value and adds one; OutOfRangeError at the limit."""
    limit = op_.attr("limit")
    lock = threading.Lock()  # several threads may fill one queue

    def count(box):
        value = value_of(box, op_)
        if value.ndim != 0:
            raise errors.InvalidArgumentError(op_.node_def, op_, "input is not a scalar: %s" % shape_text(value.shape))
        with lock:
            if value >= limit:
                raise errors.OutOfRangeError(op_.node_def, op_, "Reached limit of %d" % limit)
            old = value.copy()
            value += 1
        return old

    return count


op(
    "CountUpTo(ref: Ref(T)) -> (output: T); limit: int; T: " + INDEX,
    shape=lambda op_: [shape_rules.with_rank(op_.inputs[0].dims, 0)],
    kernel=count_up_kernel,
)


# --- scatter ---------------------------------------------------------------------------------------------


def scatter_shape(op_):
    """The variable's shape, once indices and updates are seen to fit it."""
    ref, indices, updates = (t.dims for t in op_.inputs)
    check_scatter_dims(ref, indices, updates)
    return [ref]


def check_scatter_dims(ref, indices, updates) -> None:
    if ref is not None and len(ref) < 1:
        raise ValueError("Shape must be at least rank 1 but is rank 0")
    if ref is not None and indices is not None and updates is not None and len(updates):
        shape_rules.merge_dims(updates, tuple(indices) + tuple(ref[1:]))


def _scatter_kernel(ufunc):
    def kernel(op_):
        def scatter(box, indices, updates):
            scatter_into(op_, value_of(box, op_), np.asarray(indices), np.asarray(updates), ufunc)
            return box

        return scatter

    return kernel


_SCATTER_TYPES = {"Update": "type", "Min": "{half, bfloat16, float, double, int32, int64}"}
_SCATTER_TYPES["Max"] = _SCATTER_TYPES["Min"]
for _name, _ufunc in SCATTERS.items():
    op(
        "Scatter%s(ref: Ref(T), indices: Tindices, updates: T) -> (output_ref: Ref(T)); T: %s; Tindices: %s; "
        "use_locking: bool = %s"
        % (_name, _SCATTER_TYPES.get(_name, NUMBER), INDEX, "true" if _name == "Update" else "false"),
        shape=scatter_shape,
        kernel=_scatter_kernel(_ufunc),
        gradient=NOT_DIFFERENTIABLE if _name in ("Add", "Sub", "Mul", "Div") else None,
    )


def scatter_nd_shape(op_):
    """The variable's shape, once indices and updates are seen to fit it."""
    ref, indices, updates = (t.dims for t in op_.inputs)
    scatter_nd_checks.check_static(shape_rules.with_rank_at_least(indices, 1), updates, ref, "input")
    return [ref]


def _scatter_nd_kernel(ufunc):
    def kernel(op_):
        def scatter(box, indices, updates):
            scatter_nd_into(op_, value_of(box, op_), np.asarray(indices), np.asarray(updates), ufunc)
            return box

        return scatter

    return kernel


for _name in ("Update", "Add", "Sub"):
    op(
        "ScatterNd%s(ref: Ref(T), indices: Tindices, updates: T) -> (output_ref: Ref(T)); T: %s; Tindices: %s; "
        "use_locking: bool = %s"
        % (_name, "type" if _name == "Update" else NUMBER, INDEX, "true" if _name == "Update" else "false"),
        shape=scatter_nd_shape,
        kernel=_scatter_nd_kernel(SCATTERS[_name]),
        gradient=NOT_DIFFERENTIABLE,
    )


# --- public functions ------------------------------------------------------------------------------------


def variable_op_v2(shape, dtype, name="Variable", container="", shared_name=""):
    """A `VariableV2` node: a reference to a place of this shape and dtype."""
    return make("VariableV2", shape=shape, dtype=dtype, name=name, container=container, shared_name=shared_name)


def is_variable_initialized(ref, name=None):
    """A bool tensor: whether the variable holds a value.  Follows tf.is_variable_initialized of TF 1.15."""
    if ref.dtype._is_ref_dtype:
        return make("IsVariableInitialized", ref, name=name)
    return ref.is_initialized(name=name)


def assign(ref, value, validate_shape=None, use_locking=None, name=None):
    """Writes `value` into a variable; the result is the variable after that.  Follows tf.assign of TF 1.15.

    `value` has the variable's dtype and, unless `validate_shape` is False, its shape (ValueError while
    the graph is built, InvalidArgumentError when it runs).
    """
    if ref.dtype._is_ref_dtype:
        return make("Assign", ref, value, use_locking=use_locking, name=name, validate_shape=validate_shape)
    return ref.assign(value, name=name)


def assign_add(ref, value, use_locking=None, name=None):
    """Adds `value` to a variable in place.  Follows tf.assign_add of TF 1.15."""
    if ref.dtype._is_ref_dtype:
        return make("AssignAdd", ref, value, use_locking=use_locking, name=name)
    return ref.assign_add(value)


def assign_sub(ref, value, use_locking=None, name=None):
    """Subtracts `value` from a variable in place.  Follows tf.assign_sub of TF 1.15."""
    if ref.dtype._is_ref_dtype:
        return make("AssignSub", ref, value, use_locking=use_locking, name=name)
    return ref.assign_sub(value)


def count_up_to(ref, limit, name=None):
    """The variable's value before it is increased by one; OutOfRangeError once `limit` is reached.

    Follows tf.count_up_to of TF 1.15.
    """
    if ref.dtype._is_ref_dtype:
        return make("CountUpTo", ref, limit=limit, name=name)
    return make("ResourceCountUpTo", ref.handle, limit=limit, T=ref.dtype, name=name)


def _scatter(kind, ref, indices, updates, use_locking, name):
    if ref.dtype._is_ref_dtype:
        return make("Scatter" + kind, ref, indices, updates, use_locking=use_locking, name=name)
    updates = convert_to_tensor(updates, ref.dtype)
    return ref._lazy_read(make("ResourceScatter" + kind, ref.handle, indices, updates, name=name))


def scatter_update(ref, indices, updates, use_locking=True, name=None):
    """ref[indices] = updates, row by row.  Follows tf.scatter_update of TF 1.15."""
    return _scatter("Update", ref, indices, updates, use_locking, name)


def scatter_add(ref, indices, updates, use_locking=False, name=None):
    """ref[indices] += updates; repeated indices accumulate.  Follows tf.scatter_add of TF 1.15."""
    return _scatter("Add", ref, indices, updates, use_locking, name)


def scatter_sub(ref, indices, updates, use_locking=False, name=None):
    """ref[indices] -= updates; repeated indices accumulate.  Follows tf.scatter_sub of TF 1.15."""
    return _scatter("Sub", ref, indices, updates, use_locking, name)


def scatter_mul(ref, indices, updates, use_locking=False, name=None):
    """ref[indices] *= updates.  Follows tf.scatter_mul of TF 1.15."""
    return _scatter("Mul", ref, indices, updates, use_locking, name)


def scatter_div(ref, indices, updates, use_locking=False, name=None):
    """ref[indices] /= updates.  Follows tf.scatter_div of TF 1.15."""
    return _scatter("Div", ref, indices, updates, use_locking, name)


def scatter_min(ref, indices, updates, use_locking=False, name=None):
    """ref[indices] = minimum(ref[indices], updates).  Follows tf.scatter_min of TF 1.15."""
    return _scatter("Min", ref, indices, updates, use_locking, name)


def scatter_max(ref, indices, updates, use_locking=False, name=None):
    """ref[indices] = maximum(ref[indices], updates).  Follows tf.scatter_max of TF 1.15."""
    return _scatter("Max", ref, indices, updates, use_locking, name)


def scatter_nd_update(ref, indices, updates, use_locking=True, name=None):
    """Assigns slices that the last axis of `indices` points to.  Follows tf.scatter_nd_update of TF 1.15."""
    return _scatter("NdUpdate", ref, indices, updates, use_locking, name)


def scatter_nd_add(ref, indices, updates, use_locking=False, name=None):
    """Adds to slices that the last axis of `indices` points to.  Follows tf.scatter_nd_add of TF 1.15."""
    return _scatter("NdAdd", ref, indices, updates, use_locking, name)


def scatter_nd_sub(ref, indices, updates, use_locking=False, name=None):
    """Subtracts from slices that the last axis of `indices` points to.  Follows tf.scatter_nd_sub of TF 1.15."""
    return _scatter("NdSub", ref, indices, updates, use_locking, name)


def batch_scatter_update(ref, indices, updates, use_locking=True, name=None):
    """scatter_update within each entry of leading batch axes.  Follows tf.batch_scatter_update of TF 1.15."""
    from tinytf.graph.default_graph import name_scope
    from tinytf.ops.array import array_ops
    from tinytf.ops.math import math_ops

    with name_scope(name):
        indices = convert_to_tensor(indices, name="indices")
        shape = array_ops.shape(indices)
        if indices.dims is None:
            raise ValueError("batch_gather does not allow indices with unknown shape.")
        rank = len(indices.dims)
        points = array_ops.expand_dims(indices, axis=-1)
        columns = []
        for axis in range(rank - 1):
            size = shape[axis]
            spread = [1] * (rank + 1)
            spread[axis] = size
            steps = array_ops.reshape(make("Range", 0, size, 1), spread)
            if steps.dtype.base_dtype != points.dtype:
                steps = math_ops.cast(steps, points.dtype)
            columns.append(steps * array_ops.ones_like(points))
        columns.append(points)
        return scatter_nd_update(ref, array_ops.concat(columns, axis=-1), updates, use_locking=use_locking)
