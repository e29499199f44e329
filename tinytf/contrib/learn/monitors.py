"""Monitors: the hooks of 2016. A monitor is a SessionRunHook here, or an object with the methods of BaseMonitor."""

from __future__ import annotations

from tinytf import logging
from tinytf.train.session_run_hook import SessionRunArgs, SessionRunHook
from tinytf.train.training_util import get_global_step


class BaseMonitor:
    """What happens at steps and epochs of a training; subclasses override what they need.  Follows tf.contrib.learn.monitors of TF 1.15."""

    def set_estimator(self, estimator):
        """Called once, before the training."""
        self._estimator = estimator

    def begin(self, max_steps=None):
        """Before the first step."""

    def end(self, session=None):
        """After the last one."""

    def step_begin(self, step):
        """Names of tensors that are to be run with this step."""
        return []

    def step_end(self, step, output):
        """Gets {name: value} of those; a true result ends the training."""
        return False

    def post_step(self, step, session):
        """After a step and its monitors."""


class EveryN(BaseMonitor):
    """Acts at the first `first_n_steps` steps, and then every `every_n_steps`."""

    def __init__(self, every_n_steps=100, first_n_steps=1):
        self._every, self._first = every_n_steps, first_n_steps
        self._last_active = self._last_successful = None

    def every_n_step_begin(self, step):
        """Names of tensors to run."""
        return []

    def every_n_step_end(self, step, outputs):
        """A true result ends the training."""
        return False

    def every_n_post_step(self, step, session):
        """After such a step."""

    def step_begin(self, step):
        """Asks for tensors at a step that counts."""
        last = self._last_active
        self._active = step <= self._first or last is None or step >= last + self._every
        if self._active:
            self._last_active = step
            return self.every_n_step_begin(step)
        return []

    def step_end(self, step, output):
        """Hands them on."""
        return self.every_n_step_end(step, output) if self._active else False

    def post_step(self, step, session):
        """Hands it on."""
        if self._active:
            self.every_n_post_step(step, session)


class PrintTensor(EveryN):
    """Logs tensors: a list of names, or {what to call it: name}."""

    def __init__(self, tensor_names, every_n=100, first_n=1):
        super().__init__(every_n, first_n)
        self._names = tensor_names if isinstance(tensor_names, dict) else {name: name for name in tensor_names}

    def every_n_step_begin(self, step):
        """The tensors."""
        return list(self._names.values())

    def every_n_step_end(self, step, outputs):
        """Logs them."""
        logging.info("Step %d: %s", step, ", ".join("%s = %s" % (tag, outputs[name]) for tag, name in self._names.items() if name in outputs))


class ValidationMonitor(EveryN):
    """Evaluates each new checkpoint on other data, and may end the training where that gets no better.

    Args as those of Estimator.evaluate; `early_stopping_rounds`: stop where `early_stopping_metric` has not improved for so
    many steps.
    """

    def __init__(
        self,
        x=None,
        y=None,
        input_fn=None,
        batch_size=None,
        eval_steps=None,
        every_n_steps=100,
        metrics=None,
        hooks=None,
        early_stopping_rounds=None,
        early_stopping_metric="loss",
        early_stopping_metric_minimize=True,
        name=None,
        check_interval_secs=5,
    ):
        super().__init__(every_n_steps, first_n_steps=-1)
        if x is None and input_fn is None:
            raise ValueError("Either x or input_fn should be provided.")
        self._what = dict(x=x, y=y, input_fn=input_fn, batch_size=batch_size, steps=eval_steps, metrics=metrics, name=name)
        if hooks:
            self._what["hooks"] = hooks
        self._rounds, self._metric, self._minimize = early_stopping_rounds, early_stopping_metric, early_stopping_metric_minimize
        self._latest = None
        self.best_step = self.best_value = self.best_metrics = None
        self.early_stopped = False

    def every_n_step_end(self, step, outputs):
        """Evaluates where there is a new checkpoint."""
        from tinytf import checkpoint

        latest = checkpoint.latest_checkpoint(self._estimator.model_dir)
        if latest is None or latest == self._latest:
            return False
        self._latest = latest
        values = self._estimator.evaluate(**self._what)
        shown = ", ".join("%s = %s" % item for item in sorted(values.items()))
        logging.info("Validation (step %d): %s", step, shown)
        if self._rounds is None:
            return False
        now = values[self._metric]
        if self.best_value is None or (now < self.best_value if self._minimize else now > self.best_value):
            self.best_value, self.best_metrics, self.best_step = now, values, step
        self.early_stopped = step - self.best_step >= self._rounds
        if self.early_stopped:
            logging.info("Stopping. Best step: %d with %s = %s.", self.best_step, self._metric, self.best_value)
        return self.early_stopped


class RunHookAdapterForMonitors(SessionRunHook):
    """Lets monitors take part in a MonitoredSession."""

    def __init__(self, monitors):
        self._monitors = monitors

    def begin(self):
        """Starts them."""
        self._last_step = None
        self._step = get_global_step()
        for monitor in self._monitors:
            monitor.begin(max_steps=None)

    def before_run(self, run_context):
        """Asks them for tensors."""
        step = run_context.session.run(self._step) if self._last_step is None else self._last_step
        self._last_step = step + 1
        self._now = self._last_step
        wanted = {}
        for monitor in self._monitors:
            wanted.update({name: name if ":" in str(name) else name + ":0" for name in monitor.step_begin(self._now) or []})
        return SessionRunArgs(wanted)

    def after_run(self, run_context, run_values):
        """Gives them the values; any of them may stop the training."""
        stops = [monitor.step_end(self._now, run_values.results) for monitor in self._monitors]
        if any(stops):
            run_context.request_stop()
        for monitor in self._monitors:
            monitor.post_step(self._now, run_context.session)

    def end(self, session):
        """Ends them."""
        for monitor in self._monitors:
            monitor.end(session=session)


def replace_monitors_with_hooks(monitors, estimator) -> list:
    """Hooks as they are, then one hook for all monitors, which get to know the estimator."""
    given = list(monitors or [])
    hooks = [m for m in given if isinstance(m, SessionRunHook)]
    plain = [m for m in given if not isinstance(m, SessionRunHook)]
    for monitor in plain:
        monitor.set_estimator(estimator)
    return hooks + ([RunHookAdapterForMonitors(plain)] if plain else [])
