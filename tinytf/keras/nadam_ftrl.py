"""Nadam and FTRL.  They follow tf.keras.optimizers of TF 1.15."""

from __future__ import annotations

from tinytf.graph.build import make
from tinytf.keras import backend, initializers
from tinytf.keras.optimizer_base import Optimizer
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.math import math_ops


class Nadam(Optimizer):
    """Adam with Nesterov's momentum, whose first rate follows a schedule of its own."""

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, name="Nadam", **kwargs):
        kwargs["decay"] = kwargs.pop("schedule_decay", kwargs.get("decay", 0.004))
        super().__init__(name, **kwargs)
        self._set_hyper("learning_rate", kwargs.get("lr", learning_rate))
        self._set_hyper("decay", self._initial_decay)
        self._set_hyper("beta_1", beta_1)
        self._set_hyper("beta_2", beta_2)
        self.epsilon = epsilon or backend.epsilon()
        self._m_cache = None

    def _create_slots(self, var_list):
        dtype = var_list[0].dtype.base_dtype
        if self._m_cache is None:  # the product of the first rates so far
            self._m_cache = self._variable("momentum_cache", lambda: array_ops.ones((), dtype), dtype)
            self._weights.append(self._m_cache)
        for slot in ("m", "v"):
            for var in var_list:
                self.add_slot(var, slot)

    def _prepare(self, dtype):
        step = math_ops.cast(self.iterations + 1, dtype)
        beta_1, beta_2 = self._rate("beta_1", dtype), self._rate("beta_2", dtype)
        base = backend.constant(0.96, dtype)
        m_t = beta_1 * (1.0 - 0.5 * math_ops.pow(base, self._initial_decay * step))
        m_next = beta_1 * (1.0 - 0.5 * math_ops.pow(base, self._initial_decay * (step + 1)))
        product = array_ops.identity(self._m_cache.assign(self._m_cache * m_t))
        return {
            "lr_t": self._rate("learning_rate", dtype), "beta_1_t": beta_1, "beta_2_t": beta_2, "m_t": m_t, "m_next": m_next,
            "one_minus_product": 1 - product, "one_minus_next": 1 - product * m_next, "v_correction": 1 - math_ops.pow(beta_2, step),
            "epsilon": backend.constant(self.epsilon, dtype),
        }  # fmt: skip

    @staticmethod
    def _step(grad, m, v, rates):
        """How far the variable moves, for the new moments."""
        nesterov = (1.0 - rates["m_t"]) * (grad / rates["one_minus_product"]) + rates["m_next"] * (m / rates["one_minus_next"])
        return rates["lr_t"] * nesterov / (math_ops.sqrt(v / rates["v_correction"]) + rates["epsilon"])

    def _apply_dense(self, grad, var, rates):
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        new_m = m.assign(rates["beta_1_t"] * m + (1 - rates["beta_1_t"]) * grad)
        new_v = v.assign(rates["beta_2_t"] * v + (1 - rates["beta_2_t"]) * math_ops.square(grad))
        return var.assign(var - self._step(grad, new_m, new_v, rates)).op

    def _apply_sparse(self, grad, var, indices, rates):
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        moments = []
        for slot, kept, added in ((m, rates["beta_1_t"], grad), (v, rates["beta_2_t"], math_ops.square(grad))):
            with control_flow_ops.control_dependencies([slot.assign(slot * kept)]):
                moments.append(array_ops.gather(self._scatter_add(slot, indices, (1 - kept) * added), indices))
        return make("ResourceScatterAdd", var.handle, indices, -self._step(grad, *moments, rates))


class Ftrl(Optimizer):
    """Follow the regularized leader."""

    def __init__(
        self, learning_rate=0.001, learning_rate_power=-0.5, initial_accumulator_value=0.1, l1_regularization_strength=0.0,
        l2_regularization_strength=0.0, name="Ftrl", l2_shrinkage_regularization_strength=0.0, **kwargs,
    ):  # fmt: skip
        super().__init__(name, **kwargs)
        if initial_accumulator_value < 0.0:
            raise ValueError("initial_accumulator_value %f needs to be positive or zero" % initial_accumulator_value)
        if learning_rate_power > 0.0:
            raise ValueError("learning_rate_power %f needs to be negative or zero" % learning_rate_power)
        for what, strength in (
            ("l1_regularization", l1_regularization_strength), ("l2_regularization", l2_regularization_strength),
            ("l2_shrinkage_regularization", l2_shrinkage_regularization_strength),
        ):  # fmt: skip
            if strength < 0.0:
                raise ValueError("%s_strength %f needs to be positive or zero" % (what, strength))
        self._set_hyper("learning_rate", kwargs.get("lr", learning_rate))
        self._set_hyper("decay", self._initial_decay)
        self._set_hyper("learning_rate_power", learning_rate_power)
        self._set_hyper("l1_regularization_strength", l1_regularization_strength)
        self._set_hyper("l2_regularization_strength", l2_regularization_strength)
        self._initial_accumulator_value = initial_accumulator_value
        self._l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength

    def _create_slots(self, var_list):
        for var in var_list:
            self.add_slot(var, "accumulator", initializers.Constant(self._initial_accumulator_value))
            self.add_slot(var, "linear")

    def _prepare(self, dtype):
        names = {"power": "learning_rate_power", "l1": "l1_regularization_strength", "l2": "l2_regularization_strength"}
        return dict(super()._prepare(dtype), **{short: self._rate(name, dtype) for short, name in names.items()})

    def _apply(self, kind, grad, var, rates, *indices):
        slots = [self.get_slot(var, name).handle for name in ("accumulator", "linear")]
        shrinkage = self._l2_shrinkage_regularization_strength
        version, more = ("V2", [math_ops.cast(shrinkage, grad.dtype)]) if shrinkage > 0 else ("", [])
        return make(
            kind + version, var.handle, *slots, grad, *indices, rates["lr_t"], rates["l1"], rates["l2"], *more, rates["power"],
            use_locking=self._use_locking,
        )  # fmt: skip

    def _apply_dense(self, grad, var, rates):
        return self._apply("ResourceApplyFtrl", grad, var, rates)

    def _apply_sparse(self, grad, var, indices, rates):
        return self._apply("ResourceSparseApplyFtrl", grad, var, rates, indices)

    def get_config(self) -> dict:
        """Its name and rates."""
        return dict(
            super().get_config(), initial_accumulator_value=self._initial_accumulator_value,
            l2_shrinkage_regularization_strength=self._l2_shrinkage_regularization_strength,
        )  # fmt: skip
