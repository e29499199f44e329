"""The functions that make columns, and check what they are given."""

from __future__ import annotations

import math

import numpy as np

from tinytf import dtypes, gfile, nest
from tinytf.feature_column.columns import (
    BucketizedColumn,
    CategoricalColumn,
    CrossedColumn,
    FeatureColumn,
    HashedCategoricalColumn,
    IdentityCategoricalColumn,
    NumericColumn,
    VocabularyFileCategoricalColumn,
    VocabularyListCategoricalColumn,
    WeightedCategoricalColumn,
    check_string_or_int,
)
from tinytf.feature_column.embedding_columns import EmbeddingColumn, IndicatorColumn, SharedEmbeddingColumn


def _check_key(key) -> None:
    if not isinstance(key, str):
        raise ValueError(f"key must be a string. Got: type {type(key)}. Given key: {key}.")


def numeric_column(key, shape=(1,), default_value=None, dtype=dtypes.float32, normalizer_fn=None):
    """Numbers of the feature `key`, cast to float32.

    Args:
      shape: for one example.
      default_value: for tf.Examples without the feature.
      dtype: in tf.Examples; integer or floating (ValueError otherwise).
      normalizer_fn: applied to the tensor.

    Follows `tf.feature_column.numeric_column` of TF 1.15.
    """
    shape = tuple(shape) if isinstance(shape, (list, tuple)) else (shape,)
    for size in shape:
        if not isinstance(size, int):
            raise TypeError(f"shape dimensions must be integer. shape: {shape}, key: {key}")
        if size < 1:
            raise ValueError(f"shape dimensions must be greater than 0. shape: {shape}, key: {key}")
    if not (dtype.is_integer or dtype.is_floating):
        raise ValueError(f"dtype must be convertible to float. dtype: {dtype}, key: {key}")
    default_value = _default_value(shape, default_value, dtype, key)
    if normalizer_fn is not None and not callable(normalizer_fn):
        raise TypeError(f"normalizer_fn must be a callable. Given: {normalizer_fn}")
    _check_key(key)
    return NumericColumn(key, shape, default_value, dtype, normalizer_fn)


def _default_value(shape, value, dtype, key):
    if value is None:
        return None
    given = value.tolist() if hasattr(value, "tolist") else value
    flat = nest.flatten(given)
    if not all(isinstance(v, (int, float) if dtype.is_floating else int) for v in flat):
        raise TypeError(f"default_value must be compatible with dtype. default_value: {value}, dtype: {dtype}, key: {key}")
    array = np.array(given)
    if array.ndim and array.shape != shape:
        raise ValueError(
            f"The shape of default_value must be equal to given shape. default_value: {value}, shape: {shape}, key: {key}"
        )

    def as_tuple(x):
        return tuple(as_tuple(y) for y in x) if isinstance(x, list) else x

    return as_tuple(np.broadcast_to(array, shape).tolist())


def bucketized_column(source_column, boundaries):
    """Which range between `boundaries` (sorted) a number of a numeric column is in.

    Follows `tf.feature_column.bucketized_column` of TF 1.15.
    """
    if not isinstance(source_column, NumericColumn):
        raise ValueError(f"source_column must be a column generated with numeric_column(). Given: {source_column}")
    if len(source_column.shape) > 1:
        raise ValueError(f"source_column must be one-dimensional column. Given: {source_column}")
    if not isinstance(boundaries, (list, tuple)) or not boundaries or any(a >= b for a, b in zip(boundaries, boundaries[1:])):
        raise ValueError("boundaries must be a sorted list.")
    return BucketizedColumn(source_column, tuple(boundaries))


def categorical_column_with_hash_bucket(key, hash_bucket_size, dtype=dtypes.string):
    """Ids are hashes of strings or whole numbers.  Follows the function of this name in TF 1.15."""
    if hash_bucket_size is None:
        raise ValueError(f"hash_bucket_size must be set. key: {key}")
    if hash_bucket_size < 1:
        raise ValueError(f"hash_bucket_size must be at least 1. hash_bucket_size: {hash_bucket_size}, key: {key}")
    _check_key(key)
    check_string_or_int(dtype, f"column_name: {key}")
    return HashedCategoricalColumn(key, hash_bucket_size, dtype)


def _check_oov(key, num_oov_buckets, default_value, unset) -> None:
    if num_oov_buckets:
        if default_value not in unset:
            raise ValueError(f"Can't specify both num_oov_buckets and default_value in {key}.")
        if num_oov_buckets < 0:
            raise ValueError(f"Invalid num_oov_buckets {num_oov_buckets} in {key}.")


