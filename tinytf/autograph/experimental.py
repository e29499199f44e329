"""`tf.autograph.experimental` of TF 1.15."""

from __future__ import annotations

import enum

from tinytf.ops.autograph.conversion import do_not_convert

__all__ = ["Feature", "do_not_convert", "set_loop_options"]


class Feature(enum.Enum):
    """Parts of AutoGraph that can be asked for; here none needs asking."""

    ALL = "ALL"
    AUTO_CONTROL_DEPS = "AUTO_CONTROL_DEPS"
    ASSERT_STATEMENTS = "ASSERT_STATEMENTS"
    BUILTIN_FUNCTIONS = "BUILTIN_FUNCTIONS"
    EQUALITY_OPERATORS = "EQUALITY_OPERATORS"
    LISTS = "LISTS"
    NAME_SCOPES = "NAME_SCOPES"

    @classmethod
    def all(cls) -> tuple:
        """All features."""
        return tuple(cls)

    @classmethod
    def all_but(cls, exclude) -> tuple:
        """All features but one, or some."""
        excluded = tuple(exclude) if isinstance(exclude, (list, tuple, set)) else (exclude,)
        return tuple(feature for feature in cls if feature not in (*excluded, cls.ALL))


def set_loop_options(parallel_iterations=None, back_prop=None, swap_memory=None, maximum_iterations=None, shape_invariants=None) -> None:
    """Settings of the loop around, which the runtime here has no use for.  Follows TF 1.15."""
