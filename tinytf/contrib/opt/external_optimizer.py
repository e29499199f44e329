"""Optimizers that live outside of the graph: they ask a session for the loss and its gradients, and choose the steps themselves.

Follows tf.contrib.opt of TF 1.15.
"""

from __future__ import annotations

import itertools
import math

import numpy as np

from tinytf import logging
from tinytf.graph.default_session import get_default_session
from tinytf.ops.array import array_ops
from tinytf.ops.autodiff.gradients import gradients
from tinytf.ops.state import variables


class ExternalOptimizerInterface:
    """Minimises `loss` by a subclass's `_minimize`, which sees all variables as one vector.

    Args:
      loss: a scalar tensor.
      var_list: the variables to change; those that can be trained where None.
      equalities, inequalities: scalar tensors to hold at zero, and at zero or above.
      var_to_bounds: {variable: (low, high)}, each a number or an array that broadcasts to the variable's shape.
      optimizer_kwargs: what the subclass understands.
    """

    def __init__(self, loss, var_list=None, equalities=None, inequalities=None, var_to_bounds=None, **optimizer_kwargs):
        self._loss = loss
        self._equalities, self._inequalities = equalities or [], inequalities or []
        self._vars = variables.trainable_variables() if var_list is None else list(var_list)
        self._packed_bounds = None if var_to_bounds is None else self._pack_bounds(var_to_bounds)
        self._update_placeholders = [array_ops.placeholder(v.dtype) for v in self._vars]
        self._var_updates = [
            v.assign(array_ops.reshape(new, _shape(v))) for v, new in zip(self._vars, self._update_placeholders)
        ]
        grads = self._gradients(loss)
        equality_grads = [self._gradients(c) for c in self._equalities]
        inequality_grads = [self._gradients(c) for c in self._inequalities]
        self.optimizer_kwargs = optimizer_kwargs
        self._packed_var, self._packed_loss_grad = self._pack(self._vars), self._pack(grads)
        self._packed_equality_grads = [self._pack(g) for g in equality_grads]
        self._packed_inequality_grads = [self._pack(g) for g in inequality_grads]
        ends = list(itertools.accumulate(math.prod(_shape(v)) for v in self._vars))
        self._packing_slices = [slice(start, end) for start, end in zip([0, *ends], ends)]

    def minimize(self, session=None, feed_dict=None, fetches=None, step_callback=None, loss_callback=None, **run_kwargs):
        """Runs the optimizer to its end, and then sets the variables.

        Args:
          session: the default session where None.
          feed_dict: fed to each run.
          fetches: tensors whose values `loss_callback` is called with, each time the loss is computed.
          step_callback: called with the vector of all variables after each step.
          run_kwargs: for the run that sets the variables.
        """
        session = session or get_default_session()
        feed_dict, fetches = feed_dict or {}, fetches or []

        def asks(tensors, callback=None):
            return self._make_eval_func(tensors, session, feed_dict, fetches, callback)

        vector = self._minimize(
            loss_grad_func=asks([self._loss, self._packed_loss_grad], loss_callback),
            equality_funcs=[asks(t) for t in self._equalities],
            equality_grad_funcs=[asks(t) for t in self._packed_equality_grads],
            inequality_funcs=[asks(t) for t in self._inequalities],
            inequality_grad_funcs=[asks(t) for t in self._packed_inequality_grads],
            initial_val=session.run(self._packed_var),
            packed_bounds=self._packed_bounds,
            step_callback=step_callback or (lambda xk: None),
            optimizer_kwargs=self.optimizer_kwargs,
        )
        new_values = [vector[part] for part in self._packing_slices]
        session.run(self._var_updates, feed_dict=dict(zip(self._update_placeholders, new_values)), **run_kwargs)

    def _minimize(
        self, initial_val, loss_grad_func, equality_funcs, equality_grad_funcs, inequality_funcs, inequality_grad_funcs,
        packed_bounds, step_callback, optimizer_kwargs,
    ):  # fmt: skip
        """The best vector.  `loss_grad_func(vector)` gives the loss and its gradient, the others a value or a gradient."""
        raise NotImplementedError("To use ExternalOptimizerInterface, subclass from it and implement the _minimize() method.")

    @classmethod
    def _pack(cls, tensors):
        """Tensors as one vector."""
        flat = [array_ops.reshape(t, [-1]) for t in tensors]
        return None if not flat else flat[0] if len(flat) == 1 else array_ops.concat(flat, 0)

    def _pack_bounds(self, var_to_bounds) -> list:
        lows, highs = [], []
        for v in self._vars:
            low, high = var_to_bounds[v] if v in var_to_bounds else (-np.inf, np.inf)
            lows.extend(np.broadcast_to(low, _shape(v)).flat)
            highs.extend(np.broadcast_to(high, _shape(v)).flat)
        return list(zip(lows, highs))

    def _gradients(self, tensor) -> list:
        found = gradients(tensor, self._vars)
        return [array_ops.zeros_like(v) if grad is None else grad for v, grad in zip(self._vars, found)]

    def _make_eval_func(self, tensors, session, feed_dict, fetches, callback=None):
        tensors = tensors if isinstance(tensors, list) else [tensors]

        def eval_func(x):
            feeds = {v: x[part].reshape(_shape(v)) for v, part in zip(self._vars, self._packing_slices)}
            feeds.update(feed_dict)
            values = session.run(tensors + list(fetches), feed_dict=feeds)
            if callback is not None:
                callback(*values[len(tensors) :])
            return values[: len(tensors)]

        return eval_func


