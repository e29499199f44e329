"""tf.math: functions of numbers.  A list of names; the ops live in tinytf.ops."""

from __future__ import annotations

# ruff: noqa: F401
from tinytf.missing import missing_symbol
from tinytf.ops.array.transpose import invert_permutation
from tinytf.ops.math.argmax import argmax, argmin
from tinytf.ops.math.arithmetic import (
    accumulate_n,
    add,
    add_n,
    atan2,
    maximum,
    minimum,
    multiply,
    multiply_no_nan,
    nextafter,
    pow,
    scalar_mul,
    squared_difference,
    subtract,
    xdivy,
    xlogy,
)
from tinytf.ops.math.comparison import (
    equal,
    greater,
    greater_equal,
    less,
    less_equal,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    not_equal,
)
from tinytf.ops.math.complex_ops import angle, conj, imag, real
from tinytf.ops.math.contractions import polyval
from tinytf.ops.math.cumulative import cumprod, cumsum, cumulative_logsumexp
from tinytf.ops.math.division import div_no_nan as divide_no_nan
from tinytf.ops.math.division import divide, floordiv, mod, reciprocal_no_nan, truediv
from tinytf.ops.math.division import mod as floormod
from tinytf.ops.math.histogram import bincount
from tinytf.ops.math.reductions import (
    count_nonzero,
    reduce_all,
    reduce_any,
    reduce_euclidean_norm,
    reduce_logsumexp,
    reduce_max,
    reduce_mean,
    reduce_min,
    reduce_prod,
    reduce_std,
    reduce_sum,
    reduce_variance,
)
from tinytf.ops.math.segment import (
    segment_max,
    segment_mean,
    segment_min,
    segment_prod,
    segment_sum,
    unsorted_segment_max,
    unsorted_segment_mean,
    unsorted_segment_min,
    unsorted_segment_prod,
    unsorted_segment_sqrt_n,
    unsorted_segment_sum,
)
from tinytf.ops.math.special import (
    bessel_i0,
    bessel_i0e,
    bessel_i1,
    bessel_i1e,
    betainc,
    digamma,
    erf,
    erfc,
    igamma,
    igammac,
    lbeta,
    lgamma,
    polygamma,
    zeta,
)
from tinytf.ops.math.unary import (
    abs,
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atanh,
    ceil,
    cos,
    cosh,
    exp,
    expm1,
    floor,
    is_finite,
    is_inf,
    is_nan,
    log,
    log1p,
    log_sigmoid,
    negative,
    reciprocal,
    rint,
    round,
    rsqrt,
    sigmoid,
    sign,
    sin,
    sinh,
    sqrt,
    square,
    tan,
    tanh,
)

# Names of tf.math that live in other rooms, fetched when they are asked for.
_ELSEWHERE = {
    **dict.fromkeys("in_top_k l2_normalize log_softmax softmax softplus softsign top_k zero_fraction".split(), "nn"),
    **dict.fromkeys("confusion_matrix is_non_decreasing is_strictly_increasing".split(), None),
}


def __getattr__(name):
    if name not in _ELSEWHERE:
        raise missing_symbol("tf.math", name, list(globals()) + list(_ELSEWHERE))
    import tinytf

    return getattr(getattr(tinytf, _ELSEWHERE[name]) if _ELSEWHERE[name] else tinytf, name)
