"""The Saver's variants: a part of the variables, other names, steps, max_to_keep, the checkpoint reader, a failure."""
import os

import tensorflow as tf

v1 = tf.Variable(tf.random_normal([2, 2]), name="v1")
v2 = tf.Variable(tf.constant([1, 2, 3]), name="v2")
text = tf.Variable(["some", "text"], name="text")
step = tf.Variable(0, name="global_step", trainable=False)
count = tf.assign_add(step, 1)
whole = tf.train.Saver(max_to_keep=2)
part = tf.train.Saver([v1])
renamed = tf.train.Saver({"weights": v1, "biases": v2})
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for _ in range(4):
        sess.run(count)
        print(whole.save(sess, "all/model.ckpt", global_step=step))
    print(part.save(sess, "part/v1"), renamed.save(sess, "renamed/model"))
    print([os.path.basename(p) for p in whole.last_checkpoints])
print(sorted(os.listdir("all")), tf.train.get_checkpoint_state("all").model_checkpoint_path)
reader = tf.train.NewCheckpointReader("renamed/model")
print(sorted(reader.get_variable_to_shape_map().items()), reader.get_tensor("biases"), reader.has_tensor("v1"))
with tf.Session() as sess:
    part.restore(sess, "part/v1")
    print(sess.run(tf.report_uninitialized_variables()))
    whole.restore(sess, tf.train.latest_checkpoint("all"))
    print(sess.run([v2, text, step]))
    try:
        whole.restore(sess, "renamed/model")
    except tf.errors.NotFoundError as error:
        print(type(error).__name__, "not found in checkpoint" in str(error))
