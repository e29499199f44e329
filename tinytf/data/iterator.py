"""`Iterator`: a place in a dataset, kept by the session.  Follows `tf.data.Iterator` of TF 1.15."""

from __future__ import annotations

from contextlib import nullcontext

from tinytf import dtypes
from tinytf.data import structure
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.graph import add_to_collection, colocate_with, device, get_default_graph, name_scope
from tinytf.shapes import TensorShape


class Iterator:
    """Gives the elements of a dataset one by one: `get_next` once, then run its result again and again."""

    def __init__(self, iterator_resource, initializer, output_types, output_shapes, output_classes=None):
        self._resource, self._initializer = iterator_resource, initializer
        self._specs = structure.map_structure(lambda t, s: structure.Spec(t, s), output_types, output_shapes)
        self._calls = 0
        self._string_handle = make("IteratorToStringHandle", iterator_resource)
        add_to_collection("iterators", iterator_resource)

    @staticmethod
    def from_structure(output_types, output_shapes=None, shared_name=None, output_classes=None) -> Iterator:
        """An iterator without a dataset; `make_initializer` binds one."""
        output_types = structure.map_structure(dtypes.as_dtype, output_types)
        if output_shapes is None:
            output_shapes = structure.map_structure(lambda _: TensorShape(None), output_types)
        else:
            output_shapes = structure.map_structure(lambda _, s: TensorShape(s), output_types, output_shapes)
        specs = structure.map_structure(lambda t, s: structure.Spec(t, s), output_types, output_shapes)
        resource = make("IteratorV2", container="", shared_name=shared_name or "", **structure.attributes(specs))
        return Iterator(resource, None, output_types, output_shapes)

    @staticmethod
    def from_string_handle(string_handle, output_types, output_shapes=None, output_classes=None) -> Iterator:
        """The iterator whose handle (see `string_handle`) is fed when the graph runs."""
        output_types = structure.map_structure(dtypes.as_dtype, output_types)
        if output_shapes is None:
            output_shapes = structure.map_structure(lambda _: TensorShape(None), output_types)
        specs = structure.map_structure(lambda t, s: structure.Spec(t, s), output_types, output_shapes)
        handle = convert_to_tensor(string_handle, dtype=dtypes.string)
        with nullcontext() if get_default_graph()._device_stack else device("/cpu:0"):
            resource = make("IteratorFromStringHandleV2", handle, **structure.attributes(specs))
        return Iterator(resource, None, output_types, output_shapes)

    @property
    def initializer(self):
        """The operation that starts the iterator; ValueError for one that has none of its own."""
        if self._initializer is None:
            raise ValueError("Iterator does not have an initializer.")
        return self._initializer

    def make_initializer(self, dataset, name=None):
        """The operation that starts this iterator on `dataset`, whose elements must fit; else TypeError."""
        with name_scope(name, "make_initializer") as scope:
            for ours, theirs in zip(structure.flatten(self._specs), structure.flatten(dataset._specs)):
                if ours.dtype != theirs.dtype:
                    raise TypeError(f"Expected output types {self.output_types!r} but got dataset with output types {dataset.output_types!r}.")
                if not TensorShape._of(ours.dims).is_compatible_with(theirs.dims):
                    raise TypeError(f"Expected output shapes compatible with {self.output_shapes!r} but got dataset with output shapes {dataset.output_shapes!r}.")
            with colocate_with(self._resource):
                return make("MakeIterator", dataset._variant_tensor, self._resource, name=scope)

    def get_next(self, name=None):
        """The next element: a structure of tensors; OutOfRangeError at the end of the dataset."""
        self._calls += 1
        leaves = make("IteratorGetNext", self._resource, name=name, **structure.attributes(self._specs))
        return structure.pack(self._specs, leaves)

    def string_handle(self, name=None):
        """A string scalar that stands for this iterator, to be fed to `from_string_handle`."""
        return self._string_handle if name is None else make("IteratorToStringHandle", self._resource, name=name)

    @property
    def output_types(self):
        """The dtypes of an element."""
        return structure.types(self._specs)

    @property
    def output_shapes(self):
        """The static shapes of an element."""
        return structure.shapes(self._specs)

    @property
    def output_classes(self):
        """The classes of an element's components."""
        from tinytf.graph.tensor import Tensor

        return structure.map_structure(lambda _: Tensor, self._specs)
