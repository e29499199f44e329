"""tf.version: which TensorFlow this behaves as, and what it really is."""

from __future__ import annotations

TINYTF_VERSION = "0.1.0"  # setup.cfg reads it

VERSION = "1.15.5"
GIT_VERSION = "tinytf-" + TINYTF_VERSION
COMPILER_VERSION = "numpy"
CXX11_ABI_FLAG = 0
MONOLITHIC_BUILD = 0
# The versions that TensorFlow 1.15 writes into GraphDefs, and the oldest that it still reads.
GRAPH_DEF_VERSION = 134
GRAPH_DEF_VERSION_MIN_CONSUMER = 0
GRAPH_DEF_VERSION_MIN_PRODUCER = 0
