"""Special functions on float64 arrays, in NumPy: erf, lgamma, digamma, igamma, betainc, zeta, polygamma, Bessel.

NumPy has none of them.  Each function takes and gives float64 arrays (callers round to their type)
and is written with loops over the terms of a series, never over elements, except `lgamma`, `erfc` and
`erf64`, which Python's math module has exactly.  Outside their domain they are NaN or infinite as in TensorFlow.
"""

from __future__ import annotations

import math

import numpy as np

_MAX_TERMS = 2000
_EPS = 2.0**-53


def _exactly(function, at_pole):
    """A function of Python's math module on arrays; `at_pole` where it raises."""

    def safe(x):
        try:
            return function(x)
        except (ValueError, OverflowError):
            return at_pole

    each = np.frompyfunc(safe, 1, 1)
    return lambda x: np.asarray(each(np.asarray(x, np.float64)), np.float64)


lgamma = _exactly(math.lgamma, math.inf)
erf64 = _exactly(math.erf, math.nan)
erfc = _exactly(math.erfc, math.nan)

# erf(x) / x is close to a quotient of two polynomials in x² for |x| <= 4 (relative error 2e-9, found by
# weighted least squares); beyond, erf rounds to 1 in float32.
_ERF_ABOVE = (
    -1.3201823747635318e-08,
    4.684690790547045e-06,
    0.0003796062724957517,
    0.0038496294333771985,
    0.05431692658728718,
    0.18520387270603056,
    1.1283791693661505,
)
_ERF_BELOW = (
    6.310976798859754e-05,
    0.001307570117265971,
    0.015462115782399746,
    0.1139586223563225,
    0.49746607240565405,
    1.0,
)


def _polynomial(coefficients, t):
    result = np.full_like(t, coefficients[0])
    for c in coefficients[1:]:
        result *= t
        result += c
    return result


def erf32(x):
    """erf, exact enough for float32."""
    x = np.clip(np.asarray(x, np.float64), -4.0, 4.0)
    t = x * x
    return x * _polynomial(_ERF_ABOVE, t) / _polynomial(_ERF_BELOW, t)


# Bernoulli numbers B2, B4, … B24.
_BERNOULLI = (
    1 / 6,
    -1 / 30,
    1 / 42,
    -1 / 30,
    5 / 66,
    -691 / 2730,
    7 / 6,
    -3617 / 510,
    43867 / 798,
    -174611 / 330,
    854513 / 138,
    -236364091 / 2730,
)


def digamma(x):
    """The derivative of lgamma; infinite at 0, -1, -2, …"""
    x = np.asarray(x, np.float64)
    pole = (x <= 0) & (x == np.floor(x))
    below = x <= 0
    # Reflection: digamma(1 - x) - digamma(x) = pi / tan(pi x)
    reflected = np.where(below, 1 - x, x)
    y = np.zeros_like(reflected)
    for _ in range(12):  # shift up to where the asymptotic series holds
        small = reflected < 12
        if not small.any():
            break
        y -= np.where(small, 1 / reflected, 0)
        reflected = np.where(small, reflected + 1, reflected)
    inverse = 1 / (reflected * reflected)
    series = np.zeros_like(reflected)
    for k in range(7, 0, -1):
        series = (series + _BERNOULLI[k - 1] / (2 * k)) * inverse
    y += np.log(reflected) - 0.5 / reflected - series
    fraction = x - np.floor(x)
    y = np.where(below, y - math.pi / np.tan(math.pi * fraction), y)
    return np.where(pole, np.inf, y)


def zeta(x, q):
    """The Hurwitz zeta function, the sum of (q + k)^-x over k = 0, 1, 2, …"""
    x, q = np.broadcast_arrays(np.asarray(x, np.float64), np.asarray(q, np.float64))
    nan = (x < 1) | ((q <= 0) & (q != np.floor(q)) & (x != np.floor(x))) | np.isnan(x) | np.isnan(q)
    infinite = (x == 1) | ((q <= 0) & (q == np.floor(q)))
    safe = ~(nan | infinite)
    x, q = np.where(safe, x, 2.0), np.where(safe, q, 1.0)
    total = np.zeros_like(x)
    a = q.copy()
    for _ in range(12 + int(max(0.0, np.ceil(-q.min(initial=0.0))))):
        total += np.where(a < 12, np.power(a, -x), 0)
        a = np.where(a < 12, a + 1, a)
    # Euler and Maclaurin's formula for the rest.
    power = np.power(a, -x)
    total += power * a / (x - 1) + 0.5 * power
    factor = x * power / a
    for k, bernoulli in enumerate(_BERNOULLI, 1):
        total += factor * bernoulli / float(math.factorial(2 * k))  # which passes int64
        factor = factor * (x + 2 * k - 1) * (x + 2 * k) / (a * a)
    total = np.where(nan, np.nan, total)
    return np.where(infinite & ~(x < 1), np.inf, total)


