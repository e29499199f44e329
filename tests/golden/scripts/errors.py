"""What goes wrong in the first hour, and with which exception."""
import numpy as np
import tensorflow as tf

a = tf.constant([[1.0, 2.0, 3.0]])
v = tf.Variable([1.0, 2.0], name="v")
x = tf.placeholder(tf.float32, [None, 2], name="x")
sess = tf.Session()


def attempt(what, f):
    try:
        print(what, f())
    except Exception as error:
        print(what, type(error).__name__)


attempt("uninitialized", lambda: sess.run(v))
attempt("matmul", lambda: tf.matmul(a, tf.constant([[1.0, 2.0]])))
attempt("dtype", lambda: a + tf.constant(1))
attempt("not fed", lambda: sess.run(x * 2.0))
attempt("feed shape", lambda: sess.run(x, {x: np.zeros([2, 3])}))
attempt("fetch", lambda: sess.run(3))
attempt("fetch name", lambda: sess.run("no_such:0"))
attempt("fetch none", lambda: sess.run(None))
attempt("restore", lambda: tf.train.Saver().restore(sess, "nowhere/model.ckpt"))
attempt("name", lambda: tf.get_default_graph().get_tensor_by_name("v"))
attempt("iterate", lambda: list(tf.placeholder(tf.float32)))
attempt("truth", lambda: bool(a))
attempt("reshape", lambda: sess.run(tf.reshape(x, [3]), {x: np.zeros([2, 2])}))
attempt("no session", lambda: a.eval())
sess.close()
attempt("closed", lambda: sess.run(a))
with tf.Graph().as_default():
    attempt("no variables", lambda: tf.train.Saver())
