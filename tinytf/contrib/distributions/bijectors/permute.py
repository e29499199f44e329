"""A bijector that reorders the last axis."""

from __future__ import annotations

import numpy as np

from tinytf.distributions.bijector import Bijector
from tinytf.graph.constant_value import public_constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.math import check_ops, math_ops

_EACH_ONCE = "Permutation over `d` must contain exactly one of each of `{0, 1, ..., d}`."


class Permute(Bijector):
    """y[..., i] = x[..., permutation[i]]. Follows tf.contrib.distributions.bijectors.Permute of TF 1.15."""

    def __init__(self, permutation, validate_args=False, name=None):
        with name_scope(name, "permute", values=[permutation]):
            permutation = convert_to_tensor(permutation, name="permutation")
            if not permutation.dtype.is_integer:
                raise TypeError("permutation.dtype ({}) should be `int`-like.".format(permutation.dtype.name))
            known = public_constant_value(permutation)
            if known is not None:
                if set(known.tolist()) != set(np.arange(known.size).tolist()):
                    raise ValueError(_EACH_ONCE)
            elif validate_args:
                from tinytf.ops.nn.nn_basic import top_k

                falling, _ = top_k(-permutation, k=array_ops.shape(permutation)[-1], sorted=True)
                check = check_ops.assert_equal(-falling, math_ops.range(array_ops.size(falling)), message=_EACH_ONCE)
                permutation = control_flow_ops.with_dependencies([check], permutation)
            self._permutation = permutation
            super().__init__(forward_min_event_ndims=1, is_constant_jacobian=True, validate_args=validate_args, name=name or "permute")

    @property
    def permutation(self):
        """Where each element comes from."""
        return self._permutation

    def _forward(self, x):
        return array_ops.gather(x, self.permutation, axis=-1)

    def _inverse(self, y):
        return array_ops.gather(y, array_ops.invert_permutation(self.permutation), axis=-1)

    def _inverse_log_det_jacobian(self, y):
        return constant(0.0, dtype=y.dtype.base_dtype)

    _forward_log_det_jacobian = _inverse_log_det_jacobian
