"""`tf.map_fn`, `tf.foldl`, `tf.foldr`, `tf.scan`: a function along the first axis, as a while_loop over TensorArrays."""

from __future__ import annotations

import contextlib

from tinytf import nest
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.ops.lists.tensor_array_ops import TensorArray
from tinytf.shapes import TensorShape


def map_fn(fn, elems, dtype=None, parallel_iterations=None, back_prop=True, swap_memory=False, infer_shape=True, name=None):
    """fn(row) for every row of `elems` (a tensor, or a nest of tensors with the same number of rows), stacked.

    `dtype` is the structure of dtypes that `fn` returns, where it is not that of `elems`. Follows tf.map_fn of TF 1.15.
    """
    if not callable(fn):
        raise TypeError("fn must be callable.")
    if isinstance(elems, SparseTensor):
        raise TypeError(
            "To perform a map on the values of a sparse tensor use either  SparseTensor(input.indices, fn(input.values), "
            "input.dense_shape) or  SparseTensor(input.indices, map_fn(fn, input.values), input.dense_shape)"
        )
    from tinytf.ops.array import constant

    with _loop_scope(name, "map", nest.flatten(elems)):
        flat = _rows_of(elems)
        dtype = dtype or nest.pack_sequence_as(elems, [e.dtype for e in flat])
        if flat[0].dims is not None and not flat[0].dims:
            raise ValueError(
                "elems must be a 1+ dimensional Tensor, not a scalar"
                if len(flat) == 1
                else "elements in elems must be 1+ dimensional Tensors, not scalars"
            )
        n = _count(flat[0])
        inputs = [TensorArray(dtype=e.dtype, size=n, dynamic_size=False, infer_shape=True) for e in flat]
        inputs = [array.unstack(e) for array, e in zip(inputs, flat)]
        i = constant.constant(0)
        outputs = [TensorArray(dtype=t, size=n, dynamic_size=False, infer_shape=infer_shape) for t in nest.flatten(dtype)]

        def step(i, outputs):
            values = fn(nest.pack_sequence_as(elems, [array.read(i) for array in inputs]))
            nest.assert_same_structure(dtype or elems, values)
            outputs = [array.write(i, value) for array, value in zip(outputs, nest.flatten(values))]
            return i + 1, outputs

        _, arrays = _while(lambda i, _: i < n, step, (i, outputs), parallel_iterations or 10, back_prop, swap_memory, n)
        return nest.pack_sequence_as(dtype, _stacked(arrays, flat))


def foldl(fn, elems, initializer=None, parallel_iterations=10, back_prop=True, swap_memory=False, name=None):
    """fn(…fn(fn(initializer, row 0), row 1)…, last row); without initializer, row 0 is it. Follows tf.foldl of TF 1.15."""
    from tinytf.ops.array import constant

    if not callable(fn):
        raise TypeError("fn must be callable.")
    with _loop_scope(name, "foldl", [elems]):
        n, arrays = _unstacked(elems)
        if initializer is None:
            start = nest.map_structure(lambda array: array.read(0), arrays)
            i = constant.constant(1)
        else:
            start, i = initializer, constant.constant(0)

        def step(i, so_far):
            so_far = fn(so_far, nest.map_structure(lambda array: array.read(i), arrays))
            return [i + 1, so_far]

        return _while(lambda i, _: i < n, step, [i, start], parallel_iterations, back_prop, swap_memory, n)[1]


def foldr(fn, elems, initializer=None, parallel_iterations=10, back_prop=True, swap_memory=False, name=None):
    """As `foldl`, from the last row to the first. Follows tf.foldr of TF 1.15."""
    if not callable(fn):
        raise TypeError("fn must be callable.")
    with _loop_scope(name, "foldr", [elems]):
        n, arrays = _unstacked(elems)
        if initializer is None:
            i = n - 1
            start = nest.map_structure(lambda array: array.read(i), arrays)
        else:
            start, i = initializer, n

        def step(i, so_far):
            i -= 1
            row = nest.map_structure(lambda array: array.read(i), arrays)
            return [i, fn(so_far, row)]

        return _while(lambda i, _: i > 0, step, [i, start], parallel_iterations, back_prop, swap_memory, n)[1]


