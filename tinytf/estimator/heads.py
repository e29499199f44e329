"""Heads: from logits to predictions, loss, metrics and the training op."""

from __future__ import annotations

from typing import Any, NamedTuple

from tinytf import dtypes, losses, metrics
from tinytf.estimator import head_parts as parts
from tinytf.estimator.export_outputs import ClassificationOutput, PredictOutput, RegressionOutput
from tinytf.estimator.mode_keys import ModeKeys
from tinytf.estimator.spec import EstimatorSpec
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import get_collection, name_scope
from tinytf.graph.graph import GraphKeys
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow.control_flow_ops import group, no_op
from tinytf.ops.files import summary_ops
from tinytf.ops.math import check_ops, math_ops
from tinytf.ops.nn import cross_entropy, softmax
from tinytf.ops.state import lookup_ops
from tinytf.ops.strings import string_ops
from tinytf.saved_model.signature_constants import DEFAULT_SERVING_SIGNATURE_DEF_KEY
from tinytf.train.training_util import get_global_step


class LossSpec(NamedTuple):
    """The loss of a batch, each example's, their weights and the labels as numbers."""

    training_loss: Any
    unreduced_loss: Any
    weights: Any
    labels: Any


class Head:
    """What the heads have in common; `create_estimator_spec` is what a model calls."""

    def __init__(self, logits_dimension, weight_column, loss_reduction, label_vocabulary=None):
        if loss_reduction not in losses.Reduction.all() or loss_reduction == losses.Reduction.NONE:
            raise ValueError(f"Invalid loss_reduction: {loss_reduction}")
        if label_vocabulary is not None and not isinstance(label_vocabulary, (list, tuple)):
            raise ValueError(f"label_vocabulary should be a list or a tuple. Given type: {type(label_vocabulary)}")
        self.logits_dimension, self._weight_column = logits_dimension, weight_column
        self._loss_reduction, self._label_vocabulary = loss_reduction, label_vocabulary

    def _predict(self, logits) -> tuple:
        """(logits, predictions, the tensors that metrics need, export outputs as a function)."""
        raise NotImplementedError

    def create_loss(self, features, logits, labels) -> LossSpec:
        """The loss."""
        raise NotImplementedError

    def _metrics(self, loss: LossSpec, labels, needed) -> dict:
        raise NotImplementedError

    def create_estimator_spec(self, features, mode, logits, labels=None, optimizer=None, train_op_fn=None) -> EstimatorSpec:
        """The EstimatorSpec; `optimizer`, or a function from the loss to an op, trains."""
        with name_scope(None, "head"):
            logits, predictions, needed, exports = self._predict(logits)
            if mode == ModeKeys.PREDICT:
                return EstimatorSpec(mode, predictions=predictions, export_outputs=exports())
            loss = self.create_loss(features, logits, labels)
            if mode == ModeKeys.TRAIN:
                train_op = self._train_op(loss.training_loss, optimizer, train_op_fn)
                mean_loss = None
                if self._loss_reduction == losses.Reduction.SUM:
                    total = math_ops.reduce_sum(loss.weights * array_ops.ones_like(loss.unreduced_loss))
                    mean_loss = loss.training_loss / total
        if mode == ModeKeys.EVAL:
            found = self._metrics(loss, labels, needed)
            return EstimatorSpec(mode, predictions=predictions, loss=loss.training_loss, eval_metric_ops=found)
        with name_scope(""):
            summary_ops.scalar("loss", loss.training_loss)
            if mean_loss is not None:
                summary_ops.scalar("average_loss", mean_loss)
        return EstimatorSpec(mode, predictions=predictions, loss=loss.training_loss, train_op=train_op)

    def _train_op(self, loss, optimizer, train_op_fn):
        if (optimizer is None) == (train_op_fn is None):
            raise ValueError(f"train_op_fn and optimizer cannot both be {'None' if optimizer is None else 'set'}.")
        train_op = train_op_fn(loss) if optimizer is None else optimizer.minimize(loss, global_step=get_global_step())
        updates = get_collection(GraphKeys.UPDATE_OPS)
        return group(train_op, *updates) if updates else train_op

    def _weighted(self, features, logits, unweighted, labels, each_logit=False) -> LossSpec:
        weights = parts.example_weights(features, self._weight_column, logits, each_logit)
        loss = losses.compute_weighted_loss(unweighted, weights=weights, reduction=self._loss_reduction)
        return LossSpec(loss, unweighted, weights, labels)

    def _class_names(self, class_ids):
        if not self._label_vocabulary:
            return string_ops.as_string(class_ids, name="str_classes")
        table = lookup_ops.index_to_string_table_from_tensor(
            vocabulary_list=self._label_vocabulary, name="class_string_lookup"
        )
        return table.lookup(class_ids)

    def _class_number(self, labels):
        table = lookup_ops.index_table_from_tensor(vocabulary_list=tuple(self._label_vocabulary), name="class_id_lookup")
        return table.lookup(labels)

    def _classification(self, predictions, n_classes, more) -> dict:
        scores = predictions["probabilities"]
        classes = ClassificationOutput(scores, parts.every_class(scores, n_classes, self._label_vocabulary))
        return {
            DEFAULT_SERVING_SIGNATURE_DEF_KEY: classes,
            "classification": classes,
            **more,
            "predict": PredictOutput(predictions),
        }


