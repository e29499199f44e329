"""What tf.parse_example has to read for a model: its feature columns, the label and the examples' weights."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.feature_column.columns import NumericColumn
from tinytf.feature_column.make import make_parse_example_spec, numeric_column
from tinytf.ops.files.parsing_examples import FixedLenFeature


def classifier_parse_example_spec(feature_columns, label_key, label_dtype=dtypes.int64, label_default=None, weight_column=None) -> dict:
    """{feature: how tf.parse_example reads it}, the label among them; ValueError where the label is a feature.

    Follows `tf.estimator.classifier_parse_example_spec` of TF 1.15.
    """
    return _with_label(feature_columns, label_key, FixedLenFeature((1,), label_dtype, label_default), weight_column)


def regressor_parse_example_spec(
    feature_columns, label_key, label_dtype=dtypes.float32, label_default=None, label_dimension=1, weight_column=None
) -> dict:
    """The same for `label_dimension` numbers.  Follows `tf.estimator.regressor_parse_example_spec` of TF 1.15."""
    return _with_label(feature_columns, label_key, FixedLenFeature((label_dimension,), label_dtype, label_default), weight_column)


def _with_label(feature_columns, label_key, label, weight_column) -> dict:
    spec = make_parse_example_spec(feature_columns)
    if label_key in spec:
        raise ValueError(f"label should not be used as feature. label_key: {label_key}, features: {spec.keys()}")
    spec[label_key] = label
    if weight_column is None:
        return spec
    if isinstance(weight_column, str):
        weight_column = numeric_column(weight_column)
    if not isinstance(weight_column, NumericColumn):
        raise ValueError(
            "weight_column should be an instance of tf.feature_column.numeric_column. "
            f"Given type: {type(weight_column)} value: {weight_column}"
        )
    if weight_column.key in spec:
        raise ValueError(f"weight_column should not be used as feature. weight_column: {weight_column.key}, features: {spec.keys()}")
    spec.update(weight_column.parse_example_spec)
    return spec
