"""Every common optimizer on the same bowl, with decay, moving averages and two groups of variables."""
import tensorflow as tf

start = [1.0, -2.0, 3.0]
optimizers = [
    tf.train.GradientDescentOptimizer(0.1),
    tf.train.MomentumOptimizer(0.1, 0.9),
    tf.train.MomentumOptimizer(0.1, 0.9, use_nesterov=True),
    tf.train.AdamOptimizer(0.1),
    tf.train.AdagradOptimizer(0.1),
    tf.train.AdadeltaOptimizer(0.1),
    tf.train.RMSPropOptimizer(0.1),
    tf.train.FtrlOptimizer(0.1),
]
steps, variables = [], []
for optimizer in optimizers:
    v = tf.Variable(start)
    variables.append(v)
    steps.append(optimizer.minimize(tf.reduce_sum(tf.square(v) * [1.0, 2.0, 3.0])))
global_step = tf.Variable(0, trainable=False)
rate = tf.train.exponential_decay(0.5, global_step, 2, 0.9, staircase=True)
w = tf.Variable(start)
decayed = tf.train.GradientDescentOptimizer(rate).minimize(tf.nn.l2_loss(w), global_step=global_step)
average = tf.train.ExponentialMovingAverage(0.9, num_updates=global_step)
averaged = average.apply([w])
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for _ in range(5):
        sess.run(steps + [decayed])
        sess.run(averaged)
    for optimizer, v in zip(optimizers, variables):
        print(type(optimizer).__name__, sess.run(v), optimizer.get_slot_names())
    print(sess.run([w, average.average(w), rate, global_step]), average.average_name(w))
