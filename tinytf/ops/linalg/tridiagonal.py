"""Tridiagonal systems: `tf.linalg.tridiagonal_solve` and `tridiagonal_matmul`, their diagonals in three formats."""

from __future__ import annotations

from tinytf.graph.build import make
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.linalg.matrix_diag import matrix_diag_part
from tinytf.ops.math.complex_ops import conj


def tridiagonal_solve(
    diagonals,
    rhs,
    diagonals_format="compact",
    transpose_rhs=False,
    conjugate_rhs=False,
    name=None,
    partial_pivoting=True,
) -> Tensor:
    """X with T X = `rhs`, T tridiagonal.

    `diagonals_format`: 'compact' ([..., 3, M]: above, main, below), 'sequence' (these three apart, the
    outer ones M or M - 1 long) or 'matrix' ([..., M, M]).  Raises ValueError where shapes do not fit.
    Follows `tf.linalg.tridiagonal_solve` of TF 1.15.
    """
    if diagonals_format == "sequence":
        diagonals = _stacked(diagonals)
    elif diagonals_format == "matrix":
        diagonals = _of_matrix(diagonals)
    elif diagonals_format != "compact":
        raise ValueError(f"Unrecognized diagonals_format: {diagonals_format}")
    rank, rhs_rank = len(diagonals.shape), len(rhs.shape)
    if rank < 2:
        raise ValueError(f"Expected diagonals to have rank at least 2, got {rank}")
    if rhs_rank not in (rank, rank - 1):
        raise ValueError(f"Expected the rank of rhs to be {rank - 1} or {rank}, got {rhs_rank}")
    if diagonals.shape[-2] and diagonals.shape[-2] != 3:
        raise ValueError(f"Expected 3 diagonals got {diagonals.shape[-2]}")
    if not diagonals.shape[:-2].is_compatible_with(rhs.shape[: rank - 2]):
        raise ValueError(f"Batch shapes {diagonals.shape[:-2]} and {rhs.shape[: rank - 2]} are incompatible")
    vector = rhs_rank == rank - 1
    if vector:
        rhs = array_ops.expand_dims(conj(rhs) if conjugate_rhs else rhs, -1)
    elif transpose_rhs:
        rhs = array_ops.matrix_transpose(rhs, conjugate=conjugate_rhs)
    elif conjugate_rhs:
        rhs = conj(rhs)
    size, rows = diagonals.dims[-1], rhs.dims[-2]
    if size and rows and size != rows:
        raise ValueError(f"Expected number of left-hand sided and right-hand sides to be equal, got {size} and {rows}")
    result = make("TridiagonalSolve", diagonals, rhs, partial_pivoting=partial_pivoting, name=name)
    if vector:
        return array_ops.squeeze(result, -1)
    return array_ops.matrix_transpose(result) if transpose_rhs else result


def _stacked(diagonals):
    if not isinstance(diagonals, (tuple, list)) or len(diagonals) != 3:
        raise ValueError("Expected diagonals to be a sequence of length 3.")
    above, main, below = diagonals
    if not (
        below.shape[:-1].is_compatible_with(main.shape[:-1]) and above.shape[:-1].is_compatible_with(main.shape[:-1])
    ):
        shapes = f"{below.shape}, {main.shape}, {above.shape}"
        raise ValueError(
            f"Tensors representing the three diagonals must have the same shape, except for the last dimension, got {shapes}"
        )
    size = main.dims[-1]

    def padded(t, name, sides):
        n = t.dims[-1]
        if not n or n == size:
            return t
        if n == size - 1:
            return array_ops.pad(t, [[0, 0] for _ in t.dims[:-1]] + [sides])
        raise ValueError(f"Expected {name} to be have length {size} or {size - 1}, got {n}.")

    below = padded(below, "subdiagonal", [1, 0])
    above = padded(above, "superdiagonal", [0, 1])
    return array_ops.stack((above, main, below), axis=-2)


def _matrix_size(matrix):
    m1, m2 = matrix.dims[-1], matrix.dims[-2]
    if m1 and m2 and m1 != m2:
        raise ValueError(f"Expected last two dimensions of diagonals to be same, got {m1} and {m2}")
    size = m1 or m2
    if not size:
        raise ValueError('The size of the matrix needs to be known for diagonals_format="matrix"')
    return size


def _of_matrix(matrix):
    m = _matrix_size(matrix)
    nothing = [0, 0]
    indices = [[[1, 0], [0, 0], nothing]]
    indices += [[[i + 1, i], [i, i], [i - 1, i]] for i in range(1, m - 1)]
    indices += [[nothing, [m - 1, m - 1], [m - 2, m - 1]]]
    return array_ops.transpose(array_ops.gather_nd(array_ops.transpose(matrix), indices))


def tridiagonal_matmul(diagonals, rhs, diagonals_format="compact", name=None) -> Tensor:
    """The product of a tridiagonal matrix and `rhs`; formats as in `tridiagonal_solve`.

    Follows `tf.linalg.tridiagonal_matmul` of TF 1.15.
    """
    if diagonals_format == "compact":
        above, main, below = (diagonals[..., i, :] for i in range(3))
    elif diagonals_format == "sequence":
        above, main, below = diagonals
    elif diagonals_format == "matrix":
        m = _matrix_size(diagonals)
        main = matrix_diag_part(diagonals)
        transposed = array_ops.transpose(diagonals)
        over = [[i + 1, i] for i in range(m - 1)] + [[0, 0]]
        under = [[0, 0]] + [[i - 1, i] for i in range(1, m)]
        above = array_ops.transpose(array_ops.gather_nd(transposed, over))
        below = array_ops.transpose(array_ops.gather_nd(transposed, under))
    else:
        raise ValueError(f"Unrecognized diagonals_format: {diagonals_format}")
    above, main, below = (array_ops.expand_dims(d, -2) for d in (above, main, below))
    return make("TridiagonalMatMul", above, main, below, rhs, name=name)
