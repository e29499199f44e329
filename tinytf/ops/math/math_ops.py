"""All mathematical functions in one place, for rooms that build graphs: `math_ops.reduce_sum(...)`.

Nothing is defined here; each family is a file of its own.
"""

from __future__ import annotations

from tinytf.ops.array.ranges import lin_space, linspace, range
from tinytf.ops.array.select import where, where_v2
from tinytf.ops.linalg.matrix_diag import (
    diag,
    diag_part,
    eye,
    matrix_band_part,
    matrix_diag,
    matrix_diag_part,
    matrix_set_diag,
    trace,
)

# ruff: noqa: F401
from tinytf.ops.math.argmax import arg_max, arg_min, argmax, argmin
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
from tinytf.ops.math.cast import (
    cast,
    saturate_cast,
    to_bfloat16,
    to_complex64,
    to_complex128,
    to_double,
    to_float,
    to_int32,
    to_int64,
)
from tinytf.ops.math.comparison import (
    approximate_equal,
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
from tinytf.ops.math.complex_ops import angle, complex, conj, imag, real
from tinytf.ops.math.contractions import cross, polyval, tensordot
from tinytf.ops.math.cumulative import cumprod, cumsum, cumulative_logsumexp
from tinytf.ops.math.division import (
    div,
    div_no_nan,
    divide,
    floor_div,
    floordiv,
    floormod,
    mod,
    realdiv,
    reciprocal_no_nan,
    truediv,
    truncatediv,
    truncatemod,
)
from tinytf.ops.math.histogram import bincount, histogram_fixed_width
from tinytf.ops.math.matmul import matmul, matvec, sparse_matmul
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
    reduced_shape,
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
    bessel_i0e,
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
