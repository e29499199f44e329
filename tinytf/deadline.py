"""How long a step may take: `RunOptions.timeout_in_ms` and `ConfigProto.operation_timeout_in_ms`, and until its session closes.

Whatever may wait or go round for long asks: queues wait by `wait`, loops call `check` where `active` says that somebody has a
deadline.  A thread's deadline holds for what it runs itself.
"""

from __future__ import annotations

import contextlib
import threading
import time

from tinytf import errors

active = 0  # how many steps with a deadline run now
_lock = threading.Lock()
_local = threading.local()


@contextlib.contextmanager
def within(milliseconds: int):
    """What runs in this context raises DeadlineExceededError when the time is over."""
    global active
    before = getattr(_local, "until", None)
    _local.until = time.monotonic() + milliseconds / 1000
    with _lock:
        active += 1
    try:
        yield
    finally:
        with _lock:
            active -= 1
        _local.until = before


@contextlib.contextmanager
def until_closed(is_closed):
    """What waits in this context raises CancelledError when `is_closed()` is true and its condition is notified."""
    before = getattr(_local, "is_closed", None)
    _local.is_closed = is_closed
    try:
        yield
    finally:
        _local.is_closed = before


def _check_closed() -> None:
    is_closed = getattr(_local, "is_closed", None)
    if is_closed is not None and is_closed():
        raise errors.CancelledError(None, None, "Step was cancelled by an explicit call to `Session::Close()`.")


def check() -> None:
    """DeadlineExceededError where this thread's time is over."""
    until = getattr(_local, "until", None)
    if until is not None and time.monotonic() > until:
        raise errors.DeadlineExceededError(None, None, "Timed out waiting for notification")


def wait(condition: threading.Condition) -> None:
    """Waits for a condition, but not longer than this thread may."""
    _check_closed()
    until = getattr(_local, "until", None)
    condition.wait(None if until is None else max(0, until - time.monotonic()))
    _check_closed()
    check()
