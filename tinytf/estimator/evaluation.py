"""One evaluation: the metrics' updates are run until the input ends, then their values are read, and written as summaries."""

from __future__ import annotations

import time

import numpy as np

from tinytf import dtypes, logging, protos
from tinytf.graph.default_graph import control_dependencies, get_default_graph
from tinytf.graph.graph import GraphKeys
from tinytf.graph.tensor_proto import make_tensor_proto
from tinytf.ops.array import shape_ops
from tinytf.ops.state import init_ops, state_ops, variable_scope
from tinytf.summary.writer import FileWriterCache
from tinytf.train.basic_session_run_hooks import FinalOpsHook
from tinytf.train.monitored_session import ChiefSessionCreator, MonitoredSession
from tinytf.train.session_run_hook import SessionRunArgs, SessionRunHook


class StopAfterNEvals(SessionRunHook):
    """Stops after so many batches; where `num_evals` is None, only the end of the input stops the evaluation."""

    def __init__(self, num_evals, log_progress=True):
        self._num_evals, self._log_progress = num_evals, log_progress
        self._log_every = 1 if num_evals is None or num_evals < 20 else num_evals // 10
        self.evals_completed = None

    def before_run(self, run_context):
        """Asks how many are done."""
        return SessionRunArgs({"evals_completed": self.evals_completed})

    def after_run(self, run_context, run_values):
        """Stops when all are."""
        done = run_values.results["evals_completed"]
        if self._num_evals is None:
            if self._log_progress:
                logging.info("Evaluation [%d]", done)
            return
        if self._log_progress and (done % self._log_every == 0 or done == self._num_evals):
            logging.info("Evaluation [%d/%d]", done, self._num_evals)
        if done >= self._num_evals:
            run_context.request_stop()


def get_or_create_eval_step():
    """The local variable that counts evaluated batches."""
    found = get_default_graph().get_collection(GraphKeys.EVAL_STEP)
    if len(found) > 1:
        raise ValueError("Multiple tensors added to tf.GraphKeys.EVAL_STEP")
    if found:
        return found[0]
    return variable_scope.get_variable(
        "eval_step",
        shape=[],
        dtype=dtypes.int64,
        initializer=init_ops.zeros_initializer(),
        trainable=False,
        collections=[GraphKeys.LOCAL_VARIABLES, GraphKeys.EVAL_STEP],
    )


def evaluate_once(checkpoint_path, scaffold, eval_ops, final_ops, hooks, config, feed_dict=None, final_ops_feed_dict=None):
    """Runs `eval_ops` until a hook stops or the input ends; the values that `final_ops` have then.

    `eval_ops`: an op or tensor, a list or a dict of them.
    """
    eval_step = get_or_create_eval_step()
    hooks = list(hooks)
    if eval_ops is not None:
        eval_ops = _and(eval_ops, state_ops.assign_add(eval_step, 1, use_locking=True))
        with control_dependencies(list(eval_ops.values()) if isinstance(eval_ops, dict) else eval_ops):
            evals_completed = shape_ops.identity(eval_step.read_value())
        for hook in hooks:
            if isinstance(hook, StopAfterNEvals):
                hook.evals_completed = evals_completed
    logging.info("Starting evaluation at %s", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.localtime()))
    creator = ChiefSessionCreator(scaffold=scaffold, checkpoint_filename_with_path=checkpoint_path, config=config)
    final = FinalOpsHook(final_ops, final_ops_feed_dict)
    with MonitoredSession(session_creator=creator, hooks=hooks + [final]) as session:
        while eval_ops is not None and not session.should_stop():
            session.run(eval_ops, feed_dict)
    logging.info("Finished evaluation at %s", time.strftime("%Y-%m-%d-%H:%M:%S", time.localtime()))
    return final.final_ops_values


def _and(eval_ops, update_step):
    if isinstance(eval_ops, dict):
        return dict(eval_ops, update_eval_step=update_step)
    return (list(eval_ops) if isinstance(eval_ops, (list, tuple)) else [eval_ops]) + [update_step]


def write_results(output_dir, results, checkpoint_path) -> None:
    """Writes metrics, and which checkpoint they are of, as summaries of their global step."""
    step = results[GraphKeys.GLOBAL_STEP]
    shown = ", ".join(f"{k} = {v}" for k, v in sorted(results.items()) if not isinstance(v, bytes))
    logging.info("Saving dict for global step %d: %s", step, shown)
    writer = FileWriterCache.get(output_dir)
    writer.add_summary(_summary(results), step)
    writer.flush()
    if not checkpoint_path:
        return
    logging.info("Saving 'checkpoint_path' summary for global step %d: %s", step, checkpoint_path)
    summary = protos.Summary()
    value = summary.value.add(tag="checkpoint_path")
    value.tensor.CopyFrom(make_tensor_proto(checkpoint_path, dtype=dtypes.string))
    writer.add_summary(summary, step)
    writer.flush()


def _summary(results):
    summary = protos.Summary()
    for key, value in results.items():
        if value is None or key == GraphKeys.GLOBAL_STEP:
            continue
        if isinstance(value, (np.float32, float, np.int32, np.int64, int)):
            summary.value.add(tag=key, simple_value=float(value))
        elif isinstance(value, bytes):  # a summary that a metric made
            try:
                values = protos.Summary.FromString(value).value
            except Exception:
                logging.warning("Skipping summary for %s, cannot parse string to Summary.", key)
                continue
            for i, one in enumerate(values):
                one.tag = f"{key}/{i}"
            summary.value.extend(values)
        elif isinstance(value, np.ndarray):
            summary.value.add(tag=key, node_name=key).tensor.CopyFrom(make_tensor_proto(value))
        else:
            logging.warning("Skipping summary for %s: neither a number nor an array nor a serialized Summary.", key)
    return summary
