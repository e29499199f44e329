"""tf.train.Example messages to tensors: what features there are, and the functions that parse them."""

from __future__ import annotations

import collections
import re

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
<<<<<<< HEAD
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import with_rank
=======
>>>>>>> ragged
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.graph.tensor import Tensor
from tinytf.ops import constant as constants
from tinytf.ops import control_flow_ops, shape_ops, slicing
from tinytf.ops.example_kernels import is_variable
from tinytf.shapes import as_shape

VarLenFeature = collections.namedtuple("VarLenFeature", ["dtype"])
VarLenFeature.__doc__ = "A feature with any number of values: parsed to a SparseTensor."


class FixedLenFeature(collections.namedtuple("FixedLenFeature", ["shape", "dtype", "default_value"])):
    """A feature of fixed shape: parsed to a dense Tensor; required where it has no default."""

    def __new__(cls, shape, dtype, default_value=None):
        return super().__new__(cls, shape, dtype, default_value)


class FixedLenSequenceFeature(
    collections.namedtuple("FixedLenSequenceFeature", ["shape", "dtype", "allow_missing", "default_value"])
):
    """A feature with any number of entries of a fixed shape: parsed to a dense, padded Tensor."""

    def __new__(cls, shape, dtype, allow_missing=False, default_value=None):
        return super().__new__(cls, shape, dtype, allow_missing, default_value)


class SparseFeature(collections.namedtuple("SparseFeature", ["index_key", "value_key", "dtype", "size", "already_sorted"])):
    """Two features, the indices and the values of one SparseTensor."""

    def __new__(cls, index_key, value_key, dtype, size, already_sorted=False):
        return super().__new__(cls, index_key, value_key, dtype, size, already_sorted)


<<<<<<< HEAD
# ---- reading the messages

_KINDS = {dtypes.int64: "int64_list", dtypes.float32: "float_list", dtypes.string: "bytes_list"}
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
    if kind != _KINDS[dtype]:
        actual = next(_TYPE_STRING[d] for d, k in _KINDS.items() if k == kind)
        message = mismatch.format(expected=_TYPE_STRING[dtype], actual=actual, feature=feature)
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
        unfit = unfit or f"{where}.  Number of {_TYPE_STRING[dtype]} values != expected.  Values size: {{size}} but output shape: {show(dims)}"
        raise errors.InvalidArgumentError(op.node_def, op, unfit.replace("{size}", str(values.size)))
    return values.reshape(dims)


def _dense_batch(op, examples, key, dtype, dims, default, where, names):
    """A feature of fixed shape of all examples: [examples, *dims]."""
    size, kind = int(np.prod(dims, dtype=np.int64)), _KINDS[dtype]
    together: list = []
    for i, features in enumerate(examples):
        feature = features.feature[key] if key in features.feature else None
        if feature is not None and feature.HasField(kind):
            values = getattr(feature, kind)
            if len(values.value) == size:
                together.append(values)
                continue
        together.append(_dense(op, feature, dtype, dims, default, where(i, key), f"Name: {names[i]}, Feature: {key} (data type: {_TYPE_STRING[dtype]})"))
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


def _entries(op, feature, dtype, dims, where):
    """A feature with a variable number of entries of shape `dims`: [n, *dims]."""
    values = _values(op, feature, dtype, where, _OF_DENSE)
    size = int(np.prod(dims, dtype=np.int64))
    if values is None:
        return np.empty((0, *dims), dtype.as_numpy_dtype)
    if not size or values.size % size:
        raise errors.InvalidArgumentError(
            op.node_def, op, f"{where}.  Number of {_TYPE_STRING[dtype]} values is not a multiple of stride length. "
            f"Values size: {values.size} but output shape: {show((None, *dims))}"
        )  # fmt: skip
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
    kind = _KINDS[dtype]
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


def _is_variable(shape) -> bool:
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
        if _is_variable(shape):
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
            dims = shape.as_list()
            if _is_variable(shape):
                out.append(_entries(op, _find(features, key), dtype, dims[1:], f"Key: {key}"))
            else:
                missing, unfit = f"Feature: {key} (data type: {_TYPE_STRING[dtype]})", f"Key: {key}.  Can't parse serialized Example."
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
        expected = f"Number of {_TYPE_STRING[dtype]} values != expected.  values size: {{size}} but output shape: {show(dims)}"
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


=======
>>>>>>> ragged
# ---- public functions


