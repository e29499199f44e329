"""A train op that also runs the updates of a model, and a loop that runs it.  Follows tf.contrib.training of TF 1.15."""

from __future__ import annotations

from tinytf import logging
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, get_collection, get_collection_ref, name_scope
from tinytf.graph.graph import GraphKeys
from tinytf.graph.indexed_slices import IndexedSlices
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.files import summary_ops
from tinytf.ops.math import clip, numerics
from tinytf.ops.state import variables
from tinytf.train.monitored_session import MonitoredTrainingSession
from tinytf.train.optimizer import Optimizer
from tinytf.train.training_util import get_or_create_global_step

_USE_GLOBAL_STEP = 0


def _of_values(function, gradient):
    """`function` of a gradient, or of the values of a sparse one."""
    if isinstance(gradient, IndexedSlices):
        return IndexedSlices(function(gradient.values), gradient.indices, gradient.dense_shape)
    return function(gradient)


def add_gradients_summaries(grads_and_vars, separator="_"):
    """A histogram and the norm of each gradient; returns the summaries."""
    summaries = []
    for gradient, variable in grads_and_vars:
        if gradient is None:
            logging.info("Var %s has no gradient", variable.op.name)
            continue
        values = gradient.values if isinstance(gradient, IndexedSlices) else gradient
        name = variable.op.name + separator + "gradient"
        summaries.append(summary_ops.histogram(name, values))
        summaries.append(summary_ops.scalar(name + "_norm", clip.global_norm([values])))
    return summaries


def clip_gradient_norms(gradients_to_variables, max_norm):
    """The (gradient, variable) pairs with each gradient's norm at most `max_norm`."""
    return [
        (None if gradient is None else _of_values(lambda g: clip.clip_by_norm(g, max_norm), gradient), variable)
        for gradient, variable in gradients_to_variables
    ]


def clip_gradient_norms_fn(max_norm):
    """`clip_gradient_norms` as a function of the pairs alone."""
    return lambda gradients_to_variables: clip_gradient_norms(gradients_to_variables, max_norm)


def multiply_gradients(grads_and_vars, gradient_multipliers):
    """The pairs with the gradients times a factor, for the variables (or names) that `gradient_multipliers` has one for."""
    if not isinstance(grads_and_vars, list):
        raise ValueError("`grads_and_vars` must be a list.")
    if not gradient_multipliers:
        raise ValueError("`gradient_multipliers` is empty.")
    if not isinstance(gradient_multipliers, dict):
        raise ValueError("`gradient_multipliers` must be a dict.")
    multiplied = []
    for gradient, variable in grads_and_vars:
        factor = gradient_multipliers.get(variable, gradient_multipliers.get(variable.op.name))
        if factor is not None:
            if gradient is None:
                raise ValueError("Requested multiple of `None` gradient.")
            factor = convert_to_tensor(factor, dtype=gradient.dtype)
            gradient = _of_values(lambda g, factor=factor: g * factor, gradient)
        multiplied.append((gradient, variable))
    return multiplied


def create_train_op(
    total_loss,
    optimizer,
    global_step=_USE_GLOBAL_STEP,
    update_ops=None,
    variables_to_train=None,
    transform_grads_fn=None,
    summarize_gradients=False,
    gate_gradients=Optimizer.GATE_OP,
    aggregation_method=None,
    colocate_gradients_with_ops=False,
    check_numerics=True,
    add_summaries=add_gradients_summaries,
):
    """A tensor of the loss that trains when it is computed, after the ops in the collection UPDATE_OPS.

    `transform_grads_fn` maps the (gradient, variable) pairs to those that are applied.
    """
    if global_step is _USE_GLOBAL_STEP:
        global_step = get_or_create_global_step()
    known = get_collection(GraphKeys.UPDATE_OPS)
    update_ops = list(dict.fromkeys(known if update_ops is None else update_ops))
    if not set(known).issubset(update_ops):
        logging.warning("update_ops in create_train_op does not contain all the update_ops in GraphKeys.UPDATE_OPS")
    if update_ops:
        with control_dependencies(update_ops):
            barrier = control_flow_ops.no_op(name="update_barrier")
        total_loss = control_flow_ops.with_dependencies([barrier], total_loss)
    if variables_to_train is None:
        variables_to_train = variables.trainable_variables()
    if not variables_to_train:
        raise ValueError("There is no variable to train.")
    pairs = optimizer.compute_gradients(
        total_loss,
        variables_to_train,
        gate_gradients=gate_gradients,
        aggregation_method=aggregation_method,
        colocate_gradients_with_ops=colocate_gradients_with_ops,
    )
    if transform_grads_fn:
        pairs = transform_grads_fn(pairs)
    if summarize_gradients:
        with name_scope("summarize_grads"):
            add_summaries(pairs)
    updates = optimizer.apply_gradients(pairs, global_step=global_step)
    with name_scope("train_op"):
        if check_numerics:
            total_loss = numerics.check_numerics(total_loss, "LossTensor is inf or nan")
        train_op = control_flow_ops.with_dependencies([updates], total_loss)
    train_ops = get_collection_ref(GraphKeys.TRAIN_OP)
    if train_op not in train_ops:
        train_ops.append(train_op)
    return train_op


def train(
    train_op,
    logdir,
    master="",
    is_chief=True,
    scaffold=None,
    hooks=None,
    chief_only_hooks=None,
    save_checkpoint_secs=600,
    save_summaries_steps=100,
    config=None,
    max_wait_secs=7200,
    run_metadata=None,
):
    """Runs the train op in a MonitoredTrainingSession until a hook stops it; returns the last loss."""
    if logdir is None and is_chief:
        if save_summaries_steps:
            raise ValueError("logdir cannot be None when save_summaries_steps is not None")
        if save_checkpoint_secs:
            raise ValueError("logdir cannot be None when save_checkpoint_secs is not None")
    loss = None
    with MonitoredTrainingSession(
        master=master,
        is_chief=is_chief,
        checkpoint_dir=logdir,
        scaffold=scaffold,
        hooks=hooks,
        chief_only_hooks=chief_only_hooks,
        save_checkpoint_secs=save_checkpoint_secs,
        save_summaries_steps=save_summaries_steps,
        config=config,
        max_wait_secs=max_wait_secs,
    ) as session:
        while not session.should_stop():
            loss = session.run(train_op, run_metadata=run_metadata)
    return loss
