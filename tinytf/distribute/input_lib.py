"""Datasets as strategies take them.  Follows `tf.distribute` of TF 1.15."""

from __future__ import annotations

import enum


class InputReplicationMode(enum.Enum):
    """How often an input function is called: once for each worker."""

    PER_WORKER = "PER_WORKER"


class InputContext:
    """Tells an input function for which of the workers it makes a dataset."""

    def __init__(self, num_input_pipelines=1, input_pipeline_id=0, num_replicas_in_sync=1):
        self._pipelines, self._id, self._replicas = num_input_pipelines, input_pipeline_id, num_replicas_in_sync

    @property
    def num_replicas_in_sync(self) -> int:
        """The number of replicas."""
        return self._replicas

    @property
    def input_pipeline_id(self) -> int:
        """Which of the pipelines this is."""
        return self._id

    @property
    def num_input_pipelines(self) -> int:
        """The number of pipelines."""
        return self._pipelines

    def get_per_replica_batch_size(self, global_batch_size: int) -> int:
        """The part of a batch that a replica takes.  ValueError where it does not divide."""
        if global_batch_size % self._replicas != 0:
            raise ValueError(
                f"The `global_batch_size` {global_batch_size!r} is not divisible by `num_replicas_in_sync` {self._replicas!r} "
            )
        return global_batch_size // self._replicas


class DatasetIterator:
    """An iterator of a dataset that `initialize()` starts."""

    def __init__(self, dataset):
        self._iterator = dataset.make_initializable_iterator()

    def initialize(self):
        """The op that (re)starts it."""
        return self._iterator.initializer

    def get_next(self):
        """The next element."""
        return self._iterator.get_next()

    @property
    def initializer(self):
        """The op that (re)starts it."""
        return self._iterator.initializer

    @property
    def output_types(self):
        """The types of the elements."""
        return self._iterator.output_types

    @property
    def output_shapes(self):
        """The shapes of the elements."""
        return self._iterator.output_shapes

    @property
    def output_classes(self):
        """The classes of the elements."""
        return self._iterator.output_classes
