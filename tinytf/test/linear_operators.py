"""tensorflow.python.ops.linalg.linear_operator_test_util: what TensorFlow's own tests of linear operators are written with."""

from __future__ import annotations

import itertools

from tinytf import dtypes
from tinytf.graph.default_graph import name_scope
from tinytf.graph.graph import Graph
from tinytf.graph.tensor import Tensor
from tinytf.linalg import linear_operator_util as util
from tinytf.ops.array import array_ops
from tinytf.ops.linalg import linalg
from tinytf.ops.linalg.matrix_diag import matrix_band_part, matrix_diag_part, matrix_set_diag, trace
from tinytf.ops.math import math_ops
from tinytf.ops.random import random_ops
from tinytf.shapes import TensorShape
from tinytf.test.case import TestCase
from tinytf.test.decorators import run_deprecated_v1

_SEED = 87654321
_TOLERANCE = {dtypes.float16: 1e-3, dtypes.float32: 1e-6, dtypes.float64: 1e-12, dtypes.complex64: 1e-6, dtypes.complex128: 1e-12}


class OperatorShapesInfo:
    """The shape of an operator to test, and what else its test wants to know."""

    def __init__(self, shape, **kwargs):
        self.shape = shape
        self.__dict__.update(kwargs)


OperatorBuildInfo = OperatorShapesInfo


class CheckTapeSafeSkipOptions:
    """What `check_tape_safe` may leave out."""

    DETERMINANT, DIAG_PART, LOG_ABS_DETERMINANT, TRACE = "determinant", "diag_part", "log_abs_determinant", "trace"


class LinearOperatorDerivedClassTest(TestCase):
    """A test of one class of operators: `add_tests` adds one method for each shape, dtype and option."""

    _atol = dict(_TOLERANCE)
    _rtol = dict(_TOLERANCE)

    def assertAC(self, x, y):
        """Fails unless arrays are close, as their dtype allows."""
        dtype = dtypes.as_dtype(x.dtype)
        self.assertAllClose(x, y, atol=self._atol[dtype], rtol=self._rtol[dtype])

    @staticmethod
    def adjoint_options():
        """Whether the operator is taken adjoint."""
        return [False, True]

    @staticmethod
    def adjoint_arg_options():
        """Whether the argument is taken adjoint."""
        return [False, True]

    @staticmethod
    def dtypes_to_test():
        """The dtypes of the operators."""
        return [dtypes.float32, dtypes.float64, dtypes.complex64, dtypes.complex128]

    @staticmethod
    def use_placeholder_options():
        """Whether shapes are known before it runs."""
        return [False, True]

    @staticmethod
    def operator_shapes_infos():
        """The shapes of the operators."""
        raise NotImplementedError("operator_shapes_infos has not been implemented.")

    def operator_and_matrix(self, shapes_info, dtype, use_placeholder, ensure_self_adjoint_and_pd=False):
        """An operator and its matrix."""
        raise NotImplementedError("Not implemented yet.")

    def make_rhs(self, operator, adjoint, with_batch=True):
        """What the operator may solve for."""
        raise NotImplementedError("make_rhs is not defined.")

    def make_x(self, operator, adjoint, with_batch=True):
        """What the operator may be multiplied with."""
        size, rows = self._get_num_systems(operator), "range" if adjoint and operator.is_square is not True else "domain"
        if operator.shape.is_fully_defined():
            batch, n = operator.batch_shape.as_list(), getattr(operator, rows + "_dimension").value
            return random_normal((batch if with_batch else []) + [n, size], dtype=operator.dtype)
        batch, n = operator.batch_shape_tensor(), getattr(operator, rows + "_dimension_tensor")()
        return random_normal(array_ops.concat((batch, [n, size]), 0) if with_batch else [n, size], dtype=operator.dtype)

    @staticmethod
    def _get_num_systems(operator):
        return 1 if operator.tensor_rank is None or operator.tensor_rank % 2 else 2

    @staticmethod
    def skip_these_tests():
        """The names of tests that make no sense here."""
        return []

    def assertRaisesError(self, msg):
        """Fails unless the block raises an error of an op with this message."""
        return self.assertRaisesOpError(msg)

    def check_tape_safe(self, operator, skip_options=None):
        """Skips the test: it is one of gradients that eager mode records."""
        self.skipTest("tinytf has no GradientTape")


class SquareLinearOperatorDerivedClassTest(LinearOperatorDerivedClassTest):
    """Tests of square operators."""

    @staticmethod
    def operator_shapes_infos():
        """The shapes of the operators."""
        return [OperatorShapesInfo(s) for s in ((0, 0), (1, 1), (1, 3, 3), (3, 4, 4), (2, 1, 4, 4))]

    def make_rhs(self, operator, adjoint, with_batch=True):
        """What the operator may solve for."""
        return self.make_x(operator, adjoint=not adjoint, with_batch=with_batch)


