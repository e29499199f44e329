"""`log_device_placement=True` prints what TensorFlow prints."""

import tinytf as tf

PLACED = "%s: /job:localhost/replica:0/task:0/device:CPU:0"


def lines_of(capsys):
    return capsys.readouterr().out.splitlines()


def session(**options):
    return tf.Session(config=tf.ConfigProto(**options))


def test_placement_is_printed_once_and_again_when_the_graph_has_grown(capsys):
    with tf.Graph().as_default():
        a = tf.constant([1.0, 2.0], name="a")
        b = tf.placeholder(tf.float32, [2], name="b")
        total = a + b
        v = tf.Variable(0, name="v")
        with session(log_device_placement=True) as sess:
            assert lines_of(capsys)[0] == "Device mapping:"
            sess.run(total, {b: [1, 2]})
            first = ["add: (AddV2)", "v: (VariableV2)", "v/Assign: (Assign)", "v/read: (Identity)"]
            last = ["a: (Const)", "b: (Placeholder)", "v/initial_value: (Const)"]
            assert lines_of(capsys) == [PLACED % node for node in first + last]
            sess.run(v.initializer)
            assert lines_of(capsys) == []
            sess.run(total * 2, {b: [1, 2]})
            first.append("mul: (Mul)")
            last.append("mul/y: (Const)")
            assert lines_of(capsys) == [PLACED % node for node in first + last]


def test_nothing_is_printed_unasked(capsys):
    with tf.Graph().as_default(), session(allow_soft_placement=True) as sess:
        sess.run(tf.constant(1))
    assert lines_of(capsys) == []
