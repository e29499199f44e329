"""Iterators in checkpoints: a restored one goes on where it was saved."""

import numpy as np
import pytest

import tinytf as tf
from tinytf.test.dataset_serialization import DatasetSerializationTestBase


class Serialization(DatasetSerializationTestBase):
    def runTest(self):
        pass


@pytest.mark.parametrize(
    "dataset, count",
    [
        (lambda: tf.data.Dataset.range(4).repeat(2).batch(3), 3),
        (lambda: tf.data.Dataset.range(6).shuffle(3, seed=7).repeat(2), 12),
        (lambda: tf.data.Dataset.range(3).flat_map(lambda x: tf.data.Dataset.from_tensors(x).repeat(x)), 3),
    ],
)
def test_the_elements_are_the_same_with_and_without_breaks(dataset, count):
    case = Serialization()
    case.verify_multiple_breaks(dataset, count, num_breaks=3)
    case.verify_exhausted_iterator(dataset, count)
    case.verify_reset_restored_iterator(dataset, count)
    case.tearDown()


def test_an_iterator_is_part_of_an_object_based_checkpoint(tmp_path):
    with tf.Graph().as_default(), tf.Session() as sess:
        iterator = tf.data.Dataset.range(5).make_initializable_iterator()
        following = iterator.get_next()
        checkpoint = tf.train.Checkpoint(iterator=iterator)
        with pytest.raises(tf.errors.FailedPreconditionError, match="has not been initialized"):
            checkpoint.save(str(tmp_path / "c"), session=sess)
        sess.run(iterator.initializer)
        assert [sess.run(following) for _ in range(2)] == [0, 1]
        path = checkpoint.save(str(tmp_path / "c"), session=sess)
        assert [sess.run(following) for _ in range(3)] == [2, 3, 4]
        checkpoint.restore(path).run_restore_ops(sess)
        assert sess.run(following) == 2


def test_what_is_no_state_of_an_iterator_is_a_named_error(tmp_path):
    with tf.Graph().as_default(), tf.Session() as sess:
        iterator = tf.data.Dataset.range(5).make_initializable_iterator()
        saveable = tf.data.experimental.make_saveable_from_iterator(iterator)
        tf.add_to_collection(tf.GraphKeys.SAVEABLE_OBJECTS, saveable)
        saver = tf.train.Saver(allow_empty=True)
        from tinytf import checkpoint

        checkpoint.save(str(tmp_path / "c"), {saveable.specs[0].name: np.array(b"cos\nsystem", dtype=object)})
        sess.run(iterator.initializer)
        with pytest.raises(tf.errors.DataLossError, match="no state of an iterator"):
            saver.restore(sess, str(tmp_path / "c"))


def test_the_hook_saves_the_pipeline_beside_the_model(tmp_path):
    def model_fn(features, labels, mode):
        step = tf.train.get_or_create_global_step()
        with tf.control_dependencies([tf.assign(tf.get_variable("seen", (), tf.int64, tf.zeros_initializer()), features)]):
            train = tf.assign_add(step, 1)
        return tf.estimator.EstimatorSpec(mode, loss=tf.constant(1.0), train_op=train)

    def train():
        config = tf.estimator.RunConfig(str(tmp_path), save_checkpoints_steps=1)
        estimator = tf.estimator.Estimator(model_fn, config=config)
        hook = tf.data.experimental.CheckpointInputPipelineHook(estimator)
        estimator.train(lambda: tf.data.Dataset.range(10), steps=2, hooks=[hook])
        return estimator.get_variable_value("seen")

    assert train() == 1
    assert train() == 3
