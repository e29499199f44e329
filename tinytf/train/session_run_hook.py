"""Hooks: code that runs before and after each step of a MonitoredSession."""

from __future__ import annotations

from typing import Any, NamedTuple


class SessionRunHook:
    """Derive from it and override what is needed.  Follows `tf.train.SessionRunHook` of TF 1.15."""

    def begin(self):
        """Called once, while the graph may still be changed."""

    def after_create_session(self, session, coord):
        """Called when a session is there (again, after a recovery)."""

    def before_run(self, run_context):
        """Called before each run; may return `SessionRunArgs` to add fetches and feeds."""
        return None

    def after_run(self, run_context, run_values):
        """Called after each run, with the values of the fetches that `before_run` added."""

    def end(self, session):
        """Called at the end, unless an error ended it."""


class SessionRunArgs(NamedTuple):
    """What a hook adds to a run.  Follows `tf.train.SessionRunArgs`."""

    fetches: Any
    feed_dict: Any = None
    options: Any = None


class SessionRunValues(NamedTuple):
    """What a hook gets after a run.  Follows `tf.train.SessionRunValues`."""

    results: Any
    options: Any = None
    run_metadata: Any = None


class SessionRunContext:
    """The run that a hook is called for.  Follows `tf.train.SessionRunContext`."""

    def __init__(self, original_args, session):
        self._original_args, self._session = original_args, session
        self._stop_requested = False

    @property
    def original_args(self):
        """The SessionRunArgs that the caller gave."""
        return self._original_args

    @property
    def session(self):
        """The session itself."""
        return self._session

    @property
    def stop_requested(self) -> bool:
        """Whether a hook asked to stop."""
        return self._stop_requested

    def request_stop(self) -> None:
        """Makes this the last run."""
        self._stop_requested = True
