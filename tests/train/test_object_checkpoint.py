"""tf.train.Checkpoint in graph mode. What TensorFlow 1.15.5 wrote: the object graphs and nodes below were read off it."""

import os

import numpy as np
import pytest

import tinytf as tf
from tinytf import checkpoint, protos
from tinytf.contrib.checkpoint import List, Mapping, NoDependency, list_objects
from tinytf.graph.trackable import AutoTrackable, Trackable

KEY = "/.ATTRIBUTES/VARIABLE_VALUE"


@pytest.fixture(autouse=True)
def _fresh():
    with tf.Graph().as_default():
        yield


@pytest.fixture
def session():
    with tf.Session() as sess:
        yield sess


def _object_graph(path):
    return protos.TrackableObjectGraph.FromString(tf.train.load_variable(path, "_CHECKPOINTABLE_OBJECT_GRAPH"))


def _model():
    v = tf.Variable([1.0, 2.0], name="v")
    r = tf.get_variable("r", [2], use_resource=True, initializer=tf.ones_initializer())
    step = tf.train.get_or_create_global_step()
    opt = tf.train.AdamOptimizer(0.1)
    train = opt.minimize(tf.reduce_sum(v * r), global_step=step)
    return tf.train.Checkpoint(opt=opt, v=v, r=r, step=step), train


def test_keys_are_paths_and_slots_hang_under_their_variables(tmp_path, session):
    checkpoint, train = _model()
    session.run(tf.global_variables_initializer())
    session.run(train)
    path = checkpoint.save(str(tmp_path / "ck"))
    assert path == str(tmp_path / "ck-1")
    assert tf.train.latest_checkpoint(str(tmp_path)) == path
    assert [name for name, _ in tf.train.list_variables(path)] == [
        "_CHECKPOINTABLE_OBJECT_GRAPH", f"opt/beta1_power{KEY}", f"opt/beta2_power{KEY}", f"r{KEY}",
        f"r/.OPTIMIZER_SLOT/opt/m{KEY}", f"r/.OPTIMIZER_SLOT/opt/v{KEY}", f"save_counter{KEY}", f"step{KEY}", f"v{KEY}",
        f"v/.OPTIMIZER_SLOT/opt/m{KEY}", f"v/.OPTIMIZER_SLOT/opt/v{KEY}",
    ]  # fmt: skip
    nodes = _object_graph(path).nodes
    assert [c.local_name for c in nodes[0].children] == ["opt", "r", "step", "v", "save_counter"]
    assert [(s.original_variable_node_id, s.slot_name, s.slot_variable_node_id) for s in nodes[1].slot_variables] == [
        (2, "m", 8), (4, "m", 9), (2, "v", 10), (4, "v", 11),
    ]  # fmt: skip
    assert [n.attributes[0].full_name for n in nodes[8:]] == ["r/Adam", "v/Adam", "r/Adam_1", "v/Adam_1"]


def test_training_goes_on_where_it_was_saved_and_a_second_call_adds_no_nodes(tmp_path, session):
    checkpoint, train = _model()
    session.run(tf.global_variables_initializer())
    session.run(train)
    path = checkpoint.save(str(tmp_path / "ck"))
    session.run(train)
    expected = session.run(tf.global_variables())
    checkpoint.restore(path).assert_consumed().run_restore_ops()
    count = len(tf.get_default_graph().get_operations())
    session.run(train)
    assert all(np.array_equal(a, b) for a, b in zip(session.run(tf.global_variables()), expected))
    checkpoint.restore(path).assert_consumed().initialize_or_restore()
    assert checkpoint.save(str(tmp_path / "ck")).endswith("ck-2")
    assert len(tf.get_default_graph().get_operations()) == count


