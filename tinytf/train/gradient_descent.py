"""Plain gradient descent, and its proximal form."""

from __future__ import annotations

from tinytf.graph.build import make
from tinytf.graph.indexed_slices import IndexedSlices
from tinytf.train.optimizer import GRAD, FusedOptimizer


class GradientDescentOptimizer(FusedOptimizer):
    """var -= learning_rate * gradient.  Follows tf.train.GradientDescentOptimizer of TF 1.15."""

    _hyper = (("_learning_rate", "learning_rate"),)

    def __init__(self, learning_rate, use_locking=False, name="GradientDescent"):
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate

    def _update(self, var, dtype):
        return "GradientDescent", (), (self._tensor("_learning_rate", dtype), GRAD), {}

    def _apply_sparse_duplicate_indices(self, grad, var):
        # Repeated rows may be subtracted one after the other: no need to sum them first.
        rate = self._tensor("_learning_rate", var.dtype.base_dtype)
        delta = IndexedSlices(grad.values * rate, grad.indices, grad.dense_shape)
        return var.scatter_sub(delta, use_locking=self._use_locking)

    def _resource_apply_sparse_duplicate_indices(self, grad, handle, indices):
        return make("ResourceScatterAdd", handle.handle, indices, -grad * self._learning_rate)


class ProximalGradientDescentOptimizer(FusedOptimizer):
    """Gradient descent with L1 and L2 regularisation.  Follows tf.train.ProximalGradientDescentOptimizer of TF 1.15."""

    _hyper = (
        ("_learning_rate", "learning_rate"),
        ("_l1", "l1_regularization_strength"),
        ("_l2", "l2_regularization_strength"),
    )

    def __init__(
        self,
        learning_rate,
        l1_regularization_strength=0.0,
        l2_regularization_strength=0.0,
        use_locking=False,
        name="ProximalGradientDescent",
    ):
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._l1, self._l2 = l1_regularization_strength, l2_regularization_strength

    def _update(self, var, dtype):
        numbers = [self._tensor(a, dtype) for a, _ in self._hyper]
        return "ProximalGradientDescent", (), (*numbers, GRAD), {}
