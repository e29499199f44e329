"""An optimizer around another: keeps moving averages of what is trained, and saves them under the variables' own names."""

from __future__ import annotations

from tinytf.graph.default_graph import control_dependencies
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.state import variables
from tinytf.ops.state.partitioned_variables import PartitionedVariable
from tinytf.train.moving_averages import ExponentialMovingAverage
from tinytf.train.optimizer import Optimizer
from tinytf.train.saveable import op_list_to_dict
from tinytf.train.saver import Saver


class MovingAverageOptimizer(Optimizer):
    """Trains with `opt`; the Saver of `swapping_saver` writes the averages in place of the variables, and the other way round.

    Args:
      opt: the optimizer that computes and applies gradients.
      average_decay, num_updates: of tf.train.ExponentialMovingAverage.
      sequential_update: whether averages wait for the variables' updates.

    Programs that evaluate use an ordinary Saver.  Follows tf.contrib.opt.MovingAverageOptimizer of TF 1.15.
    """

    def __init__(self, opt, average_decay=0.9999, num_updates=None, sequential_update=True):
        self._optimizer = opt
        self._ema = ExponentialMovingAverage(average_decay, num_updates=num_updates)
        self._swapped: dict | None = None  # name of a variable -> name of its average, and back
        self._sequential_update = sequential_update

    def compute_gradients(self, *args, **kwargs):
        """The inner optimizer's."""
        return self._optimizer.compute_gradients(*args, **kwargs)

    def apply_gradients(self, grads_and_vars, global_step=None, name=None):
        """The inner optimizer's, and an update of the averages."""
        grads_and_vars = list(grads_and_vars)
        train_op = self._optimizer.apply_gradients(grads_and_vars, global_step=global_step, name=name)
        trained = [v for grad, v in grads_and_vars if grad is not None]
        with control_dependencies([train_op] if self._sequential_update else []):
            averages_op = self._ema.apply(trained)
        self._swapped = {}
        for v in trained:
            average = self._ema.average(v)
            self._swapped.update({v.op.name: average.op.name, average.op.name: v.op.name})
        return control_flow_ops.group(train_op, averages_op, name="train_with_avg")

    def swapping_saver(self, var_list=None, name="swapping_saver", **kwargs):
        """A Saver that writes averages under the names of their variables; call it after `minimize`.

        RuntimeError before that; ValueError where `var_list` has a variable and not its average.
        """
        if self._swapped is None:
            raise RuntimeError("Must call apply_gradients or minimize before creating the swapping_saver")
        if var_list is None:
            var_list = variables.global_variables()
        if not isinstance(var_list, dict):
            var_list = op_list_to_dict(var_list)
        by_name = {}
        for key, value in var_list.items():
            if isinstance(value, (list, PartitionedVariable)):
                by_name.update({part.op.name: part for part in value})
            else:
                by_name[key] = value

        def swapped(of_name, value):
            other = self._swapped.get(of_name)
            if other is None:
                return value
            if other not in by_name:
                raise ValueError("Variable to swap %s is not part of variables to save. This breaks MovingAverageOptimizer." % other)
            return by_name[other]

        return Saver(
            {
                key: [swapped(part.op.name, part) for part in value] if isinstance(value, list) else swapped(key, value)
                for key, value in var_list.items()
            },
            name=name,
            **kwargs,
        )
