"""Queues, stacks of them and what reads from them: what a session sees, step by step."""

from __future__ import annotations

import numpy as np
from table import inner


def attempt(tf, session, fetch, feed=None):
    """The value, or the class of the error."""
    try:
        value = session.run(fetch, feed)
        return value if value is not None else "done"
    except tf.errors.OpError as error:
        return type(error).__name__


def case_fifo(tf):
    queue = tf.FIFOQueue(5, [tf.float32, tf.string], [[2], []])
    x = tf.placeholder(tf.float32, [None, 2])
    one = queue.enqueue([[1.0, 2.0], "a"])
    many = queue.enqueue_many([x, tf.constant(["b", "c"])])
    take, take_many, up_to, size = queue.dequeue(), queue.dequeue_many(2), queue.dequeue_up_to(4), queue.size()
    close, closed = queue.close(), queue.is_closed()

    def run(session):
        session.run(one)
        session.run(many, {x: np.float32([[3, 4], [5, 6]])})
        found = [session.run(size), session.run(take), session.run(closed)]
        found += [session.run(take_many)]
        session.run(one)
        session.run(close)
        found += [session.run(closed), session.run(up_to), attempt(tf, session, take), attempt(tf, session, one)]
        return found + [attempt(tf, session, take_many)]

    return run


def case_padding(tf):
    queue = tf.PaddingFIFOQueue(10, [tf.int32, tf.float32], [[None], [None, 2]])
    steps = [queue.enqueue([tf.range(n), tf.ones([n + 1, 2])]) for n in range(1, 4)]
    padded, closing = queue.dequeue_many(3), queue.close()

    def run(session):
        for step in steps:
            session.run(step)
        found = session.run(padded)
        session.run(closing)
        return [found, attempt(tf, session, padded)]

    return run


def case_priority(tf):
    queue = tf.PriorityQueue(10, [tf.string], [[]])
    fill = queue.enqueue_many([np.int64([5, 1, 3, 1]), ["five", "one", "three", "one again"]])
    take, size = queue.dequeue(), queue.size()

    def run(session):
        session.run(fill)
        return [session.run(size)] + [session.run(take) for _ in range(4)]

    return run


def case_shuffling(tf):
    queue = tf.RandomShuffleQueue(20, 2, tf.int32, [[]], seed=5)
    fill, take, many, close = queue.enqueue_many([tf.range(12)]), queue.dequeue(), queue.dequeue_many(4), queue.close()

    def run(session):
        session.run(fill)
        found = [session.run(take) for _ in range(3)] + [session.run(many)]
        session.run(close)
        return found + [session.run(take) for _ in range(5)] + [attempt(tf, session, take)]

    return run


def case_from_list_and_names(tf):
    a = tf.FIFOQueue(3, tf.int32, [[]], names=["n"], shared_name="a")
    b = tf.FIFOQueue(3, tf.int32, [[]], names=["n"], shared_name="b")
    index = tf.placeholder(tf.int32, [])
    chosen = tf.QueueBase.from_list(index, [a, b])
    fill = [a.enqueue({"n": 1}), b.enqueue({"n": 2})]
    take = chosen.dequeue()

    def run(session):
        session.run(fill)
        return [session.run(take, {index: 1})["n"], session.run(take, {index: 0})["n"], a.dtypes == chosen.dtypes, chosen.names]

    return run


def case_wrong_values(tf):
    queue = tf.FIFOQueue(3, [tf.float32], [[2]])
    return queue.enqueue([tf.zeros([3])])


def case_dequeue_many_without_shapes(tf):
    return tf.FIFOQueue(3, [tf.float32]).dequeue_many(2)


def case_input_producers(tf):
    strings = tf.train.string_input_producer(["a", "b", "c"], shuffle=True, seed=3, num_epochs=2)
    numbers = tf.train.range_input_producer(4, shuffle=False, num_epochs=1)
    slices = tf.train.slice_input_producer([np.arange(6.0).reshape(3, 2), ["x", "y", "z"]], shuffle=True, seed=1, num_epochs=1)
    taken = strings.dequeue(), numbers.dequeue(), slices

    def run(session):
        session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        coordinator = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coordinator)
        found = []
        for fetch in taken:
            for _ in range(8):
                found.append(attempt(tf, session, fetch))
        coordinator.request_stop()
        coordinator.join(threads)
        return found

    return run


def case_batches(tf):
    number = tf.train.range_input_producer(7, shuffle=False, num_epochs=1).dequeue()
    plain = tf.train.batch([number, number * 2], 3, allow_smaller_final_batch=True)

    def run(session):
        session.run(tf.local_variables_initializer())
        coordinator = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coordinator)
        found = [attempt(tf, session, plain) for _ in range(4)]
        coordinator.request_stop()
        coordinator.join(threads)
        return found

    return run


def case_stacks_and_tensor_arrays(tf):
    raw = tf.raw_ops
    array = tf.TensorArray(tf.float32, 3, element_shape=[2]).unstack(tf.constant([[1.0, 2], [3, 4], [5, 6]]))
    grown = raw.TensorArrayGradWithShape(handle=array.handle, flow_in=array.flow, shape_to_prepend=[2], source="g")
    read = array.read(1)
    with tf.control_dependencies([read, grown[1]]):
        closed = array.close()
    return [read, grown[1], closed]


def case_staging_areas(tf):
    data_flow_ops = inner(tf, "ops.data_flow_ops")
    queue = data_flow_ops.StagingArea([tf.float32, tf.int32], shapes=[[2], []], capacity=3)
    by_key = data_flow_ops.MapStagingArea([tf.float32, tf.int32], names=["a", "b"], ordered=True)
    put = queue.put([tf.constant([1.0, 2.0]), tf.constant(1)])
    puts = [by_key.put(k, {"a": tf.constant(float(k)), "b": tf.constant(k)}) for k in (5, 3)]
    part = by_key.put(4, {"b": tf.constant(9)})
    sizes = [queue.size(), by_key.size(), by_key.incomplete_size()]
    first, peek, some, clear, clear_keys = queue.peek(0), by_key.peek(5, ["b"]), by_key.get(), queue.clear(), by_key.clear()
    oldest, five = queue.get(), by_key.get(5)

    def run(session):
        session.run([put, *puts, part])
        found = [session.run(sizes), session.run(first), session.run(peek), session.run(some), session.run(oldest), session.run(five)]
        session.run([put, puts[0]])
        session.run([clear, clear_keys])
        return found + session.run(sizes)

    return run


def case_unordered_map_stage(tf):
    area = inner(tf, "ops.data_flow_ops").MapStagingArea([tf.float32])
    put, peek, size, missing, clear = area.put(1, [tf.constant(2.0)], [0]), area.peek(1), area.size(), area.incomplete_size(), area.clear()
    by_key, some = area.get(1), area.get()

    def run(session):
        found = []
        for get in (by_key, some):
            session.run(put)
            found += [session.run([peek, size, missing]), session.run(get)]
        session.run(clear)
        return found

    return run
