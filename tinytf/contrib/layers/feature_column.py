"""The columns of tf.contrib.layers: functions that make them, and how tf.parse_example reads their features."""

from __future__ import annotations

from tinytf import dtypes, logging
from tinytf.contrib.layers.crossed_columns import _BucketizedColumn, _CrossedColumn
from tinytf.contrib.layers.dense_columns import (
    _EmbeddingColumn,
    _OneHotColumn,
    _RealValuedColumn,
    _RealValuedVarLenColumn,
    _ScatteredEmbeddingColumn,
)
from tinytf.contrib.layers.sparse_columns import (
    _FeatureColumn,
    _SparseColumn,
    _SparseColumnHashed,
    _SparseColumnIntegerized,
    _SparseColumnKeys,
    _SparseColumnVocabulary,
    _SparseIdLookupConfig,
    _WeightedSparseColumn,
)
from tinytf.ops.array.placeholder import placeholder, sparse_placeholder
from tinytf.ops.files.parsing_examples import FixedLenFeature, FixedLenSequenceFeature, VarLenFeature

# Columns of ids ---------------------------------------------------------------------------------


def sparse_column_with_integerized_feature(column_name, bucket_size, combiner="sum", dtype=dtypes.int64):
    """A feature of integers, used modulo `bucket_size`.  Follows tf.contrib.layers of TF 1.15, as all here do."""
    return _SparseColumnIntegerized(column_name, is_integerized=True, bucket_size=bucket_size, combiner=combiner, dtype=dtype)


def sparse_column_with_hash_bucket(column_name, hash_bucket_size, combiner="sum", dtype=dtypes.string, hash_keys=None):
    """A feature of words or integers, by their hashes."""
    return _SparseColumnHashed(column_name, bucket_size=hash_bucket_size, combiner=combiner, dtype=dtype, hash_keys=hash_keys)


def sparse_column_with_keys(column_name, keys, default_value=-1, combiner="sum", dtype=dtypes.string):
    """A feature of words (or integers), by their places in `keys`; others have the id `default_value`."""
    keys = tuple(keys)
    config = _SparseIdLookupConfig(keys=keys, vocab_size=len(keys), default_value=default_value)
    return _SparseColumnKeys(column_name, lookup_config=config, combiner=combiner, dtype=dtype)


def sparse_column_with_vocabulary_file(
    column_name, vocabulary_file, num_oov_buckets=0, vocab_size=None, default_value=-1, combiner="sum", dtype=dtypes.string
):
    """A feature of words, by their lines in a file; ValueError without `vocab_size`."""
    if vocab_size is None:
        raise ValueError("vocab_size should be defined. column_name: {}".format(column_name))
    config = _SparseIdLookupConfig(vocabulary_file, None, num_oov_buckets, vocab_size, default_value)
    return _SparseColumnVocabulary(column_name, lookup_config=config, combiner=combiner, dtype=dtype)


def weighted_sparse_column(sparse_id_column, weight_column_name, dtype=dtypes.float32):
    """A column of ids, weighted by another feature."""
    if not (dtype.is_integer or dtype.is_floating):
        raise ValueError("dtype is not convertible to float. Given {}".format(dtype))
    return _WeightedSparseColumn(sparse_id_column, weight_column_name, dtype)


def crossed_column(columns, hash_bucket_size, combiner="sum", ckpt_to_load_from=None, tensor_name_in_ckpt=None, hash_key=None):
    """The combinations of what columns of ids and buckets give, by their hashes."""
    return _CrossedColumn(columns, hash_bucket_size, hash_key, combiner, ckpt_to_load_from, tensor_name_in_ckpt)


# Columns of numbers -----------------------------------------------------------------------------


def one_hot_column(sparse_id_column):
    """A flag for each id of a column."""
    return _OneHotColumn(sparse_id_column)