def polygamma(n, x):
    """The n-th derivative of digamma; NaN unless n is 0, 1, 2, …"""
    n, x = np.broadcast_arrays(np.asarray(n, np.float64), np.asarray(x, np.float64))
    whole = (n >= 0) & (n == np.floor(n))
    order = np.where(whole & (n > 0), n, 1.0)
    sign = np.where(np.remainder(order, 2) == 1, 1.0, -1.0)
    higher = sign * np.exp(lgamma(order + 1)) * zeta(order + 1, x)
    return np.where(whole, np.where(n == 0, digamma(x), higher), np.nan)


def _gamma_domain(a, x):
    a, x = np.broadcast_arrays(np.asarray(a, np.float64), np.asarray(x, np.float64))
    bad = ~(a > 0) | ~(x >= 0)
    return a, x, bad


def _igamma_series(a, x):
    """P(a, x) for x up to about a: x^a e^-x / Gamma(a + 1) * (1 + x/(a+1) + x²/((a+1)(a+2)) + …)"""
    term = np.ones_like(a)
    total = np.ones_like(a)
    r = a.copy()
    for _ in range(_MAX_TERMS):
        r += 1
        term = term * (x / r)
        total += term
        if not np.any(term > total * _EPS):
            break
    return total * np.exp(a * np.log(x) - x - lgamma(a + 1))


def _igammac_fraction(a, x):
    """1 - P(a, x) for x above a, by Legendre's continued fraction (Lentz's method)."""
    tiny = 1e-300
    b = x + 1 - a
    c = np.full_like(x, 1 / tiny)
    d = 1 / np.where(b == 0, tiny, b)
    h = d
    for i in range(1, _MAX_TERMS):
        an = -i * (i - a)
        b = b + 2
        d = an * d + b
        d = 1 / np.where(d == 0, tiny, d)
        c = b + an / c
        c = np.where(c == 0, tiny, c)
        step = d * c
        h = h * step
        if not np.any(np.abs(step - 1) > _EPS * 4):
            break
    return h * np.exp(a * np.log(x) - x - lgamma(a))


def igamma(a, x):
    """The regularized lower incomplete gamma function P(a, x); NaN for a <= 0 or x < 0."""
    return _igamma_pair(a, x)[0]


def igammac(a, x):
    """The regularized upper incomplete gamma function 1 - P(a, x)."""
    return _igamma_pair(a, x)[1]


def _igamma_pair(a, x):
    a, x, bad = _gamma_domain(a, x)
    large = (x > 1) & (x > a)
    lower_a, lower_x = np.where(bad | large, 1.0, a), np.where(bad | large, 1.0, x)
    upper_a, upper_x = np.where(large & ~bad, a, 1.0), np.where(large & ~bad, x, 2.0)
    infinite = np.isinf(x) & ~bad
    upper_x = np.where(infinite, 2.0, upper_x)
    lower_x = np.where(np.isinf(lower_x), 1.0, lower_x)
    p = np.where(lower_x == 0, 0.0, _igamma_series(lower_a, np.where(lower_x == 0, 1.0, lower_x)))
    q = _igammac_fraction(upper_a, upper_x)
    q = np.where(infinite, 0.0, q)
    lower = np.where(bad, np.nan, np.where(large, 1 - q, p))
    return lower, np.where(bad, np.nan, np.where(large, q, 1 - p))


def _series_and_derivative(a, x):
    """(S, dS/da) of the series S = 1 + x/(a+1) + x²/((a+1)(a+2)) + …, by which P(a, x) = x^a e^-x / Gamma(a + 1) * S."""
    term, total = np.ones_like(a), np.ones_like(a)
    d_term, d_total = np.zeros_like(a), np.zeros_like(a)
    r = a.copy()
    for _ in range(_MAX_TERMS):
        r += 1
        d_term = d_term * (x / r) - term * x / (r * r)
        term = term * (x / r)
        total += term
        d_total += d_term
        if not np.any((term > total * _EPS) | (np.abs(d_term) > np.abs(d_total) * _EPS)):
            break
    return total, d_total


def _fraction_and_derivative(a, x):
    """(F, dF/da) of the continued fraction F by which 1 - P(a, x) = x^a e^-x / Gamma(a) * F, for x above a + 1 (Lentz's method)."""
    b, d_b = x + 1 - a, -1.0
    d = 1 / b
    d_d = -d_b * d * d
    c, d_c = np.full_like(x, np.inf), np.zeros_like(x)
    h, d_h = d, d_d
    for i in range(1, _MAX_TERMS):
        an, d_an = -i * (i - a), float(i)
        b = b + 2
        d_below = d_an * d + an * d_d + d_b
        d = 1 / (an * d + b)
        d_d = -d_below * d * d
        d_c = d_b + d_an / c - an / c * (d_c / c)
        c = b + an / c
        step, d_step = d * c, d_d * c + d * d_c
        d_h = d_h * step + h * d_step
        h = h * step
        if not np.any((np.abs(step - 1) > _EPS * 4) | (np.abs(h * d_step) > np.abs(d_h) * _EPS * 4)):
            break
    return h, d_h


