"""`tf.train.MonitoredSession`: a session with hooks that starts, restores, recovers and closes by itself.

It is four sessions, one inside the other: the outermost makes a new one after a preemption, the
next stops the threads, the next calls the hooks, the innermost runs.
"""

from __future__ import annotations

import inspect

from tinytf import errors, logging, protos
from tinytf.graph.default_graph import get_collection, get_default_graph
from tinytf.graph.graph import GraphKeys
from tinytf.train import basic_session_run_hooks as hooks_module
from tinytf.train.coordinator import Coordinator
from tinytf.train.queue_runner import start_queue_runners
from tinytf.train.scaffold import Scaffold
from tinytf.train.session_manager import SessionManager
from tinytf.train.session_run_hook import SessionRunArgs, SessionRunContext, SessionRunValues
from tinytf.train.summary_hooks import SummarySaverHook

_PREEMPTION_ERRORS = (errors.AbortedError, errors.UnavailableError)
USE_DEFAULT = object()


def MonitoredTrainingSession(
    master="", is_chief=True, checkpoint_dir=None, scaffold=None, hooks=None, chief_only_hooks=None,
    save_checkpoint_secs=USE_DEFAULT, save_summaries_steps=USE_DEFAULT, save_summaries_secs=USE_DEFAULT, config=None,
    stop_grace_period_secs=120, log_step_count_steps=100, max_wait_secs=7200, save_checkpoint_steps=USE_DEFAULT,
    summary_dir=None,
):  # fmt: skip
    """A MonitoredSession with the usual hooks: checkpoints, summaries and step counts in `checkpoint_dir`.

    Args:
      master: the session's target.
      is_chief: whether this process initialises and saves; others wait.
      checkpoint_dir: where to restore from and save to; nothing is saved where None.
      scaffold: a Scaffold.
      hooks: further hooks.
      chief_only_hooks: hooks of the chief.
      save_checkpoint_secs, save_checkpoint_steps: how often to save; 600 seconds where neither is given.
      save_summaries_steps, save_summaries_secs: how often to write summaries; 100 steps where neither is given.
      config: a ConfigProto.
      stop_grace_period_secs: how long threads may take to stop.
      log_step_count_steps: how often to log the step rate.
      max_wait_secs: how long a worker waits for the chief.
      summary_dir: checkpoint_dir where None.

    Follows `tf.train.MonitoredTrainingSession` of TF 1.15.
    """
    summaries = _steps_or_secs(save_summaries_steps, save_summaries_secs, (100, None))
    checkpoints = _steps_or_secs(save_checkpoint_steps, save_checkpoint_secs, (None, 600))
    scaffold = scaffold or Scaffold()
    if not is_chief:
        creator = WorkerSessionCreator(scaffold=scaffold, master=master, config=config, max_wait_secs=max_wait_secs)
        return MonitoredSession(creator, hooks or [], stop_grace_period_secs)
    all_hooks = list(chief_only_hooks or ())
    creator = ChiefSessionCreator(scaffold=scaffold, checkpoint_dir=checkpoint_dir, master=master, config=config)
    summary_dir = summary_dir or checkpoint_dir
    if summary_dir:
        if log_step_count_steps and log_step_count_steps > 0:
            all_hooks.append(hooks_module.StepCounterHook(output_dir=summary_dir, every_n_steps=log_step_count_steps))
        if any(n and n > 0 for n in summaries):
            all_hooks.append(
                SummarySaverHook(
                    scaffold=scaffold, save_steps=summaries[0], save_secs=summaries[1], output_dir=summary_dir
                )
            )
    if checkpoint_dir and any(n and n > 0 for n in checkpoints):
        all_hooks.append(
            hooks_module.CheckpointSaverHook(
                checkpoint_dir, save_steps=checkpoints[0], save_secs=checkpoints[1], scaffold=scaffold
            )
        )
    all_hooks.extend(hooks or ())
    return MonitoredSession(creator, all_hooks, stop_grace_period_secs)


def _steps_or_secs(steps, secs, default) -> tuple:
    if steps is USE_DEFAULT and secs is USE_DEFAULT:
        return default
    return (None if steps is USE_DEFAULT else steps, None if secs is USE_DEFAULT else secs)


class SessionCreator:
    """Makes sessions; derive from it.  Follows `tf.train.SessionCreator`."""

    def create_session(self):
        """A new session."""
        raise NotImplementedError(f"create_session is not implemented for {self}.")


