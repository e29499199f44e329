"""An estimator with its data and its schedule.  Follows tf.contrib.learn.Experiment of TF 1.15, in one process."""

from __future__ import annotations

import os
import time

from tinytf import logging
from tinytf.checkpoint import latest_checkpoint
from tinytf.contrib.learn.monitor_base import replace_monitors_with_hooks
from tinytf.contrib.learn.monitors import ValidationMonitor
from tinytf.contrib.learn.saved_model_export_utils import ExportStrategy
from tinytf.estimator.estimator import Estimator as CoreEstimator
from tinytf.estimator.fn_args import fn_args
from tinytf.train.basic_session_run_hooks import CheckpointSaverHook, CheckpointSaverListener


class _EvalAndExportListener(CheckpointSaverListener):
    """Evaluates and exports each checkpoint when it is saved."""

    def __init__(self, eval_fn, export_fn, model_dir):
        self._eval_fn, self._export_fn, self._model_dir = eval_fn, export_fn, model_dir
        self._latest_path = self.eval_result = self.export_results = None

    def after_save(self, session, global_step_value):
        """Does so where there is a new one."""
        path = latest_checkpoint(self._model_dir)
        if path and path != self._latest_path:
            self._latest_path = path
            self.eval_result = self._eval_fn(name="intermediate_export", checkpoint_path=path)
            self.export_results = self._export_fn(self.eval_result, checkpoint_path=path)