def categorical_column_with_vocabulary_list(key, vocabulary_list, dtype=None, default_value=-1, num_oov_buckets=0):
    """Ids are places in a list; others get `default_value`, or one of `num_oov_buckets`.

    Follows `tf.feature_column.categorical_column_with_vocabulary_list` of TF 1.15.
    """
    if vocabulary_list is None or len(vocabulary_list) < 1:
        raise ValueError(f"vocabulary_list {vocabulary_list} must be non-empty, column_name: {key}")
    if len(set(vocabulary_list)) != len(vocabulary_list):
        raise ValueError(f"Duplicate keys in vocabulary_list {vocabulary_list}, column_name: {key}")
    _check_oov(key, num_oov_buckets, default_value, (-1,))
    of_list = dtypes.as_dtype(np.array(vocabulary_list).dtype)
    check_string_or_int(of_list, f"column_name: {key} vocabulary")
    dtype = of_list if dtype is None else dtype
    if dtype.is_integer != of_list.is_integer:
        raise ValueError(f"dtype {dtype} and vocabulary dtype {of_list} do not match, column_name: {key}")
    check_string_or_int(dtype, f"column_name: {key}")
    _check_key(key)
    return VocabularyListCategoricalColumn(key, tuple(vocabulary_list), dtype, default_value, num_oov_buckets)


def categorical_column_with_vocabulary_file(
    key, vocabulary_file, vocabulary_size=None, num_oov_buckets=0, default_value=None, dtype=dtypes.string
):
    """Ids are line numbers of a file; others get `default_value`, or one of `num_oov_buckets`.

    Follows `tf.feature_column.categorical_column_with_vocabulary_file` of TF 1.15.
    """
    if not vocabulary_file:
        raise ValueError(f"Missing vocabulary_file in {key}.")
    if vocabulary_size is None:
        if not gfile.Exists(vocabulary_file):
            raise ValueError(f"vocabulary_file in {key} does not exist.")
        with gfile.GFile(vocabulary_file) as f:
            vocabulary_size = sum(1 for _ in f)
    if vocabulary_size < 1:
        raise ValueError(f"Invalid vocabulary_size in {key}.")
    _check_oov(key, num_oov_buckets, default_value, (None,))
    check_string_or_int(dtype, f"column_name: {key}")
    _check_key(key)
    default_value = -1 if default_value is None else default_value
    return VocabularyFileCategoricalColumn(key, vocabulary_file, vocabulary_size, num_oov_buckets or 0, dtype, default_value)


def categorical_column_with_identity(key, num_buckets, default_value=None):
    """The feature's numbers are the ids; those out of range get `default_value`, or are an error.

    Follows `tf.feature_column.categorical_column_with_identity` of TF 1.15.
    """
    if num_buckets < 1:
        raise ValueError(f"num_buckets {num_buckets} < 1, column_name {key}")
    if default_value is not None and not 0 <= default_value < num_buckets:
        raise ValueError(f"default_value {default_value} not in range [0, {num_buckets}), column_name {key}")
    _check_key(key)
    return IdentityCategoricalColumn(key, num_buckets, default_value)


def weighted_categorical_column(categorical_column, weight_feature_key, dtype=dtypes.float32):
    """A categorical column whose ids have weights.  Follows `tf.feature_column.weighted_categorical_column` of TF 1.15."""
    if dtype is None or not (dtype.is_integer or dtype.is_floating):
        raise ValueError(f"dtype {dtype} is not convertible to float.")
    return WeightedCategoricalColumn(categorical_column, weight_feature_key, dtype)


def crossed_column(keys, hash_bucket_size, hash_key=None):
    """Ids are hashes of the combinations of features (names) or categorical columns.

    Follows `tf.feature_column.crossed_column` of TF 1.15.
    """
    if not hash_bucket_size or hash_bucket_size < 1:
        raise ValueError(f"hash_bucket_size must be > 1. hash_bucket_size: {hash_bucket_size}")
    if not keys or len(keys) < 2:
        raise ValueError(f"keys must be a list with length > 1. Given: {keys}")
    for key in keys:
        if not isinstance(key, (str, CategoricalColumn)):
            raise ValueError(
                "Unsupported key type. All keys must be either string, or categorical column except HashedCategoricalColumn. "
                f"Given: {key}"
            )
        if isinstance(key, HashedCategoricalColumn):
            raise ValueError(
                "categorical_column_with_hash_bucket is not supported for crossing. Hashing before crossing will increase "
                f"probability of collision. Instead, use the feature name as a string. Given: {key}"
            )
    return CrossedColumn(tuple(keys), hash_bucket_size, hash_key)


