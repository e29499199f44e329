"""What is known of shapes while the graph is built, and tensors where nothing is. Follows tensorflow/python/ops/distributions/util.py of TF 1.15."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.graph.constant_value import public_constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.math import check_ops, math_ops
from tinytf.shapes import TensorShape


def maybe_get_static_value(x, dtype=None):
    """The value of x where it is known while the graph is built (as `dtype`, if given), else None."""
    if x is None:
        return None
    value = public_constant_value(x) if isinstance(x, Tensor) else x
    return value if value is None or dtype is None else np.array(value, dtype)


def prefer_static_value(x):
    """The value of the tensor x where it is known, else x."""
    value = public_constant_value(x)
    return x if value is None else value


def prefer_static_rank(x):
    """The rank of x: an array where it is known, else a tensor."""
    return prefer_static_value(array_ops.rank(x))


def prefer_static_shape(x):
    """The shape of x: an array where it is known, else a tensor."""
    return prefer_static_value(array_ops.shape(x))


def dimension_size(x, axis):
    """The size of one axis of x: a number where it is known, else a tensor."""
    size = x.shape.with_rank_at_least(abs(axis)).as_list()[axis] if x.shape.ndims is not None else None
    return array_ops.shape(x)[axis] if size is None else size


def prefer_static_broadcast_shape(shape1, shape2, name="prefer_static_broadcast_shape"):
    """The shape that two broadcast to: a TensorShape where both are known, else a tensor."""

    def known(shape):
        if isinstance(shape, TensorShape):
            return shape
        value = public_constant_value(convert_to_tensor(shape, name="shape", dtype=dtypes.int32))
        return None if value is None else TensorShape(value.tolist())

    def as_tensor(shape):
        if isinstance(shape, TensorShape):
            if not shape.is_fully_defined():
                raise ValueError("Cannot broadcast from partially defined `TensorShape`.")
            shape = shape.as_list()
        return convert_to_tensor(shape, name="shape", dtype=dtypes.int32)

    with name_scope(name, values=[shape1, shape2]):
        first, second = known(shape1), known(shape2)
        if first is not None and second is not None:
            return array_ops.broadcast_static_shape(first, second)
        return array_ops.broadcast_dynamic_shape(as_tensor(shape1), as_tensor(shape2))


def same_dynamic_shape(a, b):
    """Whether two tensors have the same shape when they run."""
    from tinytf.ops.control_flow.cond import cond

    a, b = convert_to_tensor(a, name="a"), convert_to_tensor(b, name="b")

    def equal():
        forth = array_ops.concat([array_ops.shape(a), array_ops.shape(b)], 0)
        back = array_ops.concat([array_ops.shape(b), array_ops.shape(a)], 0)
        return math_ops.reduce_all(math_ops.equal(forth, back))

    return cond(math_ops.equal(array_ops.rank(a), array_ops.rank(b)), equal, lambda: constant(False))


def pick_vector(cond, true_vector, false_vector, name="pick_vector"):
    """One of two vectors, of any lengths, as the scalar `cond` says."""
    with name_scope(name, values=(cond, true_vector, false_vector)):
        cond = convert_to_tensor(cond, name="cond")
        if cond.dtype != dtypes.bool:
            raise TypeError("%s.dtype=%s which is not %s" % (cond, cond.dtype, dtypes.bool))
        known = public_constant_value(cond)
        if known is not None:
            return true_vector if known else false_vector
        true_vector = convert_to_tensor(true_vector, name="true_vector")
        false_vector = convert_to_tensor(false_vector, name="false_vector")
        if true_vector.dtype != false_vector.dtype:
            raise TypeError("%s.dtype=%s does not match %s.dtype=%s" % (true_vector, true_vector.dtype, false_vector, false_vector.dtype))
        n = array_ops.shape(true_vector)[0]
        both = array_ops.concat([true_vector, false_vector], 0)
        return array_ops.slice(both, [array_ops.where_v2(cond, 0, n)], [array_ops.where(cond, n, -1)])


def rotate_transpose(x, shift, name="rotate_transpose"):
    """x with its axes moved on by `shift`, in a circle."""
    with name_scope(name, values=[x, shift]):
        x, shift = convert_to_tensor(x, name="x"), convert_to_tensor(shift, name="shift")
        check_ops.assert_integer(shift)
        known, ndims = public_constant_value(shift), x.shape.ndims
        if ndims is not None and known is not None:
            if ndims < 2:
                return x
            steps = np.sign(known) * (abs(known) % ndims)
            return array_ops.transpose(x, perm=np.roll(np.arange(ndims), steps)) if steps else x
        ndims = array_ops.rank(x)
        back = math_ops.less(shift, 0)
        first = array_ops.where_v2(back, math_ops.mod(-shift, ndims), ndims - math_ops.mod(shift, ndims))
        left, right = math_ops.range(0, first), math_ops.range(first, ndims)
        return array_ops.transpose(x, perm=array_ops.concat([right, left], 0))


def pad(x, axis, front=False, back=False, value=0, count=1, name=None):
    """x with `count` times `value` before it, behind it or both, along one axis."""
    with name_scope(name, "pad", [x, value, count]):
        x = convert_to_tensor(x, name="x")
        value = convert_to_tensor(value, dtype=x.dtype, name="value")
        count = convert_to_tensor(count, name="count")
        if not count.dtype.is_integer:
            raise TypeError("`count.dtype` (`{}`) must be `int`-like.".format(count.dtype.name))
        if not front and not back:
            raise ValueError("At least one of `front`, `back` must be `True`.")
        ndims = array_ops.rank(x, name="ndims") if x.shape.ndims is None else x.shape.ndims
        axis = convert_to_tensor(axis, name="axis")
        known, final_shape = public_constant_value(axis), None
        if known is None:
            axis = array_ops.where_v2(axis < 0, ndims + axis, axis)
        else:
            axis = known + ndims if known < 0 else known
            if known >= 0 or x.shape.ndims is not None:
                final_shape = _padded_shape(x.shape, int(axis), public_constant_value(count), front + back)
        places = array_ops.stack([axis if front else -1, axis if back else -1])
        paddings = array_ops.one_hot(indices=places, depth=ndims, axis=0, on_value=count, dtype=dtypes.int32)
        x = array_ops.pad(x, paddings=paddings, constant_values=value)
        if final_shape is not None:
            x.set_shape(final_shape)
        return x


def _padded_shape(shape, axis, count, sides):
    if shape.ndims is None:
        return None
    sizes = shape.as_list()
    sizes[axis] = None if count is None or sizes[axis] is None else sizes[axis] + int(count) * sides
    return TensorShape(sizes)
