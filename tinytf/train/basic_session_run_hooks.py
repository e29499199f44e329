"""The hooks that come with TensorFlow: stopping, logging, checkpoints, summaries, NaN checks, profiles."""

from __future__ import annotations

import os
import time

import numpy as np

from tinytf import errors, logging, protos
from tinytf.graph import meta_graph
from tinytf.graph.default_graph import get_collection, get_default_graph
from tinytf.graph.graph import GraphKeys
from tinytf.graph.graph_io import write_graph
from tinytf.train import training_util
from tinytf.train.hook_timers import NeverTriggerTimer, SecondOrStepTimer
from tinytf.train.session_run_hook import SessionRunArgs, SessionRunHook


def _writer(folder):
    from tinytf.summary import FileWriterCache

    return FileWriterCache.get(folder)


def _global_step_read(hook_name: str):
    step = training_util._get_or_create_global_step_read()
    if step is None:
        raise RuntimeError(f"Global step should be created to use {hook_name}.")
    return step


class StopAtStepHook(SessionRunHook):
    """Stops after `num_steps` more steps, or at global step `last_step`.  Follows `tf.train.StopAtStepHook`."""

    def __init__(self, num_steps=None, last_step=None):
        if num_steps is None and last_step is None:
            raise ValueError("One of num_steps or last_step must be specified.")
        if num_steps is not None and last_step is not None:
            raise ValueError("Only one of num_steps or last_step can be specified.")
        self._num_steps, self._last_step = num_steps, last_step

    def begin(self):
        """Needs a global step: RuntimeError without."""
        self._global_step_tensor = _global_step_read("StopAtStepHook")

    def after_create_session(self, session, coord):
        """Fixes the last step."""
        if self._last_step is None:
            self._last_step = session.run(self._global_step_tensor) + self._num_steps

    def before_run(self, run_context):
        """Asks for the global step."""
        return SessionRunArgs(self._global_step_tensor)

    def after_run(self, run_context, run_values):
        """Stops where the step is reached; reads it anew, since the value asked for may be one step old."""
        if run_values.results + 1 >= self._last_step:
            if run_context.session.run(self._global_step_tensor) >= self._last_step:
                run_context.request_stop()


class LoggingTensorHook(SessionRunHook):
    """Logs tensors every so many runs or seconds, or at the end.

    Args:
      tensors: {tag: tensor or name}, or a list of names.
      every_n_iter, every_n_secs: one of them, unless only `at_end`.
      at_end: logs at the end too.
      formatter: makes the text from {tag: value}.

    Follows `tf.train.LoggingTensorHook` of TF 1.15.
    """

    def __init__(self, tensors, every_n_iter=None, every_n_secs=None, at_end=False, formatter=None):
        only_at_end = at_end and every_n_iter is None and every_n_secs is None
        if not only_at_end and (every_n_iter is None) == (every_n_secs is None):
            raise ValueError("either at_end and/or exactly one of every_n_iter and every_n_secs must be provided.")
        if every_n_iter is not None and every_n_iter <= 0:
            raise ValueError(f"invalid every_n_iter={every_n_iter}.")
        if isinstance(tensors, dict):
            self._tag_order = sorted(tensors)
        else:
            self._tag_order = tensors
            tensors = {item: item for item in tensors}
        self._tensors, self._formatter, self._log_at_end = tensors, formatter, at_end
        self._timer = NeverTriggerTimer() if only_at_end else SecondOrStepTimer(every_n_secs, every_n_iter)

    def begin(self):
        """Finds the tensors."""
        self._timer.reset()
        self._iter_count = 0
        self._current_tensors = {tag: _as_graph_element(t) for tag, t in self._tensors.items()}

    def before_run(self, run_context):
        """Asks for the tensors where it is due."""
        self._should_trigger = self._timer.should_trigger_for_step(self._iter_count)
        return SessionRunArgs(self._current_tensors) if self._should_trigger else None

    def after_run(self, run_context, run_values):
        """Logs them."""
        if self._should_trigger:
            self._log_tensors(run_values.results)
        self._iter_count += 1

    def end(self, session):
        """Logs them a last time, where asked to."""
        if self._log_at_end:
            self._log_tensors(session.run(self._current_tensors))

    def _log_tensors(self, values) -> None:
        elapsed, _ = self._timer.update_last_triggered_step(self._iter_count)
        with np.printoptions(suppress=True):
            if self._formatter:
                logging.info(self._formatter(values))
                return
            text = ", ".join(f"{tag} = {values[tag]}" for tag in self._tag_order)
        if elapsed is not None:
            logging.info("%s (%.3f sec)", text, elapsed)
        else:
            logging.info("%s", text)


