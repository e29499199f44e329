"""tf.debugging: assertions and checks, at building time where they can be decided then, else when the graph runs."""

from __future__ import annotations

from tinytf.ops.control_flow.control_flow_ops import Assert  # noqa: F401
from tinytf.ops.math.check_ops import (  # noqa: F401
    assert_equal,
    assert_greater,
    assert_greater_equal,
    assert_integer,
    assert_less,
    assert_less_equal,
    assert_near,
    assert_negative,
    assert_non_negative,
    assert_non_positive,
    assert_none_equal,
    assert_positive,
    assert_proper_iterable,
    assert_rank,
    assert_rank_at_least,
    assert_rank_in,
    assert_same_float_dtype,
    assert_scalar,
    assert_shapes,
    assert_type,
    is_non_decreasing,
    is_numeric_tensor,
    is_strictly_increasing,
)
from tinytf.ops.math.numerics import check_numerics  # noqa: F401
from tinytf.ops.math.numerics import verify_tensor_all_finite as assert_all_finite  # noqa: F401
from tinytf.ops.math.unary import is_finite, is_inf, is_nan  # noqa: F401

_log_device_placement = False


def get_log_device_placement() -> bool:
    """Whether devices of ops are to be logged. Follows TF 1.15."""
    return _log_device_placement


def set_log_device_placement(enabled: bool) -> None:
    """Whether devices of eager ops are to be logged; of sessions, `tf.ConfigProto(log_device_placement=True)` says so. Follows TF 1.15."""
    global _log_device_placement
    _log_device_placement = bool(enabled)
