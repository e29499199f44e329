"""Block diagonal operators and Kronecker products.  Follows `tf.linalg.LinearOperatorBlockDiag` and `…Kronecker` of TF 1.15."""

from __future__ import annotations

from tinytf.graph.default_graph import name_scope
from tinytf.linalg import linear_operator_util as util
from tinytf.linalg.linear_operator import LinearOperator
from tinytf.linalg.linear_operator_composition import check_operators, parents_of
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops
from tinytf.shapes import TensorShape


def _joined_hint(operators, name, given, message):
    """The hint that all operators have; ValueError where the given one contradicts."""
    if all(getattr(o, name) for o in operators):
        if given is False:
            raise ValueError(message)
        return True
    return given


class _Joined(LinearOperator):
    """What operators made of a list of square or rectangular ones share."""

    what = joint = ""

    def __init__(self, operators, is_non_singular=None, is_self_adjoint=None, is_positive_definite=None, is_square=None, name=None):
        operators = check_operators(operators)
        hints = {"is_non_singular": is_non_singular, "is_self_adjoint": is_self_adjoint, "is_positive_definite": is_positive_definite}
        for hint in hints:
            word = hint[3:].replace("_", "-")
            hints[hint] = _joined_hint(operators, hint, hints[hint], f"The {self.what} of {word} operators is always {word}.")
        self._operators = operators
        name = self.joint.join(o.name for o in operators) if name is None else name
        with name_scope(name):
            super().__init__(operators[0].dtype, parents_of(operators), *hints.values(), self._square_hint(is_square), name)

    operators = property(lambda self: self._operators, doc="The parts.")

    def _square_hint(self, is_square):
        if is_square is None and all(o.is_square for o in self._operators):
            return True
        return is_square

    def _batch_shape(self):
        batch = self._operators[0].batch_shape
        for o in self._operators[1:]:
            batch = array_ops.broadcast_static_shape(batch, o.batch_shape)
        return batch

    def _batch_shape_tensor(self):
        batch = self._operators[0].batch_shape_tensor()
        for o in self._operators[1:]:
            batch = array_ops.broadcast_dynamic_shape(batch, o.batch_shape_tensor())
        return batch

    def _sizes(self, dimension, combine):
        """The (static, dynamic) size of the whole along "range" or "domain"."""
        static = getattr(self._operators[0], dimension + "_dimension")
        dynamic = getattr(self._operators[0], dimension + "_dimension_tensor")()
        for o in self._operators[1:]:
            static = combine(static, getattr(o, dimension + "_dimension"))
            dynamic = combine(dynamic, getattr(o, dimension + "_dimension_tensor")())
        return static, dynamic

    def _shape(self):
        sizes = [self._static_size(d) for d in ("range", "domain")]
        return self._batch_shape().concatenate(TensorShape(sizes))

    def _static_size(self, dimension):
        total = getattr(self._operators[0], dimension + "_dimension")
        for o in self._operators[1:]:
            total = self._combine(total, getattr(o, dimension + "_dimension"))
        return total

    def _shape_tensor(self):
        sizes = [self._sizes(d, self._combine)[1] for d in ("range", "domain")]
        return array_ops.concat((self._batch_shape_tensor(), array_ops.stack(sizes)), 0)

    @staticmethod
    def _combine(a, b):
        raise NotImplementedError

    def _assert_non_singular(self):
        from tinytf.ops.control_flow.control_flow_ops import group

        if all(o.is_square for o in self._operators):
            return group([o.assert_non_singular() for o in self._operators])
        raise ValueError("All Kronecker factors must be square for the product to be invertible.")

    def _assert_self_adjoint(self):
        from tinytf.ops.control_flow.control_flow_ops import group

        return group([o.assert_self_adjoint() for o in self._operators])


