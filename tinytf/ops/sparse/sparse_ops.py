"""The functions of tf.sparse: SparseTensors made, changed, reduced, multiplied."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.constant_value import public_constant_dims, public_constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.sparse_tensor import SparseTensor, SparseTensorValue, is_sparse
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops  # noqa: F401  (registers the ops)
from tinytf.ops.array import constant as constants
from tinytf.ops.array.shape_ops import deprecated_argument
from tinytf.ops.sparse import sparse_kernels, sparse_parts  # noqa: F401  (registers the ops)
from tinytf.ops.sparse.sparse_to_dense import sparse_to_dense  # noqa: F401


def _sparse(x) -> SparseTensor:
    if isinstance(x, SparseTensorValue):
        return SparseTensor.from_value(x)
    if not isinstance(x, SparseTensor):
        raise TypeError("Input must be a SparseTensor.")
    return x


def _parts(x):
    return x.indices, x.values, x.dense_shape


# ---- making them


def from_dense(tensor, name=None) -> SparseTensor:
    """The elements of `tensor` that are not zero.  Follows `tf.sparse.from_dense` of TF 1.15."""
    from tinytf.ops.math import math_ops

    with name_scope(name, "dense_to_sparse"):
        tensor = convert_to_tensor(tensor)
        zero = constants.small_constant(0, tensor.dtype)
        indices = array_ops.where_v2(math_ops.not_equal(tensor, zero))
        values = array_ops.gather_nd(tensor, indices)
        return SparseTensor(indices, values, array_ops.shape(tensor, out_type=dtypes.int64))


def _int64(value, name):
    if isinstance(value, (int, np.integer)):
        return convert_to_tensor(value, name=name, dtype=dtypes.int64)
    if not isinstance(value, Tensor):
        raise TypeError(f"{name} must be an integer value")
    return value if value.dtype == dtypes.int64 else to_int64(value)


def to_int64(value):
    """`value` as int64, by the public cast."""
    from tinytf.ops.math import math_ops

    return math_ops.cast(value, dtypes.int64)


def sparse_eye(num_rows, num_columns=None, dtype=dtypes.float32, name=None) -> SparseTensor:
    """An identity matrix.  Follows `tf.sparse.eye` of TF 1.15."""
    from tinytf.ops.math import math_ops

    with name_scope(name, "eye", [num_rows, num_columns]):
        num_rows = _int64(num_rows, "num_rows")
        num_columns = num_rows if num_columns is None else _int64(num_columns, "num_columns")
        size = math_ops.minimum(num_rows, num_columns)
        diagonal = math_ops.range(size, dtype=dtypes.int64)
        return SparseTensor(
            indices=array_ops.stack([diagonal, diagonal], axis=1),
            values=array_ops.ones(size, dtype=dtype),
            dense_shape=[num_rows, num_columns],
        )


# ---- to dense


def sparse_tensor_to_dense(sp_input, default_value=None, validate_indices=True, name=None) -> Tensor:
    """A SparseTensor as a dense one.  Follows `tf.sparse_tensor_to_dense` (`tf.sparse.to_dense`) of TF 1.15."""
    sp_input = _sparse(sp_input)
    if default_value is None:
        default_value = array_ops.zeros([], dtype=sp_input.dtype)
    return make(
        "SparseToDense", sp_input.indices, sp_input.dense_shape, sp_input.values, default_value,
        validate_indices=validate_indices, name=name,
    )  # fmt: skip


def sparse_to_indicator(sp_input, vocab_size, name=None) -> Tensor:
    """A boolean tensor that is true at the values of the last dimension.  Follows `tf.sparse_to_indicator` of TF 1.15."""
    sp_input = _sparse(sp_input)
    with name_scope(name, "SparseToIndicator", [sp_input]) as name:
        count = array_ops.shape(sp_input.indices)[0]
        values = array_ops.fill(array_ops.expand_dims(count, 0), True)
        marks = SparseTensor(sp_input.indices, values, sp_input.dense_shape)
        merged = sparse_merge(sp_input, marks, vocab_size, name)
        return sparse_tensor_to_dense(merged, default_value=False, validate_indices=False, name=name)


# ---- joining and cutting


def sparse_concat(
    axis, sp_inputs, name=None, expand_nonconcat_dim=False, concat_dim=None, expand_nonconcat_dims=None
) -> SparseTensor:
    """SparseTensors joined along `axis`.  Follows `tf.sparse_concat` of TF 1.15."""
    from tinytf.ops.math import math_ops

    if expand_nonconcat_dims is not None:
        expand_nonconcat_dim = expand_nonconcat_dims
    axis = deprecated_argument("axis", axis, "concat_dim", concat_dim)
    if not isinstance(sp_inputs, (list, tuple)):
        raise TypeError("Inputs must be a list or tuple.")
    inputs = [_sparse(x) for x in sp_inputs]
    if len(inputs) == 1:
        return inputs[0]
    shapes = [x.dense_shape for x in inputs]
    if expand_nonconcat_dim:
        most = math_ops.reduce_max(array_ops.concat([array_ops.reshape(s, [1, -1]) for s in shapes], 0), 0)
        shapes = [
            array_ops.concat(
                [most[:axis], s[-1:] if axis == -1 else s[axis : axis + 1], [] if axis == -1 else most[axis + 1 :]], 0
            )
            for s in shapes
        ]
    indices, values, shape = make(
        "SparseConcat", [x.indices for x in inputs], [x.values for x in inputs], shapes, concat_dim=axis, name=name
    )
    known = [public_constant_value(s) for s in shapes]
    if all(k is not None for k in known):
        whole = np.array(known[0])
        whole[axis] = sum(k[axis] for k in known)
        shape = convert_to_tensor(whole)
    return SparseTensor(indices, values, shape)


def sparse_split(
    keyword_required=None, sp_input=None, num_split=None, axis=None, name=None, split_dim=None
) -> list:
    """A SparseTensor cut into `num_split` along `axis`; keyword arguments only.  Follows `tf.sparse_split` of TF 1.15."""
    if keyword_required is not None:
        raise ValueError("Keyword arguments are required for this function.")
    axis = deprecated_argument("axis", axis, "split_dim", split_dim)
    for label, value in (("sp_input", sp_input), ("num_split", num_split), ("axis", axis)):
        if value is None:
            raise ValueError(f"{label} is required")
    x = _sparse(sp_input)
    indices, values, shapes = make("SparseSplit", axis, *_parts(x), num_split=num_split, name=name)
    return [SparseTensor(*parts) for parts in zip(indices, values, shapes)]


def sparse_slice(sp_input, start, size, name=None) -> SparseTensor:
    """The block of `size` from `start`.  Follows `tf.sparse_slice` of TF 1.15."""
    x = _sparse(sp_input)
    start = convert_to_tensor(start, dtypes.int64)
    size = convert_to_tensor(size, dtypes.int64)
    with name_scope(name, "SparseSlice", [x]) as name:
        return SparseTensor(*make("SparseSlice", *_parts(x), start, size, name=name))


def sparse_retain(sp_input, to_retain) -> SparseTensor:
    """The entries where the boolean vector `to_retain` is true.  Follows `tf.sparse_retain` of TF 1.15."""
    x = _sparse(sp_input)
    to_retain = convert_to_tensor(to_retain)
    to_retain.get_shape().assert_has_rank(1)
    if x.values.dims is not None:
        x.values.get_shape()[0].merge_with(to_retain.get_shape()[0])
    kept = array_ops.reshape(array_ops.where_v2(to_retain), [-1])
    indices = array_ops.gather(x.indices, kept)
    values = array_ops.gather(x.values, kept)
    return SparseTensor(indices, values, array_ops.identity(x.dense_shape))


# ---- order and shape


def sparse_reorder(sp_input, name=None) -> SparseTensor:
    """The entries in row-major order.  Follows `tf.sparse_reorder` of TF 1.15."""
    x = _sparse(sp_input)
    indices, values = make("SparseReorder", *_parts(x), name=name)
    if x.get_shape().is_fully_defined():
        shape = x.get_shape().as_list()
    else:
        shape = array_ops.identity(x.dense_shape)
    return SparseTensor(indices, values, shape)


def sparse_reshape(sp_input, shape, name=None) -> SparseTensor:
    """The same entries in another shape; one entry of `shape` may be -1.  Follows `tf.sparse_reshape` of TF 1.15."""
    x = _sparse(sp_input)
    shape = to_int64(shape)
    with name_scope(name, "SparseReshape", [x]) as name:
        indices, new_shape = make("SparseReshape", x.indices, x.dense_shape, shape, name=name)
        wanted = public_constant_dims(shape)
        if wanted is not None and x.shape.is_fully_defined():
            given = public_constant_value(shape)
            if given is not None and sum(d == -1 for d in given) > 1:
                raise ValueError(f"At most one dimension can be inferred (-1). Found: {given}")
            whole = int(np.prod(x.shape.as_list()))
            full = list(wanted)
            if full.count(None) == 1:
                known = int(np.prod([d for d in full if d is not None]))
                full[full.index(None)] = whole // known if known else None
            if full.count(None) == 0 or 0 in full:
                size = int(np.prod([d or 0 for d in full]))
                if size != whole:
                    raise ValueError(f"Cannot reshape a tensor with {whole} elements to shape {list(wanted)} ({size} elements).")
            if full.count(None) == 0:
                new_shape = constants.small_constant(full, dtype=dtypes.int64)
        return SparseTensor(indices, array_ops.identity(x.values), new_shape)


def sparse_reset_shape(sp_input, new_shape=None) -> SparseTensor:
    """The same entries in a larger shape, or in the smallest that holds them.  Follows `tf.sparse_reset_shape` of TF 1.15."""
    from tinytf.ops.control_flow import control_flow_ops
    from tinytf.ops.math import check_ops, math_ops

    x = _sparse(sp_input)
    indices = array_ops.identity(x.indices)
    values = array_ops.identity(x.values)
    shape = array_ops.identity(x.dense_shape)
    if new_shape is None:
        last = math_ops.reduce_max(indices, axis=0)
        out = math_ops.maximum(
            constants.small_constant(0, dtype=dtypes.int64), math_ops.add(last, array_ops.ones_like(shape))
        )
        return SparseTensor(indices, values, out)
    out = convert_to_tensor(new_shape)
    out.get_shape().assert_has_rank(1)
    out = to_int64(out)
    if out.dims is not None:
        out.get_shape()[0].merge_with(shape.get_shape()[0])
    known = public_constant_value(out)
    if known is not None and x.get_shape().is_fully_defined():
        old = np.array(x.get_shape().as_list())
        if not np.all(old <= known):
            raise ValueError(
                "Requested new_shape should have dimension sizes >= sp_input.shape.  "
                f"Found new_shape ({old}), sp_input.shape ({known})."  # as TensorFlow, which swaps them
            )
        out = known
    else:
        check = check_ops.assert_equal(array_ops.shape(shape), array_ops.shape(out))
        out = control_flow_ops.with_dependencies([check], out)
        out = control_flow_ops.with_dependencies([check_ops.assert_less_equal(shape, out)], out)
    return SparseTensor(indices, values, out)


def sparse_expand_dims(sp_input, axis=None, name=None) -> SparseTensor:
    """A dimension of 1 inserted at `axis` (at the end if None).  Follows `tf.sparse.expand_dims` of TF 1.15."""
    rank = sp_input.dense_shape.get_shape()[0]
    with name_scope(name, "expand_dims", [sp_input]):
        axis = -1 if axis is None else axis
        if isinstance(axis, (int, np.integer)):
            axis = convert_to_tensor(axis, name="axis", dtype=dtypes.int32)
        elif not isinstance(axis, Tensor):
            raise TypeError("axis must be an integer value in range [-rank(sp_input) - 1, rank(sp_input)]")
        axis = array_ops.where_v2(axis >= 0, axis, axis + rank + 1)
        column = array_ops.zeros([array_ops.shape(sp_input.indices)[0], 1], dtype=dtypes.int64)
        before = array_ops.slice(sp_input.indices, [0, 0], [-1, axis])
        after = array_ops.slice(sp_input.indices, [0, axis], [-1, -1])
        indices = array_ops.concat([before, column, after], axis=1)
        shape_before = array_ops.slice(sp_input.dense_shape, [0], [axis])
        shape_after = array_ops.slice(sp_input.dense_shape, [axis], [-1])
        one = convert_to_tensor([1], name="new_shape", dtype=dtypes.int64)
        shape = array_ops.concat([shape_before, one, shape_after], axis=0)
        return SparseTensor(indices=indices, values=sp_input.values, dense_shape=shape)


def sparse_transpose(sp_input, perm=None, name=None) -> SparseTensor:
    """The dimensions in the order `perm`, reversed if None.  Follows `tf.sparse_transpose` of TF 1.15."""
    from tinytf.ops.math import math_ops

    with name_scope(name, "SparseTranspose", [sp_input]):
        if perm is None:
            rank = array_ops.rank(sp_input)
            perm = (rank - 1) - math_ops.range(0, rank, 1)
        turned = array_ops.transpose(array_ops.gather(array_ops.transpose(sp_input.indices), perm))
        known = public_constant_value(convert_to_tensor(perm))
        if known is not None and sp_input.get_shape().is_fully_defined():
            old = sp_input.get_shape().as_list()
            shape = [old[p] for p in known] + old[len(known) :]
        else:
            shape = array_ops.gather(sp_input.dense_shape, perm)
        return sparse_reorder(SparseTensor(turned, sp_input.values, shape))


def sparse_fill_empty_rows(sp_input, default_value, name=None) -> tuple:
    """(the SparseTensor with `default_value` in its empty rows, which rows were empty).

    Follows `tf.sparse_fill_empty_rows` of TF 1.15.
    """
    x = _sparse(sp_input)
    with name_scope(name, "SparseFillEmptyRows", [x]):
        default_value = convert_to_tensor(default_value, dtype=x.values.dtype)
        indices, values, empty, _ = make("SparseFillEmptyRows", *_parts(x), default_value)
        return SparseTensor(indices=indices, values=values, dense_shape=x.dense_shape), empty


def sparse_merge(sp_ids, sp_values, vocab_size, name=None, already_sorted=False) -> SparseTensor:
    """`sp_values` at the positions that the values of `sp_ids` name.  Follows `tf.sparse_merge` of TF 1.15."""
    if is_sparse(sp_ids):
        if not isinstance(vocab_size, (Tensor, int, np.integer)):
            raise TypeError(f"vocab_size has to be a Tensor or Python int. Found {type(vocab_size)}")
        sp_ids, vocab_size = [sp_ids], [vocab_size]
    elif not hasattr(sp_ids, "__iter__"):
        raise TypeError(f"sp_ids has to be a SparseTensor or list thereof. Found {type(sp_ids)}")
    elif not hasattr(vocab_size, "__iter__"):
        raise TypeError(f"vocab_size has to be a list of Tensors or Python ints. Found {type(vocab_size)}")
    if len(sp_ids) != len(vocab_size):
        raise ValueError("sp_ids and vocab_size have to have equal lengths.")
    with name_scope(name, "SparseMerge", [sp_ids, sp_values]):
        sp_ids = [_sparse(x) for x in sp_ids]
        sp_values = _sparse(sp_values)
        ids = []
        for x in sp_ids:
            values = x.values if x.dtype == dtypes.int64 else to_int64(x.values)
            ids.append(array_ops.expand_dims(values, axis=1))
        vocab_size = [to_int64(v) for v in vocab_size]
        indices = array_ops.concat([sp_ids[0].indices[:, :-1]] + ids, 1)
        shape = array_ops.concat([sp_ids[0].dense_shape[:-1], vocab_size], 0)
        result = SparseTensor(indices, sp_values.values, shape)
        if already_sorted:
            return result
        ordered = sparse_reorder(result)
        return SparseTensor(ordered.indices, ordered.values, shape)


# ---- arithmetic


def sparse_add(a, b, threshold=None, thresh=None):
    """The sum: a SparseTensor of two (entries under `threshold` dropped), or a Tensor of one and a dense tensor.

    Follows `tf.sparse_add` of TF 1.15.
    """
    threshold = deprecated_argument("threshold", threshold, "thresh", thresh)
    threshold = 0 if threshold is None else threshold
    if not is_sparse(a) and not is_sparse(b):
        raise TypeError("At least one input should be SparseTensor; do you mean to use tf.add()?")
    if not (is_sparse(a) and is_sparse(b)):
        if is_sparse(b):
            a, b = b, a
        return make("SparseTensorDenseAdd", a.indices, a.values, a.dense_shape, b)
    a, b = _sparse(a), _sparse(b)
    threshold = convert_to_tensor(threshold, dtype=a.values.dtype.real_dtype.base_dtype, name="threshold")
    indices, values, shape = make("SparseAdd", *_parts(a), *_parts(b), threshold)
    a.get_shape().assert_is_compatible_with(b.get_shape())
    static = array_ops.broadcast_static_shape(a.get_shape(), b.get_shape())
    if static.is_fully_defined():
        shape = static.as_list()
    return SparseTensor(indices, values, shape)


def sparse_dense_cwise_add(sp_t, dense_t) -> SparseTensor:
    """The entries plus those of a (broadcast) dense tensor at the same places."""
    values = make("SparseDenseCwiseAdd", *_parts(sp_t), dense_t)
    return SparseTensor(sp_t.indices, values, sp_t.dense_shape)


def sparse_tensor_dense_matmul(sp_a, b, adjoint_a=False, adjoint_b=False, name=None) -> Tensor:
    """The product of a sparse and a dense matrix.  Follows `tf.sparse_tensor_dense_matmul` of TF 1.15."""
    sp_a = _sparse(sp_a)
    with name_scope(name, "SparseTensorDenseMatMul", [sp_a.indices, sp_a.values, b]):
        b = convert_to_tensor(b, name="b")
        return make("SparseTensorDenseMatMul", *_parts(sp_a), b, adjoint_a=adjoint_a, adjoint_b=adjoint_b)


def sparse_softmax(sp_input, name=None) -> SparseTensor:
    """Softmax over the entries of the last dimension.  Follows `tf.sparse_softmax` of TF 1.15."""
    with name_scope(name, "SparseSoftmax", [sp_input.indices, sp_input.values]):
        values = make("SparseSoftmax", *_parts(sp_input))
        return SparseTensor(sp_input.indices, values, sp_input.dense_shape)


def sparse_maximum(sp_a, sp_b, name=None) -> SparseTensor:
    """The larger of two SparseTensors, missing entries as 0.  Follows `tf.sparse_maximum` of TF 1.15."""
    return _extreme("SparseSparseMaximum", sp_a, sp_b, name)


def sparse_minimum(sp_a, sp_b, name=None) -> SparseTensor:
    """The smaller of two SparseTensors, missing entries as 0.  Follows `tf.sparse_minimum` of TF 1.15."""
    return _extreme("SparseSparseMinimum", sp_a, sp_b, name)


def _extreme(kind, sp_a, sp_b, name):
    with name_scope(name, kind, [sp_a.indices, sp_a.values, sp_b.indices, sp_b.values]) as name:
        indices, values = make(kind, *_parts(sp_a), *_parts(sp_b), name=name)
    return SparseTensor(indices, values, sp_a.dense_shape)


# ---- reductions


def _axes(x, axis):
    if axis is not None:
        return axis
    known = x.dense_shape.dims
    if known is not None and known[0] is not None:
        return constants.small_constant(np.arange(known[0]), dtype=dtypes.int32)
    from tinytf.ops.math import math_ops

    return math_ops.range(0, array_ops.rank(x))


def reduce_sparse(kind, sp_input, axis=None, keepdims=None, output_is_sparse=False, name=None):
    """The reduction op `kind`, with a dense result or (the op of that name and `Sparse`) a sparse one."""
    inputs = (*_parts(sp_input), _axes(sp_input, axis))
    if not output_is_sparse:
        return make(kind, *inputs, keep_dims=bool(keepdims), name=name)
    return SparseTensor(*make(kind + "Sparse", *inputs, keep_dims=bool(keepdims), name=name))


def _reduce(kind, x, axis, keepdims, reduction_axes, keep_dims, output_is_sparse=False):
    axis = deprecated_argument("axis", axis, "reduction_axes", reduction_axes)
    keepdims = deprecated_argument("keepdims", keepdims, "keep_dims", keep_dims)
    return reduce_sparse(kind, x, axis, keepdims, output_is_sparse)


def sparse_reduce_sum(sp_input, axis=None, keepdims=None, reduction_axes=None, keep_dims=None) -> Tensor:
    """The sum along `axis`, dense.  Follows `tf.sparse_reduce_sum` of TF 1.15."""
    return _reduce("SparseReduceSum", sp_input, axis, keepdims, reduction_axes, keep_dims)


def sparse_reduce_sum_sparse(sp_input, axis=None, keepdims=None, reduction_axes=None, keep_dims=None) -> SparseTensor:
    """The sum along `axis`, sparse.  Follows `tf.sparse_reduce_sum_sparse` of TF 1.15."""
    return _reduce("SparseReduceSum", sp_input, axis, keepdims, reduction_axes, keep_dims, output_is_sparse=True)


def sparse_reduce_max(sp_input, axis=None, keepdims=None, reduction_axes=None, keep_dims=None) -> Tensor:
    """The largest entry along `axis`, dense.  Follows `tf.sparse_reduce_max` of TF 1.15."""
    return _reduce("SparseReduceMax", sp_input, axis, keepdims, reduction_axes, keep_dims)


def sparse_reduce_max_sparse(sp_input, axis=None, keepdims=None, reduction_axes=None, keep_dims=None) -> SparseTensor:
    """The largest entry along `axis`, sparse.  Follows `tf.sparse_reduce_max_sparse` of TF 1.15."""
    return _reduce("SparseReduceMax", sp_input, axis, keepdims, reduction_axes, keep_dims, output_is_sparse=True)


def sparse_mask(a, mask_indices, name=None):
    """The rows of an IndexedSlices that `mask_indices` does not name.  Follows `tf.sparse_mask` of TF 1.15."""
    from tinytf.graph.indexed_slices import IndexedSlices

    with name_scope(name, "sparse_mask", [a, mask_indices]) as name:
        kept, where = make("ListDiff", a.indices, mask_indices)
        return IndexedSlices(array_ops.gather(a.values, where, name=name), kept, a.dense_shape)


