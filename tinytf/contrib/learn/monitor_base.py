"""What a monitor is, and the hook through which monitors take part in a MonitoredSession.  Follows tf.contrib.learn of TF 1.15."""

from __future__ import annotations

from tinytf.estimator.fn_args import fn_args
from tinytf.graph.default_graph import get_default_graph
from tinytf.train.session_run_hook import SessionRunArgs, SessionRunHook
from tinytf.train.training_util import get_global_step


class BaseMonitor:
    """What happens at steps and epochs of a training; subclasses override what they need."""

    def __init__(self):
        self._begun = False
        self._current_epoch = self._current_step = self._max_steps = self._estimator = None

    @property
    def run_on_all_workers(self) -> bool:
        """Whether not only the chief has it."""
        return False

    def set_estimator(self, estimator):
        """Called once, before the training."""
        if estimator is None:
            raise ValueError("Missing estimator.")
        self._estimator = estimator

    def begin(self, max_steps=None):
        """Before the first step."""
        if self._begun:
            raise ValueError("begin called twice without end.")
        self._max_steps, self._begun = max_steps, True

    def end(self, session=None):
        """After the last one."""
        if not self._begun:
            raise ValueError("end called without begin.")
        self._max_steps, self._begun = None, False

    def epoch_begin(self, epoch):
        """Before an epoch."""
        if self._current_epoch is not None:
            raise ValueError("epoch_begin called twice without epoch_end.")
        if epoch < 0:
            raise ValueError("Invalid epoch %s." % epoch)
        self._current_epoch = epoch

    def epoch_end(self, epoch):
        """After it."""
        if self._current_epoch != epoch:
            raise ValueError("epoch_end expected %s but got %s.", self._current_epoch, epoch)
        self._current_epoch = None

    def step_begin(self, step) -> list:
        """Names of tensors, or tensors, that are to be run with this step."""
        if step < 0 or self._max_steps is not None and step > self._max_steps:
            raise ValueError("Invalid step %s." % step)
        self._current_step = step
        return []

    def step_end(self, step, output) -> bool:
        """Gets {what was asked for: value}; a true result ends the training."""
        if self._current_step != step:
            raise ValueError("step_end expected %s but got %s.", self._current_step, step)
        self._current_step = None
        return False

    def post_step(self, step, session):
        """After a step and all monitors' step_end."""


class EveryN(BaseMonitor):
    """Acts at the first `first_n_steps` steps, then every `every_n_steps`, and after the last."""

    def __init__(self, every_n_steps=100, first_n_steps=1):
        super().__init__()
        self._every_n_steps, self._first_n_steps = every_n_steps, first_n_steps
        self._last_successful_step, self._last_active_step = None, 0
        self._active = False

    def every_n_step_begin(self, step) -> list:
        """As step_begin, at a step that counts."""
        return []

    def every_n_step_end(self, step, outputs) -> bool:
        """As step_end, at a step that counts."""
        return False

    def every_n_post_step(self, step, session):
        """As post_step, at a step that counts."""

    def step_begin(self, step):
        """Asks for tensors at a step that counts."""
        super().step_begin(step)
        due = step >= self._every_n_steps + self._last_active_step
        self._active = step <= self._first_n_steps or due or step == self._max_steps
        return self.every_n_step_begin(step) if self._active else []

    def step_end(self, step, output):
        """Hands them on."""
        super().step_end(step, output)
        return self.every_n_step_end(step, output) if self._active else False

    def post_step(self, step, session):
        """Hands it on."""
        super().post_step(step, session)
        if self._active:
            self.every_n_post_step(step, session)
            self._last_active_step = step
        self._last_successful_step = step

    def end(self, session=None):
        """Acts for the last step, where that did not count."""
        super().end(session=session)
        if self._last_successful_step != self._last_active_step:
            self.every_n_post_step(self._last_successful_step, session)


def output_of(outputs: dict, request):
    """The value of what was asked for, by itself or by its name."""
    return outputs[request] if request in outputs else outputs[request.name]


class RunHookAdapterForMonitors(SessionRunHook):
    """Lets monitors take part in a MonitoredSession."""

    def __init__(self, monitors):
        self._monitors = monitors

    def begin(self):
        """Begins with all."""
        self._step, self._global_step = None, get_global_step()
        for monitor in self._monitors:
            monitor.begin(max_steps=None)

    def before_run(self, run_context):
        """Asks for what they name, and for the step."""
        if self._step is None:
            self._step = run_context.session.run(self._global_step) + 1
        fetches: list = []
        for monitor in self._monitors:
            wanted = monitor.step_begin(self._step)
            if wanted and not isinstance(wanted, list):
                raise ValueError("Monitor.step_begin should return a list.")
            fetches.extend(wanted or [])
        return SessionRunArgs({"step": self._global_step, "monitors": {fetch: _graph_element(fetch) for fetch in fetches}})

    def after_run(self, run_context, run_values):
        """Gives them the values; any of them may end the training."""
        for monitor in self._monitors:
            if monitor.step_end(self._step, run_values.results["monitors"]):
                run_context.request_stop()
        for monitor in self._monitors:
            monitor.post_step(self._step, run_context.session)
        self._step = run_values.results["step"] + 1

    def end(self, session):
        """Ends all."""
        self._step = None
        for monitor in self._monitors:
            if "session" in fn_args(monitor.end):
                monitor.end(session=session)
            else:
                monitor.end()


def _graph_element(wanted):
    """The tensor of a name, whose op must not have two outputs where the name does not say which."""
    graph = get_default_graph()
    if not isinstance(wanted, str):
        if getattr(wanted, "graph", None) is not graph:
            raise ValueError("Passed %s should have graph attribute that is equal to current graph %s." % (wanted, graph))
        return wanted
    if ":" in wanted:
        return graph.as_graph_element(wanted)
    element = graph.as_graph_element(wanted + ":0")
    if len(element.op.outputs) > 1:
        raise ValueError("Name %s is ambiguous, as this `Operation` has multiple outputs (at least 2)." % wanted)
    return element


def replace_monitors_with_hooks(monitors_or_hooks, estimator) -> list:
    """Hooks as they are, then one hook for all monitors, which get to know the estimator."""
    given = list(monitors_or_hooks or [])
    hooks = [m for m in given if isinstance(m, SessionRunHook)]
    monitors = [m for m in given if not isinstance(m, SessionRunHook)]
    for monitor in monitors:
        monitor.set_estimator(estimator)
    return hooks + ([RunHookAdapterForMonitors(monitors)] if monitors else [])
