"""Ops that save tensors into checkpoints and restore them: SaveV2, RestoreV2, and the V1 ops before them.

The nodes are ordinary ones; the bytes are the business of `tinytf.checkpoint`.
"""

from __future__ import annotations

import contextlib
import threading

import numpy as np

from tinytf import checkpoint, dtypes, errors
from tinytf.checkpoint import slices as tensor_slices
from tinytf.graph import trust
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_value
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.ops.data.iterator_state import IteratorState


class _Open(threading.local):
    """The reader that the running call has open: (path, reader)."""

    reader = (None, None)


_open = _Open()


@contextlib.contextmanager
def reading_with(path: str, reader):
    """While inside, restore nodes read `path` with a reader that is open already."""
    before, _open.reader = _open.reader, (path, reader)
    try:
        yield
    finally:
        _open.reader = before


def _reader_of(path: str):
    return _open.reader[1] if _open.reader[0] == path else None


# Kernels ------------------------------------------------------------------------------------------


def _path(value) -> str:
    item = value.item() if isinstance(value, np.ndarray) else value
    return item.decode("utf-8", "surrogateescape") if isinstance(item, bytes) else str(item)


def _strings(array) -> list:
    return [s.decode() if isinstance(s, bytes) else str(s) for s in np.ravel(array)]


def _remembering_strings():
    """A `_strings` that knows its last result: savers name the same tensors each time."""
    last: tuple = ([], [])

    def strings(array) -> list:
        nonlocal last
        raw = array.ravel().tolist()
        known, result = last
        if raw != known:  # the very same objects compare at once
            result = _strings(array)
            last = raw, result
        return result

    return strings


def _one_path(op, value, what: str) -> str:
    if np.size(value) != 1:
        raise errors.InvalidArgumentError(op.node_def, op, f"{what} should be a single string, got shape {list(np.shape(value))}")
    path = _path(np.ravel(value)[0] if np.ndim(value) else value)
    trust.check_path(op, path)
    return path


def _blamed(op, action):
    """Runs `action`; an error of the checkpoint library gets the node that ran into it."""
    try:
        return action()
    except errors.OpError as e:
        if e.op is None:
            raise _with_op(e, op) from e
        raise
    except (FileNotFoundError, NotADirectoryError) as e:
        raise errors.NotFoundError(op.node_def, op, str(e)) from e
    except PermissionError as e:
        raise errors.PermissionDeniedError(op.node_def, op, str(e)) from e
    except OSError as e:
        raise errors.UnknownError(op.node_def, op, f"{e.strerror or e}: {getattr(e, 'filename', '') or ''}") from e


def _with_op(error, op):
    if type(error) in (errors.OpError, errors.UnknownError):
        return type(error)(op.node_def, op, error.message, error.error_code)
    return type(error)(op.node_def, op, error.message)


def _save_v2_kernel(op):
    names_of, slices_of = _remembering_strings(), _remembering_strings()

    def save(prefix, names, slices, *tensors):
        path = _one_path(op, prefix, "prefix")
        tensors = [t.to_string() if isinstance(t, IteratorState) else t for t in tensors]
        _blamed(op, lambda: checkpoint.bundle_writer(path, names_of(names), slices_of(slices), tensors))

    return save


def _save_v1_kernel(op):
    with_slices = op.type == "SaveSlices"
    names_of, slices_of = _remembering_strings(), _remembering_strings()

    def save(filename, names, *rest):
        path = _one_path(op, filename, "filename")
        names = names_of(names)
        slices, tensors = (slices_of(rest[0]), rest[1:]) if with_slices else ([""] * len(names), rest)
        if len(names) != len(tensors):
            raise errors.InvalidArgumentError(
                op.node_def, op, f"Expected {len(tensors)} tensor names for the tensors to save, got {len(names)}"
            )
        _blamed(op, lambda: checkpoint.slice_writer(path, names, slices, tensors))

    return save


def _restore_v2_kernel(op):
    kinds = [t.base_dtype for t in op.attr("dtypes")]
    wanted = [dtypes.string if t == dtypes.variant else t for t in kinds]  # a variant in a file is the state of an iterator
    names_of, slices_of = _remembering_strings(), _remembering_strings()

    def restore(prefix, names, slices):
        path = _one_path(op, prefix, "prefix")
        names, slices = names_of(names), slices_of(slices)
        if not len(names) == len(slices) == len(wanted):
            raise errors.InvalidArgumentError(
                op.node_def, op, f"Got {len(names)} tensor names, {len(slices)} slices and {len(wanted)} dtypes: they must be as many"
            )
        values = _blamed(op, lambda: checkpoint.read_tensors(path, names, slices, wanted, _reader_of(path)))
        if dtypes.variant in kinds:
            values = [IteratorState.from_string(v) if t == dtypes.variant else v for v, t in zip(values, kinds)]
        return values[0] if len(values) == 1 else tuple(values)

    return restore


