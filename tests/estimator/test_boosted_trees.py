"""Boosted trees: what an ensemble's bytes hold, how they are refused, and training that goes on from a checkpoint."""

from __future__ import annotations

import os

import numpy as np
import pytest

import tinytf as tf
from tinytf import errors, generated_ops, protos
from tinytf.estimator.tree_ensemble import PruningMode, TreeEnsemble

RANDOM = np.random.RandomState(0)
X = {"a": RANDOM.randint(-9, 9, 80).astype(np.float32), "b": RANDOM.rand(80).astype(np.float32)}
Y = ((X["a"] > 0) ^ (X["b"] > 0.5)).astype(np.int32)


@pytest.fixture(autouse=True)
def _switch():
    yield
    tf.disable_resource_variables()  # these estimators enable them, for all graphs to come


def _columns():
    column = tf.feature_column
    return [column.numeric_column("a"), column.bucketized_column(column.numeric_column("b"), [0.25, 0.5, 0.75])]


def _batches(times=None):
    return lambda: tf.data.Dataset.from_tensor_slices((X, Y)).repeat(times).batch(80)


def _classifier(folder, **settings):
    return tf.estimator.BoostedTreesClassifier(_columns(), 1, model_dir=str(folder), n_trees=3, max_depth=2, learning_rate=0.5, **settings)


def test_training_stops_when_all_trees_are_grown(tmp_path):
    model = _classifier(tmp_path)
    model.train(_batches(), max_steps=100)
    assert model.get_variable_value("global_step") == 6  # a step each layer; the quantiles' step is not counted
    assert model.evaluate(_batches(1))["accuracy"] > 0.9


def test_training_goes_on_where_a_checkpoint_ends(tmp_path):
    whole, parts = _classifier(tmp_path / "whole"), _classifier(tmp_path / "parts")
    whole.train(_batches(), max_steps=6)
    parts.train(_batches(), max_steps=2)
    parts.train(_batches(), max_steps=6)
    key = "boosted_trees:0_serialized"
    assert whole.get_variable_value(key) == parts.get_variable_value(key)


def test_contributions_add_up_to_the_prediction(tmp_path):
    model = _classifier(tmp_path, center_bias=True)
    model.train(_batches(), max_steps=8)
    prediction = next(model.experimental_predict_with_explanations(_batches(1)))
    assert prediction["bias"] + sum(prediction["dfc"].values()) == pytest.approx(prediction["probabilities"][1], abs=1e-5)
    with pytest.raises(ValueError, match="center_bias must be enabled"):
        next(_classifier(tmp_path).experimental_predict_with_explanations(_batches(1)))


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"n_classes": 3, "pruning_mode": None}, "only binary"),
        ({"n_classes": 3}, "pruning is not supported"),
        ({"pruning_mode": "pre"}, "tree_complexity must be positive"),
        ({"tree_complexity": 0.1}, "have no effect"),
        ({"pruning_mode": "some", "tree_complexity": 0.1}, "must be one of: none, post, pre"),
    ],
)
def test_settings_that_do_not_go_together(tmp_path, settings, message):
    with pytest.raises(ValueError, match=message):
        _classifier(tmp_path, **settings).train(_batches(), max_steps=1)


def test_categories_need_an_indicator():
    column = tf.feature_column.categorical_column_with_identity("c", 3)
    with pytest.raises(ValueError, match="must be wrapped by IndicatorColumn"):
        tf.estimator.BoostedTreesClassifier([column], 1)


def test_a_data_set_in_memory_is_trained_at_once(tmp_path):
    def everything():
        return {name: tf.constant(values) for name, values in X.items()}, tf.constant(Y)

    model = tf.contrib.estimator.boosted_trees_classifier_train_in_memory(
        everything, _columns(), model_dir=str(tmp_path), n_trees=2, max_depth=2
    )
    assert model.get_variable_value("global_step") == 4


def test_a_head_of_ones_own(tmp_path):
    head = tf.contrib.estimator.regression_head()
    model = tf.estimator.BoostedTreesEstimator(_columns(), 1, head, model_dir=str(tmp_path), n_trees=1, max_depth=1)
    model.train(_batches(), max_steps=1)
    assert model.evaluate(_batches(1))["average_loss"] < np.mean(Y)
    with pytest.raises(NotImplementedError, match="loss_fn"):
        tf.contrib.estimator.regression_head(loss_fn=print)


def _tree(left, right):
    proto = protos.TreeEnsemble()
    nodes = proto.trees.add().nodes
    split = nodes.add().bucketized_split
    split.left_id, split.right_id = left, right
    for value in (1.0, 2.0):
        nodes.add().leaf.scalar = value
    proto.tree_weights.append(1.0)
    proto.tree_metadata.add()
    return proto.SerializeToString()


def _pruned_into(node_id):
    proto = protos.TreeEnsemble.FromString(_tree(1, 2))
    proto.tree_metadata[0].post_pruned_nodes_meta.add().new_node_id = node_id
    return proto.SerializeToString()


_EMPTY = protos.TreeEnsemble(trees=[protos.Tree()], tree_weights=[1.0]).SerializeToString()


@pytest.mark.parametrize("serialized", [b"not one", _tree(0, 1), _tree(1, 3), _tree(1, -1), _EMPTY, _pruned_into(3), _pruned_into(-1)])
def test_bytes_that_are_no_trees_are_refused(serialized):
    with tf.Graph().as_default(), tf.Session() as session:
        ensemble = TreeEnsemble("ensemble")
        session.run(ensemble.initializer)
        with pytest.raises(errors.InvalidArgumentError, match="Unable to parse tree ensemble proto"):
            session.run(ensemble.deserialize(1, serialized))


def test_a_tree_cannot_split_on_a_feature_that_is_not_there():
    with tf.Graph().as_default(), tf.Session() as session:
        ensemble = TreeEnsemble("ensemble", serialized_proto=_tree(1, 2))
        session.run(ensemble.initializer)
        assert session.run(generated_ops.boosted_trees_predict(ensemble.resource_handle, [[0, 1]], 1)).tolist() == [[1.0], [2.0]]
        proto = protos.TreeEnsemble.FromString(_tree(1, 2))
        proto.trees[0].nodes[0].bucketized_split.feature_id = 7
        session.run(ensemble.deserialize(1, proto.SerializeToString()))
        with pytest.raises(errors.InvalidArgumentError, match="feature 7"):
            session.run(generated_ops.boosted_trees_predict(ensemble.resource_handle, [[0, 1]], 1))


def test_pruning_modes_have_names():
    assert [PruningMode.from_str(m) for m in ("none", "pre", "post")] == [0, 1, 2]


def test_checkpoint_keys(tmp_path):
    with tf.Graph().as_default(), tf.Session() as session:
        ensemble = TreeEnsemble("ensemble", stamp_token=7, serialized_proto=_tree(1, 2))
        saver = tf.train.Saver()
        session.run(ensemble.initializer)
        path = saver.save(session, os.path.join(str(tmp_path), "model"))
        assert [n for n, _ in tf.train.list_variables(path)] == ["ensemble:0_serialized", "ensemble:0_stamp"]
        session.run(ensemble.deserialize(1, b""))
        saver.restore(session, path)
        assert session.run(list(ensemble.serialize())) == [7, _tree(1, 2)]
