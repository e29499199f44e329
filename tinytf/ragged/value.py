"""`RaggedTensorValue`: the arrays of a RaggedTensor, what fetching gives and feeding takes."""

from __future__ import annotations

import numpy as np


class RaggedTensorValue:
    """Rows of different lengths as two arrays: all values in one, and the splits between rows.

    `values` is an array or, where rows hold ragged rows, another RaggedTensorValue.  Follows
    `tf.ragged.RaggedTensorValue` of TF 1.15.
    """

    def __init__(self, values, row_splits):
        if not (isinstance(row_splits, (np.ndarray, np.generic)) and row_splits.dtype in (np.int64, np.int32) and row_splits.ndim == 1):
            raise TypeError("row_splits must be a 1D int32 or int64 numpy array")
        if not isinstance(values, (np.ndarray, np.generic, RaggedTensorValue)):
            raise TypeError("values must be a numpy array or a RaggedTensorValue")
        if isinstance(values, RaggedTensorValue) and row_splits.dtype != values.row_splits.dtype:
            raise ValueError("row_splits and values.row_splits must have the same dtype")
        self._values, self._row_splits = values, row_splits

    @property
    def row_splits(self):
        """Where rows begin and end: row i is values[row_splits[i]:row_splits[i + 1]]."""
        return self._row_splits

    @property
    def values(self):
        """The values of all rows, one after the other."""
        return self._values

    @property
    def dtype(self):
        """The NumPy dtype of the values."""
        return self._values.dtype

    @property
    def flat_values(self):
        """The innermost values: an array."""
        values = self._values
        while isinstance(values, RaggedTensorValue):
            values = values.values
        return values

    @property
    def nested_row_splits(self) -> tuple:
        """The splits of each ragged dimension, outermost first."""
        splits, value = [], self
        while isinstance(value, RaggedTensorValue):
            splits.append(value.row_splits)
            value = value.values
        return tuple(splits)

    @property
    def ragged_rank(self) -> int:
        """The number of ragged dimensions."""
        return len(self.nested_row_splits)

    @property
    def shape(self) -> tuple:
        """The shape, with None for a ragged dimension."""
        return (self._row_splits.shape[0] - 1, None, *self._values.shape[1:])

    def to_list(self) -> list:
        """The rows as nested lists."""
        values = self._values.to_list() if isinstance(self._values, RaggedTensorValue) else self._values.tolist()
        return [values[start:limit] for start, limit in zip(self._row_splits[:-1], self._row_splits[1:])]

    def __str__(self):
        return f"<tf.RaggedTensorValue {self.to_list()}>"

    def __repr__(self):
        return f"tf.RaggedTensorValue(values={self._values!r}, row_splits={self._row_splits!r})"
