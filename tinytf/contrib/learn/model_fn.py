"""What a model function of tf.contrib.learn gives back. Follows tf.contrib.learn of TF 1.15."""

from __future__ import annotations

from typing import Any, NamedTuple

from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.operation import Operation
from tinytf.graph.sparse_tensor import convert_to_tensor_or_sparse_tensor
from tinytf.ops.array import array_ops
from tinytf.train.session_run_hook import SessionRunHook


class ModeKeys:
    """Training, evaluation or prediction."""

    TRAIN = "train"
    EVAL = "eval"
    INFER = "infer"

    @classmethod
    def validate(cls, key):
        """ValueError for a mode that is none."""
        if key not in (cls.TRAIN, cls.EVAL, cls.INFER):
            raise ValueError("Invalid mode %s." % key)


class _Ops(NamedTuple):
    predictions: Any
    loss: Any
    train_op: Any
    eval_metric_ops: dict
    output_alternatives: Any
    training_chief_hooks: list
    training_hooks: list
    scaffold: Any
    mode: str


class ModelFnOps(_Ops):
    """Predictions, loss and train op of a model; ValueError where one is missing that `mode` needs."""

    __slots__ = ()

    def __new__(
        cls,
        mode,
        predictions=None,
        loss=None,
        train_op=None,
        eval_metric_ops=None,
        output_alternatives=None,
        training_chief_hooks=None,
        training_hooks=None,
        scaffold=None,
    ):
        ModeKeys.validate(mode)
        if train_op is None and mode == ModeKeys.TRAIN:
            raise ValueError("Missing train_op.")
        if train_op is not None and not isinstance(train_op, Operation):
            train_op = convert_to_tensor(train_op).op
        if loss is None and mode != ModeKeys.INFER:
            raise ValueError("Missing loss.")
        if predictions is None and mode != ModeKeys.TRAIN:
            raise ValueError("Missing predictions.")
        if eval_metric_ops is not None and not isinstance(eval_metric_ops, dict):
            raise ValueError("eval_metric_ops must be a dict.")
        hooks = list(training_hooks or []), list(training_chief_hooks or [])
        for hook in hooks[0] + hooks[1]:
            if not isinstance(hook, SessionRunHook):
                raise TypeError("All hooks returned from model_fn must be SessionRunHook instances, got instance of %s: %s" % (type(hook), hook))
        loss, predictions = _scalar(loss), _tensors(predictions)
        return super().__new__(
            cls, predictions, loss, train_op, eval_metric_ops or {}, output_alternatives, hooks[1], hooks[0], scaffold, mode
        )


def _scalar(loss):
    if loss is None:
        return None
    loss = convert_to_tensor(loss)
    if loss.shape.num_elements() not in (None, 1):
        raise ValueError("Loss must be scalar: %s." % loss)
    return loss if loss.shape.is_compatible_with([]) else array_ops.reshape(loss, [])


def _tensors(predictions):
    if predictions is None:
        return None
    if isinstance(predictions, dict):
        return {key: convert_to_tensor_or_sparse_tensor(value) for key, value in predictions.items()}
    return convert_to_tensor_or_sparse_tensor(predictions)