def test_the_nodes_are_those_of_tensorflow(tmp_path, session):
    v = tf.Variable([1.0, 2.0], name="v")
    session.run(v.initializer)
    checkpoint = tf.train.Checkpoint(v=v)
    checkpoint.restore(checkpoint.save(str(tmp_path / "ck")))
    names = [op.name for op in tf.get_default_graph().get_operations() if not op.name.startswith("v")]
    assert names == [
        "save_counter/Initializer/initial_value", "save_counter", "save_counter/IsInitialized/VarIsInitializedOp",
        "save_counter/Assign", "save_counter/Read/ReadVariableOp", "Const", "AssignAddVariableOp", "ReadVariableOp", "Const_1", "Const_2",
        "StringJoin/inputs_1", "StringJoin", "num_shards", "ShardedFilename/shard", "ShardedFilename", "SaveV2/tensor_names",
        "SaveV2/shape_and_slices", "SaveV2", "ShardedFilename_1/shard", "ShardedFilename_1", "SaveV2_1/tensor_names",
        "SaveV2_1/shape_and_slices", "SaveV2_1", "MergeV2Checkpoints/checkpoint_prefixes", "MergeV2Checkpoints", "Identity", "Const_3",
        "RestoreV2/tensor_names", "RestoreV2/shape_and_slices", "RestoreV2", "Assign", "RestoreV2_1/tensor_names",
        "RestoreV2_1/shape_and_slices", "RestoreV2_1", "Identity_1", "AssignVariableOp",
    ]  # fmt: skip


def _template():
    inner = tf.make_template("in", lambda: tf.get_variable("z", [1]))
    template = tf.make_template("t", lambda: (tf.get_variable("v", [1]), inner())[0])
    template()
    return template


def _cell():
    cell = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.GRUCell(3))])
    cell(tf.ones([2, 2]), cell.zero_state(2, tf.float32))
    return cell


def _dense():
    layer = tf.layers.Dense(3)
    layer(tf.ones([2, 2]))
    return layer


def _nested():
    module = AutoTrackable()
    module.items = [tf.Variable(1.0), [tf.Variable(2.0)], {"k": tf.Variable(3.0)}, 4]
    module.unsaved = NoDependency([tf.Variable(5.0)])
    setattr(module, "a/b.c", tf.Variable(6.0))
    return module


def _module():
    class Net(tf.Module):
        def __init__(self):
            super().__init__()
            self.layers = [tf.Variable(1.0), tf.Variable(2.0)]

    net = Net()
    assert len(net.variables) == 2
    return net


OWNERS = {
    _module: ["layers/0", "layers/1"],
    _dense: ["kernel", "bias"],
    _cell: [f"cell-0/cell/{a}.S{b}" for a in ("gates", "candidate") for b in ("kernel", "bias")],
    _template: ["v", "in/z"],
    _nested: ["items/0", "items/1/0", "items/2/k", "a.Sb..c"],
    lambda: List([tf.Variable(1.0)]) + [tf.Variable(2.0)]: ["0", "1"],
    lambda: Mapping(a=tf.Variable(1.0)): ["a"],
}


@pytest.mark.parametrize("make, paths", OWNERS.items())
def test_what_owns_variables(make, paths, tmp_path, session):
    checkpoint = tf.train.Checkpoint(x=make())
    session.run(tf.global_variables_initializer())
    saved = {name for name, _ in tf.train.list_variables(checkpoint.write(str(tmp_path / "w")))}
    assert saved == {"_CHECKPOINTABLE_OBJECT_GRAPH", *(f"x/{path}{KEY}" for path in paths)}


def test_a_table_is_saved_as_keys_and_values(tmp_path, session):
    table = tf.lookup.experimental.DenseHashTable(tf.string, tf.int64, default_value=-1, empty_key="", deleted_key="x")
    session.run(table.insert(["a", "b"], [1, 2]))
    checkpoint = tf.train.Checkpoint(table=table)
    path = checkpoint.write(str(tmp_path / "w"))
    session.run(table.insert(["c"], [3]))
    checkpoint.restore(path).run_restore_ops()
    assert session.run([table.size(), table.lookup(tf.constant(["b", "c"]))])[1].tolist() == [2, -1]


