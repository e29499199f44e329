"""Parameters that many families have: each says in its own words what they mean."""

from __future__ import annotations


class LogitsAndProbs:
    """A family whose classes, or whose success, are as likely as `logits` or `probs` say."""

    @property
    def logits(self):
        """The log-odds of success; of classes the log-probabilities, up to a constant."""
        return self._logits

    @property
    def probs(self):
        """The probability of success, or those of the classes."""
        return self._probs


class LocAndScale:
    """A family that is moved by `loc` and stretched by `scale`."""

    @property
    def loc(self):
        """Where the middle is."""
        return self._loc

    @property
    def scale(self):
        """How wide it is: a normal one's standard deviation."""
        return self._scale


class ConcentrationAndRate:
    """A gamma variable's family."""

    @property
    def concentration(self):
        """The shape parameter."""
        return self._concentration

    @property
    def rate(self):
        """The inverse of the gamma variable's scale."""
        return self._rate
