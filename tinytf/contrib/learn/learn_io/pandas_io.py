"""Frames of pandas as arrays: pandas itself is not needed for anything else.  Follows pandas_io of tf.contrib.learn of TF 1.15."""

from __future__ import annotations

from tinytf.estimator.inputs import pandas_input_fn as _pandas_input_fn

_TYPES = frozenset("int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 bool".split())


def _is_frame(data) -> bool:
    return type(data).__name__ == "DataFrame" and hasattr(data, "columns")


def pandas_input_fn(
    x, y=None, batch_size=128, num_epochs=1, shuffle=True, queue_capacity=1000, num_threads=1, target_column="target"
):
    """tf.estimator.inputs.pandas_input_fn, shuffling unless told not to."""
    return _pandas_input_fn(
        x, y, batch_size, num_epochs, shuffle, queue_capacity=queue_capacity, num_threads=num_threads, target_column=target_column
    )


def extract_pandas_data(data):
    """A frame of numbers as an array of floats; what is no frame stays as it is."""
    if not _is_frame(data):
        return data
    bad = ["'" + str(name) + "' type='" + data[name].dtype.name + "'" for name in data if data[name].dtype.name not in _TYPES]
    if bad:
        raise ValueError("Data types for extracting pandas data must be int, float, or bool. Found: " + ", ".join(bad))
    return data.values.astype("float")


def extract_pandas_matrix(data):
    """A frame as an array; what is no frame stays as it is."""
    return data.values if _is_frame(data) else data


def extract_pandas_labels(labels):
    """A frame of one column of numbers as an array; what is no frame stays as it is."""
    if not _is_frame(labels):
        return labels
    if len(labels.columns) > 1:
        raise ValueError("Only one column for labels is allowed.")
    bad = ["'" + str(name) + "' type=" + labels[name].dtype.name for name in labels if labels[name].dtype.name not in _TYPES]
    if bad:
        raise ValueError("Data types for extracting labels must be int, float, or bool. Found: " + ", ".join(bad))
    return labels.values
