"""Bijectors that work on each element by itself."""

from __future__ import annotations

import numpy as np

from tinytf.distributions.bijector import Bijector
from tinytf.distributions.util import softplus_inverse
from tinytf.graph.constant_value import public_constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.ops.array.constant import constant
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.math import check_ops, math_ops
from tinytf.ops.nn import activations


class PowerTransform(Bijector):
    """y = (1 + x * power) ** (1 / power), exp(x) for power 0. Follows tf.contrib.distributions.bijectors.PowerTransform of TF 1.15."""

    def __init__(self, power=0.0, validate_args=False, name="power_transform"):
        self._graph_parents, self._name = [], name
        with self._name_scope("init", values=[power]):
            power = public_constant_value(convert_to_tensor(power, name="power"))
        if power is None or power < 0:
            raise ValueError("`power` must be a non-negative TF constant.")
        self._power = power
        super().__init__(forward_min_event_ndims=0, validate_args=validate_args, name=name)

    @property
    def power(self):
        """The power; 0 for the exponential function."""
        return self._power

    def _forward(self, x):
        x = self._checked_x(x)
        if self.power == 0.0:
            return math_ops.exp(x)
        return math_ops.exp(math_ops.log1p(x * self.power) / self.power)

    def _inverse(self, y):
        y = self._checked_y(y)
        if self.power == 0.0:
            return math_ops.log(y)
        return math_ops.expm1(math_ops.log(y) * self.power) / self.power

    def _inverse_log_det_jacobian(self, y):
        y = self._checked_y(y)
        return (self.power - 1.0) * math_ops.log(y)

    def _forward_log_det_jacobian(self, x):
        x = self._checked_x(x)
        return x if self.power == 0.0 else (1.0 / self.power - 1.0) * math_ops.log1p(x * self.power)

    def _checked_x(self, x):
        if not self.validate_args or self.power == 0.0:
            return x
        message = "Forward transformation input must be at least {}.".format(-1.0 / self.power)
        return control_flow_ops.with_dependencies([check_ops.assert_non_negative(1.0 + self.power * x, message=message)], x)

    def _checked_y(self, y):
        if not self.validate_args:
            return y
        message = "Inverse transformation input must be greater than 0."
        return control_flow_ops.with_dependencies([check_ops.assert_positive(y, message=message)], y)


class Exp(PowerTransform):
    """y = exp(x). Follows tf.contrib.distributions.bijectors.Exp of TF 1.15."""

    def __init__(self, validate_args=False, name="exp"):
        super().__init__(validate_args=validate_args, name=name)


class Sigmoid(Bijector):
    """y = 1 / (1 + exp(-x)). Follows tf.contrib.distributions.bijectors.Sigmoid of TF 1.15."""

    def __init__(self, validate_args=False, name="sigmoid"):
        super().__init__(forward_min_event_ndims=0, validate_args=validate_args, name=name)

    def _forward(self, x):
        return math_ops.sigmoid(x)

    def _inverse(self, y):
        return math_ops.log(y) - math_ops.log1p(-y)

    def _inverse_log_det_jacobian(self, y):
        return -math_ops.log(y) - math_ops.log1p(-y)

    def _forward_log_det_jacobian(self, x):
        return -activations.softplus(-x) - activations.softplus(x)


class Softplus(Bijector):
    """y = c * log(1 + exp(x / c)), c the softness of the hinge. Follows tf.contrib.distributions.bijectors.Softplus of TF 1.15."""

    def __init__(self, hinge_softness=None, validate_args=False, name="softplus"):
        with name_scope(name, values=[hinge_softness]):
            self._hinge_softness = None if hinge_softness is None else convert_to_tensor(hinge_softness, name="hinge_softness")
            if validate_args:
                zero = convert_to_tensor(0, dtype=self.hinge_softness.dtype)
                check = check_ops.assert_none_equal(zero, self.hinge_softness, message="hinge_softness must be non-zero")
                self._hinge_softness = control_flow_ops.with_dependencies([check], self.hinge_softness)
        super().__init__(forward_min_event_ndims=0, validate_args=validate_args, name=name)

    @property
    def hinge_softness(self):
        """How soft the kink at 0 is; None for 1."""
        return self._hinge_softness

    def _scaled(self, function, x):
        if self.hinge_softness is None:
            return function(x)
        softness = math_ops.cast(self.hinge_softness, x.dtype)
        return softness * function(x / softness)

    def _forward(self, x):
        return self._scaled(activations.softplus, x)

    def _inverse(self, y):
        return self._scaled(softplus_inverse, y)

    def _divided(self, x):
        return x if self.hinge_softness is None else x / math_ops.cast(self.hinge_softness, x.dtype)

    def _inverse_log_det_jacobian(self, y):
        return -math_ops.log(-math_ops.expm1(-self._divided(y)))

    def _forward_log_det_jacobian(self, x):
        return -activations.softplus(-self._divided(x))


