"""Heads: what a model of tf.contrib.learn makes of its logits, the loss, the predictions and the metrics.

    head = tf.contrib.learn.multi_class_head(n_classes=3)
    ops = head.create_model_fn_ops(features, mode, labels, train_op_fn, logits=logits)

Follows tf.contrib.learn of TF 1.15.
"""

from __future__ import annotations

from tinytf import dtypes, metrics, nn, summary
from tinytf.contrib.layers.layers import linear
from tinytf.contrib.learn.estimators import head_losses, head_metrics
from tinytf.contrib.learn.estimators.constants import ProblemType
from tinytf.contrib.learn.estimators.metric_key import MetricKey
from tinytf.contrib.learn.estimators.prediction_key import PredictionKey
from tinytf.contrib.learn.model_fn import ModeKeys, ModelFnOps
from tinytf.estimator.fn_args import fn_args
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.sparse_tensor import SparseTensor, convert_to_tensor_or_sparse_tensor
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.math import math_ops
from tinytf.ops.sparse import sparse_ops
from tinytf.ops.state import lookup_ops
from tinytf.ops.state.variable_scope import variable_scope
from tinytf.ops.state.variables import Variable
from tinytf.ops.strings import string_ops
from tinytf.train.adagrad import AdagradOptimizer


class Head:
    """What turns logits into the loss, the predictions and the metrics of a problem."""

    @property
    def logits_dimension(self) -> int:
        """How many logits it needs."""
        raise NotImplementedError("Calling an abstract method.")

    def create_model_fn_ops(self, features, mode, labels=None, train_op_fn=None, logits=None, logits_input=None, scope=None) -> ModelFnOps:
        """Adds the nodes for a mode; the logits are given, or made of `logits_input` by a linear layer."""
        raise NotImplementedError("Calling an abstract method.")


def no_op_train_fn(loss):
    """A train_op_fn that trains nothing."""
    return control_flow_ops.no_op()


class _SingleHead(Head):
    """A head of one problem; its kinds say what loss, predictions and metrics are."""

    _scope = ""
    _problem_type = ProblemType.UNSPECIFIED

    def __init__(self, logits_dimension, loss_fn, label_name=None, weight_column_name=None, enable_centered_bias=False, head_name=None):
        if logits_dimension is None or logits_dimension < 1:
            raise ValueError("Invalid logits_dimension %s." % logits_dimension)
        self._logits_dimension, self._loss_fn = logits_dimension, loss_fn
        self._label_name, self._weight_column_name = label_name, weight_column_name
        self._enable_centered_bias, self._head_name = enable_centered_bias, head_name

    @property
    def logits_dimension(self) -> int:
        """How many logits it needs."""
        return self._logits_dimension

    @property
    def label_name(self):
        """Which of a dict of labels it takes."""
        return self._label_name

    @property
    def weight_column_name(self):
        """Which feature the examples' weights are."""
        return self._weight_column_name

    @property
    def head_name(self):
        """What stands behind the names of its metrics."""
        return self._head_name

    def create_model_fn_ops(self, features, mode, labels=None, train_op_fn=None, logits=None, logits_input=None, scope=None) -> ModelFnOps:
        """Adds the nodes for a mode."""
        values = tuple(features.values()) + (labels, logits, logits_input)
        with variable_scope(scope, default_name=self.head_name or self._scope, values=values):
            labels = None if mode == ModeKeys.INFER or labels is None else self._transform_labels(labels)
            logits = self._given_logits(logits_input, logits)
            ModeKeys.validate(mode)
            bias = None
            if self._enable_centered_bias:
                bias = _centered_bias(self.logits_dimension, self.head_name)
                logits = nn.bias_add(logits, bias)
            predictions = self._logits_to_predictions(logits)
            loss = train_op = metric_ops = None
            if mode != ModeKeys.INFER and labels is not None:
                weights = head_losses.weight_tensor(features, self._weight_column_name)
                loss, average = self._loss(labels, logits, weights)
                _summarize_loss(average, self._key(MetricKey.LOSS))
                if mode == ModeKeys.TRAIN:
                    if train_op_fn is None:
                        raise ValueError("train_op_fn can not be None in TRAIN mode")
                    train_op = self._train_op(loss, labels, train_op_fn, bias, array_ops.shape(logits)[0], weights)
                metric_ops = self._metrics(average, predictions, labels, weights)
            return ModelFnOps(mode, predictions, loss, train_op, metric_ops, self._create_output_alternatives(predictions))

    # What kinds of heads may say otherwise ---------------------------------------------------------

    def _transform_labels(self, labels):
        labels = self._to_labels_tensor(labels)
        if isinstance(labels, SparseTensor):
            raise ValueError("SparseTensor is not supported.")
        return labels

    def _loss(self, labels, logits, weights):
        return self._loss_fn(labels, logits, weights)

    def _logits_to_predictions(self, logits) -> dict:
        raise NotImplementedError("Calling an abstract method.")

    def _metrics(self, eval_loss, predictions, labels, weights) -> dict:
        raise NotImplementedError("Calling an abstract method.")

    def _create_output_alternatives(self, predictions):
        return {self._head_name: (self._problem_type, predictions)}

    # Parts ----------------------------------------------------------------------------------------

    def _key(self, name) -> str:
        return "%s/%s" % (name, self._head_name) if self._head_name else name

    def _to_labels_tensor(self, labels):
        return convert_to_tensor_or_sparse_tensor(labels[self._label_name] if isinstance(labels, dict) else labels)

    def _given_logits(self, logits_input, logits):
        if logits is None:
            if logits_input is None:
                raise ValueError("Neither logits nor logits_input supplied.")
            return linear(logits_input, self.logits_dimension, scope="logits")
        if logits_input is not None:
            raise ValueError("Both logits and logits_input supplied.")
        logits = convert_to_tensor(logits, name="logits")
        if logits.get_shape().ndims is not None:
            logits.get_shape().dims[-1].assert_is_compatible_with(self.logits_dimension)
        return logits

    def _train_op(self, loss, labels, train_op_fn, bias, batch_size, weights):
        scope_values = tuple(labels.values()) if isinstance(labels, dict) else (labels,)
        step = None if bias is None else self._centered_bias_step(bias, batch_size, labels, weights, scope_values)
        with name_scope(None, "train_op", (loss,) + scope_values):
            train_op = train_op_fn(loss)
            return train_op if step is None else control_flow_ops.group(train_op, step)

    def _centered_bias_step(self, bias, batch_size, labels, weights, scope_values):
        """Moves the bias towards what it would be if there were no features."""
        with name_scope(None, "centered_bias_step", scope_values) as name:
            size = array_ops.shape(bias)[0]
            logits = array_ops.reshape(array_ops.tile(bias, (batch_size,)), (batch_size, size))
            with name_scope(None, "centered_bias", scope_values + (logits,)):
                loss = math_ops.reduce_mean(self._loss(labels, logits, weights), name="training_loss")
        return AdagradOptimizer(0.1).minimize(loss, var_list=(bias,), name=name)