def test_state_of_python_objects(tmp_path, session):
    class Position(tf.train.experimental.PythonState):
        number = 5

        def serialize(self):
            return str(self.number)

        def deserialize(self, string_value):
            self.number = int(string_value)

    position = Position()
    checkpoint = tf.train.Checkpoint(position=position)
    path = checkpoint.save(str(tmp_path / "ck"))
    position.number = 6
    checkpoint.save(str(tmp_path / "ck"))
    checkpoint.restore(path).assert_consumed()
    assert position.number == 5
    assert tf.train.load_variable(path, "position/.ATTRIBUTES/py_state") == b"5"


def test_what_is_added_later_is_restored_too(tmp_path, session):
    v = tf.Variable([3.0], name="v")
    session.run(v.initializer)
    slot_owner = tf.train.MomentumOptimizer(0.1, 0.9)
    train = slot_owner.minimize(v * v)
    session.run(tf.global_variables_initializer())
    session.run(train)
    path = tf.train.Checkpoint(v=v, opt=slot_owner).save(str(tmp_path / "ck"))
    late, opt = tf.train.Checkpoint(), tf.train.MomentumOptimizer(0.1, 0.9)
    status = late.restore(path)
    with pytest.raises(AssertionError, match=r"Unresolved object in checkpoint \(root\).v"):
        status.assert_consumed()
    late.v, late.opt = tf.Variable([0.0], name="w"), opt
    opt.minimize(late.v * late.v)
    status.assert_consumed().run_restore_ops()
    assert session.run([late.v, opt.get_slot(late.v, "momentum")]) == session.run([v, slot_owner.get_slot(v, "momentum")])


def test_what_does_not_match_is_named(tmp_path, session):
    v, w = tf.Variable(1.0, name="v"), tf.Variable(2.0, name="w")
    session.run([v.initializer, w.initializer])
    path = tf.train.Checkpoint(v=v).save(str(tmp_path / "ck"))
    status = tf.train.Checkpoint(v=v, w=w).restore(path)
    for check in (status.assert_consumed, status.assert_existing_objects_matched):
        with pytest.raises(AssertionError, match="Some Python objects were not bound to checkpointed values.*'w:0'"):
            check()
    assert status.assert_nontrivial_match() is status.expect_partial() is status
    uncounted = tf.train.Checkpoint(v=v).write(str(tmp_path / "uncounted"))
    with pytest.raises(AssertionError, match="Nothing except the root object matched"):
        tf.train.Checkpoint(w=w).restore(uncounted).assert_nontrivial_match()
    with pytest.raises(AssertionError, match="No checkpoint specified"):
        tf.train.Checkpoint(v=v).restore(None).assert_consumed()


def test_restore_none_initializes(session):
    checkpoint = tf.train.Checkpoint(v=tf.Variable(7.0))
    checkpoint.restore(None).initialize_or_restore()
    assert session.run([checkpoint.v, checkpoint.save_counter]) == [7.0, 0]


def test_a_checkpoint_of_a_saver_is_restored_by_names(tmp_path, session):
    v = tf.Variable(1.0, name="v")
    session.run(v.initializer)
    path = tf.train.Saver([v]).save(session, str(tmp_path / "named"))
    session.run(v.assign(5.0))
    root = AutoTrackable()
    root.any_name = v
    from tinytf.train.object_checkpoint import TrackableSaver
    from tinytf.train.object_graph import ObjectGraphView

    TrackableSaver(ObjectGraphView(root)).restore(path).assert_consumed().run_restore_ops()
    assert session.run(v) == 1.0


NO_TRACKABLES = [3, [1], "x", lambda: tf.constant(3)]


@pytest.mark.parametrize("value", NO_TRACKABLES)
def test_what_is_no_trackable(value):
    with pytest.raises(ValueError, match="`Checkpoint` was expecting a trackable object"):
        tf.train.Checkpoint(x=value() if callable(value) else value)


