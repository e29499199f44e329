"""AutoGraph: Python's control flow on tensors, inside `tf.function` and of functions given to Datasets."""

import numpy as np
import pytest

import tinytf as tf


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default():
        yield


def branches(x):
    if x > 3:
        y = x * 2
    elif x > 1 and not x == 2:
        y = x + 100
    else:
        y = -x
    return y


def early_returns(x):
    if x > 10:
        return x
    if x > 5 or x < 0:
        return -x
    return x * 100


def while_with_break(n):
    total = i = 0
    while i < n:
        total += i
        i += 1
        if total > 10:
            break
    return total


def for_range_with_continue(n):
    total = 0
    for i in range(n):
        if i % 2 > 0:
            continue
        for j in range(i):
            temporary = j + 1
            total += temporary
    return total


def for_rows(n):
    best = tf.constant(0)
    for row in tf.stack([[n, 1], [n * 2, 2]]):
        a, b = row[0], row[1]
        best = a * b if a * b > best else best
    return best


def array(n):
    cells = tf.TensorArray(tf.int32, 4)
    for i in tf.range(4):
        cells = cells.write(i, i * n)
    return tf.reduce_sum(cells.stack())


def calls(n):
    def inner(k):
        return early_returns(k) if k > 0 else k

    return inner(n) + (lambda v: v if v > 3 else 0)(n)


def return_in_loop(n):
    x = 0
    for i in tf.range(5):
        if i == n:
            x = -1
        elif i > n:
            break
        x = x + i
    return x


@pytest.mark.parametrize("argument", [-2, 1, 2, 3, 4, 7, 12])
@pytest.mark.parametrize(
    "function", [branches, early_returns, while_with_break, for_range_with_continue, calls], ids=lambda f: f.__name__
)
def test_a_tensor_gives_what_a_number_gives(function, argument):
    if function in (branches,) and argument == 2:
        pytest.skip("== of a tensor is whether it is the same object, as in TensorFlow 1")
    with tf.Session() as sess:
        expected = function(argument)
        expected = sess.run(expected) if isinstance(expected, tf.Tensor) else expected
        assert sess.run(tf.function(function)(tf.constant(argument))) == expected


def test_rows_of_a_tensor():
    with tf.Session() as sess:
        assert sess.run([tf.function(for_rows)(tf.constant(3)), tf.function(array)(tf.constant(2))]) == [12, 12]


def test_gradients_go_through():
    @tf.function
    def power(x, n):
        y = 1.0
        while n > 0:
            y = y * x
            n = n - 1
        return y

    x = tf.constant(2.0)
    (grad,) = tf.gradients(power(x, tf.constant(3)), x)
    with tf.Session() as sess:
        assert sess.run(grad) == 12.0


def test_functions_given_to_datasets():
    def parse(v):
        if v > 3:
            return v * 10
        return v + 100

    dataset = tf.data.Dataset.range(6).map(lambda v: parse(v)).filter(lambda v: v > 101 or v < 60)
    element = dataset.make_one_shot_iterator().get_next()
    with tf.Session() as sess:
        assert [sess.run(element) for _ in range(4)] == [102, 103, 40, 50]


def test_a_loop_over_a_dataset():
    @tf.function
    def total():
        found = tf.constant(0, tf.int64)
        for v in tf.data.Dataset.range(5):
            found += v
        return found

    with tf.Session() as sess:
        assert sess.run(total()) == 10


def only_one_branch(x):
    if x > 1:
        z = x
    return z


def only_in_the_loop(x):
    while x < 10:
        w = x + 1
        x = w
    return w


@pytest.mark.parametrize(
    "function, text", [(only_one_branch, "must also be initialized in the else branch"), (only_in_the_loop, "must be defined before the loop")]
)
def test_what_only_one_way_defines_is_an_error(function, text):
    with pytest.raises(ValueError, match=text):
        tf.function(function)(tf.constant(2))


def test_python_values_stay_python():
    seen = []

    def plain(x, flag=True):
        for i in range(3):
            if i == 1 and flag:
                continue
            seen.append(i)
        return x

    tf.function(plain)(tf.constant(1))
    assert seen == [0, 2]
    assert tf.autograph.to_graph(plain)(5) == 5 and seen == [0, 2, 0, 2]


def test_without_autograph_a_tensor_is_no_bool():
    with pytest.raises(TypeError, match="is not allowed"):
        tf.function(branches, autograph=False)(tf.constant(1))
    kept = tf.autograph.experimental.do_not_convert(early_returns)
    with pytest.raises(TypeError, match="is not allowed"):
        tf.function(lambda x: kept(x) if x > 0 else x)(tf.constant(1))


def test_to_code_shows_what_it_became():
    assert "ag__.if_stmt" in tf.autograph.to_code(branches) and "ag__.while_stmt" in tf.autograph.to_code(while_with_break)


def test_closures_and_defaults_are_kept():
    factor = 3

    def scaled(x, by=np.int32(2)):
        if x > 0:
            x = x * factor * by
        return x

    converted = tf.function(scaled)
    factor = 5  # the converted function sees the variable, not its value
    with tf.Session() as sess:
        assert sess.run(converted(tf.constant(1))) == 10


def recursive(x, n):
    if n == 0:
        return x
    if x > 0:
        x = x + n
    return recursive(x, n - 1)


class _Counter:
    pass


def attributes(x):
    counter = _Counter()
    counter.value = x
    while counter.value < 10:
        counter.value = counter.value * 2
    if counter.value > 11:
        counter.value = counter.value + 1
    return counter.value


@pytest.mark.parametrize("function, expected", [(lambda x: recursive(x, 3), 9), (attributes, 13)], ids=["recursive", "attributes"])
def test_functions_that_call_themselves_and_objects_that_change(function, expected):
    with tf.Session() as sess:
        assert sess.run(tf.function(function)(tf.constant(3))) == expected