class MultiClassHead(Head):
    """More than two classes: softmax."""

    def __init__(self, n_classes, weight_column, label_vocabulary, loss_reduction):
        if n_classes is None:
            raise ValueError("n_classes cannot be None")
        if n_classes <= 2:
            raise ValueError(f"n_classes must be > 2: {n_classes}.")
        # TF checks the number in the graph that is the default one now, which a script may go on to use.
        check = check_ops.assert_greater(convert_to_tensor(n_classes), 2, message="n_classes must be greater than 2")
        with parts.control_dependencies([check]):
            no_op()
        super().__init__(n_classes, weight_column, loss_reduction, label_vocabulary)

    def _predict(self, logits):
        n = self.logits_dimension
        logits = parts.checked_logits(logits, n)
        with name_scope(None, "predictions", (logits,)):
            all_ids = parts.every_class_id(logits, n)
            all_classes = parts.every_class(logits, n, self._label_vocabulary)
            ids = array_ops.expand_dims(math_ops.argmax(logits, axis=-1, name="class_ids"), axis=-1)
            classes = self._class_names(ids)
            predictions = {
                "logits": logits,
                "probabilities": softmax.softmax(logits, name="probabilities"),
                "class_ids": ids,
                "classes": classes,
                "all_class_ids": all_ids,
                "all_classes": all_classes,
            }
        return logits, predictions, ids, lambda: self._classification(predictions, n, {})

    def create_loss(self, features, logits, labels):
        """Cross entropy with the softmax."""
        labels = parts.checked_labels(labels, logits, 1)
        if self._label_vocabulary is None:
            if not labels.dtype.is_integer:
                raise ValueError(f"Labels dtype should be integer. Instead got {labels.dtype}.")
        elif labels.dtype != dtypes.string:
            raise ValueError(f"Labels dtype should be string if there is a vocabulary. Instead got {labels.dtype}")
        else:
            labels = self._class_number(labels)
        ids = parts.in_range(labels, self.logits_dimension)
        loss = losses.sparse_softmax_cross_entropy(labels=ids, logits=logits, reduction=losses.Reduction.NONE)
        return self._weighted(features, logits, array_ops.expand_dims(loss, axis=-1), ids)

    def _metrics(self, loss, labels, needed):
        weights = loss.weights
        with name_scope(None, "metrics", (loss.labels, needed, weights, loss.unreduced_loss, None)):
            return {
                "average_loss": metrics.mean(values=loss.unreduced_loss, weights=weights, name="average_loss"),
                "accuracy": metrics.accuracy(labels=loss.labels, predictions=needed, weights=weights, name="accuracy"),
            }


