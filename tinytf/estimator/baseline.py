"""BaselineClassifier and BaselineRegressor: what a model has to beat."""

from __future__ import annotations

from tinytf import losses, nest
from tinytf.estimator.estimator import Estimator
from tinytf.estimator.heads import RegressionHead, classifier_head
from tinytf.estimator.optimizers import optimizer_of
from tinytf.feature_column.columns import NumericColumn
from tinytf.graph.default_graph import control_dependencies
from tinytf.ops.array import array_ops
from tinytf.ops.math import check_ops, math_ops
from tinytf.ops.state import init_ops
from tinytf.ops.state.variable_scope import get_variable, variable_scope
from tinytf.train.training_util import get_global_step

_SUM = losses.Reduction.SUM


def _weight_key(weight_column):
    if weight_column is None or isinstance(weight_column, str):
        return weight_column
    if not isinstance(weight_column, NumericColumn):
        raise TypeError(f"Weight column must be either a string or _NumericColumn. Given type: {type(weight_column)}.")
    return weight_column.key


def _batch_size(features, weight_key) -> tuple:
    """(checks that the features agree on it, the batch size)."""
    checks, size = [], None
    for key, feature in features.items():
        if key == weight_key:
            continue
        first = array_ops.shape(feature)[0]
        if size is None:
            size = first
        else:
            checks.append(check_ops.assert_equal(size, first))
    return checks, size


def _model_fn(head, optimizer, weight_column=None):
    def model_fn(features, labels, mode, config):
        checks, size = _batch_size(features, _weight_key(weight_column))
        with control_dependencies(nest.flatten(checks)), variable_scope("baseline"):
            bias = get_variable("bias", shape=[head.logits_dimension], initializer=init_ops.zeros_initializer)
            logits = math_ops.multiply(bias, array_ops.ones([size, head.logits_dimension]))

        def train(loss):
            return optimizer_of(optimizer, learning_rate=0.3).minimize(loss, global_step=get_global_step())

        return head.create_estimator_spec(features=features, mode=mode, labels=labels, train_op_fn=train, logits=logits)

    return model_fn


class BaselineClassifier(Estimator):
    """Learns how frequent each class is, whatever the features.  Follows `tf.estimator.BaselineClassifier` of TF 1.15."""

    def __init__(
        self, model_dir=None, n_classes=2, weight_column=None, label_vocabulary=None, optimizer="Ftrl", config=None,
        loss_reduction=_SUM,
    ):  # fmt: skip
        head = classifier_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        super().__init__(_model_fn(head, optimizer, weight_column), model_dir=model_dir, config=config)


class BaselineEstimator(Estimator):
    """The same for a head of one's own.  Follows `tf.estimator.BaselineEstimator` of TF 1.15."""

    def __init__(self, head, model_dir=None, optimizer="Ftrl", config=None):
        super().__init__(_model_fn(head, optimizer), model_dir=model_dir, config=config)


class BaselineRegressor(Estimator):
    """Learns the mean of the labels.  Follows `tf.estimator.BaselineRegressor` of TF 1.15."""

    def __init__(
        self, model_dir=None, label_dimension=1, weight_column=None, optimizer="Ftrl", config=None, loss_reduction=_SUM
    ):
        head = RegressionHead(label_dimension, weight_column, loss_reduction)
        super().__init__(_model_fn(head, optimizer), model_dir=model_dir, config=config)
