"""Numbers to the buckets between boundaries."""

from __future__ import annotations

from tinytf.graph.build import make


def bucketize(input_tensor, boundaries, name=None):
    """How many of the sorted `boundaries` are not above each number.  Follows `bucketize` of tf.contrib.layers in TF 1.15."""
    return make("Bucketize", input_tensor, boundaries=boundaries, name=name)
