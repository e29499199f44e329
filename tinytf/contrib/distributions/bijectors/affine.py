"""Affine bijectors: y = scale x + shift."""

from __future__ import annotations

from tinytf import dtypes, linalg
from tinytf.contrib.distributions.event_shape import DistributionShape
from tinytf.contrib.distributions.scale_operators import as_tensor, make_tril_scale
from tinytf.distributions.bijector import Bijector
from tinytf.distributions.static_values import dimension_size
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.math import check_ops, math_ops


class AffineScalar(Bijector):
    """y = scale * x + shift, element by element. Follows tf.contrib.distributions.bijectors.AffineScalar of TF 1.15."""

    def __init__(self, shift=None, scale=None, validate_args=False, name="affine_scalar"):
        self._graph_parents, self._name = [], name
        with self._name_scope("init", values=[scale, shift]):
            self._shift = as_tensor(shift, "shift")
            self._scale = as_tensor(scale, "scale")
            if self._scale is not None and validate_args:
                check = check_ops.assert_none_equal(self._scale, array_ops.zeros([], dtype=self._scale.dtype))
                self._scale = control_flow_ops.with_dependencies([check], self._scale)
            super().__init__(forward_min_event_ndims=0, is_constant_jacobian=True, validate_args=validate_args, name=name)

    @property
    def shift(self):
        """What is added; None for 0."""
        return self._shift

    @property
    def scale(self):
        """What is multiplied by; None for 1."""
        return self._scale

    def _forward(self, x):
        y = array_ops.identity(x)
        if self.scale is not None:
            y *= self.scale
        return y if self.shift is None else y + self.shift

    def _inverse(self, y):
        x = array_ops.identity(y)
        if self.shift is not None:
            x -= self.shift
        return x if self.scale is None else x / self.scale

    def _forward_log_det_jacobian(self, x):
        if self.scale is None:
            return constant(0.0, dtype=x.dtype.base_dtype)
        return math_ops.log(math_ops.abs(self.scale))


class _ByOperator(Bijector):
    """y = scale x + shift, of a linear operator and vectors."""

    @property
    def shift(self):
        """What is added; None for 0."""
        return self._shift

    @property
    def scale(self):
        """The linear operator."""
        return self._scale

    def _make_shaper(self, scale, validate_args) -> None:
        """`scale`: the operator, or None where there is none."""
        if scale is None:
            self._batch_ndims = 0
        else:
            self._batch_ndims = scale.tensor_rank - 2 if scale.tensor_rank is not None else scale.tensor_rank_tensor() - 2
        self._shaper = DistributionShape(batch_ndims=self._batch_ndims, event_ndims=1, validate_args=validate_args)

    def _need_one_dtype(self, shift, scale) -> None:
        if shift is not None and shift.dtype.base_dtype != scale.dtype.base_dtype:
            raise TypeError("shift.dtype({}) is incompatible with scale.dtype({}).".format(shift.dtype, scale.dtype))

    def _multiplied(self, x):
        x, sample_shape = self._shaper.make_batch_of_event_sample_matrices(x, expand_batch_dim=False)
        with control_dependencies(self._checks()):
            x = self.scale.matmul(x)
        return self._shaper.undo_make_batch_of_event_sample_matrices(x, sample_shape, expand_batch_dim=False)

    def _solved(self, y):
        y, sample_shape = self._shaper.make_batch_of_event_sample_matrices(y, expand_batch_dim=False)
        y = self.scale.solve(y)
        return self._shaper.undo_make_batch_of_event_sample_matrices(y, sample_shape, expand_batch_dim=False)

    def _checks(self) -> list:
        if not self.validate_args:
            return []
        try:
            return [self.scale.assert_non_singular()]
        except NotImplementedError:  # the operator has no such check
            return []


class AffineLinearOperator(_ByOperator):
    """y = scale x + shift. Follows tf.contrib.distributions.bijectors.AffineLinearOperator of TF 1.15."""

    def __init__(self, shift=None, scale=None, validate_args=False, name="affine_linear_operator"):
        self._graph_parents, self._name = [], name
        parents, dtype = [], dtypes.float32
        with self._name_scope("init", values=[shift]):
            self._shift = shift = as_tensor(shift, "shift")
            if shift is not None:
                parents.append(shift)
                dtype = shift.dtype.base_dtype
            if scale is not None:
                self._need_one_dtype(shift, scale)
                if not isinstance(scale, linalg.LinearOperator):
                    raise TypeError("scale is not an instance of tf.LinearOperator")
                if validate_args and not scale.is_non_singular:
                    raise ValueError("Scale matrix must be non-singular.")
                parents += scale.graph_parents
                dtype = dtype if scale.dtype is None else scale.dtype.base_dtype
            self._scale = scale
            self._make_shaper(scale, validate_args)
            if isinstance(self._batch_ndims, Tensor):
                parents.append(self._batch_ndims)
            super().__init__(
                forward_min_event_ndims=1,
                graph_parents=parents,
                is_constant_jacobian=True,
                dtype=dtype,
                validate_args=validate_args,
                name=name,
            )

    def _forward(self, x):
        y = x if self.scale is None else self._multiplied(x)
        return y if self.shift is None else y + self.shift

    def _inverse(self, y):
        x = y if self.shift is None else y - self.shift
        return x if self.scale is None else self._solved(x)

    def _forward_log_det_jacobian(self, x):
        if self.scale is None:
            return constant(0.0, dtype=x.dtype.base_dtype)
        with control_dependencies(self._checks()):
            return self.scale.log_abs_determinant()


