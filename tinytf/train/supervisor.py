"""`tf.train.Supervisor`: a training helper from before MonitoredSession, with threads that save and summarize."""

from __future__ import annotations

import contextlib
import os
import time

from tinytf import dtypes, logging, protos
from tinytf.graph import meta_graph
from tinytf.graph.default_graph import add_to_collection, get_collection, get_default_graph
from tinytf.graph.graph import GraphKeys
from tinytf.graph.graph_io import write_graph
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.state import resources, variables
from tinytf.train import training_util
from tinytf.train.coordinator import Coordinator, LooperThread
from tinytf.train.saver import Saver
from tinytf.train.session_manager import SessionManager


def _log(status, path=""):
    return protos.SessionLog(status=status, checkpoint_path=path)


class Supervisor:
    """Prepares a session, saves and summarizes in the background, and stops in good order.

        sv = tf.train.Supervisor(logdir="/tmp/mydir")
        with sv.managed_session() as sess:
            while not sv.should_stop():
                sess.run(train_op)

    Args (USE_DEFAULT: found in the graph, or made; None: left out):
      graph: the default graph where None; it is finalized.
      ready_op, ready_for_local_init_op, init_op, init_feed_dict, local_init_op: as in `Scaffold`.
      is_chief: whether this process initialises, saves and summarizes.
      logdir: where to.
      summary_op, saver, global_step: what is summarized, saved and counted.
      save_summaries_secs, save_model_secs: how often; 0 never.
      recovery_wait_secs, stop_grace_secs: pauses.
      checkpoint_basename: the name of the checkpoints.
      session_manager, summary_writer: ready-made ones.
      init_fn: called with the session after init_op.
      local_init_run_options: RunOptions of local_init_op.

    Follows `tf.train.Supervisor` of TF 1.15.
    """

    USE_DEFAULT = 0

    def __init__(
        self, graph=None, ready_op=USE_DEFAULT, ready_for_local_init_op=USE_DEFAULT, is_chief=True, init_op=USE_DEFAULT,
        init_feed_dict=None, local_init_op=USE_DEFAULT, logdir=None, summary_op=USE_DEFAULT, saver=USE_DEFAULT,
        global_step=USE_DEFAULT, save_summaries_secs=120, save_model_secs=600, recovery_wait_secs=30, stop_grace_secs=120,
        checkpoint_basename="model.ckpt", session_manager=None, summary_writer=USE_DEFAULT, init_fn=None,
        local_init_run_options=None,
    ):  # fmt: skip
        graph = graph or get_default_graph()
        with graph.as_default():
            self._ready_op = self._get(ready_op, GraphKeys.READY_OP, variables.report_uninitialized_variables)
            self._ready_for_local_init_op = self._get(
                ready_for_local_init_op, GraphKeys.READY_FOR_LOCAL_INIT_OP, lambda: None
            )
            self._init_op = self._get(init_op, GraphKeys.INIT_OP, variables.global_variables_initializer)
            self._init_feed_dict = init_feed_dict
            self._local_init_op = self._get(local_init_op, GraphKeys.LOCAL_INIT_OP, _default_local_init_op)
            self._saver = self._get(saver, GraphKeys.SAVERS, lambda: Saver() if variables.global_variables() else None)
            self._summary_op = self._get(summary_op, GraphKeys.SUMMARY_OP, _merge_all)
            self._global_step = self._get(global_step, GraphKeys.GLOBAL_STEP, _find_global_step)
        self._graph = graph
        self._meta_graph_def = meta_graph.create_meta_graph_def(
            graph=graph,
            graph_def=graph.as_graph_def(add_shapes=True),
            saver_def=self._saver.saver_def if self._saver else None,
        )
        self._is_chief, self._coord = is_chief, Coordinator()
        self._stop_grace_secs, self._init_fn = stop_grace_secs, init_fn
        self._logdir = self._save_summaries_secs = self._save_model_secs = self._save_path = self._summary_writer = None
        if is_chief:
            self._logdir, self._save_summaries_secs, self._save_model_secs = logdir, save_summaries_secs, save_model_secs
            if logdir:
                self._save_path = os.path.join(logdir, checkpoint_basename)
            if summary_writer is not Supervisor.USE_DEFAULT:
                self._summary_writer = summary_writer
            elif logdir:
                from tinytf.summary import FileWriter

                self._summary_writer = FileWriter(logdir)
            self._graph_added_to_summary = False
        self._session_manager = session_manager or SessionManager(
            local_init_op=self._local_init_op,
            ready_op=self._ready_op,
            ready_for_local_init_op=self._ready_for_local_init_op,
            graph=graph,
            recovery_wait_secs=recovery_wait_secs,
            local_init_run_options=local_init_run_options,
        )
        self._check_devices()
        graph.finalize()

    @staticmethod
    def _get(given, key, make):
        if given is not Supervisor.USE_DEFAULT:
            return given
        found = get_collection(key)
        if found:
            if len(found) > 1:
                logging.info("Found %d %s operations. Returning the first one.", len(found), key)
            return found[0]
        made = make()
        if made is not None:
            add_to_collection(key, made)
        return made

    def _check_devices(self) -> None:
        if self._is_chief:
            return
        for op in self._graph.get_operations():
            if op.type in ("Variable", "VariableV2") and not op.device:
                raise ValueError(f"When using replicas, all Variables must have their device set: {op}")

    # What it is made of ---------------------------------------------------------------------------

    @property
    def is_chief(self) -> bool:
        """Whether this process initialises, saves and summarizes."""
        return self._is_chief

    @property
    def session_manager(self):
        """The SessionManager."""
        return self._session_manager

    @property
    def coord(self):
        """The Coordinator of the threads."""
        return self._coord

    @property
    def init_op(self):
        """Initialises the global variables."""
        return self._init_op

    @property
    def init_feed_dict(self):
        """Fed to init_op."""
        return self._init_feed_dict

    @property
    def ready_op(self):
        """Gives the names of what is uninitialised."""
        return self._ready_op

    @property
    def ready_for_local_init_op(self):
        """The same for what local_init_op needs."""
        return self._ready_for_local_init_op

    @property
    def summary_writer(self):
        """The writer of summaries, or None."""
        return self._summary_writer

    @property
    def summary_op(self):
        """Gives the merged summaries."""
        return self._summary_op

    @property
    def save_summaries_secs(self):
        """How often summaries are written."""
        return self._save_summaries_secs

    @property
    def global_step(self):
        """The global step."""
        return self._global_step

    @property
    def saver(self):
        """The Saver."""
        return self._saver

    @property
    def save_model_secs(self):
        """How often a checkpoint is saved."""
        return self._save_model_secs

    @property
    def save_path(self):
        """The prefix of the checkpoints."""
        return self._save_path

    # Starting -------------------------------------------------------------------------------------

    def _write_graph(self) -> None:
        if self._logdir:
            write_graph(self._graph.as_graph_def(add_shapes=True), self._logdir, "graph.pbtxt")
        if self._summary_writer and not self._graph_added_to_summary:
            self._summary_writer.add_graph(self._graph)
            self._summary_writer.add_meta_graph(self._meta_graph_def)
            self._graph_added_to_summary = True

    def start_standard_services(self, sess):
        """Starts the threads that summarize, count and save; RuntimeError where this is not the chief."""
        if not self._is_chief:
            raise RuntimeError(
                "Only chief supervisor can start standard services. Because only chief supervisors can write events."
            )
        if not self._logdir:
            logging.warning("Standard services need a 'logdir' passed to the SessionManager")
            return None
        if self._global_step is not None and self._summary_writer:
            step = training_util.global_step(sess, self._global_step)
            self._summary_writer.add_session_log(_log(protos.SessionLog.START), step)
        threads = []
        if self._save_summaries_secs and self._summary_writer:
            if self._summary_op is not None:
                threads.append(SVSummaryThread(self, sess))
            if self._global_step is not None:
                threads.append(SVStepCounterThread(self, sess))
        if self.saver and self._save_model_secs:
            threads.append(SVTimerCheckpointThread(self, sess))
        for thread in threads:
            thread.start()
        return threads

    def prepare_or_wait_for_session(
        self, master="", config=None, wait_for_checkpoint=False, max_wait_secs=7200, start_standard_services=True
    ):
        """A session whose model is ready, with services and queue runners started."""
        self._coord.clear_stop()
        if self._summary_writer:
            self._summary_writer.reopen()
        if self._is_chief:
            sess = self._session_manager.prepare_session(
                master, init_op=self.init_op, saver=self.saver, checkpoint_dir=self._logdir,
                wait_for_checkpoint=wait_for_checkpoint, max_wait_secs=max_wait_secs, config=config,
                init_feed_dict=self._init_feed_dict, init_fn=self._init_fn,
            )  # fmt: skip
            self._write_graph()
            if start_standard_services:
                logging.info("Starting standard services.")
                self.start_standard_services(sess)
        else:
            sess = self._session_manager.wait_for_session(master, config=config, max_wait_secs=max_wait_secs)
        if start_standard_services:
            logging.info("Starting queue runners.")
            self.start_queue_runners(sess)
        return sess

    def start_queue_runners(self, sess, queue_runners=None) -> list:
        """Starts queue runners: those of the graph where None are given."""
        if queue_runners is None:
            queue_runners = self._graph.get_collection(GraphKeys.QUEUE_RUNNERS)
        threads: list = []
        for runner in queue_runners:
            threads.extend(runner.create_threads(sess, coord=self._coord, daemon=True, start=True))
        return threads

    def loop(self, timer_interval_secs, target, args=None, kwargs=None):
        """Starts a thread that calls `target` every so many seconds."""
        return LooperThread.loop(self._coord, timer_interval_secs, target, args, kwargs)

    # Stopping -------------------------------------------------------------------------------------

    def stop(self, threads=None, close_summary_writer=True, ignore_live_threads=False) -> None:
        """Stops the threads and waits for them; raises the error that one of them reported."""
        self._coord.request_stop()
        try:
            self._coord.join(threads, stop_grace_period_secs=self._stop_grace_secs, ignore_live_threads=ignore_live_threads)
        finally:
            if close_summary_writer and self._summary_writer:
                self._summary_writer.add_session_log(_log(protos.SessionLog.STOP))
                self._summary_writer.close()
                self._graph_added_to_summary = False

    def request_stop(self, ex=None) -> None:
        """Asks the threads to stop."""
        self._coord.request_stop(ex=ex)

    def should_stop(self) -> bool:
        """Whether a stop was requested."""
        return self._coord.should_stop()

    def stop_on_exception(self):
        """A context that turns an exception into a request to stop."""
        return self._coord.stop_on_exception()

    def wait_for_stop(self) -> None:
        """Waits until a stop is requested."""
        self._coord.wait_for_stop()

    def summary_computed(self, sess, summary, global_step=None) -> None:
        """Writes a summary; RuntimeError where there is no writer."""
        if not self._summary_writer:
            raise RuntimeError("Writing a summary requires a summary writer.")
        if global_step is None and self.global_step is not None:
            global_step = training_util.global_step(sess, self.global_step)
        self._summary_writer.add_summary(summary, global_step)

    @contextlib.contextmanager
    def managed_session(self, master="", config=None, start_standard_services=True, close_summary_writer=True):
        """A context with a session; at its end the threads are stopped, and errors of theirs are raised."""
        sess = None
        try:
            sess = self.prepare_or_wait_for_session(master, config, start_standard_services=start_standard_services)
            yield sess
        except Exception as e:
            self.request_stop(e)
        finally:
            try:
                # Raises what was reported, here and by the threads.
                self.stop(close_summary_writer=close_summary_writer)
            finally:
                if sess is not None:
                    sess.close()

    PrepareSession = prepare_or_wait_for_session
    StartQueueRunners = start_queue_runners
    StartStandardServices = start_standard_services
    Stop = stop
    RequestStop = request_stop
    Loop = loop
    ShouldStop = should_stop
    StopOnException = stop_on_exception
    WaitForStop = wait_for_stop
    SummaryComputed = summary_computed


