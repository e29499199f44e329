"""The columns of tf.contrib.layers that give numbers: real-valued, one-hot and embedded."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from tinytf import dtypes, logging
from tinytf.contrib.framework.variables import model_variable
from tinytf.contrib.layers.embedding_ops import scattered_embedding_lookup_sparse
from tinytf.contrib.layers.inner_flatten import inner_flatten, reshaped_to_rank
from tinytf.contrib.layers.sparse_columns import _FeatureColumn
from tinytf.feature_column.columns import DenseColumn
from tinytf.graph.default_graph import get_default_graph
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.ops.array import array_ops
from tinytf.ops.files.parsing_examples import FixedLenFeature, FixedLenSequenceFeature, VarLenFeature
from tinytf.ops.math import math_ops
from tinytf.ops.nn import embedding
from tinytf.ops.sparse import sparse_ops
from tinytf.ops.state import init_ops
from tinytf.ops.state.partitioned_variables import PartitionedVariable
from tinytf.shapes import TensorShape


class DeepLookup(NamedTuple):
    """What an embedding needs of a column of ids."""

    input_tensor: Any
    weight_tensor: Any
    vocab_size: int
    initializer: Any
    combiner: str
    dimension: int
    shared_embedding_name: Any
    hash_key: Any
    max_norm: Any
    trainable: bool


def variable_list(variable) -> list:
    """The parts of a partitioned variable, or the one that is none."""
    return list(variable) if isinstance(variable, PartitionedVariable) else [variable]


def restore_from_checkpoint(checkpoint_path, variables) -> None:
    """Lets a column's variable begin with what (checkpoint, name) holds."""
    from tinytf.train.checkpoint_utils import init_from_checkpoint

    if checkpoint_path is not None:
        path, name = checkpoint_path
        init_from_checkpoint(path, {name: variables[0] if len(variables) == 1 else variables})


def embeddings_from_arguments(column, args, weight_collections, trainable, output_rank=2):
    """The embedded rows of a column: its variable is `weights`, or the one of its shared embedding."""
    ids = inner_flatten(args.input_tensor, output_rank)
    weights = None if args.weight_tensor is None else inner_flatten(args.weight_tensor, output_rank)
    trainable = trainable and args.trainable

    def variable(name, shape):
        return model_variable(
            name, shape=shape, dtype=dtypes.float32, initializer=args.initializer, trainable=trainable, collections=weight_collections
        )

    if args.hash_key:
        hashed = variable("weights", [args.vocab_size])
        return scattered_embedding_lookup_sparse(hashed, ids, args.dimension, hash_key=args.hash_key, combiner=args.combiner, name="lookup")
    shape = [args.vocab_size, args.dimension]
    if args.shared_embedding_name is None:
        table = variable("weights", shape)
    else:
        shared = get_default_graph().get_collection_ref("SHARED_EMBEDDING_COLLECTION_" + args.shared_embedding_name.upper())
        if not shared:
            shared.append(variable(args.shared_embedding_name, shape))
        (table,) = shared
        if table.get_shape() != shape:
            raise ValueError(
                "The embedding variable with name {} already exists, but its shape does not match required embedding shape here. Please make "
                "sure to use different shared_embedding_name for different shared embeddings.".format(args.shared_embedding_name)
            )
    parts = variable_list(table)
    restore_from_checkpoint(column._checkpoint_path(), parts)
    return embedding.safe_embedding_lookup_sparse(
        parts, ids, sparse_weights=weights, combiner=args.combiner, name=column.name + "weights", max_norm=args.max_norm
    )


class _OfIds(_FeatureColumn, DenseColumn):
    """A dense column made of a column of ids: transformed, it is still those ids."""

    __slots__ = ()

    @property
    def length(self) -> int:
        """How many ids there are."""
        return self.sparse_id_column.length

    @property
    def config(self) -> dict:
        """How tf.parse_example reads it."""
        return self.sparse_id_column.config

    def insert_transformed_feature(self, columns_to_tensors) -> None:
        """Adds the ids, under this column and under theirs."""
        if self.sparse_id_column not in columns_to_tensors:
            self.sparse_id_column.insert_transformed_feature(columns_to_tensors)
        columns_to_tensors[self] = columns_to_tensors[self.sparse_id_column]


class _OneHot(NamedTuple):
    sparse_id_column: Any