def indicator_column(categorical_column):
    """How often each id occurs.  Follows `tf.feature_column.indicator_column` of TF 1.15."""
    return IndicatorColumn(categorical_column)


def _initializer(dimension, initializer, checkpoint, tensor_name, shown=""):
    from tinytf.ops.state import init_ops

    if dimension is None or dimension < 1:
        raise ValueError(f"Invalid dimension {dimension}.")
    if (checkpoint is None) != (tensor_name is None):
        raise ValueError("Must specify both `ckpt_to_load_from` and `tensor_name_in_ckpt` or none of them.")
    if initializer is not None and not callable(initializer):
        raise ValueError(f"initializer must be callable if specified.{shown}")
    if initializer is None:
        return init_ops.truncated_normal_initializer(mean=0.0, stddev=1 / math.sqrt(dimension))
    return initializer


def embedding_column(
    categorical_column, dimension, combiner="mean", initializer=None, ckpt_to_load_from=None, tensor_name_in_ckpt=None,
    max_norm=None, trainable=True,
):  # fmt: skip
    """A trained vector of size `dimension` for each id; `combiner` (mean, sqrtn, sum) joins those of an example.

    Follows `tf.feature_column.embedding_column` of TF 1.15.
    """
    shown = f" Embedding of column_name: {categorical_column.name}"
    initializer = _initializer(dimension, initializer, ckpt_to_load_from, tensor_name_in_ckpt, shown)
    return EmbeddingColumn(
        categorical_column, dimension, combiner, initializer, ckpt_to_load_from, tensor_name_in_ckpt, max_norm, trainable
    )


def shared_embedding_columns(
    categorical_columns, dimension, combiner="mean", initializer=None, shared_embedding_collection_name=None,
    ckpt_to_load_from=None, tensor_name_in_ckpt=None, max_norm=None, trainable=True,
):  # fmt: skip
    """Embeddings of several columns of one kind and size, with one variable.

    Follows `tf.feature_column.shared_embedding_columns` of TF 1.15.
    """
    initializer = _initializer(dimension, initializer, ckpt_to_load_from, tensor_name_in_ckpt)
    ordered = sorted(categorical_columns, key=lambda column: column.name)
    kinds = [c.categorical_column if isinstance(c, WeightedCategoricalColumn) else c for c in ordered]
    for column in kinds:
        if not isinstance(column, CategoricalColumn):
            raise ValueError(f"All categorical_columns must be subclasses of _CategoricalColumn. Given: {column}")
        if not isinstance(column, type(kinds[0])):
            raise ValueError(
                "To use shared_embedding_column, all categorical_columns must have the same type, or be "
                f"weighted_categorical_column of the same type. Given column: {kinds[0]} does not match given column: {column}"
            )
        if column.num_buckets != kinds[0].num_buckets:
            raise ValueError(
                "To use shared_embedding_column, all categorical_columns must have the same number of buckets. Given column: "
                f"{kinds[0]} with buckets: {kinds[0].num_buckets} does not match column: {column} with buckets: {column.num_buckets}"
            )
    collection = shared_embedding_collection_name or "_".join(c.name for c in ordered) + "_shared_embedding"
    return [
        SharedEmbeddingColumn(
            column, dimension, combiner, initializer, collection, ckpt_to_load_from, tensor_name_in_ckpt, max_norm, trainable
        )
        for column in categorical_columns
    ]


def make_parse_example_spec(feature_columns) -> dict:
    """{feature: how tf.parse_example reads it}; ValueError where columns do not agree.

    Follows `tf.feature_column.make_parse_example_spec` of TF 1.15.
    """
    result: dict = {}
    for column in feature_columns:
        if not isinstance(column, FeatureColumn):
            raise ValueError(f"All feature_columns must be _FeatureColumn instances. Given: {column}")
        for key, value in column.parse_example_spec.items():
            if key in result and value != result[key]:
                raise ValueError(
                    f"feature_columns contain different parse_spec for key {key}. Given {value} and {result[key]}"
                )
            result[key] = value
    return result