class CheckpointSaverListener:
    """Code to run around each save of a CheckpointSaverHook.  Follows `tf.train.CheckpointSaverListener`."""

    def begin(self):
        """Called once, while the graph may still be changed."""

    def before_save(self, session, global_step_value):
        """Called before a save."""

    def after_save(self, session, global_step_value):
        """Called after a save; returns True to stop the training."""

    def end(self, session, global_step_value):
        """Called at the end."""


class CheckpointSaverHook(SessionRunHook):
    """Saves a checkpoint at the start, every `save_secs` seconds or `save_steps` steps, and at the end.

    Args:
      checkpoint_dir: the folder.
      save_secs, save_steps: one of them.
      saver: a Saver; that of `scaffold`, or the one of the SAVERS collection, where None.
      checkpoint_basename: the name of the files.
      scaffold: a Scaffold to take the saver from.
      listeners: CheckpointSaverListeners.

    Follows `tf.train.CheckpointSaverHook` of TF 1.15.
    """

    def __init__(
        self, checkpoint_dir, save_secs=None, save_steps=None, saver=None, checkpoint_basename="model.ckpt", scaffold=None,
        listeners=None,
    ):  # fmt: skip
        logging.info("Create CheckpointSaverHook.")
        if saver is not None and scaffold is not None:
            raise ValueError("You cannot provide both saver and scaffold.")
        self._saver, self._scaffold, self._listeners = saver, scaffold, listeners or []
        self._checkpoint_dir = checkpoint_dir
        self._save_path = os.path.join(checkpoint_dir, checkpoint_basename)
        self._timer = SecondOrStepTimer(every_secs=save_secs, every_steps=save_steps)
        self._steps_per_run = 1

    def _set_steps_per_run(self, steps_per_run) -> None:
        self._steps_per_run = steps_per_run

    def begin(self):
        """Needs a global step: RuntimeError without."""
        self._summary_writer = _writer(self._checkpoint_dir)
        self._global_step_tensor = _global_step_read("CheckpointSaverHook")
        for listener in self._listeners:
            listener.begin()

    def after_create_session(self, session, coord):
        """Writes graph.pbtxt and the first checkpoint."""
        step = session.run(self._global_step_tensor)
        graph = get_default_graph()
        graph_def = graph.as_graph_def(add_shapes=True)
        write_graph(graph_def, self._checkpoint_dir, "graph.pbtxt")
        saver = self._get_saver()
        saver_def = saver.saver_def if saver else None
        self._summary_writer.add_graph(graph)
        self._summary_writer.add_meta_graph(meta_graph.create_meta_graph_def(graph_def=graph_def, saver_def=saver_def))
        self._save(session, step)
        self._timer.update_last_triggered_step(step)

    def before_run(self, run_context):
        """Asks for the global step."""
        return SessionRunArgs(self._global_step_tensor)

    def after_run(self, run_context, run_values):
        """Saves where it is due."""
        if self._timer.should_trigger_for_step(run_values.results + self._steps_per_run):
            step = run_context.session.run(self._global_step_tensor)
            if self._timer.should_trigger_for_step(step):
                self._timer.update_last_triggered_step(step)
                if self._save(run_context.session, step):
                    run_context.request_stop()

    def end(self, session):
        """Saves the last step, unless that is done."""
        step = session.run(self._global_step_tensor)
        if step != self._timer.last_triggered_step():
            self._save(session, step)
        for listener in self._listeners:
            listener.end(session, step)

    def _save(self, session, step) -> bool:
        logging.info("Saving checkpoints for %d into %s.", step, self._save_path)
        for listener in self._listeners:
            listener.before_save(session, step)
        self._get_saver().save(session, self._save_path, global_step=step)
        log = protos.SessionLog(status=protos.SessionLog.CHECKPOINT, checkpoint_path=self._save_path)
        self._summary_writer.add_session_log(log, step)
        stop = False
        for listener in self._listeners:
            if listener.after_save(session, step):
                logging.info("A CheckpointSaverListener requested that training be stopped. listener: %s", listener)
                stop = True
        return stop

    def _get_saver(self):
        if self._saver is not None:
            return self._saver
        if self._scaffold is not None:
            return self._scaffold.saver
        savers = get_collection(GraphKeys.SAVERS)
        if not savers:
            raise RuntimeError(
                f"No items in collection {GraphKeys.SAVERS}. Please add a saver to the collection or provide a saver or scaffold."
            )
        if len(savers) > 1:
            raise RuntimeError(
                f"More than one item in collection {GraphKeys.SAVERS}. Please indicate which one to use by passing it to the "
                "constructor."
            )
        self._saver = savers[0]
        return self._saver