class Softsign(Bijector):
    """y = x / (1 + |x|). Follows tf.contrib.distributions.bijectors.Softsign of TF 1.15."""

    def __init__(self, validate_args=False, name="softsign"):
        super().__init__(forward_min_event_ndims=0, validate_args=validate_args, name=name)

    def _forward(self, x):
        return x / (1.0 + math_ops.abs(x))

    def _inverse(self, y):
        y = self._checked(y)
        return y / (1.0 - math_ops.abs(y))

    def _forward_log_det_jacobian(self, x):
        return -2.0 * math_ops.log1p(math_ops.abs(x))

    def _inverse_log_det_jacobian(self, y):
        y = self._checked(y)
        return -2.0 * math_ops.log1p(-math_ops.abs(y))

    def _checked(self, y):
        if not self.validate_args:
            return y
        kind = y.dtype.base_dtype
        above, below = "Inverse transformation input must be greater than -1.", "Inverse transformation input must be less than 1."
        checks = [
            check_ops.assert_greater(y, math_ops.cast(-1.0, dtype=kind), message=above),
            check_ops.assert_less(y, math_ops.cast(1.0, dtype=kind), message=below),
        ]
        return control_flow_ops.with_dependencies(checks, y)


class Square(Bijector):
    """y = x ** 2 of numbers of at least 0. Follows tf.contrib.distributions.bijectors.Square of TF 1.15."""

    def __init__(self, validate_args=False, name="square"):
        super().__init__(forward_min_event_ndims=0, validate_args=validate_args, name=name)

    def _forward(self, x):
        return math_ops.square(self._checked(x))

    def _inverse(self, y):
        return math_ops.sqrt(self._checked(y))

    def _forward_log_det_jacobian(self, x):
        return np.log(2.0) + math_ops.log(self._checked(x))

    def _checked(self, t):
        if not self.validate_args:
            return t
        return control_flow_ops.with_dependencies([check_ops.assert_non_negative(t, message="All elements must be non-negative.")], t)


class AbsoluteValue(Bijector):
    """y = |x|, of two x. Follows tf.contrib.distributions.bijectors.AbsoluteValue of TF 1.15."""

    def __init__(self, validate_args=False, name="absolute_value"):
        self._graph_parents, self._name = [], name
        with self._name_scope("init"):
            super().__init__(forward_min_event_ndims=0, is_constant_jacobian=True, validate_args=validate_args, name=name)

    @property
    def _is_injective(self) -> bool:
        return False

    def _forward(self, x):
        return math_ops.abs(x)

    def _inverse(self, y):
        y = self._with_check(y, y)
        return -y, y

    def _inverse_log_det_jacobian(self, y):
        zeros = self._with_check(y, constant(0.0, dtype=y.dtype))
        return zeros, zeros

    def _with_check(self, y, result):
        if not self.validate_args:
            return result
        return control_flow_ops.with_dependencies([check_ops.assert_non_negative(y, message="Argument y was negative")], result)


class Gumbel(Bijector):
    """y = exp(-exp(-(x - loc) / scale)). Follows tf.contrib.distributions.bijectors.Gumbel of TF 1.15."""

    def __init__(self, loc=0.0, scale=1.0, validate_args=False, name="gumbel"):
        self._graph_parents, self._name = [], name
        with self._name_scope("init", values=[loc, scale]):
            self._loc, self._scale = convert_to_tensor(loc, name="loc"), convert_to_tensor(scale, name="scale")
            check_ops.assert_same_float_dtype([self._loc, self._scale])
            if validate_args:
                check = check_ops.assert_positive(self._scale, message="Argument scale was not positive")
                self._scale = control_flow_ops.with_dependencies([check], self._scale)
        super().__init__(validate_args=validate_args, forward_min_event_ndims=0, name=name)

    @property
    def loc(self):
        """The location."""
        return self._loc

    @property
    def scale(self):
        """The scale."""
        return self._scale

    def _forward(self, x):
        z = (x - self.loc) / self.scale
        return math_ops.exp(-math_ops.exp(-z))

    def _inverse(self, y):
        y = self._checked(y)
        return self.loc - self.scale * math_ops.log(-math_ops.log(y))

    def _inverse_log_det_jacobian(self, y):
        y = self._checked(y)
        return math_ops.log(self.scale / (-math_ops.log(y) * y))

    def _forward_log_det_jacobian(self, x):
        z = (x - self.loc) / self.scale
        return -z - math_ops.exp(-z) - math_ops.log(self.scale)

    def _checked(self, y):
        if not self.validate_args:
            return y
        checks = [
            check_ops.assert_non_negative(y, message="Inverse transformation input must be greater than 0."),
            check_ops.assert_less_equal(
                y, constant(1.0, y.dtype), message="Inverse transformation input must be less than or equal to 1."
            ),
        ]
        return control_flow_ops.with_dependencies(checks, y)
