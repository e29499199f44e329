"""Multivariate normal distributions: a standard normal variable an element, scaled by a linear operator and shifted."""

from __future__ import annotations

from tinytf import linalg
from tinytf.contrib.distributions.bijectors.affine import AffineLinearOperator
from tinytf.contrib.distributions.scale_operators import as_tensor, is_diagonal_scale, make_diag_scale, shapes_from_loc_and_scale
from tinytf.distributions.continuous import Normal
from tinytf.distributions.kullback_leibler import RegisterKL
from tinytf.distributions.static_values import dimension_size
from tinytf.distributions.transformed_distribution import TransformedDistribution
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.linalg.linalg import cholesky
from tinytf.ops.linalg.matrix_diag import matrix_diag, matrix_diag_part
from tinytf.ops.math import check_ops, math_ops
from tinytf.ops.nn.activations import softplus


class MultivariateNormalLinearOperator(TransformedDistribution):
    """Of mean `loc` and covariance scale scale^T. Follows MultivariateNormalLinearOperator of tf.contrib.distributions of TF 1.15."""

    def __init__(self, loc=None, scale=None, validate_args=False, allow_nan_stats=True, name="MultivariateNormalLinearOperator"):
        parameters = dict(locals())
        if scale is None:
            raise ValueError("Missing required `scale` parameter.")
        if not scale.dtype.is_floating:
            raise TypeError("`scale` parameter must have floating-point dtype.")
        with name_scope(name, values=[loc] + scale.graph_parents) as name:
            loc = as_tensor(loc, "loc")
            batch_shape, event_shape = shapes_from_loc_and_scale(loc, scale)
        super().__init__(
            distribution=Normal(loc=array_ops.zeros([], dtype=scale.dtype), scale=array_ops.ones([], dtype=scale.dtype)),
            bijector=AffineLinearOperator(shift=loc, scale=scale, validate_args=validate_args),
            batch_shape=batch_shape,
            event_shape=event_shape,
            validate_args=validate_args,
            name=name,
        )
        self._parameters = parameters

    @property
    def loc(self):
        """The mean; None for 0."""
        return self.bijector.shift

    @property
    def scale(self):
        """The linear operator that standard normal variables are multiplied by."""
        return self.bijector.scale

    def _mean(self):
        shape = self.batch_shape.concatenate(self.event_shape)
        known = shape.is_fully_defined()
        if not known:
            shape = array_ops.concat([self.batch_shape_tensor(), self.event_shape_tensor()], 0)
        if self.loc is None:
            return array_ops.zeros(shape, self.dtype)
        if known and shape == self.loc.shape:
            return array_ops.identity(self.loc)
        return array_ops.identity(self.loc) + array_ops.zeros(shape, self.dtype)

    def _covariance(self):
        if is_diagonal_scale(self.scale):
            return matrix_diag(math_ops.square(self.scale.diag_part()))
        return self.scale.matmul(self.scale.to_dense(), adjoint_arg=True)

    def _full_variance(self):
        """The variance where the scale is no diagonal matrix."""
        symmetric = isinstance(self.scale, linalg.LinearOperatorLowRankUpdate) and self.scale.is_self_adjoint
        dense = self.scale.to_dense()
        product = self.scale.matmul(dense) if symmetric else self.scale.matmul(dense, adjoint_arg=True)
        return matrix_diag_part(product)

    def _variance(self):
        return math_ops.square(self.scale.diag_part()) if is_diagonal_scale(self.scale) else self._full_variance()

    def _stddev(self):
        return math_ops.abs(self.scale.diag_part()) if is_diagonal_scale(self.scale) else math_ops.sqrt(self._full_variance())

    _mode = _mean


@RegisterKL(MultivariateNormalLinearOperator, MultivariateNormalLinearOperator)
def _kl_mvn(a, b, name=None):
    def squared_norm(x):
        return math_ops.reduce_sum(math_ops.square(x), axis=[-2, -1])

    with name_scope(name, "kl_mvn", values=[a.loc, b.loc] + a.scale.graph_parents + b.scale.graph_parents):
        if is_diagonal_scale(a.scale) and is_diagonal_scale(b.scale):
            b_inv_a = (a.stddev() / b.stddev())[..., None]
        else:
            b_inv_a = b.scale.solve(a.scale.to_dense())
        divergence = b.scale.log_abs_determinant() - a.scale.log_abs_determinant() + 0.5 * (
            -math_ops.cast(a.scale.domain_dimension_tensor(), a.dtype)
            + squared_norm(b_inv_a)
            + squared_norm(b.scale.solve((b.mean() - a.mean())[..., None]))
        )  # fmt: skip
        divergence.set_shape(array_ops.broadcast_static_shape(a.batch_shape, b.batch_shape))
        return divergence


