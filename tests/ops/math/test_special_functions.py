"""Special functions against identities and known numbers, in double precision."""

import math

import numpy as np
import pytest

from tinytf.ops.math import special_functions as f

X = np.linspace(0.05, 12, 60)


@pytest.fixture(autouse=True)
def quiet():
    with np.errstate(all="ignore"):
        yield


def test_erf_of_float32_is_good_to_float32():
    x = np.linspace(-6, 6, 2001)
    exact = np.array([math.erf(v) for v in x])
    assert np.max(np.abs(f.erf32(x) - exact)) < 2e-8


def test_digamma_recurs_and_reflects():
    np.testing.assert_allclose(f.digamma(X + 1), f.digamma(X) + 1 / X, rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(f.digamma(1 - 0.3), f.digamma(0.3) + math.pi / math.tan(math.pi * 0.3), rtol=1e-13)
    assert f.digamma(1.0) == pytest.approx(-0.5772156649015329, rel=1e-14)
    assert np.isinf(f.digamma([0.0, -1.0])).all()


def test_polygamma_and_zeta():
    assert f.zeta(2.0, 1.0) == pytest.approx(math.pi**2 / 6, rel=1e-14)
    assert f.zeta(4.0, 1.0) == pytest.approx(math.pi**4 / 90, rel=1e-14)
    assert f.polygamma(1.0, 1.0) == pytest.approx(math.pi**2 / 6, rel=1e-14)
    assert np.isnan(f.polygamma([-1.0, 0.5], [1.0, 1.0])).all()
    assert np.isinf(f.zeta(1.0, 2.0)) and np.isnan(f.zeta(0.5, 3.0))


def test_incomplete_gamma_is_the_exponential_for_a_1():
    np.testing.assert_allclose(f.igamma(1.0, X), -np.expm1(-X), rtol=1e-13)
    np.testing.assert_allclose(f.igamma(2.5, X) + f.igammac(2.5, X), 1, rtol=1e-14)
    assert np.isnan(f.igamma([-1.0, 2.0], [1.0, -1.0])).all()
    assert f.igamma(2.0, 0.0) == 0 and f.igamma(2.0, np.inf) == 1


def test_derivative_of_incomplete_gamma():
    for a, x in ((0.5, 0.3), (2.0, 3.0), (5.0, 9.0)):
        slope = (f.igamma(a + 1e-5, x) - f.igamma(a - 1e-5, x)) / 2e-5
        assert f.igamma_grad_a(a, x) == pytest.approx(slope, abs=1e-9)


def test_incomplete_beta():
    x = np.linspace(0.01, 0.99, 20)
    np.testing.assert_allclose(f.betainc(1.0, 3.0, x), 1 - (1 - x) ** 3, rtol=1e-13)
    np.testing.assert_allclose(f.betainc(2.5, 0.7, x), 1 - f.betainc(0.7, 2.5, 1 - x), rtol=1e-12, atol=1e-15)
    assert np.isnan(f.betainc(1.0, 1.0, 1.5))


def test_bessel_functions():
    # I0(1) and I1(1) of the tables
    assert f.bessel_i0e(1.0) * math.e == pytest.approx(1.2660658777520084, rel=1e-14)
    assert f.bessel_i1e(1.0) * math.e == pytest.approx(0.5651591039924851, rel=1e-14)
    near, far = f.bessel_i0e([19.999, 20.001])
    assert near > far and near - far < 1e-5
