"""`tf.train.SessionManager`: makes a session that is ready to train: restored, or initialised."""

from __future__ import annotations

import time

import numpy as np

from tinytf import errors, logging
from tinytf.checkpoint import state
from tinytf.graph.default_graph import get_default_graph


class SessionManager:
    """Makes sessions and brings their variables to life.

    Args:
      local_init_op: run in each session, once `ready_for_local_init_op` finds nothing missing.
      ready_op: gives the names of what is still uninitialised.
      ready_for_local_init_op: the same, asked before local_init_op.
      graph: the default graph where None.
      recovery_wait_secs: pause between two looks.
      local_init_run_options: RunOptions of local_init_op.

    Follows `tf.train.SessionManager` of TF 1.15.
    """

    def __init__(
        self, local_init_op=None, ready_op=None, ready_for_local_init_op=None, graph=None, recovery_wait_secs=30,
        local_init_run_options=None,
    ):  # fmt: skip
        self._local_init_op, self._ready_op = local_init_op, ready_op
        self._ready_for_local_init_op = ready_for_local_init_op
        self._graph = graph or get_default_graph()
        self._recovery_wait_secs = recovery_wait_secs
        self._local_init_run_options = local_init_run_options
        self._target = None
        if ready_for_local_init_op is not None and local_init_op is None:
            raise ValueError(
                f"If you pass a ready_for_local_init_op you must also pass a local_init_op , ready_for_local_init_op "
                f"[{ready_for_local_init_op}]"
            )

    def _new_session(self, master, config):
        from tinytf.run.session import Session

        self._target = master
        return Session(master, graph=self._graph, config=config)

    def _restore_checkpoint(
        self, master, saver, checkpoint_dir, checkpoint_filename_with_path, wait_for_checkpoint, max_wait_secs, config
    ):
        """(session, whether its variables were restored)"""
        sess = self._new_session(master, config)
        if checkpoint_dir and checkpoint_filename_with_path:
            raise ValueError("Can not provide both checkpoint_dir and checkpoint_filename_with_path.")
        if not saver or not (checkpoint_dir or checkpoint_filename_with_path):
            return sess, False
        if checkpoint_filename_with_path:
            saver.restore(sess, checkpoint_filename_with_path)
            return sess, True
        waited = 0
        found = state.get_checkpoint_state(checkpoint_dir)
        while not found or not found.model_checkpoint_path:
            if not wait_for_checkpoint or waited >= max_wait_secs:
                return sess, False
            logging.info("Waiting for checkpoint to be available.")
            time.sleep(self._recovery_wait_secs)
            waited += self._recovery_wait_secs
            found = state.get_checkpoint_state(checkpoint_dir)
        # latest_checkpoint finds the files of a moved folder, which the state's own path does not.
        saver.restore(sess, state.latest_checkpoint(checkpoint_dir) or found.model_checkpoint_path)
        saver.recover_last_checkpoints(found.all_model_checkpoint_paths)
        return sess, True

    def prepare_session(
        self, master, init_op=None, saver=None, checkpoint_dir=None, checkpoint_filename_with_path=None,
        wait_for_checkpoint=False, max_wait_secs=7200, config=None, init_feed_dict=None, init_fn=None,
    ):  # fmt: skip
        """A session whose variables are restored from a checkpoint, or else initialised by `init_op` and `init_fn(sess)`.

        RuntimeError where the model is not ready after that.
        """
        sess, restored = self._restore_checkpoint(
            master, saver, checkpoint_dir, checkpoint_filename_with_path, wait_for_checkpoint, max_wait_secs, config
        )
        if not restored:
            if init_op is None and not init_fn and self._local_init_op is None:
                raise RuntimeError("Model is not initialized and no init_op or init_fn or local_init_op was given")
            if init_op is not None:
                sess.run(init_op, feed_dict=init_feed_dict)
            if init_fn:
                init_fn(sess)
        done, why = self._try_run_local_init_op(sess)
        if not done:
            raise RuntimeError(
                f"Init operations did not make model ready for local_init.  Init op: {_name(init_op)}, init fn: {init_fn}, error: {why}"
            )
        ready, why = _ready(self._ready_op, sess, "Model not ready")
        if not ready:
            raise RuntimeError(
                f"Init operations did not make model ready.  Init op: {_name(init_op)}, init fn: {init_fn}, local_init_op: "
                f"{self._local_init_op}, error: {why}"
            )
        return sess

    def recover_session(
        self, master, saver=None, checkpoint_dir=None, checkpoint_filename_with_path=None, wait_for_checkpoint=False,
        max_wait_secs=7200, config=None,
    ):  # fmt: skip
        """(session, whether its model was restored and is ready)"""
        sess, restored = self._restore_checkpoint(
            master, saver, checkpoint_dir, checkpoint_filename_with_path, wait_for_checkpoint, max_wait_secs, config
        )
        done, why = self._try_run_local_init_op(sess)
        if not restored:
            return sess, False
        source = checkpoint_dir or checkpoint_filename_with_path
        if not done:
            logging.info("Restoring model from %s did not make model ready for local init: %s", source, why)
            return sess, False
        ready, why = _ready(self._ready_op, sess, "Model not ready")
        if not ready:
            logging.info("Restoring model from %s did not make model ready: %s", source, why)
            return sess, False
        logging.info("Restored model from %s", source)
        return sess, True

    def wait_for_session(self, master, config=None, max_wait_secs=float("inf")):
        """A session of a model that another one initialises; DeadlineExceededError after `max_wait_secs`."""
        limit = float("inf") if max_wait_secs is None else max_wait_secs
        deadline = time.time() + limit
        while True:
            sess = self._new_session(master, config)
            done, why_not_local = self._try_run_local_init_op(sess)
            why = None
            if done:
                ready, why = _ready(self._ready_op, sess, "Model not ready")
                if ready:
                    return sess
            sess.close()
            if deadline - time.time() - self._recovery_wait_secs < 0:
                raise errors.DeadlineExceededError(None, None, f"Session was not ready after waiting {max_wait_secs} secs.")
            logging.info("Waiting for model to be ready.  Ready_for_local_init_op:  %s, ready: %s", why_not_local, why)
            time.sleep(self._recovery_wait_secs)

    def _try_run_local_init_op(self, sess):
        if self._local_init_op is None:
            return True, None
        ready, why = _ready(self._ready_for_local_init_op, sess, "Model not ready for local init")
        if not ready:
            return False, why
        logging.info("Running local_init_op.")
        sess.run(self._local_init_op, options=self._local_init_run_options)
        logging.info("Done running local_init_op.")
        return True, None


def _name(obj) -> str:
    if obj is None:
        return "None"
    return obj.name if hasattr(obj, "name") else f"<no name for {type(obj)}>"


def _ready(op, sess, message: str):
    """(whether nothing is left to initialise, what is)"""
    if op is None:
        return True, None
    try:
        value = sess.run(op)
    except errors.FailedPreconditionError as e:
        if "uninitialized" not in str(e):
            logging.warning("%s : error [%s]", message, e)
            raise
        return False, str(e)
    if value is None or value.dtype == np.int32 or value.size == 0:
        return True, None
    return False, "Variables not initialized: " + ", ".join(v.decode() for v in value)
