"""The best value of a leaf and what is gained by it, from the sums of its examples' gradients and hessians.

A leaf's weight w minimises (h + l2)/2 w² + g w + l1 |w|.  Follows tree_helper.h of TF 1.15.
"""

from __future__ import annotations

import numpy as np

_EPSILON = 1e-15


def weights_and_gains(gradients, hessians, l1, l2) -> tuple:
    """(weights, gains) as float32 arrays of the inputs' shape."""
    shrunk = np.where(gradients > l1, gradients - l1, np.where(gradients < -l1, gradients + l1, np.float32(0))) if l1 > 0 else gradients
    denominator = hessians + l2
    with np.errstate(divide="ignore", invalid="ignore"):
        weights = np.where(denominator <= _EPSILON, np.float32(0), -shrunk / denominator)
    return weights, -shrunk * weights


def multi_weights_and_gain(gradients, hessians, l1, l2) -> tuple:
    """The same for the logits of several classes together: (weights [n, k], gains [n]).

    `hessians` are diagonals [n, k] or whole matrices [n, k * k]; l1 has no say here.
    """
    count, size = gradients.shape
    matrices = np.zeros((count, size, size), np.float32)
    diagonal = np.arange(size)
    if hessians.shape[1] == size:
        matrices[:, diagonal, diagonal] = hessians
    else:
        matrices[:] = hessians.reshape(count, size, size)
    matrices[:, diagonal, diagonal] += l2
    weights = np.zeros((count, size), np.float32)
    for i in range(count):
        if matrices[i].any():
            weights[i] = -np.linalg.lstsq(matrices[i], gradients[i], rcond=None)[0]
    return weights, -np.einsum("ij,ij->i", gradients, weights)
