"""Resource variables as ops: a handle (`VarHandleOp`) and the ops that read and write what it points to.

The value that a handle edge carries is the same `Ref` box that reference variables use.
"""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph import shape_rules
from tinytf.graph.build import make
from tinytf.graph.function import FuncGraph
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.ops.array import scatter_nd_checks
from tinytf.ops.state import state_ops
from tinytf.ops.state.scatter_rows import SCATTERS, check_rows, scatter_into, scatter_nd_into
from tinytf.ops.state.state_ops import INDEX, NUMBER, find_box, store
from tinytf.shapes import in_brackets as shape_text

# Ops that pass a handle on: what it points to is known from their input.
_PASSING = ("Identity", "Enter", "RefEnter", "Switch", "Exit", "NextIteration", "Merge", "LoopCond")


def variable_behind(handle):
    """The op that made a resource handle (a `VarHandleOp`, in this graph or in one around this function), or None."""
    for _ in range(1000):
        source = _passed_on(handle)
        if source is None:
            break
        handle = source
    return handle.op if handle.op.type == "VarHandleOp" else None


def _passed_on(handle):
    """The handle that `handle` is the same as; None where it comes from nowhere else."""
    op_ = handle.op
    if op_.type in _PASSING and op_.inputs:
        return op_.inputs[0]
    if op_.type in ("While", "StatelessWhile"):
        return op_.inputs[handle.value_index]
    return handle.graph.captured_value(handle) if isinstance(handle.graph, FuncGraph) else None


def handle_dims(handle):
    """The static shape of the variable a handle points to; None where it is not known."""
    op_ = variable_behind(handle)
    return None if op_ is None else op_.attr("shape")._dims


def _wrong_type(expected, given) -> str:
    names = {d: name for name, d in dtypes.SIGNATURE_NAMES.items()}
    return f"Trying to read variable with wrong dtype. Expected {names[expected]} got {names[given]}"


def _read_shape(op_):
    maker = variable_behind(op_.inputs[0])
    if maker is not None and maker.attr("dtype") != op_.attr("dtype"):
        raise ValueError(_wrong_type(maker.attr("dtype"), op_.attr("dtype")))
    return [handle_dims(op_.inputs[0])]


def value_at(box, op_) -> np.ndarray:
    """The array behind a handle; FailedPreconditionError while the variable is uninitialised."""
    value = getattr(box, "value", None)
    if value is None:
        name = getattr(box, "name", box)
        raise errors.FailedPreconditionError(
            op_.node_def,
            op_,
            "Error while reading resource variable %s from Container: localhost. This could mean that the variable "
            "was uninitialized. Not found: Container localhost does not exist or it holds no %s: run its initializer "
            "first (tf.global_variables_initializer)" % (name, name),
        )
    return value


def _handle_kernel(op_, resources):
    box = find_box(op_, resources)
    return lambda: box


op(
    "VarHandleOp() -> (resource: resource); container: string = ''; shared_name: string = ''; dtype: type; "
    "shape: shape; is_stateful",
    shape=shape_rules.scalar,
    stateful_kernel=_handle_kernel,
)


def _read_kernel(op_):
    wanted = op_.attr("dtype")

    def read(box):
        value = value_at(box, op_)
        if box.dtype is not None and box.dtype.base_dtype != wanted:
            raise errors.InvalidArgumentError(
                op_.node_def,
                op_,
                "Trying to read variable with wrong dtype. Expected %s got %s" % (wanted.name, box.dtype.name),
            )
        return value

    return read


op(
    "ReadVariableOp(resource: resource) -> (value: dtype); dtype: type; is_stateful",
    shape=_read_shape,
    kernel=_read_kernel,
    gradient=lambda op_, grad: grad,
    view=True,
)
op(
    "VarIsInitializedOp(resource: resource) -> (is_initialized: bool); is_stateful",
    shape=shape_rules.scalar,
    kernel=lambda op_: lambda box: np.bool_(box.value is not None),
    gradient=NOT_DIFFERENTIABLE,
)


def _shape_of_variable(op_):
    dims = handle_dims(op_.inputs[0])
    return [(None if dims is None else len(dims),)]


def _shape_kernel(op_):
    dtype = op_.attr("out_type").as_numpy_dtype
    return lambda box: np.array(value_at(box, op_).shape, dtype)