class NonSquareLinearOperatorDerivedClassTest(LinearOperatorDerivedClassTest):
    """Tests of operators that are not square."""

    @staticmethod
    def skip_these_tests():
        """The names of tests that make no sense here."""
        return ["cholesky", "inverse", "solve", "solve_with_broadcast", "det", "log_abs_det"]

    @staticmethod
    def operator_shapes_infos():
        """The shapes of the operators."""
        return [OperatorShapesInfo(s) for s in ((2, 1), (1, 2), (1, 3, 2), (3, 3, 4), (2, 1, 2, 4))]

    def make_rhs(self, operator, adjoint, with_batch=True):
        """There is nothing to solve for."""
        raise NotImplementedError("make_rhs not implemented because we don't test solve")


# The tests --------------------------------------------------------------------------------------------


def _compared(self, shapes_info, dtype, use_placeholder, of_operator, of_matrix, static=True, definite=False):
    """Compares what an operator gives with what its matrix gives."""
    with self.session(graph=Graph()) as sess:
        sess.graph.seed = _SEED
        given = {"ensure_self_adjoint_and_pd": True} if definite else {}
        operator, matrix = self.operator_and_matrix(shapes_info, dtype, use_placeholder=use_placeholder, **given)
        found, wanted = of_operator(operator, matrix), of_matrix(matrix)
        if static and not use_placeholder:
            self.assertAllEqual(found.shape, wanted.shape)
        self.assertAC(*sess.run([found, wanted]))


def _log_abs_det(self, shapes_info, dtype, use_placeholder):
    _compared(self, shapes_info, dtype, use_placeholder, lambda o, m: o.log_abs_determinant(), lambda m: linalg.slogdet(m)[1])


def _simple(of_operator, of_matrix, **options):
    def test(self, shapes_info, dtype, use_placeholder):
        _compared(self, shapes_info, dtype, use_placeholder, of_operator, of_matrix, **options)

    return test


def _with_argument(method, with_batch):
    def test(self, shapes_info, dtype, use_placeholder, adjoint, adjoint_arg):
        if not with_batch and len(shapes_info.shape) <= 2:
            return
        with self.session(graph=Graph()) as sess:
            sess.graph.seed = _SEED
            operator, matrix = self.operator_and_matrix(shapes_info, dtype, use_placeholder=use_placeholder)
            x = (self.make_x if method == "matmul" else self.make_rhs)(operator, adjoint=adjoint, with_batch=with_batch)
            argument = util.adjoint(x) if adjoint_arg else x
            found = getattr(operator, method)(argument, adjoint=adjoint, adjoint_arg=adjoint_arg)
            if method == "matmul":
                wanted = math_ops.matmul(matrix, x, adjoint_a=adjoint)
            else:
                wanted = util.matrix_solve_with_broadcast(matrix, x, adjoint=adjoint)
            if not use_placeholder:
                self.assertAllEqual(found.shape, wanted.shape)
            self.assertAC(*sess.run([found, wanted]))

    return test


_TESTS = {
    "add_to_tensor": _simple(lambda o, m: o.add_to_tensor(2 * m), lambda m: 3 * m),
    "cholesky": _simple(lambda o, m: o.cholesky().to_dense(), linalg.cholesky, static=False, definite=True),
    "det": _simple(lambda o, m: o.determinant(), linalg.matrix_determinant),
    "diag_part": _simple(lambda o, m: o.diag_part(), matrix_diag_part),
    "inverse": _simple(lambda o, m: o.inverse().to_dense(), linalg.matrix_inverse, static=False),
    "log_abs_det": _log_abs_det,
    "matmul": _with_argument("matmul", True),
    "matmul_with_broadcast": _with_argument("matmul", True),
    "solve": _with_argument("solve", True),
    "solve_with_broadcast": _with_argument("solve", False),
    "to_dense": _simple(lambda o, m: o.to_dense(), array_ops.identity),
    "trace": _simple(lambda o, m: o.trace(), trace),
}
_WITH_ARGUMENT = ("matmul", "matmul_with_broadcast", "solve", "solve_with_broadcast")


