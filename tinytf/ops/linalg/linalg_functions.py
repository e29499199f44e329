"""Linear algebra made of other ops: solving by Cholesky, norms, adjoint, rank, pseudo-inverse, exponential."""

from __future__ import annotations

import functools

import numpy as np

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops, select
from tinytf.ops.array.constant import constant
from tinytf.ops.array.shape_ops import deprecated_argument
from tinytf.ops.linalg.linalg import svd
from tinytf.ops.linalg.matrix_diag import eye, matrix_diag_part
from tinytf.ops.math import reductions
from tinytf.ops.math.cast import cast
from tinytf.ops.math.complex_ops import conj, real
from tinytf.ops.math.matmul import matmul


def adjoint(matrix, name=None) -> Tensor:
    """The conjugate transpose.  Follows `tf.linalg.adjoint` of TF 1.15."""
    with name_scope(name, "adjoint", [matrix]):
        matrix = convert_to_tensor(matrix, name="matrix")
        return array_ops.matrix_transpose(matrix, conjugate=True)


def logdet(matrix, name=None) -> Tensor:
    """log of the determinant of positive definite matrices, by Cholesky.  Follows `tf.linalg.logdet` of TF 1.15."""
    with name_scope(name, "logdet", [matrix]):
        chol = make("Cholesky", matrix)
        logarithms = make("Log", real(matrix_diag_part(chol)))
        return 2.0 * reductions.reduce_sum(logarithms, axis=[-1])


def cholesky_solve(chol, rhs, name=None) -> Tensor:
    """X with A X = `rhs`, where A = L Lᴴ and `chol` is L.  Follows `tf.cholesky_solve` of TF 1.15."""
    with name_scope(name, "cholesky_solve", [chol, rhs]):
        y = make("MatrixTriangularSolve", chol, rhs, adjoint=False, lower=True)
        return make("MatrixTriangularSolve", chol, y, adjoint=True, lower=True)


def regularized_gramian_cholesky(matrix, l2_regularizer, first_kind) -> Tensor:
    """The Cholesky factor of AᴴA + l2 I (first kind) or AAᴴ + l2 I."""
    gramian = matmul(matrix, matrix, adjoint_a=first_kind, adjoint_b=not first_kind)
    if isinstance(l2_regularizer, Tensor) or l2_regularizer != 0:
        shape = array_ops.shape(matrix)
        batch = shape[:-2]
        size = shape[-1] if first_kind else shape[-2]
        identity = eye(size, batch_shape=batch, dtype=matrix.dtype)
        known = matrix.shape[-1 if first_kind else -2]
        identity.set_shape(matrix.shape[:-2].concatenate([known, known]))
        gramian += l2_regularizer * identity
    return make("Cholesky", gramian)


_CACHE = 256000  # bytes: TensorFlow's guess of what is worth a batched composite


def matrix_solve_ls(matrix, rhs, l2_regularizer=0.0, fast=True, name=None) -> Tensor:
    """X that minimises |`matrix` X - `rhs`|² + `l2_regularizer` |X|².

    `fast` solves the normal equations by Cholesky; else one op does it, slower and for any rank.
    Follows `tf.matrix_solve_ls` of TF 1.15.
    """
    matrix = convert_to_tensor(matrix, name="matrix")
    if matrix.dtype == dtypes.complex128 and l2_regularizer != 0:
        raise NotImplementedError(
            "matrix_solve_ls is currently disabled for complex128 and l2_regularizer != 0 due to poor accuracy."
        )
    if not _composite(matrix, fast):
        return make("MatrixSolveLs", matrix, rhs, l2_regularizer, fast=fast, name=name)

    def overdetermined():
        chol = regularized_gramian_cholesky(matrix, l2_regularizer, True)
        return cholesky_solve(chol, matmul(matrix, rhs, adjoint_a=True))

    def underdetermined():
        chol = regularized_gramian_cholesky(matrix, l2_regularizer, False)
        return matmul(matrix, cholesky_solve(chol, rhs), adjoint_a=True)

    with name_scope(name, "matrix_solve_ls", [matrix, rhs, l2_regularizer]):
        dims = matrix.dims
        if dims is not None and None not in dims[-2:]:
            return overdetermined() if dims[-2] >= dims[-1] else underdetermined()
        from tinytf.ops.control_flow.cond import cond

        shape = array_ops.shape(matrix)[-2:]
        return cond(shape[-2] >= shape[-1], overdetermined, underdetermined)


