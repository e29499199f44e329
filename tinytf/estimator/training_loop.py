"""The training loop of an Estimator."""

from __future__ import annotations

from tinytf import logging
from tinytf.graph.default_graph import add_to_collection, get_collection
from tinytf.graph.graph import GraphKeys
from tinytf.ops.files import summary_ops
from tinytf.train.basic_session_run_hooks import CheckpointSaverHook, LoggingTensorHook, NanTensorHook
from tinytf.train.monitored_session import MonitoredTrainingSession
from tinytf.train.saver import Saver
from tinytf.train.training_util import _get_or_create_global_step_read as read_global_step  # noqa: F401


def train(spec, config, hooks, global_step, saving_listeners):
    """Runs the train op until a hook stops or the input ends; the last loss, None where there was no step."""
    if not any(x.op.name == "loss" for x in get_collection(GraphKeys.SUMMARIES)):
        summary_ops.scalar("loss", spec.loss)
    return run(spec, config, hooks, global_step, saving_listeners, config.log_step_count_steps)


def run(spec, config, hooks, global_step, saving_listeners, log_every):
    """`train` without a summary of the loss; `spec` has loss, train_op, scaffold and hooks."""
    add_to_collection(GraphKeys.LOSSES, spec.loss)
    hooks = hooks + [NanTensorHook(spec.loss)]
    if log_every is not None:
        shown = {"loss": spec.loss, "step": global_step}
        hooks.append(LoggingTensorHook(shown, every_n_iter=log_every))
    hooks += spec.training_hooks
    if not (spec.scaffold.saver or get_collection(GraphKeys.SAVERS)):
        add_to_collection(
            GraphKeys.SAVERS,
            Saver(
                sharded=True,
                max_to_keep=config.keep_checkpoint_max,
                keep_checkpoint_every_n_hours=config.keep_checkpoint_every_n_hours,
                defer_build=True,
                save_relative_paths=True,
            ),
        )
    chief_hooks = _saver_hooks(spec, config, hooks, saving_listeners) + list(spec.training_chief_hooks)
    loss, any_step = None, False
    with MonitoredTrainingSession(
        checkpoint_dir=config.model_dir,
        scaffold=spec.scaffold,
        hooks=hooks,
        chief_only_hooks=chief_hooks,
        save_checkpoint_secs=0,  # a hook saves
        save_summaries_steps=config.save_summary_steps,
        config=config.session_config,
        max_wait_secs=config.session_creation_timeout_secs,
        log_step_count_steps=config.log_step_count_steps,
    ) as session:
        while not session.should_stop():
            _, loss = session.run([spec.train_op, spec.loss])
            any_step = True
    if not any_step:
        logging.warning("Training with estimator made no steps. Perhaps input is empty or misspecified.")
    return loss


def _saver_hooks(spec, config, hooks, listeners) -> list:
    """The hook that saves, unless the user has one; either gets the listeners."""
    given = [h for h in hooks + list(spec.training_chief_hooks) if isinstance(h, CheckpointSaverHook)]
    secs, steps = config.save_checkpoints_secs, config.save_checkpoints_steps
    made = []
    if (secs or steps) and not given:
        made = [CheckpointSaverHook(config.model_dir, save_secs=secs, save_steps=steps, scaffold=spec.scaffold)]
    saving = given + made
    if listeners and not saving:
        raise ValueError(
            "There should be a CheckpointSaverHook to use saving_listeners. Please set one of the "
            "RunConfig.save_checkpoints_steps or RunConfig.save_checkpoints_secs."
        )
    for listener in listeners:
        if listener not in saving[0]._listeners:
            saving[0]._listeners.append(listener)
    return made
