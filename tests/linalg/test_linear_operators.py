"""Linear operators against the matrices that they stand for."""

import numpy as np
import pytest

import tinytf as tf

FULL = np.array([[4.0, 1.0], [1.0, 3.0]])
DIAG = np.array([2.0, -3.0])


def _operators():
    linalg = tf.linalg
    full, diag = linalg.LinearOperatorFullMatrix(FULL), linalg.LinearOperatorDiag(DIAG)
    return {
        "full": (full, FULL),
        "definite": (linalg.LinearOperatorFullMatrix(FULL, is_self_adjoint=True, is_positive_definite=True), FULL),
        "diag": (diag, np.diag(DIAG)),
        "lower": (linalg.LinearOperatorLowerTriangular(FULL), np.tril(FULL)),
        "identity": (linalg.LinearOperatorIdentity(2, dtype=tf.float64), np.eye(2)),
        "scaled": (linalg.LinearOperatorScaledIdentity(2, np.float64(3.0)), 3 * np.eye(2)),
        "householder": (linalg.LinearOperatorHouseholder([1.0, 2.0]), np.eye(2) - 2 / 5 * np.array([[1.0, 2.0], [2.0, 4.0]])),
        "toeplitz": (linalg.LinearOperatorToeplitz([4.0, 1.0], [4.0, 2.0]), np.array([[4.0, 2.0], [1.0, 4.0]])),
        "circulant": (linalg.LinearOperatorCirculant(np.array([3.0, 1.0], np.complex64)), np.array([[2.0, 1.0], [1.0, 2.0]])),
        "update": (linalg.LinearOperatorLowRankUpdate(diag, np.array([[1.0], [2.0]])), np.diag(DIAG) + [[1.0, 2.0], [2.0, 4.0]]),
        "product": (linalg.LinearOperatorComposition([diag, full]), np.diag(DIAG) @ FULL),
        "kronecker": (linalg.LinearOperatorKronecker([diag, full]), np.kron(np.diag(DIAG), FULL)),
        "blocks": (linalg.LinearOperatorBlockDiag([diag, full]), np.block([[np.diag(DIAG), np.zeros((2, 2))], [np.zeros((2, 2)), FULL]])),
        "adjoint": (linalg.LinearOperatorAdjoint(linalg.LinearOperatorLowerTriangular(FULL)), np.tril(FULL).T),
        "inverse": (linalg.LinearOperatorInversion(full), np.linalg.inv(FULL)),
    }


NAMES = """full definite diag lower identity scaled householder toeplitz circulant update product kronecker blocks adjoint inverse"""


@pytest.mark.parametrize("name", NAMES.split())
def test_operator_is_its_matrix(name):
    with tf.Graph().as_default(), tf.Session() as session:
        operator, matrix = _operators()[name]
        right = tf.cast(np.arange(1.0, 1.0 + 2 * len(matrix)).reshape(-1, 2), operator.dtype)
        found = [
            operator.to_dense(), operator.matmul(right), operator.matmul(right, adjoint=True), operator.solve(right), operator.determinant(),
            operator.log_abs_determinant(), operator.trace(), operator.diag_part(), operator.shape_tensor(),
            operator.inverse().to_dense(), operator.adjoint().to_dense(), operator.add_to_tensor(right[:, :1] + tf.zeros_like(operator.to_dense())),
        ]  # fmt: skip
        found, x = session.run((found, right))
    expected = [
        matrix, matrix @ x, matrix.T @ x, np.linalg.solve(matrix, x), np.linalg.det(matrix), np.log(abs(np.linalg.det(matrix))),
        np.trace(matrix), np.diag(matrix), matrix.shape, np.linalg.inv(matrix), matrix.T, matrix + x[:, :1],
    ]  # fmt: skip
    for i, (value, wanted) in enumerate(zip(found, expected)):
        np.testing.assert_allclose(value, wanted, rtol=1e-4, atol=1e-4, err_msg=f"{name} {i}")
    assert operator.shape.as_list() == list(matrix.shape)


def test_operators_of_a_kind_stay_of_that_kind():
    diag = tf.linalg.LinearOperatorDiag([1.0, 2.0])
    assert isinstance(diag.matmul(diag), tf.linalg.LinearOperatorDiag)
    assert isinstance(diag.inverse(), tf.linalg.LinearOperatorDiag)
    assert isinstance(tf.linalg.LinearOperatorIdentity(2).matmul(diag), tf.linalg.LinearOperatorDiag)
    full = tf.linalg.LinearOperatorFullMatrix([[1.0, 2.0], [3.0, 4.0]])
    assert full.matmul(diag).name == "LinearOperatorFullMatrix_o_LinearOperatorDiag"


def test_names_start_with_the_operators_own():
    with tf.Graph().as_default():
        diag = tf.linalg.LinearOperatorDiag([1.0, 2.0])
        assert [diag.to_dense().name, diag.to_dense().name] == ["LinearOperatorDiag/to_dense/diag:0", "LinearOperatorDiag/to_dense_1/diag:0"]


def test_what_contradicts_is_refused():
    with pytest.raises(ValueError, match="Only square"):
        tf.linalg.LinearOperatorDiag([1.0, 2.0], is_square=False)
    with pytest.raises(NotImplementedError, match="not implemented"):
        tf.linalg.LinearOperatorFullMatrix(FULL).assert_positive_definite()
    with pytest.raises(ValueError, match="Dimensions"):
        tf.linalg.LinearOperatorDiag([1.0, 2.0]).matmul(np.ones((3, 1), np.float32))