def _restore_v1_kernel(op):
    wanted = op.attr("dt").base_dtype

    def restore(pattern, name, slice_spec=b""):
        path = _one_path(op, pattern, "file_pattern")
        return _blamed(op, lambda: checkpoint.read_tensors(path, [_path(name)], [_path(slice_spec)], [wanted], _reader_of(path)))[0]

    return restore


def _merge_kernel(op):
    delete_old_dirs = op.attr("delete_old_dirs")

    def merge(prefixes, destination):
        parts = _strings(prefixes)
        for part in parts:
            trust.check_path(op, part)
        to = _one_path(op, destination, "destination_prefix")
        _blamed(op, lambda: checkpoint.merge_v2_checkpoints(parts, to, delete_old_dirs))

    return merge


def _text_result(text: str):
    return np.array(text.encode("utf-8", "surrogateescape"), dtype=object)


def _sharded_filename_kernel(op):
    return lambda basename, shard, count: _text_result(f"{_path(basename)}-{int(shard):05d}-of-{int(count):05d}")


def _sharded_filespec_kernel(op):
    return lambda basename, count: _text_result(f"{_path(basename)}-?????-of-{int(count):05d}")


# Shapes -------------------------------------------------------------------------------------------


def _scalars(op):
    for tensor in op.inputs:
        _check_rank(tensor, 0)
    return [()]


def _check_rank(tensor, rank: int) -> None:
    if tensor.dims is not None and len(tensor.dims) != rank:
        raise ValueError(f"Shape must be rank {rank} but is rank {len(tensor.dims)}")


def slice_dims(spec: str):
    """The shape of the slice that a shape-and-slice spec ("4 10 0,2:-") names; None where it does not parse."""
    parts = spec.split(" ")
    try:
        full = [int(p) for p in parts[:-1]]
        extents = parts[-1].split(":")
        if len(full) != len(extents):
            return None
        return tuple(n if e == "-" else int(e.split(",")[1]) for n, e in zip(full, extents))
    except (ValueError, IndexError):
        return None


def _dims_of_slice(spec: str) -> tuple:
    """`slice_dims` of what is checked: ValueError where it does not parse, InternalError where it is outside of the shape."""
    try:
        shape, extents = tensor_slices.parse_shape_and_slice(spec)
    except errors.InvalidArgumentError as e:
        raise ValueError(e.message) from None
    return tensor_slices.shape_of(extents, shape)


def _restore_v2_shape(op):
    _check_rank(op.inputs[0], 0)
    for tensor in op.inputs[1:]:
        _check_rank(tensor, 1)
    (names,), (parts,) = [tensor.dims or (None,) for tensor in op.inputs[1:]]
    if None not in (names, parts) and names != parts:
        raise ValueError(f"Dimension 0 in both shapes must be equal, but are {names} and {parts}. Shapes are [{names}] and [{parts}].")
    specs = constant_value(op.inputs[2])
    if specs is None:
        return [None] * len(op.attr("dtypes"))
    if np.size(specs) != len(op.attr("dtypes")):
        raise ValueError("The number of shape_and_slice doesn't match tensor outputs.")
    return [_dims_of_slice(s) if s else None for s in _strings(specs)]


def _restore_v1_shape(op):
    for tensor in op.inputs:
        _check_rank(tensor, 0)
    if op.type == "RestoreSlice":
        spec = constant_value(op.inputs[2])
        if spec is not None and _path(spec):
            return [_dims_of_slice(_path(spec))]
    return [None]


def _save_v2_shape(op):
    _check_rank(op.inputs[0], 0)
    count = len(op.inputs) - 3
    for tensor in op.inputs[1:3]:
        _check_rank(tensor, 1)
        if tensor.dims is not None and tensor.dims[0] not in (None, count):
            raise ValueError(f"Dimension must be {count} but is {tensor.dims[0]}")
    return []


def _save_v1_shape(op):
    _check_rank(op.inputs[0], 0)
    skip = 3 if op.type == "SaveSlices" else 2
    count = len(op.inputs) - skip
    for tensor in op.inputs[1:skip]:
        _check_rank(tensor, 1)
        if tensor.dims is not None and tensor.dims[0] not in (None, count):
            raise ValueError(f"Dimension must be {count} but is {tensor.dims[0]}")
    return []


def _merge_shape(op):
    _check_rank(op.inputs[0], 1)
    _check_rank(op.inputs[1], 0)
    return []


# Entries ------------------------------------------------------------------------------------------

