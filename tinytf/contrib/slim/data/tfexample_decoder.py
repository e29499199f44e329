"""From serialized tf.train.Examples to the items of a data set.  Follows tf.contrib.slim.tfexample_decoder of TF 1.15."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph import sparse_tensor
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow.cond import case, cond
from tinytf.ops.control_flow.map_ops import map_fn
from tinytf.ops.files import parsing_ops
from tinytf.ops.files.parsing_examples import FixedLenFeature, parse_single_example
from tinytf.ops.image import image_codecs
from tinytf.ops.math import math_ops
from tinytf.ops.sparse.sparse_ops import sparse_reshape, sparse_tensor_to_dense


class ItemHandler:
    """Makes an item of the features called `keys`."""

    def __init__(self, keys):
        self.keys = list(keys) if isinstance(keys, (tuple, list)) else [keys]

    def tensors_to_item(self, keys_to_tensors):
        """The item; subclasses say how."""
        raise NotImplementedError


class ItemHandlerCallback(ItemHandler):
    """`func` of the features."""

    def __init__(self, keys, func):
        super().__init__(keys)
        self._func = func

    def tensors_to_item(self, keys_to_tensors):
        """The item."""
        return self._func(keys_to_tensors)


class BoundingBox(ItemHandler):
    """Boxes [number, 4] of four features."""

    def __init__(self, keys=None, prefix=""):
        keys = ["ymin", "xmin", "ymax", "xmax"] if keys is None else keys
        if len(keys) != 4:
            raise ValueError("BoundingBox expects 4 keys but got %d" % len(keys))
        super().__init__([prefix + key for key in keys])

    def tensors_to_item(self, keys_to_tensors):
        """The item."""
        sides = []
        for key in self.keys:
            side = keys_to_tensors[key]
            side = side.values if isinstance(side, sparse_tensor.SparseTensor) else side
            sides.append(array_ops.expand_dims(side, 0))
        return array_ops.transpose(array_ops.concat(sides, 0))


class Tensor(ItemHandler):
    """One feature as a dense tensor, in a given `shape` or in one that other features tell."""

    def __init__(self, tensor_key, shape_keys=None, shape=None, default_value=0):
        if shape_keys and shape is not None:
            raise ValueError("Cannot specify both shape_keys and shape parameters.")
        self._shape_keys = [shape_keys] if shape_keys and not isinstance(shape_keys, list) else shape_keys
        self._tensor_key, self._shape, self._default_value = tensor_key, shape, default_value
        super().__init__([tensor_key] + (self._shape_keys or []))

    def tensors_to_item(self, keys_to_tensors):
        """The item."""
        tensor, shape = keys_to_tensors[self._tensor_key], self._shape
        if self._shape_keys:
            dims = [keys_to_tensors[key] for key in self._shape_keys]
            dims = [sparse_tensor_to_dense(d) if isinstance(d, sparse_tensor.SparseTensor) else d for d in dims]
            shape = array_ops.reshape(array_ops.stack(dims), [-1])
        if isinstance(tensor, sparse_tensor.SparseTensor):
            if shape is not None:
                tensor = sparse_reshape(tensor, shape)
            return sparse_tensor_to_dense(tensor, self._default_value)
        return tensor if shape is None else array_ops.reshape(tensor, shape)


class LookupTensor(Tensor):
    """A Tensor whose values a table translates."""

    def __init__(self, tensor_key, table, shape_keys=None, shape=None, default_value=""):
        super().__init__(tensor_key, shape_keys, shape, default_value)
        self._table = table

    def tensors_to_item(self, keys_to_tensors):
        """The item."""
        return self._table.lookup(super().tensors_to_item(keys_to_tensors))


class SparseTensor(ItemHandler):
    """A sparse tensor of two features: indices of the last dimension, and values."""

    def __init__(self, indices_key=None, values_key=None, shape_key=None, shape=None, densify=False, default_value=0):
        self._indices_key, self._values_key = indices_key or "indices", values_key or "values"
        self._shape_key, self._shape, self._densify, self._default_value = shape_key, shape, densify, default_value
        super().__init__([self._indices_key, self._values_key] + ([shape_key] if shape_key else []))

    def tensors_to_item(self, keys_to_tensors):
        """The item."""
        indices, values = keys_to_tensors[self._indices_key], keys_to_tensors[self._values_key]
        shape = self._shape or indices.dense_shape
        if self._shape_key:
            shape = keys_to_tensors[self._shape_key]
            if isinstance(shape, sparse_tensor.SparseTensor):
                shape = sparse_tensor_to_dense(shape)
        rank = array_ops.shape(indices.indices)[1]
        ids = math_ops.cast(indices.values, dtypes.int64)
        kept = array_ops.slice(indices.indices, [0, 0], array_ops.stack([-1, rank - 1]))
        tensor = sparse_tensor.SparseTensor(array_ops.concat([kept, array_ops.reshape(ids, [-1, 1])], 1), values.values, shape)
        return sparse_tensor_to_dense(tensor, self._default_value) if self._densify else tensor


class BackupHandler(ItemHandler):
    """The item of one handler, or of another where the first gives an empty one."""

    def __init__(self, handler, backup):
        for what, given in (("Primary", handler), ("Backup", backup)):
            if not isinstance(given, ItemHandler):
                raise ValueError("%s handler is of type %s instead of ItemHandler" % (what, type(given)))
        self._handler, self._backup = handler, backup
        super().__init__(handler.keys + backup.keys)

    def tensors_to_item(self, keys_to_tensors):
        """The item."""
        item = self._handler.tensors_to_item(keys_to_tensors)
        is_empty = math_ops.equal(math_ops.reduce_prod(array_ops.shape(item)), 0)
        return cond(is_empty, true_fn=lambda: self._backup.tensors_to_item(keys_to_tensors), false_fn=lambda: item)


class Image(ItemHandler):
    """An image: JPEG, PNG, GIF or BMP, or raw pixels where the format feature says `raw`."""

    def __init__(self, image_key=None, format_key=None, shape=None, channels=3, dtype=dtypes.uint8, repeated=False, dct_method=""):
        self._image_key, self._format_key = image_key or "image/encoded", format_key or "image/format"
        self._shape, self._channels, self._dtype, self._repeated, self._dct_method = shape, channels, dtype, repeated, dct_method
        super().__init__([self._image_key, self._format_key])

    def tensors_to_item(self, keys_to_tensors):
        """The item."""
        encoded, form = keys_to_tensors[self._image_key], keys_to_tensors[self._format_key]
        if self._repeated:
            return map_fn(lambda one: self._decode(one, form), encoded, dtype=self._dtype)
        return self._decode(encoded, form)

    def _decode(self, encoded, form):
        def any_image():
            return math_ops.cast(image_codecs.decode_image(encoded, channels=self._channels), self._dtype)

        def jpeg():
            return math_ops.cast(image_codecs.decode_jpeg(encoded, channels=self._channels, dct_method=self._dct_method), self._dtype)

        def compressed():
            return cond(image_codecs.is_jpeg(encoded), jpeg, any_image, name="cond_jpeg")

        is_raw = math_ops.logical_or(math_ops.equal(form, "raw"), math_ops.equal(form, "RAW"))
        raw = [(is_raw, lambda: parsing_ops.decode_raw(encoded, out_type=self._dtype))]
        image = case(raw, default=compressed, exclusive=True)
        image.set_shape([None, None, self._channels])
        return image if self._shape is None else array_ops.reshape(image, self._shape)


class TFExampleDecoder:
    """Parses an Example by `keys_to_features`, and makes items of the features by `items_to_handlers`."""

    def __init__(self, keys_to_features, items_to_handlers):
        self._keys_to_features, self._items_to_handlers = keys_to_features, items_to_handlers

    def list_items(self) -> list:
        """The names of the items."""
        return list(self._items_to_handlers)

    def decode(self, serialized_example, items=None) -> list:
        """The items, all or those asked for."""
        example = parse_single_example(serialized_example, self._keys_to_features)
        for key in sorted(self._keys_to_features):
            feature = self._keys_to_features[key]
            if isinstance(feature, FixedLenFeature):
                example[key] = array_ops.reshape(example[key], feature.shape)
        found = []
        for item in items or self._items_to_handlers:
            handler = self._items_to_handlers[item]
            found.append(handler.tensors_to_item({key: example[key] for key in handler.keys}))
        return found