def embedding_column(
    sparse_id_column, dimension, combiner="mean", initializer=None, ckpt_to_load_from=None, tensor_name_in_ckpt=None, max_norm=None,
    trainable=True,
):  # fmt: skip
    """A trained vector for each id of a column."""
    return _EmbeddingColumn(
        sparse_id_column, dimension, combiner, initializer, ckpt_to_load_from, tensor_name_in_ckpt, max_norm=max_norm, trainable=trainable
    )


def shared_embedding_columns(
    sparse_id_columns, dimension, combiner="mean", shared_embedding_name=None, initializer=None, ckpt_to_load_from=None,
    tensor_name_in_ckpt=None, max_norm=None, trainable=True,
):  # fmt: skip
    """Embeddings of several columns with the same ids, in one variable."""
    if not isinstance(sparse_id_columns, (list, tuple)):
        raise TypeError(
            "sparse_id_columns must be a non-string sequence (ex: list or tuple) instead of type {}.".format(type(sparse_id_columns))
        )
    if len(sparse_id_columns) < 1:
        raise ValueError("The input sparse_id_columns should have at least one element.")
    for column in sparse_id_columns:
        if not isinstance(column, (_SparseColumn, _WeightedSparseColumn)):
            raise TypeError("Elements of sparse_id_columns must be _SparseColumn or _WeightedSparseColumn, but {} is not.".format(column))

    def embedded(column, name, vocab_size):
        return _EmbeddingColumn(
            column, dimension, combiner, initializer, ckpt_to_load_from, tensor_name_in_ckpt, name, vocab_size, max_norm, trainable
        )

    first = sparse_id_columns[0]
    if len(sparse_id_columns) == 1:
        return [embedded(first, shared_embedding_name, None)]
    for column in sparse_id_columns[1:]:
        one, other = (first, column) if isinstance(first, _WeightedSparseColumn) else (column, first)
        if not one.is_compatible(other):
            raise ValueError("The input sparse id columns are not compatible.")
    name = shared_embedding_name or _shared_name(sparse_id_columns)
    return tuple(embedded(column, name, first.length) for column in sparse_id_columns)


def _shared_name(columns) -> str:
    """a_b_c_plus_2_others_shared_embedding."""
    names = sorted(c.name for c in columns if isinstance(c, _SparseColumn)) + sorted(
        c.name for c in columns if not isinstance(c, _SparseColumn)
    )
    others = "_plus_{}_others".format(len(names) - 3) if len(names) > 3 else ""
    return "_".join(names[:3]) + others + "_shared_embedding"


def scattered_embedding_column(column_name, size, dimension, hash_key, combiner="mean", initializer=None):
    """A vector for each word, of numbers that its hashes pick from a list of `size`."""
    if dimension < 1 or size < 1:
        raise ValueError(
            "Dimension and size must be greater than 0. dimension: {}, size: {}, column_name: {}".format(dimension, size, column_name)
        )
    if combiner not in ("mean", "sqrtn", "sum"):
        raise ValueError("Combiner must be one of 'mean', 'sqrtn' or 'sum'. combiner: {}, column_name: {}".format(combiner, column_name))
    return _ScatteredEmbeddingColumn(column_name, size, dimension, hash_key, combiner, initializer)


