"""FTRL: follow the regularized leader."""

from __future__ import annotations

from tinytf.graph.default_graph import colocate_with
from tinytf.ops.array import constant
from tinytf.train.optimizer import GRAD, FusedOptimizer


class FtrlOptimizer(FusedOptimizer):
    """The FTRL-proximal algorithm (McMahan et al., 2013).  Follows tf.train.FtrlOptimizer of TF 1.15."""

    _hyper = (
        ("_learning_rate", "learning_rate"),
        ("_l1", "l1_regularization_strength"),
        ("_l2", "l2_regularization_strength"),
        ("_l2_shrinkage", "l2_shrinkage_regularization_strength"),
        ("_power", "learning_rate_power"),
    )

    def __init__(
        self,
        learning_rate,
        learning_rate_power=-0.5,
        initial_accumulator_value=0.1,
        l1_regularization_strength=0.0,
        l2_regularization_strength=0.0,
        use_locking=False,
        name="Ftrl",
        accum_name=None,
        linear_name=None,
        l2_shrinkage_regularization_strength=0.0,
    ):
        super().__init__(use_locking, name)
        for what, value in (
            ("initial_accumulator_value", initial_accumulator_value),
            ("learning_rate_power", -learning_rate_power),
            ("l1_regularization_strength", l1_regularization_strength),
            ("l2_regularization_strength", l2_regularization_strength),
            ("l2_shrinkage_regularization_strength", l2_shrinkage_regularization_strength),
        ):
            if value < 0.0:
                if what == "learning_rate_power":
                    raise ValueError("learning_rate_power %f needs to be negative or zero" % learning_rate_power)
                raise ValueError("%s %f needs to be positive or zero" % (what, value))
        self._learning_rate, self._power = learning_rate, learning_rate_power
        self._initial_accumulator_value = initial_accumulator_value
        self._l1, self._l2 = l1_regularization_strength, l2_regularization_strength
        self._l2_shrinkage = l2_shrinkage_regularization_strength
        self._accum_name, self._linear_name = accum_name, linear_name

    def _create_slots(self, var_list):
        for v in var_list:
            with colocate_with(v.op):
                initial = constant.constant(
                    self._initial_accumulator_value, dtype=v.dtype.base_dtype, shape=v.get_shape()
                )
                self._get_or_make_slot(v, initial, "accum", self._accum_name or self._name)
                self._zeros_slot(v, "linear", self._linear_name or self._name)

    def _update(self, var, dtype):
        shrinks = self._l2_shrinkage > 0.0
        used = ("_learning_rate", "_l1", "_l2", "_l2_shrinkage", "_power") if shrinks else (
            "_learning_rate", "_l1", "_l2", "_power")  # fmt: skip
        numbers = [self._tensor(a, dtype) for a in used]
        return "FtrlV2" if shrinks else "Ftrl", ("accum", "linear"), (GRAD, *numbers), {}