class Experiment:
    """What is needed to train a model, to evaluate and to export it.

    Args:
      estimator: one of tf.contrib.learn or of tf.estimator.
      train_input_fn, eval_input_fn: give features and labels.
      eval_metrics: {name: MetricSpec}, for an estimator of tf.contrib.learn.
      train_steps, eval_steps: how many; for ever, and to the end of the data, where they are None.
      min_eval_frequency: evaluate after so many steps, where there is a new checkpoint.
      export_strategies: ExportStrategies, whose results train_and_evaluate returns.
    """

    def __init__(
        self, estimator, train_input_fn, eval_input_fn, eval_metrics=None, train_steps=None, eval_steps=100, train_monitors=None,
        eval_hooks=None, local_eval_frequency=None, eval_delay_secs=120, continuous_eval_throttle_secs=60, min_eval_frequency=None,
        delay_workers_by_global_step=False, export_strategies=None, train_steps_per_iteration=None, checkpoint_and_export=False,
        saving_listeners=None, check_interval_secs=5,
    ):  # fmt: skip
        self._core = isinstance(estimator, CoreEstimator)
        if self._core and eval_metrics is not None:
            raise ValueError(
                "`eval_metrics` must be `None` with `tf.estimator.Estimator`. Use `eval_metric_ops` in `tf.estimator.EstimatorSpec` instead."
            )
        if not self._core:
            if not (hasattr(estimator, "evaluate") and hasattr(estimator, "fit")):
                raise ValueError("`estimator` must implement `tf.contrib.learn.Evaluable` and `Trainable`, or be a `tf.estimator.Estimator`.")
            if saving_listeners is not None:
                raise ValueError("`saving_listeners` must be `None` with `tf.contrib.learn.Estimator`.")
        self._estimator = estimator
        self._train_input_fn, self._eval_input_fn, self._eval_metrics = train_input_fn, eval_input_fn, eval_metrics
        self._train_steps, self._eval_steps, self._local_eval_frequency = train_steps, eval_steps, local_eval_frequency
        self._eval_delay_secs, self._continuous_eval_throttle_secs = eval_delay_secs, continuous_eval_throttle_secs
        self._min_eval_frequency = 1 if min_eval_frequency is None else min_eval_frequency
        self._check_interval_secs = check_interval_secs
        self._train_monitors, self._eval_hooks = list(train_monitors or []), list(eval_hooks or [])
        self._checkpoint_and_export, self._saving_listeners = checkpoint_and_export, saving_listeners
        self._set_export_strategies(export_strategies)
        if train_steps_per_iteration is not None and not isinstance(train_steps_per_iteration, int):
            raise ValueError("`train_steps_per_iteration` must be an integer.")
        self._train_steps_per_iteration = train_steps_per_iteration

    @property
    def estimator(self):
        """The estimator."""
        return self._estimator

    @property
    def eval_metrics(self):
        """The metrics."""
        return self._eval_metrics

    @property
    def train_steps(self):
        """How many steps it trains."""
        return self._train_steps

    @property
    def eval_steps(self):
        """In how many steps it evaluates."""
        return self._eval_steps

    def _set_export_strategies(self, values):
        strategies = [values] if isinstance(values, ExportStrategy) else list(values or ())
        for value in strategies:
            if not isinstance(value, ExportStrategy):
                raise ValueError(
                    "`export_strategies` must be an ExportStrategy, an iterable of ExportStrategy, or `None`, found %s." % (value,)
                )
        self._export_strategies = tuple(strategies)

    def extend_train_hooks(self, additional_hooks):
        """More hooks or monitors for the training."""
        self._train_monitors.extend(additional_hooks)

    def reset_export_strategies(self, new_export_strategies=None):
        """Replaces the export strategies; returns those that there were."""
        old = self._export_strategies
        self._set_export_strategies(new_export_strategies)
        return old

    # Schedules ------------------------------------------------------------------------------------

    def train(self, delay_secs=None):
        """Trains up to `train_steps`."""
        if delay_secs:
            time.sleep(delay_secs)
        return self._call_train(max_steps=self._train_steps, hooks=self._train_monitors)

    def evaluate(self, delay_secs=None, name=None):
        """Evaluates once, after `eval_delay_secs`."""
        delay_secs = self._eval_delay_secs if delay_secs is None else delay_secs
        if delay_secs:
            logging.info("Waiting %d secs before starting eval.", delay_secs)
            time.sleep(delay_secs)
        return self._evaluated(name=name or "one_pass")

    def local_run(self):
        """train_and_evaluate, evaluating every `local_eval_frequency` steps."""
        saved, self._min_eval_frequency = self._min_eval_frequency, self._local_eval_frequency
        try:
            return self.train_and_evaluate()
        finally:
            self._min_eval_frequency = saved

    def train_and_evaluate(self):
        """Trains, evaluating on the way, and evaluates and exports at the end: (metrics, what was exported)."""
        config, saved = self._estimator.config, list(self._train_monitors)
        try:
            if self._checkpoint_and_export and (config.save_checkpoints_secs or config.save_checkpoints_steps):
                listener = _EvalAndExportListener(self._evaluated, self._maybe_export, self._estimator.model_dir)
                self._train_monitors.append(
                    CheckpointSaverHook(
                        self._estimator.model_dir, config.save_checkpoints_secs, config.save_checkpoints_steps, listeners=[listener]
                    )
                )
                self.train(delay_secs=0)
                return listener.eval_result, listener.export_results
            if self._min_eval_frequency:
                self._train_monitors.append(
                    ValidationMonitor(
                        input_fn=self._eval_input_fn, eval_steps=self._eval_steps, metrics=self._eval_metrics,
                        every_n_steps=self._min_eval_frequency, check_interval_secs=self._check_interval_secs, hooks=self._eval_hooks,
                    )  # fmt: skip
                )
            self.train(delay_secs=0)
        finally:
            self._train_monitors = saved
        result = self._evaluated()
        return result, self._maybe_export(result)

    def continuous_train_and_eval(self, continuous_eval_predicate_fn=None):
        """Trains a number of steps and evaluates, by turns, up to `train_steps` or while the predicate says so."""
        proceed = _predicate(continuous_eval_predicate_fn)
        steps = self._train_steps_per_iteration
        if steps is None:
            steps = 1000 if self._train_steps is None else int(self._train_steps / 10)
        path = result = exported = None
        while not proceed or proceed(result, checkpoint_path=path if result else None):
            if self._stopped(result):
                logging.info("Stop training model as max steps reached")
                break
            logging.info("Training model for %s steps", steps)
            self._call_train(steps=steps, hooks=self._train_monitors)
            logging.info("Evaluating model now.")
            path = latest_checkpoint(self._estimator.model_dir)
            result = self._evaluated(name="one_pass", checkpoint_path=path)
            exported = self._maybe_export(result)
        return result, exported

    def continuous_eval(
        self, delay_secs=None, throttle_delay_secs=None, evaluate_checkpoint_only_once=True, continuous_eval_predicate_fn=None,
        name="continuous",
    ):  # fmt: skip
        """Evaluates each new checkpoint until the training is at its end, or while the predicate says so."""
        self._continuous(self._eval_input_fn, name, delay_secs, throttle_delay_secs, evaluate_checkpoint_only_once, continuous_eval_predicate_fn)

    def continuous_eval_on_train_data(
        self, delay_secs=None, throttle_delay_secs=None, continuous_eval_predicate_fn=None, name="continuous_on_train_data"
    ):
        """The same on the training's data, without exports."""
        self._continuous(self._train_input_fn, name, delay_secs, throttle_delay_secs, True, continuous_eval_predicate_fn, export=False)

    def _continuous(self, input_fn, name, delay_secs, throttle_secs, only_once, predicate_fn, export=True):
        proceed = _predicate(predicate_fn)
        throttle_secs = self._continuous_eval_throttle_secs if throttle_secs is None else throttle_secs
        time.sleep(self._eval_delay_secs if delay_secs is None else delay_secs)
        previous, result = None, None
        while not proceed or proceed(result, checkpoint_path=previous):
            if self._stopped(result):
                logging.info("Exiting continuous eval, global_step=%s >= train_step=%s", result["global_step"], self._train_steps)
                return
            start = time.time()
            path = latest_checkpoint(self._estimator.model_dir)
            if not path or only_once and path == previous:
                result = {}
                logging.debug("No new checkpoint ready for evaluation.")
            else:
                result = self._evaluated(input_fn=input_fn, name=name, checkpoint_path=path) or {}
                if export:
                    self._maybe_export(result, checkpoint_path=path)
                previous = path
            time.sleep(max(0, throttle_secs - (time.time() - start)))

    def test(self):
        """One step of training, one of evaluation, and the exports."""
        self._call_train(steps=1, hooks=self._train_monitors)
        result = self._evaluated(name="one_pass", steps=1)
        self._maybe_export(result)
        return result

    def run_std_server(self):
        """There is only one process here."""
        raise NotImplementedError("tinytf runs in one process; use train, evaluate or train_and_evaluate")

    # Parts ----------------------------------------------------------------------------------------

    def _stopped(self, result) -> bool:
        step = (result or {}).get("global_step")
        return bool(step and self._train_steps and step >= self._train_steps)

    def _maybe_export(self, eval_result, checkpoint_path=None) -> list:
        base = os.path.join(os.fsencode(self._estimator.model_dir), b"export")
        return [
            strategy.export(self._estimator, os.path.join(base, os.fsencode(strategy.name)), checkpoint_path, eval_result)
            for strategy in self._export_strategies
        ]

    def _call_train(self, steps=None, max_steps=None, hooks=None):
        hooks = replace_monitors_with_hooks(hooks, self._estimator)
        if self._core:
            return self._estimator.train(
                input_fn=self._train_input_fn, steps=steps, max_steps=max_steps, hooks=hooks, saving_listeners=self._saving_listeners
            )
        return self._estimator.fit(input_fn=self._train_input_fn, steps=steps, max_steps=max_steps, monitors=hooks)

    def _evaluated(self, name=None, checkpoint_path=None, input_fn=None, steps=None):
        given = {
            "input_fn": input_fn or self._eval_input_fn, "steps": steps or self._eval_steps, "name": name, "checkpoint_path": checkpoint_path,
            "hooks": self._eval_hooks,
        }  # fmt: skip
        if not self._core:
            given["metrics"] = self._eval_metrics
        return self._estimator.evaluate(**given)


def _predicate(function):
    """A function of (metrics, checkpoint_path=…), of one that may only take the metrics."""
    if function is None:
        return None
    if not callable(function):
        raise ValueError("`continuous_eval_predicate_fn` must be a callable, or None.")
    if "checkpoint_path" in fn_args(function):
        return function
    return lambda result, checkpoint_path: function(result)