class StepCounterHook(SessionRunHook):
    """Logs and writes how many steps a second are made.  Follows `tf.train.StepCounterHook` of TF 1.15."""

    def __init__(self, every_n_steps=100, every_n_secs=None, output_dir=None, summary_writer=None):
        if (every_n_steps is None) == (every_n_secs is None):
            raise ValueError("exactly one of every_n_steps and every_n_secs should be provided.")
        self._timer = SecondOrStepTimer(every_steps=every_n_steps, every_secs=every_n_secs)
        self._summary_writer, self._output_dir = summary_writer, output_dir
        self._last_global_step = None
        self._steps_per_run = 1

    def _set_steps_per_run(self, steps_per_run) -> None:
        self._steps_per_run = steps_per_run

    def begin(self):
        """Needs a global step: RuntimeError without."""
        if self._summary_writer is None and self._output_dir:
            self._summary_writer = _writer(self._output_dir)
        self._global_step_tensor = _global_step_read("StepCounterHook")
        self._summary_tag = training_util.get_global_step().op.name + "/sec"

    def before_run(self, run_context):
        """Asks for the global step."""
        return SessionRunArgs(self._global_step_tensor)

    def _log_and_record(self, elapsed_steps, elapsed_time, global_step) -> None:
        rate = elapsed_steps / elapsed_time
        if self._summary_writer is not None:
            summary = protos.Summary(value=[protos.Summary.Value(tag=self._summary_tag, simple_value=rate)])
            self._summary_writer.add_summary(summary, global_step)
        logging.info("%s: %g", self._summary_tag, rate)

    def after_run(self, run_context, run_values):
        """Logs the rate where it is due; warns of a global step that stands still."""
        stale = run_values.results
        if self._timer.should_trigger_for_step(stale + self._steps_per_run):
            step = run_context.session.run(self._global_step_tensor)
            if self._timer.should_trigger_for_step(step):
                elapsed_time, elapsed_steps = self._timer.update_last_triggered_step(step)
                if elapsed_time is not None:
                    self._log_and_record(elapsed_steps, elapsed_time, step)
        if stale == self._last_global_step:
            logging.log_first_n(
                logging.WARN,
                "It seems that global step (tf.train.get_global_step) has not been increased. Current value (could be stable): "
                "%s vs previous value: %s. You could increase the global step by passing tf.train.get_global_step() to "
                "Optimizer.apply_gradients or Optimizer.minimize.", 5, stale, self._last_global_step,
            )  # fmt: skip
        self._last_global_step = stale


