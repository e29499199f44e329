"""CheckpointManager: numbering, keeping, deleting, and what a second one finds."""

import os

import pytest

import tinytf as tf
from tinytf.train.checkpoint_manager import CheckpointManager


class _Saved:
    """What the manager saves: here, the variables of a Saver."""

    def __init__(self):
        self.save_counter = tf.get_variable("save_counter", initializer=0, trainable=False)
        self._saver = tf.train.Saver()

    def write(self, prefix):
        return self._saver.save(tf.get_default_session(), prefix, write_meta_graph=False, write_state=False)


@pytest.fixture
def saved(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with tf.Graph().as_default(), tf.Session() as sess:
        found = _Saved()
        sess.run(tf.global_variables_initializer())
        yield found


def _indexes(folder="d"):
    return sorted(f for f in os.listdir(folder) if f.endswith(".index"))


def test_it_keeps_the_last_ones(saved):
    manager = CheckpointManager(saved, "d", max_to_keep=2)
    assert manager.latest_checkpoint is None
    paths = [manager.save() for _ in range(4)]
    assert paths == ["d/ckpt-1", "d/ckpt-2", "d/ckpt-3", "d/ckpt-4"]
    assert _indexes() == ["ckpt-3.index", "ckpt-4.index"]
    assert manager.checkpoints == ["d/ckpt-3", "d/ckpt-4"]
    assert manager.latest_checkpoint == tf.train.latest_checkpoint("d") == "d/ckpt-4"


def test_a_number_of_ones_own(saved):
    manager = CheckpointManager(saved, "d", max_to_keep=None, checkpoint_name="m")
    assert manager.save(checkpoint_number=50) == "d/m-50"
    assert manager.save(checkpoint_number=tf.constant(7)) == "d/m-7"
    assert manager.save(checkpoint_number=50) == "d/m-50"
    assert manager.checkpoints == ["d/m-7", "d/m-50"]


def test_a_second_manager_goes_on(saved):
    first = CheckpointManager(saved, "d", max_to_keep=2)
    first.save()
    first.save()
    second = CheckpointManager(saved, "d", max_to_keep=2)
    assert second.latest_checkpoint == "d/ckpt-2"
    assert second.checkpoints == ["d/ckpt-1", "d/ckpt-2"]
    second.save()
    assert _indexes() == ["ckpt-2.index", "ckpt-3.index"]


def test_one_for_so_many_hours_stays(saved, monkeypatch):
    now = [100_000.0]
    monkeypatch.setattr("time.time", lambda: now[0])
    manager = CheckpointManager(saved, "d", max_to_keep=1, keep_checkpoint_every_n_hours=2)
    for _ in range(5):
        now[0] += 3600
        manager.save()
    assert _indexes() == ["ckpt-2.index", "ckpt-4.index", "ckpt-5.index"]


def test_a_clock_that_goes_backwards(saved, monkeypatch, caplog):
    now = [100_000.0]
    monkeypatch.setattr("time.time", lambda: now[0])
    CheckpointManager(saved, "d", max_to_keep=2).save()
    now[0] -= 5000
    second = CheckpointManager(saved, "d", max_to_keep=2)
    assert "seconds behind the last preserved checkpoint" in caplog.text
    assert second.latest_checkpoint == "d/ckpt-1"


def test_wrong_arguments(saved):
    with pytest.raises(ValueError, match="Expected a positive integer or `None`"):
        CheckpointManager(saved, "d", max_to_keep=0)
