"""Functions and functional control flow, as nodes: PartitionedCall, If, While, and what refs and loops on refs are made of."""

from __future__ import annotations

import numpy as np
from table import inner


def case_defun(tf):
    function = inner(tf, "framework.function")

    @function.Defun(tf.float32, tf.float32)
    def both(x, y):
        return x * y + 1.0, tf.reduce_sum(x)

    a, b = tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0])
    y, total = both(a, b)
    return [y, total] + tf.gradients(y, [a, b])


def case_functional_if_and_while(tf):
    function, functional_ops = inner(tf, "framework.function"), inner(tf, "ops.functional_ops")

    @function.Defun(tf.float32)
    def twice(x):
        return x * 2.0

    @function.Defun(tf.float32)
    def less(x):
        return x - 1.0

    @function.Defun(tf.int32, tf.float32)
    def goes_on(i, x):
        return i < 4

    @function.Defun(tf.int32, tf.float32)
    def body(i, x):
        return i + 1, x * 2.0

    x = tf.placeholder(tf.float32, [])
    chosen = functional_ops.If(x > 0.0, [x], twice, less)
    looped = functional_ops.While([0, x], goes_on, body)
    return chosen + looped, {x: 3.0}


def case_references(tf):
    raw = tf.raw_ops
    v = tf.Variable([1.0, 2.0], name="v")
    same = raw.RefIdentity(input=v._ref())
    sides = raw.RefSwitch(data=v._ref(), pred=tf.constant(True))
    with tf.control_dependencies([v.initializer]):
        copied = tf.identity(v._ref())

    def run(session):
        session.run(v.initializer)
        return session.run([copied, raw.Identity(input=same), raw.Identity(input=sides[1])])

    return run


def case_resource_strided_slices(tf):
    v = tf.get_variable("v", initializer=np.arange(6, dtype=np.float32), use_resource=True)
    assign = v[1:4].assign([9.0, 8.0, 7.0])

    def run(session):
        session.run(v.initializer)
        session.run(assign)
        return session.run(v)

    return run


def case_calls_by_name(tf):
    function, raw = inner(tf, "framework.function"), tf.raw_ops

    @function.Defun(tf.float32, tf.float32)
    def product(x, y):
        return x * y

    @function.Defun(tf.float32, tf.float32)
    def difference(x, y):
        return x - y

    @function.Defun(tf.float32, tf.float32)
    def small(x, y):
        return x < 100.0

    @function.Defun(tf.float32, tf.float32)
    def grow(x, y):
        return x * y, y + 1.0

    x, y = tf.constant(3.0), tf.constant(4.0)
    made = []
    for call in (raw.PartitionedCall, raw.StatefulPartitionedCall):
        made += call(args=[x, y], Tout=[tf.float32], f=product)
    made += raw.StatelessIf(cond=x < y, input=[x, y], Tout=[tf.float32], then_branch=product, else_branch=difference)
    made += raw.StatelessWhile(input=[x, y], cond=small, body=grow)
    return made


def case_for(tf):
    function, functional_ops = inner(tf, "framework.function"), inner(tf, "ops.functional_ops")

    @function.Defun(tf.int32, tf.float32)
    def body(i, total):
        return total + tf.cast(i, tf.float32)

    return functional_ops.For(1, 10, 3, [tf.constant(0.5)], body)


def case_map_defun(tf):
    function, raw = inner(tf, "framework.function"), tf.raw_ops

    @function.Defun(tf.float32, tf.int32)
    def row(x, n):
        return x * 2.0, tf.fill([3], n)

    x = tf.placeholder_with_default(np.arange(6, dtype=np.float32).reshape(3, 2), [None, 2])
    made = raw.MapDefun(arguments=[x], captured_inputs=[tf.constant(7)], output_types=[tf.float32, tf.int32], output_shapes=[[2], [3]], f=row)
    return list(made)


def case_fused_convolution_shapes(tf):
    raw, image, w = tf.raw_ops, tf.ones([2, 8, 8, 3]), tf.ones([3, 3, 3, 5])
    kept = {"paddings": [[0, 0], [1, 1], [2, 2], [0, 0]], "filter": w, "mode": "REFLECT", "strides": [1, 2, 2, 1], "padding": "VALID"}
    return raw.FusedPadConv2D(input=image, **kept), raw.FusedResizeAndPadConv2D(input=image, size=[10, 12], **kept)
