"""Has real TensorFlow write the golden checkpoints of tests/golden/checkpoints.

    PYTHON_WITH_TF_1.15 compat/golden_checkpoints.py
    PYTHON_WITH_TF_2    compat/golden_checkpoints.py

Small cases are kept as files, large ones as SHA-256 in digests.json: the tests write the same tensors
(tests/checkpoint/checkpoint_cases.py) with tinytf and compare.
"""

import hashlib
import json
import os
import sys

import numpy as np
import tensorflow as tf

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests")
OUT = os.path.join(ROOT, "golden", "checkpoints")
sys.path.insert(0, os.path.join(ROOT, "checkpoint"))
import checkpoint_cases as cases  # noqa: E402


def tensor(dtype, array):
    if dtype in cases.BITS:
        return tf.bitcast(tf.constant(np.asarray(array)), getattr(tf, dtype))
    return tf.constant(array, getattr(tf, dtype), shape=np.shape(array))


def write(case, version, path):
    names, types, specs, arrays = zip(*case)
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        tensors = [tensor(t, a) for t, a in zip(types, arrays)]
        if version == 2:
            op = tf.raw_ops.SaveV2(prefix=path, tensor_names=names, shape_and_slices=specs, tensors=tensors)
        elif any(specs):
            op = tf.raw_ops.SaveSlices(filename=path, tensor_names=names, shapes_and_slices=specs, data=tensors)
        else:
            op = tf.raw_ops.Save(filename=path, tensor_names=names, data=tensors)
        session.run(op)


def files_of(path):
    folder, base = os.path.split(path)
    return sorted(name for name in os.listdir(folder) if name == base or name.startswith(base + "."))


def tensorflow_1():
    for name, make in cases.SMALL.items():
        write(make(2), 2, os.path.join(OUT, name + "_v2"))
        write(make(1), 1, os.path.join(OUT, name + "_v1"))
    digests = {}
    for name, make in cases.BY_DIGEST.items():
        for version in (1, 2):
            path = os.path.join(OUT, "%s_v%d" % (name, version))
            write(make(version), version, path)
            for file in files_of(path):
                with open(os.path.join(OUT, file), "rb") as f:
                    digests[file] = hashlib.sha256(f.read()).hexdigest()
                os.remove(os.path.join(OUT, file))
    with open(os.path.join(OUT, "digests.json"), "w") as f:
        json.dump(digests, f, indent=1, sort_keys=True)
    # Parts that were saved apart, and joined.
    case = cases.slices()
    parts = [os.path.join(OUT, "part%d" % i) for i in range(2)]
    write(case[:5], 2, parts[0])
    write(case[5:], 2, parts[1])
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        session.run(
            tf.raw_ops.MergeV2Checkpoints(
                checkpoint_prefixes=parts, destination_prefix=os.path.join(OUT, "merged_v2"), delete_old_dirs=False
            )
        )
    # One V1 checkpoint in two files.
    write(case[:5], 1, os.path.join(OUT, "sharded_v1-00000-of-00002"))
    write(case[5:], 1, os.path.join(OUT, "sharded_v1-00001-of-00002"))


def tensorflow_2():
    write(cases.types(2), 2, os.path.join(OUT, "tf2_types"))
    layers = [tf.Variable(np.full([2, 3], 7, np.float32), name="layer%d" % i) for i in range(40)]
    tf.train.Checkpoint(layers=layers, step=tf.Variable(7, dtype=tf.int64, name="step")).write(os.path.join(OUT, "tf2_objects"))


if __name__ == "__main__":
    os.makedirs(OUT, exist_ok=True)
    (tensorflow_1 if tf.__version__.startswith("1.") else tensorflow_2)()
