"""Bijectors made of others: one after another, and the other way round."""

from __future__ import annotations

from tinytf.distributions.bijector import Bijector
from tinytf.graph.convert import convert_to_tensor
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops


def _least_event_ndims(in_order, entering, leaving) -> int:
    """How many axes a sequence of bijectors needs; `entering` and `leaving` say how many one of them takes and gives."""
    needed = carried = 0
    for bijector in in_order:
        takes = entering(bijector)
        needed += max(0, takes - carried)
        carried = max(takes, carried) + leaving(bijector) - takes
    return needed


class Chain(Bijector):
    """The first of the list is applied last. Follows tf.contrib.distributions.bijectors.Chain of TF 1.15."""

    def __init__(self, bijectors=None, validate_args=False, name=None):
        bijectors = () if bijectors is None else bijectors
        self._bijectors = bijectors
        for bijector in bijectors:
            if not bijector._is_injective:
                raise NotImplementedError("Invert is not implemented for non-injective bijector ({})".format(bijector.name))
        kinds = list({b.dtype for b in bijectors})
        if len(kinds) > 2:
            raise ValueError("incompatible dtypes: %s" % kinds)
        super().__init__(
            graph_parents=[parent for b in bijectors for parent in b.graph_parents],
            forward_min_event_ndims=_least_event_ndims(
                reversed(bijectors), lambda b: b.forward_min_event_ndims, lambda b: b.inverse_min_event_ndims
            ),
            inverse_min_event_ndims=_least_event_ndims(
                bijectors, lambda b: b.inverse_min_event_ndims, lambda b: b.forward_min_event_ndims
            ),
            is_constant_jacobian=all(b.is_constant_jacobian for b in bijectors),
            validate_args=validate_args,
            dtype=next((kind for kind in kinds if kind is not None), None),
            name=name or ("_of_".join(["chain"] + [b.name for b in bijectors]) if bijectors else "identity"),
        )

    @property
    def bijectors(self):
        """The bijectors, the last applied first."""
        return self._bijectors

    def _shape_after(self, method, shape, bijectors):
        for bijector in bijectors:
            shape = getattr(bijector, method)(shape)
        return shape

    def _forward_event_shape(self, input_shape):
        return self._shape_after("forward_event_shape", input_shape, reversed(self.bijectors))

    def _forward_event_shape_tensor(self, input_shape):
        return self._shape_after("forward_event_shape_tensor", input_shape, reversed(self.bijectors))

    def _inverse_event_shape(self, output_shape):
        return self._shape_after("inverse_event_shape", output_shape, self.bijectors)

    def _inverse_event_shape_tensor(self, output_shape):
        return self._shape_after("inverse_event_shape_tensor", output_shape, self.bijectors)

    def _forward(self, x, **kwargs):
        for bijector in reversed(self.bijectors):
            x = bijector.forward(x, **kwargs.get(bijector.name, {}))
        return x

    def _inverse(self, y, **kwargs):
        for bijector in self.bijectors:
            y = bijector.inverse(y, **kwargs.get(bijector.name, {}))
        return y

    def _inverse_log_det_jacobian(self, y, **kwargs):
        return self._sum_of_determinants(convert_to_tensor(y, name="y"), "inverse", self.bijectors, self.inverse_min_event_ndims, kwargs)

    def _forward_log_det_jacobian(self, x, **kwargs):
        x = convert_to_tensor(x, name="x")
        return self._sum_of_determinants(x, "forward", reversed(self.bijectors), self.forward_min_event_ndims, kwargs)

    def _sum_of_determinants(self, value, way, bijectors, event_ndims, kwargs):
        total = math_ops.cast(0.0, dtype=value.dtype.base_dtype)
        if not self.bijectors:
            return total
        if _shape_is_known(value, event_ndims):
            event_shape = value.shape[value.shape.ndims - event_ndims :]
        else:
            event_shape = array_ops.shape(value)[array_ops.rank(value) - event_ndims :]
        for bijector in bijectors:
            given = kwargs.get(bijector.name, {})
            total += getattr(bijector, way + "_log_det_jacobian")(value, event_ndims=event_ndims, **given)
            if _shape_is_known(value, event_ndims):
                event_shape = getattr(bijector, way + "_event_shape")(event_shape)
                event_ndims = event_shape.ndims
            else:
                event_shape = getattr(bijector, way + "_event_shape_tensor")(event_shape)
                event_ndims = array_ops.size(event_shape)
                known = self._maybe_get_static_event_ndims(event_ndims)
                event_ndims = event_ndims if known is None else known
            value = getattr(bijector, way)(value, **given)
        return total


def _shape_is_known(tensor, event_ndims) -> bool:
    return tensor.shape.is_fully_defined() and isinstance(event_ndims, int)


class Invert(Bijector):
    """A bijector the other way round. Follows tf.contrib.distributions.bijectors.Invert of TF 1.15."""

    def __init__(self, bijector, validate_args=False, name=None):
        if not bijector._is_injective:
            raise NotImplementedError("Invert is not implemented for non-injective bijectors.")
        self._bijector = bijector
        super().__init__(
            graph_parents=bijector.graph_parents,
            forward_min_event_ndims=bijector.inverse_min_event_ndims,
            inverse_min_event_ndims=bijector.forward_min_event_ndims,
            is_constant_jacobian=bijector.is_constant_jacobian,
            validate_args=validate_args,
            dtype=bijector.dtype,
            name=name or "_".join(["invert", bijector.name]),
        )

    @property
    def bijector(self):
        """The bijector that this inverts."""
        return self._bijector

    def _forward_event_shape(self, input_shape):
        return self.bijector._inverse_event_shape(input_shape)

    def _forward_event_shape_tensor(self, input_shape):
        return self.bijector._inverse_event_shape_tensor(input_shape)

    def _inverse_event_shape(self, output_shape):
        return self.bijector._forward_event_shape(output_shape)

    def _inverse_event_shape_tensor(self, output_shape):
        return self.bijector._forward_event_shape_tensor(output_shape)

    def _forward(self, x, **kwargs):
        return self.bijector._inverse(x, **kwargs)

    def _inverse(self, y, **kwargs):
        return self.bijector._forward(y, **kwargs)

    def _inverse_log_det_jacobian(self, y, **kwargs):
        return self.bijector._forward_log_det_jacobian(y, **kwargs)

    def _forward_log_det_jacobian(self, x, **kwargs):
        return self.bijector._inverse_log_det_jacobian(x, **kwargs)