class NanLossDuringTrainingError(RuntimeError):
    """The loss is not a number.  Follows `tf.train.NanLossDuringTrainingError`."""

    def __str__(self):
        return "NaN loss during training."


class NanTensorHook(SessionRunHook):
    """Ends the training when the loss is NaN: with an error, or quietly.  Follows `tf.train.NanTensorHook`."""

    def __init__(self, loss_tensor, fail_on_nan_loss=True):
        self._loss_tensor, self._fail_on_nan_loss = loss_tensor, fail_on_nan_loss

    def before_run(self, run_context):
        """Asks for the loss."""
        return SessionRunArgs(self._loss_tensor)

    def after_run(self, run_context, run_values):
        """NanLossDuringTrainingError, or a stop, where it is NaN."""
        if np.isnan(run_values.results):
            if self._fail_on_nan_loss:
                logging.error("Model diverged with loss = NaN.")
                raise NanLossDuringTrainingError
            logging.warning("Model diverged with loss = NaN.")
            run_context.request_stop()


class GlobalStepWaiterHook(SessionRunHook):
    """Waits until the global step has reached `wait_until_step`.  Follows `tf.train.GlobalStepWaiterHook`."""

    def __init__(self, wait_until_step):
        self._wait_until_step = wait_until_step

    def begin(self):
        """Needs a global step: RuntimeError without."""
        self._worker_is_started = False
        self._global_step_tensor = _global_step_read("_GlobalStepWaiterHook")

    def before_run(self, run_context):
        """Waits, once."""
        if self._worker_is_started:
            return None
        if self._wait_until_step > 0:
            logging.info("Waiting for global step %d before starting training.", self._wait_until_step)
            logged = 0
            while True:
                step = run_context.session.run(self._global_step_tensor)
                if step >= self._wait_until_step:
                    break
                if step - logged > 1000:
                    logging.info(
                        "Waiting for global step %d before starting training. Current step is %d.", self._wait_until_step, step
                    )
                    logged = step
                time.sleep(0.5)
        self._worker_is_started = True
        return None


class FinalOpsHook(SessionRunHook):
    """Runs fetches at the end and keeps their values.  Follows `tf.train.FinalOpsHook` of TF 1.15."""

    def __init__(self, final_ops, final_ops_feed_dict=None):
        self._final_ops, self._final_ops_feed_dict = final_ops, final_ops_feed_dict
        self._final_ops_values = None

    @property
    def final_ops_values(self):
        """The values, after the end."""
        return self._final_ops_values

    def end(self, session):
        """Runs them."""
        if self._final_ops is None:
            return
        try:
            self._final_ops_values = session.run(self._final_ops, feed_dict=self._final_ops_feed_dict)
        except (errors.OutOfRangeError, StopIteration):
            logging.warning(
                "An OutOfRangeError or StopIteration exception is raised by the code in FinalOpsHook. This typically means the Ops "
                "running by the FinalOpsHook have a dependency back to some input source, which should not happen: they should "
                "only read variables."
            )
            raise


class FeedFnHook(SessionRunHook):
    """Feeds what `feed_fn()` returns.  Follows `tf.train.FeedFnHook` of TF 1.15."""

    def __init__(self, feed_fn):
        self.feed_fn = feed_fn

    def before_run(self, run_context):
        """Feeds it."""
        return SessionRunArgs(fetches=None, feed_dict=self.feed_fn())


def _as_graph_element(obj):
    """The graph element that an object or a name means; ValueError for an op's name with several outputs."""
    graph = get_default_graph()
    if not isinstance(obj, str):
        if getattr(obj, "graph", None) is not graph:
            raise ValueError(f"Passed {obj} should have graph attribute that is equal to current graph {graph}.")
        return obj
    if ":" in obj:
        return graph.as_graph_element(obj)
    element = graph.as_graph_element(obj + ":0")
    if len(element.op.outputs) > 1:
        raise ValueError(f"Name {obj} is ambiguous, as this `Operation` has multiple outputs (at least 2).")
    return element
