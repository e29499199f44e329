"""`tf.train.experimental`: state of Python objects in object-based checkpoints, and loss scales."""

from __future__ import annotations

import functools

from tinytf.graph.trackable import Trackable
from tinytf.train.loss_scale import DynamicLossScale, FixedLossScale, LossScale  # noqa: F401
from tinytf.train.loss_scale_optimizer import MixedPrecisionLossScaleOptimizer
from tinytf.train.object_graph import PythonStateSaveable
from tinytf.train.optimizer import Optimizer


class PythonState(Trackable):
    """An object whose state is a string: derive from it, and `tf.train.Checkpoint` saves what `serialize` returns.

    It is saved when `save` is called, and handed to `deserialize` when `restore` is.
    Follows `tf.train.experimental.PythonState` of TF 1.15.
    """

    def serialize(self):
        """The state as a string; subclasses say what."""
        raise NotImplementedError("a PythonState says its state by serialize()")

    def deserialize(self, string_value) -> None:
        """Takes the state back from a string; subclasses say how."""
        raise NotImplementedError("a PythonState takes its state by deserialize(string_value)")

    def _gather_saveables_for_checkpoint(self) -> dict:
        make = functools.partial(PythonStateSaveable, state_callback=self.serialize, restore_callback=self.deserialize)
        return {"py_state": make}


def enable_mixed_precision_graph_rewrite(opt, loss_scale="dynamic") -> MixedPrecisionLossScaleOptimizer:
    """The optimizer with a loss scale.  On GPUs TensorFlow computes in half precision from then on, on a CPU it goes on in float32.

    ValueError where `opt` is no Optimizer.  Follows TF 1.15.
    """
    if not isinstance(opt, Optimizer):
        raise ValueError(f'"opt" must be an instance of a tf.train.Optimizer or a tf.keras.optimizers.Optimizer, but got: {opt}')
    if isinstance(opt, MixedPrecisionLossScaleOptimizer):
        raise ValueError(f'"opt" must not already be an instance of a MixedPrecisionLossScaleOptimizer, but got: {opt}')
    return MixedPrecisionLossScaleOptimizer(opt, loss_scale)


def disable_mixed_precision_graph_rewrite() -> None:
    """Nothing to do: all is computed in the types of the graph.  Follows TF 1.15."""