def _summarize_loss(loss, key) -> None:
    with name_scope(""):
        summary.scalar(key, array_ops.identity(loss))


def _centered_bias(logits_dimension, head_name):
    bias = Variable(array_ops.zeros(shape=(logits_dimension,)), name="centered_bias_weight", trainable=True)
    for dim in range(logits_dimension):
        summary.scalar("centered_bias/bias_%d" % dim + ("/%s" % head_name if head_name else ""), bias[dim])
    return bias


class _RegressionHead(_SingleHead):
    """Numbers."""

    _scope, _problem_type = "regression_head", ProblemType.LINEAR_REGRESSION

    def __init__(self, label_dimension, loss_fn, link_fn, **kwargs):
        super().__init__(label_dimension, loss_fn, **kwargs)
        self._link_fn = link_fn

    def _logits_to_predictions(self, logits):
        key = PredictionKey.SCORES
        with name_scope(None, "predictions", (logits,)):
            if self.logits_dimension == 1:
                logits = array_ops.squeeze(logits, axis=(1,), name=key)
            return {key: self._link_fn(logits)}

    def _metrics(self, eval_loss, predictions, labels, weights):
        with name_scope("metrics", values=[eval_loss]):
            return {self._key(MetricKey.LOSS): metrics.mean(eval_loss)}


class _ClassificationHead(_SingleHead):
    """Classes: exports their names and probabilities."""

    _label_keys = None

    def _create_output_alternatives(self, predictions):
        probabilities = predictions[PredictionKey.PROBABILITIES]
        with name_scope(None, "_classification_output_alternatives", (probabilities,)):
            batch_size = array_ops.shape(probabilities)[0]
            if self._label_keys:
                names = array_ops.expand_dims(self._label_keys, axis=0)
                classes = array_ops.tile(names, [batch_size, 1], name="classes_tensor")
            else:
                count = array_ops.shape(probabilities)[1]
                numbers = array_ops.tile(array_ops.expand_dims(math_ops.range(count), axis=0), [batch_size, 1])
                classes = string_ops.as_string(numbers, name="classes_tensor")
        exported = {PredictionKey.PROBABILITIES: probabilities, PredictionKey.CLASSES: classes}
        return {self._head_name: (self._problem_type, exported)}