op(
    "VariableShape(input: resource) -> (output: out_type); out_type: {int32, int64} = int32; is_stateful",
    shape=_shape_of_variable,
    kernel=_shape_kernel,
    gradient=NOT_DIFFERENTIABLE,
)


def _no_outputs(op_):
    return []


def _destroy_kernel(op_, resources):
    ignore = op_.attr("ignore_lookup_error")

    def destroy(box):
        if hasattr(box, "destroy"):  # a resource that is no variable
            box.destroy()
            return
        if box.value is None and not ignore:
            raise errors.NotFoundError(op_.node_def, op_, "Resource %s does not exist." % box.name)
        box.value = None

    return destroy


op(
    "DestroyResourceOp(resource: resource) -> (); ignore_lookup_error: bool = true; is_stateful",
    shape=_no_outputs,
    stateful_kernel=_destroy_kernel,
)


# --- assignment ------------------------------------------------------------------------------------------


def _check_dims(op_):
    maker, dtype = variable_behind(op_.inputs[0]), op_.attr("dtype")
    if maker is not None and maker.attr("dtype") != dtype:
        raise ValueError(_wrong_type(maker.attr("dtype"), dtype))
    shape_rules.merge_dims(handle_dims(op_.inputs[0]), op_.inputs[1].dims)
    return []


def _assign_kernel(op_):
    dtype = op_.attr("dtype")

    def assign(box, value):
        if box.dtype is None:
            box.dtype = dtype
        elif box.dtype.base_dtype != dtype:
            raise errors.InvalidArgumentError(
                op_.node_def,
                op_,
                "Trying to assign variable with wrong dtype. Expected %s got %s" % (box.dtype.name, dtype.name),
            )
        store(box, value)

    return assign


def _update_kernel(ufunc, verb):
    def kernel(op_):
        def update(box, value):
            target = value_at(box, op_)
            if target.shape != value.shape:
                raise errors.InvalidArgumentError(
                    op_.node_def,
                    op_,
                    "Cannot update variable with shape %s using a Tensor with shape %s, shapes must be equal."
                    % (shape_text(target.shape), shape_text(value.shape)),
                )
            ufunc(target, value, out=target)

        return update

    return kernel


op(
    "AssignVariableOp(resource: resource, value: dtype) -> (); dtype: type; is_stateful",
    shape=_check_dims,
    kernel=_assign_kernel,
)
for _name, _ufunc in (("Add", np.add), ("Sub", np.subtract)):
    op(
        "Assign%sVariableOp(resource: resource, value: dtype) -> (); dtype: type; is_stateful" % _name,
        shape=_check_dims,
        kernel=_update_kernel(_ufunc, _name),
    )


def _count_kernel(op_):
    count = state_ops.count_up_kernel(op_)

    def checked(box):
        value_at(box, op_)
        return count(box)

    return checked


op(
    "ResourceCountUpTo(resource: resource) -> (output: T); limit: int; T: {int32, int64}; is_stateful",
    shape=lambda op_: [shape_rules.with_rank(handle_dims(op_.inputs[0]), 0)],
    kernel=_count_kernel,
)


# --- gather ----------------------------------------------------------------------------------------------


def _gather_shape(op_):
    params, indices = handle_dims(op_.inputs[0]), op_.inputs[1].dims
    batch = op_.attr("batch_dims")
    if params is None or indices is None:
        return [None]
    if len(params) < 1:
        raise ValueError("Shape must be at least rank 1 but is rank 0")
    return [tuple(params[:batch]) + tuple(indices[batch:]) + tuple(params[batch + 1 :])]


def _gather_kernel(op_):
    batch = op_.attr("batch_dims")

    def gather(box, indices):
        params = value_at(box, op_)
        indices = np.asarray(indices)
        if params.ndim < 1:
            raise errors.InvalidArgumentError(op_.node_def, op_, "params must be at least 1 dimensional")
        check_rows(op_, indices, params.shape[batch])
        if not batch:
            return params.take(indices, axis=0)
        lead = np.ix_(*[np.arange(n) for n in indices.shape[:batch]])
        lead = [i.reshape(i.shape + (1,) * (indices.ndim - batch)) for i in lead]
        return params[tuple(lead) + (indices,)]

    return gather


