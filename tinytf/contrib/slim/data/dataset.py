"""What a data set is: files, their reader and their decoder.  Follows tf.contrib.slim.dataset of TF 1.15."""

from __future__ import annotations

from tinytf.contrib.slim.data.parallel_reader import parallel_read


class Dataset:
    """The sources, the reader class, the decoder, the number of samples and what the items are; any more as attributes."""

    def __init__(self, data_sources, reader, decoder, num_samples, items_to_descriptions, **kwargs):
        self.__dict__.update(
            kwargs,
            data_sources=data_sources,
            reader=reader,
            decoder=decoder,
            num_samples=num_samples,
            items_to_descriptions=items_to_descriptions,
        )


class DatasetDataProvider:
    """The items of the next sample of a Dataset, as tensors."""

    def __init__(
        self, dataset, num_readers=1, reader_kwargs=None, shuffle=True, num_epochs=None, common_queue_capacity=256, common_queue_min=128,
        record_key="record_key", seed=None, scope=None,
    ):  # fmt: skip
        key, data = parallel_read(
            dataset.data_sources,
            reader_class=dataset.reader,
            num_epochs=num_epochs,
            num_readers=num_readers,
            reader_kwargs=reader_kwargs,
            shuffle=shuffle,
            capacity=common_queue_capacity,
            min_after_dequeue=common_queue_min,
            seed=seed,
            scope=scope,
        )
        items = dataset.decoder.list_items()
        self._tensors = dict(zip(items, dataset.decoder.decode(data, items)))
        if record_key in self._tensors:
            raise ValueError("The item name used for `record_key` cannot also be used for a dataset item: %s" % record_key)
        self._tensors[record_key] = key
        self._num_samples = dataset.num_samples

    def get(self, items) -> list:
        """The tensors of these items."""
        if not isinstance(items, (list, tuple)):
            raise ValueError("items must be a list or tuple")
        for item in items:
            if item not in self._tensors:
                raise ValueError("Item [%s] is invalid. Valid entries include: %s" % (item, list(self._tensors)))
        return [self._tensors[item] for item in items]

    def list_items(self):
        """Their names."""
        return self._tensors.keys()

    def num_samples(self):
        """How many samples the data set has."""
        return self._num_samples
