"""Gradient descent with momentum."""

from __future__ import annotations

from tinytf.train.optimizer import GRAD, FusedOptimizer


class MomentumOptimizer(FusedOptimizer):
    """accumulation = momentum * accumulation + gradient; var -= learning_rate * accumulation.

    Follows tf.train.MomentumOptimizer of TF 1.15.
    """

    _hyper = (("_learning_rate", "learning_rate"), ("_momentum", "momentum"))

    def __init__(self, learning_rate, momentum, use_locking=False, name="Momentum", use_nesterov=False):
        super().__init__(use_locking, name)
        self._learning_rate, self._momentum, self._use_nesterov = learning_rate, momentum, use_nesterov

    def _create_slots(self, var_list):
        for v in var_list:
            self._zeros_slot(v, "momentum", self._name)

    def _update(self, var, dtype):
        args = (self._tensor("_learning_rate", dtype), GRAD, self._tensor("_momentum", dtype))
        return "Momentum", ("momentum",), args, {"use_nesterov": self._use_nesterov}