class _OneHotColumn(_OneHot, _OfIds):
    """A flag for each id, or its weight."""

    @property
    def name(self) -> str:
        """<column>_one_hot."""
        return "{}_one_hot".format(self.sparse_id_column.name)

    @property
    def variable_shape(self):
        """The shape for one example."""
        return TensorShape([self.length])

    def transform(self, cache):
        """The flags, for tf.feature_column."""
        return self._to_dnn_input_layer(cache.get(self.sparse_id_column))

    def dense_tensor(self, cache, weights):
        """The same."""
        return cache.get(self)

    def _to_dnn_input_layer(self, input_tensor, weight_collections=None, trainable=False, output_rank=2):
        ids = inner_flatten(self.sparse_id_column.id_tensor(input_tensor), output_rank)
        weights = self.sparse_id_column.weight_tensor(input_tensor)
        if weights is None:
            dense_ids = sparse_ops.sparse_tensor_to_dense(ids, default_value=-1)
            flags = array_ops.one_hot(dense_ids, depth=self.length, on_value=1.0, off_value=0.0)
            return math_ops.reduce_sum(flags, axis=[output_rank - 1])
        merged = sparse_ops.sparse_merge(sp_ids=ids, sp_values=weights, vocab_size=self.length)
        merged = sparse_ops.sparse_slice(merged, array_ops.zeros_like(merged.dense_shape), merged.dense_shape)
        dense = sparse_ops.sparse_tensor_to_dense(merged)
        outer = array_ops.shape(dense)[:-1]
        return array_ops.reshape(dense, array_ops.concat([outer, [self.length]], axis=0))


class _Vectors:
    """What columns of trained vectors have in common."""

    __slots__ = ()

    @property
    def key(self) -> str:
        """Tells the column from others, whatever its initializer."""
        return self._key_without_properties(["initializer"])

    @property
    def variable_shape(self):
        """The shape for one example."""
        return TensorShape([self.dimension])

    def dense_tensor(self, cache, weights):
        """The vectors, for tf.feature_column."""
        return embeddings_from_arguments(self, self._deep_embedding_lookup_arguments(cache.get(self)), None, True)


class _Embedding(NamedTuple):
    sparse_id_column: Any
    dimension: int
    combiner: str
    initializer: Any
    ckpt_to_load_from: Any
    tensor_name_in_ckpt: Any
    shared_embedding_name: Any
    shared_vocab_size: Any
    max_norm: Any
    trainable: bool


def check_checkpoint_pair(path, name) -> None:
    """ValueError for a checkpoint without a name in it, or the reverse."""
    if (path is None) != (name is None):
        raise ValueError("Must specify both `ckpt_to_load_from` and `tensor_name_in_ckpt` or none of them.")


class _EmbeddingColumn(_Embedding, _Vectors, _OfIds):
    """A trained vector for each id, combined over the ids of an example."""

    def __new__(
        cls, sparse_id_column, dimension, combiner="mean", initializer=None, ckpt_to_load_from=None, tensor_name_in_ckpt=None,
        shared_embedding_name=None, shared_vocab_size=None, max_norm=None, trainable=True,
    ):  # fmt: skip
        if initializer is not None and not callable(initializer):
            raise ValueError("initializer must be callable if specified. Embedding of column_name: {}".format(sparse_id_column.name))
        check_checkpoint_pair(ckpt_to_load_from, tensor_name_in_ckpt)
        if initializer is None:
            logging.warn(
                'The default stddev value of initializer was changed from "1/sqrt(vocab_size)" to "1/sqrt(dimension)" in core '
                "implementation (tf.feature_column.embedding_column)."
            )
            initializer = init_ops.truncated_normal_initializer(mean=0.0, stddev=1 / math.sqrt(sparse_id_column.length))
        return super().__new__(
            cls, sparse_id_column, dimension, combiner, initializer, ckpt_to_load_from, tensor_name_in_ckpt, shared_embedding_name,
            shared_vocab_size, max_norm, trainable,
        )  # fmt: skip

    @property
    def name(self) -> str:
        """<column>_embedding or <column>_shared_embedding."""
        return "{}_{}".format(self.sparse_id_column.name, "embedding" if self.shared_embedding_name is None else "shared_embedding")

    @property
    def length(self) -> int:
        """How many vectors there are."""
        return self.sparse_id_column.length if self.shared_vocab_size is None else self.shared_vocab_size

    def transform(self, cache):
        """The ids."""
        return cache.get(self.sparse_id_column)

    def _deep_embedding_lookup_arguments(self, input_tensor):
        ids, weights = self.sparse_id_column.id_tensor(input_tensor), self.sparse_id_column.weight_tensor(input_tensor)
        return DeepLookup(
            ids, weights, self.length, self.initializer, self.combiner, self.dimension, self.shared_embedding_name, None, self.max_norm,
            self.trainable,
        )  # fmt: skip

    def _checkpoint_path(self):
        return None if self.ckpt_to_load_from is None else (self.ckpt_to_load_from, self.tensor_name_in_ckpt)

    def _wide_embedding_lookup_arguments(self, input_tensor):
        raise ValueError("Column {} is not supported in linear models. Please use sparse_column.".format(self))


