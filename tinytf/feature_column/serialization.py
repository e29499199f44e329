"""Columns as plain dicts, and back. Follows tensorflow/python/feature_column/serialization.py of TF 1.15."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.feature_column import columns as kinds
from tinytf.feature_column import embedding_columns, sequence_columns
from tinytf.ops.state import init_ops

_CLASSES = {
    kind.__name__: kind
    for kind in (
        kinds.BucketizedColumn, kinds.CrossedColumn, embedding_columns.EmbeddingColumn, kinds.HashedCategoricalColumn,
        kinds.IdentityCategoricalColumn, embedding_columns.IndicatorColumn, kinds.NumericColumn, embedding_columns.SharedEmbeddingColumn,
        sequence_columns.SequenceCategoricalColumn, sequence_columns.SequenceNumericColumn, kinds.VocabularyFileCategoricalColumn, kinds.VocabularyListCategoricalColumn, kinds.WeightedCategoricalColumn,
    )
}  # fmt: skip
_COLUMN_FIELDS = ("source_column", "categorical_column")


def _as_plain(field, value):
    """The value of a column's field as a config holds it."""
    if field in _COLUMN_FIELDS:
        return serialize_feature_column(value)
    if field == "keys":
        return tuple(serialize_feature_column(key) for key in value)
    if field == "dtype":
        return value.name
    if field == "normalizer_fn":
        return getattr(value, "__name__", value)
    if field == "initializer":
        return {"class_name": type(value).__name__, "config": value.get_config()}
    return value


def _from_plain(field, value, custom_objects, columns_by_name):
    if field in _COLUMN_FIELDS:
        return deserialize_feature_column(value, custom_objects, columns_by_name)
    if field == "keys":
        return tuple(deserialize_feature_column(key, custom_objects, columns_by_name) for key in value)
    if field == "dtype":
        return dtypes.as_dtype(value)
    if field == "normalizer_fn":
        return _custom(value, custom_objects) if isinstance(value, str) else value
    if field == "initializer":
        kind = (custom_objects or {}).get(value["class_name"]) or getattr(init_ops, value["class_name"])
        return kind(**value["config"])
    return tuple(value) if isinstance(value, list) else value


def _custom(name, custom_objects):
    if name not in (custom_objects or {}):
        raise ValueError("Unknown normalizer function: %s" % name)
    return custom_objects[name]


def config_of(column) -> dict:
    """{field: plain value} of a column."""
    return {field: _as_plain(field, getattr(column, field)) for field in column._fields}


def column_of(cls, config, custom_objects=None, columns_by_name=None):
    """The column of a class that a config describes; ValueError for a config with other fields."""
    if set(config) != set(cls._fields):
        raise ValueError("Invalid config: {}, expected keys: {}".format(config, cls._fields))
    return cls(**{field: _from_plain(field, value, custom_objects, columns_by_name) for field, value in config.items()})


def serialize_feature_column(fc):
    """{"class_name", "config"} of a column; a feature's name stays."""
    if isinstance(fc, str):
        return fc
    if not isinstance(fc, kinds.FeatureColumn):
        raise ValueError("Instance: {} is not a FeatureColumn".format(fc))
    return {"class_name": type(fc).__name__, "config": fc._get_config()}


def deserialize_feature_column(config, custom_objects=None, columns_by_name=None):
    """What serialize_feature_column was given; one column for equal ones, in `columns_by_name`."""
    if isinstance(config, str):
        return config
    if not isinstance(config, dict) or set(config) != {"class_name", "config"}:
        raise ValueError("Improper config format: " + str(config))
    name = config["class_name"]
    cls = (custom_objects or {}).get(name) or _CLASSES.get(name)
    if cls is None:
        raise ValueError("Unknown feature_column_v2: " + name)
    if not issubclass(cls, kinds.FeatureColumn):
        raise ValueError("Expected FeatureColumn class, instead found: {}".format(cls))
    known = {} if columns_by_name is None else columns_by_name
    column = cls._from_config(config["config"], custom_objects=custom_objects, columns_by_name=known)
    return known.setdefault("%s:%s" % (type(column).__name__, column.name), column)


def serialize_feature_columns(feature_columns) -> list:
    """serialize_feature_column of each."""
    return [serialize_feature_column(column) for column in feature_columns]


def deserialize_feature_columns(configs, custom_objects=None) -> list:
    """deserialize_feature_column of each; a column that several are made of is one."""
    known: dict = {}
    return [deserialize_feature_column(config, custom_objects, known) for config in configs]