class MultivariateNormalDiag(MultivariateNormalLinearOperator):
    """Of independent elements. Follows tf.contrib.distributions.MultivariateNormalDiag of TF 1.15."""

    def __init__(
        self,
        loc=None,
        scale_diag=None,
        scale_identity_multiplier=None,
        validate_args=False,
        allow_nan_stats=True,
        name="MultivariateNormalDiag",
    ):
        parameters = dict(locals())
        with name_scope(name) as name:
            with name_scope("init", values=[loc, scale_diag, scale_identity_multiplier]):
                scale = make_diag_scale(loc=loc, scale_diag=scale_diag, scale_identity_multiplier=scale_identity_multiplier)
        super().__init__(loc, scale, validate_args, allow_nan_stats, name)
        self._parameters = parameters


class MultivariateNormalDiagWithSoftplusScale(MultivariateNormalDiag):
    """MultivariateNormalDiag(loc, softplus(scale_diag)). Follows tf.contrib.distributions of TF 1.15."""

    def __init__(
        self, loc, scale_diag, validate_args=False, allow_nan_stats=True, name="MultivariateNormalDiagWithSoftplusScale"
    ):
        parameters = dict(locals())
        with name_scope(name, values=[scale_diag]) as name:
            positive = softplus(scale_diag)
            super().__init__(loc, positive, validate_args=validate_args, allow_nan_stats=allow_nan_stats, name=name)
        self._parameters = parameters


class MultivariateNormalDiagPlusLowRank(MultivariateNormalLinearOperator):
    """The scale is a diagonal matrix and one of low rank. Follows tf.contrib.distributions.MultivariateNormalDiagPlusLowRank of TF 1.15."""

    def __init__(
        self,
        loc=None,
        scale_diag=None,
        scale_identity_multiplier=None,
        scale_perturb_factor=None,
        scale_perturb_diag=None,
        validate_args=False,
        allow_nan_stats=True,
        name="MultivariateNormalDiagPlusLowRank",
    ):
        parameters = dict(locals())
        values = [loc, scale_diag, scale_identity_multiplier, scale_perturb_factor, scale_perturb_diag]
        with name_scope(name) as name, name_scope("init", values=values):
            low_rank = scale_perturb_factor is not None or scale_perturb_diag is not None
            scale = make_diag_scale(
                loc=loc,
                scale_diag=scale_diag,
                scale_identity_multiplier=scale_identity_multiplier,
                validate_args=validate_args,
                assert_positive=low_rank,
            )
            factor = as_tensor(scale_perturb_factor, "scale_perturb_factor")
            diag = as_tensor(scale_perturb_diag, "scale_perturb_diag")
            if low_rank:
                scale = linalg.LinearOperatorLowRankUpdate(
                    scale,
                    u=factor,
                    diag_update=diag,
                    is_diag_update_positive=diag is None,
                    is_non_singular=True,
                    is_self_adjoint=True,
                    is_positive_definite=True,
                    is_square=True,
                )
        super().__init__(loc, scale, validate_args, allow_nan_stats, name)
        self._parameters = parameters


class MultivariateNormalTriL(MultivariateNormalLinearOperator):
    """The scale is a lower triangular matrix. Follows tf.contrib.distributions.MultivariateNormalTriL of TF 1.15."""

    def __init__(self, loc=None, scale_tril=None, validate_args=False, allow_nan_stats=True, name="MultivariateNormalTriL"):
        parameters = dict(locals())
        if loc is None and scale_tril is None:
            raise ValueError("Must specify one or both of `loc`, `scale_tril`.")
        with name_scope(name) as name, name_scope("init", values=[loc, scale_tril]):
            loc, scale_tril = as_tensor(loc, "loc"), as_tensor(scale_tril, "scale_tril")
            if scale_tril is None:
                scale = linalg.LinearOperatorIdentity(
                    num_rows=dimension_size(loc, -1),
                    dtype=loc.dtype,
                    is_self_adjoint=True,
                    is_positive_definite=True,
                    assert_proper_shapes=validate_args,
                )
            else:
                # no matter what the rest of the matrix is, only its lower triangle is used
                scale = linalg.LinearOperatorLowerTriangular(
                    scale_tril, is_non_singular=True, is_self_adjoint=False, is_positive_definite=False
                )
        super().__init__(loc, scale, validate_args, allow_nan_stats, name)
        self._parameters = parameters


class MultivariateNormalFullCovariance(MultivariateNormalTriL):
    """Of a mean and a covariance matrix. Follows tf.contrib.distributions.MultivariateNormalFullCovariance of TF 1.15."""

    def __init__(
        self, loc=None, covariance_matrix=None, validate_args=False, allow_nan_stats=True, name="MultivariateNormalFullCovariance"
    ):
        parameters = dict(locals())
        with name_scope(name) as name, name_scope("init", values=[loc, covariance_matrix]):
            scale_tril = None
            if covariance_matrix is not None:
                covariance = convert_to_tensor(covariance_matrix, name="covariance_matrix")
                if validate_args:
                    transposed = array_ops.matrix_transpose(covariance)
                    check = check_ops.assert_near(covariance, transposed, message="Matrix was not symmetric")
                    covariance = control_flow_ops.with_dependencies([check], covariance)
                scale_tril = cholesky(covariance)
            super().__init__(loc, scale_tril, validate_args, allow_nan_stats, name)
        self._parameters = parameters
