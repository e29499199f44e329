"""Matrix products: MatMul, BatchMatMul, SparseMatMul."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import broadcast_dims, merge_dim, merge_dims, with_rank, with_rank_at_least
from tinytf.graph.tensor import Tensor
from tinytf.ops import parallel
from tinytf.ops.array import array_ops
from tinytf.ops.math.broadcasting import sum_to_shape
from tinytf.ops.math.cast import cast, from_bfloat16_bits
from tinytf.ops.math.complex_ops import conj
from tinytf.ops.math.pipeline import Product
from tinytf.shapes import in_brackets

# ---- shape -------------------------------------------------------------------------------------


def _matmul_shape(op):
    a, b = with_rank(op.inputs[0].dims, 2), with_rank(op.inputs[1].dims, 2)
    rows, inner_a = reversed(a) if op.attr("transpose_a") else a
    inner_b, columns = reversed(b) if op.attr("transpose_b") else b
    merge_dim(inner_a, inner_b)
    return [(rows, columns)]


def _batch_matmul_shape(batch):
    def shape(op):
        x, y = (with_rank_at_least(t.dims, 2) for t in op.inputs)
        if x is None or y is None:
            return [None]
        rows, inner_x = (x[-1], x[-2]) if op.attr("adj_x") else x[-2:]
        inner_y, columns = (y[-1], y[-2]) if op.attr("adj_y") else y[-2:]
        merge_dim(inner_x, inner_y)
        return [batch(x[:-2], y[:-2]) + (rows, columns)]

    return shape


# ---- kernels -----------------------------------------------------------------------------------


def _product(dtype):
    """np.matmul; float16 by way of float32, in which TensorFlow adds up too."""
    if dtype.is_floating and dtype.size < 4:

        def half_product(a, b):
            return np.matmul(a.astype(np.float32), b.astype(np.float32)).astype(np.float16)

        return half_product
    return np.matmul


def _matmul_kernel(op):
    transpose_a, transpose_b = op.attr("transpose_a"), op.attr("transpose_b")
    product = _product(op.outputs[0].dtype.base_dtype)

    def mismatch(a, b):
        for i, m in enumerate((a, b)):
            if m.ndim != 2:
                message = f"In[{i}] is not a matrix. Instead it has shape {in_brackets(m.shape)}"
                raise errors.InvalidArgumentError(op.node_def, op, message)
        message = f"Matrix size-incompatible: In[0]: {in_brackets(a.shape)}, In[1]: {in_brackets(b.shape)}"
        raise errors.InvalidArgumentError(op.node_def, op, message)

    def with_(product):
        def matmul(a, b):
            if a.ndim != 2 or b.ndim != 2:
                mismatch(a, b)
            try:
                return product(a.T if transpose_a else a, b.T if transpose_b else b)
            except ValueError:
                mismatch(a, b)

        return matmul

    def in_pieces(a, b):
        if a.ndim != 2 or b.ndim != 2 or a.shape[not transpose_a] != b.shape[transpose_b]:
            mismatch(a, b)
        return Product(matmul, transpose_a, a, b, (a.shape[transpose_a], b.shape[not transpose_b]))

    matmul = with_(parallel.matmul if product is np.matmul else product)
    matmul.in_pieces = in_pieces
    matmul.on_one_core = with_(product)
    return matmul


def _batch_matmul_kernel(op):
    adjoint_x, adjoint_y = op.attr("adj_x"), op.attr("adj_y")
    dtype = op.outputs[0].dtype.base_dtype
    product = _product(dtype)

    def adjoint(x):
        x = np.swapaxes(x, -1, -2)
        return np.conj(x) if dtype.is_complex else x

    def matmul(x, y):
        try:
            for i, t in enumerate((x, y)):
                if t.ndim < 2:
                    raise errors.InvalidArgumentError(op.node_def, op, f"In[{i}] ndims must be >= 2: {t.ndim}")
            if op.type == "BatchMatMul" and x.ndim != y.ndim:
                message = f"In[0] and In[1] has different ndims: {in_brackets(x.shape)} vs. {in_brackets(y.shape)}"
                raise errors.InvalidArgumentError(op.node_def, op, message)
            return product(adjoint(x) if adjoint_x else x, adjoint(y) if adjoint_y else y)
        except ValueError:
            batch_x, batch_y = x.shape[:-2], y.shape[:-2]
            if op.type == "BatchMatMul" and batch_x != batch_y:
                at = next(i for i, (a, b) in enumerate(zip(batch_x, batch_y)) if a != b)
                message = f"In[0].dim({at}) and In[1].dim({at}) must be the same: {in_brackets(x.shape)} vs {in_brackets(y.shape)}"
                raise errors.InvalidArgumentError(op.node_def, op, message) from None
            if any(a != b and 1 not in (a, b) for a, b in zip(batch_x[::-1], batch_y[::-1])):
                message = f"In[0] and In[1] must have compatible batch dimensions: {in_brackets(x.shape)} vs. {in_brackets(y.shape)}"
                raise errors.InvalidArgumentError(op.node_def, op, message) from None
            inner = f"{x.shape[-2 if adjoint_x else -1]} vs. {y.shape[-1 if adjoint_y else -2]}"
            message = f"In[0] mismatch In[1] shape: {inner}: {in_brackets(x.shape)} {in_brackets(y.shape)} {int(adjoint_x)} {int(adjoint_y)}"
            raise errors.InvalidArgumentError(op.node_def, op, message) from None

    return matmul


def _sparse_matmul_kernel(op):
    transpose_a, transpose_b = op.attr("transpose_a"), op.attr("transpose_b")

    def as_float(x, dtype):
        return from_bfloat16_bits(np.asarray(x).view(np.uint16)) if dtype == dtypes.bfloat16 else x

    def matmul(a, b):
        a, b = as_float(a, op.attr("Ta")), as_float(b, op.attr("Tb"))
        a, b = a.T if transpose_a else a, b.T if transpose_b else b
        if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[0]:
            message = f"Matrix size incompatible: a: {in_brackets(a.shape)}, b: {in_brackets(b.shape)}"
            raise errors.InvalidArgumentError(op.node_def, op, message)
        return np.matmul(a, b)

    return matmul


# ---- gradients ---------------------------------------------------------------------------------


def _matmul_grad(op, grad):
    transpose_a, transpose_b = op.attr("transpose_a"), op.attr("transpose_b")
    a, b = conj(op.inputs[0]), conj(op.inputs[1])

    def product(x, y, transpose_x=False, transpose_y=False):
        return make("MatMul", x, y, transpose_a=transpose_x, transpose_b=transpose_y)

    if not transpose_a and not transpose_b:
        return product(grad, b, False, True), product(a, grad, True, False)
    if not transpose_a:
        return product(grad, b), product(grad, a, True, False)
    if not transpose_b:
        return product(b, grad, False, True), product(a, grad)
    return product(b, grad, True, True), product(grad, a, True, True)


def _sparse_matmul_grad(op, grad):
    transpose_a, transpose_b = op.attr("transpose_a"), op.attr("transpose_b")
    a, b = op.inputs
    sparse = {a: op.attr("a_is_sparse"), b: op.attr("b_is_sparse"), grad: grad.op.type == "ReluGrad"}

    def product(x, y, dtype, transpose_x=False, transpose_y=False):
        x_sparse, y_sparse = sparse[x], sparse[y]
        if transpose_y:
            y = array_ops.transpose(y)
        result = matmul(x, y, transpose_a=transpose_x, a_is_sparse=x_sparse, b_is_sparse=y_sparse)
        return result if result.dtype == dtype else cast(result, dtype)

    if not transpose_a and not transpose_b:
        return product(grad, b, a.dtype, False, True), product(a, grad, b.dtype, True)
    if not transpose_a:
        return product(grad, b, a.dtype), product(grad, a, b.dtype, True)
    if not transpose_b:
        return product(b, grad, a.dtype, False, True), product(a, grad, b.dtype)
    return product(b, grad, a.dtype, True, True), product(grad, a, b.dtype, True, True)


def _batch_matmul_grad(op, grad):
    x, y = op.inputs
    adjoint_x, adjoint_y = op.attr("adj_x"), op.attr("adj_y")

    def product(a, b, adjoint_a, adjoint_b):
        return matmul(a, b, adjoint_a=adjoint_a, adjoint_b=adjoint_b)

    if not adjoint_x and not adjoint_y:
        return product(grad, y, False, True), product(x, grad, True, False)
    if not adjoint_x:
        return product(grad, y, False, False), product(grad, x, True, False)
    if not adjoint_y:
        return product(y, grad, False, True), product(x, grad, False, False)
    return product(y, grad, True, True), product(grad, x, True, True)


def _batch_matmul_v2_grad(op, grad):
    x, y = op.inputs
    gx, gy = _batch_matmul_grad(op, grad)
    if x.dims is not None and None not in x.dims and x.dims == y.dims:
        return gx, gy
    sx, sy = array_ops.shape(x), array_ops.shape(y)
    rx, ry = make("BroadcastGradientArgs", sx[:-2], sy[:-2])
    gx = sum_to_shape(gx, rx, sx)
    return gx, sum_to_shape(gy, ry, sy)


op(
    "MatMul(a: T, b: T) -> (product: T); transpose_a: bool = false; transpose_b: bool = false; T: {bfloat16, half, "
    "float, double, int32, int64, complex64, complex128}",
    shape=_matmul_shape,
    kernel=_matmul_kernel,
    gradient=_matmul_grad,
)
op(
    "BatchMatMul(x: T, y: T) -> (output: T); T: {bfloat16, half, float, double, int32, int64, complex64, "
    "complex128}; adj_x: bool = false; adj_y: bool = false",
    shape=_batch_matmul_shape(merge_dims),
    kernel=_batch_matmul_kernel,
    gradient=_batch_matmul_grad,
)
op(
    "BatchMatMulV2(x: T, y: T) -> (output: T); T: {bfloat16, half, float, double, int32, int64, complex64, "
    "complex128}; adj_x: bool = false; adj_y: bool = false",
    shape=_batch_matmul_shape(broadcast_dims),
    kernel=_batch_matmul_kernel,
    gradient=_batch_matmul_v2_grad,
)
op(
    "SparseMatMul(a: Ta, b: Tb) -> (product: float); transpose_a: bool = false; transpose_b: bool = false; "
    "a_is_sparse: bool = false; b_is_sparse: bool = false; Ta: {float, bfloat16} = float; Tb: {float, bfloat16} = "
    "float",
    shape=_matmul_shape,
    kernel=_sparse_matmul_kernel,
    gradient=_sparse_matmul_grad,
)

# ---- public functions --------------------------------------------------------------------------


def matmul(
    a,
    b,
    transpose_a=False,
    transpose_b=False,
    adjoint_a=False,
    adjoint_b=False,
    a_is_sparse=False,
    b_is_sparse=False,
    name=None,
) -> Tensor:
    """The product of matrices, or of batches of matrices that broadcast.

    Each may be transposed, or conjugated and transposed (adjoint).  Raises ValueError where inner
    dimensions differ, or where both transpose and adjoint are asked for.  Follows `tf.matmul` of TF 1.15.
    """
    with name_scope(name, "MatMul", [a, b]) as name:
        if transpose_a and adjoint_a:
            raise ValueError("Only one of transpose_a and adjoint_a can be True.")
        if transpose_b and adjoint_b:
            raise ValueError("Only one of transpose_b and adjoint_b can be True.")
        a = convert_to_tensor(a, name="a")
        b = convert_to_tensor(b, name="b")
        batched = a.dims is None or len(a.dims) > 2 or b.dims is None or len(b.dims) > 2
        if batched and not a_is_sparse and not b_is_sparse:
            if transpose_a:
                a, adjoint_a = conj(a), True
            if transpose_b:
                b, adjoint_b = conj(b), True
            return make("BatchMatMulV2", a, b, adj_x=adjoint_a, adj_y=adjoint_b, name=name)
        if adjoint_a:
            a, transpose_a = conj(a), True
        if adjoint_b:
            b, transpose_b = conj(b), True
        if _by_sparse_matmul(a.dtype, b.dtype, a_is_sparse or b_is_sparse):
            result = make(
                "SparseMatMul",
                a,
                b,
                transpose_a=transpose_a,
                transpose_b=transpose_b,
                a_is_sparse=a_is_sparse,
                b_is_sparse=b_is_sparse,
                name=name,
            )
            both = a.dtype == dtypes.bfloat16 and b.dtype == dtypes.bfloat16
            return cast(result, dtypes.bfloat16) if both else result
        return make("MatMul", a, b, transpose_a=transpose_a, transpose_b=transpose_b, name=name)


def _by_sparse_matmul(a, b, asked) -> bool:
    known = (dtypes.bfloat16, dtypes.float32)
    if asked and a in known and b in known:
        return True
    return a != b and dtypes.bfloat16 in (a, b)


def matvec(a, b, transpose_a=False, adjoint_a=False, a_is_sparse=False, b_is_sparse=False, name=None) -> Tensor:
    """A matrix times a vector, or batches of them.  Follows `tf.linalg.matvec` of TF 1.15."""
    with name_scope(name, "MatVec", [a, b]) as name:
        column = array_ops.expand_dims(b, axis=-1)
        output = matmul(
            a,
            column,
            transpose_a=transpose_a,
            adjoint_a=adjoint_a,
            a_is_sparse=a_is_sparse,
            b_is_sparse=b_is_sparse,
        )
        return array_ops.squeeze(output, axis=-1)


def sparse_matmul(
    a, b, transpose_a=False, transpose_b=False, a_is_sparse=False, b_is_sparse=False, name=None
) -> Tensor:
    """A matrix product for matrices with many zeros.  Follows `tf.sparse_matmul` of TF 1.15."""
    return make(
        "SparseMatMul",
        a,
        b,
        transpose_a=transpose_a,
        transpose_b=transpose_b,
        a_is_sparse=a_is_sparse,
        b_is_sparse=b_is_sparse,
        name=name,
    )


def batch_matmul(x, y, adj_x=False, adj_y=False, name=None) -> Tensor:
    """Products of batches of matrices.  Follows `tf.batch_matmul` of TF 0.x, which 1.15 calls `tf.matmul`."""
    return make("BatchMatMul", x, y, adj_x=adj_x, adj_y=adj_y, name=name)