class _Scattered(NamedTuple):
    column_name: str
    size: int
    dimension: int
    hash_key: Any
    combiner: str
    initializer: Any


class _ScatteredEmbeddingColumn(_Scattered, _Vectors, _FeatureColumn, DenseColumn):
    """A vector for each word, of numbers that its hashes pick from one list."""

    def __new__(cls, column_name, size, dimension, hash_key, combiner="sqrtn", initializer=None):
        if initializer is not None and not callable(initializer):
            raise ValueError("initializer must be callable if specified. column_name: {}".format(column_name))
        if initializer is None:
            initializer = init_ops.truncated_normal_initializer(mean=0.0, stddev=0.1)
        return super().__new__(cls, column_name, size, dimension, hash_key, combiner, initializer)

    @property
    def name(self) -> str:
        """<feature>_scattered_embedding."""
        return "{}_scattered_embedding".format(self.column_name)

    @property
    def config(self) -> dict:
        """How tf.parse_example reads it."""
        return {self.column_name: VarLenFeature(dtypes.string)}

    def transform(self, cache):
        """The words."""
        return cache.get(self.column_name)

    def _deep_embedding_lookup_arguments(self, input_tensor):
        return DeepLookup(
            input_tensor, None, self.size, self.initializer, self.combiner, self.dimension, None, self.hash_key, None, True
        )


class _RealValuedVarLen(NamedTuple):
    column_name: str
    default_value: Any
    dtype: Any
    normalizer: Any
    is_sparse: bool


class _Normalized(_FeatureColumn):
    """A column of a feature's own numbers."""

    __slots__ = ()

    @property
    def name(self) -> str:
        """The feature's name."""
        return self.column_name

    @property
    def key(self) -> str:
        """Tells the column from others, whatever its normalizer."""
        return self._key_without_properties(["normalizer"])

    @property
    def normalizer_fn(self):
        """What the numbers go through, or None."""
        return self.normalizer

    def transform(self, cache):
        """The normalized numbers as float32."""
        return math_ops.cast(self._normalized_input_tensor(cache.get(self.name)), dtypes.float32)

    def _normalized_input_tensor(self, input_tensor):
        return input_tensor if self.normalizer is None else self.normalizer(input_tensor)

    def _to_dense_tensor(self, input_tensor):
        return input_tensor

    def _to_dnn_input_layer(self, input_tensor, weight_collections=None, trainable=True, output_rank=2):
        tensor = self._to_dense_tensor(input_tensor)
        return reshaped_to_rank(math_ops.cast(tensor, dtypes.float32), output_rank, self.name)


class _RealValuedVarLenColumn(_RealValuedVarLen, _Normalized):
    """Numbers, as many as there are."""

    @property
    def config(self) -> dict:
        """How tf.parse_example reads it."""
        if self.is_sparse:
            return {self.column_name: VarLenFeature(self.dtype)}
        return {self.column_name: FixedLenSequenceFeature([], self.dtype, allow_missing=True, default_value=self.default_value)}

    def _normalized_input_tensor(self, input_tensor):
        if self.normalizer is None or not self.is_sparse:
            return super()._normalized_input_tensor(input_tensor)
        return SparseTensor(input_tensor.indices, self.normalizer(input_tensor.values), input_tensor.dense_shape)

    def _to_dense_tensor(self, input_tensor):
        if self.is_sparse:
            raise ValueError("Set is_sparse to False if you want a dense Tensor for column_name: {}".format(self.name))
        return input_tensor


class _RealValued(NamedTuple):
    column_name: str
    dimension: int
    default_value: Any
    dtype: Any
    normalizer: Any


class _RealValuedColumn(_RealValued, _Normalized, DenseColumn):
    """`dimension` numbers an example."""

    def __new__(cls, column_name, dimension, default_value, dtype, normalizer):
        return super().__new__(cls, column_name, dimension, None if default_value is None else tuple(default_value), dtype, normalizer)

    @property
    def config(self) -> dict:
        """How tf.parse_example reads it."""
        default = None if self.default_value is None else list(self.default_value)
        return {self.column_name: FixedLenFeature([self.dimension], self.dtype, default)}

    @property
    def variable_shape(self):
        """The shape for one example."""
        return TensorShape([self.dimension])

    def dense_tensor(self, cache, weights):
        """The numbers, for tf.feature_column."""
        return cache.get(self)
