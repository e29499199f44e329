"""SparseTensors as strings and back."""

from __future__ import annotations

import numpy as np


def case_round_trips(tf):
    s = tf.SparseTensor([[0, 0], [1, 2]], np.array([1, 2], np.int32), [2, 4])
    one, many = tf.serialize_sparse(s, name="s"), tf.serialize_many_sparse(s)
    back = tf.deserialize_many_sparse(many, tf.int32, rank=1, name="d")
    words = tf.serialize_sparse(tf.SparseTensor([[1, 1]], ["a"], [3, 3]))
    raw = tf.raw_ops if hasattr(tf, "raw_ops") else None
    made = [raw.DeserializeSparse(serialized_sparse=tf.stack([one, one]), dtype=tf.int32), raw.DeserializeSparse(serialized_sparse=words, dtype=tf.string)]
    return [one, many, words, back.indices, back.values, back.dense_shape] + made


def case_wrong_type(tf):
    s = tf.SparseTensor([[0, 0]], [1.0], [2, 4])
    return tf.deserialize_many_sparse(tf.serialize_many_sparse(s), tf.int32).values


def case_through_the_map(tf):
    s = tf.SparseTensor([[0, 0], [1, 2], [1, 3]], ["a", "b", "c"], [2, 4])
    handles = tf.raw_ops.AddManySparseToTensorsMap(sparse_indices=s.indices, sparse_values=s.values, sparse_shape=s.dense_shape, shared_name="m")
    taken = tf.raw_ops.TakeManySparseFromTensorsMap(sparse_handles=handles, dtype=tf.string, shared_name="m")
    return list(taken)
