"""When a hook is due: every so many steps or seconds."""

from __future__ import annotations

import time


class SecondOrStepTimer:
    """Due at the first step, and then every `every_secs` seconds or `every_steps` steps (one of the two is given).

    Follows `tf.train.SecondOrStepTimer` of TF 1.15.
    """

    def __init__(self, every_secs=None, every_steps=None):
        if every_secs is None and every_steps is None:
            raise ValueError("Either every_secs or every_steps should be provided.")
        if every_secs is not None and every_steps is not None:
            raise ValueError("Can not provide both every_secs and every_steps.")
        self._every_secs, self._every_steps = every_secs, every_steps
        self.reset()

    def reset(self) -> None:
        """Forgets when it was triggered."""
        self._last_triggered_step = self._last_triggered_time = None

    def should_trigger_for_step(self, step) -> bool:
        """Whether it is due at this step; never twice at one."""
        if self._last_triggered_step is None:
            return True
        if self._last_triggered_step == step:
            return False
        if self._every_secs is not None and time.time() >= self._last_triggered_time + self._every_secs:
            return True
        return self._every_steps is not None and step >= self._last_triggered_step + self._every_steps

    def update_last_triggered_step(self, step) -> tuple:
        """Notes a trigger; (seconds, steps) since the one before, (None, None) at the first."""
        now = time.time()
        since = (None, None)
        if self._last_triggered_time is not None:
            since = (now - self._last_triggered_time, step - self._last_triggered_step)
        self._last_triggered_time, self._last_triggered_step = now, step
        return since

    def last_triggered_step(self):
        """The step of the last trigger, or None."""
        return self._last_triggered_step


class NeverTriggerTimer:
    """Never due."""

    def reset(self) -> None:
        """Nothing to forget."""

    def should_trigger_for_step(self, step) -> bool:
        """False."""
        return False

    def update_last_triggered_step(self, step) -> tuple:
        """(None, None)."""
        return (None, None)

    def last_triggered_step(self):
        """None."""
        return None
