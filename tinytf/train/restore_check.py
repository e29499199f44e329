"""Is everything that a Saver would restore in the checkpoint, with the right shape?

Asked before the first variable is assigned, so that a checkpoint that does not fit changes nothing
and is complained about once, completely: every missing name with its nearest relatives, every
shape and dtype that differs, and the likely cause.
"""

from __future__ import annotations

import difflib
import re
from typing import NamedTuple

import numpy as np

from tinytf import dtypes
from tinytf.checkpoint.reader import dtype_of
from tinytf.graph.constant_value import constant_value
from tinytf.ops.files.io_ops import slice_dims
from tinytf.shapes import in_brackets

_RESTORES = ("RestoreV2", "Restore", "RestoreSlice")
_PASS_THROUGH = ("Identity", "Reshape", "Cast")
_OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"
_SHOWN = 20


class Target(NamedTuple):
    """One restored tensor: the key in the file, its slice spec, and the variable that takes it."""

    key: str
    slice_spec: str
    dtype: object
    dtype_number: int
    variable: str
    dims: object  # the shape that the file must have, or None where any does
    restore_op: object


def find_targets(graph, restore_op_name: str) -> list:
    """What the restore op of a Saver restores, read off the graph."""
    found: list = []
    waiting, seen = [graph.get_operation_by_name(restore_op_name)], set()
    while waiting:
        op = waiting.pop()
        if op in seen:
            continue
        seen.add(op)
        if op.type == "NoOp":
            waiting.extend(reversed(op.control_inputs))
        elif len(op.inputs) >= 2:
            for tensor in op.inputs[1:]:
                target = _target(op, tensor)
                if target is not None:
                    found.append(target)
    return found


def _target(assign, tensor):
    reshaped = False
    while tensor.op.type in _PASS_THROUGH:
        reshaped = reshaped or tensor.op.type == "Reshape"
        tensor = tensor.op.inputs[0]
    op = tensor.op
    if op.type not in _RESTORES:
        return None
    names = constant_value(op.inputs[1])
    specs = constant_value(op.inputs[2]) if len(op.inputs) > 2 else np.array([b""], dtype=object)
    if names is None or specs is None:
        return None
    key, spec = np.ravel(names)[tensor.value_index].decode(), np.ravel(specs)[tensor.value_index].decode()
    place = assign.inputs[0]
    dims = place.op.attr("shape")._dims if place.op.type == "VarHandleOp" else place.dims
    if assign.type not in ("Assign", "AssignVariableOp") or assign.attrs.get("validate_shape") is False or reshaped:
        dims = None
    if spec:
        dims = tuple(int(n) for n in spec.split(" ")[:-1]) if slice_dims(spec) is not None else None
    elif dims is not None and None in dims:
        dims = None
    dtype = tensor.dtype.base_dtype
    if dtype == dtypes.variant:
        dtype = dtypes.string  # the state of an iterator
    return Target(key, spec, dtype, dtype.as_datatype_enum, place.op.name, dims, op)


class Findings(NamedTuple):
    """What does not fit: targets that the file lacks, and (target, file shape, file dtype) that differ."""

    missing: list
    mismatched: list

    def __bool__(self):
        return bool(self.missing or self.mismatched)


def compare(targets, reader) -> Findings:
    """Holds the targets against what an open checkpoint says of its tensors, without reading any."""
    missing, mismatched = [], []
    for target, found in zip(targets, reader.infos([target.key for target in targets])):
        if found is None:
            missing.append(target)
        elif found[0] != target.dtype_number or (target.dims is not None and target.dims != found[1]):
            mismatched.append((target, list(found[1]), dtype_of(reader, target.key)))
    return Findings(missing, mismatched)


def is_object_based(reader) -> bool:
    """Whether the checkpoint was written by `tf.train.Checkpoint` or Keras rather than by a Saver."""
    return _OBJECT_GRAPH in reader


# Words ------------------------------------------------------------------------------------------------


def _dims(dims) -> str:
    return in_brackets(dims, "[?]")


def describe_missing(findings: Findings, reader, path: str) -> str:
    """The message for names that the file lacks (and for what else differs)."""
    missing = findings.missing
    shapes = {name: list(reader.info(name)[1]) for name in reader.names()}
    names = sorted(n for n in shapes if n != _OBJECT_GRAPH)
    first = missing[0].key
    if reader.format == "V2":
        lines = [f"Key {first} not found in checkpoint"]
    else:
        lines = [f'Tensor name "{first}" not found in checkpoint files {path}']
    many = f"{len(missing)} of the names that this Saver restores are not" if len(missing) > 1 else "Not"
    lines.append(f"\n{many} in '{path}':")
    for target in missing[:_SHOWN]:
        near = _nearest(target.key, names)
        hint = "; nearest in the file: " + ", ".join(f"{n} {_dims(shapes[n])}" for n in near) if near else ""
        lines.append(f"  {target.key} {_dims(target.dims)}{hint}")
    if len(missing) > _SHOWN:
        lines.append(f"  … and {len(missing) - _SHOWN} more")
    shown = ", ".join(f"{n} {_dims(shapes[n])}" for n in names[:8])
    lines.append(f"The file holds {len(names)} tensors: {shown}{', …' if len(names) > 8 else ''}")
    cause = likely_cause([t.key for t in missing], names)
    if cause:
        lines.append(f"Likely cause: {cause}")
    if findings.mismatched:
        lines.append(describe_mismatched(findings, path))
    return "\n".join(lines)