def real_valued_column(column_name, dimension=1, default_value=None, dtype=dtypes.float32, normalizer=None):
    """A feature of `dimension` numbers."""
    if dimension is None:
        raise TypeError(
            "dimension must be an integer. Use the _real_valued_var_len_column for variable length features."
            "dimension: {}, column_name: {}".format(dimension, column_name)
        )
    if not isinstance(dimension, int):
        raise TypeError("dimension must be an integer. dimension: {}, column_name: {}".format(dimension, column_name))
    if dimension < 1:
        raise ValueError("dimension must be greater than 0. dimension: {}, column_name: {}".format(dimension, column_name))
    if not (dtype.is_integer or dtype.is_floating):
        raise ValueError("dtype must be convertible to float. dtype: {}, column_name: {}".format(dtype, column_name))
    if default_value is None:
        return _RealValuedColumn(column_name, dimension, None, dtype, normalizer)
    values = default_value if isinstance(default_value, list) else [default_value] * dimension
    if len(values) != dimension:
        raise ValueError(
            "The length of default_value must be equal to dimension. default_value: {}, dimension: {}, column_name: {}".format(
                default_value, dimension, column_name
            )
        )
    if all(isinstance(v, int) for v in values) or dtype.is_floating and all(isinstance(v, (int, float)) for v in values):
        if dtype.is_floating:
            values = [float(v) for v in values]
        return _RealValuedColumn(column_name, dimension, values, dtype, normalizer)
    raise TypeError(
        "default_value must be compatible with dtype. default_value: {}, dtype: {}, column_name: {}".format(default_value, dtype, column_name)
    )


def _real_valued_var_len_column(column_name, default_value=None, dtype=dtypes.float32, normalizer=None, is_sparse=False):
    """A feature of any number of numbers: sparse, or padded with `default_value`."""
    if not (dtype.is_integer or dtype.is_floating):
        raise TypeError("dtype must be convertible to float. dtype: {}, column_name: {}".format(dtype, column_name))
    if default_value is None and not is_sparse:
        raise ValueError("default_value must be provided when is_sparse=False to parse a padded Tensor. column_name: {}".format(column_name))
    if isinstance(default_value, list):
        raise ValueError("Only scalar default value. default_value: {}, column_name: {}".format(default_value, column_name))
    if default_value is not None:
        default_value = int(default_value) if dtype.is_integer else float(default_value)
    return _RealValuedVarLenColumn(column_name, default_value, dtype, normalizer, is_sparse)


def bucketized_column(source_column, boundaries):
    """Which of the ranges between `boundaries` a number is in."""
    return _BucketizedColumn(source_column, boundaries)


# Reading examples -------------------------------------------------------------------------------


def create_feature_spec_for_parsing(feature_columns) -> dict:
    """{feature: how tf.parse_example reads it}."""
    columns = feature_columns.values() if isinstance(feature_columns, dict) else feature_columns
    spec: dict = {}
    for column in columns:
        if not isinstance(column, _FeatureColumn):
            raise TypeError("feature_columns should only contain instances of _FeatureColumn. Given column is {}".format(column))
        spec.update(column.config)
    return spec


def create_sequence_feature_spec_for_parsing(sequence_feature_columns, allow_missing_by_default=False) -> dict:
    """The same for the feature lists of a SequenceExample."""
    spec: dict = {}
    for key, feature in create_feature_spec_for_parsing(sequence_feature_columns).items():
        if isinstance(feature, (FixedLenFeature, FixedLenSequenceFeature)):
            has_default = feature.default_value is not None
            if has_default:
                logging.warning(
                    'Found default value %s for feature "%s". Ignoring this value and setting `allow_missing=True` instead.',
                    feature.default_value, key,
                )  # fmt: skip
            feature = FixedLenSequenceFeature(feature.shape, feature.dtype, allow_missing_by_default or has_default)
        elif not isinstance(feature, VarLenFeature):
            raise TypeError("Unsupported feature type: {}".format(type(feature).__name__))
        spec[key] = feature
    return spec


def make_place_holder_tensors_for_base_features(feature_columns) -> dict:
    """{feature: a placeholder for it}, sparse where the feature is."""
    placeholders = {}
    for name, feature in create_feature_spec_for_parsing(feature_columns).items():
        if isinstance(feature, VarLenFeature):
            placeholders[name] = sparse_placeholder(feature.dtype, name="Placeholder_{}".format(name))
        else:
            placeholders[name] = placeholder(feature.dtype, shape=(None, feature.shape[0]), name="Placeholder_{}".format(name))
    return placeholders
