"""tf.contrib.tensor_forest: forests on one feature, an example at a time: so there is nothing that TensorFlow draws by chance.

With more it draws on several threads, from a seed that the clock gives.
"""

from __future__ import annotations

import importlib

import numpy as np


def _module(tf):
    root = "tinytf.contrib.tensor_forest" if tf.__name__ == "tinytf" else "tensorflow.contrib.tensor_forest.python"
    return importlib.import_module(root + ".tensor_forest")


def _resources(tf):
    return importlib.import_module("tinytf.ops.state.resources" if tf.__name__ == "tinytf" else "tensorflow.python.ops.resources")


def _statistics_ops(tf):
    return importlib.import_module("tinytf.generated_ops" if tf.__name__ == "tinytf" else "tensorflow.contrib.tensor_forest.python.ops.gen_stats_ops")


def _forest(seed, weighted=False, outputs=3, **settings):
    def case(tf):
        forests, resources, random = _module(tf), _resources(tf), np.random.RandomState(seed)
        regression = settings.get("regression", False)
        x = tf.placeholder(tf.float32, [None, 1], name="x")
        y = tf.placeholder(tf.float32, [None, outputs], name="y") if regression else tf.placeholder(tf.int32, [None], name="y")
        weights = tf.placeholder(tf.float32, [None], name="weights")
        params = forests.ForestHParams(num_features=1, num_trees=1, num_classes=outputs, **settings).fill()
        forest = forests.RandomForestGraphs(params)
        train = forest.training_graph(x, y, **({"input_weights": weights} if weighted else {}))
        asked = [list(forest.inference_graph(x)), forest.training_loss(x, y), forest.trees[0].feature_usage_counts()]
        serialized = [op for op in tf.get_default_graph().get_operations() if op.type == "TreeSerialize"][0].outputs[0]
        start = tf.group(tf.global_variables_initializer(), resources.initialize_resources(resources.shared_resources()))
        grid = np.linspace(-2, 2, 9).astype(np.float32)[:, np.newaxis]

        def run(session):
            session.run(start)
            seen = []
            for i in range(90):
                value = random.randint(-20, 21) / 8.0
                target = [[value, value * value][:outputs]] if regression else [int(value > 0) + int(value > 0.8)]
                session.run(train, {x: [[value]], y: target, weights: [1.0 + i % 3]})
                if i % 15 == 14:
                    seen.append([session.run(asked, {x: grid}), session.run(serialized) if not regression else 0])
            return seen

        return run

    case.ulps = 64
    return case


def case_graph_of_a_forest(tf):
    forests, resources = _module(tf), _resources(tf)
    x, y = tf.placeholder(tf.float32, [None, 5]), tf.placeholder(tf.int64, [None])
    params = forests.ForestHParams(num_classes=3, num_features=5, num_trees=2, max_nodes=100, bagging_fraction=0.5, base_random_seed=3)
    forest = forests.RandomForestGraphs(params.fill())
    forest.training_graph(x, y)
    forest.training_loss(x, y)
    update = [op for op in tf.get_default_graph().get_operations() if op.type == "ProcessInputV4"][0]
    _statistics_ops(tf).finalize_tree(*update.inputs[:2], params=update.get_attr("params"))  # where it runs, TensorFlow's process ends
    probabilities, paths, variance = forest.inference_graph(x)
    start = tf.group(tf.global_variables_initializer(), resources.initialize_resources(resources.shared_resources()))
    resources.report_uninitialized_resources()
    tf.train.Saver()

    def run(session):
        session.run(start)
        return session.run([probabilities, paths, variance, forest.average_size()], {x: np.ones((2, 5), np.float32)})

    return run


def cases():
    yield "classes", _forest(0, max_nodes=50, split_after_samples=12)
    yield "classes_with_weights", _forest(1, weighted=True, max_nodes=9, split_after_samples=9, split_name="less", num_splits_to_consider=4)
    yield "classes_split_between_examples", _forest(2, max_nodes=50, split_after_samples=8, initialize_average_splits=True, num_splits_to_consider=4)
    yield "paths", _forest(3, max_nodes=50, split_after_samples=12, inference_tree_paths=True)
    yield "numbers", _forest(4, outputs=2, regression=True, max_nodes=50, split_after_samples=12)
    yield "numbers_with_weights", _forest(5, outputs=1, weighted=True, regression=True, max_nodes=50, split_after_samples=12)
    yield "settings_by_depth", _forest(6, max_nodes=50, split_after_samples="linear { slope: 3 y_intercept: 8 min_val: 2 max_val: 14 }")
