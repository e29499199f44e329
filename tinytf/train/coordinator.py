"""`tf.train.Coordinator`: stops a set of threads together, and passes on the first error of any."""

from __future__ import annotations

import contextlib
import sys
import threading
import time

from tinytf import errors, logging


class Coordinator:
    """Threads ask `should_stop()`; whoever fails calls `request_stop(error)`; `join()` waits and raises that error.

    `clean_stop_exception_types`: errors that mean a regular end; OutOfRangeError where None.
    Follows `tf.train.Coordinator` of TF 1.15.
    """

    def __init__(self, clean_stop_exception_types=None):
        if clean_stop_exception_types is None:
            clean_stop_exception_types = (errors.OutOfRangeError,)
        self._clean_stop_exception_types = tuple(clean_stop_exception_types)
        self._lock = threading.Lock()
        self._stop_event = threading.Event()
        self._error = None
        self._joined = False
        self._registered_threads: set = set()

    def request_stop(self, ex=None) -> None:
        """Asks all threads to stop.  `ex`: an exception (or `sys.exc_info()`) for `join` to raise.

        Once `join` has returned, the exception is raised here.
        """
        with self._lock:
            error = self._as_error(ex)
            if error is not None and isinstance(error, self._clean_stop_exception_types):
                error = None
            if self._joined and error is not None:
                raise error
            if self._stop_event.is_set():
                return
            if error is not None and self._error is None:
                logging.info("Error reported to Coordinator: %s, %s", type(error), error)
                self._error = error
            self._stop_event.set()

    @staticmethod
    def _as_error(ex):
        if ex is None:
            return None
        if isinstance(ex, tuple):
            if len(ex) == 3 and isinstance(ex[1], BaseException):
                return ex[1].with_traceback(ex[2])
        elif isinstance(ex, BaseException):
            return ex
        return ValueError(f"ex must be a tuple or sys.exc_info must return the current exception: {ex}")

    def clear_stop(self) -> None:
        """Forgets the stop and its error: threads may be started anew."""
        with self._lock:
            self._joined = False
            self._error = None
            self._stop_event.clear()

    def should_stop(self) -> bool:
        """Whether a stop was requested."""
        return self._stop_event.is_set()

    @contextlib.contextmanager
    def stop_on_exception(self):
        """A context that turns an exception into `request_stop`."""
        try:
            yield
        except:  # noqa: E722  (KeyboardInterrupt stops the others too)
            self.request_stop(ex=sys.exc_info())

    def wait_for_stop(self, timeout=None) -> bool:
        """Waits until a stop is requested, at most `timeout` seconds; whether it was."""
        return self._stop_event.wait(timeout)

    def register_thread(self, thread) -> None:
        """Adds a thread for `join` to wait for."""
        with self._lock:
            self._registered_threads.add(thread)

    def join(self, threads=None, stop_grace_period_secs=120, ignore_live_threads=False) -> None:
        """Waits for the registered threads and `threads`, then raises the error of `request_stop`, if any.

        After a stop is requested they have `stop_grace_period_secs`; RuntimeError for those that live
        on, unless `ignore_live_threads`.
        """
        with self._lock:
            waited_for = list(self._registered_threads | set(threads or ()))
        while any(t.is_alive() for t in waited_for) and not self.wait_for_stop(0.05):
            pass
        deadline = time.monotonic() + stop_grace_period_secs
        for thread in waited_for:
            if thread.is_alive() and thread is not threading.current_thread():
                thread.join(max(deadline - time.monotonic(), 0.0))
        left = [t.name for t in waited_for if t.is_alive()]
        with self._lock:
            self._joined = True
            self._registered_threads = set()
            if self._error is not None:
                raise self._error
            if left:
                message = f"Coordinator stopped with threads still running: {' '.join(left)}"
                if not ignore_live_threads:
                    raise RuntimeError(message)
                logging.info(message)

    @property
    def joined(self) -> bool:
        """Whether `join` has returned."""
        return self._joined

    def raise_requested_exception(self) -> None:
        """Raises the error of `request_stop`, if any."""
        with self._lock:
            if self._error is not None:
                raise self._error


class LooperThread(threading.Thread):
    """A thread that calls `target` (or its own `run_loop`) every so many seconds until the coordinator stops.

    `timer_interval_secs` None: without a pause.  Follows `tf.train.LooperThread` of TF 1.15.
    """

    def __init__(self, coord, timer_interval_secs, target=None, args=None, kwargs=None):
        if not isinstance(coord, Coordinator):
            raise ValueError(f"'coord' argument must be a Coordinator: {coord}")
        super().__init__()
        self.daemon = True
        self._coord, self._timer_interval_secs, self._looped = coord, timer_interval_secs, target
        if target is None and (args or kwargs):
            raise ValueError("'args' and 'kwargs' argument require that you also pass 'target'")
        self._looped_args, self._looped_kwargs = args or (), kwargs or {}
        coord.register_thread(self)

    @staticmethod
    def loop(coord, timer_interval_secs, target, args=None, kwargs=None) -> LooperThread:
        """Starts and returns a LooperThread."""
        looper = LooperThread(coord, timer_interval_secs, target=target, args=args, kwargs=kwargs)
        looper.start()
        return looper

    def run(self) -> None:
        """Calls start_loop once, run_loop again and again, stop_loop once."""
        with self._coord.stop_on_exception():
            self.start_loop()
            if self._timer_interval_secs is None:
                while not self._coord.should_stop():
                    self.run_loop()
            else:
                due = time.time()
                while not self._coord.wait_for_stop(max(due - time.time(), 0)):
                    due += self._timer_interval_secs
                    self.run_loop()
            self.stop_loop()

    def start_loop(self) -> None:
        """Called before the first round."""

    def stop_loop(self) -> None:
        """Called after the last round."""

    def run_loop(self) -> None:
        """One round."""
        if self._looped:
            self._looped(*self._looped_args, **self._looped_kwargs)
