"""Boosted trees: quantiles and buckets, sums and splits, growing with and without pruning, predictions; the estimators."""

from __future__ import annotations

import importlib

import numpy as np


def _resource(tf, ops, kind):
    return getattr(ops, f"boosted_trees_{kind}_resource_handle_op")(container="", shared_name="shared")


def _ops(tf):
    return importlib.import_module("tinytf.generated_ops" if tf.__name__ == "tinytf" else "tensorflow.python.ops.gen_boosted_trees_ops")


def _quantiles(seed, n, epsilon, count, even=False):
    """Batches go in, boundaries come out, and the last batch goes into buckets."""

    def case(tf):
        ops, random = _ops(tf), np.random.RandomState(seed)
        handle = _resource(tf, ops, "quantile_stream")
        create = ops.boosted_trees_create_quantile_stream_resource(handle, epsilon, 2)
        first, second = tf.placeholder(tf.float32, [None]), tf.placeholder(tf.float32, [None])
        summaries = ops.boosted_trees_make_quantile_summaries([first, second], [1.0], epsilon)
        add = ops.boosted_trees_quantile_stream_resource_add_summaries(handle, summaries)
        flush = ops.boosted_trees_quantile_stream_resource_flush(handle, count, generate_quantiles=even)
        boundaries = ops.boosted_trees_quantile_stream_resource_get_bucket_boundaries(handle, 2)
        buckets = ops.boosted_trees_bucketize([first, second], boundaries)
        unknown = [tf.placeholder_with_default(t, None) for t in (first, second)]
        replace = ops.boosted_trees_quantile_stream_resource_deserialize(handle, unknown)
        ready = ops.is_boosted_trees_quantile_stream_resource_initialized(handle)

        def run(session):
            found = [session.run(ready)]
            session.run(create)
            for _ in range(3):
                feed = {first: random.randn(n).astype(np.float32), second: random.randint(0, 30, n).astype(np.float32)}
                found.append(session.run([summaries, add], feed)[0])
            session.run(flush)
            found += [session.run([ready, boundaries, buckets], feed)]
            session.run(replace, {first: [0.0, 1.0], second: [5.0]})
            return [*found, session.run([boundaries, buckets], feed)]

        return run

    return case


def case_boundaries_of_known_shape(tf):
    ops = _ops(tf)
    return ops.boosted_trees_quantile_stream_resource_deserialize(_resource(tf, ops, "quantile_stream"), [[0.0, 1.0], [5.0]])


def _batch(seed, n=40, splits=7, buckets=6):
    random = np.random.RandomState(seed)
    nodes = random.randint(0, splits, n).astype(np.int32)
    features = [random.randint(0, buckets, n).astype(np.int32) for _ in range(3)]
    return nodes, random.randn(n, 1).astype(np.float32), random.rand(n, 1).astype(np.float32), features


def _gains(seed, l1, l2, complexity, min_node_weight):
    def case(tf):
        ops, (nodes, gradients, hessians, features) = _ops(tf), _batch(seed)
        stats = ops.boosted_trees_make_stats_summary(nodes, gradients, hessians, features, 7, 6)
        costs = [tf.constant(c) for c in (l1, l2, complexity, min_node_weight)]
        return [stats, list(ops.boosted_trees_calculate_best_gains_per_feature([1, 6], tf.unstack(stats), *costs, max_splits=7))]

    return case


def _splits(seed, size, split_type="inequality"):
    def case(tf):
        ops, (nodes, _, _, features) = _ops(tf), _batch(seed)
        random = np.random.RandomState(seed)
        gradients = random.randint(-9, 9, (40, size)).astype(np.float32)
        hessians = random.randint(1, 9, (40, size)).astype(np.float32)
        stats = ops.boosted_trees_aggregate_stats(nodes, gradients, hessians, np.stack(features, axis=1), 7, 6)
        found = ops.boosted_trees_calculate_best_feature_split([0, 7], stats, 0.0, 0.5, 0.1, 0.0, size, split_type=split_type)
        return [stats, list(found)]

    case.ulps = 64
    return case


