"""tf.contrib.layers.optimize_loss: gradients, clipping, summaries and the training op in one call."""

from __future__ import annotations

from tinytf import dtypes, train
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import get_collection
from tinytf.graph.graph import GraphKeys
from tinytf.graph.indexed_slices import IndexedSlices
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.files import summary_ops
from tinytf.ops.math import check_ops, clip, math_ops
from tinytf.ops.random import random_ops
from tinytf.ops.state import init_ops
from tinytf.ops.state import variables as variables_ops
from tinytf.ops.state.variable_scope import get_variable, variable_scope
from tinytf.train import training_util
from tinytf.train.moving_averages import assign_moving_average

OPTIMIZER_SUMMARIES = ["learning_rate", "loss", "gradients", "gradient_norm", "global_gradient_norm"]


OPTIMIZER_CLS_NAMES = {
    "Adagrad": train.AdagradOptimizer,
    "Adam": train.AdamOptimizer,
    "Ftrl": train.FtrlOptimizer,
    "Momentum": lambda learning_rate: train.MomentumOptimizer(learning_rate, momentum=0.9),
    "RMSProp": train.RMSPropOptimizer,
    "SGD": train.GradientDescentOptimizer,
}


def optimize_loss(
    loss, global_step, learning_rate, optimizer, gradient_noise_scale=None, gradient_multipliers=None, clip_gradients=None,
    learning_rate_decay_fn=None, update_ops=None, variables=None, name=None, summaries=None, colocate_gradients_with_ops=False,
    increment_global_step=True,
):  # fmt: skip
    """A tensor of the loss that trains when it is computed. Follows tf.contrib.layers.optimize_loss of TF 1.15.

    `optimizer` is a name ('Adam', 'SGD' …), a class, an instance or a function of the learning rate.
    ValueError: arguments of the wrong kind.
    """
    from tinytf import summary

    loss = convert_to_tensor(loss)
    check_ops.assert_scalar(loss)
    if global_step is None:
        global_step = training_util.get_global_step()
    else:
        training_util.assert_global_step(global_step)
    with variable_scope(name, "OptimizeLoss", [loss, global_step]):
        if update_ops is None:
            update_ops = get_collection(GraphKeys.UPDATE_OPS)
        if update_ops:
            loss = control_flow_ops.with_dependencies(list(dict.fromkeys(update_ops)), loss)
        rate = _rate(learning_rate)
        if summaries is None:
            summaries = ["loss", "learning_rate", "global_gradient_norm"]
        for wanted in summaries:
            if wanted not in OPTIMIZER_SUMMARIES:
                raise ValueError(f"Summaries should be one of [{', '.join(OPTIMIZER_SUMMARIES)}], you provided {wanted}.")
        if learning_rate is not None and learning_rate_decay_fn is not None:
            if global_step is None:
                raise ValueError("global_step is required for learning_rate_decay_fn.")
            rate = learning_rate_decay_fn(rate, global_step)
            if "learning_rate" in summaries:
                summary.scalar("learning_rate", rate)
        opt = _optimizer(optimizer, rate, learning_rate)
        chosen = variables_ops.trainable_variables() if variables is None else variables
        pairs = opt.compute_gradients(loss, chosen, colocate_gradients_with_ops=colocate_gradients_with_ops)
        if gradient_noise_scale is not None:
            pairs = _with_noise(pairs, gradient_noise_scale)
        if gradient_multipliers is not None:
            pairs = _multiplied(pairs, gradient_multipliers)
            if not pairs:
                raise ValueError(
                    "Empty list of (gradient, var) pairs encountered. This is most likely to be caused by an improper value of gradient_multipliers."  # noqa: E501
                )
        norms = "global_gradient_norm" in summaries or "gradient_norm" in summaries
        if norms:
            summary.scalar("global_norm/gradient_norm", clip.global_norm([g for g, _ in pairs]))
        if isinstance(clip_gradients, float):
            clipped, _ = clip.clip_by_global_norm([g for g, _ in pairs], clip_gradients)
            pairs = list(zip(clipped, [v for _, v in pairs]))
        elif callable(clip_gradients):
            pairs = clip_gradients(pairs)
        elif clip_gradients is not None:
            raise ValueError(f"Unknown type {type(clip_gradients)} for clip_gradients")
        if "loss" in summaries:
            summary.scalar("loss", loss)
        for gradient, variable in pairs:
            values = gradient.values if isinstance(gradient, IndexedSlices) else gradient
            if values is not None:
                label = variable.name.replace(":", "_")
                if "gradients" in summaries:
                    summary.histogram(f"gradients/{label}", values)
                if "gradient_norm" in summaries:
                    summary.scalar(f"gradient_norm/{label}", clip.global_norm([values]))
        if clip_gradients is not None and norms:
            summary.scalar("global_norm/clipped_gradient_norm", clip.global_norm([g for g, _ in pairs]))
        train_op = opt.apply_gradients(pairs, global_step=global_step if increment_global_step else None, name="train")
        return control_flow_ops.with_dependencies([train_op], loss)


