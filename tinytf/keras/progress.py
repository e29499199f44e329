"""tf.keras.utils.Progbar: how far a loop is, with averages.  Follows TF 1.15."""

from __future__ import annotations

import sys
import time


class Progbar:
    """A line that is written again and again.

    Args:
      target: how many steps there are, or None.
      verbose: 1 a bar, 2 one line at the end.
      interval: seconds between two writings.
      stateful_metrics: names of values that are shown as they are, not averaged.
    """

    def __init__(self, target, width=30, verbose=1, interval=0.05, stateful_metrics=None, unit_name="step"):
        self.target, self.width, self.verbose, self.interval, self.unit_name = target, width, verbose, interval, unit_name
        self.stateful_metrics = set(stateful_metrics or ())
        self._values: dict = {}  # name -> [sum, count]
        self._seen_so_far = self._total_width = 0
        self._start, self._last_update = time.time(), 0.0

    def update(self, current, values=None) -> None:
        """Shows that `current` steps are done; `values` are (name, value) pairs of the steps since."""
        for name, value in values or ():
            if name in self.stateful_metrics:
                self._values[name] = [value, 1]
            else:
                steps = max(current - self._seen_so_far, 1)
                total = self._values.setdefault(name, [0.0, 0])
                total[0] += value * steps
                total[1] += steps
        self._seen_so_far = current
        now = time.time()
        finished = self.target is not None and current >= self.target
        if self.verbose == 1 and (now - self._last_update >= self.interval or finished):
            line = self._bar(current) + self._timing(current, now) + self._averages()
            sys.stdout.write("\r" + line + " " * max(0, self._total_width - len(line)) + ("\n" if finished else ""))
            sys.stdout.flush()
            self._total_width, self._last_update = len(line), now
        elif self.verbose == 2 and finished:
            digits = len(str(self.target))
            sys.stdout.write("%*d/%d" % (digits, current, self.target) + self._timing(current, now) + self._averages() + "\n")
            sys.stdout.flush()

    def add(self, n, values=None) -> None:
        """Shows that `n` more steps are done."""
        self.update(self._seen_so_far + n, values)

    def _bar(self, current) -> str:
        if self.target is None:
            return "%7d/Unknown" % current
        done = int(self.width * float(current) / self.target)
        filled = "=" * (done - 1) + (">" if current < self.target else "=") if done > 0 else ""
        return "%*d/%d [" % (len(str(self.target)), current, self.target) + filled + "." * (self.width - done) + "]"

    def _timing(self, current, now) -> str:
        each = (now - self._start) / current if current else 0
        if self.target is not None and current < self.target:
            return " - ETA: %ds" % (each * (self.target - current))
        shown = "%.0fs" % each if each >= 1 else "%.0fms" % (each * 1e3) if each >= 1e-3 else "%.0fus" % (each * 1e6)
        return " - %.0fs %s/%s" % (now - self._start, shown, self.unit_name)

    def _averages(self) -> str:
        parts = []
        for name, (total, count) in self._values.items():
            value = total / max(1, count)
            parts.append(" - %s: %s" % (name, "%.4f" % value if abs(value) > 1e-3 else "%.4e" % value))
        return "".join(parts)


def ask_to_proceed_with_overwrite(filepath) -> bool:
    """Asks on the terminal whether a file may be written over.  Follows keras.utils.io_utils of TF 1.15."""
    answer = ""
    while answer not in ("y", "n"):
        answer = input("[WARNING] %s already exists - overwrite? [y/n]" % filepath).strip().lower()
    if answer == "n":
        return False
    print("[TIP] Next time specify overwrite=True!")
    return True
