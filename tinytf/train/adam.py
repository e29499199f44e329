"""Adam: steps scaled by running means of the gradient and its square."""

from __future__ import annotations

from tinytf.graph.build import make
from tinytf.graph.default_graph import colocate_with, control_dependencies, get_default_graph
from tinytf.ops.state import state_ops
from tinytf.train.optimizer import GRAD, FusedOptimizer


class AdamOptimizer(FusedOptimizer):
    """The Adam algorithm (Kingma and Ba, 2014).  Follows tf.train.AdamOptimizer of TF 1.15.

    Keeps the slots `m` and `v` ('var/Adam', 'var/Adam_1') and the variables beta1_power and beta2_power.
    """

    _hyper = (("_lr", "learning_rate"), ("_beta1", "beta1"), ("_beta2", "beta2"), ("_epsilon", "epsilon"))

    def __init__(
        self, learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-8, use_locking=False, name="Adam"
    ):
        super().__init__(use_locking, name)
        self._lr, self._beta1, self._beta2, self._epsilon = learning_rate, beta1, beta2, epsilon

    def _get_beta_accumulators(self):
        graph = get_default_graph()
        return self._get_non_slot_variable("beta1_power", graph), self._get_non_slot_variable("beta2_power", graph)

    def _create_slots(self, var_list):
        first = min(var_list, key=lambda v: v.name)
        self._create_non_slot_variable(initial_value=self._beta1, name="beta1_power", colocate_with=first)
        self._create_non_slot_variable(initial_value=self._beta2, name="beta2_power", colocate_with=first)
        for v in var_list:
            self._zeros_slot(v, "m", self._name)
            self._zeros_slot(v, "v", self._name)

    def _numbers(self, dtype):
        from tinytf.ops.math import math_ops

        powers = [math_ops.cast(p, dtype) for p in self._get_beta_accumulators()]
        return powers + [self._tensor(a, dtype) for a, _ in self._hyper]

    def _update(self, var, dtype):
        return "Adam", ("m", "v"), (*self._numbers(dtype), GRAD), {}

    def _apply_sparse(self, grad, var):
        def scatter_add(slot, indices, values):
            return state_ops.scatter_add(slot, indices, values, use_locking=self._use_locking)

        return self._apply_sparse_shared(grad.values, var, grad.indices, scatter_add)

    def _resource_apply_sparse(self, grad, var, indices):
        def scatter_add(slot, indices, values):
            with control_dependencies([make("ResourceScatterAdd", slot.handle, indices, values)]):
                return slot.value()

        return self._apply_sparse_shared(grad, var, indices, scatter_add)

    def _apply_sparse_shared(self, grad, var, indices, scatter_add):
        """A sparse gradient moves every row, for the means of all decay: a few plain ops do it."""
        from tinytf.ops.control_flow import control_flow_ops
        from tinytf.ops.math import math_ops

        beta1_power, beta2_power, lr, beta1, beta2, epsilon = self._numbers(var.dtype.base_dtype)
        rate = lr * math_ops.sqrt(1 - beta2_power) / (1 - beta1_power)
        m = self.get_slot(var, "m")
        m_change = grad * (1 - beta1)
        m_new = state_ops.assign(m, m * beta1, use_locking=self._use_locking)
        with control_dependencies([m_new]):
            m_new = scatter_add(m, indices, m_change)
        v = self.get_slot(var, "v")
        v_change = (grad * grad) * (1 - beta2)
        v_new = state_ops.assign(v, v * beta2, use_locking=self._use_locking)
        with control_dependencies([v_new]):
            v_new = scatter_add(v, indices, v_change)
        root = math_ops.sqrt(v_new)
        update = state_ops.assign_sub(var, rate * m_new / (root + epsilon), use_locking=self._use_locking)
        return control_flow_ops.group(update, m_new, v_new)

    def _finish(self, update_ops, name_scope):
        from tinytf.ops.control_flow import control_flow_ops

        with control_dependencies(update_ops):
            beta1_power, beta2_power = self._get_beta_accumulators()
            with colocate_with(beta1_power.op):
                updates = [
                    power.assign(power * self._tensors[beta], use_locking=self._use_locking)
                    for power, beta in ((beta1_power, "_beta1"), (beta2_power, "_beta2"))
                ]
        return control_flow_ops.group(*update_ops, *updates, name=name_scope)
