"""Roots and logarithms of matrices that have too few eigenvectors."""

import numpy as np

import tinytf as tf

BLOCK = np.array([[4, 1, 0], [0, 4, 1], [0, 0, 4]], np.complex128)


def test_square_root_and_logarithm_of_a_jordan_block():
    with tf.Graph().as_default(), tf.Session() as session:
        root, logarithm, batch = session.run([tf.linalg.sqrtm(BLOCK), tf.linalg.logm(BLOCK), tf.linalg.sqrtm(np.stack([BLOCK, 4 * np.eye(3)]))])
    np.testing.assert_allclose(root, [[2, 0.25, -1 / 64], [0, 2, 0.25], [0, 0, 2]], atol=1e-9)
    np.testing.assert_allclose(logarithm, [[np.log(4), 0.25, -1 / 32], [0, np.log(4), 0.25], [0, 0, np.log(4)]], atol=1e-9)
    np.testing.assert_allclose(batch, [root, 2 * np.eye(3)], atol=1e-9)


def test_square_root_of_no_rows():
    with tf.Graph().as_default(), tf.Session() as session:
        assert session.run(tf.linalg.sqrtm(np.zeros((2, 0, 0), np.float32))).shape == (2, 0, 0)