def add_tests(test_cls) -> None:
    """Adds a test method for each shape, dtype and option of the class."""
    for name, template in _TESTS.items():
        if name in test_cls.skip_these_tests():
            continue
        choices = itertools.product(test_cls.dtypes_to_test(), test_cls.use_placeholder_options(), test_cls.operator_shapes_infos())
        for dtype, use_placeholder, info in choices:
            base = f"test_{name}__shape={info.shape},dtype=<dtype: '{dtypes.as_dtype(dtype).name}'>,use_placeholder={use_placeholder}"
            arguments = {"shapes_info": info, "dtype": dtype, "use_placeholder": use_placeholder}
            options = [("", {})]
            if name in _WITH_ARGUMENT:
                pairs = itertools.product(test_cls.adjoint_options(), test_cls.adjoint_arg_options())
                options = [(f",adjoint={a},adjoint_arg={b}", {"adjoint": a, "adjoint_arg": b}) for a, b in pairs]
            for suffix, more in options:
                if hasattr(test_cls, base + suffix):
                    raise RuntimeError("Test %s defined more than once" % (base + suffix))
                setattr(test_cls, base + suffix, _method(template, {**arguments, **more}))


def _method(template, arguments):
    @run_deprecated_v1
    def test(self):
        template(self, **arguments)

    return test


# Random matrices --------------------------------------------------------------------------------------


def _dims(shape):
    return shape if isinstance(shape, Tensor) else TensorShape(shape).as_list() if not isinstance(shape, list) else shape


def random_normal(shape, mean=0.0, stddev=1.0, dtype=dtypes.float32, seed=None):
    """Normal random numbers, complex ones with real and imaginary parts."""
    dtype = dtypes.as_dtype(dtype)
    with name_scope("random_normal"):
        return _complex_of(lambda s: random_ops.random_normal(_dims(shape), mean=mean, stddev=stddev, dtype=dtype.real_dtype, seed=s), dtype, seed, 1234)


def random_uniform(shape, minval=None, maxval=None, dtype=dtypes.float32, seed=None):
    """Uniform random numbers, complex ones with real and imaginary parts."""
    dtype = dtypes.as_dtype(dtype)
    with name_scope("random_uniform"):
        return _complex_of(
            lambda s: random_ops.random_uniform(_dims(shape), minval=minval, maxval=maxval, dtype=dtype.real_dtype, seed=s), dtype, seed, 12345
        )


def _complex_of(draw, dtype, seed, offset):
    samples = draw(seed)
    if not dtype.is_complex:
        return samples
    return math_ops.complex(samples, draw(None if seed is None else seed + offset))


def random_sign_uniform(shape, minval=None, maxval=None, dtype=dtypes.float32, seed=None):
    """Uniform random numbers of random sign."""
    dtype = dtypes.as_dtype(dtype)
    with name_scope("random_sign_uniform"):
        samples = random_uniform(shape, minval, maxval, dtype=dtype, seed=seed)
        seed = None if seed is None else seed + 12
        signs = math_ops.sign(random_ops.random_uniform(array_ops.shape(samples), minval=-1.0, maxval=1.0, seed=seed))
        return samples * math_ops.cast(signs, samples.dtype)


def random_tril_matrix(shape, dtype, force_well_conditioned=False, remove_upper=True):
    """A lower triangular random matrix; well conditioned ones have diagonals between 1 and 2 in modulus."""
    with name_scope("random_tril_matrix"):
        tril = random_normal(shape, dtype=dtype)
        tril = matrix_band_part(tril, -1, 0) if remove_upper else tril
        if force_well_conditioned:
            size = TensorShape(shape)[-1].value if not isinstance(shape, Tensor) else None
            if size is None:
                size = array_ops.shape(tril)[-1]
            tril /= math_ops.cast(math_ops.sqrt(math_ops.cast(size, dtypes.float32)), tril.dtype)
            diagonal = random_uniform(TensorShape(shape)[:-1] if not isinstance(shape, Tensor) else shape[:-1], dtype=dtype, minval=1.0, maxval=2.0)
            tril = matrix_set_diag(tril, diagonal)
        return tril


def random_positive_definite_matrix(shape, dtype, force_well_conditioned=False):
    """A positive definite random matrix."""
    with name_scope("random_positive_definite_matrix"):
        tril = random_tril_matrix(shape, dtypes.as_dtype(dtype), force_well_conditioned=force_well_conditioned)
        return math_ops.matmul(tril, tril, adjoint_b=True)


def random_normal_correlated_columns(shape, mean=0.0, stddev=1.0, dtype=dtypes.float32, eps=1e-4, seed=None):
    """Normal random matrices whose columns are nearly multiples of one another."""
    dtype = dtypes.as_dtype(dtype)
    if len(shape) < 2:
        raise ValueError("Argument shape must be at least length 2.  Found: %s" % shape)
    shape = TensorShape(shape)
    one = random_normal(shape[:-1].concatenate([1]), mean=mean, stddev=stddev / 2**0.5, dtype=dtype, seed=seed)
    return one + random_normal(shape, mean=0.0, stddev=eps, dtype=dtype, seed=None if seed is None else seed + 1)
