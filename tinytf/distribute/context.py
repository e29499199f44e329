"""Which strategy is in force, and on which side of it the code runs: across replicas or in one of them.

Follows `distribution_strategy_context` of TF 1.15.
"""

from __future__ import annotations

import enum
import threading


class ReduceOp(enum.Enum):
    """How values of replicas become one: their sum or their mean."""

    SUM = "SUM"
    MEAN = "MEAN"

    @staticmethod
    def from_variable_aggregation(aggregation):
        """The ReduceOp of a tf.VariableAggregation.  ValueError where it is neither SUM nor MEAN."""
        found = {"SUM": ReduceOp.SUM, "MEAN": ReduceOp.MEAN}.get(getattr(aggregation, "name", None))
        if found is None:
            raise ValueError(f"Could not convert from `tf.VariableAggregation` {aggregation} to`tf.distribute.ReduceOp` type")
        return found


class _Scopes(threading.local):
    def __init__(self):
        self.stack: list = []  # of (strategy, replica context or None in cross-replica context)


_scopes = _Scopes()
_global_strategy: list = [None]


def _default():
    from tinytf.distribute import strategies

    return strategies.default_strategy()


def _current() -> tuple:
    if _scopes.stack:
        return _scopes.stack[-1]
    if _global_strategy[0] is not None:
        return _global_strategy[0], None
    strategy = _default()
    return strategy, strategy._replica_context


def enter(strategy, replica_context) -> None:
    """Puts a strategy in force, in this thread."""
    _scopes.stack.append((strategy, replica_context))


def leave(strategy) -> None:
    """Ends what `enter` began.  RuntimeError where another is in force."""
    if not _scopes.stack or _scopes.stack[-1][0] is not strategy:
        raise RuntimeError("Variable creator scope nesting error: move call to tf.distribute.set_strategy() out of `with` scope.")
    _scopes.stack.pop()


def get_strategy():
    """The strategy in force; outside of any scope the default one, of one replica."""
    return _current()[0]


def has_strategy() -> bool:
    """Whether a strategy other than the default one is in force."""
    return get_strategy() is not _default()


def get_replica_context():
    """The context of this replica, or None in cross-replica context."""
    return _current()[1]


def in_cross_replica_context() -> bool:
    """Whether a strategy is in force and no replica is being built."""
    return _current()[1] is None


def experimental_set_strategy(strategy) -> None:
    """Puts a strategy in force without a scope; None ends it.  RuntimeError within a scope."""
    if _scopes.stack:
        raise RuntimeError("Must not be called inside a `tf.distribute.Strategy` scope")
    _global_strategy[0] = None if strategy is _default() else strategy


def get_loss_reduction() -> ReduceOp:
    """SUM: with one replica there is nothing to divide by."""
    return ReduceOp.SUM


def require_replica_context(replica_context) -> None:
    """RuntimeError unless this replica is being built."""
    if get_replica_context() is not replica_context:
        raise RuntimeError("Need to be inside `call_for_each_replica()`")
