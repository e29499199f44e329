"""The public names of TensorFlow 1.15, one a line, and its op types: run under the real one.

    venvs/tf1/bin/python compat/api_symbols.py > compat/api_symbols.txt
"""

import types

import tensorflow as tf
from tensorflow.core.framework import op_def_pb2
from tensorflow.python import pywrap_tensorflow

SKIPPED = ("compat", "contrib", "keras", "estimator", "feature_column", "raw_ops", "lite", "pywrap_tensorflow")
NOISE = ("absolute_import", "division", "print_function")


def walk(module, prefix, seen, found):
    for name in dir(module):
        if name.startswith("_") or name in NOISE or (prefix == "tf" and name in SKIPPED):
            continue
        value = getattr(module, name)
        path = prefix + "." + name
        if isinstance(value, types.ModuleType):
            if id(value) not in seen and "_api" in value.__name__:
                seen.add(id(value))
                walk(value, path, seen, found)
        else:
            found.add(path)


names = set()
walk(tf, "tf", set(), names)
ops = op_def_pb2.OpList.FromString(pywrap_tensorflow.TF_GetBuffer(pywrap_tensorflow.TF_GetAllOpList()))
for name in sorted(names):
    print(name)
for name in sorted(op.name for op in ops.op):
    print("op " + name)
