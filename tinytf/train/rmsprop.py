"""RMSProp and Adadelta: steps scaled by a running mean of squared gradients."""

from __future__ import annotations

from tinytf.ops.array import constant
from tinytf.ops.state import init_ops
from tinytf.train.optimizer import GRAD, FusedOptimizer


class RMSPropOptimizer(FusedOptimizer):
    """The RMSProp algorithm, centered or not.  Follows tf.train.RMSPropOptimizer of TF 1.15."""

    _hyper = (
        ("_learning_rate", "learning_rate"),
        ("_decay", "decay"),
        ("_momentum", "momentum"),
        ("_epsilon", "epsilon"),
    )

    def __init__(
        self,
        learning_rate,
        decay=0.9,
        momentum=0.0,
        epsilon=1e-10,
        use_locking=False,
        centered=False,
        name="RMSProp",
    ):
        super().__init__(use_locking, name)
        self._learning_rate, self._decay, self._momentum = learning_rate, decay, momentum
        self._epsilon, self._centered = epsilon, centered

    def _create_slots(self, var_list):
        for v in var_list:
            dtype = v.dtype.base_dtype
            if v.get_shape().is_fully_defined():
                ones = init_ops.Ones(dtype=dtype)
            else:
                ones = constant.ones_like(v)
            self._get_or_make_slot_with_initializer(v, ones, v.get_shape(), dtype, "rms", self._name)
            if self._centered:
                self._zeros_slot(v, "mg", self._name)
            self._zeros_slot(v, "momentum", self._name)

    def _update(self, var, dtype):
        numbers = [self._tensor(a, dtype) for a, _ in self._hyper]
        if self._centered:
            return "CenteredRMSProp", ("mg", "rms", "momentum"), (*numbers, GRAD), {}
        return "RMSProp", ("rms", "momentum"), (*numbers, GRAD), {}


class AdadeltaOptimizer(FusedOptimizer):
    """The Adadelta algorithm (Zeiler, 2012).  Follows tf.train.AdadeltaOptimizer of TF 1.15."""

    _hyper = (("_lr", "lr"), ("_rho", "rho"), ("_epsilon", "epsilon"))

    def __init__(self, learning_rate=0.001, rho=0.95, epsilon=1e-8, use_locking=False, name="Adadelta"):
        super().__init__(use_locking, name)
        self._lr, self._rho, self._epsilon = learning_rate, rho, epsilon

    def _create_slots(self, var_list):
        for v in var_list:
            self._zeros_slot(v, "accum", self._name)
            self._zeros_slot(v, "accum_update", self._name)

    def _update(self, var, dtype):
        numbers = [self._tensor(a, dtype) for a, _ in self._hyper]
        return "Adadelta", ("accum", "accum_update"), (*numbers, GRAD), {}
