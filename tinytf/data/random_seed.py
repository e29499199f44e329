"""tensorflow.python.data.util.random_seed: the seeds of a dataset.  Follows the module of TF 1.15."""

from __future__ import annotations

from tinytf.data.dataset import _seeds


def get_seed(seed):
    """(seed, seed2), int64 tensors made of the op's seed and the graph's."""
    return tuple(_seeds(seed))