def _nearest(key: str, names: list) -> list:
    last = key.rpartition("/")[2]
    related = [n for n in names if n.rpartition("/")[2] == last or re.sub(r"_\d+(?=/|$)", "", n) == re.sub(r"_\d+(?=/|$)", "", key)]
    if len(names) <= 2000:
        related += [n for n in difflib.get_close_matches(key, names, 3, 0.6) if n not in related]
    return sorted(set(related), key=lambda n: -difflib.SequenceMatcher(None, key, n).ratio())[:3]


def likely_cause(missing: list, names: list) -> str:
    """One sentence on why these names may be missing, or ''."""
    held = set(names)
    if any(n.endswith(":0") and n[:-2] in held for n in missing):
        return "names in a checkpoint carry no ':0'; write Saver({'name': variable}) without it."
    if any(n + ":0" in held for n in missing):
        return "the names in this file end in ':0'; pass Saver({v.op.name + ':0': v for v in variables})."
    rerun = [n for n in missing if re.sub(r"_\d+(?=/|$)", "", n) != n and re.sub(r"_\d+(?=/|$)", "", n) in held]
    if rerun:
        base = re.sub(r"_\d+(?=/|$)", "", rerun[0])
        return (
            f"'{rerun[0]}' looks like '{base}' made a second time, as when a notebook cell is run again; "
            "call tf.reset_default_graph() before building the graph."
        )
    prefix = _common_prefix(missing, names)
    if prefix:
        return prefix
    slots = ("beta1_power", "beta2_power", "Adam", "Adam_1", "Momentum", "RMSProp", "RMSProp_1", "Adagrad", "Adadelta", "Adadelta_1",
             "Ftrl", "Ftrl_1", "ExponentialMovingAverage")  # fmt: skip
    if all(n.rpartition("/")[2] in slots for n in missing):
        return (
            "the checkpoint was saved without the optimizer's (or the moving averages') variables; restore the others with "
            "tf.train.Saver([v for v in tf.global_variables() if v.op.name in names_in_file]) and initialize these."
        )
    return ""


def _common_prefix(missing: list, names: list) -> str:
    for name in names:
        if name.endswith("/" + missing[0]):
            prefix = name[: -len(missing[0])]
            if all(prefix + m in names for m in missing):
                return (
                    f"the names in the file start with '{prefix}'; pass Saver({{'{prefix}' + v.op.name: v for v in variables}}) "
                    f"or build the model inside tf.variable_scope('{prefix[:-1]}')."
                )
    for name in names:
        if missing[0].endswith("/" + name):
            prefix = missing[0][: -len(name)]
            if all(m.startswith(prefix) and m[len(prefix) :] in names for m in missing):
                return (
                    f"the graph's names start with '{prefix}', those in the file do not; pass "
                    f"Saver({{v.op.name[{len(prefix)}:]: v for v in variables}})."
                )
    return ""


def describe_mismatched(findings: Findings, path: str) -> str:
    """The message for shapes and dtypes that differ: all of them, with TensorFlow's key words for the first."""
    first, shape, dtype = findings.mismatched[0]
    if dtype.base_dtype is not first.dtype:
        lines = [f"tensor_name = {first.key}; expected dtype {first.dtype.name} does not equal original dtype {dtype.name}"]
    else:
        lines = [f"Assign requires shapes of both tensors to match. lhs shape= {_dims(first.dims)} rhs shape= {_dims(shape)}"]
    lines.append(f"\n{len(findings.mismatched)} variable(s) do not fit what is in '{path}'; nothing was assigned:")
    for target, shape, dtype in findings.mismatched[:_SHOWN]:
        name = target.key if target.key == target.variable or target.slice_spec else f"{target.key} (variable {target.variable})"
        dims = "any shape" if target.dims is None else _dims(target.dims)
        lines.append(f"  {name}: graph {dims} {target.dtype.name}, file {_dims(shape)} {dtype.name}")
    if len(findings.mismatched) > _SHOWN:
        lines.append(f"  … and {len(findings.mismatched) - _SHOWN} more")
    return "\n".join(lines)