def _igamma_slope(a, x):
    """(the derivative of P(a, x) by a, over its derivative by x), and that by x itself; NaN outside the domain."""
    a, x, bad = _gamma_domain(a, x)
    zero, far = x == 0, np.isinf(x)
    a, x = np.where(bad, 1.0, a), np.where(bad | zero | far, 1.0, x)
    large = x > a + 1
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        total, d_total = _series_and_derivative(np.where(large, 1.0, a), np.where(large, 1.0, x))
        below = x / a * (total * (np.log(x) - digamma(a + 1)) + d_total)
        fraction, d_fraction = _fraction_and_derivative(np.where(large, a, 1.0), np.where(large, x, 3.0))
        above = -x * (fraction * (np.log(x) - digamma(a)) + d_fraction)
        density = np.exp((a - 1) * np.log(x) - x - lgamma(a))
    slope = np.where(zero | far, 0.0, np.where(large, above, below))
    return np.where(bad, np.nan, slope), np.where(zero | far, 0.0, density)


def igamma_grad_a(a, x):
    """The derivative of P(a, x) by a."""
    slope, density = _igamma_slope(a, x)
    return slope * density


def gamma_sample_grad(a, sample):
    """How a draw of Gamma(a, 1) moves with a, where P(a, sample) stays: implicit differentiation."""
    return 0.0 - _igamma_slope(a, sample)[0]


def betainc(a, b, x):
    """The regularized incomplete beta function I_x(a, b); NaN for a <= 0, b <= 0 or x outside [0, 1]."""
    a, b, x = np.broadcast_arrays(*[np.asarray(v, np.float64) for v in (a, b, x)])
    bad = ~(a > 0) | ~(b > 0) | ~(x >= 0) | ~(x <= 1)
    end = (x == 0) | (x == 1)
    safe_a, safe_b = np.where(bad, 1.0, a), np.where(bad, 1.0, b)
    safe_x = np.where(bad | end, 0.5, x)
    # The fraction converges fast for x below the mean; above it, use I_x(a, b) = 1 - I_(1-x)(b, a).
    flip = safe_x > (safe_a + 1) / (safe_a + safe_b + 2)
    p, q = np.where(flip, safe_b, safe_a), np.where(flip, safe_a, safe_b)
    z = np.where(flip, 1 - safe_x, safe_x)
    front = np.exp(lgamma(p + q) - lgamma(p) - lgamma(q) + p * np.log(z) + q * np.log1p(-z)) / p
    result = front * _beta_fraction(p, q, z)
    result = np.where(flip, 1 - result, result)
    return np.where(bad, np.nan, np.where(end, x, result))


def _beta_fraction(a, b, x):
    tiny = 1e-300
    c = np.ones_like(x)
    d = 1 - (a + b) * x / (a + 1)
    d = 1 / np.where(np.abs(d) < tiny, tiny, d)
    h = d
    for m in range(1, _MAX_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for coefficient in (even, odd):
            d = 1 + coefficient * d
            d = 1 / np.where(np.abs(d) < tiny, tiny, d)
            c = 1 + coefficient / c
            c = np.where(np.abs(c) < tiny, tiny, c)
            step = d * c
            h = h * step
        if not np.any(np.abs(step - 1) > _EPS * 4):
            break
    return h


def _bessel(order, x):
    """e^-|x| I_order(|x|): the power series for small |x|, Hankel's expansion for large."""
    x = np.abs(np.asarray(x, np.float64))
    small = np.where(x <= 20, x, 1.0)
    quarter = small * small / 4
    term = (small / 2) ** order / math.factorial(order)
    total = term.copy()
    for k in range(1, 80):
        term = term * quarter / (k * (k + order))
        total += term
    near = total * np.exp(-small)
    large = np.where(x > 20, x, 100.0)
    term, total = np.ones_like(x), np.ones_like(x)
    for k in range(1, 25):
        term = -term * (4 * order * order - (2 * k - 1) ** 2) / (k * 8 * large)
        total += term
    far = total / np.sqrt(2 * math.pi * large)
    result = np.where(x <= 20, near, far)
    return np.where(np.isnan(x), np.nan, result)


def bessel_i0e(x):
    """e^-|x| I0(x), I0 the modified Bessel function of the first kind."""
    return _bessel(0, x)


def bessel_i1e(x):
    """e^-|x| I1(x)."""
    return np.sign(x) * _bessel(1, x)
