"""Adagrad and its relatives: steps scaled by the sum of squared gradients."""

from __future__ import annotations

from tinytf.graph.default_graph import colocate_with, device
from tinytf.ops.array import constant, shape_ops
from tinytf.ops.state import init_ops
from tinytf.train.optimizer import GRAD, FusedOptimizer


class AdagradOptimizer(FusedOptimizer):
    """The Adagrad algorithm (Duchi et al., 2011).  Follows tf.train.AdagradOptimizer of TF 1.15."""

    _hyper = (("_learning_rate", "learning_rate"),)

    def __init__(self, learning_rate, initial_accumulator_value=0.1, use_locking=False, name="Adagrad"):
        if initial_accumulator_value <= 0.0:
            raise ValueError("initial_accumulator_value must be positive: %s" % initial_accumulator_value)
        super().__init__(use_locking, name)
        self._learning_rate, self._initial_accumulator_value = learning_rate, initial_accumulator_value

    def _create_slots(self, var_list):
        for v in var_list:
            dtype = v.dtype.base_dtype
            if v.get_shape().is_fully_defined():
                initial = init_ops.Constant(self._initial_accumulator_value, dtype=dtype)
            else:
                initial = self._filled_like(v, dtype)
            self._get_or_make_slot_with_initializer(v, initial, v.get_shape(), dtype, "accumulator", self._name)

    def _filled_like(self, v, dtype):
        from tinytf.ops.math import math_ops

        def initial():
            return math_ops.cast(constant.fill(shape_ops.shape(v), self._initial_accumulator_value), dtype)

        return initial

    def _update(self, var, dtype):
        return "Adagrad", ("accumulator",), (self._tensor("_learning_rate", dtype), GRAD), {}


class ProximalAdagradOptimizer(FusedOptimizer):
    """Adagrad with L1 and L2 regularisation.  Follows tf.train.ProximalAdagradOptimizer of TF 1.15."""

    _hyper = (
        ("_learning_rate", "learning_rate"),
        ("_l1", "l1_regularization_strength"),
        ("_l2", "l2_regularization_strength"),
    )

    def __init__(
        self,
        learning_rate,
        initial_accumulator_value=0.1,
        l1_regularization_strength=0.0,
        l2_regularization_strength=0.0,
        use_locking=False,
        name="ProximalAdagrad",
    ):
        if initial_accumulator_value <= 0.0:
            raise ValueError("initial_accumulator_value must be positive: %s" % initial_accumulator_value)
        super().__init__(use_locking, name)
        self._learning_rate, self._initial_accumulator_value = learning_rate, initial_accumulator_value
        self._l1, self._l2 = l1_regularization_strength, l2_regularization_strength

    def _create_slots(self, var_list):
        for v in var_list:
            with colocate_with(v.op):
                initial = constant.constant(
                    self._initial_accumulator_value, shape=v.get_shape(), dtype=v.dtype.base_dtype
                )
            self._get_or_make_slot(v, initial, "accumulator", self._name)

    def _update(self, var, dtype):
        numbers = [self._tensor(a, dtype) for a, _ in self._hyper]
        return "ProximalAdagrad", ("accumulator",), (*numbers, GRAD), {}


class AdagradDAOptimizer(FusedOptimizer):
    """Adagrad with dual averaging, for sparse linear models.  Follows tf.train.AdagradDAOptimizer of TF 1.15."""

    _hyper = (("_learning_rate", "learning_rate"),)

    def __init__(
        self,
        learning_rate,
        global_step,
        initial_gradient_squared_accumulator_value=0.1,
        l1_regularization_strength=0.0,
        l2_regularization_strength=0.0,
        use_locking=False,
        name="AdagradDA",
    ):
        if initial_gradient_squared_accumulator_value <= 0.0:
            raise ValueError(
                "initial_gradient_squared_accumulator_value must be positive: %s"
                % initial_gradient_squared_accumulator_value
            )
        super().__init__(use_locking, name)
        self._learning_rate, self._global_step = learning_rate, global_step
        self._initial_squared = initial_gradient_squared_accumulator_value
        self._l1, self._l2 = l1_regularization_strength, l2_regularization_strength

    def _create_slots(self, var_list):
        for v in var_list:
            with colocate_with(v.op):
                zeros = constant.constant(0.0, shape=v.get_shape(), dtype=v.dtype.base_dtype)
                squared = constant.constant(self._initial_squared, shape=v.get_shape(), dtype=v.dtype.base_dtype)
            self._get_or_make_slot(v, zeros, "gradient_accumulator", self._name)
            self._get_or_make_slot(v, squared, "gradient_squared_accumulator", self._name)

    def _prepare(self):
        super()._prepare()
        with colocate_with(self._tensors["_learning_rate"].op):
            self._step = shape_ops.identity(self._global_step) + 1

    def _update(self, var, dtype):
        from tinytf.ops.math import math_ops

        with device(var.device):
            step = shape_ops.identity(self._step)
        args = (
            GRAD,
            self._tensor("_learning_rate", dtype),
            math_ops.cast(self._l1, dtype),
            math_ops.cast(self._l2, dtype),
            step,
        )
        return "AdagradDA", ("gradient_accumulator", "gradient_squared_accumulator"), args, {}
