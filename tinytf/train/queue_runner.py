"""`tf.train.QueueRunner`: threads that fill a queue."""

from __future__ import annotations

import itertools
import threading
import weakref

from tinytf import errors, logging, protos
from tinytf.graph.collection_protos import prepend_name_scope, register_proto_function, strip_name_scope
from tinytf.graph.default_graph import add_to_collection, get_collection, get_default_graph
from tinytf.graph.default_session import get_default_session
from tinytf.graph.graph import GraphKeys


class QueueRunner:
    """Runs enqueue ops of a queue in threads until the queue is closed, and closes it when they end.

    Args:
      queue: a queue.
      enqueue_ops: the ops, each for a thread of its own.
      close_op: closes the queue; `queue.close()` where None.
      cancel_op: closes it and cancels what waits; `queue.close(cancel_pending_enqueues=True)` where None.
      queue_closed_exception_types: errors that mean the regular end; OutOfRangeError where None.
      queue_runner_def: a QueueRunnerDef to make it from instead.
      import_scope: the scope to put the names of queue_runner_def into.

    Follows `tf.train.QueueRunner` of TF 1.15.
    """

    def __init__(
        self, queue=None, enqueue_ops=None, close_op=None, cancel_op=None, queue_closed_exception_types=None,
        queue_runner_def=None, import_scope=None,
    ):  # fmt: skip
        if queue_runner_def:
            if queue or enqueue_ops:
                raise ValueError("queue_runner_def and queue are mutually exclusive.")
            self._init_from_proto(queue_runner_def, import_scope)
        else:
            if not queue or not enqueue_ops:
                raise ValueError("Must provide queue and enqueue_ops.")
            types = queue_closed_exception_types
            if types is not None and not (
                isinstance(types, tuple) and types and all(issubclass(t, errors.OpError) for t in types)
            ):
                raise TypeError(
                    f"queue_closed_exception_types, when provided, must be a tuple of tf.error types, but saw: {types}"
                )
            self._queue, self._enqueue_ops = queue, enqueue_ops
            self._close_op = queue.close() if close_op is None else close_op
            self._cancel_op = queue.close(cancel_pending_enqueues=True) if cancel_op is None else cancel_op
            self._queue_closed_exception_types = types or (errors.OutOfRangeError,)
        self._lock = threading.Lock()
        self._runs_per_session = weakref.WeakKeyDictionary()
        self._exceptions_raised: list = []

    def _init_from_proto(self, queue_runner_def, import_scope) -> None:
        graph = get_default_graph()

        def element(name):
            return graph.as_graph_element(prepend_name_scope(name, import_scope))

        self._queue = element(queue_runner_def.queue_name)
        self._enqueue_ops = [element(name) for name in queue_runner_def.enqueue_op_name]
        self._close_op = element(queue_runner_def.close_op_name)
        self._cancel_op = element(queue_runner_def.cancel_op_name)
        types = tuple(errors.exception_type_from_error_code(c) for c in queue_runner_def.queue_closed_exception_types)
        self._queue_closed_exception_types = types or (errors.OutOfRangeError,)

    @property
    def queue(self):
        """The queue."""
        return self._queue

    @property
    def enqueue_ops(self):
        """The ops that fill it."""
        return self._enqueue_ops

    @property
    def close_op(self):
        """The op that closes it."""
        return self._close_op

    @property
    def cancel_op(self):
        """The op that closes it and cancels what waits."""
        return self._cancel_op

    @property
    def queue_closed_exception_types(self):
        """The errors that mean the regular end."""
        return self._queue_closed_exception_types

    @property
    def exceptions_raised(self) -> list:
        """Errors of threads that ran without a coordinator."""
        return self._exceptions_raised

    @property
    def name(self) -> str:
        """The queue's name."""
        return self._queue.name

    def _run(self, sess, enqueue_op, coord=None) -> None:
        def enqueues():  # a generator, so that what is wrong with the op is an error of the thread
            yield from itertools.repeat(sess.make_callable(enqueue_op))

        self._fill(sess, enqueues(), coord)

    def _fill(self, sess, enqueues, coord) -> None:
        """Calls each of `enqueues` until the queue is closed or the coordinator stops; the last thread closes the queue."""
        left = False
        try:
            for enqueue in enqueues:
                if coord and coord.should_stop():
                    return
                try:
                    enqueue()
                except self._queue_closed_exception_types:
                    break
            left = True
            if self._one_less(sess) == 0:
                self._ignoring_errors(sess, self._close_op)
        except Exception as error:
            if coord:
                coord.request_stop(error)
            else:
                logging.error("Exception in QueueRunner: %s", error)
                with self._lock:
                    self._exceptions_raised.append(error)
                raise
        finally:
            if not left:
                self._one_less(sess)

    def _one_less(self, sess) -> int:
        with self._lock:
            self._runs_per_session[sess] -= 1
            return self._runs_per_session[sess]

    @staticmethod
    def _ignoring_errors(sess, op) -> None:
        try:
            sess.run(op)
        except Exception as e:  # the queue or the session is closed already
            logging.vlog(1, "Ignored exception: %s", e)

    def _close_on_stop(self, sess, cancel_op, coord) -> None:
        coord.wait_for_stop()
        self._ignoring_errors(sess, cancel_op)

    def create_threads(self, sess, coord=None, daemon=False, start=False) -> list:
        """The threads, one an enqueue op (and one that cancels when `coord` stops); none where they run already."""
        with self._lock:
            if self._runs_per_session.get(sess, 0) > 0:
                return []
            self._runs_per_session[sess] = len(self._enqueue_ops)
            self._exceptions_raised = []
        threads = [
            threading.Thread(target=self._run, args=(sess, op, coord), name=f"QueueRunnerThread-{self.name}-{op.name}")
            for op in self._enqueue_ops
        ]
        if coord:
            threads.append(
                threading.Thread(
                    target=self._close_on_stop,
                    args=(sess, self._cancel_op, coord),
                    name=f"QueueRunnerThread-{self.name}-close_on_stop",
                )
            )
        for thread in threads:
            if coord:
                coord.register_thread(thread)
            if daemon:
                thread.daemon = True
            if start:
                thread.start()
        return threads

    def to_proto(self, export_scope=None):
        """The QueueRunnerDef; None where the queue lies outside of `export_scope`."""
        if export_scope is not None and not self.queue.name.startswith(export_scope):
            return None
        return protos.QueueRunnerDef(
            queue_name=strip_name_scope(self.queue.name, export_scope),
            enqueue_op_name=[strip_name_scope(op.name, export_scope) for op in self.enqueue_ops],
            close_op_name=strip_name_scope(self.close_op.name, export_scope),
            cancel_op_name=strip_name_scope(self.cancel_op.name, export_scope),
            queue_closed_exception_types=[
                errors.error_code_from_exception_type(t) for t in self._queue_closed_exception_types
            ],
        )

    @staticmethod
    def from_proto(queue_runner_def, import_scope=None) -> QueueRunner:
        """The QueueRunner of a QueueRunnerDef, in the default graph."""
        return QueueRunner(queue_runner_def=queue_runner_def, import_scope=import_scope)


