"""A hidden layer with dropout, Adam, name scopes, a Saver, and a second graph that restores it."""
import numpy as np
import tensorflow as tf


def layer(inputs, size, name, activation=None):
    with tf.name_scope(name):
        with tf.name_scope("weights"):
            W = tf.Variable(tf.truncated_normal([inputs.get_shape().as_list()[1], size], stddev=0.1), name="W")
        b = tf.Variable(tf.constant(0.1, shape=[size]), name="b")
        out = tf.matmul(inputs, W) + b
        return activation(out) if activation else out


random = np.random.RandomState(1)
data = random.randn(32, 6).astype(np.float32)
target = (data.sum(1) > 0).astype(np.int64)
x = tf.placeholder(tf.float32, shape=[None, 6], name="x")
y = tf.placeholder(tf.int64, shape=[None], name="y")
keep_prob = tf.placeholder(tf.float32, name="keep_prob")
hidden = tf.nn.dropout(layer(x, 8, "hidden", tf.nn.relu), keep_prob)
logits = layer(hidden, 2, "out")
with tf.name_scope("loss"):
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits))
train = tf.train.AdamOptimizer(0.01).minimize(loss)
saver = tf.train.Saver()
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for step in range(30):
        _, value = sess.run([train, loss], {x: data, y: target, keep_prob: 0.8})
        if step % 10 == 0:
            print("step %d loss %.4f" % (step, value))
    print("saved", saver.save(sess, "./mlp", global_step=30))
    before = sess.run(logits, {x: data[:2], keep_prob: 1.0})

with tf.Graph().as_default(), tf.Session() as sess:
    saver = tf.train.import_meta_graph("./mlp-30.meta")
    saver.restore(sess, tf.train.latest_checkpoint("."))
    graph = tf.get_default_graph()
    after = sess.run("out/add:0", {"x:0": data[:2], graph.get_tensor_by_name("keep_prob:0"): 1.0})
    print(np.array_equal(before, after), [v.name for v in tf.trainable_variables()])