def _composite(matrix, fast) -> bool:
    if fast is False:
        return False
    dims = matrix.dims
    if dims is None or None in dims:
        return True
    size = int(np.prod(dims)) * matrix.dtype.size
    return not (size > _CACHE and int(np.prod(dims[:-2])) > min(dims[-2:]))


def norm(tensor, ord="euclidean", axis=None, keepdims=None, name=None, keep_dims=None) -> Tensor:
    """The norm of vectors (`axis` an int), of matrices (a pair), or of all elements (None).

    `ord`: 'euclidean', 'fro' (matrices), 1, 2, np.inf or any positive number (vectors).
    Raises ValueError for other values.  Follows `tf.norm` of TF 1.15.
    """
    keepdims = bool(deprecated_argument("keepdims", keepdims, "keep_dims", keep_dims))
    of_matrix = isinstance(axis, (tuple, list)) and len(axis) == 2
    axis = _checked_axis(axis, ord, of_matrix)
    with name_scope(name, "norm", [tensor]):
        tensor = convert_to_tensor(tensor)
        if ord in ["fro", "euclidean", 2, 2.0]:
            if of_matrix and ord in [2, 2.0]:
                result = _spectral_norm(tensor, axis)
            else:
                square = tensor * conj(tensor)
                result = make("Sqrt", reductions.reduce_sum(square, axis, keepdims=True))
        else:
            result = _p_norm(tensor, ord, axis, of_matrix)
        return result if keepdims else array_ops.squeeze(result, axis)


def _checked_axis(axis, ord, of_matrix):
    message = "'axis' must be None, an integer, or a tuple of 2 unique integers"
    if of_matrix:
        axis = tuple(axis)
        if not isinstance(axis[0], int) or not isinstance(axis[1], int) or axis[0] == axis[1]:
            raise ValueError(message)
        supported = ["euclidean", "fro", 1, 2, np.inf]
        if ord not in supported:
            raise ValueError(f"'ord' must be a supported matrix norm in {supported}, got {ord}")
        return axis
    if not (isinstance(axis, int) or axis is None):
        raise ValueError(message)
    if ord not in ["euclidean", 1, 2, np.inf] and (not np.isreal(ord) or ord <= 0):
        raise ValueError(f"'ord' must be a supported vector norm, got {ord}")
    return None if axis is None else (axis,)


def _p_norm(tensor, ord, axis, of_matrix):
    from tinytf.ops.math.arithmetic import pow
    from tinytf.ops.math.unary import abs

    result = abs(tensor)
    if ord == 1:
        result = reductions.reduce_sum(result, None if axis is None else axis[0], keepdims=True)
        if of_matrix:
            result = reductions.reduce_max(result, axis[-1], keepdims=True)
        return result
    if ord == np.inf:
        if of_matrix:
            result = reductions.reduce_sum(result, axis[1], keepdims=True)
        return reductions.reduce_max(result, None if axis is None else axis[0], keepdims=True)
    return pow(reductions.reduce_sum(pow(result, ord), axis, keepdims=True), 1.0 / ord)


def _spectral_norm(tensor, axis):
    """The largest singular value, with the two axes moved to the end and back."""
    from tinytf.ops.array import ranges
    from tinytf.ops.control_flow.cond import cond
    from tinytf.ops.control_flow.map_ops import map_fn
    from tinytf.ops.math.unary import abs

    rank = array_ops.rank(tensor)
    positive = map_fn(lambda i: cond(i >= 0, lambda: i, lambda: i + rank), convert_to_tensor(axis))
    axes = ranges.range(rank)
    before = array_ops.concat([array_ops.setdiff1d(axes, positive)[0], positive], axis=0)
    after = map_fn(
        lambda i: cast(array_ops.squeeze(select.where_v2(make("Equal", before, i))), dtype=dtypes.int32), axes
    )
    permuted = array_ops.transpose(tensor, perm=before)
    singular = abs(make("Svd", permuted, compute_uv=False)[0])
    largest = reductions.reduce_max(singular, axis=-1, keepdims=True)
    return array_ops.transpose(array_ops.expand_dims(largest, axis=-1), perm=after)


