"""Scales of distributions of vectors as linear operators."""

from __future__ import annotations

import functools

from tinytf import linalg
from tinytf.distributions.static_values import prefer_static_broadcast_shape
from tinytf.graph.constant_value import public_constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.linalg.matrix_diag import matrix_band_part, matrix_diag_part, matrix_set_diag
from tinytf.ops.math import check_ops


def as_tensor(x, name):
    """x as a tensor; None stays."""
    return None if x is None else convert_to_tensor(x, name=name)


def _with_checks(x, diagonal, validate_args, assert_positive):
    """x, after a check that its diagonal is positive, or not 0, if that is wanted."""
    if not validate_args:
        return x
    if assert_positive:
        check = check_ops.assert_positive(diagonal(x), message="diagonal part must be positive")
    else:
        check = check_ops.assert_none_equal(diagonal(x), array_ops.zeros([], x.dtype), message="diagonal part must be non-zero")
    return control_flow_ops.with_dependencies([check], x)


def make_tril_scale(
    loc=None,
    scale_tril=None,
    scale_diag=None,
    scale_identity_multiplier=None,
    shape_hint=None,
    validate_args=False,
    assert_positive=False,
    name=None,
):
    """The sum of a lower triangular, a diagonal and a multiple of the identity matrix, those that are given."""
    with name_scope(name, "make_tril_scale", values=[loc, scale_diag, scale_identity_multiplier]):
        loc = as_tensor(loc, "loc")
        scale_tril = as_tensor(scale_tril, "scale_tril")
        scale_diag = as_tensor(scale_diag, "scale_diag")
        multiplier = as_tensor(scale_identity_multiplier, "scale_identity_multiplier")
    if scale_tril is None:
        return make_diag_scale(
            loc=loc,
            scale_diag=scale_diag,
            scale_identity_multiplier=multiplier,
            shape_hint=shape_hint,
            validate_args=validate_args,
            assert_positive=assert_positive,
            name=name,
        )
    scale_tril = matrix_band_part(scale_tril, -1, 0)
    diagonal = matrix_diag_part(scale_tril)
    if scale_diag is not None:
        diagonal += scale_diag
    if multiplier is not None:
        diagonal += multiplier[..., None]
    scale_tril = matrix_set_diag(scale_tril, diagonal)
    return linalg.LinearOperatorLowerTriangular(
        tril=_with_checks(scale_tril, matrix_diag_part, validate_args, assert_positive),
        is_non_singular=True,
        is_self_adjoint=False,
        is_positive_definite=assert_positive,
    )


def make_diag_scale(
    loc=None, scale_diag=None, scale_identity_multiplier=None, shape_hint=None, validate_args=False, assert_positive=False, name=None
):
    """The sum of a diagonal and a multiple of the identity matrix, those that are given; else the identity, of the size of `loc`."""
    checked = functools.partial(_with_checks, diagonal=lambda x: x, validate_args=validate_args, assert_positive=assert_positive)
    with name_scope(name, "make_diag_scale", values=[loc, scale_diag, scale_identity_multiplier]):
        loc = as_tensor(loc, "loc")
        scale_diag = as_tensor(scale_diag, "scale_diag")
        multiplier = as_tensor(scale_identity_multiplier, "scale_identity_multiplier")
        if scale_diag is not None:
            if multiplier is not None:
                scale_diag += multiplier[..., None]
            return linalg.LinearOperatorDiag(
                diag=checked(scale_diag), is_non_singular=True, is_self_adjoint=True, is_positive_definite=assert_positive
            )
        if loc is None and shape_hint is None:
            raise ValueError("Cannot infer `event_shape` unless `loc` or `shape_hint` is specified.")
        if shape_hint is None:
            shape_hint = loc.shape.as_list()[-1]
        if multiplier is None:
            return linalg.LinearOperatorIdentity(
                num_rows=shape_hint,
                dtype=loc.dtype.base_dtype,
                is_self_adjoint=True,
                is_positive_definite=True,
                assert_proper_shapes=validate_args,
            )
        return linalg.LinearOperatorScaledIdentity(
            num_rows=shape_hint,
            multiplier=checked(multiplier),
            is_non_singular=True,
            is_self_adjoint=True,
            is_positive_definite=assert_positive,
            assert_proper_shapes=validate_args,
        )


def shapes_from_loc_and_scale(loc, scale, name="shapes_from_loc_and_scale"):
    """(the shape of the batch, the shape of an event): arrays where they are known, else tensors."""
    with name_scope(name, values=[loc] + scale.graph_parents):
        size = scale.range_dimension_tensor()
        known = public_constant_value(size)
        event_shape = size[None] if known is None else known.reshape([1])
        if loc is not None:
            loc_size = None if loc.shape.ndims is None else loc.shape.as_list()[-1]
            if loc_size is not None and known is not None and loc_size not in (1, known):
                raise ValueError("Event size of 'scale' (%d) could not be broadcast up to that of 'loc' (%d)." % (known, loc_size))
        batch_shape = scale.batch_shape_tensor()
        if loc is None:
            known_batch = public_constant_value(batch_shape)
            return (batch_shape if known_batch is None else known_batch), event_shape
        loc_batch = loc.shape.with_rank_at_least(1)[:-1]
        if loc.shape.ndims is None or not loc_batch.is_fully_defined():
            loc_batch = array_ops.shape(loc)[:-1]
        else:
            loc_batch = convert_to_tensor(loc_batch, name="loc_batch_shape")
        return prefer_static_broadcast_shape(batch_shape, loc_batch), event_shape


def is_diagonal_scale(scale) -> bool:
    """Whether a linear operator is known to be diagonal."""
    if not isinstance(scale, linalg.LinearOperator):
        raise TypeError("Expected argument 'scale' to be instance of LinearOperator. Found: %s" % scale)
    return isinstance(scale, (linalg.LinearOperatorIdentity, linalg.LinearOperatorScaledIdentity, linalg.LinearOperatorDiag))