def _replace(root):
    root.l[0] = tf.Variable(1.0)


def _number(root):
    root.d = {1: tf.Variable(1.0)}


def _again(root):
    root.d["k"] = tf.Variable(1.0)


@pytest.mark.parametrize(
    "change, message", [(_replace, "A list element was replaced"), (_number, "non-string key"), (_again, "overwritten or deleted")]
)
def test_lists_and_dicts_only_grow(change, message):
    root = AutoTrackable()
    root.l, root.d = [tf.Variable(1.0)], {"k": tf.Variable(2.0)}
    assert isinstance(root.l, list) and isinstance(root.d, dict) and len(list_objects(root)) == 5
    change(root)
    with pytest.raises(ValueError, match=message):
        list_objects(root)


def test_names_are_unique():
    root = Trackable()
    root._track_trackable(tf.Variable(1.0), "x")
    with pytest.raises(ValueError, match="already declared as a dependency"):
        root._track_trackable(tf.Variable(1.0), "x")
    with pytest.raises(TypeError, match="not a Trackable"):
        root._track_trackable(3, "y")


def test_an_object_graph_that_names_nodes_it_lacks_is_damaged(tmp_path, session):
    lying = protos.TrackableObjectGraph()
    lying.nodes.add().children.add(node_id=7, local_name="v")
    path = str(tmp_path / "bad")
    with tf.Session() as sess:
        sess.run(tf.raw_ops.SaveV2(
            prefix=path, tensor_names=["_CHECKPOINTABLE_OBJECT_GRAPH"], shape_and_slices=[""],
            tensors=[tf.constant(lying.SerializeToString())],
        ))  # fmt: skip
    with pytest.raises(tf.errors.DataLossError, match="has 1 nodes and names others"):
        tf.train.Checkpoint(v=tf.Variable(1.0)).restore(path)


def _saved_as(path, nodes) -> str:
    """A checkpoint of a variable v whose object graph is `nodes`: (attribute key or "", {name: number of a child}) each."""
    lying = protos.TrackableObjectGraph()
    for key, children in nodes:
        node = lying.nodes.add()
        for name, number in children.items():
            node.children.add(local_name=name, node_id=number)
        if key:
            node.attributes.add(name="VARIABLE_VALUE", full_name="v", checkpoint_key=key)
    return checkpoint.save(path, {"v": np.float32(2), "_CHECKPOINTABLE_OBJECT_GRAPH": lying.SerializeToString()})


def test_an_object_graph_without_nodes_is_damaged(tmp_path):
    path = _saved_as(str(tmp_path / "bad"), [])
    with pytest.raises(tf.errors.DataLossError, match="has no nodes"):
        tf.train.Checkpoint(v=tf.Variable(1.0)).restore(path)


def test_a_chain_of_20000_objects_is_told_by_its_end_alone(tmp_path, session):
    chain = [("", {"next": i + 1}) for i in range(20000)]
    chain[0] = ("", {"next": 1, "v": 20001})
    path = _saved_as(str(tmp_path / "deep"), [*chain, ("w", {}), ("v", {})])
    v = tf.Variable(1.0)
    status = tf.train.Checkpoint(v=v).restore(path)
    status.run_restore_ops()
    assert session.run(v) == 2
    with pytest.raises(AssertionError, match=r"Unresolved object in checkpoint \(root\)(\.next){20000}: "):
        status.assert_consumed()


def test_a_manager_counts_and_keeps(tmp_path, session):
    v = tf.Variable(1.0)
    session.run(v.initializer)
    checkpoint = tf.train.Checkpoint(v=v)
    manager = tf.train.CheckpointManager(checkpoint, str(tmp_path), max_to_keep=2)
    paths = [manager.save() for _ in range(3)]
    assert [os.path.basename(p) for p in manager.checkpoints] == ["ckpt-2", "ckpt-3"]
    assert not tf.train.checkpoint_exists(paths[0])
    assert manager.save(checkpoint_number=20).endswith("ckpt-20")
