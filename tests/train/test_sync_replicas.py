"""SyncReplicasOptimizer: replicas on servers of this process make one step together."""

import threading
import time

import pytest

import tinytf as tf


def _replica(number, server, replicas):
    """(session, train op, global step, variable) of one replica whose gradient is its number + 1."""
    with tf.Graph().as_default():
        with tf.device("/job:ps/task:0"):
            step = tf.train.get_or_create_global_step()
            v = tf.Variable(10.0, name="v")
        with tf.device(f"/job:worker/task:{number}"):
            optimizer = tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(1.0), replicas)
            train = optimizer.apply_gradients([(tf.constant(number + 1.0), v)], global_step=step)
        creator = tf.train.ChiefSessionCreator if number == 0 else tf.train.WorkerSessionCreator
        hook = optimizer.make_session_run_hook(is_chief=number == 0)
        session = tf.train.MonitoredSession(creator(master=server.target), hooks=[hook], stop_grace_period_secs=0)
        return session, train, step, v


def test_the_mean_of_two_replicas_is_applied_once():
    workers, _ = tf.test.create_local_cluster(2, 1)
    replicas = [_replica(number, server, 2) for number, server in enumerate(workers)]
    threads = [threading.Thread(target=session.run, args=(train,), daemon=True) for session, train, _, _ in replicas]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    session, _, step, v = replicas[1]
    until = time.monotonic() + 30
    while session.run(step) == 0 and time.monotonic() < until:
        time.sleep(0.01)
    assert session.run([step, v]) == [1, 8.5]


def test_the_order_of_calls():
    with tf.Graph().as_default():
        optimizer = tf.train.SyncReplicasOptimizer(tf.train.AdamOptimizer(), replicas_to_aggregate=1, total_num_replicas=2)
        v = tf.Variable(1.0)
        for early in (optimizer.get_chief_queue_runner, optimizer.get_init_tokens_op, optimizer.make_session_run_hook(True).begin):
            with pytest.raises(ValueError, match="apply_gradient"):
                early()
        with pytest.raises(ValueError, match="Global step is required"):
            optimizer.minimize(v * v)
        optimizer.minimize(v * v, global_step=tf.train.get_or_create_global_step())
        assert optimizer.get_slot_names() == ["m", "v"]
        assert optimizer.get_init_tokens_op(0).type == "NoOp"


def test_servers_of_one_cluster_see_the_variables_of_each_task():
    (first, second), _ = tf.test.create_local_cluster(2, 1)
    with tf.Graph().as_default():
        with tf.device("/job:ps/task:0"):
            shared = tf.Variable(1.0, name="shared")
        own = tf.Variable(2.0, name="own")
        a, b = tf.Session(first.target), tf.Session(second.target)
        a.run([shared.initializer, own.initializer])
        assert b.run(shared) == 1.0
        with pytest.raises(tf.errors.FailedPreconditionError):
            b.run(own)