def scan(
    fn, elems, initializer=None, parallel_iterations=10, back_prop=True, swap_memory=False, infer_shape=True, reverse=False, name=None
):
    """All intermediate results of `foldl` (with `reverse`, from the end), stacked. Follows tf.scan of TF 1.15."""
    if not callable(fn):
        raise TypeError("fn must be callable.")
    structure = elems if initializer is None else initializer
    with _loop_scope(name, "scan", nest.flatten(elems)):
        flat = _rows_of(elems)
        n = _count(flat[0], zero_is_known=True)
        inputs = [TensorArray(dtype=e.dtype, size=n, dynamic_size=False, element_shape=e.get_shape()[1:], infer_shape=True) for e in flat]
        inputs = [array.unstack(e) for array, e in zip(inputs, flat)]
        first = n - 1 if reverse and initializer is None else 0
        if initializer is None:
            starts, i = [array.read(first) for array in inputs], 1
        else:
            starts, i = [convert_to_tensor(s) for s in nest.flatten(initializer)], 0
        outputs = [
            TensorArray(
                dtype=s.dtype, size=n, element_shape=s.get_shape() if infer_shape else None, dynamic_size=False, infer_shape=infer_shape
            )
            for s in starts
        ]
        if initializer is None:
            outputs = [array.write(n - 1 if reverse else 0, s) for array, s in zip(outputs, starts)]

        def step(i, so_far, outputs):
            row = nest.pack_sequence_as(elems, [array.read(i) for array in inputs])
            result = fn(nest.pack_sequence_as(structure, so_far), row)
            nest.assert_same_structure(structure, result)
            flat_result = nest.flatten(result)
            outputs = [array.write(i, value) for array, value in zip(outputs, flat_result)]
            return i - 1 if reverse else i + 1, flat_result, outputs

        if reverse:
            i = n - 1 - i

        def more(i, _1, _2):
            return i >= 0 if reverse else i < n

        _, _, arrays = _while(more, step, (i, starts, outputs), parallel_iterations, back_prop, swap_memory, n)
        return nest.pack_sequence_as(structure, _stacked(arrays, flat))


@contextlib.contextmanager
def _loop_scope(name, default_name, values):
    """A name scope in which variables are cached where they are used, rather than read anew in each iteration."""
    from tinytf.ops.state.variable_scope import get_variable_scope

    with name_scope(name, default_name, values):
        scope = get_variable_scope()
        had_none = scope.caching_device is None
        if had_none:
            scope.set_caching_device(lambda op: op.device)
        try:
            yield
        finally:
            if had_none:
                scope.set_caching_device(None)


def _rows_of(elems):
    return [convert_to_tensor(e, name="elem") for e in nest.flatten(elems)]


def _count(tensor, zero_is_known=False):
    """The number of rows: an int where it is known, else a tensor."""
    from tinytf.ops.array import array_ops

    n = tensor.get_shape()[0]
    n = getattr(n, "value", n)
    return array_ops.shape(tensor)[0] if n is None or not n and not zero_is_known else n


def _unstacked(elems):
    """The number of rows, and `elems` with a TensorArray of its rows for each tensor."""
    n = _count(_rows_of(elems)[0])
    arrays = nest.map_structure(lambda e: TensorArray(dtype=e.dtype, size=n, dynamic_size=False, infer_shape=True).unstack(e), elems)
    return n, arrays


def _while(cond, body, loop_vars, parallel_iterations, back_prop, swap_memory, n):
    from tinytf.ops.control_flow.while_loop import while_loop

    return while_loop(
        cond, body, loop_vars, parallel_iterations=parallel_iterations, back_prop=back_prop, swap_memory=swap_memory, maximum_iterations=n
    )


def _stacked(arrays, flat_elems):
    results = [array.stack() for array in arrays]
    count = flat_elems[0].get_shape().with_rank_at_least(1)[:1]
    for e in flat_elems[1:]:
        count = count.merge_with(e.get_shape().with_rank_at_least(1)[:1])
    for r in results:
        r.set_shape(TensorShape(count.as_list()).concatenate(r.get_shape()[1:]))
    return results
