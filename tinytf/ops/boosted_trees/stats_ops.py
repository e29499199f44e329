"""From examples to the best splits: sums of gradients and hessians for each node and bucket, and what a split would gain."""

from __future__ import annotations

import numpy as np

from tinytf import errors
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.ops.boosted_trees.weights import multi_weights_and_gain, weights_and_gains
from tinytf.ops.string_kernels import objects

# Summing up -----------------------------------------------------------------------------------------


def _check_range(op_, what, values, limit) -> None:
    if len(values) and not (0 <= values.min() and values.max() < limit):
        raise errors.InvalidArgumentError(op_.node_def, op_, f"{what} must be in [0, {limit}), but they reach from {values.min()} to {values.max()}")


def _add(sums, places, values) -> None:
    """Adds up the rows of `values` by place, in float64 as TensorFlow does; places beyond the end are lost."""
    for column in range(values.shape[1]):
        sums[:, column] += np.bincount(places, weights=values[:, column], minlength=len(sums))[: len(sums)]


def _make_stats_summary(op_):
    splits, buckets = op_.attr("max_splits"), op_.attr("num_buckets")

    def summarize(node_ids, gradients, hessians, *features):
        _check_range(op_, "node_ids", node_ids, splits)
        stats = np.concatenate([gradients.reshape(-1, 1), hessians.reshape(-1, 1)], axis=1)
        size = splits * buckets
        summary = np.zeros((len(features) * size, 2), np.float64)
        for i, feature in enumerate(features):
            # The quantiles may give a bucket more than they were asked for.  TensorFlow counts its examples with the first bucket
            # of the next node (beyond the last node they are lost), and so trees are the same only if that is done here, too.
            _check_range(op_, "Buckets", feature, 2 * buckets)
            places = (i * splits + node_ids.astype(np.int64)) * buckets + feature.reshape(-1)
            _add(summary, places, stats)
        return summary.astype(np.float32).reshape(len(features), splits, buckets, 2)

    return summarize


def _aggregate_stats(op_):
    splits, buckets = op_.attr("max_splits"), op_.attr("num_buckets")

    def aggregate(node_ids, gradients, hessians, feature):
        _check_range(op_, "node_ids", node_ids, splits)
        _check_range(op_, "Buckets", feature.reshape(-1), buckets)
        stats = np.concatenate([gradients, hessians], axis=1)
        dimensions = feature.shape[1]
        summary = np.zeros((splits, dimensions, buckets + 1, stats.shape[1]))  # the last bucket is for missing values
        for dimension in range(dimensions):
            places = (node_ids.astype(np.int64) * dimensions + dimension) * (buckets + 1) + feature[:, dimension]
            _add(summary.reshape(-1, stats.shape[1]), places, stats)
        return summary.astype(np.float32)

    return aggregate


# Choosing -------------------------------------------------------------------------------------------


def _node_range(op_, node_id_range, stats) -> tuple:
    first, last = (int(i) for i in node_id_range)
    if not 0 <= first <= last <= len(stats):
        raise errors.InvalidArgumentError(op_.node_def, op_, f"node_id_range [{first}, {last}) is not within the {len(stats)} nodes of stats_summary")
    return first, last


def _best_gains(op_):
    count = op_.attr("num_features")

    def choose(node_id_range, *rest):
        summaries = rest[:count]
        l1, l2, complexity, min_node_weight = (np.float32(v) for v in rest[count:])
        columns = [_best_of_feature(op_, node_id_range, s, l1, l2, complexity, min_node_weight) for s in summaries]
        return tuple(column[i] for i in range(5) for column in columns)

    return choose


def _best_of_feature(op_, node_id_range, stats, l1, l2, complexity, min_node_weight) -> tuple:
    first, last = _node_range(op_, node_id_range, stats)
    sums = np.add.accumulate(stats[first:last], axis=1)  # [nodes, buckets, 2]: what goes left of a split after a bucket
    totals = sums[:, -1]
    heavy = totals[:, 1] >= min_node_weight
    sums, totals, nodes = sums[heavy], totals[heavy], np.arange(first, last, dtype=np.int32)[heavy]
    rest = totals[:, np.newaxis] - sums
    left, left_gain = weights_and_gains(sums[..., 0], sums[..., 1], l1, l2)
    right, right_gain = weights_and_gains(rest[..., 0], rest[..., 1], l1, l2)
    gains = left_gain + right_gain
    best, rows = gains.argmax(axis=1), np.arange(len(nodes))
    before = weights_and_gains(totals[:, 0], totals[:, 1], l1, l2)[1]
    chosen = gains[rows, best] - before - complexity
    return nodes, chosen, best.astype(np.int32), left[rows, best][:, np.newaxis], right[rows, best][:, np.newaxis]


