"""tf.config.threading: how many threads TensorFlow would use. NumPy decides by itself; the numbers are remembered."""

from __future__ import annotations

_threads = {"inter": 0, "intra": 0}


def get_inter_op_parallelism_threads() -> int:
    """What was set; 0 lets the library choose. Follows TF 1.15."""
    return _threads["inter"]


def get_intra_op_parallelism_threads() -> int:
    """What was set; 0 lets the library choose. Follows TF 1.15."""
    return _threads["intra"]


def set_inter_op_parallelism_threads(num_threads: int) -> None:
    """How many ops TensorFlow would run at a time. Here they run one after the other."""
    _threads["inter"] = num_threads


def set_intra_op_parallelism_threads(num_threads: int) -> None:
    """How many threads TensorFlow would use within an op. NumPy's linear algebra reads OMP_NUM_THREADS instead."""
    _threads["intra"] = num_threads
