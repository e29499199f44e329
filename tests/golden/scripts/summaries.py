"""Summaries of scalars, histograms and text, written for TensorBoard and read back."""
import glob

import tensorflow as tf

x = tf.placeholder(tf.float32, [3], name="x")
with tf.name_scope("stats"):
    tf.summary.scalar("mean", tf.reduce_mean(x))
    tf.summary.histogram("values", x)
    tf.summary.text("note", tf.constant("plain"))
    tf.summary.image("picture", tf.reshape(tf.linspace(0.0, 1.0, 12), [1, 2, 2, 3]))
merged = tf.summary.merge_all()
with tf.Session() as sess:
    writer = tf.summary.FileWriter("logs", sess.graph)
    for step in range(3):
        writer.add_summary(sess.run(merged, {x: [step, 2.0, -1.5]}), step)
    writer.close()
for event in tf.train.summary_iterator(glob.glob("logs/*")[0]):
    for value in event.summary.value:
        print(event.step, value.tag, value.simple_value, value.histo.num, value.histo.sum, value.image.width)