def _weigh(stats, size, l1, l2) -> tuple:
    """(weights [n, size], gains [n]) of rows of gradients and hessians."""
    if size == 1:
        weights, gains = weights_and_gains(stats[:, 0], stats[:, 1], l1, l2)
        return weights[:, np.newaxis], gains
    return multi_weights_and_gain(stats[:, :size], stats[:, size:], l1, l2)


def _best_split(op_):
    size, equality = op_.attr("logits_dimension"), op_.attr("split_type") == b"equality"

    def choose(node_id_range, stats, l1, l2, complexity, min_node_weight):
        first, last = _node_range(op_, node_id_range, stats)
        l1, l2 = np.float32(l1), np.float32(l2)
        found = []
        for node in range(first, last):
            sums = np.add.accumulate(stats[node], axis=1)  # [dimensions, buckets, statistics]
            total = sums[0, -1]
            if total[size:].sum() < min_node_weight if size == 1 else np.linalg.norm(total[size:]) < min_node_weight:
                continue
            left = (stats[node] if equality else sums).reshape(-1, stats.shape[3])
            (left_weights, left_gains), (right_weights, right_gains) = _weigh(left, size, l1, l2), _weigh(total - left, size, l1, l2)
            gains = left_gains + right_gains
            best = int(gains.argmax())
            gain = gains[best] - _weigh(total[np.newaxis], size, l1, l2)[1][0] - np.float32(complexity)
            found.append((node, gain, best // stats.shape[2], best % stats.shape[2], left_weights[best], right_weights[best]))
        nodes, gains, dimensions, thresholds, lefts, rights = zip(*found) if found else [()] * 6
        direction = b"EQUALITY_DEFAULT_RIGHT" if equality else b"INEQUALITY_DEFAULT_LEFT"
        return (
            np.array(nodes, np.int32), np.array(gains, np.float32), np.array(dimensions, np.int32), np.array(thresholds, np.int32),
            np.array(lefts, np.float32).reshape(-1, size), np.array(rights, np.float32).reshape(-1, size),
            objects([direction] * len(nodes), (len(nodes),)),
        )  # fmt: skip

    return choose


def _summary_shape(op_):
    return [(op_.attr("num_features"), op_.attr("max_splits"), op_.attr("num_buckets"), 2)]


def _aggregate_shape(op_):
    # As TensorFlow says it, though the result has the middle two the other way round and a bucket more, for missing values.
    gradients, hessians, feature = (t.dims or (None, None) for t in op_.inputs[1:])
    statistics = gradients[1] + hessians[1] if None not in (gradients[1], hessians[1]) else None
    return [(op_.attr("max_splits"), op_.attr("num_buckets"), feature[1], statistics)]


def _gains_shape(op_):
    count = op_.attr("num_features")
    return [(None,)] * (3 * count) + [(None, 1)] * (2 * count)


_COSTS = "l1: float, l2: float, tree_complexity: float, min_node_weight: float"
op("BoostedTreesMakeStatsSummary(node_ids: int32, gradients: float, hessians: float, bucketized_features_list: num_features*int32) -> "
   "(stats_summary: float); max_splits: int >= 1; num_buckets: int >= 1; num_features: int >= 1",
   shape=_summary_shape, kernel=_make_stats_summary, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("BoostedTreesAggregateStats(node_ids: int32, gradients: float, hessians: float, feature: int32) -> (stats_summary: float); "
   "max_splits: int >= 1; num_buckets: int >= 1", shape=_aggregate_shape, kernel=_aggregate_stats)  # fmt: skip
op(f"BoostedTreesCalculateBestGainsPerFeature(node_id_range: int32, stats_summary_list: num_features*float, {_COSTS}) -> "
   "(node_ids_list: num_features*int32, gains_list: num_features*float, thresholds_list: num_features*int32, "
   "left_node_contribs_list: num_features*float, right_node_contribs_list: num_features*float); max_splits: int >= 1; num_features: int >= 1",
   shape=_gains_shape, kernel=_best_gains, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op(f"BoostedTreesCalculateBestFeatureSplit(node_id_range: int32, stats_summary: float, {_COSTS}) -> "
   "(node_ids: int32, gains: float, feature_dimensions: int32, thresholds: int32, left_node_contribs: float, right_node_contribs: float, "
   "split_with_default_directions: string); logits_dimension: int >= 1; split_type: {'inequality', 'equality'} = 'inequality'",
   shape=lambda op_: [(None,)] * 7, kernel=_best_split)  # fmt: skip
