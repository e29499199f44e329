"""Graphs with Savers, built alike by TensorFlow (compat/make_meta_graph_goldens.py) and by tinytf (test_meta_graph_equality)."""


def two_variables(tf):
    tf.Variable(tf.random_normal([1, 2]), name="v1")
    tf.Variable(tf.random_normal([2, 3]), name="v2")
    tf.global_variables_initializer()
    return tf.train.Saver()


def two_variables_v1(tf):
    tf.Variable(tf.random_normal([1, 2]), name="v1")
    tf.Variable(tf.random_normal([2, 3]), name="v2")
    tf.global_variables_initializer()
    return tf.train.Saver(write_version=tf.train.SaverDef.V1)


def several_savers(tf):
    a, b = tf.Variable([1.0, 2.0], name="a"), tf.Variable(3, name="b")
    tf.train.Saver({"x": a, "y": b}, name="my")
    tf.train.Saver([b], max_to_keep=3, filename="foo")
    return tf.train.Saver([a], keep_checkpoint_every_n_hours=1.5)


def sharded(tf):
    with tf.device("/job:ps/task:0"):
        tf.Variable([1.0, 2.0], name="a")
    with tf.device("/job:ps/task:1"):
        tf.Variable(3, name="b")
        tf.Variable(4, name="c")
    tf.Variable(5, name="d")
    tf.train.Saver(sharded=True, write_version=1)
    return tf.train.Saver(sharded=True)


def sharded_on_one_device(tf):
    tf.Variable([1.0, 2.0], name="a")
    return tf.train.Saver(sharded=True)


def reshape(tf):
    tf.Variable([1.0, 2.0], name="a")
    tf.Variable(tf.placeholder(tf.float32, None), validate_shape=False, name="b")
    return tf.train.Saver(reshape=True)


def unknown_shape(tf):
    tf.Variable(tf.placeholder(tf.float32, None), validate_shape=False, name="b")
    return tf.train.Saver()


def resource_variables(tf):
    with tf.variable_scope("s", use_resource=True):
        w = tf.get_variable("w", [2, 3])
        tf.get_variable("b", [3], initializer=tf.zeros_initializer())
    with tf.device("/gpu:0"):
        tf.get_variable("c", [3], use_resource=True)
    tf.train.Saver(reshape=True)
    tf.train.Saver({"q": w})
    return tf.train.Saver(sharded=True)


def partitioned_variables(tf):
    with tf.variable_scope("s", partitioner=tf.fixed_size_partitioner(3)):
        w = tf.get_variable("w", [10, 3])
    u = tf.get_variable("u", [4])
    tf.train.Saver({"w": w, "u": u})
    return tf.train.Saver()


def collections_of_all_kinds(tf):
    v = tf.Variable([1.0, 2.0], name="a")
    y = tf.add(v, 1.0, name="y")
    for name, items in (("nodes", [y, y.op]), ("i", [5, 7]), ("f", [1.5]), ("b", ["hello", b"x"]), ("bad", [object()]), ("mixed", [1, "a"])):
        for item in items:
            tf.add_to_collection(name, item)
    saver = tf.train.Saver()
    tf.add_to_collection(tf.GraphKeys.SAVERS, saver)
    return saver


def no_variables(tf):
    tf.constant(1.0)
    return tf.train.Saver(allow_empty=True)


def control_flow(tf):
    x = tf.placeholder(tf.float32, [None], name="x")
    v = tf.Variable(2.0)
    w = tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * v), [0, x])
    c = tf.cond(w[0] > 2, lambda: w[1] * 2, lambda: tf.cond(w[0] > 1, lambda: x, lambda: x + 1))
    tf.gradients(c, [v])
    return tf.train.Saver()


def global_step_and_adam(tf):
    step = tf.train.get_or_create_global_step()
    x = tf.placeholder(tf.float32, [None, 4], name="x")
    w = tf.get_variable("w", [4, 2])
    loss = tf.reduce_mean(tf.square(tf.matmul(x, w)), name="loss")
    train = tf.train.AdamOptimizer(0.01).minimize(loss, global_step=step)
    average = tf.train.ExponentialMovingAverage(0.9, step)
    with tf.control_dependencies([train]):
        tf.add_to_collection("train_op", average.apply([w]))
    return tf.train.Saver(average.variables_to_restore())


CASES = [
    two_variables, two_variables_v1, several_savers, sharded, sharded_on_one_device, reshape, unknown_shape,
    resource_variables, partitioned_variables, collections_of_all_kinds, no_variables, control_flow, global_step_and_adam,
]  # fmt: skip


def exports(tf, case):
    """{suffix: MetaGraphDef} of a case: as it is, and stripped of defaults, devices and other savers."""
    with tf.Graph().as_default():
        saver = case(tf)
        plain = saver.export_meta_graph()
        stripped = saver.export_meta_graph(
            strip_default_attrs=True, clear_devices=True, clear_extraneous_savers=saver.saver_def is not None
        )
    return {"": plain, ".stripped": stripped}
