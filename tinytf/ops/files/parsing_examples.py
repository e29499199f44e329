"""tf.train.Example messages to tensors: what features there are, and the functions that parse them."""

from __future__ import annotations

import collections
import re

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import constant as constants
from tinytf.ops.array import shape_ops, slicing
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.files.example_kernels import is_variable
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
            from tinytf.ops.sparse import sparse_ops

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