class _ScaffoldedCreator(SessionCreator):
    def __init__(self, scaffold, master, config):
        self._scaffold = scaffold or Scaffold()
        self._session_manager = None
        self._master, self._config = master, config

    def _get_session_manager(self) -> SessionManager:
        if self._session_manager is None:
            self._session_manager = SessionManager(
                local_init_op=self._scaffold.local_init_op,
                ready_op=self._scaffold.ready_op,
                ready_for_local_init_op=self._scaffold.ready_for_local_init_op,
                graph=get_default_graph(),
            )
        return self._session_manager


class ChiefSessionCreator(_ScaffoldedCreator):
    """Makes sessions that are restored or initialised.  Follows `tf.train.ChiefSessionCreator`."""

    def __init__(self, scaffold=None, master="", config=None, checkpoint_dir=None, checkpoint_filename_with_path=None):
        super().__init__(scaffold, master, config)
        self._checkpoint_dir = checkpoint_dir
        self._checkpoint_filename_with_path = checkpoint_filename_with_path

    def create_session(self):
        """A session whose model is ready."""
        self._scaffold.finalize()
        return self._get_session_manager().prepare_session(
            self._master,
            saver=self._scaffold.saver,
            checkpoint_dir=self._checkpoint_dir,
            checkpoint_filename_with_path=self._checkpoint_filename_with_path,
            config=self._config,
            init_op=self._scaffold.init_op,
            init_feed_dict=self._scaffold.init_feed_dict,
            init_fn=self._scaffold.init_fn,
        )


class WorkerSessionCreator(_ScaffoldedCreator):
    """Makes sessions that wait for the chief to initialise.  Follows `tf.train.WorkerSessionCreator`."""

    def __init__(self, scaffold=None, master="", config=None, max_wait_secs=30 * 60):
        super().__init__(scaffold, master, config)
        self._max_wait_secs = max_wait_secs

    def create_session(self):
        """A session whose model is ready."""
        self._scaffold.finalize()
        return self._get_session_manager().wait_for_session(
            self._master, config=self._config, max_wait_secs=self._max_wait_secs
        )


class StepContext:
    """What `run_step_fn` gives to its function: the session without hooks, and a run with them."""

    def __init__(self, session, run_with_hooks_fn):
        self._session, self._run_with_hooks_fn = session, run_with_hooks_fn

    @property
    def session(self):
        """The session without hooks."""
        return self._session

    def run_with_hooks(self, *args, **kwargs):
        """Runs with hooks."""
        return self._run_with_hooks_fn(*args, **kwargs)

    def request_stop(self):
        """Ends the loop: raises StopIteration."""
        raise StopIteration("step_fn has requested the iterations to stop.")


class _MonitoredSession:
    StepContext = StepContext

    def __init__(self, session_creator, hooks, should_recover, stop_grace_period_secs=120):
        self._graph_was_finalized = get_default_graph().finalized
        self._hooks = hooks or []
        for hook in self._hooks:
            hook.begin()
        self._coordinated_creator = _CoordinatedSessionCreator(
            session_creator or ChiefSessionCreator(), self._hooks, stop_grace_period_secs
        )
        self._sess = (
            _RecoverableSession(self._coordinated_creator) if should_recover else self._coordinated_creator.create_session()
        )

    @property
    def graph(self):
        """The graph; None once closed."""
        sess = self._tf_sess()
        return None if sess is None else sess.graph

    def run(self, fetches, feed_dict=None, options=None, run_metadata=None):
        """Runs a step with the hooks; as `Session.run`."""
        return self._sess.run(fetches, feed_dict=feed_dict, options=options, run_metadata=run_metadata)

    def run_step_fn(self, step_fn):
        """Calls `step_fn(step_context)` and returns its result; ValueError where it takes other arguments."""
        arguments = tuple(inspect.signature(step_fn).parameters)
        if arguments not in (("step_context",), ("self", "step_context")):
            raise ValueError(
                "`step_fn` may either have one `step_context` argument, or `self` and `step_context` arguments if it's an "
                f"instance method. Got {arguments} instead."
            )
        return self._sess.run_step_fn(step_fn, self._tf_sess(), run_with_hooks=None)

    def should_stop(self) -> bool:
        """Whether the loop is to end."""
        return self._sess is None or self._sess.should_stop()

    def close(self) -> None:
        """Ends the hooks, stops the threads and closes the session."""
        self._close_internal()

    def __enter__(self):
        return self

    def __exit__(self, exception_type, exception_value, traceback):
        # The end of the input is a regular end.
        if exception_type in (errors.OutOfRangeError, StopIteration):
            exception_type = None
        self._close_internal(exception_type)
        return exception_type is None

    def _close_internal(self, exception_type=None) -> None:
        try:
            if not exception_type:
                for hook in self._hooks:
                    hook.end(self._coordinated_creator.tf_sess)
        finally:
            try:
                if self._sess is None:
                    raise RuntimeError("Session is already closed.")
                self._sess.close()
            finally:
                self._sess = None
                self._coordinated_creator.tf_sess = None
                self._coordinated_creator.coord = None
                if not self._graph_was_finalized:
                    get_default_graph()._unsafe_unfinalize()

    def _is_closed(self) -> bool:
        return self._coordinated_creator.tf_sess is None

    def _tf_sess(self):
        return self._coordinated_creator.tf_sess


