"""Control flow by functions: If, While, For and calls, their results and their errors."""

import pytest

import tinytf as tf
from tinytf.ops.functions import function_calls
from tinytf.ops.functions.defun import Defun


@pytest.fixture
def sess():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def test_if(sess):
    x = tf.placeholder(tf.float32)
    (y,) = function_calls.If(x > 0, [x], Defun(tf.float32)(lambda x: x * 2), Defun(tf.float32, func_name="other")(lambda x: x * 3 + 1))
    assert [sess.run(y, {x: value}) for value in (9, -8, 0)] == [18, -23, 1]


def test_while(sess):
    types = [tf.float32] * 2
    goes_on = Defun(*types, func_name="c")(lambda n, x: n > 0)
    n, x = function_calls.While([20.0, 0.0], goes_on, Defun(*types, func_name="b")(lambda n, x: (n - 1, x + n)))
    assert sess.run([n, x]) == [0, 210]
    too_many = Defun(*types, func_name="d")(lambda n, x: (n > 0, x))
    with pytest.raises(tf.errors.InvalidArgumentError, match="Expected a single scalar return value from WhileOp cond, got 2 tensors"):
        sess.run(function_calls.While([5.0, 0.0], too_many, Defun(*types, func_name="e")(lambda n, x: (n, x))))
    with pytest.raises(tf.errors.InvalidArgumentError, match="While loop body returned 3 arguments. Expected: 2"):
        sess.run(function_calls.While([5.0, 0.0], goes_on, Defun(*types, func_name="f")(lambda n, x: (n, x, x))))
    with pytest.raises(ValueError, match="signatures do not match"):
        function_calls.While([5.0], Defun(tf.int32, func_name="g")(lambda n: n > 0), Defun(tf.float32, func_name="h")(lambda n: n))


@pytest.mark.parametrize("by_while", [False, True])
def test_for(sess, by_while):
    v = tf.Variable(1.0)

    @Defun(tf.int32, tf.float32)
    def body(n, x):
        return x + tf.to_float(n) + v  # v is handed on from turn to turn

    up = function_calls.For(1, 10, 1, [0.0], body, rewrite_with_while=by_while)[0]
    down = function_calls.For(100, 0, -3, [0.0], body, rewrite_with_while=by_while)[0]
    assert function_calls.For(1, 3, 1, [], Defun(tf.int32, func_name="none")(lambda n: None), rewrite_with_while=by_while) == []
    sess.run(v.initializer)
    assert sess.run([up, down]) == [45 + 9, sum(range(100, 0, -3)) + 34]


def test_calls(sess):
    product = Defun(tf.int32, tf.int32, func_name="p")(lambda a, b: a * b)
    (remote,) = function_calls.remote_call([2, 3], [tf.int32], product, "/job:localhost/replica:0/task:0/cpu:0")
    (local,) = function_calls.partitioned_call([tf.constant(4), tf.constant(5)], product)
    assert (local.op.type, sess.run([remote, local])) == ("PartitionedCall", [6, 20])
