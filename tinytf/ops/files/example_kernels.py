"""How tf.train.Example and SequenceExample messages are read: ParseExample, ParseSingleExample, ParseSingleSequenceExample."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors, protos
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import with_rank
from tinytf.ops.array.shape_ops import show
from tinytf.ops.strings.string_kernels import objects

TYPE_STRING = {d: name for name, d in dtypes.SIGNATURE_NAMES.items()}

# ---- reading the messages

KINDS = {dtypes.int64: "int64_list", dtypes.float32: "float_list", dtypes.string: "bytes_list"}
_MOST_ELEMENTS = 1 << 31


def _array(values, dtype):
    if dtype == dtypes.string:
        return objects(list(values), (len(values),))
    return np.array(values, dtype.as_numpy_dtype)


_OF_SPARSE = "Expected type: {expected}, Actual type: {actual}"
_OF_DENSE = "Data type: {actual} but expected type: {expected}"
_OF_SEQUENCE = "Expected type: {expected}  Feature is: {feature}"


def _values(op, feature, dtype, where, mismatch=_OF_SPARSE):
    """The values of a Feature as a vector, None where it is absent or empty."""
    if feature is None:
        return None
    kind = feature.WhichOneof("kind")
    if kind is None:
        return None
    if kind != KINDS[dtype]:
        actual = next(TYPE_STRING[d] for d, k in KINDS.items() if k == kind)
        message = mismatch.format(expected=TYPE_STRING[dtype], actual=actual, feature=feature)
        raise errors.InvalidArgumentError(op.node_def, op, f"{where}.  Data types don't match. {message}")
    return _array(getattr(feature, kind).value, dtype)


def _parse(op, cls, data: bytes, what: str):
    message = cls()
    try:
        message.ParseFromString(data)
    except Exception:  # noqa: BLE001  protobuf's DecodeError differs between its versions
        raise errors.InvalidArgumentError(op.node_def, op, f"Could not parse {what} input, value: '{data[:50]!r}'") from None
    return message


def _find(features, key: str):
    feature = features.feature
    return feature[key] if key in feature else None


def _dense(op, feature, dtype, dims, default, where, missing, mismatch=_OF_DENSE, unfit=None):
    """A feature of fixed shape.  `missing`: how the message begins where there is none; `unfit`: the one for a wrong `{size}`."""
    values = _values(op, feature, dtype, where, mismatch)
    size = int(np.prod(dims, dtype=np.int64))
    if values is None:
        if default.size == 0 and size:
            raise errors.InvalidArgumentError(op.node_def, op, f"{missing} is required but could not be found.")
        return np.broadcast_to(default, dims)
    if values.size != size:
        unfit = unfit or f"{where}.  Number of {TYPE_STRING[dtype]} values != expected.  Values size: {{size}} but output shape: {show(dims)}"
        raise errors.InvalidArgumentError(op.node_def, op, unfit.replace("{size}", str(values.size)))
    return values.reshape(dims)


def _dense_batch(op, examples, key, dtype, dims, default, where, names):
    """A feature of fixed shape of all examples: [examples, *dims]."""
    size, kind = int(np.prod(dims, dtype=np.int64)), KINDS[dtype]
    together: list = []
    for i, features in enumerate(examples):
        feature = features.feature[key] if key in features.feature else None
        if feature is not None and feature.HasField(kind):
            values = getattr(feature, kind)
            if len(values.value) == size:
                together.append(values)
                continue
        together.append(_dense(op, feature, dtype, dims, default, where(i, key), f"Name: {names[i]}, Feature: {key} (data type: {TYPE_STRING[dtype]})"))
    shape = [len(examples), *dims]
    if dtype == dtypes.string or size < 8:
        flat: list = []
        for values in together:  # a slice is a list, several times as fast as an iterator of protobuf
            flat += values.ravel().tolist() if isinstance(values, np.ndarray) else values.value[:]
        return _array(flat, dtype).reshape(shape)
    batch = np.empty((len(examples), size), dtype.as_numpy_dtype)
    for row, values in zip(batch, together):
        row[:] = values.ravel() if isinstance(values, np.ndarray) else _numbers(values, size, dtype)
    return batch.reshape(shape)


def _numbers(values, size: int, dtype):
    """The numbers of a FloatList or Int64List.  Floats lie in the message as in memory, behind a tag and their length in bytes."""
    if dtype == dtypes.float32:
        message, length = values.SerializeToString(), 4 * size
        if len(message) == 1 + -(-length.bit_length() // 7) + length:  # packed, and nothing else in it
            return np.frombuffer(message, "<f4", size, len(message) - length)
    return np.array(values.value, dtype.as_numpy_dtype)


def _entries(op, feature, dtype, dims, where, unfit=None):
    """A feature with a variable number of entries of shape `dims`: [n, *dims].  `unfit`: the message for a number that is no multiple."""
    values = _values(op, feature, dtype, where, _OF_DENSE)
    size = int(np.prod(dims, dtype=np.int64))
    if values is None:
        return np.empty((0, *dims), dtype.as_numpy_dtype)
    if not size or values.size % size:
        shown = f"Saw {values.size} values but output shape is: {show((None, *dims))}"
        unfit = unfit or f"{where}.  Number of {TYPE_STRING[dtype]} values is not a multiple of stride length. {shown}"
        raise errors.InvalidArgumentError(op.node_def, op, unfit)
    return values.reshape((-1, *dims))


def _rows_to_sparse(rows, dtype):
    """(indices [n, 2], values, shape) of one vector (or None) per row."""
    rows = [np.empty(0, dtype.as_numpy_dtype) if r is None else r for r in rows]
    values = np.concatenate(rows) if rows else np.empty(0, dtype.as_numpy_dtype)
    return _sparse([len(r) for r in rows], values)


def _sparse(sizes: list, values) -> tuple:
    """(indices [n, 2], values, shape) of values that lie row by row, so many in each."""
    indices, counts = np.empty((len(values), 2), np.int64), np.array(sizes, np.int64)
    indices[:, 0] = np.repeat(np.arange(len(sizes)), counts)
    indices[:, 1] = np.arange(len(values)) - np.repeat(np.cumsum(counts) - counts, counts)
    return indices, values, np.array([len(sizes), max(sizes, default=0)], np.int64)


def _sparse_batch(op, examples, key, dtype, where):
    """A feature of any length of all examples: (indices, values, shape)."""
    kind = KINDS[dtype]
    sizes, flat = [], []
    for i, features in enumerate(examples):
        feature = features.feature[key] if key in features.feature else None
        if feature is not None and feature.HasField(kind):
            values = getattr(feature, kind).value[:]
        else:
            values = _values(op, feature, dtype, where(i, key)) or []  # none, or an error
        sizes.append(len(values))
        flat += values
    return _sparse(sizes, _array(flat, dtype))


def _pad(rows, default, dims, dtype):
    """Entries of several examples, [n_i, *dims], filled up with `default` to the longest."""
    longest = max((len(r) for r in rows), default=0)
    if longest * len(rows) * int(np.prod(dims, dtype=np.int64)) > _MOST_ELEMENTS:
        raise errors.ResourceExhaustedError(None, None, "The padded batch would be too large")
    out = np.empty((len(rows), longest, *dims), dtype.as_numpy_dtype)
    out[...] = default.item() if dtype == dtypes.string else default
    for i, r in enumerate(rows):
        out[i, : len(r)] = r
    return out


def is_variable(shape) -> bool:
    return bool(shape.ndims) and shape.as_list()[0] is None


def _lists(values, sparse_count):
    """Outputs in the order of the signature: all indices, all values, all shapes, then the dense ones."""
    sparse, dense = values[:sparse_count], values[sparse_count:]
    out = [s[0] for s in sparse] + [s[1] for s in sparse] + [s[2] for s in sparse] + dense
    return out[0] if len(out) == 1 else tuple(out)


# ---- ParseExample


def _parse_example_shape(op):
    batch = with_rank(op.inputs[0].dims, 1)
    sparse = op.attr("Nsparse")
    dense = [batch + tuple(s.as_list()) for s in op.attr("dense_shapes")]
    return [(None, 2)] * sparse + [(None,)] * sparse + [(2,)] * sparse + dense


def parse_examples(op, serialized, names, sparse, dense) -> list:
    """Values of serialized Examples: for each (key, dtype) of `sparse` indices, values and shape, for each
    (key, dtype, shape, default) of `dense` an array."""
    examples = [_parse(op, protos.Example, s, "example").features for s in serialized]

    def where(i, key):
        return f"Name: {names[i]}, Key: {key}, Index: {i}"

    out = []
    for key, dtype in sparse:
        out.append(_sparse_batch(op, examples, key, dtype, where))
    for key, dtype, shape, default in dense:
        dims = shape.as_list()
        if is_variable(shape):
            rows = [_entries(op, _find(e, key), dtype, dims[1:], where(i, key)) for i, e in enumerate(examples)]
            out.append(_pad(rows, default, dims[1:], dtype))
            continue
        batch = _dense_batch(op, examples, key, dtype, dims, default, where, names)
        out.append(batch)
    return out


def _parse_example_kernel(op):
    sparse_count, dense_count = op.attr("Nsparse"), op.attr("Ndense")
    sparse_types, dense_types, shapes = op.attr("sparse_types"), op.attr("Tdense"), op.attr("dense_shapes")

    def parse_example(serialized, names, *rest):
        keys = [k.item().decode() for k in rest[: sparse_count + dense_count]]
        defaults = rest[sparse_count + dense_count :]
        names = [n.decode("utf-8", "replace") for n in names.ravel().tolist()] or ["<unknown>"] * serialized.size
        sparse = list(zip(keys[:sparse_count], sparse_types))
        dense = list(zip(keys[sparse_count:], dense_types, shapes, defaults))
        return _lists(parse_examples(op, serialized.ravel().tolist(), names, sparse, dense), sparse_count)

    return parse_example


op("ParseExample(serialized: string, names: string, sparse_keys: Nsparse*string, dense_keys: Ndense*string, "
   "dense_defaults: Tdense) -> (sparse_indices: Nsparse*int64, sparse_values: sparse_types, sparse_shapes: Nsparse*int64, "
   "dense_values: Tdense); Nsparse: int >= 0; Ndense: int >= 0; sparse_types: list({float, int64, string}) >= 0; "
   "Tdense: list({float, int64, string}) >= 0; dense_shapes: list(shape) >= 0",
   shape=_parse_example_shape, kernel=_parse_example_kernel)  # fmt: skip


# ---- ParseSingleExample


def _parse_single_shape(op):
    with_rank(op.inputs[0].dims, 0)
    sparse = op.attr("num_sparse")
    dense = [tuple(s.as_list()) for s in op.attr("dense_shapes")]
    return [(None, 1)] * sparse + [(None,)] * sparse + [(1,)] * sparse + dense


def _single_sparse(values, dtype):
    values = np.empty(0, dtype.as_numpy_dtype) if values is None else values
    return np.arange(len(values), dtype=np.int64)[:, None], values, np.array([len(values)], np.int64)


def _parse_single_kernel(op):
    sparse_count = op.attr("num_sparse")
    sparse = [(k.decode(), t) for k, t in zip(op.attr("sparse_keys"), op.attr("sparse_types"))]
    dense = [(k.decode(), t, s) for k, t, s in zip(op.attr("dense_keys"), op.attr("Tdense"), op.attr("dense_shapes"))]

    def parse_single_example(serialized, *defaults):
        features = _parse(op, protos.Example, serialized.item(), "example").features
        out = [_single_sparse(_values(op, _find(features, k), t, f"Key: {k}"), t) for k, t in sparse]
        for (key, dtype, shape), default in zip(dense, defaults):
            dims, unfit = shape.as_list(), f"Key: {key}.  Can't parse serialized Example."
            if is_variable(shape):
                out.append(_entries(op, _find(features, key), dtype, dims[1:], f"Key: {key}", unfit))
            else:
                missing = f"Feature: {key} (data type: {TYPE_STRING[dtype]})"
                out.append(_dense(op, _find(features, key), dtype, dims, default, f"Key: {key}", missing, unfit=unfit))
        return _lists(out, sparse_count)

    return parse_single_example


op("ParseSingleExample(serialized: string, dense_defaults: Tdense) -> (sparse_indices: num_sparse*int64, sparse_values: "
   "sparse_types, sparse_shapes: num_sparse*int64, dense_values: Tdense); num_sparse: int >= 0; sparse_keys: list(string) "
   ">= 0; dense_keys: list(string) >= 0; sparse_types: list({float, int64, string}) >= 0; Tdense: list({float, int64, "
   "string}) >= 0; dense_shapes: list(shape) >= 0",
   shape=_parse_single_shape, kernel=_parse_single_kernel, view=True)  # fmt: skip


# ---- ParseSingleSequenceExample


def _parse_sequence_shape(op):
    a, b = op.attr("Ncontext_sparse"), op.attr("Nfeature_list_sparse")
    context = [tuple(s.as_list()) for s in op.attr("context_dense_shapes")]
    lists = [None if s.ndims is None else (None, *s.as_list()) for s in op.attr("feature_list_dense_shapes")]
    return (
        [(None, 1)] * a + [(None,)] * a + [(1,)] * a + context + [(None, 2)] * b + [(None,)] * b + [(2,)] * b + lists
    )


def _parse_sequence_kernel(op):
    counts = [op.attr(n) for n in ("Ncontext_sparse", "Ncontext_dense", "Nfeature_list_sparse", "Nfeature_list_dense")]
    context_shapes, list_shapes = op.attr("context_dense_shapes"), op.attr("feature_list_dense_shapes")

    def fail(message):
        raise errors.InvalidArgumentError(op.node_def, op, message)

    def unfit(name, key, i, dtype, dims):
        expected = f"Number of {TYPE_STRING[dtype]} values != expected.  values size: {{size}} but output shape: {show(dims)}"
        return f"Name: {name}, Key: {key}, Index: {i}.  {expected}"

    def parse_sequence_example(serialized, missing_ok, *rest):
        keys = []
        for n in counts:
            keys.append([k.item().decode() for k in rest[:n]])
            rest = rest[n:]
        defaults, name = rest[:-1], rest[-1].item().decode("utf-8", "replace")
        message = _parse(op, protos.SequenceExample, serialized.item(), "sequence example")
        lists = message.feature_lists.feature_list
        missing_ok = {m.decode() for m in missing_ok.ravel().tolist()}
        context = []
        for key, dtype in zip(keys[0], op.attr("context_sparse_types")):
            values = _values(op, _find(message.context, key), dtype, f"Name: {name}, Context feature: {key}", _OF_SEQUENCE)
            context.append(_single_sparse(values, dtype))
        for key, dtype, shape, default in zip(keys[1], op.attr("Tcontext_dense"), context_shapes, defaults):
            where, missing = f"Name: {name}, Context feature: {key}", f"Name: {name}, Context feature '{key}'"
            dims = shape.as_list()
            context.append(_dense(op, _find(message.context, key), dtype, dims, default, where, missing, _OF_SEQUENCE, unfit(name, key, 0, dtype, dims)))
        sequences = []
        for key, dtype in zip(keys[2], op.attr("feature_list_sparse_types")):
            steps = lists[key].feature if key in lists else []
            rows = [_values(op, f, dtype, f"Name: {name}, Feature List: {key}, Index: {i}", _OF_SEQUENCE) for i, f in enumerate(steps)]
            sequences.append(_rows_to_sparse(rows, dtype))
        for key, dtype, shape in zip(keys[3], op.attr("feature_list_dense_types"), list_shapes):
            where = f"Name: {name}, Feature list: {key}"
            if key not in lists and key not in missing_ok:
                fail(f"Name: {name}, Feature list '{key}' is required but could not be found.  Did you mean to include it "
                     "in feature_list_dense_missing_assumed_empty or feature_list_dense_defaults?")  # fmt: skip
            steps = list(lists[key].feature) if key in lists else []
            dims = shape.as_list()
            out = np.empty([len(steps), *dims], dtype.as_numpy_dtype)
            nothing = np.empty(0, dtype.as_numpy_dtype)
            for i, f in enumerate(steps):
                value = _dense(op, f, dtype, dims, nothing, f"{where}, Index: {i}", where, _OF_SEQUENCE, unfit(name, key, i, dtype, dims))
                out[i] = value.item() if dtype == dtypes.string and not dims else value
            sequences.append(out)
        first = _lists(context, counts[0]) if context else ()
        second = _lists(sequences, counts[2]) if sequences else ()
        both = (first if isinstance(first, tuple) else (first,)) + (second if isinstance(second, tuple) else (second,))
        return both[0] if len(both) == 1 else both

    return parse_sequence_example


op("ParseSingleSequenceExample(serialized: string, feature_list_dense_missing_assumed_empty: string, context_sparse_keys: "
   "Ncontext_sparse*string, context_dense_keys: Ncontext_dense*string, feature_list_sparse_keys: "
   "Nfeature_list_sparse*string, feature_list_dense_keys: Nfeature_list_dense*string, context_dense_defaults: "
   "Tcontext_dense, debug_name: string) -> (context_sparse_indices: Ncontext_sparse*int64, context_sparse_values: "
   "context_sparse_types, context_sparse_shapes: Ncontext_sparse*int64, context_dense_values: Tcontext_dense, "
   "feature_list_sparse_indices: Nfeature_list_sparse*int64, feature_list_sparse_values: feature_list_sparse_types, "
   "feature_list_sparse_shapes: Nfeature_list_sparse*int64, feature_list_dense_values: feature_list_dense_types); "
   "Ncontext_sparse: int >= 0 = 0; Ncontext_dense: int >= 0 = 0; Nfeature_list_sparse: int >= 0 = 0; Nfeature_list_dense: "
   "int >= 0 = 0; context_sparse_types: list({float, int64, string}) >= 0 = []; Tcontext_dense: list({float, int64, "
   "string}) >= 0 = []; feature_list_dense_types: list({float, int64, string}) >= 0 = []; context_dense_shapes: "
   "list(shape) >= 0 = []; feature_list_sparse_types: list({float, int64, string}) >= 0 = []; feature_list_dense_shapes: "
   "list(shape) >= 0 = []",
   shape=_parse_sequence_shape, kernel=_parse_sequence_kernel, view=True)  # fmt: skip
