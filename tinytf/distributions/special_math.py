"""The normal distribution function and its kin, without loss of digits in the tails."""

from __future__ import annotations

import numpy as np

from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.array.select import where_v2
from tinytf.ops.math import math_ops

# For log_ndtr: below LOWER a series, above UPPER -ndtr(-x).
LOGNDTR_FLOAT64_LOWER, LOGNDTR_FLOAT32_LOWER = -20.0, -10.0
LOGNDTR_FLOAT64_UPPER, LOGNDTR_FLOAT32_UPPER = 8.0, 5.0


def _floating(x, name):
    x = convert_to_tensor(x, name="x")
    if x.dtype.as_numpy_dtype not in (np.float32, np.float64):
        raise TypeError(f"x.dtype={x.dtype} is not handled, see docstring for supported types.")
    return x


def ndtr(x, name="ndtr"):
    """The probability that a standard normal variable is at most x."""
    with name_scope(name, values=[x]):
        return _ndtr(_floating(x, name))


def _ndtr(x):
    half = constant(0.5 * np.sqrt(2.0), dtype=x.dtype, name="half_sqrt_2")
    w = x * half
    z = math_ops.abs(w)
    y = where_v2(math_ops.less(z, half), 1.0 + math_ops.erf(w), where_v2(math_ops.greater(w, 0.0), 2.0 - math_ops.erfc(z), math_ops.erfc(z)))
    return 0.5 * y


def erfinv(x, name="erfinv"):
    """The inverse of erf."""
    with name_scope(name, values=[x]):
        x = _floating(x, name)
        return ndtri((x + 1.0) / 2.0) / np.sqrt(2)


def log_ndtr(x, series_order=3, name="log_ndtr"):
    """log(ndtr(x)), by an asymptotic series far below 0."""
    if not isinstance(series_order, int):
        raise TypeError("series_order must be a Python integer.")
    if series_order < 0:
        raise ValueError("series_order must be non-negative.")
    if series_order > 30:
        raise ValueError("series_order must be <= 30.")
    with name_scope(name, values=[x]):
        x = _floating(x, name)
        double = x.dtype.as_numpy_dtype is np.float64
        lower = np.array(LOGNDTR_FLOAT64_LOWER if double else LOGNDTR_FLOAT32_LOWER, x.dtype.as_numpy_dtype)
        upper = np.array(LOGNDTR_FLOAT64_UPPER if double else LOGNDTR_FLOAT32_UPPER, x.dtype.as_numpy_dtype)
        return where_v2(
            math_ops.greater(x, upper),
            -_ndtr(-x),
            where_v2(math_ops.greater(x, lower), math_ops.log(_ndtr(math_ops.maximum(x, lower))), _log_ndtr_lower(math_ops.minimum(x, lower), series_order)),  # noqa: E501
        )


def _log_ndtr_lower(x, order):
    square = math_ops.square(x)
    scale = -0.5 * square - math_ops.log(-x) - 0.5 * np.log(2.0 * np.pi)
    return scale + math_ops.log(_log_ndtr_series(x, order))


def _log_ndtr_series(x, order):
    if order <= 0:
        return np.array(1, x.dtype.as_numpy_dtype)
    square = math_ops.square(x)
    even, odd = array_ops.zeros_like(x), array_ops.zeros_like(x)
    power = square
    for n in range(1, order + 1):
        term = _double_factorial(2 * n - 1) / power
        if n % 2:
            odd += term
        else:
            even += term
        power *= square
    return 1.0 + even - odd


def _double_factorial(n) -> float:
    return float(np.prod(np.arange(n, 1, -2)))


def log_cdf_laplace(x, name="log_cdf_laplace"):
    """The log of the distribution function of a standard Laplace variable."""
    with name_scope(name, values=[x]):
        x = convert_to_tensor(x, name="x")
        lower = -np.log(2.0) + x
        safe = math_ops.exp(-math_ops.abs(x))
        upper = math_ops.log1p(-0.5 * safe)
        return where_v2(x < 0.0, lower, upper)


