"""`Iterator`: a place in a dataset, kept by the session.  Follows `tf.data.Iterator` of TF 1.15."""

from __future__ import annotations

import warnings
from contextlib import nullcontext

from tinytf import dtypes
from tinytf.data import structure
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import add_to_collection, colocate_with, device, get_default_graph, name_scope
from tinytf.graph.trackable import Trackable
from tinytf.graph.type_spec import TypeSpec

GET_NEXT_CALL_WARNING_THRESHOLD = 32
GET_NEXT_CALL_WARNING_MESSAGE = (
    "An unusually high number of `Iterator.get_next()` calls was detected. This often indicates that `Iterator.get_next()` is being "
    "called inside a training loop, which will cause gradual slowdown and eventual resource exhaustion. If this is the case, restructure "
    "your code to call `next_element = iterator.get_next()` once outside the loop, and use `next_element` as the input to some "
    "computation that is invoked inside the loop."
)


def _on_cpu():
    """Where iterators are, unless a device scope says otherwise."""
    return nullcontext() if get_default_graph()._device_stack else device("/cpu:0")


class Iterator(structure.Structured, Trackable):
    """Gives the elements of a dataset one by one: `get_next` once, then run its result again and again."""

    def __init__(self, iterator_resource, initializer, output_types, output_shapes, output_classes=None):
        self._resource, self._initializer = iterator_resource, initializer
        self._specs = structure.from_legacy(output_types, output_shapes, output_classes)
        self._calls = 0
        self._string_handle = make("IteratorToStringHandle", iterator_resource)
        add_to_collection("iterators", iterator_resource)

    @staticmethod
    def from_structure(output_types, output_shapes=None, shared_name=None, output_classes=None) -> Iterator:
        """An iterator without a dataset; `make_initializer` binds one."""
        output_types = structure.map_structure(_as_dtype, output_types)
        if output_shapes is None:
            output_shapes = structure.unknown_shapes(output_types)
        specs = structure.from_legacy(output_types, output_shapes, output_classes)
        with _on_cpu():
            resource = make("IteratorV2", container="", shared_name=shared_name or "", **structure.attributes(specs))
        return Iterator(resource, None, output_types, output_shapes, output_classes)

    @staticmethod
    def from_string_handle(string_handle, output_types, output_shapes=None, output_classes=None) -> Iterator:
        """The iterator whose handle (see `string_handle`) is fed when the graph runs."""
        output_types = structure.map_structure(_as_dtype, output_types)
        if output_shapes is None:
            output_shapes = structure.unknown_shapes(output_types)
        specs = structure.from_legacy(output_types, output_shapes, output_classes)
        handle = convert_to_tensor(string_handle, dtype=dtypes.string)
        with _on_cpu():
            resource = make("IteratorFromStringHandleV2", handle, **structure.attributes(specs))
        return Iterator(resource, None, output_types, output_shapes, output_classes)

    def _gather_saveables_for_checkpoint(self) -> dict:
        from tinytf.data.experimental.iterator_checkpoints import IteratorSaveable  # which knows the Saver, as only this needs

        return {"ITERATOR": lambda name: IteratorSaveable(self._resource, name)}

    @property
    def _iterator_resource(self):
        """The handle, under TensorFlow's name."""
        return self._resource

    @property
    def initializer(self):
        """The operation that starts the iterator; ValueError for one that has none of its own."""
        if self._initializer is None:
            raise ValueError("Iterator does not have an initializer.")
        return self._initializer

    def make_initializer(self, dataset, name=None):
        """The operation that starts this iterator on `dataset`, whose elements must fit; else TypeError."""
        with name_scope(name, "make_initializer") as scope:
            self._check_fits(dataset)
            with colocate_with(self._resource):
                return make("MakeIterator", dataset._variant_tensor, self._resource, name=scope)

    def _check_fits(self, dataset):
        for what, ours, theirs in (("types", self.output_types, dataset.output_types), ("shapes", self.output_shapes, dataset.output_shapes), ("classes", self.output_classes, dataset.output_classes)):
            try:
                pairs = list(zip(structure.flatten(ours), structure.flatten_up_to(ours, theirs)))
            except (TypeError, ValueError, KeyError):
                pairs = None
            compatible = " compatible with" if what == "shapes" else ""
            if pairs is None or not all(a.is_compatible_with(b) if what == "shapes" else a == b for a, b in pairs):
                raise TypeError(f"Expected output {what}{compatible} {ours!r} but got dataset with output {what} {theirs!r}.")

    def get_next(self, name=None):
        """The next element: a structure of tensors; OutOfRangeError at the end of the dataset."""
        self._calls += 1
        if self._calls > GET_NEXT_CALL_WARNING_THRESHOLD:
            warnings.warn(GET_NEXT_CALL_WARNING_MESSAGE, stacklevel=2)
        leaves = make("IteratorGetNext", self._resource, name=name, **structure.attributes(self._specs))
        return structure.from_wire(self._specs, leaves)

    def string_handle(self, name=None):
        """A string scalar that stands for this iterator, to be fed to `from_string_handle`."""
        return self._string_handle if name is None else make("IteratorToStringHandle", self._resource, name=name)


def _as_dtype(dtype):
    return dtype if isinstance(dtype, TypeSpec) else dtypes.as_dtype(dtype)
