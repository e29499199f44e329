"""Kinds of Adam and Momentum of tf.contrib.opt, for plain variables and for resource variables.  Follows TF 1.15."""

from __future__ import annotations

from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.math import math_ops
from tinytf.ops.state import state_ops
from tinytf.train.adam import AdamOptimizer
from tinytf.train.momentum import MomentumOptimizer


class NadamOptimizer(AdamOptimizer):
    """Adam with Nesterov's momentum (Dozat, 2015)."""

    def _update(self, var, dtype):
        op_type, slots, arguments, attrs = super()._update(var, dtype)
        return op_type, slots, arguments, dict(attrs, use_nesterov=True)

    def _apply_sparse_shared(self, grad, var, indices, scatter_add):
        beta1_power, beta2_power, lr, beta1, beta2, epsilon = self._numbers(var.dtype.base_dtype)
        rate = lr * math_ops.sqrt(1 - beta2_power) / (1 - beta1_power)
        m = self.get_slot(var, "m")
        m_change = grad * (1 - beta1)
        m_new = state_ops.assign(m, m * beta1, use_locking=self._use_locking)
        with control_dependencies([m_new]):
            m_new = scatter_add(m, indices, m_change)
            m_ahead = m_change + beta1 * array_ops.gather(m_new, indices)
        v = self.get_slot(var, "v")
        v_change = (grad * grad) * (1 - beta2)
        v_new = state_ops.assign(v, v * beta2, use_locking=self._use_locking)
        with control_dependencies([v_new]):
            v_new = scatter_add(v, indices, v_change)
        root = math_ops.sqrt(array_ops.gather(v_new, indices))
        update = scatter_add(var, indices, -rate * m_ahead / (root + epsilon))
        return control_flow_ops.group(update, m_ahead, v_new)


class LazyAdamOptimizer(AdamOptimizer):
    """Adam that leaves the rows alone which a sparse gradient does not name: faster, and a little different."""

    def _apply_sparse(self, grad, var):
        beta1_power, beta2_power, lr, beta1, beta2, epsilon = self._numbers(var.dtype.base_dtype)
        rate = lr * math_ops.sqrt(1 - beta2_power) / (1 - beta1_power)
        m, v, lock = self.get_slot(var, "m"), self.get_slot(var, "v"), self._use_locking
        m_rows = beta1 * array_ops.gather(m, grad.indices) + (1 - beta1) * grad.values
        m_new = state_ops.scatter_update(m, grad.indices, m_rows, use_locking=lock)
        v_rows = beta2 * array_ops.gather(v, grad.indices) + (1 - beta2) * math_ops.square(grad.values)
        v_new = state_ops.scatter_update(v, grad.indices, v_rows, use_locking=lock)
        m_rows, v_rows = array_ops.gather(m_new, grad.indices), array_ops.gather(v_new, grad.indices)
        root = math_ops.sqrt(v_rows) + epsilon
        update = state_ops.scatter_sub(var, grad.indices, rate * m_rows / root, use_locking=lock)
        return control_flow_ops.group(update, m_new, v_new)

    def _resource_apply_sparse(self, grad, var, indices):
        beta1_power, beta2_power, lr, beta1, beta2, epsilon = self._numbers(var.dtype.base_dtype)
        rate = lr * math_ops.sqrt(1 - beta2_power) / (1 - beta1_power)
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        m_rows = beta1 * array_ops.gather(m, indices) + (1 - beta1) * grad
        m_new = make("ResourceScatterUpdate", m.handle, indices, m_rows)
        v_rows = beta2 * array_ops.gather(v, indices) + (1 - beta2) * math_ops.square(grad)
        v_new = make("ResourceScatterUpdate", v.handle, indices, v_rows)
        change = rate * m_rows / (math_ops.sqrt(v_rows) + epsilon)
        update = make("ResourceScatterSub", var.handle, indices, change)
        return control_flow_ops.group(update, m_new, v_new)


