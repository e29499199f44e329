"""Several heads as one, and a head that is a loss alone.  Follows tf.contrib.learn of TF 1.15."""

from __future__ import annotations

from tinytf.contrib.learn.estimators.head import Head, _summarize_loss, no_op_train_fn
from tinytf.contrib.learn.estimators.metric_key import MetricKey
from tinytf.contrib.learn.model_fn import ModeKeys, ModelFnOps
from tinytf.graph.default_graph import name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.math import math_ops
from tinytf.ops.state.variable_scope import variable_scope


class _LossOnlyHead(Head):
    """A loss, and nothing else."""

    def __init__(self, loss_fn, head_name=None):
        self._loss_fn, self.head_name = loss_fn, head_name or "loss_only_head"

    @property
    def logits_dimension(self) -> int:
        """None are needed."""
        return 0

    def create_model_fn_ops(self, features, mode, labels=None, train_op_fn=None, logits=None, logits_input=None, scope=None) -> ModelFnOps:
        """Adds the loss, and what trains it."""
        ModeKeys.validate(mode)
        loss = train_op = None
        if mode != ModeKeys.INFER:
            with variable_scope(scope, default_name=self.head_name):
                loss = self._loss_fn()
                if isinstance(loss, list):
                    loss = math_ops.add_n(loss)
                _summarize_loss(loss, "%s/%s" % (MetricKey.LOSS, self.head_name))
                if mode == ModeKeys.TRAIN:
                    if train_op_fn is None:
                        raise ValueError("train_op_fn can not be None in TRAIN mode")
                    with name_scope(None, "train_op", (loss,)):
                        train_op = train_op_fn(loss)
        return ModelFnOps(mode, {}, loss, train_op, {})


class MultiHead(Head):
    """Heads side by side; predictions have the keys (name of the head, key)."""

    def __init__(self, heads, loss_merger):
        for head in heads:
            if not head.head_name:
                raise ValueError("Members of MultiHead must have names.")
        self._heads, self._loss_merger = heads, loss_merger

    @property
    def logits_dimension(self) -> int:
        """Those of all heads."""
        return sum(head.logits_dimension for head in self._heads)

    def create_model_fn_ops(self, features, mode, labels=None, train_op_fn=None, logits=None, logits_input=None, scope=None) -> ModelFnOps:
        """Adds each head's nodes; logits are split among them, or a dict by their names."""
        ModeKeys.validate(mode)
        if logits is None:
            inputs = [{"logits_input": logits_input} for _ in self._heads]
        elif isinstance(logits, dict):
            inputs = [{"logits": None if isinstance(head, _LossOnlyHead) else logits[head.head_name]} for head in self._heads]
        else:
            inputs = [{"logits": part} for part in self._split(logits)]
        ops = [
            head.create_model_fn_ops(features, mode, labels, no_op_train_fn, scope=scope, **given) for head, given in zip(self._heads, inputs)
        ]
        if mode == ModeKeys.TRAIN:
            if train_op_fn is None:
                raise ValueError("train_op_fn can not be None in TRAIN mode.")
            loss = self._loss_merger([one.loss for one in ops])
            train_op = control_flow_ops.group(train_op_fn(loss), *[one.train_op for one in ops])
            return ModelFnOps(mode, loss=loss, train_op=train_op, eval_metric_ops=_merged(ops))
        named = [(head.head_name, one) for head, one in zip(self._heads, ops)]
        if mode == ModeKeys.INFER:
            named = [(name, one) for (name, one), head in zip(named, self._heads) if not isinstance(head, _LossOnlyHead)]
        predictions = {(name, key): value for name, one in named for key, value in one.predictions.items()}
        if mode == ModeKeys.EVAL:
            return ModelFnOps(mode, predictions, self._loss_merger([one.loss for one in ops]), eval_metric_ops=_merged(ops))
        alternatives = {name: one.output_alternatives[name] for name, one in named}
        return ModelFnOps(mode, predictions, output_alternatives=alternatives)

    def _split(self, logits) -> list:
        begin, parts = 0, []
        for head in self._heads:
            parts.append(array_ops.slice(logits, [0, begin], [-1, head.logits_dimension]))
            begin += head.logits_dimension
        return parts


def _merged(ops) -> dict:
    return {name: value for one in ops for name, value in (one.eval_metric_ops or {}).items()}