class Affine(_ByOperator):
    """y = (c I + D + L + V D' V^T) x + shift, of those parts that are given. Follows tf.contrib.distributions.bijectors.Affine of TF 1.15."""

    def __init__(
        self,
        shift=None,
        scale_identity_multiplier=None,
        scale_diag=None,
        scale_tril=None,
        scale_perturb_factor=None,
        scale_perturb_diag=None,
        validate_args=False,
        name="affine",
    ):
        self._graph_parents, self._name = [], name
        if scale_perturb_diag is not None and scale_perturb_factor is None:
            raise ValueError("When scale_perturb_diag is specified, scale_perturb_factor must be specified.")
        self._is_only_identity_multiplier = scale_tril is None and scale_diag is None and scale_perturb_factor is None
        values = [shift, scale_identity_multiplier, scale_diag, scale_tril, scale_perturb_diag, scale_perturb_factor]
        with self._name_scope("init", values=values):
            dtype = dtypes.float32
            self._shift = shift = as_tensor(shift, "shift")
            if shift is not None:
                dtype = shift.dtype.base_dtype
            if self._is_only_identity_multiplier and scale_identity_multiplier is None:
                scale_identity_multiplier = convert_to_tensor(1.0, dtype=dtype)
            multiplier = as_tensor(scale_identity_multiplier, "identity_multiplier")
            diag, tril = as_tensor(scale_diag, "diag"), as_tensor(scale_tril, "tril")
            perturb_diag = as_tensor(scale_perturb_diag, "perturb_diag")
            perturb_factor = as_tensor(scale_perturb_factor, "perturb_factor")
            self._scale = scale = self._make_scale(multiplier, diag, tril, perturb_diag, perturb_factor, shift, validate_args)
            dtype = dtype if scale.dtype is None else scale.dtype.base_dtype
            if not self._is_only_identity_multiplier:
                self._need_one_dtype(shift, scale)
            self._make_shaper(None if self._is_only_identity_multiplier else scale, validate_args)
            if isinstance(scale, Tensor):
                parents = [scale]
            else:
                parents = scale.graph_parents + [shift] if shift is not None else []
            super().__init__(
                forward_min_event_ndims=1,
                graph_parents=parents,
                is_constant_jacobian=True,
                dtype=dtype,
                validate_args=validate_args,
                name=name,
            )

    def _make_scale(self, multiplier, diag, tril, perturb_diag, perturb_factor, shift, validate_args):
        """The linear operator; a tensor where only a multiplier is given."""
        size = None if perturb_factor is None else dimension_size(perturb_factor, axis=-2)
        if self._is_only_identity_multiplier:
            if not validate_args:
                return multiplier
            zero = array_ops.zeros([], multiplier.dtype)
            check = check_ops.assert_none_equal(multiplier, zero, ["identity_multiplier should be non-zero."])
            return control_flow_ops.with_dependencies([check], multiplier)
        scale = make_tril_scale(
            loc=shift,
            scale_tril=tril,
            scale_diag=diag,
            scale_identity_multiplier=multiplier,
            validate_args=validate_args,
            assert_positive=False,
            shape_hint=size,
        )
        if perturb_factor is None:
            return scale
        return linalg.LinearOperatorLowRankUpdate(
            scale,
            u=perturb_factor,
            diag_update=perturb_diag,
            is_diag_update_positive=perturb_diag is None,
            is_non_singular=True,
            is_self_adjoint=True,
            is_positive_definite=True,
            is_square=True,
        )

    def _forward(self, x):
        y = x * self._scale if self._is_only_identity_multiplier else self._multiplied(x)
        return y if self.shift is None else y + self.shift

    def _inverse(self, y):
        x = y if self.shift is None else y - self.shift
        return x / self._scale if self._is_only_identity_multiplier else self._solved(x)

    def _forward_log_det_jacobian(self, x):
        if not self._is_only_identity_multiplier:
            return self.scale.log_abs_determinant()
        size = math_ops.cast(array_ops.shape(x)[-1], dtype=self._scale.dtype)
        return math_ops.log(math_ops.abs(self._scale)) * size
