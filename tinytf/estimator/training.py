"""train_and_evaluate: training with an evaluation after each checkpoint."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

from tinytf import logging
from tinytf.estimator.exporters import Exporter
from tinytf.graph.graph import GraphKeys
from tinytf.train.basic_session_run_hooks import CheckpointSaverListener
from tinytf.train.hook_timers import SecondOrStepTimer
from tinytf.train.session_run_hook import SessionRunHook


class _Train(NamedTuple):
    input_fn: Any
    max_steps: Any
    hooks: tuple


class TrainSpec(_Train):
    """How to train: until the global step is `max_steps`, or the input ends.  Follows `tf.estimator.TrainSpec` of TF 1.15."""

    __slots__ = ()

    def __new__(cls, input_fn, max_steps=None, hooks=None):
        _check_input_fn(input_fn)
        if max_steps is not None and max_steps <= 0:
            raise ValueError(f"Must specify max_steps > 0, given: {max_steps}")
        return super().__new__(cls, input_fn, max_steps, _hooks(hooks))


class _Eval(NamedTuple):
    input_fn: Any
    steps: Any
    name: Any
    hooks: tuple
    exporters: tuple
    start_delay_secs: int
    throttle_secs: int


class EvalSpec(_Eval):
    """How to evaluate and what to export then, at most every `throttle_secs`.  Follows `tf.estimator.EvalSpec` of TF 1.15."""

    __slots__ = ()

    def __new__(
        cls, input_fn, steps=100, name=None, hooks=None, exporters=None, start_delay_secs=120, throttle_secs=600
    ):
        _check_input_fn(input_fn)
        if steps is not None and steps <= 0:
            raise ValueError(f"Must specify steps > 0, given: {steps}")
        if name is not None and not isinstance(name, str):
            raise TypeError(f"`name` must be string, given: {name}")
        for what, secs in (("start_delay_secs", start_delay_secs), ("throttle_secs", throttle_secs)):
            if secs < 0:
                raise ValueError(f"Must specify {what} >= 0, given: {secs}")
        return super().__new__(
            cls, input_fn, steps, name, _hooks(hooks), _exporters(exporters), start_delay_secs, throttle_secs
        )


def _check_input_fn(input_fn) -> None:
    if not callable(input_fn):
        raise TypeError(f"`input_fn` must be callable, given: {input_fn}")


def _hooks(hooks) -> tuple:
    hooks = tuple(hooks or ())
    for hook in hooks:
        if not isinstance(hook, SessionRunHook):
            raise TypeError(f"All hooks must be `SessionRunHook` instances, given: {hook}")
    return hooks


def _exporters(exporters) -> tuple:
    exporters = (exporters,) if isinstance(exporters, Exporter) else tuple(exporters or ())
    names = set()
    for exporter in exporters:
        if not isinstance(exporter, Exporter):
            raise TypeError(f"`exporters` must be an Exporter, an iterable of Exporter, or `None`, found {exporter}.")
        if not exporter.name:
            raise ValueError(f"An Exporter cannot have a name that is `None` or empty. All exporters: {exporters}")
        if exporter.name in names:
            raise ValueError(f"`exporters` must have unique names. Such a name exists more than once: {exporter.name}")
        names.add(exporter.name)
    return exporters


def train_and_evaluate(estimator, train_spec, eval_spec) -> tuple:
    """Trains, and evaluates and exports after checkpoints and at the end; (last metrics, what was exported then).

    Follows `tf.estimator.train_and_evaluate` of TF 1.15, in one process.
    """
    if not isinstance(train_spec, TrainSpec):
        raise TypeError(f"`train_spec` must have type `tf.estimator.TrainSpec`. Got: {type(train_spec)}")
    if not isinstance(eval_spec, EvalSpec):
        raise TypeError(f"`eval_spec` must have type `tf.estimator.EvalSpec`. Got: {type(eval_spec)}")
    after_each = _EvaluateCheckpoints(estimator, eval_spec, train_spec.max_steps)
    estimator.train(
        train_spec.input_fn, max_steps=train_spec.max_steps, hooks=list(train_spec.hooks), saving_listeners=[after_each]
    )
    return after_each.metrics, after_each.exported


class _EvaluateCheckpoints(CheckpointSaverListener):
    def __init__(self, estimator, spec, max_steps):
        self._estimator, self._spec, self._max_steps = estimator, spec, max_steps
        self._evaluated = None
        self.metrics = self.exported = None

    def begin(self):
        """Starts the clock."""
        self._timer = SecondOrStepTimer(every_secs=self._spec.throttle_secs)
        self._first = True

    def after_save(self, session, global_step_value):
        """Evaluates, but not the checkpoint that the training starts with."""
        if self._first:
            self._first = False
        elif self._timer.should_trigger_for_step(global_step_value):
            self._evaluate(global_step_value)
        else:
            logging.info("Skip the current checkpoint eval due to throttle secs (%s secs).", self._spec.throttle_secs)

    def end(self, session, global_step_value):
        """Evaluates the last checkpoint."""
        if global_step_value != self._timer.last_triggered_step():
            self._evaluate(global_step_value)

    def _evaluate(self, step) -> None:
        self._timer.update_last_triggered_step(step)
        spec, estimator = self._spec, self._estimator
        path = estimator.latest_checkpoint()
        if not path or path == self._evaluated:
            raise RuntimeError("There was no new checkpoint after the training.")
        self._evaluated = path
        self.metrics = estimator.evaluate(
            spec.input_fn, steps=spec.steps, name=spec.name, checkpoint_path=path, hooks=spec.hooks
        )
        final = bool(self._max_steps) and self.metrics[GraphKeys.GLOBAL_STEP] >= self._max_steps
        self.exported = [
            exporter.export(
                estimator=estimator,
                export_path=os.path.join(estimator.model_dir, "export", exporter.name),
                checkpoint_path=path,
                eval_result=self.metrics,
                is_the_final_export=final,
            )
            for exporter in spec.exporters
        ]
