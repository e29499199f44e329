"""`absl.logging`: the logger `absl`, with Abseil's names for levels and functions."""

from __future__ import annotations

import collections
import logging as _logging
import sys as _sys

FATAL, ERROR, WARNING, WARN, INFO, DEBUG = -3, -2, -1, -1, 0, 1
_LEVELS = {FATAL: _logging.CRITICAL, ERROR: _logging.ERROR, WARNING: _logging.WARNING, INFO: _logging.INFO, DEBUG: _logging.DEBUG}
_NAMES = {"fatal": FATAL, "error": ERROR, "warning": WARNING, "warn": WARN, "info": INFO, "debug": DEBUG}
_counts: collections.Counter = collections.Counter()


def get_absl_logger() -> _logging.Logger:
    """The logger behind these functions."""
    return _logging.getLogger("absl")


def _standard(level) -> int:
    return _LEVELS.get(level, _logging.DEBUG - level + 1)  # vlog(2) and up lie below DEBUG


def set_verbosity(v) -> None:
    """Shows messages from level `v` (a number, or a name like "info") on."""
    get_absl_logger().setLevel(_standard(_NAMES[v.lower()] if isinstance(v, str) and v.lower() in _NAMES else int(v)))


def get_verbosity() -> int:
    """The level that messages are shown from."""
    effective = get_absl_logger().getEffectiveLevel()
    return next((level for level, standard in _LEVELS.items() if standard == effective), DEBUG)


def set_stderrthreshold(s) -> None:
    """All messages that are shown go to the error output: there is nothing to set."""


def use_absl_handler() -> None:
    """Messages go where Python's logging sends them: there is nothing to set."""


def log(level, msg, *args, **kwargs) -> None:
    """Logs `msg % args` at a level of this module."""
    get_absl_logger().log(_standard(level), msg, *args, **kwargs)


def debug(msg, *args, **kwargs) -> None:
    """Logs at DEBUG."""
    log(DEBUG, msg, *args, **kwargs)


def info(msg, *args, **kwargs) -> None:
    """Logs at INFO."""
    log(INFO, msg, *args, **kwargs)


def warning(msg, *args, **kwargs) -> None:
    """Logs at WARNING."""
    log(WARNING, msg, *args, **kwargs)


warn = warning


def error(msg, *args, **kwargs) -> None:
    """Logs at ERROR."""
    log(ERROR, msg, *args, **kwargs)


def exception(msg, *args, **kwargs) -> None:
    """Logs at ERROR, with the exception that is being handled."""
    error(msg, *args, exc_info=_sys.exc_info(), **kwargs)


def fatal(msg, *args, **kwargs) -> None:
    """Logs at FATAL and aborts the program."""
    log(FATAL, msg, *args, **kwargs)
    _logging.shutdown()
    import os

    os.abort()


def vlog(level, msg, *args, **kwargs) -> None:
    """Logs at a verbosity: 1 is DEBUG, more is finer."""
    log(level, msg, *args, **kwargs)


def vlog_is_on(level) -> bool:
    """Whether `vlog` of that level is shown."""
    return get_absl_logger().isEnabledFor(_standard(level))


level_debug = lambda: get_verbosity() >= DEBUG
level_info = lambda: get_verbosity() >= INFO
level_warning = lambda: get_verbosity() >= WARNING


def log_first_n(level, msg, n, *args) -> None:
    """Logs the first `n` times that this place in the program calls it."""
    if _count() <= n:
        log(level, msg, *args)


def log_every_n(level, msg, n, *args) -> None:
    """Logs one in `n` times that this place in the program calls it, the first among them."""
    if (_count() - 1) % n == 0:
        log(level, msg, *args)


def log_if(level, msg, condition, *args) -> None:
    """Logs where `condition` holds."""
    if condition:
        log(level, msg, *args)


def flush() -> None:
    """Flushes the handlers."""
    for handler in get_absl_logger().handlers:
        handler.flush()


def _count() -> int:
    frame = _sys._getframe(2)
    _counts[frame.f_code, frame.f_lineno] += 1
    return _counts[frame.f_code, frame.f_lineno]
