"""tf.contrib.slim.learning: train ops and the loop of TF-Slim's models.  Follows TF 1.15, in one process."""

from __future__ import annotations

import os
import sys
import time

from tinytf import errors, logging, protos
from tinytf.contrib.training import training
from tinytf.contrib.training.training import clip_gradient_norms, multiply_gradients
from tinytf.graph.default_graph import get_default_graph, name_scope
from tinytf.ops.array import constant
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.files import summary_ops
from tinytf.ops.math import math_ops
from tinytf.ops.state import lookup_ops, variables
from tinytf.train.optimizer import Optimizer
from tinytf.train.saver import Saver
from tinytf.train.supervisor import Supervisor
from tinytf.train.training_util import get_or_create_global_step

_USE_DEFAULT = 0


def add_gradients_summaries(grads_and_vars):
    """A histogram and the norm of each gradient; returns the summaries."""
    return training.add_gradients_summaries(grads_and_vars, separator="/")


def create_train_op(
    total_loss,
    optimizer,
    global_step=training._USE_GLOBAL_STEP,
    update_ops=None,
    variables_to_train=None,
    clip_gradient_norm=0,
    summarize_gradients=False,
    gate_gradients=Optimizer.GATE_OP,
    aggregation_method=None,
    colocate_gradients_with_ops=False,
    gradient_multipliers=None,
    check_numerics=True,
):
    """tf.contrib.training.create_train_op with factors for gradients, and a bound for their norms where it is above 0."""

    def transform(pairs):
        if gradient_multipliers:
            with name_scope("multiply_grads"):
                pairs = multiply_gradients(pairs, gradient_multipliers)
        if clip_gradient_norm > 0:
            with name_scope("clip_grads"):
                pairs = clip_gradient_norms(pairs, clip_gradient_norm)
        return pairs

    return training.create_train_op(
        total_loss,
        optimizer,
        global_step=global_step,
        update_ops=update_ops,
        variables_to_train=variables_to_train,
        transform_grads_fn=transform,
        summarize_gradients=summarize_gradients,
        gate_gradients=gate_gradients,
        aggregation_method=aggregation_method,
        colocate_gradients_with_ops=colocate_gradients_with_ops,
        check_numerics=check_numerics,
    )


def train_step(sess, train_op, global_step, train_step_kwargs):
    """One step: (loss, whether to stop).  `train_step_kwargs` may have tensors `should_log`, `should_stop` and `should_trace`."""
    start = time.time()
    options = metadata = None
    if "should_trace" in train_step_kwargs:
        if "logdir" not in train_step_kwargs:
            raise ValueError("logdir must be present in train_step_kwargs when should_trace is present")
        if sess.run(train_step_kwargs["should_trace"]):
            options, metadata = protos.RunOptions(trace_level=protos.RunOptions.FULL_TRACE), protos.RunMetadata()
    loss, step = sess.run([train_op, global_step], options=options, run_metadata=metadata)
    elapsed = time.time() - start
    if metadata is not None:
        _write_trace(metadata, step, train_step_kwargs)
    if "should_log" in train_step_kwargs and sess.run(train_step_kwargs["should_log"]):
        logging.info("global step %d: loss = %.4f (%.3f sec/step)", step, loss, elapsed)
    should_stop = sess.run(train_step_kwargs["should_stop"]) if "should_stop" in train_step_kwargs else False
    return loss, should_stop


def _write_trace(metadata, step, train_step_kwargs):
    from tinytf.timeline import Timeline

    path = os.path.join(train_step_kwargs["logdir"], "tf_trace-%d.json" % step)
    logging.info("Writing trace to %s", path)
    with open(path, "w") as file:
        file.write(Timeline(metadata.step_stats).generate_chrome_trace_format())
    if "summary_writer" in train_step_kwargs:
        train_step_kwargs["summary_writer"].add_run_metadata(metadata, "run_metadata-%d" % step)


