"""tinytf and a real TensorFlow in one process, whichever is imported first.

    PYTHONPATH=. venvs/tf2/bin/python compat/check_beside.py

Runs itself twice, and in each process a small graph in both, a GraphDef from one to the other, and a checkpoint there and back.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def import_both(first):
    if first == "tinytf":
        import tinytf
        from tinytf import protos

        protos.GraphDef()
    import tensorflow

    import tinytf  # noqa: F811

    v1 = tensorflow.compat.v1
    if tensorflow.__version__.startswith("2"):
        v1.disable_v2_behavior()
    return v1, tinytf


def save(tf, path):
    with tf.Graph().as_default() as graph, tf.Session() as session:
        v = tf.get_variable("v", initializer=[1.0, 2.5])
        tf.multiply(v, 2.0, name="twice")
        session.run(tf.global_variables_initializer())
        tf.train.Saver().save(session, path)
        return graph.as_graph_def()


def restore(tf, path):
    with tf.Graph().as_default(), tf.Session() as session:
        tf.train.import_meta_graph(path + ".meta").restore(session, path)
        return session.run("twice:0").tolist()


def check(first):
    real, ours = import_both(first)
    with tempfile.TemporaryDirectory() as folder:
        for writer, reader, name in ((real, ours, "real"), (ours, real, "ours")):
            graph_def = save(writer, os.path.join(folder, name))
            assert restore(reader, os.path.join(folder, name)) == [2.0, 5.0]
            with reader.Graph().as_default() as graph:  # the other's GraphDef class is another class
                reader.import_graph_def(reader.GraphDef.FromString(graph_def.SerializeToString()), name="")
                assert graph.get_tensor_by_name("twice:0").op.type == "Mul"
    print("%s first: TensorFlow %s and tinytf side by side" % (first, real.__version__))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        check(sys.argv[1])
    else:
        environment = dict(os.environ, PYTHONPATH=ROOT, TF_CPP_MIN_LOG_LEVEL="3")
        for first in ("tinytf", "tensorflow"):
            subprocess.run([sys.executable, os.path.abspath(__file__), first], env=environment, check=True)
