"""Monitors: the hooks of 2016, which print, save, evaluate and stop.  Follows tf.contrib.learn.monitors of TF 1.15."""

from __future__ import annotations

import copy
import os
import time

import numpy as np

from tinytf import logging, protos
from tinytf.checkpoint import latest_checkpoint
from tinytf.contrib.learn.monitor_base import (  # noqa: F401
    BaseMonitor,
    EveryN,
    RunHookAdapterForMonitors,
    output_of,
    replace_monitors_with_hooks,
)
from tinytf.estimator.estimator import Estimator as CoreEstimator
from tinytf.graph.default_graph import get_collection, get_default_graph
from tinytf.graph.graph import GraphKeys
from tinytf.summary.writer import FileWriter, FileWriterCache
from tinytf.train.basic_session_run_hooks import NanLossDuringTrainingError


class StopAtStep(BaseMonitor):
    """Stops after `num_steps` steps, or at the global step `last_step`."""

    def __init__(self, num_steps=None, last_step=None):
        super().__init__()
        if num_steps is None and last_step is None:
            raise ValueError("One of num_steps or last_step must be specified.")
        if num_steps is not None and last_step is not None:
            raise ValueError("Only one of num_steps or last_step can be specified.")
        self._num_steps, self._last_step = num_steps, last_step

    @property
    def run_on_all_workers(self) -> bool:
        """Each stops."""
        return True

    def step_begin(self, step):
        """Counts from the first one."""
        super().step_begin(step)
        if self._last_step is None:
            self._last_step = step + self._num_steps - 1
        return []

    def step_end(self, step, output):
        """Whether it was the last."""
        super().step_end(step, output)
        return step >= self._last_step


def _log(prefix, step, names, outputs) -> None:
    shown = ["%s = %s" % (tag, output_of(outputs, name)) for tag, name in names.items() if name in outputs]
    logging.info(prefix + "Step %d: %s", step, ", ".join(shown))


class PrintTensor(EveryN):
    """Logs tensors: a list of names, or {what to call it: name}."""

    def __init__(self, tensor_names, every_n=100, first_n=1):
        super().__init__(every_n, first_n)
        self._tensor_names = tensor_names if isinstance(tensor_names, dict) else {name: name for name in tensor_names}

    def every_n_step_begin(self, step):
        """The tensors."""
        return list(self._tensor_names.values())

    def every_n_step_end(self, step, outputs):
        """Logs them."""
        _log("", step, self._tensor_names, outputs)
        return False


class LoggingTrainable(EveryN):
    """Logs the trainable variables of a scope."""

    def __init__(self, scope=None, every_n=100, first_n=1):
        super().__init__(every_n, first_n)
        self._scope = scope

    def every_n_step_begin(self, step):
        """The variables' values."""
        variables = get_collection(GraphKeys.TRAINABLE_VARIABLES, scope=self._scope)
        self._names = {variable.name: variable.value().name for variable in variables}
        return list(self._names.values())

    def every_n_step_end(self, step, outputs):
        """Logs them."""
        _log("Logging Trainable: ", step, self._names, outputs)
        return False


class SummarySaver(EveryN):
    """Writes a summary every `save_steps` steps."""

    def __init__(self, summary_op, save_steps=100, output_dir=None, summary_writer=None, scaffold=None):
        super().__init__(every_n_steps=save_steps)
        self._summary_op, self._scaffold = summary_op, scaffold
        self._summary_writer = FileWriter(output_dir) if summary_writer is None and output_dir else summary_writer

    def set_estimator(self, estimator):
        """Writes where the estimator does, if nothing else was said."""
        super().set_estimator(estimator)
        if self._summary_writer is None:
            self._summary_writer = FileWriter(estimator.model_dir)

    def every_n_step_begin(self, step):
        """The summary."""
        if self._summary_op is None and self._scaffold is not None:
            self._summary_op = self._scaffold.summary_op
        return [] if self._summary_op is None else [self._summary_op]

    def every_n_step_end(self, step, outputs):
        """Writes it."""
        if self._summary_op is not None and self._summary_writer:
            self._summary_writer.add_summary(output_of(outputs, self._summary_op), step)
        return False

    def end(self, session=None):
        """Flushes the file."""
        super().end(session=session)
        if self._summary_writer:
            self._summary_writer.flush()