def _default_local_init_op():
    return control_flow_ops.group(variables.local_variables_initializer(), resources.initialize_tables())


def _merge_all():
    from tinytf import summary

    return summary.merge_all()


def _find_global_step():
    try:
        step = get_default_graph().get_tensor_by_name("global_step:0")
    except KeyError:
        return None
    if step.dtype.base_dtype in (dtypes.int32, dtypes.int64):
        return step
    logging.warning("Found 'global_step' is not an int type: %s", step.dtype)
    return None


class SVSummaryThread(LooperThread):
    """Writes the summaries every so many seconds."""

    def __init__(self, sv, sess):
        super().__init__(sv.coord, sv.save_summaries_secs)
        self._sv, self._sess = sv, sess

    def run_loop(self) -> None:
        """One summary."""
        sv = self._sv
        if sv.global_step is not None:
            summary, step = self._sess.run([sv.summary_op, sv.global_step])
        else:
            summary, step = self._sess.run(sv.summary_op), None
        if sv.summary_writer:
            logging.info("Recording summary at step %s.", step)
            sv.summary_writer.add_summary(summary, step)


class SVStepCounterThread(LooperThread):
    """Writes how many steps a second are made."""

    def __init__(self, sv, sess, step_counter=None):
        super().__init__(sv.coord, sv.save_summaries_secs)
        self._sv, self._sess = sv, sess
        self._step_counter = sv.global_step if step_counter is None else step_counter
        self._summary_tag = f"{self._step_counter.op.name}/sec"

    def start_loop(self) -> None:
        """Notes the time and the step."""
        self._last_time = time.time()
        self._last_step = training_util.global_step(self._sess, self._step_counter)

    def run_loop(self) -> None:
        """One rate."""
        step, now = training_util.global_step(self._sess, self._step_counter), time.time()
        elapsed = now - self._last_time
        rate = (step - self._last_step) / elapsed if elapsed > 0 else float("inf")
        self._last_step, self._last_time = step, now
        summary = protos.Summary(value=[protos.Summary.Value(tag=self._summary_tag, simple_value=rate)])
        if self._sv.summary_writer:
            self._sv.summary_writer.add_summary(summary, step)
        logging.log_first_n(logging.INFO, "%s: %g", 10, self._summary_tag, rate)


class SVTimerCheckpointThread(LooperThread):
    """Saves a checkpoint every so many seconds."""

    def __init__(self, sv, sess):
        super().__init__(sv.coord, sv.save_model_secs)
        self._sv, self._sess = sv, sess

    def run_loop(self) -> None:
        """One checkpoint."""
        sv = self._sv
        logging.info("Saving checkpoint to path %s", sv.save_path)
        sv.saver.save(self._sess, sv.save_path, global_step=sv.global_step)
        if sv.summary_writer and sv.global_step is not None:
            step = training_util.global_step(self._sess, sv.global_step)
            sv.summary_writer.add_session_log(_log(protos.SessionLog.CHECKPOINT, sv.save_path), step)
