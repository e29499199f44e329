"""tensorflow.python.data.kernel_tests.test_base: what TensorFlow's own tests of tf.data are written with."""

from __future__ import annotations

import re

from tinytf import dtypes, errors
from tinytf.data import structure
from tinytf.data.dataset import Dataset, get_structure
from tinytf.graph.sparse_tensor import is_sparse
from tinytf.ops.lists.tensor_array_ops import TensorArray
from tinytf.test.case import TestCase
from tinytf.test.combinations import combine


def default_test_combinations():
    """Both API versions, both modes."""
    return combine(tf_api_version=[1, 2], mode=["eager", "graph"])


def eager_only_combinations():
    """Both API versions, eager mode."""
    return combine(tf_api_version=[1, 2], mode="eager")


def graph_only_combinations():
    """Both API versions, graph mode."""
    return combine(tf_api_version=[1, 2], mode="graph")


def v1_only_combinations():
    """API version 1, both modes."""
    return combine(tf_api_version=1, mode=["eager", "graph"])


def v2_only_combinations():
    """API version 2, both modes."""
    return combine(tf_api_version=2, mode=["eager", "graph"])


class DatasetTestBase(TestCase):
    """Tests of datasets.  Follows the class of this name of TF 1.15."""

    def assert_op_cancelled(self, op):
        """Fails unless evaluating `op` raises CancelledError."""
        with self.assertRaises(errors.CancelledError):
            self.evaluate(op)

    def assertValuesEqual(self, expected, actual):
        """Fails unless two arrays, or two SparseTensorValues, are equal."""
        if is_sparse(expected):
            for part in ("indices", "values", "dense_shape"):
                self.assertAllEqual(getattr(expected, part), getattr(actual, part))
        else:
            self.assertAllEqual(expected, actual)

    def getNext(self, dataset, requires_initialization=False, shared_name=None):
        """A function that gives the tensors of the next element."""
        if requires_initialization:
            iterator = dataset.make_initializable_iterator(shared_name)
            self.evaluate(iterator.initializer)
        else:
            iterator = dataset.make_one_shot_iterator()
        element = iterator.get_next()
        return lambda: element.stack() if isinstance(element, TensorArray) else element

    def _compareOutputToExpected(self, result_values, expected_values, assert_items_equal):
        if assert_items_equal:
            self.assertItemsEqual(result_values, expected_values)
            return
        for result, expected in zip(result_values, expected_values):
            leaves = structure.flatten(result)
            wanted = structure.flatten(expected)
            self.assertEqual(len(leaves), len(wanted))
            for value, want in zip(leaves, wanted):
                self.assertValuesEqual(want, value)

    def assertDatasetProduces(
        self, dataset, expected_output=None, expected_shapes=None, expected_error=None, requires_initialization=False,
        num_test_iterations=1, assert_items_equal=False, expected_error_iter=1,
    ):  # fmt: skip
        """Fails unless the dataset gives these elements and ends, or raises this (class, message or predicate) error."""
        self.assertTrue((expected_error is None) != (expected_output is None), "Exactly one of expected_output or expected error should be provided.")
        if expected_error:
            with self.assertRaisesWithPredicateMatch(expected_error[0], expected_error[1]):
                get_next = self.getNext(dataset, requires_initialization=requires_initialization)
                for _ in range(expected_error_iter):
                    self.evaluate(get_next())
            return
        if expected_shapes:
            self.assertEqual(expected_shapes, dataset.output_shapes)
        self.assertGreater(num_test_iterations, 0)
        for _ in range(num_test_iterations):
            get_next = self.getNext(dataset, requires_initialization=requires_initialization)
            found = [self.evaluate(get_next()) for _ in range(len(expected_output))]
            self._compareOutputToExpected(found, expected_output, assert_items_equal)
            for _ in range(2):
                with self.assertRaises(errors.OutOfRangeError):
                    self.evaluate(get_next())

    def assertDatasetsEqual(self, dataset1, dataset2):
        """Fails unless two datasets have one structure and give the same elements."""
        self.assertTrue(structure.compatible(get_structure(dataset1), get_structure(dataset2)))
        types = structure.flatten(dataset1.output_types)
        next1, next2 = self.getNext(dataset1), self.getNext(dataset2)
        while True:
            try:
                first = structure.flatten(self.evaluate(next1()))
            except errors.OutOfRangeError:
                with self.assertRaises(errors.OutOfRangeError):
                    self.evaluate(next2())
                return
            second = structure.flatten(self.evaluate(next2()))
            self.assertEqual(len(first), len(second))
            for a, b, dtype in zip(first, second, types):
                if is_sparse(a):
                    self.assertValuesEqual(a, b)
                elif dtype == dtypes.string:
                    self.assertAllEqual(a, b)
                else:
                    self.assertAllClose(a, b)

    def assertDatasetsRaiseSameError(self, dataset1, dataset2, exception_class, replacements=None):
        """Fails unless the first elements of both raise one error; `replacements` are (old, new, count) of its message."""
        next1, next2 = self.getNext(dataset1), self.getNext(dataset2)
        with self.assertRaises(exception_class) as raised:
            self.evaluate(next1())
        message = raised.exception.message
        for old, new, count in replacements or ():
            message = message.replace(old, new, count)
        with self.assertRaisesRegex(exception_class, re.escape(message)):
            self.evaluate(next2())

    def structuredDataset(self, dataset_structure, shape=None, dtype=dtypes.int64):
        """A dataset of one element of zeros, of this structure (None for a leaf)."""
        from tinytf.ops.array.constant import zeros

        if dataset_structure is None:
            return Dataset.from_tensors(zeros(shape or [], dtype=dtype))
        return Dataset.zip(tuple([self.structuredDataset(part, shape, dtype) for part in dataset_structure]))

    def structuredElement(self, element_structure, shape=None, dtype=dtypes.int64):
        """Zeros of this structure (None for a leaf)."""
        from tinytf.ops.array.constant import zeros

        if element_structure is None:
            return zeros(shape or [], dtype=dtype)
        return tuple([self.structuredElement(part, shape, dtype) for part in element_structure])
