"""Array ops: what is not a matter of comparing with TensorFlow — old spellings, memory, what a foreign graph may not do."""

import numpy as np
import pytest

import tinytf as tf
from tinytf import protos
from tinytf.ops.array.array_ops import batch_gather_nd


@pytest.fixture(autouse=True)
def fresh_graph():
    tf.reset_default_graph()


def run(fetches, feed=None):
    with tf.Session() as sess:
        return sess.run(fetches, feed)


def test_the_argument_orders_of_before_1_0():
    x = tf.constant([[1, 2], [3, 4]])
    assert run(tf.concat(1, [x, x])).shape == (2, 4)
    assert [p.tolist() for p in run(tf.split(1, 2, x))] == [[[1], [3]], [[2], [4]]]
    assert run(tf.concat(concat_dim=0, values=[x, x])).shape == (4, 2)
    assert run(tf.expand_dims(x, dim=0)).shape == (1, 2, 2)
    assert run(tf.squeeze(tf.constant([[1]]), squeeze_dims=[0])).shape == (1,)


def test_a_fetched_slice_is_the_users_own():
    x = tf.constant([1.0, 2.0, 3.0])
    part, whole = run([x[:2], x])
    part[0] = 9
    assert run(x).tolist() == [1.0, 2.0, 3.0]
    assert whole.tolist() == [1.0, 2.0, 3.0]


def test_a_fed_constant_changes_the_slice():
    begin = tf.constant([0], name="begin")
    y = tf.strided_slice(tf.constant([1, 2, 3]), begin, [3])
    with tf.Session() as sess:
        assert sess.run(y).tolist() == [1, 2, 3]
        assert sess.run(y, {begin: [1]}).tolist() == [2, 3]
        assert sess.run(y).tolist() == [1, 2, 3]


def test_a_slice_of_a_variable_is_read_when_it_is_run():
    v = tf.Variable([1.0, 2.0])
    first, change = v[0], v[0].assign(5.0)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        before = sess.run(first)
        sess.run(change)
        assert (before, sess.run(first)) == (1.0, 5.0)


def test_py_func_gets_arrays_of_its_own():
    def spoil(a):
        a[0] = 100
        return a

    x = tf.constant([1.0, 2.0])
    y = tf.py_func(spoil, [x], tf.float32)
    changed, kept = run([y, x])
    assert changed.tolist() == [100.0, 2.0]
    assert kept.tolist() == [1.0, 2.0]


def test_a_graph_from_a_file_runs_no_python():
    x = tf.py_func(lambda: np.float32(1), [], tf.float32, name="f")
    definition = x.graph.as_graph_def()
    with tf.Graph().as_default():
        (y,) = tf.import_graph_def(definition, return_elements=["f:0"], name="")
        with pytest.raises(tf.errors.OpError):
            run(y)


def test_a_compressed_bomb_is_refused(monkeypatch):
    import zlib

    from tinytf.ops.files import parsing_ops

    monkeypatch.setattr(parsing_ops, "_MOST_INFLATED", 1000)
    bomb = zlib.compress(b"\0" * 5000)
    with pytest.raises(tf.errors.ResourceExhaustedError):
        run(tf.decode_compressed(tf.constant([bomb]), "ZLIB"))
    assert run(tf.decode_compressed(tf.constant([zlib.compress(b"ok")]), "ZLIB"))[0] == b"ok"


def test_files_are_read_when_the_graph_runs(tmp_path):
    path = str(tmp_path / "a.txt")
    write, read = tf.write_file(path, "one"), tf.read_file(path)
    with tf.Session() as sess:
        sess.run(write)
        assert sess.run(read) == b"one"
        (tmp_path / "a.txt").write_text("two")
        assert sess.run(read) == b"two"
        assert sess.run(tf.matching_files(str(tmp_path / "*"))).tolist() == [path.encode()]
    with pytest.raises(tf.errors.NotFoundError):
        run(tf.read_file(str(tmp_path / "none")))


def test_print_v2_writes_to_the_stream(capsys):
    run(tf.print("x =", tf.constant([1, 2, 3])))
    assert capsys.readouterr().err == "x = [1 2 3]\n"


def test_print_shows_the_first_elements_only_so_often(capsys):
    y = tf.Print(tf.constant([1.0, 2.0]), [tf.constant([1, 2, 3, 4])], "now ", first_n=1, summarize=2)
    with tf.Session() as sess:
        sess.run(y)
        sess.run(y)
    assert capsys.readouterr().err == "now [1 2...]\n"


def test_eager_functions_say_what_to_use():
    with pytest.raises(NotImplementedError, match="tf.py_func"):
        tf.py_function(lambda x: x, [1], tf.int32)


def test_a_size_below_minus_one_is_none():
    sizes = tf.placeholder_with_default([-2], None)
    with pytest.raises(tf.errors.InvalidArgumentError, match="Size 0 must be non-negative, not -2"):
        run(tf.reshape([1.0, 2.0], sizes))


@pytest.mark.parametrize("act", [tf.sparse.reorder, lambda x: tf.sparse.reshape(x, [-1])])
def test_positions_past_2_63_are_not_numbered(act):
    shape = tf.placeholder_with_default(np.array([1 << 62, 1 << 62]), [2])
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"more than 2\*\*63 - 1 elements"):
        run(act(tf.SparseTensor([[0, 0], [5, 5]], [1.0, 2.0], shape)))


@pytest.mark.parametrize(
    "values, message",
    [
        ([tf.TensorShape([2]), tf.TensorShape([])], "Can't concatenate scalars"),
        ([tf.TensorShape(None), tf.TensorShape([4, 4]), tf.TensorShape([4, 3, 2])], "Shape must be rank 2 but is rank 3"),
    ],
)
def test_ranks_must_agree_along_an_axis_that_is_not_known(values, message):
    with pytest.raises(ValueError, match=message):
        tf.concat([tf.placeholder(tf.float32, shape) for shape in values], tf.placeholder(tf.int32))


def test_an_axis_to_reverse_is_named_as_it_counts():
    with pytest.raises(ValueError, match="axis 0 specified more than once"):
        tf.reverse(tf.zeros([2, 3]), [0, -2])
    axes = tf.placeholder_with_default([1, -1], [2])
    with pytest.raises(tf.errors.InvalidArgumentError, match="axis 1 specified more than once"):
        run(tf.reverse(tf.zeros([2, 3]), axes))


def test_batches_of_rank_0_are_one_batch():
    params = np.arange(8).reshape(2, 2, 2)
    assert run(batch_gather_nd(params, [[1, 0], [0, 1]], batch_dims=0)).tolist() == [[4, 5], [2, 3]]


def variant(type_name, number):
    held = protos.VariantTensorDataProto(type_name=type_name, metadata=number.tobytes())
    return tf.constant(protos.TensorProto(dtype=tf.variant.as_datatype_enum, variant_val=[held]))


def test_numbers_as_variants_are_added_and_zeroed(capsys):
    one, half = variant("int", np.int32(1)), variant("float", np.float32(1.5))
    run(tf.Print(one, [tf.add_n([one, one]), tf.zeros_like(half), half], "have ").op)
    assert capsys.readouterr().err == "have [Variant<type: int value: 2>][Variant<type: float value: 0>][Variant<type: float value: 1.5>]\n"
    for other in (variant("tensor", np.int32(1)), variant("int", np.int64(1))):
        with pytest.raises(tf.errors.InvalidArgumentError, match="Cannot parse tensor from proto"):
            run(tf.Print(other, [other]).op)
