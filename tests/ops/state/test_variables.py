"""A variable owns its memory, is updated in place, and its errors say which variable."""

import numpy as np
import pytest

import tinytf as tf
from tinytf.ops.state.scatter_rows import scatter_rows


@pytest.fixture(autouse=True)
def fresh_graph():
    with tf.Graph().as_default():
        yield


def _session():
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    return session


@pytest.mark.parametrize("use_resource", [False, True])
def test_what_was_fed_may_change_afterwards(use_resource):
    v = tf.get_variable("v", [3], use_resource=use_resource, initializer=tf.zeros_initializer())
    p = tf.placeholder(tf.float32, [3])
    assign = v.assign(p, read_value=False)
    session = _session()
    array = np.array([1, 2, 3], np.float32)
    session.run(assign, {p: array})
    array[:] = 9
    assert session.run(v).tolist() == [1, 2, 3]


@pytest.mark.parametrize("use_resource", [False, True])
def test_what_was_fetched_does_not_change_afterwards(use_resource):
    v = tf.get_variable("v", initializer=tf.constant([1.0, 2.0]), use_resource=use_resource)
    add = v.assign_add([1.0, 1.0], read_value=False)
    session = _session()
    before = session.run(v)
    session.run(add)
    assert before.tolist() == [1, 2] and session.run(v).tolist() == [2, 3]
    before[:] = 7
    assert session.run(v).tolist() == [2, 3]


def test_a_reference_read_after_its_write_sees_it_and_a_resource_read_before_it_does_not():
    ref = tf.Variable([1.0])
    res = tf.get_variable("res", initializer=tf.constant([1.0]), use_resource=True)
    ref_read, res_read = ref.value(), res.value()
    with tf.control_dependencies([res_read]):
        writes = [ref.assign_add([1.0]), res.assign_add([1.0], read_value=False)]
    with tf.control_dependencies(writes):
        results = [tf.identity(ref_read) * 1.0, tf.identity(res_read) * 1.0]
    assert [r.tolist() for r in _session().run(results)] == [[2.0], [1.0]]


def test_updates_keep_the_array_they_update():
    v = tf.Variable(np.zeros([4, 2], np.float32))
    writes = [v.assign_add(np.ones([4, 2])), v.assign(np.ones([4, 2])), tf.scatter_add(v, [1], [[1.0, 1.0]])]
    session = _session()
    session.run(writes[0].op)
    box = next(b for b in session._resources.values() if getattr(b, "name", "") == v.op.name)
    memory = box.value
    for write in writes:
        session.run(write.op)
        assert box.value is memory


def test_sessions_do_not_share_variables():
    v = tf.Variable(1.0)
    add = v.assign_add(1.0)
    one, two = _session(), _session()
    one.run(add)
    assert (one.run(v), two.run(v)) == (2.0, 1.0)


def test_errors_name_the_variable():
    v = tf.Variable([1.0, 2.0], name="weights")
    p = tf.placeholder(tf.float32)
    assign = v.assign(p)
    with tf.Session() as session:
        with pytest.raises(tf.errors.FailedPreconditionError, match="uninitialized value weights"):
            session.run(v)
        session.run(v.initializer)
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"lhs shape= \[2\] rhs shape= \[3\].*weights"):
            session.run(assign, {p: [1, 2, 3]})


def test_get_variable_says_where_the_first_one_was_made():
    tf.get_variable("x", [1])
    with pytest.raises(ValueError, match="(?s)Variable x already exists, disallowed.*Originally defined at.*test_variables"):
        tf.get_variable("x", [1])


@pytest.mark.parametrize("ufunc", [np.add, np.subtract, np.multiply, np.minimum, np.maximum])
@pytest.mark.parametrize("count", [0, 1, 2, 50])
def test_scattered_rows_take_effect_in_order(ufunc, count):
    random = np.random.RandomState(count)
    target = random.rand(7, 3)
    indices, updates = random.randint(0, 7, count), random.rand(count, 3)
    expected = target.copy()
    for i, u in zip(indices, updates):
        expected[i] = ufunc(expected[i], u)
    scatter_rows(target, indices, updates, ufunc)
    assert np.array_equal(target, expected)


def test_deep_initial_values_do_not_recurse():
    x = tf.constant(1.0)
    for _ in range(5000):
        x = x + 1.0
    tf.Variable(x)


def test_a_variable_is_hashable_iterates_not_and_compares_by_identity():
    v, w = tf.Variable([1.0]), tf.Variable([1.0])
    assert v == v and v != w and len({v, w}) == 2
    with pytest.raises(TypeError, match="not iterable"):
        list(v)


def test_in_place_operators_of_python_leave_the_variable_alone():
    v = tf.Variable(1.0)
    x = v
    with pytest.warns(UserWarning, match="assign_add"):
        x += 1.0
    session = _session()
    assert session.run([x, v]) == [2.0, 1.0]
    r = tf.get_variable("r", initializer=1.0, use_resource=True)
    with pytest.raises(RuntimeError, match="assign_add"):
        r += 1.0
