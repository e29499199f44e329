"""TensorForestEstimator: a random forest as an estimator of tf.contrib.learn.

Follows `tf.contrib.tensor_forest.client.random_forest` of TF 1.15.
"""

from __future__ import annotations

from tinytf import logging
from tinytf.contrib.layers import transform_features
from tinytf.contrib.learn.estimator import Estimator
from tinytf.contrib.learn.estimators import head as head_lib
from tinytf.contrib.learn.model_fn import ModeKeys
from tinytf.contrib.tensor_forest import tensor_forest
from tinytf.graph.build import make
from tinytf.graph.default_graph import control_dependencies
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow.control_flow_ops import group
from tinytf.ops.files import summary_ops
from tinytf.ops.math import math_ops
from tinytf.ops.state.state_ops import assign_add
from tinytf.train.session_run_hook import SessionRunArgs, SessionRunHook
from tinytf.train.training_util import get_global_step

KEYS_NAME, LOSS_NAME = "keys", "rf_training_loss"
TREE_PATHS_PREDICTION_KEY, VARIANCE_PREDICTION_KEY = "tree_paths", "prediction_variance"
EPSILON = 0.000001


class TensorForestRunOpAtEndHook(SessionRunHook):
    """Runs ops when training ends, in the order of their names, and logs what they give."""

    def __init__(self, op_dict):
        self._ops = op_dict

    def end(self, session):
        """Runs them."""
        for name in sorted(self._ops):
            logging.info("%s: %s", name, session.run(self._ops[name]))


class TensorForestLossHook(SessionRunHook):
    """Stops training when the loss has not fallen for `early_stopping_rounds` steps."""

    def __init__(self, early_stopping_rounds, early_stopping_loss_threshold=None, loss_op=None):
        self.early_stopping_rounds, self.early_stopping_loss_threshold = early_stopping_rounds, early_stopping_loss_threshold
        self.loss_op, self.min_loss, self.last_step, self.steps = loss_op, None, -1, 0

    def before_run(self, run_context):
        """Asks for the loss and the step."""
        loss = self.loss_op
        if loss is None:
            loss = run_context.session.graph.get_operation_by_name(LOSS_NAME).outputs[0]
        return SessionRunArgs({"global_step": get_global_step(), "current_loss": loss})

    def after_run(self, run_context, run_values):
        """Counts the steps since the loss fell."""
        loss, step = run_values.results["current_loss"], run_values.results["global_step"]
        self.steps += 1
        if self.last_step == -1 or self.last_step > step:
            logging.info("TensorForestLossHook resetting last_step.")
            self.last_step, self.steps, self.min_loss = step, 0, None
            return
        self.last_step = step
        if self.min_loss is None or loss < self.min_loss - self.min_loss * self.early_stopping_loss_threshold:
            self.min_loss, self.steps = loss, 0
        if self.steps > self.early_stopping_rounds:
            logging.info("TensorForestLossHook requesting stop.")
            run_context.request_stop()


def _default_head(params, weights_name):
    if params.regression:
        return head_lib.regression_head(
            weight_column_name=weights_name, label_dimension=params.num_outputs, enable_centered_bias=False
        )  # fmt: skip
    return head_lib.multi_class_head(params.num_classes, weight_column_name=weights_name, enable_centered_bias=False)