# Coefficients of the rational approximations of the Cephes library, the highest power first.
_CENTER = (
    (-5.99633501014107895267e1, 9.80010754185999661536e1, -5.66762857469070293439e1, 1.39312609387279679503e1, -1.23916583867381258016e0),
    (1.0, 1.95448858338141759834e0, 4.67627912898881538453e0, 8.63602421390890590575e1, -2.25462687854119370527e2, 2.00260212380060660359e2,
     -8.20372256168333339912e1, 1.59056225126211695515e1, -1.18331621121330003142e0),
)  # fmt: skip
_TAIL = (
    (4.05544892305962419923e0, 3.15251094599893866154e1, 5.71628192246421288162e1, 4.40805073893200834700e1, 1.46849561928858024014e1,
     2.18663306850790267539e0, -1.40256079171354495875e-1, -3.50424626827848203418e-2, -8.57456785154685413611e-4),
    (1.0, 1.57799883256466749731e1, 4.53907635128879210584e1, 4.13172038254672030440e1, 1.50425385692907503408e1, 2.50464946208309415979e0,
     -1.42182922854787788574e-1, -3.80806407691578277194e-2, -9.33259480895457427372e-4),
)  # fmt: skip
_FAR_TAIL = (
    (3.23774891776946035970e0, 6.91522889068984211695e0, 3.93881025292474443415e0, 1.33303460815807542389e0, 2.01485389549179081538e-1,
     1.23716634817820021358e-2, 3.01581553508235416007e-4, 2.65806974686737550832e-6, 6.23974539184983293730e-9),
    (1.0, 6.02427039364742014255e0, 3.67983563856160859403e0, 1.37702099489081330271e0, 2.16236993594496635890e-1, 1.34204006088543189037e-2,
     3.28014464682127739104e-4, 2.89247864745380683936e-6, 6.79019408009981274425e-9),
)  # fmt: skip


def _ratio(pair, argument):
    """The quotient of two polynomials of `argument()`."""

    def polynomial(coefficients):
        x = argument()
        total = array_ops.zeros_like(x)
        for c in coefficients:
            total = c + total * x
        return total

    return polynomial(pair[0]) / polynomial(pair[1])


def ndtri(p, name="ndtri"):
    """The inverse of ndtr. Follows ndtri of TF 1.15's special_math (as the Cephes library computes it)."""
    with name_scope(name, values=[p]):
        p = convert_to_tensor(p, name="p")
        if p.dtype.as_numpy_dtype not in (np.float32, np.float64):
            raise TypeError(f"p.dtype={p.dtype} is not handled, see docstring for supported types.")
        flipped = where_v2(p > -np.expm1(-2.0), 1.0 - p, p)
        safe = where_v2(flipped <= 0.0, array_ops.fill(array_ops.shape(p), np.array(0.5, p.dtype.as_numpy_dtype)), flipped)
        w = safe - 0.5
        square = w**2
        center = (w + w * square * _ratio(_CENTER, lambda: square)) * -np.sqrt(2.0 * np.pi)
        z = math_ops.sqrt(-2.0 * math_ops.log(safe))
        first = z - math_ops.log(z) / z
        far, near = [_ratio(pair, lambda: 1.0 / z) / z for pair in (_FAR_TAIL, _TAIL)]
        far, near = first - far, first - near
        x = where_v2(safe > np.exp(-2.0), center, where_v2(z >= 8.0, far, near))
        x = where_v2(p > 1.0 - np.exp(-2.0), x, -x)
        infinite = constant(np.inf, dtype=p.dtype)
        infinity = array_ops.fill(array_ops.shape(p), infinite)
        return where_v2(p <= 0.0, -infinity, where_v2(p >= 1.0, infinity, x))