class _Raw:
    """The features of a dict, sorted by key, as the ops take them."""

    def __init__(self, features, allowed):
        self.sparse_keys, self.sparse_types = [], []
        self.dense_keys, self.dense_types, self.dense_shapes = [], [], []
        self.defaults: dict = {}
        for key in sorted(features or {}):
            f = features[key]
            if not isinstance(f, (VarLenFeature, SparseFeature, FixedLenFeature, FixedLenSequenceFeature)):
                raise ValueError(f"Invalid feature {key}:{f}.")
            if not isinstance(f, allowed):
                raise ValueError(f"Unsupported {type(f).__name__} {f}.")
            if not f.dtype:
                raise ValueError(f"Missing type for feature {key}.")
            if isinstance(f, VarLenFeature):
                self.sparse_keys.append(key)
                self.sparse_types.append(dtypes.as_dtype(f.dtype))
            elif isinstance(f, SparseFeature):
                self._add_sparse_feature(f)
            else:
                self._add_dense(key, f)

    def _add_sparse_feature(self, f):
        if not f.index_key:
            raise ValueError(f"Missing index_key for SparseFeature {f}.")
        if not f.value_key:
            raise ValueError(f"Missing value_key for SparseFeature {f}.")
        index_keys = [f.index_key] if isinstance(f.index_key, str) else sorted(f.index_key)
        for key, dtype in [(k, dtypes.int64) for k in index_keys] + [(f.value_key, dtypes.as_dtype(f.dtype))]:
            if key in self.sparse_keys:
                given = self.sparse_types[self.sparse_keys.index(key)]
                if given != dtype:
                    raise ValueError(f"Conflicting type {given} vs {dtype.name} for feature {key}.")
            else:
                self.sparse_keys.append(key)
                self.sparse_types.append(dtype)

    def _add_dense(self, key, f):
        if f.shape is None:
            raise ValueError(f"Missing shape for feature {key}.")
        shape = as_shape(f.shape)
        if isinstance(f, FixedLenFeature):
            if shape.ndims and shape.as_list()[0] is None:
                raise ValueError(
                    f"First dimension of shape for feature {key} unknown. Consider using FixedLenSequenceFeature."
                )
            if not shape.is_fully_defined():
                raise ValueError(f"All dimensions of shape for feature {key} need to be known but received {f.shape}.")
        elif f.allow_missing:
            self.defaults[key] = None
        self.dense_keys.append(key)
        self.dense_types.append(dtypes.as_dtype(f.dtype))
        self.dense_shapes.append(shape)
        if f.default_value is not None:
            self.defaults[key] = f.default_value

    def default_tensors(self, reshaped=True) -> list:
        """One tensor per dense feature: its default (reshaped to the feature's shape), the padding, or nothing (required)."""
        out = []
        for key, dtype, shape in zip(self.dense_keys, self.dense_types, self.dense_shapes):
            value = self.defaults.get(key)
            safe = _node_name(key)
            if is_variable(shape):
                if value is None:
                    value = convert_to_tensor("" if dtype == dtypes.string else 0, dtype=dtype)
                else:
                    value = shape_ops.reshape(convert_to_tensor(value, dtype=dtype, name="padding_" + safe), [])
            elif value is None:
                value = constants.constant([], dtype=dtype)
            elif not isinstance(value, Tensor):
                value = convert_to_tensor(value, dtype=dtype, name="key_" + safe)
                value = shape_ops.reshape(value, shape) if reshaped else value
            out.append(value)
        return out

    def assumed_empty(self) -> list:
        """The keys of lists that may be missing, which is the only default that a list can have."""
        for key, value in self.defaults.items():
            if value is not None:
                raise ValueError(f"Value feature_list_dense_defaults[{key}] must be None")
        return list(self.defaults)

    def check(self):
        if not self.sparse_keys and not self.dense_keys:
            raise ValueError("Must provide at least one sparse key or dense key")
        both = set(self.dense_keys) & set(self.sparse_keys)
        if both:
            raise ValueError(f"Dense and sparse keys must not intersect; intersection: {both}")

    def results(self, indices, values, shapes, dense) -> dict:
        sparse = [SparseTensor(i, v, s) for i, v, s in zip(indices, values, shapes)]
        return dict(zip(self.sparse_keys + self.dense_keys, sparse + list(dense)))


def _node_name(key: str) -> str:
    """`key` as a part of a node's name."""
    return re.sub(r"[^A-Za-z0-9_.\-/]", "_", key)


def _with_open_sequences(features):
    """Sequence features get their open first dimension."""
    out = dict(features)
    for key, f in features.items():
        if isinstance(f, FixedLenSequenceFeature):
            if not f.allow_missing:
                raise ValueError("Unsupported: FixedLenSequenceFeature requires allow_missing to be True.")
            out[key] = f._replace(shape=[None, *as_shape(f.shape).as_list()])
    return out


def _merge_sparse_features(features, found):
    for key in sorted(features):
        f = features[key]
        if isinstance(f, SparseFeature):
            from tinytf.ops import sparse_ops

            ids = found[f.index_key] if isinstance(f.index_key, str) else [found[k] for k in f.index_key]
            found[key] = sparse_ops.sparse_merge(
                ids, found[f.value_key], vocab_size=f.size, already_sorted=f.already_sorted
            )
    return {k: v for k, v in found.items() if k in features}


