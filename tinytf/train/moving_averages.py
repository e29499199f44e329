"""Moving averages of variables: `average -= (average - value) * (1 - decay)` after each step."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import add_to_collection, colocate_with, get_default_graph, name_scope
from tinytf.graph.graph import GraphKeys
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.math import math_ops
from tinytf.ops.state import init_ops, state_ops, variables
from tinytf.ops.state.variable_scope import get_variable, get_variable_scope, variable_scope
from tinytf.train import slot_creator


def assign_moving_average(variable, value, decay, zero_debias=True, name=None):
    """The op that moves `variable` towards `value` by 1 - decay; with `zero_debias`, as if it had not begun at 0.

    Follows moving_averages.assign_moving_average of TF 1.15.
    """
    with name_scope(name, "AssignMovingAvg", [variable, value, decay]) as scope:
        decay = convert_to_tensor(1.0 - decay, name="decay")
        if decay.dtype != variable.dtype.base_dtype:
            decay = math_ops.cast(decay, variable.dtype.base_dtype)
        if zero_debias:
            return _zero_debias(variable, value, decay)
        return state_ops.assign_sub(variable, (variable - value) * decay, name=scope)


def _unused_name(name):
    scope = get_variable_scope()
    if scope.reuse:
        return name
    taken = [v.op.name for v in scope.global_variables()]
    full = scope.name + "/" + name
    if full not in taken:
        return name
    number = 1
    while "%s_%d" % (full, number) in taken:
        number += 1
    return "%s_%d" % (name, number)


def _zero_debias(unbiased, value, decay):
    """Keeps the biased average and the number of steps beside `unbiased`, and divides the bias out."""
    with variable_scope(unbiased.name[: -len(":0")], values=[unbiased, value, decay]):
        with colocate_with(unbiased.op):
            biased = get_variable(
                _unused_name("biased"),
                initializer=init_ops.Zeros(),
                shape=unbiased.get_shape(),
                dtype=unbiased.dtype,
                trainable=False,
            )
            local_step = get_variable(
                _unused_name("local_step"),
                shape=[],
                dtype=unbiased.dtype,
                initializer=init_ops.Zeros(),
                trainable=False,
            )
    new_biased = state_ops.assign_sub(biased, (biased - value) * decay)
    new_step = local_step.assign_add(1)
    bias = 1 - math_ops.pow(1.0 - decay, new_step)
    return state_ops.assign(unbiased, new_biased / bias, name=get_default_graph().get_name_scope() + "/")


def weighted_moving_average(value, decay, weight, truediv=True, collections=None, name=None):
    """The moving average of value * weight over that of weight.

    Follows moving_averages.weighted_moving_average of TF 1.15.
    """
    collections = [GraphKeys.GLOBAL_VARIABLES] if collections is None else collections
    with variable_scope(name, "WeightedMovingAvg", [value, weight, decay]) as scope:

        def accumulator(what, like):
            return get_variable(
                what,
                shape=like.get_shape(),
                dtype=like.dtype,
                initializer=init_ops.Zeros(),
                trainable=False,
                collections=collections,
            )

        products, weights = accumulator("value_x_weight", value), accumulator("weight", weight)
        numerator = assign_moving_average(products, value * weight, decay, zero_debias=False)
        denominator = assign_moving_average(weights, weight, decay, zero_debias=False)
        return (math_ops.truediv if truediv else math_ops.div)(numerator, denominator, name=scope.name)


class ExponentialMovingAverage:
    """Keeps shadow copies of variables: moving averages with exponential decay.

    With `num_updates` the decay is at most (1 + num_updates) / (10 + num_updates).
    Follows tf.train.ExponentialMovingAverage of TF 1.15.
    """

    def __init__(self, decay, num_updates=None, zero_debias=False, name="ExponentialMovingAverage"):
        self._decay, self._num_updates, self._zero_debias, self._name = decay, num_updates, zero_debias, name
        self._averages: dict = {}

    @property
    def name(self) -> str:
        """The name of this object, which the shadow variables' names end in."""
        return self._name

    def apply(self, var_list=None):
        """The op that updates the averages of all variables or tensors in the list (default: the trainable ones).

        Raises TypeError for what is not floating.
        """
        var_list = variables.trainable_variables() if var_list is None else var_list
        debiased = set()
        floats = (dtypes.bfloat16, dtypes.float16, dtypes.float32, dtypes.float64)
        for var in var_list:
            if var.dtype.base_dtype not in floats:
                raise TypeError("The variables must be half, float, or double: %s" % var.name)
            if var in self._averages:
                continue
            with variables.init_scope():
                if isinstance(var, variables.Variable):
                    average = slot_creator.create_slot(
                        var, var.initialized_value(), self.name, colocate_with_primary=True
                    )
                    add_to_collection(GraphKeys.MOVING_AVERAGE_VARIABLES, var)
                else:
                    is_place = var.op.type in ("Variable", "VariableV2", "VarHandleOp")
                    average = slot_creator.create_zeros_slot(var, self.name, colocate_with_primary=is_place)
                    if self._zero_debias:
                        debiased.add(average)
            self._averages[var] = average
        with name_scope(self.name) as scope:
            decay = convert_to_tensor(self._decay, name="decay")
            if self._num_updates is not None:
                updates = math_ops.cast(self._num_updates, dtypes.float32, name="num_updates")
                decay = math_ops.minimum(decay, (1.0 + updates) / (10.0 + updates))
            done = [
                assign_moving_average(self._averages[var], var, decay, self._averages[var] in debiased)
                for var in var_list
            ]
            return control_flow_ops.group(*done, name=scope)

    def average(self, var):
        """The variable that holds the average of `var`, or None."""
        return self._averages.get(var)

    def average_name(self, var) -> str:
        """The name of the variable that holds, or would hold, the average of `var`."""
        if var in self._averages:
            return self._averages[var].op.name
        return get_default_graph().unique_name(var.op.name + "/" + self.name, mark_as_used=False)

    def variables_to_restore(self, moving_avg_variables=None) -> dict:
        """{name in the checkpoint: variable} for a Saver: averaged variables are restored from their averages."""
        if moving_avg_variables is None:
            moving_avg_variables = variables.trainable_variables() + variables.moving_average_variables()
        averaged = list(dict.fromkeys(moving_avg_variables))
        result = {self.average_name(v): v for v in averaged}
        names = {v.name for v in averaged}
        for v in dict.fromkeys(variables.global_variables()):
            if v.name not in names and v.op.name not in result:
                result[v.op.name] = v
        return result