def _two_class_logits(logits):
    return array_ops.concat((array_ops.zeros_like(logits), logits), 1)


class _BinaryLogisticHead(_ClassificationHead):
    """Yes or no, by one logit."""

    _scope, _problem_type = "binary_logistic_head", ProblemType.LOGISTIC_REGRESSION

    def __init__(self, loss_fn=None, thresholds=None, **kwargs):
        super().__init__(1, loss_fn or head_losses.two_classes, **kwargs)
        self._thresholds = thresholds or (0.5,)

    def _logits_to_predictions(self, logits):
        with name_scope(None, "predictions", (logits,)):
            both = _two_class_logits(logits)
            return {
                PredictionKey.LOGITS: logits,
                PredictionKey.LOGISTIC: math_ops.sigmoid(logits, name=PredictionKey.LOGISTIC),
                PredictionKey.PROBABILITIES: nn.softmax(both, name=PredictionKey.PROBABILITIES),
                PredictionKey.CLASSES: math_ops.argmax(both, 1, name=PredictionKey.CLASSES),
            }

    def _metrics(self, eval_loss, predictions, labels, weights):
        with name_scope("metrics", values=[eval_loss, labels, weights] + list(predictions.values())):
            classes, logistic = predictions[PredictionKey.CLASSES], predictions[PredictionKey.LOGISTIC]
            found = {
                MetricKey.LOSS: metrics.mean(eval_loss),
                MetricKey.ACCURACY: metrics.accuracy(labels, classes, weights),
                MetricKey.PREDICTION_MEAN: head_metrics.mean(logistic, weights),
                MetricKey.LABEL_MEAN: head_metrics.mean(labels, weights),
                MetricKey.ACCURACY_BASELINE: head_metrics.mean(labels, weights),
                MetricKey.AUC: head_metrics.auc(logistic, labels, weights),
                MetricKey.AUC_PR: head_metrics.auc(logistic, labels, weights, curve="PR"),
            }
            for threshold in self._thresholds:
                found[MetricKey.ACCURACY_MEAN % threshold] = head_metrics.accuracy_at(logistic, labels, weights, threshold)
                found[MetricKey.PRECISION_MEAN % threshold] = head_metrics.precision_at(logistic, labels, weights, threshold)
                found[MetricKey.RECALL_MEAN % threshold] = head_metrics.recall_at(logistic, labels, weights, threshold)
        return {self._key(name): value for name, value in found.items()}


def _checked_class_ids(metric_class_ids, n_classes) -> tuple:
    for class_id in metric_class_ids or ():
        if class_id < 0 or class_id >= n_classes:
            raise ValueError("Class ID %s not in [0, %s)." % (class_id, n_classes))
    return tuple(metric_class_ids or ())


class _MultiClassHead(_ClassificationHead):
    """One of three classes or more."""

    _scope, _problem_type = "multi_class_head", ProblemType.CLASSIFICATION

    def __init__(self, n_classes, loss_fn=None, metric_class_ids=None, label_keys=None, **kwargs):
        super().__init__(n_classes, loss_fn or head_losses.softmax, **kwargs)
        if n_classes <= 2:
            raise ValueError("n_classes must be > 2: %s." % n_classes)
        self._metric_class_ids = _checked_class_ids(metric_class_ids, n_classes)
        if label_keys and len(label_keys) != n_classes:
            raise ValueError("Length of label_keys must equal n_classes.")
        self._label_keys = label_keys

    def _transform_labels(self, labels):
        """{"labels": as they are given, "label_ids": the classes' numbers}."""
        labels = super()._transform_labels(labels)
        if not self._label_keys:
            return {"labels": labels, "label_ids": labels}
        table = lookup_ops.index_table_from_tensor(self._label_keys, name="label_id_lookup")
        return {"labels": labels, "label_ids": table.lookup(labels)}

    def _loss(self, labels, logits, weights):
        return self._loss_fn(labels["label_ids"], logits, weights=weights)

    def _logits_to_predictions(self, logits):
        with name_scope(None, "predictions", (logits,)):
            classes = math_ops.argmax(logits, 1, name=PredictionKey.CLASSES)
            if self._label_keys:
                table = lookup_ops.index_to_string_table_from_tensor(self._label_keys, name="class_string_lookup")
                classes = table.lookup(classes)
            return {
                PredictionKey.LOGITS: logits,
                PredictionKey.PROBABILITIES: nn.softmax(logits, name=PredictionKey.PROBABILITIES),
                PredictionKey.CLASSES: classes,
            }

    def _metrics(self, eval_loss, predictions, labels, weights):
        given, ids = labels["labels"], labels["label_ids"]
        with name_scope("metrics", values=(eval_loss, given, ids, weights) + tuple(predictions.values())):
            classes = predictions[PredictionKey.CLASSES]
            found = {MetricKey.LOSS: metrics.mean(eval_loss), MetricKey.ACCURACY: metrics.accuracy(given, classes, weights)}
            for class_id in () if self._label_keys else self._metric_class_ids:
                found[MetricKey.CLASS_PREDICTION_MEAN % class_id] = head_metrics.share_of_class(classes, weights, class_id)
                found[MetricKey.CLASS_LABEL_MEAN % class_id] = head_metrics.share_of_class(ids, weights, class_id)
                for key, values in (
                    (MetricKey.CLASS_PROBABILITY_MEAN, predictions[PredictionKey.PROBABILITIES]),
                    (MetricKey.CLASS_LOGITS_MEAN, predictions[PredictionKey.LOGITS]),
                ):
                    found[key % class_id] = head_metrics.mean(values, weights, class_id)
        return {self._key(name): value for name, value in found.items()}


