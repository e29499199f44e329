"""What measures a dataset; nobody collects it here, as nobody does in TensorFlow without a StatsAggregator."""

from __future__ import annotations


def latency_stats(tag):
    """A transformation: the same elements, the time for each recorded under `tag`.  Follows `tf.data.experimental.latency_stats`."""
    return lambda dataset: dataset._new("LatencyStatsDataset", dataset._variant_tensor, tag)


def bytes_produced_stats(tag):
    """A transformation: the same elements, their sizes recorded under `tag`.  Follows `tf.data.experimental.bytes_produced_stats`."""
    return lambda dataset: dataset._new("BytesProducedStatsDataset", dataset._variant_tensor, tag)
