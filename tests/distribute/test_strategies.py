"""`tf.distribute` with one replica: contexts, variables, reductions, input and cluster descriptions."""

import pytest

import tinytf as tf

D = tf.distribute


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default():
        yield


def test_outside_of_scopes_there_is_the_default_strategy():
    assert not D.has_strategy() and not D.in_cross_replica_context() and D.get_strategy().num_replicas_in_sync == 1
    assert D.get_replica_context().merge_call(lambda strategy, x: (D.in_cross_replica_context(), x), args=(3,)) == (True, 3)


@pytest.mark.parametrize("make", [lambda: D.OneDeviceStrategy("/cpu:0"), D.MirroredStrategy], ids=["one_device", "mirrored"])
def test_a_program_for_a_strategy_trains(make):
    strategy = make()
    with strategy.scope():
        assert D.get_strategy() is strategy and D.has_strategy() and D.in_cross_replica_context()
        v = tf.get_variable("v", initializer=1.0)
        optimizer = tf.train.GradientDescentOptimizer(0.1)

        def step(x):
            context = D.get_replica_context()
            assert not D.in_cross_replica_context() and context.num_replicas_in_sync == 1
            loss = context.all_reduce(D.ReduceOp.SUM, tf.reduce_sum(x) * v)
            with tf.control_dependencies([optimizer.minimize(loss)]):
                return tf.identity(loss)

        iterator = strategy.make_dataset_iterator(tf.data.Dataset.from_tensors([1.0, 2.0]).repeat())
        loss = strategy.reduce(D.ReduceOp.MEAN, strategy.experimental_run(step, iterator), axis=None)
    assert v.handle.device == "/replica:0/task:0/device:CPU:0" and not D.has_strategy()
    with tf.Session() as sess:
        sess.run([tf.global_variables_initializer(), iterator.initialize()])
        sess.run(loss)
        assert sess.run(v) == pytest.approx(0.7)
    assert strategy.experimental_local_results(loss) == (loss,)


def test_what_one_cpu_cannot_be():
    with pytest.raises(NotImplementedError, match="one CPU"):
        D.MirroredStrategy(["/cpu:0", "/cpu:1"])
    with pytest.raises(NotImplementedError, match="one CPU"):
        D.OneDeviceStrategy("/gpu:0")
    with pytest.raises(AttributeError, match="one process"):
        _ = D.NcclAllReduce


def test_the_input_context_divides_batches():
    context = D.InputContext(num_input_pipelines=2, input_pipeline_id=1, num_replicas_in_sync=4)
    assert context.get_per_replica_batch_size(8) == 2 and context.input_pipeline_id == 1
    with pytest.raises(ValueError, match="not divisible"):
        context.get_per_replica_batch_size(6)


def test_clusters(monkeypatch):
    monkeypatch.setenv("TF_CONFIG", '{"cluster": {"worker": ["a:1", "b:2"]}, "task": {"type": "worker", "index": 1}}')
    resolver = D.cluster_resolver.TFConfigClusterResolver(rpc_layer="grpc")
    assert (resolver.task_type, resolver.task_id, resolver.master()) == ("worker", 1, "grpc://b:2")
    simple = D.cluster_resolver.SimpleClusterResolver(tf.train.ClusterSpec({"ps": ["c:3"]}), master="d:4")
    union = D.cluster_resolver.UnionResolver(simple, resolver)
    assert union.cluster_spec().as_dict() == {"ps": ["c:3"], "worker": ["a:1", "b:2"]} and union.master() == "d:4"
