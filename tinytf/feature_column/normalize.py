"""Checks that the columns of a layer and their tensors fit together."""

from __future__ import annotations

from tinytf.feature_column.columns import FeatureColumn


def normalized(feature_columns, kinds, what) -> list:
    """The columns, sorted by name; ValueError for what is none of `kinds`, for none at all and for common names."""
    if isinstance(feature_columns, dict):
        raise ValueError("Expected feature_columns to be iterable, found dict.")
    columns = [feature_columns] if isinstance(feature_columns, FeatureColumn) else list(feature_columns)
    by_name: dict = {}
    for column in columns:
        if not isinstance(column, FeatureColumn):
            raise ValueError(f"Items of feature_columns must be a FeatureColumn. Given (type {type(column)}): {column}.")
        if column.name in by_name:
            raise ValueError(
                f"Duplicate feature column name found for columns: {column} and {by_name[column.name]}. This usually means that "
                "these columns refer to same base feature. Either one must be discarded or a duplicated but renamed item must be "
                "inserted in features dict."
            )
        by_name[column.name] = column
        if not isinstance(column, kinds):
            raise ValueError(f"Items of feature_columns must be a {what}. Given: {column}")
    if not columns:
        raise ValueError("feature_columns must not be empty.")
    return sorted(columns, key=lambda column: column.name)


def check_batch_sizes(tensors, columns) -> None:
    """ValueError where the static batch sizes differ."""
    known = [(t.shape.dims[0].value, c.name) for t, c in zip(tensors, columns) if t.shape.dims[0].value is not None]
    for size, name in known[1:]:
        if size != known[0][0]:
            raise ValueError(
                "Batch size (first dimension) of each feature must be same. "
                f"Batch size of columns ({known[0][1]}, {name}): ({known[0][0]}, {size})"
            )