def get_model_fn(
    params, graph_builder_class, device_assigner, feature_columns=None, weights_name=None, model_head=None, keys_name=None,
    early_stopping_rounds=100, early_stopping_loss_threshold=0.001, num_trainers=1, trainer_id=0, report_feature_importances=False,
    local_eval=False, head_scope=None,
):  # fmt: skip
    """The model function of a forest, for an Estimator of tf.contrib.learn."""
    head = model_head if model_head is not None else _default_head(params, weights_name)

    def model_fn(features, labels, mode):
        if isinstance(features, (Tensor, SparseTensor)):
            features = {"features": features}
        features = dict(features)
        if feature_columns:
            features.update(transform_features(features, feature_columns))
        weights = features.pop(weights_name, None) if weights_name else None
        keys = features.pop(keys_name, None) if keys_name else None
        alone = mode == ModeKeys.INFER or (local_eval and mode == ModeKeys.EVAL)
        forest = graph_builder_class(params, device_assigner=None if alone else device_assigner)
        logits, tree_paths, variance = forest.inference_graph(features)
        summary_ops.scalar("average_tree_size", forest.average_size())
        if not params.regression and params.num_classes == 2:
            second = array_ops.slice(logits, [0, 1], [-1, 1])
            logits = math_ops.log(math_ops.maximum(second / math_ops.maximum(1.0 - second, EPSILON), EPSILON))
        train = None
        if labels is not None and mode == ModeKeys.TRAIN:
            with control_dependencies([logits.op]):
                grow = forest.training_graph(features, labels, input_weights=weights, num_trainers=num_trainers, trainer_id=trainer_id)
                train = group(grow, assign_add(get_global_step(), 1))
        if weights is not None:
            features[weights_name] = weights
        handles = [handle for handle in forest.get_all_resource_handles() if handle is not None]
        at_end = {"9: clean up resources": group(*[make("DestroyResourceOp", handle) for handle in handles])}
        if report_feature_importances:
            at_end["1: feature_importances"] = forest.feature_importances()
        hooks = [TensorForestRunOpAtEndHook(at_end)]
        made = head.create_model_fn_ops(
            features=features, labels=labels, mode=mode, train_op_fn=lambda loss: train, logits=logits, scope=head_scope
        )  # fmt: skip
        if early_stopping_rounds:
            hooks.append(TensorForestLossHook(early_stopping_rounds, early_stopping_loss_threshold, loss_op=made.loss))
        made.training_hooks.extend(hooks)
        if keys is not None:
            made.predictions[keys_name] = keys
        if params.inference_tree_paths:
            made.predictions[TREE_PATHS_PREDICTION_KEY] = tree_paths
        made.predictions[VARIANCE_PREDICTION_KEY] = variance
        return made

    return model_fn


class TensorForestEstimator(Estimator):
    """A forest that is trained by `fit`, and asked by `evaluate` and `predict`.

    Args:
      params: a ForestHParams, filled here.
      feature_columns: columns of tf.contrib.layers that are made of the features.
      weight_column, keys_column: features that hold the examples' weights and keys.
      early_stopping_rounds: training stops when the loss has not fallen for so many steps.
      report_feature_importances: whether they are logged when training ends.

    Follows `random_forest.TensorForestEstimator` of TF 1.15.
    """

    def __init__(
        self, params, device_assigner=None, model_dir=None, feature_columns=None, graph_builder_class=tensor_forest.RandomForestGraphs,
        config=None, weight_column=None, keys_column=None, feature_engineering_fn=None, early_stopping_rounds=100,
        early_stopping_loss_threshold=0.001, num_trainers=1, trainer_id=0, report_feature_importances=False, local_eval=False,
        version=None, head=None, include_all_in_serving=False,
    ):  # fmt: skip
        if include_all_in_serving:
            raise NotImplementedError("tinytf exports what the head exports: include_all_in_serving must be False")
        model_fn = get_model_fn(
            params.fill(), graph_builder_class, device_assigner, feature_columns=feature_columns, model_head=head,
            weights_name=weight_column, keys_name=keys_column, early_stopping_rounds=early_stopping_rounds,
            early_stopping_loss_threshold=early_stopping_loss_threshold, num_trainers=num_trainers, trainer_id=trainer_id,
            report_feature_importances=report_feature_importances, local_eval=local_eval,
        )  # fmt: skip
        super().__init__(model_fn=model_fn, model_dir=model_dir, config=config, feature_engineering_fn=feature_engineering_fn)
