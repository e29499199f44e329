"""tf.layers: convolution, pooling, batch normalisation with its update ops, dropout, dense."""
import numpy as np
import tensorflow as tf

training = tf.placeholder_with_default(False, [], name="training")
x = tf.placeholder(tf.float32, [None, 6, 6, 2])
net = tf.layers.conv2d(x, 4, 3, padding="same", activation=tf.nn.relu, name="conv")
net = tf.layers.batch_normalization(net, training=training)
net = tf.layers.max_pooling2d(net, 2, 2)
net = tf.layers.flatten(net)
net = tf.layers.dropout(net, 0.3, training=training)
net = tf.layers.dense(net, 3, kernel_initializer=tf.truncated_normal_initializer(stddev=0.1), name="logits")
loss = tf.losses.sparse_softmax_cross_entropy(labels=tf.constant([0, 1, 2, 1]), logits=net)
with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
    train = tf.train.MomentumOptimizer(0.1, 0.9).minimize(loss, global_step=tf.train.get_or_create_global_step())
feed = {x: np.random.RandomState(4).rand(4, 6, 6, 2), training: True}
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for _ in range(5):
        print(sess.run([loss, train], feed)[0])
    print(sess.run(net, {x: feed[x]})[0], sess.run(tf.train.get_global_step()))
for v in tf.global_variables():
    print(v.name)
