"""Queues, tables, readers and stacks of before TensorFlow 1.0, whose handles are references."""

from __future__ import annotations

import os
import tempfile

import numpy as np


def case_queues(tf):
    raw = tf.raw_ops
    queue = raw.FIFOQueue(component_types=[tf.int32, tf.float32], shapes=[[], [2]], capacity=10)
    enqueue = raw.QueueEnqueue(handle=queue, components=[1, [1.0, 2.0]])
    many = raw.QueueEnqueueMany(handle=queue, components=[[2, 3, 4], [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]])
    size = raw.QueueSize(handle=queue)
    dequeue = raw.QueueDequeue(handle=queue, component_types=[tf.int32, tf.float32])
    two = raw.QueueDequeueMany(handle=queue, n=2, component_types=[tf.int32, tf.float32])
    close, closed = raw.QueueClose(handle=queue), raw.QueueIsClosed(handle=queue)
    rest = raw.QueueDequeueUpTo(handle=queue, n=2, component_types=[tf.int32, tf.float32])
    shuffled = raw.RandomShuffleQueue(component_types=[tf.int32], shapes=[[]], capacity=10, seed=3, seed2=4)
    fill = raw.QueueEnqueueMany(handle=shuffled, components=[list(range(8))])
    drawn = raw.QueueDequeueMany(handle=shuffled, n=8, component_types=[tf.int32])
    padding = raw.PaddingFIFOQueue(component_types=[tf.int32], shapes=[[None]])
    put = [raw.QueueEnqueue(handle=padding, components=[value]) for value in ([1], [2, 3])]
    padded = raw.QueueDequeueMany(handle=padding, n=2, component_types=[tf.int32])
    first = raw.PriorityQueue(component_types=[tf.string], shapes=[[], []][:1])
    ranked = raw.QueueEnqueueMany(handle=first, components=[np.array([3, 1], np.int64), ["c", "a"]])
    best = raw.QueueDequeue(handle=first, component_types=[tf.int64, tf.string])

    def run(session):
        session.run(enqueue)
        session.run([many, fill, ranked])
        for op in put:
            session.run(op)
        seen = [session.run(t) for t in (size, dequeue, two, closed, drawn, padded, best)]
        session.run(close)
        return [*seen, session.run(rest), session.run(closed)]

    return run


def case_tables(tf):
    raw = tf.raw_ops
    table = raw.HashTable(key_dtype=tf.string, value_dtype=tf.int64, shared_name="t")
    fill = raw.InitializeTable(table_handle=table, keys=["a", "b"], values=np.array([1, 2], np.int64))
    found = raw.LookupTableFind(table_handle=table, keys=["b", "c"], default_value=np.int64(-1))
    size = raw.LookupTableSize(table_handle=table)
    changing = raw.MutableHashTable(key_dtype=tf.string, value_dtype=tf.int64)
    insert = raw.LookupTableInsert(table_handle=changing, keys=["x"], values=np.array([5], np.int64))
    rows = raw.MutableHashTableOfTensors(key_dtype=tf.int64, value_dtype=tf.float32, value_shape=[2])
    fill_rows = raw.LookupTableImport(table_handle=rows, keys=np.array([7], np.int64), values=[[1.0, 2.0]])
    exported = [
        raw.LookupTableExport(table_handle=changing, Tkeys=tf.string, Tvalues=tf.int64),
        raw.LookupTableExport(table_handle=rows, Tkeys=tf.int64, Tvalues=tf.float32),
    ]

    def run(session):
        session.run([fill, insert, fill_rows])
        return session.run([found, size, [list(e) for e in exported]])

    return run


def case_readers(tf):
    raw = tf.raw_ops
    path = os.path.join(tempfile.mkdtemp(), "lines")
    with open(path, "w") as file:
        file.write("one\ntwo\n")
    reader = raw.WholeFileReader()
    queue = raw.FIFOQueue(component_types=[tf.string])
    put = raw.QueueEnqueue(handle=queue, components=[tf.placeholder_with_default("", [], name="path")])
    record = raw.ReaderRead(reader_handle=reader, queue_handle=queue)
    counts = [raw.ReaderNumRecordsProduced(reader_handle=reader), raw.ReaderNumWorkUnitsCompleted(reader_handle=reader)]
    reset = raw.ReaderReset(reader_handle=reader)

    def run(session):
        session.run(put, {"path:0": path})
        seen = [session.run(record)[1], session.run(counts)]
        session.run(reset)
        return [*seen, session.run(counts)]

    return run


def case_tables_from_files(tf):
    path = os.path.join(tempfile.mkdtemp(), "words")
    with open(path, "w") as file:
        file.write("one\ntwo\n")
    table = tf.raw_ops.HashTable(key_dtype=tf.string, value_dtype=tf.int64, shared_name="w")
    name = tf.placeholder(tf.string, [])
    fill = tf.raw_ops.InitializeTableFromTextFile(table_handle=table, filename=name, key_index=-2, value_index=-1)
    found = tf.raw_ops.LookupTableFind(table_handle=table, keys=["two", "six"], default_value=np.int64(-1))

    def run(session):
        session.run(fill, {name: path})
        return session.run(found)

    return run


