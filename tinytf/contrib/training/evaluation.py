"""Evaluating the checkpoints of a training, once or as they come.  Follows tf.contrib.training of TF 1.15, in one process."""

from __future__ import annotations

from tinytf.estimator import evaluation
from tinytf.estimator.evaluation import StopAfterNEvals as StopAfterNEvalsHook  # noqa: F401
from tinytf.estimator.evaluation import get_or_create_eval_step  # noqa: F401
from tinytf.ops.files import summary_ops
from tinytf.ops.state import state_ops
from tinytf.summary.writer import FileWriterCache
from tinytf.train import training_util
from tinytf.train.basic_session_run_hooks import FinalOpsHook
from tinytf.train.checkpoint_utils import checkpoints_iterator
from tinytf.train.monitored_session import ChiefSessionCreator, MonitoredSession
from tinytf.train.session_run_hook import SessionRunHook


class SummaryAtEndHook(SessionRunHook):
    """Writes `summary_op`, or all summaries merged, at the end of an evaluation."""

    def __init__(self, log_dir=None, summary_writer=None, summary_op=None, feed_dict=None):
        if log_dir is None and summary_writer is None:
            raise ValueError("One of log_dir or summary_writer should be used.")
        self._log_dir, self._writer, self._summary_op, self._feed_dict = log_dir, summary_writer, summary_op, feed_dict
        self._merges = summary_op is None

    def begin(self):
        """Merges the summaries."""
        if self._merges:
            self._summary_op = summary_ops.merge_all()
        self._global_step = training_util.get_or_create_global_step()

    def after_create_session(self, session, coord):
        """Opens the writer."""
        if self._writer is None:
            self._writer = FileWriterCache.get(self._log_dir)

    def end(self, session):
        """Writes."""
        if self._summary_op is not None:
            step = training_util.global_step(session, self._global_step)
            self._writer.add_summary(session.run(self._summary_op, self._feed_dict), step)
        self._writer.flush()


def evaluate_once(
    checkpoint_path, master="", scaffold=None, eval_ops=None, feed_dict=None, final_ops=None, final_ops_feed_dict=None, hooks=None,
    config=None,
):  # fmt: skip
    """Runs `eval_ops` on the variables of a checkpoint until a hook stops; returns the value of `final_ops` then."""
    _one_process(master)
    return evaluation.evaluate_once(checkpoint_path, scaffold, eval_ops, final_ops, hooks or [], config, feed_dict, final_ops_feed_dict)


def evaluate_repeatedly(
    checkpoint_dir, master="", scaffold=None, eval_ops=None, feed_dict=None, final_ops=None, final_ops_feed_dict=None,
    eval_interval_secs=60, hooks=None, config=None, max_number_of_evaluations=None, timeout=None, timeout_fn=None,
):  # fmt: skip
    """`evaluate_once` for each new checkpoint in a folder, as many as asked for; returns the last value of `final_ops`."""
    _one_process(master)
    eval_step = get_or_create_eval_step()
    hooks = list(hooks or [])
    if eval_ops is not None:
        update = state_ops.assign_add(eval_step, 1)
        for hook in hooks:
            if isinstance(hook, StopAfterNEvalsHook):
                hook.evals_completed = update
        eval_ops = evaluation._and(eval_ops, update)
    final = FinalOpsHook(final_ops, final_ops_feed_dict)
    done = 0
    for path in checkpoints_iterator(checkpoint_dir, eval_interval_secs, timeout, timeout_fn):
        creator = ChiefSessionCreator(scaffold=scaffold, checkpoint_filename_with_path=path, config=config)
        with MonitoredSession(session_creator=creator, hooks=hooks + [final]) as session:
            while eval_ops is not None and not session.should_stop():
                session.run(eval_ops, feed_dict)
        done += 1
        if max_number_of_evaluations is not None and done >= max_number_of_evaluations:
            break
    return final.final_ops_values


def _one_process(master):
    if master:
        raise NotImplementedError("tinytf evaluates in one process; leave `master` out")
