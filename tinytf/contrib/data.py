"""tf.contrib.data: what became tf.data and tf.data.experimental.  Follows the module of this name, from TF 1.2 on."""

from __future__ import annotations

# ruff: noqa: F401
from tinytf.data import Dataset, FixedLengthRecordDataset, Iterator, TextLineDataset, TFRecordDataset
from tinytf.data.experimental import (
    AUTOTUNE,
    Counter,
    CsvDataset,
    Optional,
    RandomDataset,
    Reducer,
    SqlDataset,
    TFRecordWriter,
    bucket_by_sequence_length,
    choose_from_datasets,
    dense_to_sparse_batch,
    enumerate_dataset,
    get_next_as_optional,
    get_single_element,
    group_by_reducer,
    group_by_window,
    ignore_errors,
    make_batched_features_dataset,
    make_csv_dataset,
    map_and_batch,
    parallel_interleave,
    prefetch_to_device,
    rejection_resample,
    sample_from_datasets,
    scan,
    shuffle_and_repeat,
    unbatch,
    unique,
)


def batch_and_drop_remainder(batch_size):
    """A transformation: batches, without a smaller last one."""
    return lambda dataset: dataset.batch(batch_size, drop_remainder=True)


def padded_batch_and_drop_remainder(batch_size, padded_shapes, padding_values=None):
    """A transformation: padded batches, without a smaller last one."""
    return lambda dataset: dataset.padded_batch(batch_size, padded_shapes, padding_values=padding_values, drop_remainder=True)
