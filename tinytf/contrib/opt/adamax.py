"""AdaMax: Adam with the largest recent gradient in place of the mean of squares."""

from __future__ import annotations

from tinytf.graph.build import make
from tinytf.graph.default_graph import colocate_with, control_dependencies, get_default_graph
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.math import math_ops
from tinytf.ops.state import state_ops
from tinytf.train.adam import AdamOptimizer
from tinytf.train.optimizer import GRAD


class AdaMaxOptimizer(AdamOptimizer):
    """Adam by the infinity norm (Kingma and Ba, 2014, section 7).  Follows tf.contrib.opt.AdaMaxOptimizer of TF 1.15.

    A sparse gradient changes only the rows that it names.
    """

    def __init__(self, learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-8, use_locking=False, name="AdaMax"):
        super().__init__(learning_rate, beta1, beta2, epsilon, use_locking, name)

    def _get_beta_accumulators(self):
        return self._get_non_slot_variable("beta1_power", get_default_graph())

    def _create_slots(self, var_list):
        first = min(var_list, key=lambda v: v.name)
        self._create_non_slot_variable(initial_value=self._beta1, name="beta1_power", colocate_with=first)
        for v in var_list:
            self._zeros_slot(v, "m", self._name)
            self._zeros_slot(v, "v", self._name)

    def _numbers(self, dtype):
        return [math_ops.cast(self._get_beta_accumulators(), dtype)] + [self._tensor(a, dtype) for a, _ in self._hyper]

    def _update(self, var, dtype):
        return "AdaMax", ("m", "v"), (*self._numbers(dtype), GRAD), {}

    def _apply_sparse(self, grad, var):
        lock = self._use_locking
        return self._update_rows(
            grad.values,
            var,
            grad.indices,
            lambda x, rows, values: state_ops.scatter_add(x, rows, values, use_locking=lock),
            lambda x, rows, values: state_ops.scatter_update(x, rows, values, use_locking=lock),
        )

    def _resource_apply_sparse(self, grad, var, indices):
        def scatter(op_type):
            def written(x, rows, values):
                with control_dependencies([make(op_type, x.handle, rows, values)]):
                    return x.value()

            return written

        return self._update_rows(grad, var, indices, scatter("ResourceScatterAdd"), scatter("ResourceScatterUpdate"))

    def _update_rows(self, grad, var, indices, scatter_add, scatter_update):
        beta1_power, rate, beta1, beta2, epsilon = self._numbers(var.dtype.base_dtype)
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        m_rows = array_ops.gather(m, indices) * beta1 + grad * (1 - beta1)
        with control_dependencies([m_rows]):
            m_new = scatter_update(m, indices, m_rows)
        v_rows = math_ops.maximum(array_ops.gather(v, indices) * beta2, math_ops.abs(grad))
        with control_dependencies([v_rows]):
            v_new = scatter_update(v, indices, v_rows)
        step = -rate / (1 - beta1_power) * (m_rows / (v_rows + epsilon))
        with control_dependencies([step]):
            update = scatter_add(var, indices, step)
        return control_flow_ops.group(update, m_new, v_new)

    def _finish(self, update_ops, name_scope):
        with control_dependencies(update_ops):
            power = self._get_beta_accumulators()
            with colocate_with(power):
                updated = power.assign(power * self._tensors["_beta1"], use_locking=self._use_locking)
        return control_flow_ops.group(*update_ops, updated, name=name_scope)