def _sparse(seed):
    """Features that not all examples have, as a sparse matrix; the same dense, with a bucket for the missing ones."""

    def case(tf):
        ops, random = _ops(tf), np.random.RandomState(seed)
        nodes, gradients = random.randint(0, 3, 30).astype(np.int32), random.randint(-4, 5, (30, 1)).astype(np.float32)
        hessians = (random.randint(1, 9, (30, 1)) / 8.0).astype(np.float32)
        indices = np.argwhere(random.rand(30, 2) > 0.4).astype(np.int32)
        values = random.randint(0, 4, len(indices)).astype(np.int32)
        stats = ops.boosted_trees_sparse_aggregate_stats(nodes, gradients, hessians, indices, values, [30, 2], 3, 4)
        costs = [tf.constant(c) for c in (0.0, 0.5, 0.1, 0.0)]
        dense = tf.scatter_nd(stats[0], stats[1], stats[2])
        return [
            list(stats),
            list(ops.boosted_trees_sparse_calculate_best_feature_split([0, 3], *stats, *costs, logits_dimension=1)),
            list(ops.boosted_trees_calculate_best_feature_split([0, 3], dense, *costs, logits_dimension=1)),
        ]

    case.ulps = 64
    return case


def _growth(seed, depth, pruning, bias=False, second=False):
    """Random splits, layer after layer; what the trees say after each, from the start and from where the examples were."""

    def case(tf):
        ops, random = _ops(tf), np.random.RandomState(seed)
        handle = _resource(tf, ops, "ensemble")
        create = ops.boosted_trees_create_ensemble(handle, 3, "")
        features = _batch(seed)[3]
        trees, nodes = tf.placeholder(tf.int32, [40]), tf.placeholder(tf.int32, [40])
        states = ops.boosted_trees_get_ensemble_states(handle)
        further = ops.boosted_trees_training_predict(handle, trees, nodes, features, 1)
        whole = ops.boosted_trees_predict(handle, features, 1)
        paths = ops.boosted_trees_example_debug_outputs(handle, features, 1)
        serialized = ops.boosted_trees_serialize_ensemble(handle)
        center = ops.boosted_trees_center_bias(handle, [[0.5]], [[0.3]], 0.0, 0.1)

        def layer(start, end):
            ids = random.permutation(3)[: random.randint(1, 4)].astype(np.int32)
            found = [np.arange(start, end)[random.rand(end - start) > 0.2].astype(np.int32) for _ in ids]
            gains = [(random.randint(-3, 6, len(n)) / 2.0).astype(np.float32) for n in found]
            thresholds = [random.randint(0, 6, len(n)).astype(np.int32) for n in found]
            left, right = ([random.randn(len(n), 1).astype(np.float32) for n in found] for _ in range(2))
            if not second:
                return ops.boosted_trees_update_ensemble(handle, ids, found, gains, thresholds, left, right, depth, 0.1, pruning)
            names = ["INEQUALITY_DEFAULT_LEFT", "INEQUALITY_DEFAULT_RIGHT", "EQUALITY_DEFAULT_RIGHT"]
            kinds = [tf.constant([names[i % 3] for i in n], tf.string, shape=[len(n)]) for n in found]
            zeros = [np.zeros(len(n), np.int32) for n in found]
            return ops.boosted_trees_update_ensemble_v2(
                handle, ids, zeros, found, gains, thresholds, left, right, kinds, depth, 0.1, pruning
            )

        def run(session):
            session.run(create)
            seen = [session.run(center), session.run(center)] if bias else []
            at = np.zeros(40, np.int32), -np.ones(40, np.int32)
            for _ in range(7):
                _, _, _, _, (start, end) = state = session.run(list(states))
                logits, at_tree, at_node = session.run(list(further), {trees: at[0], nodes: at[1]})
                at = at_tree, at_node
                session.run(layer(start, end))
                seen += [state, logits, at, session.run([list(serialized), whole])]
            return [*seen, session.run(paths)] if bias else seen

        return run

    return case


