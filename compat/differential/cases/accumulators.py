"""Accumulators, barriers, lists of tensors, session handles: state that ops share, step by step."""

from __future__ import annotations

import numpy as np
from table import inner, numbers


def case_dense_accumulator(tf):
    accumulator = tf.ConditionalAccumulator(tf.float32, shape=[2])
    add = [accumulator.apply_grad([1.0, 2.0], local_step=1), accumulator.apply_grad([5.0, 6.0], local_step=2)]
    late, size = accumulator.apply_grad([9.0, 9.0], local_step=0), accumulator.num_accumulated()
    set_step, take = accumulator.set_global_step(1), accumulator.take_grad(2)

    def run(session):
        session.run(set_step)
        session.run(add)
        session.run(late)
        return [session.run(size), session.run(take), session.run(size)]

    return run


def case_reference_accumulator(tf):
    raw = tf.raw_ops
    handle = raw.ConditionalAccumulator(dtype=tf.float32, shape=[2], reduction_type="SUM")
    add = raw.AccumulatorApplyGradient(handle=handle, local_step=np.int64(0), gradient=np.float32([1, 2]))
    step = raw.AccumulatorSetGlobalStep(handle=handle, new_global_step=np.int64(0))
    size = raw.AccumulatorNumAccumulated(handle=handle)
    take = raw.AccumulatorTakeGradient(handle=handle, num_required=2, dtype=tf.float32)

    def run(session):
        for op in (step, add, add):
            session.run(op)
        return [session.run(size), session.run(take)]

    return run


def case_sparse_accumulator(tf):
    accumulator = tf.SparseConditionalAccumulator(tf.float32, shape=[None, 2])
    first = accumulator.apply_indexed_slices_grad(tf.IndexedSlices(tf.constant([[1.0, 2.0], [3.0, 4.0]]), tf.constant([0, 2], tf.int64)))
    second = accumulator.apply_grad([0, 1], [[1.0, 1.0], [5.0, 5.0]])
    take = accumulator.take_indexed_slices_grad(2)

    def run(session):
        session.run(first)
        session.run(second)
        values, indices = session.run([take.values, take.indices])
        return [values, indices]

    return run


def case_barrier(tf):
    barrier = inner(tf, "ops.data_flow_ops").Barrier((tf.float32, tf.string), shapes=((), ()))
    steps = [barrier.insert_many(0, ["a", "b"], [1.0, 2.0]), barrier.insert_many(1, ["b", "c"], ["two", "three"])]
    sizes, take, close = [barrier.ready_size(), barrier.incomplete_size()], barrier.take_many(1), barrier.close()

    def run(session):
        found = []
        for step in steps:
            session.run(step)
            found += session.run(sizes)
        _, keys, (numbers_, texts) = session.run(take)
        session.run(close)
        return found + [keys, numbers_, texts]

    return run


def case_lists(tf):
    lists = inner(tf, "ops.list_ops")
    empty = lists.empty_tensor_list([2], tf.float32)
    one = lists.tensor_list_push_back(empty, [1.0, 2.0])
    two = lists.tensor_list_push_back(one, [3.0, 4.0])
    shorter, last = lists.tensor_list_pop_back(two, tf.float32)
    reserved = lists.tensor_list_reserve([2], 3, tf.float32)
    filled = lists.tensor_list_set_item(reserved, 1, [5.0, 6.0])
    whole = lists.tensor_list_from_tensor(numbers([3, 2]), [2])
    scattered = lists.tensor_list_scatter(numbers([2, 2]), [1, 0], [2])
    split = lists.tensor_list_split(numbers([4, 2]), [None, 2], [1, 3])
    made = [lists.tensor_list_length(two), last, lists.tensor_list_stack(shorter, tf.float32), lists.tensor_list_get_item(filled, 1, tf.float32)]
    made += [lists.tensor_list_stack(whole, tf.float32), lists.tensor_list_gather(whole, [2, 0], tf.float32), lists.tensor_list_stack(scattered, tf.float32)]
    made += [lists.tensor_list_concat(split, tf.float32, [None, 2]), lists.tensor_list_element_shape(two, tf.int32)]
    made += [lists.tensor_list_length(lists.tensor_list_resize(whole, 5)), lists.tensor_list_stack(lists.tensor_list_concat_lists(one, two, tf.float32), tf.float32)]
    return made


def case_list_gradients(tf):
    lists = inner(tf, "ops.list_ops")
    x = tf.constant(numbers([3, 2]))
    taken = lists.tensor_list_stack(lists.tensor_list_from_tensor(x, [2]), tf.float32)
    pushed = lists.tensor_list_push_back(lists.empty_tensor_list([2], tf.float32), x[0])
    _, popped = lists.tensor_list_pop_back(pushed, tf.float32)
    return tf.gradients([tf.square(taken), popped * 3.0], x)


def case_old_list_ops(tf):
    raw = tf.raw_ops
    whole = raw.TensorListFromTensor(tensor=numbers([4, 1, 2]), element_shape=[1, 2])
    pushed = raw.TensorListPushBackBatch(input_handles=tf.stack([whole, whole]), tensor=numbers([2, 1, 2], seed=1))
    scattered = raw.TensorListScatter(tensor=numbers([2, 1, 2]), indices=[1, 0], element_shape=[1, 2])
    onto = raw.TensorListScatterIntoExistingList(input_handle=whole, tensor=numbers([2, 1, 2], seed=2), indices=[3, 1])
    stack = lambda handle: raw.TensorListStack(input_handle=handle, element_shape=[1, 2], element_dtype=tf.float32)
    joined = raw.TensorListConcat(input_handle=whole, element_dtype=tf.float32)
    return [stack(pushed[0]), stack(pushed[1]), stack(scattered), stack(onto), joined[0], joined[1]]


def case_session_handles(tf):
    a = tf.constant([1.0, 2.0]) * 3.0
    keep = tf.get_session_handle(a)

    def run(session):
        handle = session.run(keep)
        holder, tensor = tf.get_session_tensor(handle.handle, tf.float32)
        value = session.run(tensor * 2.0, {holder: handle.handle})
        place, delete = tf.delete_session_tensor()
        session.run(delete, {place: handle.handle})
        return [value]

    return run


def case_in_place(tf):
    ops = inner(tf, "ops.inplace_ops")
    x = tf.constant(numbers([3, 2]))
    changed = [ops.alias_inplace_update(x + 0.0, [1], [[9.0, 9.0]]), ops.alias_inplace_add(x + 1.0, [0, 2], numbers([2, 2], seed=1))]
    return changed + [ops.alias_inplace_sub(x + 2.0, [2], [[1.0, 1.0]]), tf.raw_ops.Empty(shape=[2, 3], dtype=tf.float32, init=True)]


def case_critical_section(tf):
    section = inner(tf, "ops.critical_section_ops").CriticalSection(shared_name="one")
    v = tf.get_variable("v", initializer=1.0, use_resource=True)
    changed = section.execute(lambda: tf.identity(v.read_value() + 2.0))

    def run(session):
        session.run(v.initializer)
        return session.run(changed)

    return run


case_critical_section.same_graph = False  # TensorFlow groups what the lock waits for into one more node