class ValidationMonitor(EveryN):
    """Evaluates each new checkpoint on other data, and may end the training where that gets no better.

    Args as those of Estimator.evaluate; `early_stopping_rounds`: stop where `early_stopping_metric` has not improved for so
    many steps; `check_interval_secs`: look for a checkpoint so often at most.
    """

    def __init__(
        self, x=None, y=None, input_fn=None, batch_size=None, eval_steps=None, every_n_steps=100, metrics=None, hooks=None,
        early_stopping_rounds=None, early_stopping_metric="loss", early_stopping_metric_minimize=True, name=None, check_interval_secs=5,
    ):  # fmt: skip
        super().__init__(every_n_steps=every_n_steps, first_n_steps=-1)
        if x is None and input_fn is None:
            raise ValueError("Either x or input_fn should be provided.")
        self.x, self.y, self.input_fn, self.batch_size = x, y, input_fn, batch_size
        self.eval_steps, self.metrics, self.hooks, self.name = eval_steps, metrics, hooks, name
        self.early_stopping_rounds, self.early_stopping_metric = early_stopping_rounds, early_stopping_metric
        self.early_stopping_metric_minimize = early_stopping_metric_minimize
        self._best_step = self._best_value = self._best_metrics = None
        self._early_stopped = False
        self._latest_path = self._last_check = None
        self._check_interval_secs = check_interval_secs

    @property
    def early_stopped(self) -> bool:
        """Whether it ended the training."""
        return self._early_stopped

    @property
    def best_step(self):
        """The step at which the metric was best."""
        return self._best_step

    @property
    def best_value(self):
        """The metric at that step."""
        return self._best_value

    @property
    def best_metrics(self):
        """All metrics at that step."""
        return self._best_metrics

    def _evaluate(self):
        if not isinstance(self._estimator, CoreEstimator):
            return self._estimator.evaluate(
                x=self.x, y=self.y, input_fn=self.input_fn, batch_size=self.batch_size, steps=self.eval_steps, metrics=self.metrics,
                hooks=self.hooks, name=self.name,
            )  # fmt: skip
        if any(given is not None for given in (self.x, self.y, self.batch_size, self.metrics)):
            raise ValueError(
                "tf.estimator.Estimator does not support following arguments: x, y, batch_size, metrics. Should set as `None` in ValidationMonitor"
            )
        return self._estimator.evaluate(input_fn=self.input_fn, steps=self.eval_steps, hooks=self.hooks, name=self.name)

    def every_n_step_end(self, step, outputs):
        """Evaluates where there is a new checkpoint; whether to stop."""
        if self._estimator is None:
            raise ValueError("Missing call to set_estimator.")
        now = time.time()
        if None not in (self._check_interval_secs, self._last_check) and now - self._last_check <= self._check_interval_secs:
            return False
        self._last_check = now
        path = latest_checkpoint(self._estimator.model_dir)
        if path is None or path == self._latest_path:
            return False
        self._latest_path = path
        values = self._evaluate()
        logging.info("Validation (step %d): %s", step, ", ".join("%s = %s" % item for item in values.items()))
        return self.early_stopping_rounds is not None and self._stops(step, values)

    def _stops(self, step, values) -> bool:
        name = self.early_stopping_metric
        if name not in values:
            raise ValueError("Metric %s missing from outputs %s." % (name, set(values)))
        value, best = values[name], self._best_value
        if best is None or (value < best if self.early_stopping_metric_minimize else value > best):
            self._best_value, self._best_metrics, self._best_step = value, copy.deepcopy(values), step
        if step - self._best_step < self.early_stopping_rounds:
            return False
        logging.info("Stopping. Best step: %s with %s = %s.", self._best_step, name, self._best_value)
        self._early_stopped = True
        return True


class CaptureVariable(EveryN):
    """Keeps the values of a tensor, by step, in `values`."""

    def __init__(self, var_name, every_n=100, first_n=1):
        super().__init__(every_n, first_n)
        self._var_name = var_name
        self._var_values: dict = {}

    @property
    def values(self) -> dict:
        """{step: value}."""
        return self._var_values

    def every_n_step_begin(self, step):
        """The tensor."""
        return [self._var_name]

    def every_n_step_end(self, step, outputs):
        """Keeps it."""
        self._var_values[step] = output_of(outputs, self._var_name)
        return False


def get_default_monitors(loss_op=None, summary_op=None, save_summary_steps=100, output_dir=None, summary_writer=None) -> list:
    """A PrintTensor for the loss and a SummarySaver for the summary, where they are given."""
    monitors: list = []
    if loss_op is not None:
        monitors.append(PrintTensor(tensor_names={"loss": loss_op.name}))
    if summary_op is not None:
        monitors.append(SummarySaver(summary_op, save_summary_steps, output_dir, summary_writer))
    return monitors