_ALL = (VarLenFeature, SparseFeature, FixedLenFeature, FixedLenSequenceFeature)


def parse_example(serialized, features, name=None, example_names=None) -> dict:
    """A batch of serialized Examples as {key: Tensor or SparseTensor}.  Follows `tf.parse_example` of TF 1.15."""
    if not features:
        raise ValueError(f"Missing: features was {features}.")
    features = _with_open_sequences(features)
    return _merge_sparse_features(features, _parse_batch(_Raw(features, _ALL), serialized, example_names, name))


def _parse_batch(raw, serialized, example_names, name) -> dict:
    with name_scope(name, "ParseExample", [serialized, example_names]):
        raw.check()
        defaults = raw.default_tensors()
        parts = make(
            "ParseExample", serialized, [] if example_names is None else example_names, raw.sparse_keys, raw.dense_keys,
            defaults, sparse_types=raw.sparse_types, dense_shapes=raw.dense_shapes, name=name,
        )  # fmt: skip
        return raw.results(*parts)


def parse_single_example(serialized, features, name=None, example_names=None) -> dict:
    """One serialized Example (a scalar string) as {key: Tensor or SparseTensor}.

    Follows `tf.parse_single_example` of TF 1.15.
    """
    if not features:
        raise ValueError("Missing features.")
    features = _with_open_sequences(features)
    if example_names is not None:
        return _merge_sparse_features(features, _parse_named_example(serialized, features, example_names, name))
    raw = _Raw(features, _ALL)
    with name_scope(name, "ParseSingleExample", [serialized]):
        serialized = convert_to_tensor(serialized, name="serialized")
        raw.check()
        defaults = raw.default_tensors()
        parts = make(
            "ParseSingleExample", serialized, defaults, num_sparse=len(raw.sparse_keys), sparse_keys=raw.sparse_keys,
            sparse_types=raw.sparse_types, dense_keys=raw.dense_keys, dense_shapes=raw.dense_shapes, name=name,
        )  # fmt: skip
        found = raw.results(*parts)
    return _merge_sparse_features(features, found)


def _scalar_as_row(value, what, label) -> Tensor:
    """A scalar string as a vector of one; ValueError, or an error when the graph runs, where it is none."""
    value = convert_to_tensor(value)
    if value.dims is None:
        is_scalar = make("Equal", shape_ops.rank(value), 0)
        check = control_flow_ops.Assert(is_scalar, [f"Input {what} must be a scalar"], name=f"{label}IsScalar")
        value = control_flow_ops.with_dependencies([check], value, name=f"{label}Dependencies")
    elif value.dims:
        raise ValueError(f"Input {what} must be a scalar")
    return shape_ops.expand_dims(value, 0)


def _parse_named_example(serialized, features, example_name, name) -> dict:
    """One example whose name is to show in messages: a batch of one, as ParseSingleExample takes no names."""
    raw = _Raw(features, _ALL)
    with name_scope(name, "ParseSingleExample", [serialized, example_name]):
        serialized = _scalar_as_row(serialized, "serialized", "Serialized")
        names = _scalar_as_row(example_name, "names", "Names")
        found = _parse_batch(raw, serialized, names, name)
        for key in raw.dense_keys:
            found[key] = shape_ops.squeeze(found[key], [0], name="Squeeze_" + _node_name(key))
        for key in raw.sparse_keys:
            sparse, label = found[key], _node_name(key)
            indices = slicing.slice(sparse.indices, [0, 1], [-1, -1], name="Slice_Indices_" + label)
            shape = slicing.slice(sparse.dense_shape, [1], [-1], name="Squeeze_Shape_" + label)
            found[key] = SparseTensor(indices, sparse.values, shape)
    return found


def parse_single_sequence_example(
    serialized, context_features=None, sequence_features=None, example_name=None, name=None
) -> tuple:
    """One serialized SequenceExample as ({key: context feature}, {key: feature list}).

    Follows `tf.parse_single_sequence_example` of TF 1.15.
    """
    if not (context_features or sequence_features):
        raise ValueError("Missing features.")
    context = _Raw(context_features, (VarLenFeature, FixedLenFeature))
    lists = _Raw(sequence_features, (VarLenFeature, FixedLenSequenceFeature))
    with name_scope(name, "ParseSingleSequenceExample", [serialized]):
        missing = lists.assumed_empty()
        defaults = context.default_tensors()
        parts = make(
            "ParseSingleSequenceExample", serialized, missing, context.sparse_keys, context.dense_keys, lists.sparse_keys,
            lists.dense_keys, defaults, "" if example_name is None else example_name,
            context_sparse_types=context.sparse_types, context_dense_shapes=context.dense_shapes,
            feature_list_sparse_types=lists.sparse_types, feature_list_dense_types=lists.dense_types,
            feature_list_dense_shapes=lists.dense_shapes, name=name,
        )  # fmt: skip
        return context.results(*parts[:4]), lists.results(*parts[4:])