def add_queue_runner(qr, collection=GraphKeys.QUEUE_RUNNERS) -> None:
    """Adds a QueueRunner to a collection, for `start_queue_runners`.  Follows `tf.train.add_queue_runner`."""
    add_to_collection(collection, qr)


def start_queue_runners(sess=None, coord=None, daemon=True, start=True, collection=GraphKeys.QUEUE_RUNNERS) -> list:
    """Starts the threads of all QueueRunners of a collection and returns them.

    `sess`: the default session where None (ValueError where there is none).
    Follows `tf.train.start_queue_runners` of TF 1.15.
    """
    if sess is None:
        sess = get_default_session()
        if not sess:
            raise ValueError(
                "Cannot start queue runners: No default session is registered. Use `with sess.as_default()` or pass an explicit "
                "session to tf.start_queue_runners(sess=sess)"
            )
    if type(sess).__name__ in ("MonitoredSession", "SingularMonitoredSession"):
        return []  # it has started them already
    if not hasattr(sess, "make_callable"):
        raise TypeError(f"sess must be a `tf.Session` object. Given class: {sess.__class__}")
    with sess.graph.as_default():
        runners = get_collection(collection)
        if not runners:
            logging.warning(
                "`tf.train.start_queue_runners()` was called when no queue runners were defined. You can safely remove the call "
                "to this deprecated function."
            )
        threads: list = []
        for runner in runners:
            threads.extend(runner.create_threads(sess, coord=coord, daemon=daemon, start=start))
    return threads


register_proto_function(
    GraphKeys.QUEUE_RUNNERS, proto_type=protos.QueueRunnerDef, to_proto=QueueRunner.to_proto, from_proto=QueueRunner.from_proto
)
