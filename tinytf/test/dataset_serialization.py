"""dataset_serialization_test_base: tests that save an iterator in mid-course and go on elsewhere.  Follows the module of TF 1.15."""

from __future__ import annotations

import os

import numpy as np

from tinytf import dtypes, errors, gfile
from tinytf.checkpoint.state import latest_checkpoint
from tinytf.data import nest, structure
from tinytf.data.experimental.iterator_checkpoints import make_saveable_from_iterator
from tinytf.data.options import Options
from tinytf.graph.default_graph import add_to_collection, get_collection, get_default_graph
from tinytf.graph.graph import Graph, GraphKeys
from tinytf.graph.sparse_tensor import SparseTensor, SparseTensorValue
from tinytf.graph.tensor import Tensor
from tinytf.graph.trust import trust_graph
from tinytf.ops.state import lookup_ops, variables
from tinytf.ragged.value import RaggedTensorValue
from tinytf.test.case import TestCase
from tinytf.train.saver import Saver, import_meta_graph


def remove_variants(get_next_op):
    """The structure with () for what a session cannot fetch."""
    return nest.map_structure(lambda x: () if isinstance(x, Tensor) and x.dtype == dtypes.variant else x, get_next_op)


class DatasetSerializationTestBase(TestCase):
    """`run_core_tests(ds_fn, num_outputs)`: the dataset of `ds_fn()` goes on after a restore as if nothing had happened."""

    def tearDown(self):
        self._delete_ckpt()
        super().tearDown()

    def run_core_tests(self, ds_fn, num_outputs, sparse_tensors=False):
        """Saves an iterator before its first element, after its last, at the end, at places between; and starts a restored one anew."""
        options = Options()
        options.experimental_optimization.apply_default_optimizations = False

        def plain():
            return ds_fn().with_options(options)

        self.verify_unused_iterator(plain, num_outputs, sparse_tensors)
        self.verify_fully_used_iterator(plain, num_outputs, sparse_tensors)
        self.verify_exhausted_iterator(plain, num_outputs, sparse_tensors)
        self.verify_multiple_breaks(plain, num_outputs, sparse_tensors=sparse_tensors)
        self.verify_reset_restored_iterator(plain, num_outputs, sparse_tensors=sparse_tensors)

    def verify_unused_iterator(self, ds_fn, num_outputs, sparse_tensors=False, verify_exhausted=True):
        """Saved before its first element."""
        self.verify_run_with_breaks(ds_fn, [0], num_outputs, sparse_tensors, verify_exhausted)

    def verify_fully_used_iterator(self, ds_fn, num_outputs, sparse_tensors=False):
        """Saved after its last element, before the error of the end."""
        self.verify_run_with_breaks(ds_fn, [num_outputs], num_outputs, sparse_tensors)

    def verify_exhausted_iterator(self, ds_fn, num_outputs, sparse_tensors=False):
        """Saved after the error of the end: it stays at the end."""
        self.gen_outputs(ds_fn, [], num_outputs, sparse_tensors=sparse_tensors)
        self.assertEqual(self.gen_outputs(ds_fn, [], 0, ckpt_saved=True, sparse_tensors=sparse_tensors), [])

    def verify_multiple_breaks(self, ds_fn, num_outputs, num_breaks=10, sparse_tensors=False, verify_exhausted=True):
        """Saved `num_breaks` times on its way."""
        self.verify_run_with_breaks(ds_fn, self.gen_break_points(num_outputs, num_breaks), num_outputs, sparse_tensors, verify_exhausted)

    def verify_reset_restored_iterator(self, ds_fn, num_outputs, break_point=None, sparse_tensors=False, verify_exhausted=True):
        """A restored iterator that is initialized again begins at the beginning."""
        expected = self.gen_outputs(ds_fn, [], num_outputs, sparse_tensors=sparse_tensors, verify_exhausted=verify_exhausted)
        self.gen_outputs(ds_fn, [], break_point or num_outputs // 2, sparse_tensors=sparse_tensors, verify_exhausted=False)
        with Graph().as_default() as g:
            saver = self._import_meta_graph()
            init_op, get_next_op = self._get_iterator_ops_from_collection(ds_fn, sparse_tensors=sparse_tensors)
            get_next_op = remove_variants(get_next_op)
            with self.session(graph=g) as sess:
                self._initialize(init_op, sess)
                self._restore(saver, sess)
                self._initialize(init_op, sess)
                actual = [sess.run(get_next_op) for _ in range(num_outputs)]
                if verify_exhausted:
                    with self.assertRaises(errors.OutOfRangeError):
                        sess.run(get_next_op)
        self.match(expected, actual)

    def verify_error_on_save(self, ds_fn, num_outputs, error, break_point=None, sparse_tensors=False):
        """An iterator that cannot be saved raises `error`."""
        with Graph().as_default() as g:
            init_op, get_next_op, saver = self._build_graph(ds_fn, sparse_tensors=sparse_tensors)
            get_next_op = remove_variants(get_next_op)
            with self.session(graph=g) as sess:
                self._initialize(init_op, sess)
                for _ in range(break_point or num_outputs // 2):
                    sess.run(get_next_op)
                with self.assertRaises(error):
                    self._save(sess, saver)

    def verify_run_with_breaks(self, ds_fn, break_points, num_outputs, sparse_tensors=False, verify_exhausted=True):
        """The same elements with and without breaks."""
        given = {"sparse_tensors": sparse_tensors, "verify_exhausted": verify_exhausted}
        expected = self.gen_outputs(ds_fn, [], num_outputs, **given)
        self.match(expected, self.gen_outputs(ds_fn, break_points, num_outputs, **given))

    def gen_outputs(
        self, ds_fn, break_points, num_outputs, ckpt_saved=False, sparse_tensors=False, verify_exhausted=True, save_checkpoint_at_end=True
    ):
        """`num_outputs` elements; at each break point the graph and the session are given up for new ones, made of the checkpoint."""
        outputs: list = []
        ends = [*break_points, num_outputs]
        for number, end in enumerate(ends):
            with Graph().as_default() as g:
                if ckpt_saved:
                    saver = self._import_meta_graph()
                    init_op, get_next_op = self._get_iterator_ops_from_collection(ds_fn, sparse_tensors=sparse_tensors)
                else:
                    init_op, get_next_op, saver = self._build_graph(ds_fn, sparse_tensors=sparse_tensors)
                get_next_op = remove_variants(get_next_op)
                with self.session(graph=g) as sess:
                    self._initialize(init_op, sess)
                    if ckpt_saved:
                        self._restore(saver, sess)
                    for _ in range(end - (ends[number - 1] if number else 0)):
                        outputs.append(sess.run(get_next_op))
                    last = number == len(break_points)
                    if last and verify_exhausted:
                        with self.assertRaises(errors.OutOfRangeError):
                            sess.run(get_next_op)
                    if save_checkpoint_at_end or not last:
                        self._save(sess, saver)
                        ckpt_saved = True
        return outputs

    def match(self, expected, actual):
        """Fails unless two structures are equal, whatever they are made of."""
        if isinstance(expected, np.ndarray):
            expected = expected.tolist()
        if isinstance(actual, np.ndarray):
            actual = actual.tolist()
        self.assertEqual(type(expected), type(actual))
        if isinstance(expected, SparseTensorValue):
            self.match(list(expected), list(actual))
        elif isinstance(expected, RaggedTensorValue):
            self.match([expected.values, expected.row_splits], [actual.values, actual.row_splits])
        elif isinstance(expected, dict):
            self.assertEqual(sorted(expected), sorted(actual))
            for key in expected:
                self.match(expected[key], actual[key])
        elif isinstance(expected, (list, tuple)):
            self.assertEqual(len(expected), len(actual))
            for a, b in zip(expected, actual):
                self.match(a, b)
        else:
            self.assertEqual(expected, actual)

    def does_not_match(self, expected, actual):
        """Fails where `match` does not."""
        with self.assertRaises(AssertionError):
            self.match(expected, actual)

    def gen_break_points(self, num_outputs, num_samples=10):
        """Places spread over [0, num_outputs]."""
        return np.linspace(0, num_outputs, num_samples, dtype=int)

    # Graphs and files ---------------------------------------------------------------------------

    def _build_graph(self, ds_fn, sparse_tensors=False):
        iterator = ds_fn().make_initializable_iterator()
        add_to_collection(GraphKeys.SAVEABLE_OBJECTS, make_saveable_from_iterator(iterator))
        get_next = SparseTensor(*iterator.get_next()) if sparse_tensors else iterator.get_next()
        self._add_iterator_ops_to_collection(iterator.initializer, get_next, ds_fn, sparse_tensors)
        return iterator.initializer, get_next, Saver(allow_empty=True)

    def _add_iterator_ops_to_collection(self, init_op, get_next, ds_fn, sparse_tensors=False):
        leaves = [get_next] if sparse_tensors else structure.flatten(get_next)
        add_to_collection("iterator_ops", init_op)
        for leaf in leaves:
            parts = (leaf.indices, leaf.values, leaf.dense_shape) if isinstance(leaf, SparseTensor) else (leaf,)
            for part in parts:
                add_to_collection("iterator_ops", part)

    def _get_iterator_ops_from_collection(self, ds_fn, sparse_tensors=False):
        init_op, *parts = get_collection("iterator_ops")
        if sparse_tensors:
            return init_op, SparseTensor(*parts)
        parts = iter(parts)
        classes = self._get_output_classes(ds_fn)
        leaves = [SparseTensor(next(parts), next(parts), next(parts)) if c is SparseTensor else next(parts) for c in structure.flatten(classes)]
        return init_op, structure.pack(classes, leaves)

    def _get_output_types(self, ds_fn):
        with Graph().as_default():
            return ds_fn().output_types

    def _get_output_shapes(self, ds_fn):
        with Graph().as_default():
            return ds_fn().output_shapes

    def _get_output_classes(self, ds_fn):
        with Graph().as_default():
            return ds_fn().output_classes

    def _ckpt_path(self):
        return os.path.join(self.get_temp_dir(), "iterator")

    def _latest_ckpt(self):
        return latest_checkpoint(self.get_temp_dir())

    def _save(self, sess, saver):
        saver.save(sess, self._ckpt_path())

    def _restore(self, saver, sess):
        sess.run(lookup_ops.tables_initializer())
        saver.restore(sess, self._latest_ckpt())

    def _initialize(self, init_op, sess):
        sess.run(variables.global_variables_initializer())
        sess.run(lookup_ops.tables_initializer())
        sess.run(init_op)

    def _import_meta_graph(self):
        saver = import_meta_graph(self._ckpt_path() + ".meta")
        trust_graph(get_default_graph())  # it is the test's own
        return saver

    def _delete_ckpt(self):
        for path in gfile.Glob(self._ckpt_path() + "*"):
            gfile.Remove(path)
