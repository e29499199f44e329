"""Where variables go among parameter servers: strategies for `tf.train.replica_device_setter`."""

from __future__ import annotations

import hashlib

import numpy as np


class RandomStrategy:
    """A task that depends on the op's name and a seed, and on nothing else.  Follows TF 1.15."""

    def __init__(self, num_ps_tasks: int, seed: int = 0):
        self._num_tasks, self._seed = num_ps_tasks, seed

    def __call__(self, op) -> int:
        digest = hashlib.md5(f"{op.name}_{self._seed}".encode()).hexdigest()  # noqa: S324 (as TensorFlow spreads them; no secret)
        return int(digest, 16) % self._num_tasks


class GreedyLoadBalancingStrategy:
    """The task with the least load so far, where `load_fn(op)` is what an op adds.  Follows TF 1.15."""

    def __init__(self, num_tasks: int, load_fn):
        self._load_fn = load_fn
        self._ps_loads = np.zeros(num_tasks)

    def __call__(self, op) -> int:
        task = int(np.argmin(self._ps_loads))
        self._ps_loads[task] += self._load_fn(op)
        return task


def byte_size_load_fn(op) -> int:
    """The bytes of an op's one output, a load for `GreedyLoadBalancingStrategy`.

    ValueError where there are several outputs, or the shape is not fully known.  Follows TF 1.15.
    """
    if len(op.outputs) != 1:
        raise ValueError("Op %s must have a single output" % op)
    (output,) = op.outputs
    shape = output.get_shape()
    shape.assert_is_fully_defined()
    return output.dtype.size * shape.num_elements()