class BinaryHead(Head):
    """Two classes: one logit."""

    def __init__(self, weight_column, label_vocabulary, loss_reduction):
        super().__init__(1, weight_column, loss_reduction, label_vocabulary)

    def _predict(self, logits):
        with name_scope(None, "predictions", (logits,)):
            logits = parts.checked_logits(logits, 1)
            logistic = math_ops.sigmoid(logits, name="logistic")
            two = array_ops.concat((array_ops.zeros_like(logits), logits), axis=-1, name="two_class_logits")
            probabilities = softmax.softmax(two, name="probabilities")
            ids = array_ops.expand_dims(math_ops.argmax(two, axis=-1, name="class_ids"), axis=-1)
            all_ids = parts.every_class_id(logits, 2)
            all_classes = parts.every_class(logits, 2, self._label_vocabulary)
            predictions = {
                "logits": logits,
                "logistic": logistic,
                "probabilities": probabilities,
                "class_ids": ids,
                "classes": self._class_names(ids),
                "all_class_ids": all_ids,
                "all_classes": all_classes,
            }

        def exports():
            return self._classification(predictions, 2, {"regression": RegressionOutput(logistic)})

        return logits, predictions, (logits, logistic, ids), exports

    def create_loss(self, features, logits, labels):
        """Cross entropy with the logistic function."""
        labels = parts.checked_labels(labels, logits, 1)
        if self._label_vocabulary is not None:
            labels = self._class_number(labels)
        labels = parts.in_range(math_ops.to_float(labels), 2)
        loss = cross_entropy.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)
        return self._weighted(features, logits, loss, labels)

    def _metrics(self, loss, labels, needed):
        (logits, logistic, ids), labels, weights = needed, loss.labels, loss.weights
        with name_scope(None, "metrics", (labels, logits, logistic, ids, weights, loss.unreduced_loss, None)):
            label_mean = parts.mean_of("labels", labels, weights, "label/mean")
            given = {"labels": labels, "predictions": ids, "weights": weights}
            return {
                "average_loss": metrics.mean(values=loss.unreduced_loss, weights=weights, name="average_loss"),
                "accuracy": metrics.accuracy(name="accuracy", **given),
                "precision": metrics.precision(name="precision", **given),
                "recall": metrics.recall(name="recall", **given),
                "prediction/mean": parts.mean_of("predictions", logistic, weights, "prediction/mean"),
                "label/mean": label_mean,
                "accuracy_baseline": parts.accuracy_baseline(label_mean),
                "auc": parts.area(labels, logistic, weights, "ROC", "auc"),
                "auc_precision_recall": parts.area(labels, logistic, weights, "PR", "auc_precision_recall"),
            }


class RegressionHead(Head):
    """Numbers: the squared error."""

    def __init__(self, label_dimension, weight_column, loss_reduction):
        if label_dimension < 1:
            raise ValueError(f"Invalid label_dimension {label_dimension}.")
        super().__init__(label_dimension, weight_column, loss_reduction)

    def _predict(self, logits):
        logits = parts.checked_logits(logits, self.logits_dimension)
        predictions = {"predictions": logits}

        def exports():
            value = RegressionOutput(logits)
            every = PredictOutput(predictions)
            return {DEFAULT_SERVING_SIGNATURE_DEF_KEY: value, "regression": value, "predict": every}

        return logits, predictions, logits, exports

    def create_loss(self, features, logits, labels):
        """The squared error."""
        labels = math_ops.to_float(parts.checked_labels(labels, logits, self.logits_dimension))
        loss = losses.mean_squared_error(labels=labels, predictions=logits, reduction=losses.Reduction.NONE)
        return self._weighted(features, logits, loss, labels, each_logit=True)

    def _metrics(self, loss, labels, needed):
        weights = loss.weights
        return {
            "average_loss": metrics.mean(values=loss.unreduced_loss, weights=weights),
            "prediction/mean": parts.mean_of("predictions", needed, weights, "prediction/mean"),
            "label/mean": metrics.mean(values=labels, weights=weights),
        }


def classifier_head(n_classes, weight_column, label_vocabulary, loss_reduction) -> Head:
    """The head for so many classes."""
    if n_classes == 2:
        return BinaryHead(weight_column, label_vocabulary, loss_reduction)
    return MultiClassHead(n_classes, weight_column, label_vocabulary, loss_reduction)
