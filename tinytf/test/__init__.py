"""tf.test: unit tests of graphs."""

from __future__ import annotations

import unittest
from unittest import mock  # noqa: F401

from tinytf.test.benchmark import TensorFlowBenchmark as Benchmark  # noqa: F401
from tinytf.test.benchmark import benchmark_config, benchmarks_main  # noqa: F401
from tinytf.test.case import TestCase, assert_equal_graph_def, get_temp_dir  # noqa: F401
from tinytf.test.gradient_checker import compute_gradient, compute_gradient_error  # noqa: F401
from tinytf.test.local_cluster import create_local_cluster  # noqa: F401


def main(argv=None):
    """Runs the TestCases of the script, and exits. Flags of tf.flags are parsed. Follows tf.test.main of TF 1.15."""
    from tinytf import app

    def run(arguments):
        unittest.main(argv=arguments)

    benchmarks_main(lambda: app.run(run, argv), argv)


class StubOutForTesting:
    """Replaces attributes for a while: `Set(parent, name, value)`, and `UnsetAll()` puts back what was there.

    Follows tf.compat.v1.test.StubOutForTesting of TF 1.15.
    """

    def __init__(self):
        self._before: list = []

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.CleanUp()

    def __del__(self):
        self.CleanUp()

    def CleanUp(self):
        """Puts everything back."""
        self.UnsetAll()

    def Set(self, parent, child_name, new_child):
        """Replaces `parent.child_name`."""
        self._before.append((parent, child_name, getattr(parent, child_name)))
        setattr(parent, child_name, new_child)

    SmartSet = Set

    def UnsetAll(self):
        """Puts everything back, the last first."""
        while self._before:
            setattr(*self._before.pop())

    SmartUnsetAll = UnsetAll


def is_gpu_available(cuda_only=False, min_cuda_compute_capability=None) -> bool:
    """False: tinytf computes on the CPU. Follows tf.test.is_gpu_available of TF 1.15."""
    return False


def gpu_device_name() -> str:
    """Empty: there is no GPU."""
    return ""


def StatefulSessionAvailable() -> bool:
    """False: a session keeps its state to itself.  Follows tensorflow.python.platform.googletest."""
    return False


is_cuda_build = is_rocm_build = False  # tensorflow.python.platform.build_info


def is_built_with_cuda() -> bool:
    """False."""
    return False


def is_built_with_gpu_support() -> bool:
    """False."""
    return False


def is_built_with_rocm() -> bool:
    """False."""
    return False


def test_src_dir_path(relative_path) -> str:
    """`relative_path` in the folder of the tinytf package."""
    import os

    import tinytf

    return os.path.join(os.path.dirname(os.path.abspath(tinytf.__file__)), relative_path)


test_src_dir_path.__test__ = False  # type: ignore[attr-defined]  # pytest takes it for a test where it is imported