class MonitoredSession(_MonitoredSession):
    """A session with hooks that makes itself anew after an AbortedError or UnavailableError.

    `session_creator`: a ChiefSessionCreator where None.  Follows `tf.train.MonitoredSession` of TF 1.15.
    """

    def __init__(self, session_creator=None, hooks=None, stop_grace_period_secs=120):
        super().__init__(session_creator, hooks, True, stop_grace_period_secs)


class SingularMonitoredSession(_MonitoredSession):
    """A session with hooks that does not recover and gives access to the one session it has.

    Follows `tf.train.SingularMonitoredSession` of TF 1.15.
    """

    def __init__(
        self, hooks=None, scaffold=None, master="", config=None, checkpoint_dir=None, stop_grace_period_secs=120,
        checkpoint_filename_with_path=None,
    ):  # fmt: skip
        creator = ChiefSessionCreator(scaffold, master, config, checkpoint_dir, checkpoint_filename_with_path)
        super().__init__(creator, hooks, False, stop_grace_period_secs)

    def raw_session(self):
        """The session without hooks."""
        return self._tf_sess()


class _CoordinatedSessionCreator(SessionCreator):
    def __init__(self, session_creator, hooks, stop_grace_period_secs):
        self._session_creator, self._hooks = session_creator, hooks
        self._stop_grace_period_secs = stop_grace_period_secs
        self.coord = self.tf_sess = None

    def create_session(self):
        self.tf_sess = self._session_creator.create_session()
        self.coord = Coordinator(clean_stop_exception_types=[])
        if get_collection(GraphKeys.QUEUE_RUNNERS):
            start_queue_runners(sess=self.tf_sess, coord=self.coord)
        for hook in self._hooks:
            hook.after_create_session(self.tf_sess, self.coord)
        return _CoordinatedSession(_HookedSession(self.tf_sess, self._hooks), self.coord, self._stop_grace_period_secs)


class _WrappedSession:
    def __init__(self, sess):
        self._sess = sess
        self._wrapped_is_stoppable = isinstance(sess, _WrappedSession)

    @property
    def graph(self):
        return self._sess.graph

    @property
    def sess_str(self):
        return self._sess.sess_str

    def should_stop(self) -> bool:
        if self._check_stop() or not self._sess:
            return True
        return self._wrapped_is_stoppable and self._sess.should_stop()

    def _check_stop(self) -> bool:
        return False

    def close(self) -> None:
        if self._sess:
            try:
                self._sess.close()
            except _PREEMPTION_ERRORS as e:
                logging.warning("An error occurred when attempting to close the session. Error: %s", e)
            finally:
                self._sess = None

    def run(self, *args, **kwargs):
        return self._sess.run(*args, **kwargs)

    def run_step_fn(self, step_fn, raw_session, run_with_hooks):
        return step_fn(StepContext(raw_session, run_with_hooks or self.run))


class _RecoverableSession(_WrappedSession):
    """Makes a new session where one was preempted."""

    def __init__(self, sess_creator):
        self._sess_creator = sess_creator
        super().__init__(self._create_session())

    def _create_session(self):
        while True:
            try:
                return self._sess_creator.create_session()
            except _PREEMPTION_ERRORS as e:
                logging.info("An error was raised while a session was being created. A new session will be created. Error: %s", e)

    def _check_stop(self) -> bool:
        try:
            return self._sess._check_stop() if self._sess else True
        except _PREEMPTION_ERRORS as e:
            logging.info("An error was raised while considering whether the session is complete. Error: %s", e)
            self.close()
            self._sess = self._create_session()
            return False
        except Exception:  # noqa: BLE001  (the error itself comes from the next run, or from close)
            return True

    def _again(self, action):
        while True:
            try:
                if not self._sess:
                    self._sess = self._create_session()
                return action(self._sess)
            except _PREEMPTION_ERRORS as e:
                logging.info("An error was raised. The current session will be closed and a new session will be created. Error: %s", e)
                self.close()
                self._sess = None

    def run(self, fetches, feed_dict=None, options=None, run_metadata=None):
        return self._again(lambda s: s.run(fetches, feed_dict=feed_dict, options=options, run_metadata=run_metadata))

    def run_step_fn(self, step_fn, raw_session, run_with_hooks):
        return self._again(lambda s: s.run_step_fn(step_fn, raw_session, s.run))


