"""What TensorFlow's tests of Fourier transforms set up.  Follows spectral_ops_test_util of TF 1.15."""

from __future__ import annotations

from tinytf.graph.default_graph import get_default_graph


def fft_kernel_label_map():
    """A context for a test of transforms; there is one kernel for each, so no labels are set."""
    return get_default_graph()._kernel_label_map({})
