"""Readers and file ops, on files that each case writes: what they give, and what they raise."""

from __future__ import annotations

import os
import tempfile

import numpy as np


def text_file(text):
    """The path of a new file; what it is called says nothing of the machine once `plain` has seen it."""
    descriptor, path = tempfile.mkstemp(prefix="tinytf-case")
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(text)
    return path


def reading(make_reader, contents, times, work_units=True):
    """Reads `times` times from files of these contents; keys without their folder."""

    def case(tf):
        name = tf.placeholder(tf.string, [])
        reader = make_reader(tf)
        queue = tf.FIFOQueue(10, tf.string, [[]])
        put, close = queue.enqueue(name), queue.close()
        key, value = reader.read(queue)
        many = reader.read_up_to(queue, 2)
        counts = reader.num_records_produced(), reader.num_work_units_completed()
        reset = reader.reset()

        def run(session):
            paths = [text_file(text) for text in contents]
            for path in paths:
                session.run(put, {name: path})
            session.run(close)
            found = []
            try:
                for i in range(times):
                    if i == 1:
                        keys, values = session.run(many)
                        found += [[k.split(b":")[-1] for k in keys if b":" in k], values]
                    else:
                        k, v = session.run([key, value])
                        found += [k.split(b":")[1:], v]
                    found += session.run(counts)
            except tf.errors.OutOfRangeError:
                found.append("end")
            session.run(reset)
            found += session.run(counts)
            for path in paths:
                os.unlink(path)
            return found

        return run

    return case


def case_whole_files(tf):
    data, path = tf.placeholder(tf.string, []), os.path.join(tempfile.mkdtemp(), "sub", "x.bin")
    name = tf.placeholder(tf.string, [])
    write, read, found = tf.write_file(name, data), tf.read_file(name), tf.matching_files(tf.strings.join([name, "*"]))

    def run(session):
        session.run(write, {name: path, data: b"a\0b"})
        values = [session.run(read, {name: path}), len(session.run(found, {name: path[:-3]}))]
        for fetch in (read, found):
            try:
                values.append(session.run(fetch, {name: path + "none"}))
            except tf.errors.NotFoundError:
                values.append("not found")
        return values

    return run


def case_record_input(tf):
    def run(session):  # the path is in the graph, so the op is made here, where the graph is compared no more
        path = os.path.join(tempfile.mkdtemp(), "r")
        with tf.python_io.TFRecordWriter(path) as writer:
            writer.write(b"one")
        records = tf.raw_ops.RecordInput(file_pattern=path, file_buffer_size=1, file_parallelism=1, batch_size=1)
        return [session.run(records) for _ in range(3)]

    return run



def case_sharded_names(tf):
    return [tf.raw_ops.ShardedFilename(basename="a/b", shard=2, num_shards=11), tf.raw_ops.ShardedFilespec(basename="a/b", num_shards=3)]


def case_first_version_checkpoints(tf):
    """Save, SaveSlices, Restore and RestoreSlice, which savers of V1 files build."""
    raw, name = tf.raw_ops, tf.placeholder(tf.string, [])
    a, b = np.arange(6, dtype=np.float32).reshape(2, 3), np.int64([7, 8])
    save = raw.Save(filename=name, tensor_names=["a", "b"], data=[a, b])
    parts = raw.SaveSlices(filename=name, tensor_names=["p", "p"], shapes_and_slices=["4 0,2", "4 2,2"], data=[a[0, :2], a[1, :2]])
    whole = raw.Restore(file_pattern=name, tensor_name="a", dt=tf.float32)
    part = raw.RestoreSlice(file_pattern=name, tensor_name="a", shape_and_slice="2 3 0,1:-", dt=tf.float32)
    joined = raw.RestoreSlice(file_pattern=name, tensor_name="p", shape_and_slice="4 0,2", dt=tf.float32)

    def run(session):
        path = os.path.join(tempfile.mkdtemp(), "one")
        session.run(save, {name: path})
        session.run(parts, {name: path + ".parts"})
        return session.run([whole, part], {name: path}) + [session.run(joined, {name: path + ".parts"})]

    return run


