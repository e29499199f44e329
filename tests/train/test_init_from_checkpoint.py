"""Initial values out of old checkpoints: init_from_checkpoint and warm_start."""

import pytest

import tinytf as tf


@pytest.fixture(autouse=True)
def _saved(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with tf.Graph().as_default(), tf.Session() as sess:
        tf.get_variable("s/a", initializer=[1.0, 2.0])
        tf.get_variable("s/b", initializer=[[3.0]])
        tf.get_variable("emb", initializer=tf.reshape(tf.range(8.0), [4, 2]))
        tf.get_variable("cls", initializer=tf.reshape(tf.range(12.0), [3, 4]))
        sess.run(tf.global_variables_initializer())
        tf.train.Saver().save(sess, "m")
    with tf.Graph().as_default():
        yield


def _initialized(*variables):
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        return [sess.run(tf.convert_to_tensor(v)).tolist() for v in variables]


def test_a_scope():
    with tf.variable_scope("t"):
        a, b = tf.get_variable("a", [2]), tf.get_variable("b", [1, 1])
    tf.train.init_from_checkpoint("m", {"s/": "t/"})
    assert _initialized(a, b) == [[1.0, 2.0], [[3.0]]]


def test_one_variable_by_name_by_object_and_as_a_resource():
    x, y, z = tf.get_variable("x", [2]), tf.get_variable("y", [2]), tf.get_variable("z", [2], use_resource=True)
    tf.train.init_from_checkpoint("m", {"s/a": "x"})
    tf.train.init_from_checkpoint(".", {"s/a": y})  # the last one of a folder
    tf.train.init_from_checkpoint("m", {"s/a": z})
    assert _initialized(x, y, z) == [[1.0, 2.0]] * 3


def test_a_partitioned_variable():
    with tf.variable_scope("t", partitioner=tf.fixed_size_partitioner(2)):
        emb = tf.get_variable("emb", [4, 2])
    tf.train.init_from_checkpoint("m", {"emb": "t/emb"})
    assert _initialized(emb) == [[[0.0, 1.0], [2.0, 3.0], [4.0, 5.0], [6.0, 7.0]]]


def test_nodes_are_tensorflows():
    with tf.variable_scope("t"):
        tf.get_variable("a", [2])
    tf.train.init_from_checkpoint("m", {"s/a": "t/a"})
    added = [(o.name, o.device) for o in tf.get_default_graph().get_operations() if "checkpoint_initializer" in o.name]
    assert added == [
        ("checkpoint_initializer/prefix", "/device:CPU:0"),
        ("checkpoint_initializer/tensor_names", "/device:CPU:0"),
        ("checkpoint_initializer/shape_and_slices", "/device:CPU:0"),
        ("checkpoint_initializer", "/device:CPU:0"),
    ]


@pytest.mark.parametrize(
    "assignment, words",
    [
        ({"s/q": "x"}, "Tensor s/q is not found in m checkpoint"),
        ({"s/b": "x"}, "Shape of variable x:0 .* doesn't match with shape of tensor s/b"),
        ({"s": "nowhere/"}, "should map to scope only"),
        ({"zz/": "/"}, r"is not found in m checkpoint"),
    ],
)
def test_what_does_not_fit(assignment, words):
    tf.get_variable("x", [2])
    with pytest.raises(ValueError, match=words):
        tf.train.init_from_checkpoint("m", assignment)


def test_warm_start():
    with tf.variable_scope("s"):
        a, b = tf.get_variable("a", [2]), tf.get_variable("b", [1, 1])
    tf.train.warm_start("m")
    assert _initialized(a, b) == [[1.0, 2.0], [[3.0]]]


@pytest.mark.parametrize("parts", [1, 2])
def test_warm_start_with_another_vocabulary(parts):
    with open("old", "w") as f:
        f.write("a\nb\nc\nd\n")
    with open("new", "w") as f:
        f.write("d\nx\na\ny\nb\n")
    with tf.variable_scope("", partitioner=tf.fixed_size_partitioner(parts) if parts > 1 else None):
        emb = tf.get_variable("emb", [6, 2])
    cls = tf.get_variable("cls", [3, 6])
    minus_one = tf.random_uniform_initializer(-1.0, -1.0)
    tf.train.warm_start(
        "m",
        var_name_to_vocab_info={
            "emb": tf.train.VocabInfo("new", 5, 1, "old", backup_initializer=minus_one),
            "cls": tf.train.VocabInfo("new", 5, 1, "old", axis=1),
        },
    )
    new = [-1.0, -1.0]
    assert _initialized(emb, cls) == [
        [[6.0, 7.0], new, [0.0, 1.0], new, [2.0, 3.0], new],
        [[3.0, 0, 0, 0, 1, 0], [7, 0, 4, 0, 5, 0], [11, 0, 8, 0, 9, 0]],
    ]


def test_names_that_warm_start_does_not_use():
    tf.get_variable("s/a", [2])
    with pytest.raises(ValueError, match="were not used: {'q'}"):
        tf.train.warm_start("m", var_name_to_prev_var_name={"q": "z"})
    with pytest.raises(ValueError, match="must be a `list` or `str`"):
        tf.train.warm_start("m", vars_to_warm_start=3)
    with pytest.raises(ValueError, match="axis argument"):
        tf.train.VocabInfo("a", 1, 1, "b", axis=2)


def test_what_a_checkpoint_holds():
    assert tf.train.list_variables("m") == [("cls", [3, 4]), ("emb", [4, 2]), ("s/a", [2]), ("s/b", [1, 1])]
    assert tf.train.load_variable("m", "s/a").tolist() == [1.0, 2.0]
    assert tf.train.load_variable(".", "s/a:0").tolist() == [1.0, 2.0]
    assert tf.train.load_checkpoint(".").has_tensor("emb")


def test_checkpoints_iterator():
    assert list(tf.train.checkpoints_iterator(".", timeout=0)) == ["./m"]
    ended = []
    assert list(tf.train.checkpoints_iterator("empty", timeout=0, timeout_fn=lambda: ended.append(1) or True)) == []
    assert ended == [1]
