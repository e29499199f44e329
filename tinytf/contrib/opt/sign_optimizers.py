"""AddSign and PowerSign: steps are larger where the gradient agrees with its running mean (Bello et al., 2017)."""

from __future__ import annotations

import math

from tinytf.graph.convert import convert_to_tensor
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.math import math_ops
from tinytf.ops.state import state_ops
from tinytf.train.optimizer import GRAD, FusedOptimizer


class _SignOptimizer(FusedOptimizer):
    """What both have in common: the running mean `m`, and a weight of the sign that may decay with the global step."""

    _op_type = ""

    def __init__(self, learning_rate, base, beta, sign_decay_fn, use_locking, name):
        super().__init__(use_locking, name)
        self._lr, self._base, self._beta, self._sign_decay_fn = learning_rate, base, beta, sign_decay_fn

    def apply_gradients(self, grads_and_vars, global_step=None, name=None):
        """The optimizer's; the decay of the sign is taken of `global_step`."""
        if self._sign_decay_fn is not None:
            self._sign_decay = convert_to_tensor(self._sign_decay_fn(global_step), name="sign_decay")
        return super().apply_gradients(grads_and_vars, global_step=global_step, name=name)

    def _create_slots(self, var_list):
        for v in var_list:
            self._zeros_slot(v, "m", self._name)

    def _prepare(self):
        super()._prepare()
        if self._sign_decay_fn is None:
            self._sign_decay = convert_to_tensor(1.0, name="sign_decay")

    def _numbers(self, dtype):
        rate, base = self._tensor("_lr", dtype), self._tensor("_base", dtype)
        return rate, base, math_ops.cast(self._sign_decay, dtype), self._tensor("_beta", dtype)

    def _update(self, var, dtype):
        return self._op_type, ("m",), (*self._numbers(dtype), GRAD), {}

    def _apply_sparse(self, grad, var):
        dtype = var.dtype.base_dtype
        rate, base, beta = (self._tensor(a, dtype) for a in ("_lr", "_base", "_beta"))
        weight = self._weight(base)
        m, lock = self.get_slot(var, "m"), self._use_locking
        m_new = state_ops.assign(m, m * beta + grad * (1 - beta), use_locking=lock)
        sign = math_ops.sign(grad.values)
        agreement = array_ops.gather(math_ops.sign(m_new), grad.indices) * sign
        factor = weight(math_ops.cast(self._sign_decay, dtype), agreement)
        update = state_ops.scatter_sub(var, grad.indices, rate * factor * grad.values, use_locking=lock)
        return control_flow_ops.group(update, m_new)

    def _weight(self, base):
        """A function of the decay and of the agreement (1, 0 or -1): what the gradient is multiplied with."""
        raise NotImplementedError()


class AddSignOptimizer(_SignOptimizer):
    """(alpha + decay * agreement) * gradient.  Follows tf.contrib.opt.AddSignOptimizer of TF 1.15."""

    _op_type = "AddSign"
    _hyper = (("_lr", "learning_rate"), ("_beta", "beta"), ("_base", "alpha"))

    def __init__(self, learning_rate=0.1, alpha=1.0, beta=0.9, sign_decay_fn=None, use_locking=False, name="AddSignOptimizer"):
        super().__init__(learning_rate, alpha, beta, sign_decay_fn, use_locking, name)

    def _weight(self, base):
        return lambda decay, agreement: base + decay * agreement


class PowerSignOptimizer(_SignOptimizer):
    """base ** (decay * agreement) * gradient.  Follows tf.contrib.opt.PowerSignOptimizer of TF 1.15."""

    _op_type = "PowerSign"
    _hyper = (("_lr", "learning_rate"), ("_beta", "beta"), ("_base", "logbase"))

    def __init__(
        self, learning_rate=0.1, base=math.e, beta=0.9, sign_decay_fn=None, use_locking=False, name="PowerSignOptimizer"
    ):
        super().__init__(learning_rate, math.log(base), beta, sign_decay_fn, use_locking, name)

    def _weight(self, base):
        e = math_ops.cast(math.e, base.dtype)
        return lambda decay, agreement: math_ops.pow(e, base * decay * agreement)