def _validated(a, validate_args):
    """`a`, which must hold floats and have two dimensions or more; checked when it runs if it is not known now."""
    if not a.dtype.is_floating:
        raise TypeError(f"Input `a` must have `float`-like `dtype` (saw {a.dtype.name}).")
    if a.dims is not None:
        if len(a.dims) < 2:
            raise ValueError(f"Input `a` must have at least 2 dimensions (saw: {len(a.dims)}).")
    elif validate_args:
        from tinytf.ops.math.check_ops import assert_rank_at_least

        check = assert_rank_at_least(a, rank=2, message="Input `a` must have at least 2 dimensions.")
        with control_dependencies([check]):
            return array_ops.identity(a)
    return a


def matrix_rank(a, tol=None, validate_args=False, name=None) -> Tensor:
    """The number of singular values above `tol`.  Follows `tf.linalg.matrix_rank` of TF 1.15."""
    with name_scope(name or "matrix_rank"):
        a = _validated(convert_to_tensor(a, preferred_dtype=dtypes.float32, name="a"), validate_args)
        s = svd(a, compute_uv=False)
        if tol is None:
            if a.dims is not None and None not in a.dims[-2:]:
                largest = np.max(a.dims[-2:])
            else:
                largest = reductions.reduce_max(array_ops.shape(a)[-2:])
            eps = np.finfo(a.dtype.as_numpy_dtype).eps
            tol = eps * cast(largest, a.dtype) * reductions.reduce_max(s, axis=-1, keepdims=True)
        return reductions.reduce_sum(cast(s > tol, dtypes.int32), axis=-1)


def pinv(a, rcond=None, validate_args=False, name=None) -> Tensor:
    """The Moore-Penrose pseudo-inverse; singular values below `rcond` of the largest count as 0.

    Follows `tf.linalg.pinv` of TF 1.15.
    """
    with name_scope(name or "pinv"):
        a = _validated(convert_to_tensor(a, name="a"), validate_args)
        dtype = a.dtype.as_numpy_dtype
        if rcond is None:
            rows, columns = (_size(a, i) for i in (-2, -1))
            if isinstance(rows, int) and isinstance(columns, int):
                largest = float(max(rows, columns))
            else:
                largest = cast(make("Maximum", rows, columns), dtype)
            rcond = 10.0 * largest * np.finfo(dtype).eps
        rcond = convert_to_tensor(rcond, dtype=dtype, name="rcond")
        s, u, v = svd(a, full_matrices=False, compute_uv=True)
        cutoff = rcond * reductions.reduce_max(s, axis=-1)
        s = select.where_v2(s > array_ops.expand_dims(cutoff, -1), s, np.array(np.inf, dtype))
        result = matmul(v / array_ops.expand_dims(s, -2), u, adjoint_b=True)
        if a.dims is not None:
            result.set_shape(a.dims[:-2] + (a.dims[-1], a.dims[-2]))
        return result


def _size(a, axis):
    known = None if a.dims is None else a.dims[axis]
    return array_ops.shape(a)[axis] if known is None else known


# Padé's approximants of the exponential: the coefficients b of degree 3, 5, 7, 9 and 13.
_PADE = {
    3: [120.0, 60.0, 12.0],
    5: [30240.0, 15120.0, 3360.0, 420.0, 30.0],
    7: [17297280.0, 8648640.0, 1995840.0, 277200.0, 25200.0, 1512.0, 56.0],
    9: [17643225600.0, 8821612800.0, 2075673600.0, 302702400.0, 30270240.0, 2162160.0, 110880.0, 3960.0, 90.0],
    13: [
        64764752532480000.0,
        32382376266240000.0,
        7771770303897600.0,
        1187353796428800.0,
        129060195264000.0,
        10559470521600.0,
        670442572800.0,
        33522128640.0,
        1323241920.0,
        40840800.0,
        960960.0,
        16380.0,
        182.0,
    ],
}


