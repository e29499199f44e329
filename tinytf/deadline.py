"""How long a step may take: `RunOptions.timeout_in_ms` and `ConfigProto.operation_timeout_in_ms`.

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


def check() -> None:
    """DeadlineExceededError where this thread's time is over."""
    until = getattr(_local, "until", None)
    if until is not None and time.monotonic() > until:
        raise errors.DeadlineExceededError(None, None, "Timed out waiting for notification")


def wait(condition: threading.Condition) -> None:
    """Waits for a condition, but not longer than this thread may."""
    until = getattr(_local, "until", None)
    condition.wait(None if until is None else max(0, until - time.monotonic()))
    check()
