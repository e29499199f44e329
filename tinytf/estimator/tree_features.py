"""From feature columns to what trees split on: an int32 tensor of buckets for each number that a column gives."""

from __future__ import annotations

from tinytf.feature_column.cache import Cache
from tinytf.feature_column.columns import BucketizedColumn, CategoricalColumn, DenseColumn
from tinytf.feature_column.embedding_columns import IndicatorColumn
from tinytf.graph.build import make
from tinytf.graph.default_graph import name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops


def sorted_columns(feature_columns) -> list:
    """The columns in the order in which their features are numbered."""
    return sorted(feature_columns, key=lambda column: column.name)


def _check(column) -> None:
    if isinstance(column, DenseColumn):
        return
    if isinstance(column, CategoricalColumn):
        raise ValueError(f"CategoricalColumn must be wrapped by IndicatorColumn, got: {column}")
    raise ValueError("Got unexpected feature column type")


def is_float_column(column) -> bool:
    """Whether a column's numbers have to be put into buckets."""
    if isinstance(column, (CategoricalColumn, BucketizedColumn, IndicatorColumn)):
        return False
    if isinstance(column, DenseColumn):
        return column.dtype.is_floating
    raise ValueError(f"Encountered unexpected column {column}")


def float_columns(columns) -> list:
    """Those whose numbers have to be put into buckets."""
    return [c for c in columns if is_float_column(c)]


def _width(column) -> int:
    """How many features a column makes."""
    if isinstance(column, IndicatorColumn):
        return column.categorical_column.num_buckets
    if isinstance(column, BucketizedColumn):
        return 1
    _check(column)
    dims = column.variable_shape.as_list()
    return dims[0] if dims else 1


def number_of_features(columns) -> int:
    """How many features columns make."""
    return sum(map(_width, columns))


def column_names(columns) -> list:
    """The name of the column of each feature."""
    names = []
    for column in columns:
        source = column.categorical_column if isinstance(column, IndicatorColumn) else column
        names += [source.name] * _width(column)
    return names


def group_by_buckets(columns, num_quantiles) -> tuple:
    """(numbers of buckets, the features that have so many), both lists, for columns in order.

    Bucketized columns all have as many as the longest of them.
    """
    groups: dict = {None: []}  # None: the bucketized ones
    most, feature = 2, 0
    for column in columns:
        width = _width(column)
        if isinstance(column, IndicatorColumn):
            size = 2
        elif isinstance(column, BucketizedColumn):
            size, most = None, max(most, len(column.boundaries) + 1)
        else:
            size = num_quantiles
        groups.setdefault(size, []).extend(range(feature, feature + width))
        feature += width
    bucketized = groups.pop(None)
    if bucketized:
        groups.setdefault(most, []).extend(bucketized)
    return list(groups), list(groups.values())


def boundaries_of(columns, boundaries) -> dict:
    """{name of a float column: the boundaries of its features}, from the list of all."""
    found, start = {}, 0
    for column in columns:
        found[column.name] = boundaries[start : start + _width(column)]
        start += _width(column)
    return found


def transform(features, columns) -> dict:
    """{column: its transformed tensor}."""
    if not columns:
        return {}
    with name_scope(None, "transform_features", list(features.values())):
        cache, made = Cache(features), {}
        for column in sorted_columns(columns):
            with name_scope(None, column.name):
                made[column] = cache.get(column)
    return made


def buckets(features, columns, boundaries=None, made=None, made_columns=()) -> list:
    """The features' tensors in the order of the columns.

    Args:
      boundaries: {name: boundaries} of the float columns, which are left as they are where None.
      made: what `transform` has made before of `made_columns`.
    """
    transformed = transform(features, [c for c in columns if c not in made_columns])
    if made_columns:
        transformed.update(made)
    result = []
    for column in columns:
        if isinstance(column, BucketizedColumn):
            tensor = array_ops.squeeze(transformed[column], axis=1)
            if len(tensor.shape) > 1:
                source = column.source_column.name
                shape = features[source].shape
                raise ValueError(f"For now, only supports features equivalent to rank 1 but column `{source}` got: {shape}")
            result.append(tensor)
        elif isinstance(column, IndicatorColumn):
            tensor = math_ops.to_int32(transformed[column])
            if len(tensor.shape) > 2:
                source = column.categorical_column.name
                shape = features[source].shape
                raise ValueError(f"Rank of indicator column must be no more than 2, but column `{source}` got: {shape}")
            result.extend(array_ops.unstack(tensor, axis=1))
        else:
            result.extend(_numbers(column, transformed[column], boundaries))
    return result


def _numbers(column, tensor, boundaries) -> list:
    _check(column)
    shape = column.variable_shape
    if shape.ndims > 1:
        raise ValueError(f"For now, we only support Dense column with rank of 1, but column `{column.name}` got: {shape}")
    numbers = array_ops.unstack(tensor, axis=1)
    return make("BoostedTreesBucketize", numbers, boundaries[column.name]) if boundaries else numbers