def case_files_up_to(tf):
    raw, folder = tf.raw_ops, tempfile.mkdtemp()
    for text in ("one", "two", "three"):
        with open(os.path.join(folder, text), "w") as file:
            file.write(text)
    reader, queue = raw.WholeFileReader(), raw.FIFOQueue(component_types=[tf.string])
    paths = tf.placeholder(tf.string, [None])
    put = raw.QueueEnqueueMany(handle=queue, components=[paths])
    records = raw.ReaderReadUpTo(reader_handle=reader, queue_handle=queue, num_records=np.int64(2))

    def run(session):
        session.run(put, {paths: [os.path.join(folder, text) for text in ("one", "two", "three")]})
        return session.run(records)[1]

    return run


def case_text_line_reader_of_old(tf):
    return tf.raw_ops.TextLineReader()


def case_stack(tf):
    raw = tf.raw_ops
    stack = raw.Stack(elem_type=tf.float32)
    push = raw.StackPush(handle=stack, elem=[1.0, 2.0])
    with tf.control_dependencies([push]):
        pop = raw.StackPop(handle=stack, elem_type=tf.float32)
    with tf.control_dependencies([pop]):
        close = raw.StackClose(handle=stack)
    return [push, pop, close]


def case_states_of_readers(tf):
    raw = tf.raw_ops
    reader, queue = raw.IdentityReaderV2(), raw.FIFOQueueV2(component_types=[tf.string])
    put = raw.QueueEnqueueManyV2(handle=queue, components=[["X", "Y"]])
    record, state = raw.ReaderReadV2(reader_handle=reader, queue_handle=queue), raw.ReaderSerializeStateV2(reader_handle=reader)
    restore = raw.ReaderRestoreStateV2(reader_handle=reader, state=b'\x08\x05\x10\x05\x18\x05"\x01Z')
    old = raw.WholeFileReader()
    old_state, old_restore = raw.ReaderSerializeState(reader_handle=old), raw.ReaderRestoreState(reader_handle=old, state=b"\x08\x01\x10\x01")

    def run(session):
        session.run([put, old_restore])
        seen = [session.run(state), list(session.run(record)), session.run(state), session.run(old_state)]
        session.run(restore)
        return [*seen, session.run(state), list(session.run(record)), session.run(state)]

    return run


def _old_tensor_arrays(tf, suffix, producer):
    """A graph of before V3, which no function makes any more."""
    graph = tf.GraphDef()
    graph.versions.producer = producer

    def node(name, op, inputs, **types):
        made = graph.node.add()
        made.name, made.op = name, op + suffix
        made.input.extend(inputs)
        for key, dtype in types.items():
            made.attr[key].type = dtype.as_datatype_enum

    given = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    flow = tf.constant(0.0)
    inputs = {"rows": given, "flow": flow, "size": tf.constant(2), "order": tf.constant([1, 0]), "first": tf.constant(0)}
    inputs["lengths"] = tf.constant([1, 1], tf.int64)
    for name in "abcd":
        node(name, "TensorArray", ["size"], dtype=tf.float32)
    node("scatter", "TensorArrayScatter", ["a", "order", "rows", "flow"], T=tf.float32)
    node("gather", "TensorArrayGather", ["a", "order", "scatter"], dtype=tf.float32)
    node("count", "TensorArraySize", ["a", "scatter"])
    node("write", "TensorArrayWrite", ["b", "first", "rows", "flow"], T=tf.float32)
    node("read", "TensorArrayRead", ["b", "first", "write"], dtype=tf.float32)
    node("split", "TensorArraySplit", ["c", "rows", "lengths", "flow"], T=tf.float32)
    node("concat", "TensorArrayConcat", ["c", "split"], dtype=tf.float32)
    node("close", "TensorArrayClose", ["d"])
    results = ["gather:0", "count:0", "read:0", "concat:0", "concat:1"]
    if not suffix:
        node("unpack", "TensorArrayUnpack", ["d", "rows", "flow"], T=tf.float32)
        node("pack", "TensorArrayPack", ["d", "unpack"], dtype=tf.float32)
        results.append("pack:0")
    for made in graph.node:  # names in the graph itself need no input
        made.input[:] = [name if name not in inputs else name + ":0" for name in made.input]
    return tf.import_graph_def(graph, input_map={name + ":0": tensor for name, tensor in inputs.items()}, return_elements=results)


def case_first_tensor_arrays(tf):
    return _old_tensor_arrays(tf, "", 10)


def case_second_tensor_arrays(tf):
    return _old_tensor_arrays(tf, "V2", 20)