def _pade(matrix, degree):
    """(u, v): the odd and the even part of the approximant's numerator."""
    b = [constant(x, matrix.dtype) for x in _PADE[degree]]
    rows = array_ops.shape(matrix)[-2]
    identity = eye(rows, batch_shape=array_ops.shape(matrix)[:-2], dtype=matrix.dtype)
    powers = {2: matmul(matrix, matrix)}
    for k in range(4, 7 if degree == 13 else degree, 2):
        powers[k] = matmul(powers[k - 2], powers[2])

    def total(terms):
        return functools.reduce(lambda a, c: a + c, terms)

    if degree == 13:
        p2, p4, p6 = powers[2], powers[4], powers[6]
        inner = matmul(p6, p6 + b[11] * p4 + b[9] * p2)
        inner_u = inner + b[7] * p6 + b[5] * p4 + b[3] * p2 + b[1] * identity
        u = matmul(matrix, inner_u)
        inner_v = b[12] * p6 + b[10] * p4 + b[8] * p2
        return u, matmul(p6, inner_v) + b[6] * p6 + b[4] * p4 + b[2] * p2 + b[0] * identity
    evens = range(degree - 1, 1, -2)

    def odd_terms():
        yield powers[degree - 1]
        for k in evens[1:]:
            yield b[k + 1] * powers[k]
        yield b[1] * identity

    def even_terms():
        for k in evens:
            yield b[k] * powers[k]
        yield b[0] * identity

    u = matmul(matrix, total(odd_terms()))
    return u, total(even_terms())


def matrix_exponential(input, name=None) -> Tensor:
    """The exponential of square matrices, by scaling, a Padé approximant and squaring.

    Follows `tf.linalg.expm` of TF 1.15.
    """
    from tinytf.ops.control_flow import while_loop as loops
    from tinytf.ops.math import unary
    from tinytf.ops.math.arithmetic import maximum, pow

    with name_scope(name, "matrix_exponential", [input]):
        matrix = convert_to_tensor(input, name="input")
        if matrix.dims is not None and matrix.dims[-2:] == (0, 0):
            return matrix
        batch = matrix.shape[:-2]
        if not batch.is_fully_defined():
            batch = array_ops.shape(matrix)[:-2]
        flat = array_ops.concat(([-1], array_ops.shape(matrix)[-2:]), axis=0)
        matrix = array_ops.reshape(matrix, flat)
        magnitude = unary.abs(matrix)
        columns = array_ops.size(array_ops.shape(matrix)) - 2
        l1_norm = reductions.reduce_max(reductions.reduce_sum(magnitude, axis=columns), axis=-1)

        def const(x):
            return constant(x, l1_norm.dtype)

        def choose(bounds, cases):
            small = make("Less", l1_norm, const(bounds[0]))
            rest = cases[1] if len(bounds) == 1 else choose(bounds[1:], cases[1:])
            return select.where(small, cases[0], rest)

        single = matrix.dtype in (dtypes.float16, dtypes.float32, dtypes.complex64)
        if not single and matrix.dtype not in (dtypes.float64, dtypes.complex128):
            raise ValueError(f"tf.linalg.expm does not support matrices of type {matrix.dtype}")
        largest = const(3.925724783138660 if single else 5.371920351148152)
        ratio = make("Log", l1_norm / largest)
        squarings = maximum(unary.floor(ratio / make("Log", const(2.0))), 0)
        degrees = [3, 5, 7] if single else [3, 5, 7, 9, 13]
        parts = [_pade(matrix, d) for d in degrees[:-1]]
        two = constant(2.0, dtype=matrix.dtype)
        scale = pow(two, cast(squarings, matrix.dtype))[..., None, None]
        parts.append(_pade(matrix / scale, degrees[-1]))
        bounds = (4.258730016922831e-001, 1.880152677804762e000)
        if not single:
            bounds = (1.495585217958292e-002, 2.539398330063230e-001, 9.504178996162932e-001, 2.097847961257068e000)
        u = choose(bounds, [u for u, _ in parts])
        v = choose(bounds, [v for _, v in parts])
        numerator = u + v
        denominator = -u + v
        result = make("MatrixSolve", denominator, numerator)
        most = reductions.reduce_max(squarings)

        def body(i, r):
            more = i + 1
            below = make("Less", i, squarings)
            return more, select.where(below, matmul(r, r), r)

        _, result = loops.while_loop(lambda i, r: make("Less", i, most), body, [const(0.0), result])
        if matrix.dims is None or None in matrix.dims:
            return array_ops.reshape(result, array_ops.concat((batch, array_ops.shape(result)[-2:]), axis=0))
        return array_ops.reshape(result, batch.concatenate(result.shape[-2:]))


def normalize(tensor, ord="euclidean", axis=None, name=None):
    """(`tensor` divided by its norm along `axis`, the norm).  Follows `tf.linalg.normalize` of TF 1.15."""
    with name_scope(name, "normalize", [tensor]):
        tensor = convert_to_tensor(tensor)
        length = cast(norm(tensor, ord, axis, keepdims=True), tensor.dtype)
        return tensor / length, length
