"""Hooks that write what a step computed: summaries, and timelines of how it ran."""

from __future__ import annotations

import os

from tinytf import logging, protos
from tinytf.train.basic_session_run_hooks import _global_step_read, _writer
from tinytf.train.hook_timers import SecondOrStepTimer
from tinytf.train.session_run_hook import SessionRunArgs, SessionRunHook


class _StepsAfterRuns:
    """The global step after each run, from its value in the run.

    That value was read before the run's own training counted, or after it: the first run tells which, so that what is due
    every N steps stays due every N steps.
    """

    def __init__(self, global_step_tensor):
        self._tensor, self._behind = global_step_tensor, None

    def after(self, session, read, exactly: bool) -> int:
        """The step now; asked of the session where it must be exact, and the first time."""
        if self._behind is not None and not exactly:
            return read + self._behind
        step = session.run(self._tensor)
        if self._behind is None:
            self._behind = step - read
        return step


class SummarySaverHook(SessionRunHook):
    """Writes summaries every so many steps or seconds.

    Args:
      save_steps, save_secs: one of them.
      output_dir: the folder of the event file; or
      summary_writer: a writer.
      scaffold, summary_op: one of them, where the summaries come from.

    Follows `tf.train.SummarySaverHook` of TF 1.15.
    """

    def __init__(
        self, save_steps=None, save_secs=None, output_dir=None, summary_writer=None, scaffold=None, summary_op=None
    ):
        if (scaffold is None) == (summary_op is None):
            raise ValueError("Exactly one of scaffold or summary_op must be provided.")
        self._summary_op, self._scaffold = summary_op, scaffold
        self._summary_writer, self._output_dir = summary_writer, output_dir
        self._timer = SecondOrStepTimer(every_secs=save_secs, every_steps=save_steps)

    def begin(self):
        """Needs a global step: RuntimeError without."""
        if self._summary_writer is None and self._output_dir:
            self._summary_writer = _writer(self._output_dir)
        self._next_step = None
        self._global_step_tensor = _global_step_read("SummarySaverHook")
        self._steps = _StepsAfterRuns(self._global_step_tensor)

    def before_run(self, run_context):
        """Asks for the global step, and for the summaries where they are due."""
        self._request_summary = self._next_step is None or self._timer.should_trigger_for_step(self._next_step)
        requests = {"global_step": self._global_step_tensor}
        if self._request_summary and self._get_summary_op() is not None:
            requests["summary"] = self._get_summary_op()
        return SessionRunArgs(requests)

    def after_run(self, run_context, run_values):
        """Writes them."""
        if not self._summary_writer:
            return
        step = self._steps.after(run_context.session, run_values.results["global_step"], exactly=self._request_summary)
        if self._next_step is None:
            self._summary_writer.add_session_log(protos.SessionLog(status=protos.SessionLog.START), step)
        if self._request_summary:
            self._timer.update_last_triggered_step(step)
            for summary in run_values.results.get("summary", ()):
                self._summary_writer.add_summary(summary, step)
        self._next_step = step + 1

    def end(self, session=None):
        """Writes out what is buffered."""
        if self._summary_writer:
            self._summary_writer.flush()

    def _get_summary_op(self):
        op = self._summary_op if self._summary_op is not None else self._scaffold.summary_op
        return op if op is None or isinstance(op, list) else [op]


class ProfilerHook(SessionRunHook):
    """Writes `timeline-N.json` (for chrome://tracing) every so many steps or seconds.

    Follows `tf.train.ProfilerHook` of TF 1.15.
    """

    def __init__(self, save_steps=None, save_secs=None, output_dir="", show_dataflow=True, show_memory=False):
        self._output_file = os.path.join(output_dir, "timeline-{}.json")
        self._file_writer = _writer(output_dir)
        self._show_dataflow, self._show_memory = show_dataflow, show_memory
        self._timer = SecondOrStepTimer(every_secs=save_secs, every_steps=save_steps)

    def begin(self):
        """Needs a global step: RuntimeError without."""
        self._next_step = None
        self._global_step_tensor = _global_step_read("ProfilerHook")
        self._steps = _StepsAfterRuns(self._global_step_tensor)

    def before_run(self, run_context):
        """Asks for a trace where one is due."""
        self._request_summary = self._next_step is not None and self._timer.should_trigger_for_step(self._next_step)
        options = protos.RunOptions(trace_level=protos.RunOptions.FULL_TRACE) if self._request_summary else None
        return SessionRunArgs({"global_step": self._global_step_tensor}, options=options)

    def after_run(self, run_context, run_values):
        """Writes it."""
        step = self._steps.after(run_context.session, run_values.results["global_step"], exactly=self._request_summary)
        if self._next_step is None:
            self._timer.update_last_triggered_step(step - 1)
        if self._request_summary:
            self._timer.update_last_triggered_step(step)
            self._save(step, self._output_file.format(step), run_values.run_metadata.step_stats)
            self._file_writer.add_run_metadata(run_values.run_metadata, f"step_{step}")
        self._next_step = step + 1

    def _save(self, step, path, step_stats) -> None:
        from tinytf.timeline import Timeline

        logging.info("Saving timeline for %d into '%s'.", step, path)
        trace = Timeline(step_stats).generate_chrome_trace_format(
            show_dataflow=self._show_dataflow, show_memory=self._show_memory
        )
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(trace)
