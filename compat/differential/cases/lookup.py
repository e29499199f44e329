"""Lookup tables: fixed, growing, from files, with buckets."""

from __future__ import annotations

import os
import tempfile

import numpy as np

WORDS = "apple 3\nbanana 5\ncherry 7\n"


def _vocabulary():
    path = os.path.join(tempfile.gettempdir(), "tinytf_vocabulary.txt")
    descriptor, new = tempfile.mkstemp()
    with os.fdopen(descriptor, "w") as f:
        f.write(WORDS)
    os.replace(new, path)  # whole at every moment: other runs read it, too
    return path


def _tables(tf):
    return tf.contrib.lookup


def _filled(tf, made):
    fill = tf.tables_initializer()

    def run(sess):
        sess.run(fill)
        return sess.run(made)

    return run


def case_hash_table(tf):
    lookup = _tables(tf)
    table = lookup.HashTable(lookup.KeyValueTensorInitializer(["a", "b"], np.int64([1, 2])), -1, shared_name="sh")
    sparse = table.lookup(tf.SparseTensor([[0, 0]], ["a"], [1, 1]))
    return _filled(tf, [table.lookup(tf.constant(["a", "zz"])), table.size(), sparse.values])


def case_from_file(tf):
    lookup, path = _tables(tf), _vocabulary()
    words = tf.constant(["banana", "x", "y"])
    ids = lookup.index_table_from_file(path, num_oov_buckets=3, delimiter=" ", key_column_index=0)
    made = [ids.lookup(words), ids.size(), lookup.index_to_string_table_from_file(path, default_value="?").lookup(tf.constant([1, 9], tf.int64))]
    numbers = lookup.HashTable(lookup.TextFileInitializer(path, tf.string, 0, tf.int64, 1, delimiter=" "), 0, shared_name="u", name="nm")
    return _filled(tf, made + [numbers.lookup(words)])


case_from_file.same_graph = False  # the path in it is this machine's


def case_from_file_graph(tf):
    table = _tables(tf).index_table_from_file("vocabulary.txt", num_oov_buckets=3, vocab_size=3)
    table.lookup(tf.constant(["a"]))
    _tables(tf).index_to_string_table_from_file("vocabulary.txt", default_value="?").lookup(tf.constant([1], tf.int64))
    return []


def case_from_tensor(tf):
    lookup = _tables(tf)
    ids = lookup.index_table_from_tensor(["a", "b"], num_oov_buckets=2, default_value=-1)
    numbers = lookup.index_table_from_tensor(np.int64([10, 20]), dtype=tf.int64)
    words = lookup.index_to_string_table_from_tensor(["a", "b"])
    made = [ids.lookup(tf.constant(["b", "q", "r"])), numbers.lookup(tf.constant([20, 30], tf.int64)), words.lookup(tf.constant([0, 7], tf.int64))]
    return _filled(tf, made)


case_from_tensor.same_graph = False  # the shared names are random


def case_growing(tf):
    lookup = _tables(tf)
    words = lookup.MutableHashTable(tf.string, tf.int64, -1)
    vectors = lookup.MutableHashTable(tf.int64, tf.float32, [0.0, 0.0], name="vec")
    dense = lookup.MutableDenseHashTable(tf.int64, tf.int64, -1, 0, -9)
    steps = [words.insert(["x", "y"], [5, 6]), words.lookup(tf.constant(["x", "q"])), words.size(), words.remove(tf.constant(["x"]))]
    steps += [words.export(), vectors.insert([1], [[2.0, 3.0]]), vectors.lookup(tf.constant([[1, 2]], tf.int64)), dense.insert([3], [4]), dense.lookup([3, 5])]

    def run(sess):
        return [sess.run(s) for s in steps]

    return run


def case_saved(tf):
    table = _tables(tf).MutableHashTable(tf.string, tf.int64, -1, name="t")
    insert, other, size = table.insert(["x", "y"], [5, 6]), table.insert(["z"], [1]), table.size()
    found = table.lookup(tf.constant(["x", "z"]))
    saver = tf.train.Saver()

    def run(sess):
        sess.run(insert)
        path = saver.save(sess, os.path.join(tempfile.mkdtemp(), "m"))
        sess.run(other)
        before = sess.run(size)
        saver.restore(sess, path)
        return [before] + sess.run([size, found])

    return run


def case_not_filled(tf):
    lookup = _tables(tf)
    table = lookup.HashTable(lookup.KeyValueTensorInitializer(["a"], np.int64([1])), -1, shared_name="never")
    return table.lookup(tf.constant(["a"]))


def case_two_values(tf):
    lookup = _tables(tf)
    return lookup.HashTable(lookup.KeyValueTensorInitializer(["a", "a"], np.int64([1, 2])), -1, shared_name="two").init


def case_key_type(tf):
    lookup = _tables(tf)
    table = lookup.HashTable(lookup.KeyValueTensorInitializer(["a"], np.int64([1])), -1, shared_name="typed")
    return table.lookup(tf.constant([1]))