def _gather_grad(op_, grad):
    from tinytf.graph.indexed_slices import IndexedSlices
    from tinytf.ops.array import array_ops

    handle, indices = op_.inputs
    params_shape = variable_shape(handle)
    size = array_ops.expand_dims(array_ops.size(indices), 0)
    values_shape = array_ops.concat([size, params_shape[1:]], 0)
    values = array_ops.reshape(grad, values_shape)
    return [IndexedSlices(values, array_ops.reshape(indices, size), params_shape), None]


op(
    "ResourceGather(resource: resource, indices: Tindices) -> (output: dtype); batch_dims: int = 0; "
    "validate_indices: bool = true; dtype: type; Tindices: {int32, int64}; is_stateful",
    shape=_gather_shape,
    kernel=_gather_kernel,
    gradient=_gather_grad,
)


def _gather_nd_shape(op_):
    params, indices = handle_dims(op_.inputs[0]), op_.inputs[1].dims
    if params is None or not indices or indices[-1] is None:
        return [None]
    if indices[-1] > len(params):
        raise ValueError("indices.shape[-1] must be <= params.rank, but saw indices shape: %s and params shape: %s"
                         % (shape_text(indices), shape_text(params)))  # fmt: skip
    return [tuple(indices[:-1]) + tuple(params[indices[-1] :])]


def _gather_nd_kernel(op_):
    def gather(box, indices):
        params = value_at(box, op_)
        indices = np.asarray(indices)
        outer = params.shape[: indices.shape[-1]]
        bad = ((indices < 0) | (indices >= np.array(outer, indices.dtype))).any(axis=-1)
        if bad.any():
            at = np.unravel_index(int(np.argmax(bad)), bad.shape)
            raise errors.InvalidArgumentError(
                op_.node_def,
                op_,
                "indices[%s] = [%s] does not index into param shape %s"
                % (",".join(map(str, at)), ", ".join(map(str, indices[at])), shape_text(params.shape)),
            )
        return np.array(params[tuple(np.moveaxis(indices, -1, 0))])

    return gather


op(
    "ResourceGatherNd(resource: resource, indices: Tindices) -> (output: dtype); dtype: type; "
    "Tindices: {int32, int64}; is_stateful",
    shape=_gather_nd_shape,
    kernel=_gather_nd_kernel,
)


# --- scatter ---------------------------------------------------------------------------------------------


def _scatter_shape(op_):
    state_ops.check_scatter_dims(handle_dims(op_.inputs[0]), op_.inputs[1].dims, op_.inputs[2].dims)
    return []


def _scatter_nd_shape(op_):
    scatter_nd_checks.check_static(shape_rules.with_rank_at_least(op_.inputs[1].dims, 1), op_.inputs[2].dims, handle_dims(op_.inputs[0]), "input")
    return []


def _scatter_kernel(into, ufunc):
    def kernel(op_):
        def scatter(box, indices, updates):
            into(op_, value_at(box, op_), np.asarray(indices), np.asarray(updates), ufunc)

        return scatter

    return kernel


for _name, _ufunc in SCATTERS.items():
    op(
        "ResourceScatter%s(resource: resource, indices: Tindices, updates: dtype) -> (); dtype: %s; Tindices: %s; "
        "is_stateful" % (_name, "type" if _name == "Update" else NUMBER, INDEX),
        shape=_scatter_shape,
        kernel=_scatter_kernel(scatter_into, _ufunc),
    )
for _name in ("Update", "Add", "Sub"):
    op(
        "ResourceScatterNd%s(ref: resource, indices: Tindices, updates: T) -> (); T: type; Tindices: %s; "
        "use_locking: bool = true; is_stateful" % (_name, INDEX),
        shape=_scatter_nd_shape,
        kernel=_scatter_kernel(scatter_nd_into, SCATTERS[_name]),
    )


def variable_shape(handle, out_type=None):
    """The shape of the variable behind a handle: a constant where it is known, a `VariableShape` node otherwise."""
    from tinytf import dtypes
    from tinytf.ops.array import constant

    out_type = out_type or dtypes.int32
    dims = handle_dims(handle) if handle.op.type == "VarHandleOp" and not handle.op._imported else None
    if dims is None or None in dims:
        return make("VariableShape", handle, out_type=out_type)
    return constant.constant(list(dims), dtype=out_type)
