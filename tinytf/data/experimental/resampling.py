"""`rejection_resample`: elements thrown away so that classes come in the wanted proportions."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.data.dataset import Dataset
from tinytf.data.experimental.mixing import sample_from_datasets
from tinytf.data.experimental.streams import scan
from tinytf.graph.constant_value import public_constant_value
from tinytf.graph.convert import convert_to_tensor

_SMOOTHING = 10  # examples of each class that the estimate starts with
_BATCH = 32  # elements after which the estimate is made anew


def rejection_resample(class_func, target_dist, initial_dist=None, seed=None):
    """A transformation: (class, element) pairs with the classes distributed as in `target_dist`.

    Follows `tf.data.experimental.rejection_resample` of TF 1.15.
    """

    def transform(dataset):
        target = convert_to_tensor(target_dist, name="target_dist")
        classes = dataset.map(class_func)
        if initial_dist is not None:
            initial = convert_to_tensor(initial_dist, name="initial_dist")
            accepted, kept = _acceptance(initial, target)
            initial_ds = Dataset.from_tensors(initial).repeat()
            accepted_ds = Dataset.from_tensors(accepted).repeat()
            kept_ds = Dataset.from_tensors(kept).repeat()
            static = _static_share(initial, target)
        else:
            initial_ds = _estimated(target, classes)
            both = initial_ds.map(lambda initial: _acceptance(initial, target))
            accepted_ds = both.map(lambda accepted, _: accepted)
            kept_ds = both.map(lambda _, kept: kept)
            static = None
        filtered = _filtered(dataset, accepted_ds, initial_ds, classes, seed).prefetch(3)
        if static == 1:
            return Dataset.zip((classes, dataset))
        if static == 0:
            return filtered
        pairs = Dataset.zip((classes, dataset))
        weights = kept_ds.map(lambda share: [(share, 1.0 - share)])
        return sample_from_datasets([pairs, filtered], weights=weights, seed=seed)

    return transform


def _acceptance(initial, target):
    """(how probably an element of each class is kept, the share of elements that need no throwing away)."""
    from tinytf.ops.math import math_ops

    ratio = target / (initial + np.finfo(initial.dtype.as_numpy_dtype).tiny)
    most, least = math_ops.reduce_max(ratio), math_ops.reduce_min(ratio)
    return (ratio - least) / (most - least), least


def _static_share(initial, target):
    initial, target = public_constant_value(initial), public_constant_value(target)
    if initial is None or target is None:
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.min(target / initial)


def _estimated(target, classes) -> Dataset:
    """The distribution of classes among the elements so far."""
    from tinytf.ops.array import array_ops
    from tinytf.ops.math import math_ops

    count = target.dims[0] or array_ops.shape(target)[0]
    start = array_ops.fill([count], np.int64(_SMOOTHING))

    def update_estimate_and_tile(seen, batch):
        seen = math_ops.add(seen, math_ops.reduce_sum(array_ops.one_hot(batch, seen.dims[0], dtype=dtypes.int64), 0))
        share = math_ops.cast(math_ops.truediv(seen, math_ops.reduce_sum(seen)), dtypes.float32)
        return seen, array_ops.tile(array_ops.expand_dims(share, 0), [_BATCH, 1])

    return classes.batch(_BATCH).apply(scan(start, update_estimate_and_tile)).unbatch()


def _filtered(dataset, accepted_ds, initial_ds, classes, seed) -> Dataset:
    from tinytf.ops.array import array_ops
    from tinytf.ops.control_flow.cond import cond
    from tinytf.ops.control_flow.script_ops import Print
    from tinytf.ops.math import math_ops
    from tinytf.ops.random import random_ops

    def maybe_warn_on_large_rejection(accepted, initial):
        rejected = math_ops.reduce_sum((1 - accepted) * initial)
        message = "Proportion of examples rejected by sampler is high: "
        return cond(
            math_ops.less(rejected, 0.5),
            lambda: accepted,
            lambda: Print(accepted, [rejected, initial, accepted], message=message, summarize=100, first_n=10),
        )

    def _gather_and_copy(number, accepted, data):
        return number, array_ops.gather(accepted, number), data

    accepted_ds = Dataset.zip((accepted_ds, initial_ds)).map(maybe_warn_on_large_rejection)
    rows = Dataset.zip((classes, accepted_ds, dataset)).map(_gather_and_copy)
    kept = rows.filter(lambda _1, p, _2: random_ops.random_uniform([], seed=seed) < p)
    return kept.map(lambda number, _, data: (number, data))