def case_second_version_checkpoints(tf):
    raw, name = tf.raw_ops, tf.placeholder(tf.string, [])
    first = raw.SaveV2(prefix=tf.strings.join([name, "_0"]), tensor_names=["a"], shape_and_slices=[""], tensors=[np.float32([1, 2])])
    second = raw.SaveV2(prefix=tf.strings.join([name, "_1"]), tensor_names=["b"], shape_and_slices=[""], tensors=[np.int32([[3]])])
    merge = raw.MergeV2Checkpoints(checkpoint_prefixes=tf.stack([tf.strings.join([name, "_0"]), tf.strings.join([name, "_1"])]), destination_prefix=name)
    restore = raw.RestoreV2(prefix=name, tensor_names=["b", "a"], shape_and_slices=["", ""], dtypes=[tf.int32, tf.float32])

    def run(session):
        folder = tempfile.mkdtemp()
        session.run([first, second], {name: os.path.join(folder, "x")})
        session.run(merge, {name: os.path.join(folder, "x")})
        return [session.run(restore, {name: os.path.join(folder, "x")}), sorted(os.listdir(folder))]

    return run


def case_datasets_of_files(tf):
    name = tf.placeholder(tf.string, [])
    records = tf.data.TFRecordDataset(name, compression_type="GZIP").make_initializable_iterator()
    fixed = tf.data.FixedLengthRecordDataset(name, 2, header_bytes=1, footer_bytes=1).make_initializable_iterator()
    followings = records.get_next(), fixed.get_next()

    def run(session):
        folder = tempfile.mkdtemp()
        options = tf.python_io.TFRecordOptions(tf.python_io.TFRecordCompressionType.GZIP)
        with tf.python_io.TFRecordWriter(os.path.join(folder, "r"), options) as writer:
            for record in (b"one", b"", b"three"):
                writer.write(record)
        found = []
        for iterator, following, path in zip((records, fixed), followings, (os.path.join(folder, "r"), text_file(b"HaabbF"))):
            session.run(iterator.initializer, {name: path})
            try:
                while True:
                    found.append(session.run(following))
            except tf.errors.OutOfRangeError:
                found.append("end")
        return found

    return run


def case_records(tf):
    name = tf.placeholder(tf.string, [])
    queue = tf.FIFOQueue(3, tf.string, [[]])
    put, close = queue.enqueue(name), queue.close()
    value = tf.TFRecordReader().read(queue).value

    def run(session):
        path = os.path.join(tempfile.mkdtemp(), "r")
        with tf.python_io.TFRecordWriter(path) as writer:
            writer.write(b"one")
            writer.write(b"two")
        session.run(put, {name: path})
        session.run(close)
        return [session.run(value), session.run(value)]

    return run


def case_vocabularies(tf):
    name = tf.placeholder(tf.string, [2])
    remapped = tf.raw_ops.GenerateVocabRemapping(new_vocab_file=name[0], old_vocab_file=name[1], new_vocab_offset=0, num_new_vocab=3)

    def run(session):
        paths = [text_file(text) for text in (b"c\nx\na\n", b"a\nb\nc\nd\n")]
        return session.run(remapped, {name: paths})

    return run


def cases():
    lines = [b"one\ntwo\n\nfour", b"five\r\nsix\n"]
    yield "lines", reading(lambda tf: tf.TextLineReader(), lines, 7)
    yield "lines_without_headers", reading(lambda tf: tf.TextLineReader(skip_header_lines=1), lines, 7)
    yield "read_whole_files", reading(lambda tf: tf.WholeFileReader(), lines, 3)
    yield "names", reading(lambda tf: tf.IdentityReader(), lines[:0], 2)
    fixed = [b"HHaabbccF", b"HHddF"]
    yield "fixed_length", reading(lambda tf: tf.FixedLengthRecordReader(2, 2, 1), fixed, 6)