class _BinarySvmHead(_SingleHead):
    """Yes or no, by the hinge loss."""

    _scope, _problem_type = "binary_svm_head", ProblemType.LOGISTIC_REGRESSION

    def __init__(self, **kwargs):
        super().__init__(1, head_losses.hinge, **kwargs)

    def _logits_to_predictions(self, logits):
        with name_scope(None, "predictions", (logits,)):
            classes = math_ops.argmax(_two_class_logits(logits), 1, name=PredictionKey.CLASSES)
            return {PredictionKey.LOGITS: logits, PredictionKey.CLASSES: classes}

    def _metrics(self, eval_loss, predictions, labels, weights):
        with name_scope("metrics", values=[eval_loss, labels, weights] + list(predictions.values())):
            classes = predictions[PredictionKey.CLASSES]
            found = {MetricKey.LOSS: metrics.mean(eval_loss), MetricKey.ACCURACY: metrics.accuracy(labels, classes, weights)}
        return {self._key(name): value for name, value in found.items()}


class _MultiLabelHead(_ClassificationHead):
    """Any number of classes at once."""

    _scope, _problem_type = "multi_label_head", ProblemType.CLASSIFICATION

    def __init__(self, n_classes, loss_fn=None, metric_class_ids=None, **kwargs):
        super().__init__(n_classes, loss_fn or head_losses.sigmoid, **kwargs)
        self._metric_class_ids = _checked_class_ids(metric_class_ids, n_classes)

    def _transform_labels(self, labels):
        labels = self._to_labels_tensor(labels)
        if not isinstance(labels, SparseTensor):
            return labels
        if self.logits_dimension < 2:
            raise ValueError("Must set num_classes >= 2 when passing labels as a SparseTensor.")
        return math_ops.cast(sparse_ops.sparse_to_indicator(labels, self.logits_dimension), dtypes.int64)

    def _logits_to_predictions(self, logits):
        with name_scope(None, "predictions", (logits,)):
            return {
                PredictionKey.LOGITS: logits,
                PredictionKey.PROBABILITIES: math_ops.sigmoid(logits, name=PredictionKey.PROBABILITIES),
                PredictionKey.CLASSES: math_ops.cast(math_ops.greater(logits, 0), dtypes.int64, name=PredictionKey.CLASSES),
            }

    def _metrics(self, eval_loss, predictions, labels, weights):
        with name_scope("metrics", values=[eval_loss, labels, weights] + list(predictions.values())):
            classes, probabilities = predictions[PredictionKey.CLASSES], predictions[PredictionKey.PROBABILITIES]
            found = {
                MetricKey.LOSS: metrics.mean(eval_loss),
                MetricKey.ACCURACY: metrics.accuracy(labels, classes, weights),
                MetricKey.AUC: head_metrics.auc(probabilities, labels, weights),
                MetricKey.AUC_PR: head_metrics.auc(probabilities, labels, weights, curve="PR"),
            }
            for class_id in self._metric_class_ids:
                for key, values in (
                    (MetricKey.CLASS_PREDICTION_MEAN, classes),
                    (MetricKey.CLASS_LABEL_MEAN, labels),
                    (MetricKey.CLASS_PROBABILITY_MEAN, probabilities),
                    (MetricKey.CLASS_LOGITS_MEAN, predictions[PredictionKey.LOGITS]),
                ):
                    found[key % class_id] = head_metrics.mean(values, weights, class_id)
                found[MetricKey.CLASS_AUC % class_id] = head_metrics.auc(probabilities, labels, weights, class_id)
                found[MetricKey.CLASS_AUC_PR % class_id] = head_metrics.auc(probabilities, labels, weights, class_id, curve="PR")
        return {self._key(name): value for name, value in found.items()}