class _CoordinatedSession(_WrappedSession):
    """Stops the threads, and raises their errors rather than its own."""

    def __init__(self, sess, coord, stop_grace_period_secs=120):
        super().__init__(sess)
        self._coord, self._stop_grace_period_secs = coord, stop_grace_period_secs

    def _check_stop(self) -> bool:
        self._coord.raise_requested_exception()
        return self._coord.should_stop()

    def close(self) -> None:
        self._coord.request_stop()
        try:
            self._coord.join(stop_grace_period_secs=self._stop_grace_period_secs, ignore_live_threads=True)
        finally:
            try:
                super().close()
            except Exception:  # noqa: BLE001, S110  (an error of a thread is worth more than one of closing)
                pass

    def run(self, *args, **kwargs):
        try:
            return self._sess.run(*args, **kwargs)
        except _PREEMPTION_ERRORS:
            raise
        except Exception as original:
            try:
                self._coord.raise_requested_exception()
            except _PREEMPTION_ERRORS:
                raise
            except Exception:  # noqa: BLE001
                raise original from None
            raise


class _HookedSession(_WrappedSession):
    """Calls the hooks around each run."""

    def __init__(self, sess, hooks):
        super().__init__(sess)
        self._hooks, self._should_stop = hooks, False

    def _check_stop(self) -> bool:
        return self._should_stop

    def run(self, fetches, feed_dict=None, options=None, run_metadata=None):
        if self.should_stop():
            raise RuntimeError("Run called even after should_stop requested.")
        context = SessionRunContext(SessionRunArgs(fetches, feed_dict), self._sess)
        own_options = options or protos.RunOptions()
        requests, feeds = self._ask_hooks(context, feed_dict, own_options)
        metadata = run_metadata or protos.RunMetadata()
        asked = options is not None or run_metadata is not None or own_options.ByteSize()
        # Where nobody asked for anything, the plain call keeps the session's fast path.
        extra = {"options": own_options, "run_metadata": metadata} if asked else {}
        values = self._sess.run([fetches, *[r for _, r in requests]], feed_dict=feeds, **extra)
        results = {id(hook): value for (hook, _), value in zip(requests, values[1:])}
        for hook in self._hooks:
            hook.after_run(context, SessionRunValues(results.get(id(hook)), own_options, metadata))
        self._should_stop = self._should_stop or context.stop_requested
        return values[0]

    def _ask_hooks(self, context, user_feeds, options):
        """The hooks' fetches as (hook, fetches) pairs, and all feeds."""
        requests, hook_feeds = [], {}
        for hook in self._hooks:
            request = hook.before_run(context)
            if request is None:
                continue
            if request.fetches is not None:
                requests.append((hook, request.fetches))
            if request.feed_dict:
                _refuse_common(hook_feeds, request.feed_dict, "Same tensor is fed by two hooks.")
                hook_feeds.update(request.feed_dict)
            if request.options:
                _merge_options(options, request.options)
        if not hook_feeds:
            return requests, user_feeds
        if not user_feeds:
            return requests, hook_feeds
        _refuse_common(user_feeds, hook_feeds, "Same tensor is fed by a SessionRunHook and user.")
        return requests, {**hook_feeds, **user_feeds}


def _refuse_common(a, b, message) -> None:
    common = set(a) & set(b)
    if common:
        raise RuntimeError(f"{message} Conflict(s): {list(common)}")


def _merge_options(options, incoming) -> None:
    for field in ("trace_level", "timeout_in_ms", "inter_op_thread_pool", "output_partition_graphs"):
        setattr(options, field, max(getattr(options, field), getattr(incoming, field)))
    options.debug_options.MergeFrom(incoming.debug_options)
    if incoming.report_tensor_allocations_upon_oom:
        options.report_tensor_allocations_upon_oom = True