def adaptive_clipping_fn(
    std_factor=2.0, decay=0.95, static_max_norm=None, global_step=None, report_summary=False, epsilon=1e-8, name=None
):
    """For `clip_gradients`: clips to the usual norm, where the norm is more than `std_factor` deviations above it.

    What is usual are moving averages of the norm's logarithm.  Follows `tf.contrib.layers.adaptive_clipping_fn` of TF 1.15.
    """

    def clipped(grads_and_vars):
        grads, variables = zip(*grads_and_vars)
        norm = clip.global_norm(grads)
        most, log_mean = _adaptive_max_norm(norm, std_factor, decay, global_step, epsilon, name)
        if report_summary:
            summary_ops.scalar("global_norm/adaptive_max_gradient_norm", most)
        factor = array_ops.where(norm < most, array_ops.ones_like(norm), math_ops.exp(log_mean) / norm)
        if static_max_norm is not None:
            factor = math_ops.minimum(static_max_norm / norm, factor)
        return [(_scaled(grad, factor), variable) for grad, variable in zip(grads, variables)]

    return clipped


def _scaled(grad, factor):
    if isinstance(grad, IndexedSlices):
        return IndexedSlices(grad.values * factor, grad.indices, grad.dense_shape)
    return None if grad is None else grad * factor


def _adaptive_max_norm(norm, std_factor, decay, global_step, epsilon, name) -> tuple:
    """(the norm that is still usual, the mean of the norm's logarithm)"""
    with variable_scope(name, "AdaptiveMaxNorm", [norm]):
        log_norm = math_ops.log(norm + epsilon)

        def average(name, value):
            kept = get_variable(name, shape=value.shape, dtype=value.dtype, initializer=init_ops.zeros_initializer(), trainable=False)
            return assign_moving_average(kept, value, decay, zero_debias=False)

        if global_step is not None:
            steps = math_ops.cast(global_step, dtypes.float32)
            decay = math_ops.minimum(decay, steps / (steps + 1.0))
        mean = average("mean", log_norm)
        variance = average("sq_mean", math_ops.square(log_norm)) - math_ops.square(mean)
        deviation = math_ops.sqrt(math_ops.maximum(epsilon, variance))
        return math_ops.exp(mean + std_factor * deviation), mean


def _rate(learning_rate):
    """The learning rate as a tensor: a float becomes a variable."""
    if learning_rate is None:
        return None
    if isinstance(learning_rate, Tensor) and learning_rate.shape.ndims == 0:
        return learning_rate
    if isinstance(learning_rate, float):
        if learning_rate < 0.0:
            raise ValueError("Invalid learning_rate %s.", learning_rate)
        return get_variable("learning_rate", [], trainable=False, initializer=init_ops.constant_initializer(learning_rate))
    raise ValueError(f"Learning rate should be 0d Tensor or float. Got {learning_rate} of type {type(learning_rate)}")


def _optimizer(optimizer, rate, learning_rate):
    from tinytf.train.optimizer import Optimizer

    if isinstance(optimizer, str):
        classes = OPTIMIZER_CLS_NAMES
        if rate is None:
            raise ValueError(f"Learning rate is None, but should be specified if optimizer is string ({optimizer}).")
        if optimizer not in classes:
            raise ValueError(f"Optimizer name should be one of [{', '.join(classes)}], you provided {optimizer}.")
        return classes[optimizer](learning_rate=rate)
    if isinstance(optimizer, type) and issubclass(optimizer, Optimizer):
        if rate is None:
            raise ValueError(f"Learning rate is None, but should be specified if optimizer is class ({optimizer}).")
        return optimizer(learning_rate=rate)
    if isinstance(optimizer, Optimizer):
        return optimizer
    if callable(optimizer):
        made = optimizer(rate) if learning_rate is not None else optimizer()
        if not isinstance(made, Optimizer):
            raise ValueError(f"Unrecognized optimizer: function should return subclass of Optimizer. Got {made}.")
        return made
    raise ValueError(
        f"Unrecognized optimizer: should be string, subclass of Optimizer, instance of subclass of Optimizer or function with one argument. Got {optimizer}."  # noqa: E501
    )


def _with_noise(pairs, scale):
    noisy = []
    for gradient, variable in pairs:
        if gradient is not None:
            shape = gradient.dense_shape if isinstance(gradient, IndexedSlices) else gradient.get_shape()
            gradient = gradient + random_ops.truncated_normal(shape) * scale
        noisy.append((gradient, variable))
    return noisy


def _multiplied(pairs, multipliers):
    result = []
    for gradient, variable in pairs:
        key = variable if variable in multipliers else variable.name
        if gradient is not None and key in multipliers:
            if isinstance(gradient, IndexedSlices):
                gradient = IndexedSlices(gradient.values * multipliers[key], gradient.indices, gradient.dense_shape)
            else:
                gradient *= math_ops.cast(multipliers[key], gradient.dtype)
        result.append((gradient, variable))
    return result
