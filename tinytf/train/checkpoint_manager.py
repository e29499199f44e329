"""`tf.train.CheckpointManager`: numbers checkpoints, keeps the last ones, and deletes the others."""

from __future__ import annotations

import os
import time

from tinytf import logging
from tinytf.checkpoint import state
from tinytf.graph.default_session import get_default_session
from tinytf.ops.state.variable_scope import variable_creator_scope
from tinytf.train import training_util


class CheckpointManager:
    """Manages the checkpoints of one folder, also across restarts.

    Args:
      checkpoint: what is saved: a `tf.train.Checkpoint`, or what has `write(prefix)`, which returns the path, and,
        unless every save is given a number, a `save_counter` variable.
      directory: the folder.
      max_to_keep: how many stay; None keeps all.
      keep_checkpoint_every_n_hours: of those beyond, one for so many hours stays.
      checkpoint_name: the name before the number.

    ValueError for a max_to_keep of 0 or less.  Follows `tf.train.CheckpointManager` of TF 1.15.
    """

    def __init__(
        self, checkpoint, directory, max_to_keep, keep_checkpoint_every_n_hours=None, checkpoint_name="ckpt"
    ):
        if max_to_keep is not None and max_to_keep <= 0:
            raise ValueError(f"Expected a positive integer or `None` for `max_to_max_to_keep`, got {max_to_keep}.")
        self._checkpoint = checkpoint
        self._save_counter_assign = None
        self._max_to_keep = max_to_keep
        self._keep_checkpoint_every_n_hours = keep_checkpoint_every_n_hours
        self._directory = directory
        self._checkpoint_prefix = os.path.join(directory, checkpoint_name)
        self._maybe_delete: dict = {}  # path -> when it was saved, oldest first
        now = time.time()
        found = state.get_checkpoint_state(directory)
        if found is None:
            self._latest_checkpoint = None
            self._last_preserved_timestamp = now - 1.0
            return
        self._latest_checkpoint = found.model_checkpoint_path
        self._last_preserved_timestamp = found.last_preserved_timestamp
        if now < self._last_preserved_timestamp:
            logging.warning(
                "time.time() returned a value %f seconds behind the last preserved checkpoint timestamp.",
                self._last_preserved_timestamp - now,
            )
            self._last_preserved_timestamp = now
        paths = list(found.all_model_checkpoint_paths)
        times = list(found.all_model_checkpoint_timestamps) or [self._last_preserved_timestamp] * len(paths)
        for path, when in zip(paths, times):
            when = min(when, now)  # a clock that ran ahead
            if when > self._last_preserved_timestamp:
                self._maybe_delete[path] = when

    @property
    def latest_checkpoint(self):
        """The path of the last checkpoint, or None."""
        return self._latest_checkpoint

    @property
    def checkpoints(self) -> list:
        """The paths of the managed checkpoints, oldest first."""
        return list(self._maybe_delete)

    @property
    def _prefix(self) -> str:
        return self._checkpoint_prefix

    def _sweep(self) -> None:
        if not self._max_to_keep:
            return
        while len(self._maybe_delete) > self._max_to_keep:
            path = next(iter(self._maybe_delete))
            when = self._maybe_delete.pop(path)
            every = self._keep_checkpoint_every_n_hours
            if every and when - every * 3600.0 >= self._last_preserved_timestamp:
                self._last_preserved_timestamp = when
                continue
            logging.info("Deleting checkpoint %s (max_to_keep=%d)", path, self._max_to_keep)
            state.remove_checkpoint(path)

    def _record_state(self) -> None:
        state.update_checkpoint_state(
            self._directory,
            model_checkpoint_path=self.latest_checkpoint,
            all_model_checkpoint_paths=list(self._maybe_delete),
            all_model_checkpoint_timestamps=list(self._maybe_delete.values()),
            last_preserved_timestamp=self._last_preserved_timestamp,
            save_relative_paths=True,
        )

    def save(self, checkpoint_number=None) -> str:
        """Saves a checkpoint and returns its path.

        `checkpoint_number`: an int, or a tensor or variable to read; `save_counter` where None.
        Runs in the default session.
        """
        session = get_default_session()

        def initialized(next_creator, **kwargs):
            counter = next_creator(**kwargs)
            session.run(counter.initializer)
            return counter

        with variable_creator_scope(initialized):  # a Checkpoint makes its counter when it is asked for
            counter = getattr(self._checkpoint, "save_counter", None)
        if counter is not None:
            if self._save_counter_assign is None:
                self._save_counter_assign = counter.assign_add(1, read_value=False)
            session.run(self._save_counter_assign)
        number = counter if checkpoint_number is None else checkpoint_number
        if not isinstance(number, int):
            number = training_util.global_step(session, number)
        path = self._checkpoint.write(f"{self._prefix}-{number}")
        now = time.time()
        # A number used twice is one checkpoint, the newer.
        self._maybe_delete.pop(path, None)
        self._maybe_delete[path] = now
        self._latest_checkpoint = path
        # The state first names what is kept, so that it never names what is gone.
        self._record_state()
        self._sweep()
        self._record_state()
        return path
