"""Freezing, importing under a prefix, extracting a part, names and collections of a graph."""
import tensorflow as tf
from tensorflow.python.framework import graph_util

with tf.device("/cpu:0"):
    a = tf.placeholder(tf.float32, [None, 2], name="a")
    w = tf.Variable([[1.0], [2.0]], name="w")
out = tf.nn.relu(tf.matmul(a, w), name="out")
tf.square(out, name="unused")
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    frozen = graph_util.convert_variables_to_constants(sess, sess.graph_def, ["out"])
print([node.name for node in frozen.node])
with open("frozen.pb", "wb") as stream:
    stream.write(frozen.SerializeToString())
with tf.Graph().as_default() as graph:
    graph_def = tf.GraphDef()
    with tf.gfile.GFile("frozen.pb", "rb") as stream:
        graph_def.ParseFromString(stream.read())
    b = tf.constant([[3.0, 4.0]])
    result, = tf.import_graph_def(graph_def, input_map={"a:0": b}, return_elements=["out:0"], name="frozen")
    with tf.Session() as sess:
        print(result.name, sess.run(result))
    print([op.name for op in graph.get_operations()])
print([node.name for node in tf.graph_util.extract_sub_graph(tf.get_default_graph().as_graph_def(), ["w/read"]).node])
