"""`checkedThread`: threads whose failures fail the test that joins them."""

from __future__ import annotations

import sys
import threading


class CheckedThread:
    """A thread of a test: `start()`, and `join()`, which fails the test where the thread's function raised.

    Follows `TestCase.checkedThread` of TF 1.15.
    """

    def __init__(self, testcase, target, args=None, kwargs=None):
        self._testcase, self._target, self._args, self._kwargs = testcase, target, args or (), kwargs or {}
        self._thread = threading.Thread(target=self._protected_run)
        self._exception = None
        self._is_thread_joined = False

    def _protected_run(self):
        try:
            self._target(*self._args, **self._kwargs)
        except Exception:  # noqa: BLE001  (reported by join)
            self._exception = sys.exc_info()[1]

    def start(self) -> None:
        """Begins to run the function."""
        self._thread.start()

    def join(self) -> None:
        """Waits for the end; the test fails where the function raised."""
        self._is_thread_joined = True
        self._thread.join()
        if self._exception is not None:
            self._testcase.fail("Error in checkedThread: %s" % self._exception)

    def is_alive(self) -> bool:
        """Whether the function still runs."""
        return self._thread.is_alive()

    def check_termination(self) -> None:
        """Complains of a thread that was not joined."""
        if self._is_thread_joined:
            if self.is_alive():
                raise RuntimeError("Thread was not joined with main thread, and is still running when the test finished.")
        else:
            self._testcase.fail("A checked thread was not joined.")