def train(
    train_op,
    logdir,
    train_step_fn=train_step,
    train_step_kwargs=_USE_DEFAULT,
    log_every_n_steps=1,
    graph=None,
    master="",
    is_chief=True,
    global_step=None,
    number_of_steps=None,
    init_op=_USE_DEFAULT,
    init_feed_dict=None,
    local_init_op=_USE_DEFAULT,
    init_fn=None,
    ready_op=_USE_DEFAULT,
    summary_op=_USE_DEFAULT,
    save_summaries_secs=600,
    summary_writer=_USE_DEFAULT,
    startup_delay_steps=0,
    saver=None,
    save_interval_secs=600,
    sync_optimizer=None,
    session_config=None,
    session_wrapper=None,
    trace_every_n_steps=None,
    ignore_live_threads=False,
):
    """Trains for `number_of_steps` (for ever where it is None), saving and summarising into `logdir`; returns the last loss."""
    _check(train_op, logdir, summary_op, saver, trace_every_n_steps, number_of_steps)
    if sync_optimizer is not None:
        raise NotImplementedError("tinytf trains in one process; leave `sync_optimizer` out")
    graph = graph or get_default_graph()
    with graph.as_default():
        if global_step is None:
            global_step = get_or_create_global_step()
        saver = saver or Saver()
        with name_scope("init_ops"):
            if init_op == _USE_DEFAULT:
                init_op = variables.global_variables_initializer()
            if ready_op == _USE_DEFAULT:
                ready_op = variables.report_uninitialized_variables()
            if local_init_op == _USE_DEFAULT:
                local_init_op = control_flow_ops.group(variables.local_variables_initializer(), lookup_ops.tables_initializer())
        if summary_op == _USE_DEFAULT:
            summary_op = summary_ops.merge_all()
        if summary_writer == _USE_DEFAULT:
            summary_writer = Supervisor.USE_DEFAULT
        if train_step_kwargs == _USE_DEFAULT:
            trace = trace_every_n_steps if is_chief else None
            train_step_kwargs = _step_tensors(global_step, number_of_steps, log_every_n_steps, trace, logdir)
    supervisor = Supervisor(
        graph=graph,
        is_chief=is_chief,
        logdir=logdir,
        init_op=init_op,
        init_feed_dict=init_feed_dict,
        local_init_op=local_init_op,
        ready_op=ready_op,
        summary_op=summary_op,
        summary_writer=summary_writer,
        global_step=global_step,
        saver=saver,
        save_summaries_secs=save_summaries_secs,
        save_model_secs=save_interval_secs,
        init_fn=init_fn,
    )
    if summary_writer is not None:
        train_step_kwargs["summary_writer"] = supervisor.summary_writer
    loss = None
    with supervisor.managed_session(master, start_standard_services=False, config=session_config) as session:
        logging.info("Starting Session.")
        if session_wrapper is not None:
            session = session_wrapper(session)
        if is_chief and logdir:
            supervisor.start_standard_services(session)
        elif not is_chief and startup_delay_steps > 0:
            _wait_for_step(session, global_step, min(startup_delay_steps, number_of_steps or sys.maxsize))
        threads = supervisor.start_queue_runners(session)
        logging.info("Starting Queues.")
        try:
            while not supervisor.should_stop():
                loss, should_stop = train_step_fn(session, train_op, global_step, train_step_kwargs)
                if should_stop:
                    logging.info("Stopping Training.")
                    supervisor.request_stop()
                    break
        except errors.OutOfRangeError as error:
            logging.info("Caught OutOfRangeError. Stopping Training. %s", error)
        if logdir and supervisor.is_chief:
            logging.info("Finished training! Saving model to disk.")
            supervisor.saver.save(session, supervisor.save_path, global_step=supervisor.global_step)
            supervisor.stop(threads, close_summary_writer=True, ignore_live_threads=ignore_live_threads)
    return loss


def _check(train_op, logdir, summary_op, saver, trace_every_n_steps, number_of_steps):
    if train_op is None:
        raise ValueError("train_op cannot be None.")
    if logdir is None:
        if summary_op != _USE_DEFAULT:
            raise ValueError("Cannot provide summary_op because logdir=None")
        if saver is not None:
            raise ValueError("Cannot provide saver because logdir=None")
        if trace_every_n_steps is not None:
            raise ValueError("Cannot provide trace_every_n_steps because logdir=None")
    if number_of_steps is not None and number_of_steps <= 0:
        raise ValueError("`number_of_steps` must be either None or a positive number.")


def _step_tensors(global_step, number_of_steps, log_every, trace_every, logdir):
    with name_scope("train_step"):
        tensors = {"should_stop": math_ops.greater_equal(global_step, number_of_steps) if number_of_steps else constant.constant(False)}
        if log_every > 0:
            tensors["should_log"] = math_ops.equal(math_ops.mod(global_step, log_every), 0)
        if trace_every is not None:
            tensors["should_trace"] = math_ops.equal(math_ops.mod(global_step, trace_every), 0)
            tensors["logdir"] = logdir
    return tensors


def _wait_for_step(session, global_step, step):
    while session.run(global_step) < step:
        time.sleep(1.0)
