"""Checks that a bijector is one. Follows tensorflow/python/ops/distributions/bijector_test_util.py of TF 1.15."""

from __future__ import annotations

import numpy as np

from tinytf.distributions.continuous import Uniform
from tinytf.graph.default_session import get_default_session
from tinytf.ops.math import math_ops


def assert_finite(array) -> None:
    """AssertionError where the array holds an infinity or NaN."""
    if not np.isfinite(array).all():
        raise AssertionError("array was not all finite. %s" % array[:15])


def assert_strictly_increasing(array) -> None:
    """AssertionError unless each element is larger than the one before."""
    np.testing.assert_array_less(0.0, np.diff(array))


def assert_strictly_decreasing(array) -> None:
    """AssertionError unless each element is smaller than the one before."""
    np.testing.assert_array_less(np.diff(array), 0.0)


def assert_strictly_monotonic(array) -> None:
    """AssertionError unless the array goes one way only."""
    (assert_strictly_increasing if array[0] < array[-1] else assert_strictly_decreasing)(array)


def assert_scalar_congruency(bijector, lower_x, upper_x, n=int(10e3), rtol=0.01, sess=None) -> None:
    """A bijector of numbers, tried between two of them: monotonic, its own inverse's inverse, and its Jacobian that of its values."""
    sess = get_default_session() if sess is None else sess
    points = np.linspace(lower_x, upper_x, num=10).astype(np.float32)
    if bijector.dtype is not None:
        points = points.astype(bijector.dtype.as_numpy_dtype)
    on_points = bijector.forward(points)
    lower_y, upper_y = sorted(sess.run([bijector.forward(lower_x), bijector.forward(upper_x)]))
    x = Uniform(low=lower_x, high=upper_x).sample(n, seed=0)
    y = Uniform(low=lower_y, high=upper_y).sample(n, seed=1)
    x_again, y_again = bijector.inverse(bijector.forward(x)), bijector.forward(bijector.inverse(y))
    dx_dy = math_ops.exp(bijector.inverse_log_det_jacobian(y, event_ndims=0))
    length = (upper_y - lower_y) * math_ops.reduce_mean(dx_dy)  # the mean slope of the inverse, times how far it goes
    dy_dx = math_ops.exp(bijector.forward_log_det_jacobian(bijector.inverse(y), event_ndims=0))
    on_points, dx_dy, dy_dx, length, x, y, x_again, y_again = sess.run([on_points, dx_dy, dy_dx, length, x, y, x_again, y_again])
    assert_strictly_monotonic(on_points)
    np.testing.assert_allclose(x_again, x, atol=1e-5, rtol=1e-3)
    np.testing.assert_allclose(y_again, y, atol=1e-5, rtol=1e-3)
    np.testing.assert_allclose(upper_x - lower_x, length, atol=0, rtol=rtol)
    np.testing.assert_allclose(dx_dy, np.divide(1.0, dy_dx), atol=1e-5, rtol=1e-3)


def assert_bijective_and_finite(bijector, x, y, event_ndims, atol=0, rtol=1e-5, sess=None) -> None:
    """Both ways give back what went in, and the two log determinants are each other's negatives."""
    sess = sess or get_default_session()
    assert_finite(x)
    assert_finite(y)
    f_x, g_y = bijector.forward(x), bijector.inverse(y)
    results = sess.run(
        [
            bijector.inverse(f_x),
            bijector.forward(g_y),
            bijector.inverse_log_det_jacobian(f_x, event_ndims=event_ndims),
            bijector.forward_log_det_jacobian(x, event_ndims=event_ndims),
            bijector.inverse_log_det_jacobian(y, event_ndims=event_ndims),
            bijector.forward_log_det_jacobian(g_y, event_ndims=event_ndims),
            f_x,
            g_y,
        ]
    )
    for result in results:
        assert_finite(result)
    x_again, y_again, ildj_f_x, fldj_x, ildj_y, fldj_g_y = results[:6]
    for found, expected in ((x_again, x), (y_again, y), (-ildj_f_x, fldj_x), (-ildj_y, fldj_g_y)):
        np.testing.assert_allclose(found, expected, atol=atol, rtol=rtol)
