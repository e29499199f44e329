"""`MixedPrecisionLossScaleOptimizer`: an optimizer of a scaled loss.  Follows TF 1.15."""

from __future__ import annotations

from tinytf.graph.indexed_slices import IndexedSlices
from tinytf.ops.array.constant import constant
from tinytf.ops.control_flow.cond import cond
from tinytf.ops.control_flow.control_flow_ops import group, no_op
from tinytf.train import loss_scale as loss_scales
from tinytf.train.optimizer import Optimizer


class MixedPrecisionLossScaleOptimizer(Optimizer):
    """Multiplies the loss by a scale and divides the gradients by it again; a step with gradients that are not finite is left out.

    Args:
      opt: the Optimizer that applies the gradients.
      loss_scale: a LossScale, a number, or "dynamic".
    """

    def __init__(self, opt, loss_scale):
        if not isinstance(opt, Optimizer):
            raise ValueError(f'"opt" must be an instance of Optimizer, but got: {type(opt)}')
        self._optimizer = opt
        super().__init__(use_locking=opt._use_locking, name=opt._name)
        self._loss_scale = loss_scales.get(loss_scale)
        if self._loss_scale is None:
            raise ValueError("loss_scale cannot be None")
        self._track_trackable(opt, "base_optimizer")
        self._track_trackable(self._loss_scale, "loss_scale")

    def compute_gradients(
        self, loss, var_list=None, gate_gradients=Optimizer.GATE_OP, aggregation_method=None, colocate_gradients_with_ops=False, grad_loss=None
    ):  # fmt: skip
        """As of the optimizer, of the scaled loss; the gradients are unscaled."""
        loss = self._scaled(loss)
        pairs = self._optimizer.compute_gradients(
            loss=loss, var_list=var_list, gate_gradients=gate_gradients, aggregation_method=aggregation_method,
            colocate_gradients_with_ops=colocate_gradients_with_ops, grad_loss=grad_loss,
        )  # fmt: skip
        return list(zip(self._unscaled([g for g, _ in pairs]), [v for _, v in pairs]))

    def _scaled(self, loss):
        from tinytf.ops.math.cast import cast

        scale = self._loss_scale()
        if callable(loss):
            return lambda: loss() * cast(scale, loss().dtype)
        return loss * (cast(scale, loss.dtype) if scale.dtype != loss.dtype else scale)

    def _unscaled(self, grads) -> list:
        factor = 1 / self._loss_scale()
        return [None if g is None else _times(g, factor) for g in grads]

    def apply_gradients(self, grads_and_vars, global_step=None, name=None):
        """As of the optimizer, where the gradients are finite; the scale is adapted."""
        pairs = tuple(grads_and_vars)
        if isinstance(self._loss_scale, loss_scales.FixedLossScale):
            return self._optimizer.apply_gradients(pairs, global_step, name)
        update, apply = self._loss_scale.update([g for g, _ in pairs])

        def step():
            constant(0)  # the number of the replica, as TensorFlow adds it
            return self._optimizer.apply_gradients(pairs, global_step, (name or self._optimizer.get_name()) + "-wrapped")

        return group(update, cond(apply, step, no_op), name=name or self._optimizer.get_name())

    def get_slot(self, var, name):
        """A slot of the optimizer."""
        return self._optimizer.get_slot(var, name)

    def get_slot_names(self) -> list:
        """The optimizer's names of slots."""
        return self._optimizer.get_slot_names()

    def variables(self) -> list:
        """The optimizer's variables."""
        return self._optimizer.variables()


def _times(grad, factor):
    if isinstance(grad, IndexedSlices):
        return IndexedSlices(grad.values * factor, grad.indices, grad.dense_shape)
    return grad * factor