class ScipyOptimizerInterface(ExternalOptimizerInterface):
    """`scipy.optimize.minimize` on a graph, L-BFGS-B unless `method=` says otherwise.  It needs SciPy to be installed.

    `options` and the like go to SciPy; bounds are `var_to_bounds`.
    """

    _DEFAULT_METHOD = "L-BFGS-B"

    def _minimize(
        self, initial_val, loss_grad_func, equality_funcs, equality_grad_funcs, inequality_funcs, inequality_grad_funcs,
        packed_bounds, step_callback, optimizer_kwargs,
    ):  # fmt: skip
        def loss_and_gradient(x):
            loss, gradient = loss_grad_func(x)
            return loss, gradient.astype("float64")

        given = dict(optimizer_kwargs)
        method = given.pop("method", self._DEFAULT_METHOD)
        constraints = [
            {"type": kind, "fun": _first_of(function), "jac": _first_of(slope)}
            for kind, functions, slopes in (
                ("eq", equality_funcs, equality_grad_funcs),
                ("ineq", inequality_funcs, inequality_grad_funcs),
            )
            for function, slope in zip(functions, slopes)
        ]
        own = {"jac": True, "callback": step_callback, "method": method, "constraints": constraints, "bounds": packed_bounds}
        for name in own:
            if name in given:
                if name == "bounds":
                    raise ValueError("Bounds must be set using the var_to_bounds argument")
                raise ValueError("Optimizer keyword arg '%s' is set automatically and cannot be injected manually" % name)
        try:
            import scipy.optimize
        except ImportError:
            raise ImportError("ScipyOptimizerInterface needs SciPy, which is not part of tinytf: pip install scipy") from None
        result = scipy.optimize.minimize(loss_and_gradient, initial_val, **own, **given)
        lines = ["Optimization terminated with:", "  Message: %s", "  Objective function value: %f"]
        values = [result.message, result.fun]
        for attribute, line in (("nit", "  Number of iterations: %d"), ("nfev", "  Number of functions evaluations: %d")):
            if hasattr(result, attribute):
                lines.append(line)
                values.append(getattr(result, attribute))
        logging.info("\n".join(lines), *values)
        return result["x"]


def _first_of(function):
    """SciPy wants the value itself, not a list of one."""
    return lambda x: np.asarray(function(x)[0], dtype="float64")


def _shape(tensor) -> tuple:
    return tuple(tensor.get_shape().as_list())
