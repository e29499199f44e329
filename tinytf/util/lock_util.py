"""`tensorflow.python.util.lock_util`: a lock that threads of one group hold together."""

from __future__ import annotations

import threading


class GroupLock:
    """Any number of threads of one group may hold it; those of another group wait until all have let go."""

    def __init__(self, num_groups=2):
        if num_groups < 1:
            raise ValueError("num_groups must be a positive integer, got %s" % num_groups)
        self._ready = threading.Condition(threading.Lock())
        self._num_groups = num_groups
        self._group_member_counts = [0] * num_groups

    def group(self, group_id):
        """A context in which the lock is held for a group."""
        self._validate_group_id(group_id)
        return self._Context(self, group_id)

    def acquire(self, group_id) -> None:
        """Waits until no other group holds the lock, and holds it."""
        self._validate_group_id(group_id)
        with self._ready:
            while self._another_group_active(group_id):
                self._ready.wait()
            self._group_member_counts[group_id] += 1

    def release(self, group_id) -> None:
        """Lets go."""
        self._validate_group_id(group_id)
        with self._ready:
            self._group_member_counts[group_id] -= 1
            if self._group_member_counts[group_id] == 0:
                self._ready.notify_all()

    def _another_group_active(self, group_id) -> bool:
        return any(count > 0 for g, count in enumerate(self._group_member_counts) if g != group_id)

    def _validate_group_id(self, group_id) -> None:
        if group_id < 0 or group_id >= self._num_groups:
            raise ValueError("group_id=%d should be between 0 and num_groups=%d" % (group_id, self._num_groups))

    class _Context:
        def __init__(self, lock, group_id):
            self._lock, self._group_id = lock, group_id

        def __enter__(self):
            self._lock.acquire(self._group_id)

        def __exit__(self, *unused):
            self._lock.release(self._group_id)
