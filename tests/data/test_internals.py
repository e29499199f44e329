"""What TensorFlow's own tests of tf.data reach for: the parts of datasets, iterators for several devices, files to read."""

import pytest

import tinytf as tf
from tinytf.data import internals
from tinytf.data.experimental.sources import make_tf_record_dataset
from tinytf.data.multi_device_iterator import MultiDeviceIterator
from tinytf.test import reader_datasets


def test_a_dataset_tells_what_it_is_made_of():
    with tf.Graph().as_default():
        numbers = tf.data.Dataset.range(10)
        mapped = numbers.map(lambda x: x)
        assert mapped._inputs() == [numbers] and len(mapped._functions()) == 1 and numbers._inputs() == []
        assert tf.data.Dataset.zip((numbers, mapped))._inputs() == [numbers, mapped]
        ops = internals.obtain_all_variant_tensor_ops(mapped.batch(2))
        assert [op.type for op in ops] == ["BatchDatasetV2", "MapDataset", "RangeDataset"]


def test_elements_are_dealt_out_among_devices():
    with tf.Graph().as_default(), tf.Session() as sess:
        iterator = MultiDeviceIterator(tf.data.Dataset.range(5), ["/cpu:0", "/cpu:1"])
        first, second = iterator.get_next()
        with pytest.raises(tf.errors.FailedPreconditionError):
            sess.run(first)
        sess.run(iterator.initializer)
        assert [sess.run(t) for t in (second, first, first, second, first)] == [1, 0, 2, 3, 4]
        for tensor in (first, second):
            with pytest.raises(tf.errors.OutOfRangeError):
                sess.run(tensor)


def test_a_cache_file_that_another_iterator_writes_is_an_error_of_each_element(tmp_path):
    with tf.Graph().as_default(), tf.Session() as sess:
        data = tf.data.Dataset.range(3).cache(str(tmp_path / "c"))
        first, second = data.make_one_shot_iterator().get_next(), data.make_one_shot_iterator().get_next()
        assert sess.run(first) == 0
        for _ in range(2):
            with pytest.raises(tf.errors.AlreadyExistsError, match="concurrent caching iterator"):
                sess.run(second)


def test_the_files_of_the_test_bases_are_read_in_order():
    class Records(reader_datasets.MakeTFRecordDatasetTestBase):
        def runTest(self):
            for epochs, size in ((1, 3), (2, 4)):
                dataset = make_tf_record_dataset(self.test_filenames, size, num_epochs=epochs, shuffle=False, num_parallel_reads=1)
                self._verify_records(self.getNext(dataset), size, None, epochs, 1, False, False)

    class Examples(reader_datasets.MakeBatchedFeaturesDatasetTestBase):
        def runTest(self):
            self.outputs = self.getNext(self.make_batch_feature(self.test_filenames, 1, 4, label_key="label"))
            self.verify_records(4, label_key_provided=True)

    for case in (Records(), Examples()):
        result = case.run()
        assert not result.failures + result.errors