op(
    "SaveV2(prefix: string, tensor_names: string, shape_and_slices: string, tensors: dtypes) -> (); "
    "dtypes: list(type) >= 1; is_stateful",
    shape=_save_v2_shape,
    kernel=_save_v2_kernel,
    gradient=NOT_DIFFERENTIABLE,
)
op(
    "RestoreV2(prefix: string, tensor_names: string, shape_and_slices: string) -> (tensors: dtypes); "
    "dtypes: list(type) >= 1; is_stateful",
    shape=_restore_v2_shape,
    kernel=_restore_v2_kernel,
    gradient=NOT_DIFFERENTIABLE,
)
op(
    "Save(filename: string, tensor_names: string, data: T) -> (); T: list(type) >= 1; is_stateful",
    shape=_save_v1_shape,
    kernel=_save_v1_kernel,
    gradient=NOT_DIFFERENTIABLE,
)
op(
    "SaveSlices(filename: string, tensor_names: string, shapes_and_slices: string, data: T) -> (); T: list(type) >= 1; is_stateful",
    shape=_save_v1_shape,
    kernel=_save_v1_kernel,
    gradient=NOT_DIFFERENTIABLE,
)
op(
    "Restore(file_pattern: string, tensor_name: string) -> (tensor: dt); dt: type; preferred_shard: int = -1; is_stateful",
    shape=_restore_v1_shape,
    kernel=_restore_v1_kernel,
    gradient=NOT_DIFFERENTIABLE,
)
op(
    "RestoreSlice(file_pattern: string, tensor_name: string, shape_and_slice: string) -> (tensor: dt); "
    "dt: type; preferred_shard: int = -1; is_stateful",
    shape=_restore_v1_shape,
    kernel=_restore_v1_kernel,
    gradient=NOT_DIFFERENTIABLE,
)
op(
    "MergeV2Checkpoints(checkpoint_prefixes: string, destination_prefix: string) -> (); delete_old_dirs: bool = true; is_stateful",
    shape=_merge_shape,
    kernel=_merge_kernel,
    gradient=NOT_DIFFERENTIABLE,
)
op(
    "ShardedFilename(basename: string, shard: int32, num_shards: int32) -> (filename: string)",
    shape=_scalars,
    kernel=_sharded_filename_kernel,
    gradient=NOT_DIFFERENTIABLE,
)
op(
    "ShardedFilespec(basename: string, num_shards: int32) -> (filename: string)",
    shape=_scalars,
    kernel=_sharded_filespec_kernel,
    gradient=NOT_DIFFERENTIABLE,
)

# Public functions -----------------------------------------------------------------------------------


def save_v2(prefix, tensor_names, shape_and_slices, tensors, name=None):
    """An op that saves tensors in the V2 format under `prefix`.

    `shape_and_slices` holds "" for a whole tensor, or the full shape and the slice of it that the
    tensor is.  Follows `tf.raw_ops.SaveV2` of TF 1.15.
    """
    return make("SaveV2", prefix, tensor_names, shape_and_slices, tensors, name=name)


def restore_v2(prefix, tensor_names, shape_and_slices, dtypes, name=None):
    """The tensors of these names in a checkpoint (V2, or V1 where the file is one).  Follows `tf.raw_ops.RestoreV2`."""
    return make("RestoreV2", prefix, tensor_names, shape_and_slices, dtypes=[_base(t) for t in dtypes], name=name)


def _base(t):
    return dtypes.as_dtype(t).base_dtype


def save(filename, tensor_names, data, name=None):
    """An op that saves tensors into one V1 file.  Follows `tf.raw_ops.Save` of TF 1.15."""
    return make("Save", filename, tensor_names, data, name=name)


def save_slices(filename, tensor_names, shapes_and_slices, data, name=None):
    """An op that saves slices of tensors into one V1 file.  Follows `tf.raw_ops.SaveSlices` of TF 1.15."""
    return make("SaveSlices", filename, tensor_names, shapes_and_slices, data, name=name)


def restore(file_pattern, tensor_name, dt, preferred_shard=-1, name=None):
    """A tensor restored from the files that match the pattern.  Follows `tf.raw_ops.Restore` of TF 1.15."""
    return make("Restore", file_pattern, tensor_name, dt=_base(dt), preferred_shard=preferred_shard, name=name)


def restore_slice(file_pattern, tensor_name, shape_and_slice, dt, preferred_shard=-1, name=None):
    """A slice of a tensor restored from the files that match the pattern.  Follows `tf.raw_ops.RestoreSlice`."""
    return make(
        "RestoreSlice", file_pattern, tensor_name, shape_and_slice, dt=_base(dt), preferred_shard=preferred_shard, name=name
    )


def merge_v2_checkpoints(checkpoint_prefixes, destination_prefix, delete_old_dirs=True, name=None):
    """An op that merges the parts of a sharded save into one V2 checkpoint.  Follows `tf.raw_ops.MergeV2Checkpoints`."""
    return make("MergeV2Checkpoints", checkpoint_prefixes, destination_prefix, delete_old_dirs=delete_old_dirs, name=name)


def sharded_filename(basename, shard, num_shards, name=None):
    """`basename-00001-of-00003` for shard 1 of 3.  Follows `tf.raw_ops.ShardedFilename` of TF 1.15."""
    return make("ShardedFilename", basename, shard, num_shards, name=name)


def sharded_filespec(basename, num_shards, name=None):
    """`basename-?????-of-00003`, the pattern of all shards.  Follows `tf.raw_ops.ShardedFilespec` of TF 1.15."""
    return make("ShardedFilespec", basename, num_shards, name=name)
