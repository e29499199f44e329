"""Reads checkpoints of either format: as a dict, as TensorFlow's `CheckpointReader`, and as the restore ops do."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping

import numpy as np

from tinytf import dtypes as tf_dtypes
from tinytf import errors, protos
from tinytf.checkpoint import elements, files, slices, v2_files
from tinytf.checkpoint.v1_reader import SliceReader
from tinytf.checkpoint.v2_reader import BundleReader

OBJECT_GRAPH_KEY = "_CHECKPOINTABLE_OBJECT_GRAPH"
_SUFFIX_OF_VALUES = "/.ATTRIBUTES/VARIABLE_VALUE"


def open_checkpoint(path, verify: bool = True):
    """A `BundleReader` (V2) or `SliceReader` (V1) of the checkpoint named `path`."""
    path = files.local_path(path)
    if v2_files.exists(path):
        return BundleReader(path, verify)
    v2_files.check_not_a_part(path)
    return SliceReader(path, verify)


class Checkpoint(Mapping):
    """A checkpoint as a read-only dict of name -> array; each array is read when it is asked for.

    Numeric arrays of a V2 checkpoint are read-only views of the mapped file: use `np.array(c[name])` to
    change one.  Each is verified against its checksum when it is first asked for.
    """

    def __init__(self, path, verify: bool = True):
        self._reader = open_checkpoint(path, verify)

    @property
    def format(self) -> str:
        """`V1` or `V2`."""
        return self._reader.format

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self._reader:
            raise KeyError(name)
        return self._reader.read(name, view=True)

    def __contains__(self, name) -> bool:
        return isinstance(name, str) and name in self._reader

    def __iter__(self):
        return iter(self._reader.names())

    def __len__(self) -> int:
        return len(self._reader.names())

    def __repr__(self) -> str:
        return f"<{self.format} checkpoint {self._reader.prefix!r} of {len(self)} tensors>"

    def shape(self, name: str) -> tuple:
        """The shape of a tensor, without reading it."""
        return self._reader.info(name)[1]

    def dtype(self, name: str) -> tf_dtypes.DType:
        """The type of a tensor, without reading it."""
        return dtype_of(self._reader, name)


def load(path, verify: bool = True) -> Checkpoint:
    """The checkpoint named `path` (either format) as a lazy, read-only dict of arrays.

    Args:
      path: what the checkpoint's files begin with, e.g. "save/model.ckpt".
      verify: whether checksums are compared, once a tensor.

    Raises NotFoundError (no such checkpoint), DataLossError (damaged).
    """
    return Checkpoint(path, verify)


class CheckpointReader:
    """Looks into a checkpoint of either format.  Follows `tf.train.NewCheckpointReader` of TF 1.15.

    A checkpoint that is replaced while the reader is open is seen as it is now.

    Args:
      filepattern: what the checkpoint's files begin with, or a pattern like "model-?????-of-00002" (V1).

    Raises NotFoundError, DataLossError.
    """

    def __init__(self, filepattern):
        self._reader = open_checkpoint(filepattern)

    def get_variable_to_shape_map(self) -> dict:
        """name -> list of dims."""
        self._reader.refresh()
        names = self._reader.names()
        return {name: list(shape) for name, (_, shape) in zip(names, self._reader.infos(names))}

    def get_variable_to_dtype_map(self) -> dict:
        """name -> DType."""
        self._reader.refresh()
        return {name: dtype_of(self._reader, name) for name in self._reader.names()}

    def has_tensor(self, tensor_str: str) -> bool:
        """Whether there is a tensor of this name."""
        self._reader.refresh()
        return _text(tensor_str) in self._reader

    def get_tensor(self, tensor_str: str):
        """The value of a tensor as an array of one's own (a NumPy scalar, or bytes, where it has no dimensions).

        Raises NotFoundError with the nearest names, DataLossError.
        """
        self._reader.refresh()
        name = _text(tensor_str)
        if name not in self._reader:
            raise not_found(self._reader, [name])
        value = self._reader.read(name)
        return value if value.ndim else value[()]

    def debug_string(self) -> bytes:
        """A line for each tensor, like `v0 (DT_FLOAT) [2,3]`."""
        self._reader.refresh()
        lines = []
        if self._reader.format == "V2":  # with a line for every slice, under its key, as TensorFlow prints
            for key in self._reader.scan():
                entry = self._reader.entry(key)
                if not entry.slices:
                    lines.append(key + f" ({_enum_name(entry.dtype)}) {slices.shape_string(entry.shape)}\n".encode())
        else:
            for name in self._reader.names():
                dtype, shape = self._reader.info(name)
                count = len(self._reader.parts(name))
                more = f", {count} slices" if count != 1 else ""
                line = f" ({_enum_name(dtype)}) {slices.shape_string(shape)}{more}\n"
                lines.append(slices.name_bytes(name) + line.encode())
        return b"".join(lines)


def NewCheckpointReader(filepattern) -> CheckpointReader:  # noqa: N802 (TensorFlow's name)
    """A `CheckpointReader`.  Follows `tf.train.NewCheckpointReader` of TF 1.15."""
    return CheckpointReader(filepattern)


def load_checkpoint(ckpt_dir_or_file) -> CheckpointReader:
    """A `CheckpointReader` of a checkpoint, or of the last one in a folder.  Follows `tf.train.load_checkpoint`.

    Raises ValueError where the folder has none.
    """
    path = files.local_path(ckpt_dir_or_file)
    if os.path.isdir(path):
        from tinytf.checkpoint.state import latest_checkpoint

        found = latest_checkpoint(path)
        if found is None:
            raise ValueError(f"Couldn't find 'checkpoint' file or checkpoints in given directory {path}")
        path = found
    return CheckpointReader(path)


def list_variables(ckpt_dir_or_file) -> list:
    """(name, shape) of all tensors in a checkpoint, sorted.  Follows `tf.train.list_variables`."""
    return sorted(load_checkpoint(ckpt_dir_or_file).get_variable_to_shape_map().items())


def load_variable(ckpt_dir_or_file, name: str):
    """The value of one tensor in a checkpoint.  Follows `tf.train.load_variable`."""
    return load_checkpoint(ckpt_dir_or_file).get_tensor(name[:-2] if name.endswith(":0") else name)


def object_graph_keys(path) -> dict:
    """variable name -> key, of a TensorFlow 2 (object-based) checkpoint; NotFoundError where it is none."""
    return {a.full_name: a.checkpoint_key for node in object_graph(path).nodes for a in node.attributes if a.full_name}


def object_graph(path):
    """The TrackableObjectGraph in a TensorFlow 2 (object-based) checkpoint; NotFoundError where it is none."""
    reader = open_checkpoint(path)
    if OBJECT_GRAPH_KEY not in reader:
        raise errors.NotFoundError(None, None, f"{path} is not an object-based checkpoint: it has no {OBJECT_GRAPH_KEY}")
    try:
        return protos.TrackableObjectGraph.FromString(reader.read(OBJECT_GRAPH_KEY)[()])
    except (*protos.PARSE_ERRORS, TypeError) as e:  # TypeError: no string, or several
        raise errors.DataLossError(None, None, f"{path}: {OBJECT_GRAPH_KEY} is no TrackableObjectGraph message: {e}") from None


def read_tensors(prefix, names, shape_and_slices, dtypes, reader=None) -> list:
    """What the op RestoreV2 does: the values of tensors, or of parts of them, from a V2 checkpoint, or else a V1 one.

    Args:
      prefix: the checkpoint's name.
      names: names of tensors.
      shape_and_slices: for each "" (all of it) or e.g. "4 10 0,2:-".
      dtypes: the type expected of each.
      reader: what `open_checkpoint(prefix)` gave, where that is open already.

    Raises NotFoundError (all missing names are listed), InvalidArgumentError (dtype, shape or slices), DataLossError.
    """
    names = [n if type(n) is str else _text(n) for n in names]
    specs = [s if type(s) is str else _text(s) for s in shape_and_slices]
    for _ in range(100):
        reader = reader or open_checkpoint(_text(prefix))
        try:
            return _read_tensors(reader, names, specs, dtypes)
        except errors.OpError:
            if not reader.changed():  # a writer put another checkpoint in its place meanwhile: read that
                raise
            reader = None
    return _read_tensors(open_checkpoint(_text(prefix)), names, specs, dtypes)


def _read_tensors(reader, names: list, specs: list, dtypes) -> list:
    v2 = reader.format == "V2"
    infos = reader.infos(names)
    if None in infos:
        raise not_found(reader, sorted({name for name, info in zip(names, infos) if info is None}), restoring=True)
    _check_dtypes(reader, names, [info[0] for info in infos], dtypes)
    whole = [i for i, spec in enumerate(specs) if not spec]
    values: list = [None] * len(names)
    for i, value in zip(whole, reader.read_many([names[i] for i in whole])):
        values[i] = value
    for i, spec in enumerate(specs):
        if spec:
            full_shape, extents = slices.parse_shape_and_slice(spec)
            saved = reader.info(names[i])[1]
            if full_shape != saved:
                a, b = slices.shape_string(full_shape), slices.shape_string(saved)
                if v2:
                    reason = (
                        f"tensor_name = {names[i]}; shape in shape_and_slice spec {a} does not match the shape stored in checkpoint: {b}"
                    )
                else:
                    reason = (
                        f"Shape in shape_and_slice spec does not match the shape in the save file: {a}, "
                        f"save file shape: {b}, tensor_name = {names[i]}"
                    )
                raise errors.InvalidArgumentError(None, None, reason)
            values[i] = reader.read_slice(names[i], extents)
    return values


def _check_dtypes(reader, names: list, found: list, dtypes) -> None:
    """Raises InvalidArgumentError, before anything is read, where tensors are of other types than wanted."""
    enums = {wanted: tf_dtypes.as_dtype(wanted).base_dtype.as_datatype_enum for wanted in set(dtypes)}
    wanted = [enums[dtype] for dtype in dtypes]
    if found == wanted:
        return
    reasons = []
    for name, a, b in sorted(set(zip(names, wanted, found))):
        expected, original = elements.type_name(a), elements.type_name(b)
        if a == b:
            continue
        if reader.format == "V2":
            reasons.append(f"tensor_name = {name}; expected dtype {expected} does not equal original dtype {original}")
        else:
            reasons.append(f"Expected to restore a tensor of type {expected}, got a tensor of type {original} instead: tensor_name = {name}")
            break
    raise errors.InvalidArgumentError(None, None, "\n".join(reasons))


def dtype_of(reader, name: str) -> tf_dtypes.DType:
    """The type of a tensor of an open checkpoint; DataLossError where there is no such type."""

    def where(reason):
        return errors.DataLossError(None, None, f"{reason} [checkpoint {reader.prefix}]")

    return elements.dtype_of(reader.info(name)[0], f"tensor {name}", where)


def not_found(reader, missing: list, restoring: bool = False) -> errors.NotFoundError:
    """The error for names that a checkpoint has not: which, what is there that looks like them, and the likely cause."""
    name = missing[0]
    if reader.format == "V2":
        lines = [f"Key {name} not found in checkpoint"]
    elif restoring:
        lines = [f'Tensor name "{name}" not found in checkpoint files {reader.prefix}']
    else:
        lines = [f"{name} not found in checkpoint file"]
    there = reader.names()
    if len(missing) > 1:
        more = ", ".join(missing[1:20])
        lines.append(f"  also missing: {more}" + (f" and {len(missing) - 20} more" if len(missing) > 20 else ""))
    lines.append(f"  checkpoint: {reader.prefix} ({len(there)} tensors)")
    near = _nearest(name, there)
    if near:
        lines.append("  nearest there: " + ", ".join(f"{n} {slices.shape_string(reader.info(n)[1])}" for n in near))
    cause = _likely_cause(name, set(there))
    if cause:
        lines.append("  " + cause)
    return errors.NotFoundError(None, None, "\n".join(lines))


def _nearest(name: str, there: list) -> list:
    last = name.rsplit("/", 1)[-1]
    same_end = [n for n in there if n.endswith("/" + last) or name.endswith("/" + n)][:3]
    pool = there if len(there) <= 2000 else [n for n in there if n[:3] == name[:3]][:2000]
    close = difflib.get_close_matches(name, pool, n=3, cutoff=0.6)
    return list(dict.fromkeys(same_end + close))[:4]


def _likely_cause(name: str, there: set) -> str:
    if name.endswith(":0") and name[:-2] in there:
        return f'":0" names an output of an operation; the variable is "{name[:-2]}"'
    head, _, number = name.rpartition("_")
    if number.isdigit() and head in there:
        return (
            f'the graph holds a second "{head}": a cell or script was run again in the same graph; '
            "call tf.reset_default_graph() before building it"
        )
    for n in there:
        if n.endswith("/" + name):
            return (
                f'in the file the names begin with "{n[: -len(name)]}": build the graph under that scope, '
                "or pass Saver({file name: variable})"
            )
        if name.endswith("/" + n):
            return f'in the graph the names begin with "{name[: -len(n)]}", in the file they do not: pass Saver({{file name: variable}})'
    if OBJECT_GRAPH_KEY in there or name + _SUFFIX_OF_VALUES in there:
        return "the file was written by tf.train.Checkpoint (object-based): its keys are paths of objects, not names of variables"
    return ""


def _enum_name(enum: int) -> str:
    try:
        return protos.DataType.Name(enum)
    except ValueError:
        return f"unknown dtype {enum}"


def _text(name) -> str:
    return name if isinstance(name, str) else slices.name_text(bytes(name))
