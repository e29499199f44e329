"""The places of iterators in checkpoints.  Follows tensorflow.python.data.experimental.ops.iterator_ops of TF 1.15."""

from __future__ import annotations

from tinytf.checkpoint.state import latest_checkpoint
from tinytf.graph.build import make
from tinytf.graph.default_graph import colocate_with, get_collection
from tinytf.train import basic_session_run_hooks
from tinytf.train.saveable import SaveableObject, SaveSpec
from tinytf.train.saver import Saver
from tinytf.train.session_run_hook import SessionRunHook


class IteratorSaveable(SaveableObject):
    """An iterator as something that a Saver saves."""

    def __init__(self, iterator_resource, name=None):
        state = make("SerializeIterator", iterator_resource)
        specs = [SaveSpec(state, "", name or iterator_resource.name + "-state")]
        super().__init__(iterator_resource, specs, name or iterator_resource.name)

    def restore(self, restored_tensors, restored_shapes):
        """The op that goes to the restored place."""
        with colocate_with(self.op):
            return make("DeserializeIterator", self.op, restored_tensors[0])


_Saveable = IteratorSaveable  # its name in TensorFlow


def make_saveable_from_iterator(iterator) -> IteratorSaveable:
    """A SaveableObject for an iterator, for the collection SAVEABLE_OBJECTS or a Saver.

    What is saved is how many elements the iterator has given; restoring goes through as many, so the dataset must give
    the same ones again.  Initialize the iterator before it is restored.
    """
    return IteratorSaveable(iterator._iterator_resource)


class CheckpointInputPipelineHook(SessionRunHook):
    """Saves the iterators of an Estimator's training beside its model, and goes to their places when training goes on.

    Follows `tf.data.experimental.CheckpointInputPipelineHook` of TF 1.15.
    """

    def __init__(self, estimator):
        config = estimator._config
        prefix = "input" if config.num_worker_replicas <= 1 else "input_{}_{}".format(config.task_type, config.task_id)
        self._hook = basic_session_run_hooks.CheckpointSaverHook(
            estimator.model_dir, save_secs=config.save_checkpoints_secs, save_steps=config.save_checkpoints_steps,
            checkpoint_basename=prefix + ".ckpt",
        )  # fmt: skip
        self._latest_filename = "checkpoint_" + prefix  # not the file of the model's checkpoints
        self._first_run = True

    def begin(self) -> None:
        """Makes the saver of all iterators."""
        if self._hook._saver is None and self._hook._scaffold is None:
            self._hook._saver = _OwnStateFile([IteratorSaveable(i) for i in get_collection("iterators")], self._latest_filename)
        self._hook.begin()

    def before_run(self, run_context):
        """The first time, after the iterators were initialized: restores them, or saves their beginning."""
        if self._first_run:
            self._first_run = False
            self._restore_or_save(run_context.session)
        return self._hook.before_run(run_context)

    def _restore_or_save(self, session) -> None:
        latest = latest_checkpoint(self._hook._checkpoint_dir, latest_filename=self._latest_filename)
        if latest:
            self._hook._get_saver().restore(session, latest)
            return
        step = session.run(self._hook._global_step_tensor)
        self._hook._save(session, step)
        self._hook._timer.update_last_triggered_step(step)

    def after_run(self, run_context, run_values) -> None:
        """Saves when it is time."""
        self._hook.after_run(run_context, run_values)

    def end(self, session) -> None:
        """Saves at the end."""
        self._hook.end(session)


class _OwnStateFile(Saver):
    """A Saver whose list of checkpoints is a file of its own."""

    def __init__(self, var_list, latest_filename):
        super().__init__(var_list)
        self._latest_filename = latest_filename

    def save(self, sess, save_path, global_step=None, latest_filename=None, *args, **kwargs):
        """As any Saver."""
        return super().save(sess, save_path, global_step, latest_filename or self._latest_filename, *args, **kwargs)
