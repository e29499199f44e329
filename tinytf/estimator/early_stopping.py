"""Hooks that end a training when what an Estimator's evaluations found says so. Follows TF 1.15's tf.estimator.experimental."""

from __future__ import annotations

import operator
import os

from tinytf import dtypes, gfile, logging
from tinytf.graph.graph import GraphKeys
from tinytf.ops.state import state_ops
from tinytf.ops.state.init_ops import constant_initializer
from tinytf.ops.state.variable_scope import AUTO_REUSE, get_variable, variable_scope
from tinytf.summary.event_file import summary_iterator
from tinytf.train import training_util
from tinytf.train.hook_timers import SecondOrStepTimer
from tinytf.train.session_run_hook import SessionRunArgs, SessionRunHook


def make_early_stopping_hook(estimator, should_stop_fn, run_every_secs=60, run_every_steps=None):
    """A hook that asks `should_stop_fn` every so many seconds or steps, and stops the training once it says True."""
    from tinytf.estimator.estimator import Estimator

    if not isinstance(estimator, Estimator):
        raise TypeError("`estimator` must have type `tf.estimator.Estimator`. Got: {}".format(type(estimator)))
    if run_every_secs is not None and run_every_steps is not None:
        raise ValueError("Only one of `run_every_secs` and `run_every_steps` must be set.")
    return _StopOnPredicateHook(should_stop_fn, run_every_secs, run_every_steps)


def stop_if_higher_hook(estimator, metric_name, threshold, eval_dir=None, min_steps=0, run_every_secs=60, run_every_steps=None):
    """Stops when an evaluation finds the metric above `threshold`."""
    return _crossed(estimator, metric_name, threshold, operator.gt, eval_dir, min_steps, run_every_secs, run_every_steps)


def stop_if_lower_hook(estimator, metric_name, threshold, eval_dir=None, min_steps=0, run_every_secs=60, run_every_steps=None):
    """Stops when an evaluation finds the metric below `threshold`."""
    return _crossed(estimator, metric_name, threshold, operator.lt, eval_dir, min_steps, run_every_secs, run_every_steps)


def stop_if_no_increase_hook(
    estimator, metric_name, max_steps_without_increase, eval_dir=None, min_steps=0, run_every_secs=60, run_every_steps=None
):
    """Stops when the metric was no better than its highest for so many steps."""
    return _stuck(estimator, metric_name, max_steps_without_increase, operator.gt, eval_dir, min_steps, run_every_secs, run_every_steps)


def stop_if_no_decrease_hook(
    estimator, metric_name, max_steps_without_decrease, eval_dir=None, min_steps=0, run_every_secs=60, run_every_steps=None
):
    """Stops when the metric was no better than its lowest for so many steps."""
    return _stuck(estimator, metric_name, max_steps_without_decrease, operator.lt, eval_dir, min_steps, run_every_secs, run_every_steps)


def read_eval_metrics(eval_dir) -> dict:
    """{global step: {metric: value}} of the event files in a folder, in the order of the steps."""
    found: dict = {}
    files = gfile.Glob(os.path.join(eval_dir, "*.tfevents.*")) if gfile.Exists(eval_dir) else []
    for event in (event for file in files for event in summary_iterator(file)):
        metrics = {value.tag: value.simple_value for value in event.summary.value if value.HasField("simple_value")}
        if metrics:
            found.setdefault(event.step, {}).update(metrics)
    return dict(sorted(found.items()))


def _values(estimator, metric_name, eval_dir, min_steps):
    """A function that gives (step, value) of each evaluation so far."""
    folder = estimator.eval_dir() if eval_dir is None else eval_dir
    return lambda: [(step, metrics[metric_name]) for step, metrics in read_eval_metrics(folder).items() if step >= min_steps]


def _crossed(estimator, metric_name, threshold, is_better, eval_dir, min_steps, run_every_secs, run_every_steps):
    values = _values(estimator, metric_name, eval_dir, min_steps)
    direction = "greater than" if is_better is operator.gt else "less than"

    def should_stop():
        for step, value in values():
            if is_better(value, threshold):
                logging.info(
                    'At step %s, metric "%s" has value %s which is %s the configured threshold (%s) for early stopping.',
                    step, metric_name, value, direction, threshold,
                )  # fmt: skip
                return True
        return False

    return make_early_stopping_hook(estimator, should_stop, run_every_secs, run_every_steps)


def _stuck(estimator, metric_name, max_steps, is_better, eval_dir, min_steps, run_every_secs, run_every_steps):
    values = _values(estimator, metric_name, eval_dir, min_steps)
    change = "increase" if is_better is operator.gt else "decrease"

    def should_stop():
        best = best_step = None
        for step, value in values():
            if best is None or is_better(value, best):
                best, best_step = value, step
            if step - best_step >= max_steps:
                logging.info(
                    'No %s in metric "%s" for %s steps, which is greater than or equal to max steps (%s) configured for early stopping.',
                    change, metric_name, step - best_step, max_steps,
                )  # fmt: skip
                return True
        return False

    return make_early_stopping_hook(estimator, should_stop, run_every_secs, run_every_steps)


class _StopOnPredicateHook(SessionRunHook):
    """Requests a stop when `should_stop_fn` says True; a variable says it to other workers, as TensorFlow's graph has it."""

    def __init__(self, should_stop_fn, run_every_secs=60, run_every_steps=None):
        if not callable(should_stop_fn):
            raise TypeError("`should_stop_fn` must be callable.")
        self._should_stop_fn = should_stop_fn
        self._timer = SecondOrStepTimer(every_secs=run_every_secs, every_steps=run_every_steps)

    def begin(self):
        """Makes the variable."""
        self._global_step = training_util.get_global_step()
        with variable_scope("signal_early_stopping", values=[], reuse=AUTO_REUSE):
            stop = get_variable(
                "STOP",
                [],
                dtypes.bool,
                constant_initializer(False),
                collections=[GraphKeys.GLOBAL_VARIABLES],
                trainable=False,
            )
        self._stop_op = state_ops.assign(stop, True)

    def before_run(self, run_context):
        """Asks for the step."""
        return SessionRunArgs(self._global_step)

    def after_run(self, run_context, run_values):
        """Asks the function where it is due."""
        step = run_values.results
        if not self._timer.should_trigger_for_step(step):
            return
        self._timer.update_last_triggered_step(step)
        if self._should_stop_fn():
            logging.info("Requesting early stopping at global step %d", step)
            run_context.session.run(self._stop_op)
            run_context.request_stop()
