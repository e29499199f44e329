"""`tensorflow.python.eager.context`: always in graph mode."""

from __future__ import annotations

import contextlib

GRAPH_MODE, EAGER_MODE = 0, 1
DEVICE_POLICIES = DEVICE_PLACEMENT_EXPLICIT, DEVICE_PLACEMENT_WARN, DEVICE_PLACEMENT_SILENT, DEVICE_PLACEMENT_SILENT_FOR_INT32 = range(4)
SYNC, ASYNC = 0, 1


def executing_eagerly() -> bool:
    """False: every op goes into a graph."""
    return False


in_eager_mode = executing_eagerly


def enabled() -> bool:
    """False: this is TensorFlow 1's behaviour (`tensorflow.python.tf2.enabled`)."""
    return False


@contextlib.contextmanager
def graph_mode():
    """Changes nothing: there is no other mode."""
    yield


class EagerModeIsMissing(NotImplementedError):
    """Raised where eager mode is asked for."""


def eager_mode():
    """NotImplementedError; a test that asks for it is skipped."""
    message = "tinytf has no eager mode: build a graph and run it in a tf.Session"
    import sys

    unittest = sys.modules.get("unittest")
    if unittest is not None:  # a test runner takes it as a reason to skip, anybody else as what it is
        raise type("EagerModeIsMissing", (EagerModeIsMissing, unittest.SkipTest), {})(message)
    raise EagerModeIsMissing(message)


def context():
    """What the mode is."""
    return _CONTEXT


class _Context:
    context_switches = ()
    device_name = scope_name = None
    summary_writer = summary_recording = summary_step = None  # of tensorflow.python.ops.summary_ops_v2
    summary_recording_distribution_strategy = True

    def executing_eagerly(self) -> bool:
        """False."""
        return False

    def num_gpus(self) -> int:
        """0."""
        return 0


_CONTEXT = _Context()


def num_gpus() -> int:
    """0: tinytf computes on the CPU."""
    return 0
