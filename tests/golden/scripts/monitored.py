"""MonitoredTrainingSession with hooks, a scaffold and recovery from its own checkpoint."""
import tensorflow as tf


class Watch(tf.train.SessionRunHook):
    def before_run(self, run_context):
        return tf.train.SessionRunArgs(loss)

    def after_run(self, run_context, run_values):
        print("loss %.4f" % run_values.results)


def build():
    w = tf.get_variable("w", [2], initializer=tf.constant_initializer(4.0))
    loss = tf.reduce_sum(tf.square(w - 1.0))
    step = tf.train.get_or_create_global_step()
    return loss, tf.train.GradientDescentOptimizer(0.25).minimize(loss, global_step=step), step


for last in (3, 5):
    with tf.Graph().as_default():
        loss, train, step = build()
        hooks = [tf.train.StopAtStepHook(last_step=last), Watch()]
        with tf.train.MonitoredTrainingSession(
            checkpoint_dir="ckpt", hooks=hooks, save_summaries_steps=None, save_summaries_secs=None
        ) as sess:
            while not sess.should_stop():
                sess.run(train)
        print(tf.train.latest_checkpoint("ckpt"))
