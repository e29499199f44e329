"""Loss scales: what a loss in half precision is multiplied by, so that its gradients are not too small to be represented.

Follows `tensorflow.python.training.experimental.loss_scale` of TF 1.15.
"""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import get_default_graph
from tinytf.graph.indexed_slices import IndexedSlices
from tinytf.graph.trackable import Trackable
from tinytf.ops.array.constant import constant
from tinytf.ops.control_flow.cond import cond
from tinytf.ops.control_flow.control_flow_ops import group, no_op
from tinytf.ops.math.arithmetic import maximum
from tinytf.ops.math.reductions import reduce_all
from tinytf.ops.math.unary import is_finite
from tinytf.ops.state.variables import Variable


class LossScale(Trackable):
    """The base of loss scales: calling one gives the scale, a scalar; `update(grads)` adapts it.  Subclasses say how."""

    def __init__(self):
        self._weights: dict = {}

    def __call__(self):
        """The scale, a float32 scalar."""
        raise NotImplementedError("a LossScale gives its scale when called")

    def update(self, grads):
        """(an op that adapts the scale to these gradients, whether they should be applied)."""
        raise NotImplementedError("a LossScale adapts itself by update(grads)")

    def get_config(self) -> dict:
        """The arguments of the constructor."""
        raise NotImplementedError("a LossScale tells its arguments by get_config()")

    @classmethod
    def from_config(cls, config):
        """The loss scale that `get_config` described."""
        return cls(**config)

    def _add_weight(self, name: str, initial_value, dtype=None):
        graph = get_default_graph()
        variable = Variable(
            initial_value=initial_value, name=name, dtype=dtype, trainable=False, use_resource=True, collections=None
        )
        self._weights[(name, graph)] = variable
        self._handle_deferred_dependencies(name=name, trackable=variable)
        return variable

    @property
    def _checkpoint_dependencies(self) -> list:
        from tinytf.graph.trackable import TrackableReference

        graph = get_default_graph()
        here = sorted((name, variable) for (name, of), variable in self._weights.items() if of is graph)
        return [*super()._checkpoint_dependencies, *(TrackableReference(name, variable) for name, variable in here)]


class FixedLossScale(LossScale):
    """A scale that stays.  ValueError unless it is a number of at least 1."""

    def __init__(self, loss_scale_value):
        super().__init__()
        if not isinstance(loss_scale_value, (int, float)):
            raise ValueError("loss_scale_value must be a Python int or float.")
        if loss_scale_value < 1:
            raise ValueError("loss_scale_value must be at least 1.")
        self._loss_scale_value = float(loss_scale_value)

    def __call__(self):
        """The scale, a constant."""
        return constant(self._loss_scale_value, dtypes.float32)

    def update(self, grads):
        """(an op that does nothing, True)."""
        return no_op(), True

    def get_config(self) -> dict:
        """The arguments of the constructor."""
        return {"loss_scale_value": self._loss_scale_value}


class DynamicLossScale(LossScale):
    """A scale that grows after `increment_period` steps with finite gradients, and is divided after one without.

    ValueError where `multiplier` is not greater than 1.
    """

    def __init__(self, initial_loss_scale=2**15, increment_period=2000, multiplier=2.0):
        super().__init__()
        self._initial_loss_scale, self._increment_period = float(initial_loss_scale), int(increment_period)
        self._multiplier = float(multiplier)
        self._current_loss_scale = self._add_weight("current_loss_scale", self._initial_loss_scale, dtypes.float32)
        self._num_good_steps = self._add_weight("good_steps", 0, dtypes.int64)

    @property
    def initial_loss_scale(self) -> float:
        """The scale at the start."""
        return self._initial_loss_scale

    @property
    def increment_period(self) -> int:
        """The number of good steps after which the scale grows."""
        return self._increment_period

    @property
    def multiplier(self) -> float:
        """What it is multiplied with or divided by."""
        return self._multiplier

    def __call__(self):
        """The scale now."""
        return convert_to_tensor(self._current_loss_scale)

    def update(self, grads):
        """(an op that adapts the scale, whether all gradients are finite)."""
        finite = _all_finite(grads)

        def good():
            steps = self._num_good_steps + 1
            return cond(steps >= self.increment_period, grow, lambda: self._num_good_steps.assign_add(1).op)

        def grow():
            new = self._current_loss_scale * self.multiplier
            keep = cond(is_finite(new), lambda: self._current_loss_scale.assign(new).op, no_op)
            return group(self._num_good_steps.assign(0), keep)

        def bad():
            new = maximum(self._current_loss_scale / self.multiplier, 1)
            return group(self._num_good_steps.assign(0), self._current_loss_scale.assign(new))

        return cond(finite, good, bad), finite

    def get_config(self) -> dict:
        """The arguments of the constructor."""
        return {"initial_loss_scale": self.initial_loss_scale, "increment_period": self.increment_period, "multiplier": self.multiplier}


def _all_finite(grads):
    values = [g.values if isinstance(g, IndexedSlices) else g for g in grads if g is not None]
    return reduce_all([reduce_all(is_finite(g)) for g in values])


def get(identifier):
    """A LossScale from one, a number or 'dynamic'; None stays None.  ValueError for anything else."""
    if identifier is None or isinstance(identifier, LossScale):
        return identifier
    if isinstance(identifier, (int, float)):
        return FixedLossScale(identifier)
    if identifier == "dynamic":
        return DynamicLossScale()
    if isinstance(identifier, dict):
        kinds = {"FixedLossScale": FixedLossScale, "DynamicLossScale": DynamicLossScale}
        return kinds[identifier["class_name"]].from_config(identifier["config"])
    raise ValueError(f"Could not interpret loss scale identifier: {identifier}")
