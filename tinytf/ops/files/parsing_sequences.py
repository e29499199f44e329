"""A batch of SequenceExamples: ParseSequenceExample and `tf.io.parse_sequence_example`."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors, protos
from tinytf.graph.build import make
from tinytf.graph.default_graph import name_scope
from tinytf.graph.op_entry import op
from tinytf.ops.files.example_kernels import KINDS, TYPE_STRING, _find, _rows_to_sparse, _values
from tinytf.ops.files.parsing_examples import FixedLenFeature, FixedLenSequenceFeature, VarLenFeature, _Raw


def _shape(op):
    batch = op.inputs[0].dims
    rows = (None,) if batch is None else batch
    a, b = op.attr("Ncontext_sparse"), op.attr("Nfeature_list_sparse")
    context = [rows + tuple(s.as_list()) for s in op.attr("context_dense_shapes")]
    lists = [None if s.ndims is None else (*rows, None, *s.as_list()) for s in op.attr("feature_list_dense_shapes")]
    lengths = [rows] * op.attr("Nfeature_list_dense")
    return [(None, 2)] * a + [(None,)] * a + [(2,)] * a + context + [(None, 3)] * b + [(None,)] * b + [(3,)] * b + lists + lengths


def _steps_to_sparse(examples, dtype):
    """(indices [n, 3], values, shape) of, for each example, one vector (or None) a step."""
    indices, values, most_steps, most_values = [], [], 0, 0
    for i, steps in enumerate(examples):
        most_steps = max(most_steps, len(steps))
        for j, step in enumerate(steps):
            if step is not None and len(step):
                most_values = max(most_values, len(step))
                indices.append(np.stack([np.full(len(step), i), np.full(len(step), j), np.arange(len(step))], 1))
                values.append(step)
    return (
        np.concatenate(indices).astype(np.int64) if indices else np.empty((0, 3), np.int64),
        np.concatenate(values) if values else np.empty(0, dtype.as_numpy_dtype),
        np.array([len(examples), most_steps, most_values], np.int64),
    )


def _kernel(op):
    context_sparse = list(zip(_names(op, "context_sparse_keys"), op.attr("context_sparse_types")))
    context_dense = list(zip(_names(op, "context_dense_keys"), op.attr("Tcontext_dense"), op.attr("context_dense_shapes")))
    list_sparse = list(zip(_names(op, "feature_list_sparse_keys"), op.attr("feature_list_sparse_types")))
    list_dense = list(zip(_names(op, "feature_list_dense_keys"), op.attr("feature_list_dense_types"), op.attr("feature_list_dense_shapes")))
    missing_ok = set(_names(op, "feature_list_dense_missing_assumed_empty"))

    def parse(serialized, debug_name, *defaults):
        names = [n.decode("utf-8", "replace") for n in debug_name.ravel().tolist()] or ["<unknown>"] * serialized.size
        batch = [(name, _message(op, data, name)) for name, data in zip(names, serialized.ravel().tolist())]
        first, dense = [], []
        for key, dtype in context_sparse:
            rows = [_context(op, m, key, dtype, name) for name, m in batch]
            first.append(_rows_to_sparse(rows, dtype))
        for (key, dtype, shape), default in zip(context_dense, defaults):
            rows = [_context_dense(op, m, key, dtype, shape.as_list(), default, name) for name, m in batch]
            dense.append(_stacked(rows, [len(batch), *shape.as_list()], dtype))
        second = [_steps_to_sparse([_sparse_steps(op, m, key, dtype, name) for name, m in batch], dtype) for key, dtype in list_sparse]
        padded, lengths = [], []
        for key, dtype, shape in list_dense:
            rows = [_dense_steps(op, m, key, dtype, shape.as_list(), name, key in missing_ok) for name, m in batch]
            lengths.append(np.array([len(r) for r in rows], np.int64))
            padded.append(_padded(rows, shape.as_list(), dtype))
        results = (*_in_columns(first), *dense, *_in_columns(second), *padded, *lengths)
        return results[0] if len(results) == 1 else results

    return parse


def _invalid(op, message):
    return errors.InvalidArgumentError(op.node_def, op, message)


def _names(op, attr) -> list:
    return [name.decode() for name in op.attr(attr)]


def _message(op, data, name):
    message = protos.SequenceExample()
    try:
        message.ParseFromString(data)
    except Exception:  # noqa: BLE001  protobuf's DecodeError differs between its versions
        raise _invalid(op, f"Invalid protocol message input, example id: {name}") from None
    return message


def _steps(message, key):
    lists = message.feature_lists.feature_list
    return list(lists[key].feature) if key in lists else []


def _typed(op, feature, dtype, error):
    """The values of a Feature, None where it has none; `error` where they are of another type."""
    if feature is not None and feature.WhichOneof("kind") not in (None, KINDS[dtype]):
        raise _invalid(op, error)
    return _values(op, feature, dtype, error)


def _context(op, message, key, dtype, name):
    return _typed(op, _find(message.context, key), dtype, f"Error in context feature {key} in example {name}")


def _context_dense(op, message, key, dtype, dims, default, name):
    values = _context(op, message, key, dtype, name)
    size = int(np.prod(dims, dtype=np.int64))
    if values is None:
        if default.size != size:
            raise _invalid(op, f"Feature: {key} (data type: {TYPE_STRING[dtype]}) is required but could not be found.")
        values = default
    if values.size != size:
        raise _invalid(op, f"Inconsistent number of elements for feature {key}: {values.size} vs {size}")
    return values.reshape(dims)


def _sparse_steps(op, message, key, dtype, name) -> list:
    return [_typed(op, feature, dtype, f"Error in sequence feature {key} in example {name}") for feature in _steps(message, key)]


def _dense_steps(op, message, key, dtype, dims, name, may_be_missing) -> list:
    if key not in message.feature_lists.feature_list and not may_be_missing:
        raise _invalid(op, f"Missing feature {key} in example {name}")
    size, rows = int(np.prod(dims, dtype=np.int64)), []
    for values in _sparse_steps(op, message, key, dtype, name):
        if values is None or values.size != size:
            raise _invalid(op, f"Unexpected number of elements in feature {key}, example {name}")
        rows.append(values.reshape(dims))
    return rows


def _empty(dims, dtype):
    result = np.empty(dims, dtype.as_numpy_dtype)
    result[...] = b"" if dtype == dtypes.string else 0
    return result


def _stacked(rows, dims, dtype):
    result = _empty(dims, dtype)
    for i, row in enumerate(rows):
        result[i] = row.item() if dtype == dtypes.string and not row.ndim else row
    return result


def _padded(rows, dims, dtype):
    """The steps of each example, filled up to the longest with zeros or empty strings."""
    longest = max((len(row) for row in rows), default=0)
    result = _empty([len(rows), longest, *dims], dtype)
    for i, row in enumerate(rows):
        result[i, : len(row)] = _stacked(row, [len(row), *dims], dtype)
    return result


def _in_columns(sparse) -> list:
    """All indices, all values, all shapes."""
    return [part[k] for k in range(3) for part in sparse]


op("ParseSequenceExample(serialized: string, debug_name: string, context_dense_defaults: Tcontext_dense) -> "
   "(context_sparse_indices: Ncontext_sparse*int64, context_sparse_values: context_sparse_types, context_sparse_shapes: "
   "Ncontext_sparse*int64, context_dense_values: Tcontext_dense, feature_list_sparse_indices: Nfeature_list_sparse*int64, "
   "feature_list_sparse_values: feature_list_sparse_types, feature_list_sparse_shapes: Nfeature_list_sparse*int64, "
   "feature_list_dense_values: feature_list_dense_types, feature_list_dense_lengths: Nfeature_list_dense*int64); "
   "feature_list_dense_missing_assumed_empty: list(string) >= 0; context_sparse_keys: list(string) >= 0; "
   "context_dense_keys: list(string) >= 0; feature_list_sparse_keys: list(string) >= 0; feature_list_dense_keys: list(string) >= 0; "
   "Ncontext_sparse: int >= 0 = 0; Ncontext_dense: int >= 0 = 0; Nfeature_list_sparse: int >= 0 = 0; Nfeature_list_dense: "
   "int >= 0 = 0; context_sparse_types: list({float, int64, string}) >= 0 = []; Tcontext_dense: list({float, int64, "
   "string}) >= 0 = []; feature_list_dense_types: list({float, int64, string}) >= 0 = []; context_dense_shapes: "
   "list(shape) >= 0 = []; feature_list_sparse_types: list({float, int64, string}) >= 0 = []; feature_list_dense_shapes: "
   "list(shape) >= 0 = []",
   shape=_shape, kernel=_kernel)  # fmt: skip


def parse_sequence_example(serialized, context_features=None, sequence_features=None, example_names=None, name=None) -> tuple:
    """A batch of serialized SequenceExamples: ({key: context feature}, {key: feature list}, {key: lengths of the dense lists}).

    Follows `tf.io.parse_sequence_example` of TF 1.15.
    """
    if not (context_features or sequence_features):
        raise ValueError("Missing features.")
    context = _Raw(context_features, (VarLenFeature, FixedLenFeature))
    lists = _Raw(sequence_features, (VarLenFeature, FixedLenSequenceFeature))
    with name_scope(name, "ParseSequenceExample", [serialized]):
        missing = lists.assumed_empty()
        *parts, lengths = make(
            "ParseSequenceExample", serialized, [] if example_names is None else example_names, context.default_tensors(reshaped=False),
            Ncontext_sparse=len(context.sparse_keys), Ncontext_dense=len(context.dense_keys), Nfeature_list_sparse=len(lists.sparse_keys),
            Nfeature_list_dense=len(lists.dense_keys), context_sparse_keys=context.sparse_keys, context_dense_keys=context.dense_keys,
            context_sparse_types=context.sparse_types, context_dense_shapes=context.dense_shapes, feature_list_sparse_keys=lists.sparse_keys,
            feature_list_sparse_types=lists.sparse_types, feature_list_dense_keys=lists.dense_keys, feature_list_dense_types=lists.dense_types,
            feature_list_dense_shapes=lists.dense_shapes, feature_list_dense_missing_assumed_empty=missing, name=name,
        )  # fmt: skip
        return context.results(*parts[:4]), lists.results(*parts[4:]), dict(zip(lists.dense_keys, lengths))
