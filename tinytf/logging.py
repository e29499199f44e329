"""`tf.logging`: messages to the logger called "tensorflow", on standard error.

As in TensorFlow 1.15 the level is WARN until `set_verbosity` is called, INFO messages of the library
(such as "Restoring parameters from …") are shown once it is INFO, and a program that has set up
Python's root logger gets the messages there.
"""

from __future__ import annotations

import logging as _logging
import sys as _sys
import time as _time
from logging import DEBUG, ERROR, FATAL, INFO, WARN  # noqa: F401

_logger = None
_counts: dict = {}
_THIS_FILE = __file__


def _find_caller(stack_info=False, stacklevel=1):
    """The innermost frame outside of Python's logging and this file."""
    frame = _sys._getframe(2)
    while frame is not None and frame.f_code.co_filename in (_logging.__file__, _THIS_FILE):
        frame = frame.f_back
    if frame is None:
        return "(unknown file)", 0, "(unknown function)", None
    return frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name, None


def get_logger():
    """The Python logger that all messages go to.  Follows `tf.get_logger` of TF 1.15."""
    global _logger
    if _logger is None:
        logger = _logging.getLogger("tensorflow")
        logger.findCaller = _find_caller
        if not _logging.getLogger().handlers and not logger.handlers:
            interactive = hasattr(_sys, "ps1") or bool(_sys.flags.interactive)
            if interactive:
                logger.setLevel(INFO)
            handler = _logging.StreamHandler(_sys.stdout if interactive else _sys.stderr)
            handler.setFormatter(_logging.Formatter(_logging.BASIC_FORMAT, None))
            logger.addHandler(handler)
        _logger = logger
    return _logger


def log(level, msg, *args, **kwargs) -> None:
    """Logs `msg % args` at `level`."""
    get_logger().log(level, msg, *args, **kwargs)


def debug(msg, *args, **kwargs) -> None:
    """Logs at level DEBUG."""
    get_logger().debug(msg, *args, **kwargs)


def info(msg, *args, **kwargs) -> None:
    """Logs at level INFO."""
    get_logger().info(msg, *args, **kwargs)


def warning(msg, *args, **kwargs) -> None:
    """Logs at level WARN."""
    get_logger().warning(msg, *args, **kwargs)


def warn(msg, *args, **kwargs) -> None:
    """Logs at level WARN."""
    get_logger().warning(msg, *args, **kwargs)


def error(msg, *args, **kwargs) -> None:
    """Logs at level ERROR."""
    get_logger().error(msg, *args, **kwargs)


def fatal(msg, *args, **kwargs) -> None:
    """Logs at level FATAL; the program goes on."""
    get_logger().fatal(msg, *args, **kwargs)


def vlog(level, msg, *args, **kwargs) -> None:
    """Logs at `level`."""
    get_logger().log(level, msg, *args, **kwargs)


def TaskLevelStatusMessage(msg) -> None:
    """Logs at level ERROR."""
    error(msg)


def flush() -> None:
    """Writes out what the handlers still hold."""
    for handler in get_logger().handlers:
        handler.flush()


def log_every_n(level, msg, n, *args) -> None:
    """Logs the first of every `n` calls with this message."""
    count = _counts[msg] = _counts.get(msg, -1) + 1
    log_if(level, msg, not count % n, *args)


def log_first_n(level, msg, n, *args) -> None:
    """Logs the first `n` calls with this message."""
    count = _counts[msg] = _counts.get(msg, -1) + 1
    log_if(level, msg, count < n, *args)


def log_if(level, msg, condition, *args) -> None:
    """Logs where `condition` holds."""
    if condition:
        vlog(level, msg, *args)


def get_verbosity() -> int:
    """The least level that is shown."""
    return get_logger().getEffectiveLevel()


_LEVELS = {"DEBUG": DEBUG, "INFO": INFO, "WARN": WARN, "ERROR": ERROR, "FATAL": FATAL}


def set_verbosity(v) -> None:
    """Shows messages of level `v` (`tf.logging.INFO` …, or its name) and above."""
    get_logger().setLevel(_LEVELS.get(v, v))


def google2_log_prefix(level, timestamp=None, file_and_line=None) -> str:
    """The prefix "I0102 03:04:05.000006 7 file:8] " of Google's logs."""
    now = _time.time() if timestamp is None else timestamp
    parts = _time.localtime(now)
    filename, line = file_and_line or _find_caller()[:2]
    letter = {FATAL: "F", ERROR: "E", WARN: "W", INFO: "I", DEBUG: "D"}.get(level, "I")
    import threading

    return "%c%02d%02d %02d:%02d:%02d.%06d %5d %s:%d] " % (
        letter, parts[1], parts[2], parts[3], parts[4], parts[5], int((now % 1.0) * 1e6), threading.get_ident(),
        filename.rsplit("/", 1)[-1], line,
    )  # fmt: skip
