"""Two hidden layers, trained with Adam, saved on the way and restored."""

import tensorflow as tf
from digits import batches

tf.set_random_seed(3)
x = tf.placeholder(tf.float32, [None, 784], name="x")
y = tf.placeholder(tf.float32, [None, 10], name="y")


def layer(inputs, units, name, activation=None):
    with tf.variable_scope(name):
        weights = tf.get_variable("weights", [inputs.shape[1], units], initializer=tf.truncated_normal_initializer(stddev=0.05))
        biases = tf.get_variable("biases", [units], initializer=tf.constant_initializer(0.1))
        outputs = tf.matmul(inputs, weights) + biases
        return activation(outputs) if activation else outputs


logits = layer(layer(layer(x, 64, "hidden1", tf.nn.relu), 32, "hidden2", tf.nn.relu), 10, "logits")
loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=logits), name="loss")
global_step = tf.Variable(0, name="global_step", trainable=False)
train_op = tf.train.AdamOptimizer(0.002).minimize(loss, global_step=global_step)
saver = tf.train.Saver(max_to_keep=2)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for images, labels in batches(64, 30):
        _, value, step = sess.run([train_op, loss, global_step], {x: images, y: labels})
        if step % 10 == 0:
            print("step %d loss %.4f" % (step, value))
            saver.save(sess, "mlp/model.ckpt", global_step=global_step)

with tf.Session() as sess:
    saver.restore(sess, tf.train.latest_checkpoint("mlp"))
    images, labels = next(batches(64, 1, seed=9))
    print("restored at step %d, loss %.4f" % (sess.run(global_step), sess.run(loss, {x: images, y: labels})))
