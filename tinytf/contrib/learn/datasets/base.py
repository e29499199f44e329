"""CSV files as arrays, and files fetched once.  Follows tf.contrib.learn.datasets.base of TF 1.15."""

from __future__ import annotations

import collections
import csv
import os

import numpy as np

from tinytf.examples.tutorials.mnist.input_data import Datasets, maybe_download  # noqa: F401

Dataset = collections.namedtuple("Dataset", ["data", "target"])


def load_csv_with_header(filename, target_dtype, features_dtype, target_column=-1) -> Dataset:
    """A file whose first line begins with its numbers of rows and of features: (data [rows, features], target [rows])."""
    with open(filename, newline="") as file:
        rows = csv.reader(file)
        header = next(rows)
        count, features = int(header[0]), int(header[1])
        data, target = _columns(rows, target_dtype, features_dtype, target_column)
    if len(target) > count or len(data) and data.shape[1] != features:
        raise ValueError("%s should have %d rows of %d features, but has %d of %s" % (filename, count, features, len(target), data.shape[1:]))
    if len(target) < count:  # the rest is zero
        data = np.concatenate([data.reshape(-1, features), np.zeros((count - len(data), features), features_dtype)])
        target = np.concatenate([target, np.zeros(count - len(target), target_dtype)])
    return Dataset(data, target)


def load_csv_without_header(filename, target_dtype, features_dtype, target_column=-1) -> Dataset:
    """A file of rows alone."""
    with open(filename, newline="") as file:
        return Dataset(*_columns(csv.reader(file), target_dtype, features_dtype, target_column))


def load_iris(data_path=None) -> Dataset:
    """Fisher's 150 irises: sepal length and width, petal length and width, and which of three species."""
    return load_csv_with_header(data_path or _brought("iris.csv"), target_dtype=np.int64, features_dtype=np.float64)


def load_boston(data_path=None) -> Dataset:
    """Harrison and Rubinfeld's 506 tracts of Boston: 13 numbers, and the median price of a house in 1000 dollars."""
    return load_csv_with_header(data_path or _brought("boston.csv"), target_dtype=np.float64, features_dtype=np.float64)


def _brought(name) -> str:
    return os.path.join(os.path.dirname(__file__), "data", name)


def _columns(rows, target_dtype, features_dtype, target_column):
    data, target = [], []
    for row in rows:
        target.append(np.asarray(row.pop(target_column), dtype=target_dtype))
        data.append(np.asarray(row, dtype=features_dtype))
    return np.array(data, dtype=features_dtype), np.array(target, dtype=target_dtype)