# The functions that make them -------------------------------------------------------------------


def _checked_loss(loss_fn):
    if loss_fn:
        names = fn_args(loss_fn)
        for name in ("labels", "logits", "weights"):
            if name not in names:
                raise ValueError("Argument %s not found in loss_fn." % name)
    return head_losses.custom(loss_fn)


def regression_head(label_name=None, weight_column_name=None, label_dimension=1, enable_centered_bias=False, head_name=None, link_fn=None):
    """A head for numbers, trained by squared differences."""
    return _RegressionHead(
        label_dimension, head_losses.mean_squared, link_fn or array_ops.identity, label_name=label_name,
        weight_column_name=weight_column_name, enable_centered_bias=enable_centered_bias, head_name=head_name,
    )  # fmt: skip


def poisson_regression_head(label_name=None, weight_column_name=None, label_dimension=1, enable_centered_bias=False, head_name=None):
    """A head for counts, whose logarithms the logits are."""
    return _RegressionHead(
        label_dimension, head_losses.poisson, math_ops.exp, label_name=label_name, weight_column_name=weight_column_name,
        enable_centered_bias=enable_centered_bias, head_name=head_name,
    )  # fmt: skip


def multi_class_head(
    n_classes, label_name=None, weight_column_name=None, enable_centered_bias=False, head_name=None, thresholds=None, metric_class_ids=None,
    loss_fn=None, label_keys=None,
):  # fmt: skip
    """A head for one of `n_classes`: one logit for two, one each for more; `label_keys` are the classes' names."""
    if n_classes is None or n_classes < 2:
        raise ValueError("n_classes must be > 1 for classification: %s." % n_classes)
    loss_fn = _checked_loss(loss_fn)
    common = {
        "label_name": label_name, "weight_column_name": weight_column_name, "enable_centered_bias": enable_centered_bias,
        "head_name": head_name, "loss_fn": loss_fn,
    }  # fmt: skip
    if n_classes > 2:
        return _MultiClassHead(n_classes, metric_class_ids=metric_class_ids, label_keys=label_keys, **common)
    if metric_class_ids:
        raise ValueError("metric_class_ids invalid for n_classes==2.")
    if label_keys:
        raise ValueError("label_keys is not supported for n_classes=2.")
    return _BinaryLogisticHead(thresholds=thresholds, **common)


def binary_svm_head(label_name=None, weight_column_name=None, enable_centered_bias=False, head_name=None, thresholds=None):
    """A head for yes or no, trained by the hinge loss."""
    return _BinarySvmHead(
        label_name=label_name, weight_column_name=weight_column_name, enable_centered_bias=enable_centered_bias, head_name=head_name
    )


def multi_label_head(
    n_classes, label_name=None, weight_column_name=None, enable_centered_bias=False, head_name=None, thresholds=None, metric_class_ids=None,
    loss_fn=None,
):  # fmt: skip
    """A head for any of `n_classes` at once."""
    if n_classes < 2:
        raise ValueError("n_classes must be > 1 for classification.")
    return _MultiLabelHead(
        n_classes, _checked_loss(loss_fn), metric_class_ids, label_name=label_name, weight_column_name=weight_column_name,
        enable_centered_bias=enable_centered_bias, head_name=head_name,
    )  # fmt: skip


def loss_only_head(loss_fn, head_name=None):
    """A head without predictions: `loss_fn()` gives a loss or a list of them."""
    from tinytf.contrib.learn.estimators.multi_head import _LossOnlyHead

    return _LossOnlyHead(loss_fn, head_name=head_name)


def multi_head(heads, loss_weights=None):
    """Several named heads at once; their losses are added, by weight where weights are given."""
    from tinytf.contrib.learn.estimators.multi_head import MultiHead

    if loss_weights and len(loss_weights) != len(heads):
        raise ValueError("heads and loss_weights must have same size")

    def merged(losses):
        if loss_weights:
            losses = [math_ops.multiply(loss, weight) for loss, weight in zip(losses, loss_weights)]
        return math_ops.add_n(losses)

    return MultiHead(heads, merged)


# What they were called before they became public.
_regression_head, _poisson_regression_head, _multi_class_head = regression_head, poisson_regression_head, multi_class_head
_binary_svm_head, _multi_label_head, _multi_head, _Head = binary_svm_head, multi_label_head, multi_head, Head