class GraphDump(BaseMonitor):
    """Keeps the first output of every op at every step, in `data`."""

    IGNORE_OPS = ["Const", "Assign", "Identity", "Placeholder", "RandomUniform", "Cast", "RestoreSlice"]

    def __init__(self, ignore_ops=None):
        super().__init__()
        self._ignore_ops = ignore_ops or GraphDump.IGNORE_OPS
        self._data: dict = {}

    def begin(self, max_steps=None):
        """Lists the tensors."""
        super().begin(max_steps=max_steps)
        kept = [op for op in get_default_graph().get_operations() if op.type not in self._ignore_ops]
        for op in kept:
            logging.info("op=%s name=%s.", op.type, op.name)
        self._tensors = [op.outputs[0] for op in kept if op.outputs]

    def step_begin(self, step):
        """All of them."""
        super().step_begin(step)
        return self._tensors

    def step_end(self, step, output):
        """Keeps them."""
        super().step_end(step, output)
        self._data[step] = output
        return False

    @property
    def data(self) -> dict:
        """{step: {tensor: value}}."""
        return self._data

    def compare(self, other_dump, step, atol=1e-06):
        """(names whose values agree, {name: difference}) of two dumps at a step."""
        matched, different = [], {}
        others = other_dump.data.get(step, {})
        for key, value in self.data.get(step, {}).items():
            if not isinstance(key, str) or isinstance(value, str):
                continue
            if key not in others:
                raise ValueError("%s missing at step %s.", (key, step))
            if np.allclose(value, others[key], atol=atol) if isinstance(value, np.ndarray) else value == others[key]:
                matched.append(key)
            else:
                different[key] = value - others[key] if isinstance(value, np.ndarray) else (value, others[key])
        return matched, different


class CheckpointSaver(BaseMonitor):
    """Saves every `save_steps` steps or `save_secs` seconds, and at the end."""

    def __init__(self, checkpoint_dir, save_secs=None, save_steps=None, saver=None, checkpoint_basename="model.ckpt", scaffold=None):
        logging.info("Create CheckpointSaver.")
        super().__init__()
        if save_steps is None and save_secs is None:
            raise ValueError("Either save_steps or save_secs should be provided")
        if save_steps is not None and save_secs is not None:
            raise ValueError("Can not provide both save_steps and save_secs.")
        self._saver, self._scaffold = saver, scaffold
        self._summary_writer = FileWriterCache.get(checkpoint_dir)
        self._save_path = os.path.join(checkpoint_dir, checkpoint_basename)
        self._save_secs, self._save_steps = save_secs, save_steps
        self._saved_time = self._saved_step = self._begun_step = None

    def begin(self, max_steps=None):
        """Forgets when it saved last."""
        super().begin(max_steps)
        self._saved_time = self._saved_step = self._begun_step = None

    def step_begin(self, step):
        """Notes the step."""
        super().step_begin(step)
        self._begun_step = step
        return []

    def post_step(self, step, session):
        """Saves where it is time."""
        super().post_step(step, session)
        first = self._saved_time is None
        if first or (step >= self._saved_step + self._save_steps if self._save_steps else time.time() >= self._saved_time + self._save_secs):
            self._save(step, session)

    def end(self, session=None):
        """Saves the last step."""
        super().end(session)
        self._save(self._begun_step, session)

    def _save(self, step, session):
        if step == self._saved_step:
            return
        logging.info("Saving checkpoints for %d into %s.", step, self._save_path)
        self._saved_time, self._saved_step = time.time(), step
        (self._saver or self._scaffold.saver).save(session, self._save_path, global_step=step)
        log = protos.SessionLog(status=protos.SessionLog.CHECKPOINT, checkpoint_path=self._save_path)
        self._summary_writer.add_session_log(log, step)


class StepCounter(EveryN):
    """Writes how many steps are made in a second."""

    def __init__(self, every_n_steps=100, output_dir=None, summary_writer=None):
        super().__init__(every_n_steps=every_n_steps)
        self._last_step = self._last_time = None
        self._summary_writer = FileWriterCache.get(output_dir) if summary_writer is None and output_dir else summary_writer

    def set_estimator(self, estimator):
        """Writes where the estimator does, if nothing else was said."""
        super().set_estimator(estimator)
        if self._summary_writer is None:
            self._summary_writer = FileWriterCache.get(estimator.model_dir)

    def every_n_step_end(self, step, outputs):
        """Writes it, from the second time on."""
        now = time.time()
        if self._last_time is not None and self._summary_writer:
            rate = (step - self._last_step) / (now - self._last_time)
            value = protos.Summary.Value(tag="global_step/sec", simple_value=rate)
            self._summary_writer.add_summary(protos.Summary(value=[value]), step)
        self._last_step, self._last_time = step, now
        return False


class NanLoss(EveryN):
    """Ends the training where the loss is not a number: with an error, or quietly."""

    def __init__(self, loss_tensor, every_n_steps=100, fail_on_nan_loss=True):
        super().__init__(every_n_steps=every_n_steps)
        self._loss_tensor, self._fail_on_nan_loss = loss_tensor, fail_on_nan_loss

    def every_n_step_begin(self, step):
        """The loss."""
        return [self._loss_tensor]

    def every_n_step_end(self, step, outputs):
        """Looks at it."""
        if not np.isnan(output_of(outputs, self._loss_tensor)):
            return False
        message = "Model diverged with loss = NaN."
        if self._fail_on_nan_loss:
            logging.error(message)
            raise NanLossDuringTrainingError
        logging.warning(message)
        return True
