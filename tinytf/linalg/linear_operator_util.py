"""What linear operators share: checks, and products and solutions whose batch dimensions broadcast."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.linalg import linalg, linalg_functions
from tinytf.ops.math import check_ops, math_ops
from tinytf.shapes import TensorShape


def assert_not_ref_type(x, arg_name) -> None:
    """TypeError where `x` is a reference variable."""
    if getattr(x, "dtype", None) is not None and x.dtype._is_ref_dtype:
        raise TypeError(f"Argument {arg_name} cannot be reference type. Found: {type(x)}")


def assert_no_entries_with_modulus_zero(x, message=None, name="assert_no_entries_with_modulus_zero"):
    """An op that fails where an entry is zero."""
    with name_scope(name, values=[x]):
        x = convert_to_tensor(x, name="x")
        size = math_ops.abs(x)
        return check_ops.assert_less(convert_to_tensor(0, dtype=x.dtype.real_dtype), size, message=message)


def assert_zero_imag_part(x, message=None, name="assert_zero_imag_part"):
    """An op that fails where an entry is not real."""
    from tinytf.ops.control_flow.control_flow_ops import no_op

    with name_scope(name, values=[x]):
        x = convert_to_tensor(x, name="x")
        if not x.dtype.is_complex:
            return no_op()
        return check_ops.assert_equal(convert_to_tensor(0, dtype=x.dtype.real_dtype), math_ops.imag(x), message=message)


def assert_compatible_matrix_dimensions(operator, x):
    """An op that fails where `x` cannot be multiplied from the left by `operator`."""
    message = "Dimensions are not compatible.  shape[-2] of argument to be the same as this operator"
    return check_ops.assert_equal(array_ops.shape(x)[-2], operator.domain_dimension_tensor(), message=message)


def assert_is_batch_matrix(tensor) -> None:
    """ValueError where a tensor is known to have fewer than two dimensions."""
    if tensor.dims is not None and len(tensor.dims) < 2:
        raise ValueError(f"Expected tensor to have at least two dimensions.  Found: {tensor}")


def shape_tensor(shape, name=None) -> Tensor:
    """A shape as an int32 vector."""
    return convert_to_tensor(shape, dtype=dtypes.int32, name=name) if isinstance(shape, (tuple, list)) else convert_to_tensor(shape, name=name)


def broadcast_matrix_batch_dims(batch_matrices, name=None) -> list:
    """Matrices with their batch dimensions broadcast to one another."""
    with name_scope(name or "broadcast_matrix_batch_dims", values=batch_matrices):
        check_ops.assert_proper_iterable(batch_matrices)
        matrices = [convert_to_tensor(m) for m in batch_matrices]
        for m in matrices:
            assert_is_batch_matrix(m)
        if len(matrices) < 2:
            return matrices
        static = matrices[0].shape[:-2]
        for m in matrices[1:]:
            static = array_ops.broadcast_static_shape(static, m.shape[:-2])
        if static.is_fully_defined():
            known = all(m.shape.is_fully_defined() for m in matrices)
            batch = static.as_list()
            if known:
                return [m if m.shape[:-2] == static else array_ops.broadcast_to(m, batch + m.shape.as_list()[-2:]) for m in matrices]
            batch = convert_to_tensor(batch, dtype=dtypes.int32)
        else:
            batch = array_ops.shape(matrices[0])[:-2]
            for m in matrices[1:]:
                batch = array_ops.broadcast_dynamic_shape(batch, array_ops.shape(m)[:-2])
        made = []
        for m in matrices:
            wide = array_ops.broadcast_to(m, array_ops.concat([batch, array_ops.shape(m)[-2:]], 0))
            wide.set_shape(static.concatenate(m.shape[-2:]))
            made.append(wide)
        return made


def cholesky_solve_with_broadcast(chol, rhs, name=None) -> Tensor:
    """`cholesky_solve`, batch dimensions broadcast."""
    from tinytf.ops.linalg.linalg_functions import cholesky_solve

    with name_scope(name or "CholeskySolveWithBroadcast", values=[chol, rhs]):
        chol, rhs = broadcast_matrix_batch_dims([chol, rhs])
        return cholesky_solve(chol, rhs)


def matrix_solve_with_broadcast(matrix, rhs, adjoint=False, name=None) -> Tensor:
    """`matrix_solve`, batch dimensions broadcast."""
    with name_scope(name or "MatrixSolveWithBroadcast", values=[matrix, rhs]):
        matrix = convert_to_tensor(matrix, name="matrix")
        rhs = convert_to_tensor(rhs, name="rhs", dtype=matrix.dtype)
        matrix, rhs = broadcast_matrix_batch_dims([matrix, rhs])
        return linalg.matrix_solve(matrix, rhs, adjoint=adjoint)


def matrix_triangular_solve_with_broadcast(matrix, rhs, lower=True, adjoint=False, name=None) -> Tensor:
    """`matrix_triangular_solve`, batch dimensions broadcast."""
    with name_scope(name or "MatrixTriangularSolve", values=[matrix, rhs]):
        matrix = convert_to_tensor(matrix, name="matrix")
        rhs = convert_to_tensor(rhs, name="rhs", dtype=matrix.dtype)
        matrix, rhs = broadcast_matrix_batch_dims([matrix, rhs])
        return linalg.matrix_triangular_solve(matrix, rhs, lower=lower, adjoint=adjoint)


def use_operator_or_provided_hint_unless_contradicting(operator, hint_attr_name, provided_hint_value, message):
    """The hint of the operator or the given one; ValueError where they contradict."""
    own = getattr(operator, hint_attr_name)
    if own is False and provided_hint_value or own and provided_hint_value is False:
        raise ValueError(message)
    if own or provided_hint_value:
        return True
    return False if own is False or provided_hint_value is False else None


def adjoint(matrix) -> Tensor:
    """The conjugate transpose."""
    return linalg_functions.adjoint(matrix)


def with_checks(assertions, tensor) -> Tensor:
    """`tensor`, after the assertions."""
    if not assertions:
        return tensor
    with control_dependencies(assertions):
        return array_ops.identity(tensor)


def batch_of(tensor, inner: int) -> TensorShape:
    """The static shape without the last `inner` dimensions."""
    return tensor.shape[:-inner] if tensor.dims is not None else TensorShape(None)
