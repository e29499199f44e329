"""EstimatorSpec: what a model function returns."""

from __future__ import annotations

from typing import Any, NamedTuple

from tinytf import logging, nest
from tinytf.estimator.export_outputs import get_export_outputs
from tinytf.estimator.fn_args import fn_args
from tinytf.estimator.mode_keys import ModeKeys
from tinytf.graph.default_graph import get_default_graph
from tinytf.graph.operation import Operation
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import shape_ops
from tinytf.ops.state.variables import Variable
from tinytf.shapes import TensorShape
from tinytf.train.scaffold import Scaffold
from tinytf.train.session_run_hook import SessionRunHook

_MODEL_FN_ARGS = {"features", "labels", "mode", "params", "self", "config"}


class _Fields(NamedTuple):
    mode: str
    predictions: Any
    loss: Any
    train_op: Any
    eval_metric_ops: dict
    export_outputs: Any
    training_chief_hooks: tuple
    training_hooks: tuple
    scaffold: Scaffold
    evaluation_hooks: tuple
    prediction_hooks: tuple


class EstimatorSpec(_Fields):
    """The tensors and ops of a model for one mode.

    Args:
      mode: a ModeKeys.
      predictions: a tensor or a dict of tensors; needed to predict.
      loss: a scalar; needed to train and to evaluate.
      train_op: the op of one training step; needed to train.
      eval_metric_ops: {name: (value tensor, update op)}.
      export_outputs: {signature name: ExportOutput}, for saved models.
      training_chief_hooks, training_hooks, evaluation_hooks, prediction_hooks: SessionRunHooks.
      scaffold: a tf.train.Scaffold.

    ValueError for what is missing or from another graph, TypeError for what is something else.
    Follows `tf.estimator.EstimatorSpec` of TF 1.15.
    """

    __slots__ = ()

    def __new__(
        cls, mode, predictions=None, loss=None, train_op=None, eval_metric_ops=None, export_outputs=None,
        training_chief_hooks=None, training_hooks=None, scaffold=None, evaluation_hooks=None, prediction_hooks=None,
    ):  # fmt: skip
        train_op = _checked_train_op(train_op, mode)
        loss = _checked_loss(loss, mode)
        predictions = _checked_predictions(predictions, mode)
        if mode == ModeKeys.PREDICT:
            export_outputs = get_export_outputs(export_outputs, predictions)
        scaffold = scaffold or Scaffold()
        if not isinstance(scaffold, Scaffold):
            raise TypeError(f"scaffold must be tf.train.Scaffold. Given: {scaffold}")
        return super().__new__(
            cls, mode, predictions, loss, train_op, _checked_metrics(eval_metric_ops), export_outputs,
            _hooks(training_chief_hooks), _hooks(training_hooks), scaffold, _hooks(evaluation_hooks), _hooks(prediction_hooks),
        )  # fmt: skip

    def _replace(self, **changes):
        if changes.get("mode", self.mode) != self.mode:
            raise ValueError("mode of EstimatorSpec cannot be changed.")
        return EstimatorSpec(**{**self._asdict(), **changes})


def _in_default_graph(x, what, shown=None):
    if x.graph is not get_default_graph():
        raise ValueError(
            f'{what} with "{shown or x.name}" must be from the default graph. Either it was made outside of the graph that the '
            'Estimator made for this call, or not in this call of "model_fn".'
        )


def _tensor(x, what):
    if not isinstance(x, (Tensor, Variable)):
        raise TypeError(f"{what} must be Tensor, given: {x}")
    return x


def _checked_train_op(train_op, mode):
    if train_op is None:
        if mode == ModeKeys.TRAIN:
            raise ValueError("Missing train_op.")
        return None
    if not isinstance(train_op, (Operation, Tensor, Variable)):
        raise TypeError(f"train_op must be Operation or Tensor, given: {train_op}")
    train_op = train_op.op if isinstance(train_op, Variable) else train_op
    _in_default_graph(train_op, "train_op")
    return train_op


def _checked_loss(loss, mode):
    if loss is None:
        if mode in (ModeKeys.TRAIN, ModeKeys.EVAL):
            raise ValueError("Missing loss.")
        return None
    shape = _tensor(loss, "loss").get_shape()
    if shape.num_elements() not in (None, 1):
        raise ValueError(f"Loss must be scalar, given: {loss}")
    if not shape.is_compatible_with(TensorShape([])):
        loss = shape_ops.reshape(loss, [])
    _in_default_graph(loss, "loss")
    return loss


def _checked_predictions(predictions, mode):
    if predictions is None:
        if mode == ModeKeys.PREDICT:
            raise ValueError("Missing predictions.")
        return {}
    if not isinstance(predictions, dict):
        _in_default_graph(_tensor(predictions, "predictions"), "prediction values")
        return predictions
    for key, value in predictions.items():
        _in_default_graph(_tensor(value, f"predictions[{key}]"), "prediction values", f"{key}: {value.name}")
    return dict(predictions)


def _checked_metrics(metrics) -> dict:
    metrics = {} if metrics is None else metrics
    if not isinstance(metrics, dict):
        raise TypeError(f"eval_metric_ops must be a dict, given: {metrics}")
    for key, value in metrics.items():
        if not isinstance(value, tuple) or len(value) != 2:
            raise TypeError(
                f"Values of eval_metric_ops must be (metric_value, update_op) tuples, given: {value} for key: {key}"
            )
        for x in nest.flatten(value):
            _in_default_graph(x, "eval_metric_ops", f"{key}: {x.name}")
    return metrics


def _hooks(hooks) -> tuple:
    hooks = tuple(hooks or ())
    for hook in hooks:
        if not isinstance(hook, SessionRunHook):
            raise TypeError(f"All hooks must be SessionRunHook instances, given: {hook}")
    return hooks


def verify_model_fn_args(model_fn, params) -> None:
    """ValueError for a model function without `features`, or without `params` where there are some, or with unknown ones."""
    args = set(fn_args(model_fn))
    if "features" not in args:
        raise ValueError(f"model_fn ({model_fn}) must include features argument.")
    if params is not None and "params" not in args:
        raise ValueError(
            f"model_fn ({model_fn}) does not include params argument, but params ({params}) is passed to Estimator."
        )
    if params is None and "params" in args:
        logging.warning(
            "Estimator's model_fn (%s) includes params argument, but params are not passed to Estimator.", model_fn
        )
    unknown = sorted(args - _MODEL_FN_ARGS)
    if unknown:
        raise ValueError(f"model_fn ({model_fn}) has following not expected args: {unknown}")