class DecoupledWeightDecayExtension:
    """Mixed in before an optimizer: before each step a share `weight_decay` of the weights is taken away (Loshchilov and Hutter, 2017).

    `minimize` and `apply_gradients` take `decay_var_list`, the variables that decay; all where it is not given.
    """

    def __init__(self, weight_decay, **kwargs):
        self._weight_decay, self._decay_var_list = weight_decay, None
        super().__init__(**kwargs)

    def minimize(self, *args, decay_var_list=None, **kwargs):
        """The optimizer's, with decay."""
        self._note(decay_var_list)
        return super().minimize(*args, **kwargs)

    def apply_gradients(self, grads_and_vars, global_step=None, name=None, decay_var_list=None):
        """The optimizer's, with decay."""
        if decay_var_list is not None or self._decay_var_list is None:
            self._note(decay_var_list)
        return super().apply_gradients(grads_and_vars, global_step=global_step, name=name)

    def _note(self, variables):
        self._decay_var_list = list(variables or [])

    def _prepare(self):
        decay = self._weight_decay() if callable(self._weight_decay) else self._weight_decay
        self._weight_decay_tensor = convert_to_tensor(decay, name="weight_decay")
        super()._prepare()

    def _decays(self, var):
        return not self._decay_var_list or any(var is v for v in self._decay_var_list)

    def _decay(self, var):
        if not self._decays(var):
            return control_flow_ops.no_op()
        return var.assign_sub(self._weight_decay * var, self._use_locking)

    def _apply_dense(self, grad, var):
        with control_dependencies([self._decay(var)]):
            return super()._apply_dense(grad, var)

    def _resource_apply_dense(self, grad, var):
        with control_dependencies([self._decay(var)]):
            return super()._resource_apply_dense(grad, var)

    def _decay_rows(self, var, indices, add):
        if not self._decays(var):
            return control_flow_ops.no_op()
        return add(-self._weight_decay * array_ops.gather(var, indices))

    def _apply_sparse(self, grad, var):
        def add(rows):
            return state_ops.scatter_add(var, grad.indices, rows, self._use_locking)

        with control_dependencies([self._decay_rows(var, grad.indices, add)]):
            return super()._apply_sparse(grad, var)

    def _resource_apply_sparse(self, grad, var, indices):
        def add(rows):
            with control_dependencies([make("ResourceScatterAdd", var.handle, indices, rows)]):
                return var.value()

        with control_dependencies([self._decay_rows(var, indices, add)]):
            return super()._resource_apply_sparse(grad, var, indices)


def extend_with_decoupled_weight_decay(base_optimizer):
    """A subclass of an optimizer class whose first argument is `weight_decay`."""

    class OptimizerWithDecoupledWeightDecay(DecoupledWeightDecayExtension, base_optimizer):
        """The optimizer with decay of its weights."""

        def __init__(self, weight_decay, *args, **kwargs):
            self._weight_decay, self._decay_var_list = weight_decay, None
            base_optimizer.__init__(self, *args, **kwargs)

    return OptimizerWithDecoupledWeightDecay


class MomentumWOptimizer(DecoupledWeightDecayExtension, MomentumOptimizer):
    """Momentum with decay of the weights."""

    def __init__(self, weight_decay, learning_rate, momentum, use_locking=False, name="MomentumW", use_nesterov=False):
        super().__init__(
            weight_decay, learning_rate=learning_rate, momentum=momentum, use_locking=use_locking, name=name, use_nesterov=use_nesterov
        )


class AdamWOptimizer(DecoupledWeightDecayExtension, AdamOptimizer):
    """Adam with decay of the weights."""

    def __init__(self, weight_decay, learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-8, use_locking=False, name="AdamW"):
        super().__init__(
            weight_decay, learning_rate=learning_rate, beta1=beta1, beta2=beta2, epsilon=epsilon, use_locking=use_locking, name=name
        )