class LinearOperatorBlockDiag(_Joined):
    """Operators as the blocks on the diagonal of one."""

    what, joint = "direct sum", "_ds_"

    def _square_hint(self, is_square):
        if is_square is False:
            raise ValueError("A LinearOperator whose diagonal blocks are square is always square.")
        for o in self._operators:
            if o.is_square is False:
                raise ValueError("Can only represent a block diagonal of square matrices.")
        return True

    @staticmethod
    def _combine(a, b):
        return a + b

    def _pieces(self, x):
        """`x` in rows for each block."""
        sizes = [o.domain_dimension.value for o in self._operators]
        if None in sizes:
            sizes = array_ops.stack([o.domain_dimension_tensor() for o in self._operators])
        return array_ops.split(x, sizes, axis=-2, num=len(self._operators))

    def _each(self, method, x, adjoint, adjoint_arg):
        x = util.adjoint(x) if adjoint_arg else x
        parts = [getattr(o, method)(p, adjoint=adjoint) for o, p in zip(self._operators, self._pieces(x))]
        return array_ops.concat(util.broadcast_matrix_batch_dims(parts), axis=-2)

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        return self._each("matmul", x, adjoint, adjoint_arg)

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        return self._each("solve", rhs, adjoint, adjoint_arg)

    def _determinant(self):
        result = self._operators[0].determinant()
        for o in self._operators[1:]:
            result *= o.determinant()
        return result

    def _log_abs_determinant(self):
        result = self._operators[0].log_abs_determinant()
        for o in self._operators[1:]:
            result += o.log_abs_determinant()
        return result

    def _diag_part(self):
        parts = [array_ops.expand_dims(o.diag_part(), axis=-1) for o in self._operators]
        return array_ops.squeeze(array_ops.concat(util.broadcast_matrix_batch_dims(parts), axis=-2), axis=-1)

    def _trace(self):
        result = self._operators[0].trace()
        for o in self._operators[1:]:
            result += o.trace()
        return result

    def _to_dense(self):
        rows = []
        total = self.domain_dimension_tensor()
        before = 0
        for o in self._operators:
            matrix = util.broadcast_matrix_batch_dims([o.to_dense(), array_ops.zeros(self._wide(), self.dtype)])[0]
            size = o.domain_dimension_tensor()
            outer = array_ops.zeros([self.tensor_rank - 1 if self.tensor_rank is not None else array_ops.rank(matrix) - 1, 2], "int32")
            rows.append(array_ops.pad(matrix, array_ops.concat([outer, [[before, total - before - size]]], 0)))
            before += size
        dense = array_ops.concat(rows, axis=-2)
        dense.set_shape(self.shape)
        return dense

    def _wide(self):
        return array_ops.concat([self.batch_shape_tensor(), [1, 1]], 0)


class LinearOperatorKronecker(_Joined):
    """The Kronecker product of operators."""

    what, joint = "Kronecker product", "_x_"

    @staticmethod
    def _combine(a, b):
        return a * b

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        return math_ops.matmul(self.to_dense(), x, adjoint_a=adjoint, adjoint_b=adjoint_arg)

    def _to_dense(self):
        product = self._operators[0].to_dense()
        for o in self._operators[1:]:
            left = product[..., :, None, :, None]
            right = o.to_dense()[..., None, :, None, :]
            found = left * right
            shape = array_ops.shape(found)
            flat = array_ops.concat([shape[:-4], [shape[-4] * shape[-3], shape[-2] * shape[-1]]], 0)
            product = array_ops.reshape(found, flat)
        product.set_shape(self.shape)
        return product

    def _powers(self):
        """For each factor, the product of the sizes of the others."""
        total = self.domain_dimension_tensor()
        return [total // o.domain_dimension_tensor() for o in self._operators]

    def _determinant(self):
        result = None
        for o, power in zip(self._operators, self._powers()):
            part = o.determinant() ** math_ops.cast(power, self.dtype)
            result = part if result is None else result * part
        return result

    def _log_abs_determinant(self):
        result = None
        for o, power in zip(self._operators, self._powers()):
            logarithm = o.log_abs_determinant()
            part = logarithm * math_ops.cast(power, logarithm.dtype)
            result = part if result is None else result + part
        return result

    def _trace(self):
        result = self._operators[0].trace()
        for o in self._operators[1:]:
            result *= o.trace()
        return result

    def _diag_part(self):
        from tinytf.ops.linalg.matrix_diag import matrix_diag_part

        return matrix_diag_part(self.to_dense())