def case_loaded_ensemble_is_told_by_its_states(tf):
    ops = _ops(tf)
    handle = _resource(tf, ops, "ensemble")
    create = ops.boosted_trees_create_ensemble(handle, 1, "")
    # a tree of one leaf, finalized
    replace = ops.boosted_trees_deserialize_ensemble(handle, 9, b"\n\t\n\x07\n\x05\x1d\x00\x00\x00?\x12\x04\x00\x00\x80?\x1a\x02\x18\x01")
    fetches = [list(ops.boosted_trees_get_ensemble_states(handle)), list(ops.boosted_trees_serialize_ensemble(handle))]

    def run(session):
        session.run(create)
        before = session.run(fetches)
        session.run(replace)
        return before, session.run(fetches)

    return run


def case_ensemble_that_was_not_created(tf):
    ops = _ops(tf)
    return list(ops.boosted_trees_serialize_ensemble(_resource(tf, ops, "ensemble")))


def _estimator(kind, columns, **settings):
    """Trains on 60 examples and returns the ensemble, an evaluation and predictions."""

    def case(tf):
        random, column = np.random.RandomState(2), tf.feature_column
        x = {"a": random.randint(-9, 9, 60).astype(np.float32), "b": random.rand(60).astype(np.float32), "w": random.rand(60).astype(np.float32)}
        y = (x["a"] > 0) ^ (x["b"] > 0.5)
        y = y.astype(np.int32) if kind == "BoostedTreesClassifier" else (x["a"] + 3.0 * y).astype(np.float32)
        made = {
            "number": column.numeric_column("a"),
            "bucketized": column.bucketized_column(column.numeric_column("b"), [0.2, 0.5, 0.8]),
            "indicator": column.indicator_column(column.categorical_column_with_identity("c", 3)),
        }
        x["c"] = random.randint(0, 3, 60)

        def batches(size):
            return lambda: tf.data.Dataset.from_tensor_slices((x, y)).repeat(None if size < 60 else 1).batch(size)

        def run(session):
            try:
                model = getattr(tf.estimator, kind)([made[c] for c in columns], n_trees=2, max_depth=2, **settings)
                model.train(batches(30), max_steps=16)
                importances = model.experimental_feature_importances()
                scores = model.evaluate(batches(60))
                first = [list(p.values())[0] for p in model.predict(batches(60))]
            finally:
                tf.disable_resource_variables()  # which the estimator has enabled, for all graphs to come
            numbers = [sorted(importances.values()), [scores[k] for k in sorted(scores)], first]
            return [sorted(importances), sorted(scores), [np.array(n, np.float32) for n in numbers]]

        return run

    case.ulps = 4096
    return case


def cases():
    for i, (n, epsilon, count) in enumerate([(5, 0.1, 10), (300, 0.01, 100), (2000, 0.1, 10), (600, 0.003, 50)]):
        yield f"quantiles_{n}_{epsilon}", _quantiles(i, n, epsilon, count)
    yield "quantiles_even", _quantiles(7, 300, 0.1, 10, even=True)
    yield "gains", _gains(0, 0.0, 0.0, 0.0, 0.0)
    yield "gains_with_costs", _gains(1, 0.1, 0.5, 0.3, 1.5)
    yield "splits", _splits(0, 1)
    yield "splits_of_two_logits", _splits(1, 2)
    yield "splits_by_equality", _splits(2, 1, "equality")
    yield "sparse_splits", _sparse(0)
    yield "growth", _growth(0, 2, 0)
    yield "growth_from_a_bias", _growth(1, 3, 0, bias=True)
    yield "growth_pre_pruned", _growth(2, 2, 1)
    yield "growth_post_pruned", _growth(3, 3, 2)
    yield "growth_by_both_kinds_of_splits", _growth(4, 2, 0, second=True)
    yield "classifier", _estimator("BoostedTreesClassifier", ["number", "bucketized", "indicator"], n_batches_per_layer=2)
    yield "classifier_with_weights", _estimator("BoostedTreesClassifier", ["bucketized"], n_batches_per_layer=1, weight_column="w", l2_regularization=0.1)
    yield "regressor_from_a_bias", _estimator("BoostedTreesRegressor", ["number", "bucketized"], n_batches_per_layer=2, center_bias=True)
