"""Random forests learn, are saved and restored, and refuse what they do not have."""

from __future__ import annotations

import os

import numpy as np
import pytest

import tinytf as tf
from tinytf import errors, generated_ops, protos
from tinytf.contrib.tensor_forest import tensor_forest
from tinytf.ops.state import resources

RANDOM = np.random.RandomState(0)
X = RANDOM.randn(400, 5).astype(np.float32)
Y = (X[:, 1] > 0).astype(np.int32) + (X[:, 3] > 0)


@pytest.fixture(autouse=True)
def _graph():
    with tf.Graph().as_default():
        yield


def _forest(**settings):
    settings = {"num_classes": 3, "num_features": 5, "num_trees": 3, "max_nodes": 200, "split_after_samples": 20, **settings}
    return tensor_forest.RandomForestGraphs(tensor_forest.ForestHParams(base_random_seed=1, **settings).fill())


def _start(session):
    session.run(tf.global_variables_initializer())
    session.run(resources.initialize_resources(resources.shared_resources()))


def test_a_forest_learns_classes():
    forest = _forest()
    train, answer = forest.training_graph(X, Y), forest.inference_graph(X)[0]
    with tf.Session() as session:
        _start(session)
        for _ in range(20):
            session.run(train)
        probabilities = session.run(answer)
        assert np.mean(probabilities.argmax(axis=1) == Y) > 0.95
        np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, rtol=1e-5)
        assert session.run(forest.training_loss(X, Y)) < -10
        importances = session.run(forest.feature_importances())
        assert set(importances.argsort()[-2:]) == {1, 3}


def test_a_forest_learns_numbers():
    forest = _forest(regression=True, num_classes=1)
    numbers = (2 * X[:, 1]).astype(np.float32)
    train, answer = forest.training_graph(X, numbers), forest.inference_graph(X)[0]
    with tf.Session() as session:
        _start(session)
        for _ in range(20):
            session.run(train)
        assert np.mean((session.run(answer)[:, 0] - numbers) ** 2) < 0.5 * np.var(numbers)


def test_a_checkpoint_keeps_the_trees(tmp_path):
    forest = _forest()
    train, answer, saver = forest.training_graph(X, Y), forest.inference_graph(X[:9])[0], tf.train.Saver()
    with tf.Session() as session:
        _start(session)
        for _ in range(5):
            session.run(train)
        expected = session.run(answer)
        path = saver.save(session, os.path.join(str(tmp_path), "forest"))
    assert [n for n, _ in tf.train.list_variables(path)][-1] == "tree-2:0"
    with tf.Session() as session:
        saver.restore(session, path)
        np.testing.assert_array_equal(session.run(answer), expected)
        session.run(train)  # goes on


@pytest.mark.parametrize(
    "settings", [{"model_name": "all_sparse"}, {"split_pruning_name": "half"}, {"split_finish_name": "hoeffding"}, {"checkpoint_stats": True}]
)
def test_what_is_not_there_is_named(settings):
    with pytest.raises(NotImplementedError, match="tinytf"):
        forest = _forest(**settings)
        with tf.Session() as session:
            _start(session)
            session.run(forest.training_graph(X, Y))
            session.run([s.specs[0].tensor for s in tf.get_collection(tf.GraphKeys.SAVEABLE_OBJECTS)])


def test_the_ops_are_functions_of_their_modules():
    assert generated_ops.tree_size is tensor_forest.model_ops.tree_size
    assert callable(tensor_forest.stats_ops.grow_tree_v4)
    with pytest.raises(AttributeError, match="tree_sizes"):
        _ = tensor_forest.model_ops.tree_sizes


def _split(left, right, feature="0"):
    nodes = protos.Model().decision_tree
    binary = nodes.nodes.add().binary_node
    binary.left_child_id.value, binary.right_child_id.value = left, right
    binary.inequality_left_child_test.feature_id.id.value = feature
    for _ in range(2):
        nodes.nodes.add().leaf.vector.value.add().float_value = 1.0
    return protos.Model(decision_tree=nodes).SerializeToString()


@pytest.mark.parametrize("config", [b"no tree", _split(0, 1), _split(1, 7), _split(1, 2, "x"), _split(1, 2, "-1")])
def test_bytes_that_are_no_tree_are_refused(config):
    forest = _forest()
    params = forest.params.serialized_params_proto
    with tf.Session() as session:
        _start(session)
        with pytest.raises(errors.InvalidArgumentError, match="Unable to parse tree config"):
            session.run(generated_ops.tree_deserialize(forest.variables[0].tree, config, params))


@pytest.mark.parametrize("labels, message", [([0, 3], "must be in"), ([0], "for . examples")])
def test_labels_must_fit(labels, message):
    forest = _forest()
    train = forest.training_graph(X[:2], labels)
    with tf.Session() as session:
        _start(session)
        with pytest.raises(errors.InvalidArgumentError, match=message):
            session.run(train)


def test_an_estimator_of_a_forest(tmp_path):
    from tinytf.contrib.learn import MetricSpec
    from tinytf.contrib.tensor_forest.client import eval_metrics, random_forest

    params = tensor_forest.ForestHParams(num_classes=3, num_features=5, num_trees=3, max_nodes=200, split_after_samples=20)
    model = random_forest.TensorForestEstimator(params, model_dir=str(tmp_path))

    def everything():
        return tf.constant(X), tf.constant(Y)

    model.fit(input_fn=everything, steps=15)
    metric = MetricSpec(eval_metrics.get_metric("accuracy"), prediction_key=eval_metrics.get_prediction_key("accuracy"))
    assert model.evaluate(input_fn=everything, steps=1, metrics={"acc": metric})["acc"] > 0.9
    assert {"classes", "probabilities", "prediction_variance"} <= set(next(iter(model.predict(x=X[:2]))))


def test_training_stops_when_the_loss_falls_no_more():
    from tinytf.contrib.tensor_forest.client.random_forest import TensorForestLossHook

    class Context:
        stopped = 0

        def request_stop(self):
            self.stopped += 1

    hook, context = TensorForestLossHook(2, 0.0), Context()
    for step, loss in enumerate([5.0, 4.0, 4.0, 4.0, 4.0]):
        assert not context.stopped
        hook.after_run(context, type("Values", (), {"results": {"current_loss": loss, "global_step": step}}))
    assert context.stopped == 1
