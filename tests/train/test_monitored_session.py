"""MonitoredTrainingSession, its hooks, Supervisor, Coordinator: a training loop that starts, saves, stops and goes on."""

import os
import threading
import time

import pytest

import tinytf as tf


@pytest.fixture(autouse=True)
def _fresh(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with tf.Graph().as_default():
        yield


def _files(folder):
    return sorted(f for f in os.listdir(folder) if "events" not in f)


def _model():
    step = tf.train.get_or_create_global_step()
    w = tf.get_variable("w", initializer=[[0.1], [0.2]])
    loss = tf.reduce_mean(tf.square(tf.matmul([[1.0, 2.0], [3.0, 4.0]], w) - 1.0))
    tf.summary.scalar("loss", loss)
    return loss, tf.train.GradientDescentOptimizer(0.01).minimize(loss, global_step=step)


def test_a_training_that_is_stopped_and_resumed():
    def train(**how):
        with tf.Graph().as_default():
            loss, step = _model()
            with tf.train.MonitoredTrainingSession(checkpoint_dir="m", **how) as sess:
                while not sess.should_stop():
                    last, _ = sess.run([loss, step])
            return last

    first = train(hooks=[tf.train.StopAtStepHook(last_step=7)], save_checkpoint_steps=3, save_summaries_steps=2)
    assert _files("m") == [
        "checkpoint", "graph.pbtxt",
        "model.ckpt-0.data-00000-of-00001", "model.ckpt-0.index", "model.ckpt-0.meta",
        "model.ckpt-3.data-00000-of-00001", "model.ckpt-3.index", "model.ckpt-3.meta",
        "model.ckpt-6.data-00000-of-00001", "model.ckpt-6.index", "model.ckpt-6.meta",
        "model.ckpt-7.data-00000-of-00001", "model.ckpt-7.index", "model.ckpt-7.meta",
    ]  # fmt: skip
    second = train(hooks=[tf.train.StopAtStepHook(num_steps=2)])
    assert tf.train.latest_checkpoint("m") == "m/model.ckpt-9"
    assert (round(float(first), 5), round(float(second), 5)) == (0.12197, 0.12125)  # as TensorFlow 1.15.5 computes them
    assert any("events" in f for f in os.listdir("m"))


def test_the_order_of_hook_calls():
    loss, train = _model()
    calls = []

    class Hook(tf.train.SessionRunHook):
        def begin(self):
            calls.append("begin")

        def after_create_session(self, session, coord):
            calls.append("after_create_session")

        def before_run(self, run_context):
            calls.append("before_run")
            assert run_context.original_args.fetches is train
            return tf.train.SessionRunArgs({"loss": loss})

        def after_run(self, run_context, run_values):
            calls.append("after_run")
            assert run_values.results["loss"] > 0
            run_context.request_stop()

        def end(self, session):
            calls.append("end")

    with tf.train.MonitoredSession(hooks=[Hook()]) as sess:
        while not sess.should_stop():
            sess.run(train)
    assert calls == ["begin", "after_create_session", "before_run", "after_run", "end"]


def test_the_graph_is_read_only_inside():
    _model()
    with tf.train.MonitoredSession() as sess:
        assert sess.graph is tf.get_default_graph()
        with pytest.raises(RuntimeError, match="finalized"):
            tf.constant(1.0)
    tf.constant(1.0)


def test_the_end_of_the_input_is_no_error():
    _model()
    with tf.train.MonitoredSession():
        raise tf.errors.OutOfRangeError(None, None, "no more data")
    with pytest.raises(ZeroDivisionError), tf.train.MonitoredSession():
        1 / 0  # noqa: B018


def test_a_preempted_session_is_made_anew():
    _, train = _model()
    fails = [tf.errors.AbortedError(None, None, "preempted")]
    created = []

    class Preempted(tf.train.SessionRunHook):
        def after_create_session(self, session, coord):
            created.append(session)

        def before_run(self, run_context):
            if fails:
                raise fails.pop()

    with tf.train.MonitoredSession(hooks=[Preempted()]) as sess:
        sess.run(train)
    assert len(created) == 2


def test_feeds_of_hooks():
    p = tf.placeholder(tf.float32)
    y = p * 2
    feed = tf.train.FeedFnHook(lambda: {p: 3.0})
    with tf.train.MonitoredSession(hooks=[feed]) as sess:
        assert sess.run(y) == 6.0
        with pytest.raises(RuntimeError, match="Same tensor is fed by a SessionRunHook and user"):
            sess.run(y, {p: 1.0})
        assert sess.run_step_fn(lambda step_context: step_context.session.run(y, {p: 1.0})) == 2.0
        with pytest.raises(ValueError, match="`step_fn` may either have one `step_context` argument"):
            sess.run_step_fn(lambda x: x)
    with pytest.raises(RuntimeError, match="fed by two hooks"), tf.train.MonitoredSession(hooks=[feed, feed]) as sess:
        sess.run(y)


def test_singular_session_and_final_ops():
    loss, train = _model()
    final = tf.train.FinalOpsHook(loss)
    with tf.train.SingularMonitoredSession(hooks=[final]) as sess:
        assert sess.raw_session().run(tf.train.get_global_step()) == 0
        sess.run(train)
    assert final.final_ops_values > 0


@pytest.mark.parametrize("resource", [False, True])
def test_summaries_stay_due_every_so_many_steps(resource, tmp_path):
    folder = str(tmp_path)
    with tf.variable_scope("", use_resource=resource):
        _, train = _model()
    with tf.train.MonitoredTrainingSession(checkpoint_dir=folder, save_summaries_steps=4, log_step_count_steps=None) as sess:
        for _ in range(10):
            sess.run(train)
    (events,) = [f for f in os.listdir(folder) if f.startswith("events")]
    assert [e.step for e in tf.train.summary_iterator(os.path.join(folder, events)) if e.HasField("summary")] == [1, 5, 9]


def test_a_profiler_writes_timelines():
    count = tf.assign_add(tf.train.get_or_create_global_step(), 1)
    hook = tf.train.ProfilerHook(save_steps=2, output_dir="profile")
    with tf.train.SingularMonitoredSession(hooks=[hook]) as sess:
        for _ in range(4):
            sess.run(count)
    assert [f for f in _files("profile") if f.startswith("timeline")] == ["timeline-2.json", "timeline-4.json"]


def test_nan():
    nan = tf.constant(float("nan"))
    with pytest.raises(tf.train.NanLossDuringTrainingError, match="NaN loss during training"):
        with tf.train.MonitoredSession(hooks=[tf.train.NanTensorHook(nan)]) as sess:
            sess.run(nan)
    with tf.train.MonitoredSession(hooks=[tf.train.NanTensorHook(nan, fail_on_nan_loss=False)]) as sess:
        sess.run(nan)
        assert sess.should_stop()


def test_logging_hook(caplog):
    caplog.set_level("INFO", logger="tensorflow")
    x = tf.constant(2.5, name="x")
    with tf.train.MonitoredSession(hooks=[tf.train.LoggingTensorHook({"value": x}, every_n_iter=2)]) as sess:
        for _ in range(4):
            sess.run(x)
    lines = [r.getMessage() for r in caplog.records if r.getMessage().startswith("value")]
    assert lines[0] == "value = 2.5" and lines[1].startswith("value = 2.5 (") and len(lines) == 2


def test_listeners():
    _, train = _model()
    calls = []

    class Listener(tf.train.CheckpointSaverListener):
        def before_save(self, session, global_step_value):
            calls.append(("before", global_step_value))

        def after_save(self, session, global_step_value):
            calls.append(("after", global_step_value))
            return global_step_value >= 2

        def end(self, session, global_step_value):
            calls.append(("end", global_step_value))

    hook = tf.train.CheckpointSaverHook("c", save_steps=2, saver=tf.train.Saver(), listeners=[Listener()])
    with tf.train.MonitoredSession(hooks=[hook]) as sess:
        while not sess.should_stop():
            sess.run(train)
    assert calls == [("before", 0), ("after", 0), ("before", 2), ("after", 2), ("end", 2)]


@pytest.mark.parametrize(
    "make",
    [
        lambda: tf.train.StopAtStepHook(),
        lambda: tf.train.StopAtStepHook(1, 2),
        lambda: tf.train.LoggingTensorHook(["a"]),
        lambda: tf.train.LoggingTensorHook(["a"], every_n_iter=0),
        lambda: tf.train.SecondOrStepTimer(),
        lambda: tf.train.SecondOrStepTimer(1, 1),
        lambda: tf.train.StepCounterHook(1, 1),
        lambda: tf.train.SummarySaverHook(1),
        lambda: tf.train.CheckpointSaverHook("d", save_steps=1, saver=1, scaffold=2),
        lambda: tf.train.SessionManager(ready_for_local_init_op=1),
    ],
)
def test_wrong_arguments(make):
    with pytest.raises(ValueError):
        make()


@pytest.mark.parametrize("hook", [lambda: tf.train.StopAtStepHook(1), lambda: tf.train.StepCounterHook()])
def test_hooks_that_need_a_global_step(hook):
    tf.constant(1.0)
    with pytest.raises(RuntimeError, match="Global step should be created"):
        tf.train.MonitoredSession(hooks=[hook()])


def test_step_timer():
    timer = tf.train.SecondOrStepTimer(every_steps=3)
    due = []
    for step in range(8):
        if timer.should_trigger_for_step(step):
            timer.update_last_triggered_step(step)
            due.append(step)
    assert due == [0, 3, 6]


def test_a_model_that_is_not_ready():
    tf.get_variable("v", initializer=1.0)
    manager = tf.train.SessionManager(ready_op=tf.report_uninitialized_variables())
    with pytest.raises(RuntimeError, match="Init operations did not make model ready.*v"):
        manager.prepare_session("", init_op=tf.no_op())
    with pytest.raises(RuntimeError, match="no init_op or init_fn or local_init_op was given"):
        manager.prepare_session("")
    sess, restored = manager.recover_session("", saver=tf.train.Saver(), checkpoint_dir="nothing")
    assert not restored
    sess.close()


def test_supervisor():
    _, train = _model()
    sv = tf.train.Supervisor(logdir="sv", save_model_secs=0)
    with sv.managed_session() as sess:
        for _ in range(3):
            sess.run(train)
        assert sess.run(sv.global_step) == 3
        sv.saver.save(sess, sv.save_path, global_step=sv.global_step)
    assert sv.should_stop()
    assert tf.train.latest_checkpoint("sv") == "sv/model.ckpt-3"
    with pytest.raises(ZeroDivisionError), sv.managed_session():
        1 / 0  # noqa: B018


def test_coordinator_raises_the_first_error():
    coord = tf.train.Coordinator()
    with coord.stop_on_exception():
        raise ValueError("boo")
    assert coord.should_stop()
    with pytest.raises(ValueError, match="boo"):
        coord.join()
    coord.clear_stop()
    coord.request_stop(tf.errors.OutOfRangeError(None, None, "the end"))
    coord.join()


def test_coordinator_names_threads_that_live_on():
    coord, busy, released = tf.train.Coordinator(), threading.Event(), threading.Event()
    looper = tf.train.LooperThread.loop(coord, None, lambda: busy.set() or released.wait())
    busy.wait()
    coord.request_stop()
    with pytest.raises(RuntimeError, match="threads still running: " + looper.name):
        coord.join(stop_grace_period_secs=0.01)
    released.set()
    looper.join()


def test_looper_thread():
    coord, calls = tf.train.Coordinator(), []
    tf.train.LooperThread.loop(coord, 0.01, calls.append, args=(1,))
    while len(calls) < 3:
        time.sleep(0.01)
    coord.request_stop()
    coord.join()


def test_queue_runners_fill_and_travel():
    queue = tf.FIFOQueue(10, tf.float32)
    count = tf.Variable(0.0, trainable=False)
    tf.train.add_queue_runner(tf.train.QueueRunner(queue, [queue.enqueue(count.assign_add(1.0))] * 2))
    taken = queue.dequeue()
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        coord = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(sess, coord)
        assert len(threads) == 3
        for _ in range(20):
            sess.run(taken)
        coord.request_stop()
        coord.join(threads)
    meta = tf.train.export_meta_graph()
    with tf.Graph().as_default():
        tf.train.import_meta_graph(meta)
        assert tf.get_collection(tf.GraphKeys.QUEUE_RUNNERS)[0].name == "fifo_queue"


def test_cluster_spec_and_device_setter():
    cluster = tf.train.ClusterSpec({"ps": ["a:1", "b:2"], "worker": {1: "c:3"}})
    assert cluster.as_dict() == {"ps": ["a:1", "b:2"], "worker": {1: "c:3"}}
    assert cluster.num_tasks("ps") == 2 and cluster.task_address("ps", 1) == "b:2" and cluster.job_tasks("worker") == [None, "c:3"]
    assert tf.train.ClusterSpec(cluster.as_cluster_def()) == cluster
    with pytest.raises(ValueError, match="No such job in cluster: 'x'"):
        cluster.num_tasks("x")
    with tf.device(tf.train.replica_device_setter(cluster=cluster)):
        variables = [tf.Variable(1.0, name=n) for n in "abc"]
        total = variables[0] + variables[1]
        with tf.device("/gpu:0"):
            other = variables[0] + 1.0
    assert [v.device for v in variables] == ["/job:ps/task:0", "/job:ps/task:1", "/job:ps/task:0"]
    assert total.device == "/job:worker" and other.device == "/job:worker/device:GPU:0"
    assert tf.train.replica_device_setter(ps_tasks=0) is None


def test_a_server_in_this_process():
    server = tf.train.Server.create_local_server()
    with tf.Session(server.target) as sess:
        assert sess.run(tf.constant(2.0)) == 2.0
    with pytest.raises(NotImplementedError, match="runs in one process"):
        tf.train.Server({"worker": ["a:1", "b:2"]}, job_name="worker", task_index=0)


def test_sessions_of_one_server_share_their_variables():
    server, other = tf.train.Server.create_local_server(), tf.train.Server.create_local_server()
    with tf.container("kept"):
        kept = tf.Variable(3.0, name="kept")
    v = tf.Variable(1.0, name="v")
    with tf.Session(server.target) as first:
        first.run([v.initializer, kept.initializer])
        first.run(v.assign_add(1.0))
    alone = tf.ConfigProto(isolate_session_state=True)
    second = tf.Session(server.target)
    assert second.run([v, kept]) == [2.0, 3.0]
    for session in (tf.Session(other.target), tf.Session(server.target, config=alone)):
        with pytest.raises(tf.errors.FailedPreconditionError):
            session.run(v)
    tf.Session.reset(server.target, ["localhost"])
    with pytest.raises(tf.errors.AbortedError):
        second.run(kept)
    with tf.Session(server.target) as third:
        assert third.run(kept) == 3.0
        with pytest.raises(tf.errors.FailedPreconditionError):
            third.run(v)


def test_basic_train_loop():
    _, train = _model()
    sv = tf.train.Supervisor(logdir=None)
    steps = []

    def step(sess, limit):
        sess.run(train)
        steps.append(1)
        if len(steps) == limit:
            sv.request_stop()

    tf.train.basic_train_loop(sv, step, args=(3,))
    assert len(steps) == 3


def test_variables_go_to_the_server_with_the_least_load():
    cluster = tf.train.ClusterSpec({"ps": ["a:1", "b:1"], "worker": ["c:1"]})
    greedy = tf.contrib.training.GreedyLoadBalancingStrategy(2, tf.contrib.training.byte_size_load_fn)
    with tf.device(tf.train.replica_device_setter(cluster=cluster, ps_strategy=greedy)):
        made = [tf.Variable(tf.zeros(shape)) for shape in ([2, 2], [2, 1], [2, 2], [1, 3])]
    assert [v.device for v in made] == [f"/job:ps/task:{task}" for task in (0, 1, 1, 0)]
    assert [tf.contrib.training.RandomStrategy(2)(v.op) for v in made] == [1, 0, 1, 1]
    with pytest.raises(ValueError, match="must have a single output"):
        tf.contrib.training.byte_size_load_fn(tf.no_op())
