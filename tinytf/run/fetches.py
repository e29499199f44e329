"""Fetches: any nesting of lists, tuples and dicts over graph elements, and back to the same nesting of values."""

from __future__ import annotations

from collections import abc

from tinytf.graph.indexed_slices import IndexedSlices, IndexedSlicesValue
from tinytf.graph.operation import Operation
from tinytf.graph.tensor import Tensor

# (type, fetch function, feed function, feed function for partial_run), the last registered first.
_conversions: list = []


def register_session_run_conversion_functions(tensor_type, fetch_function, feed_function=None, feed_function_for_partial_run=None) -> None:
    """Makes objects of a type fetchable (and feedable).  Follows tf.python.client.session's function of this name."""
    for known, *_ in _conversions:
        if issubclass(tensor_type, known):
            raise ValueError(f"{tensor_type} has already been registered so ignore it.")
    _conversions.insert(0, (tensor_type, fetch_function, feed_function, feed_function_for_partial_run))


class Fetches:
    """The elements that a nesting of fetches asks for, each once, and how to put their values back.

    `targets`: operations to run; `tensors`: tensors to give back; `build(values)`: the nesting of values.
    """

    def __init__(self, graph, fetches, session=None):
        self.graph, self.session = graph, session
        self.tensors: list = []
        self.targets: list = []
        self._position: dict = {}
        self.build = self._mapper(fetches)

    def _mapper(self, fetch):
        """A function from the list of fetched values to what stands at this place of the nesting."""
        if fetch is None:
            raise TypeError(f"Fetch argument {fetch!r} has invalid type {type(fetch)}")
        if type(fetch) is Tensor or isinstance(fetch, (Tensor, Operation, str, bytes)):
            return self._element(fetch)
        if isinstance(fetch, (list, tuple)):
            parts = [self._mapper(f) for f in fetch]
            kind = type(fetch)
            if kind is list:
                return lambda values: [p(values) for p in parts]
            if hasattr(fetch, "_fields"):
                return lambda values: kind(*[p(values) for p in parts])
            if kind is tuple:
                return lambda values: tuple([p(values) for p in parts])
            return lambda values: kind([p(values) for p in parts])
        if isinstance(fetch, abc.Mapping):
            keys, parts = list(fetch), [self._mapper(f) for f in fetch.values()]
            return _mapping_of(type(fetch), keys, parts)
        if hasattr(type(fetch), "__attrs_attrs__"):
            kind = type(fetch)
            parts = [self._mapper(getattr(fetch, a.name)) for a in kind.__attrs_attrs__]
            return lambda values: kind(*[p(values) for p in parts])
        for kind, fetch_function, *_ in _conversions:
            if isinstance(fetch, kind):
                inner, contract = fetch_function(fetch)
                parts = [self._mapper(f) for f in inner]
                return lambda values: contract([p(values) for p in parts])
        if isinstance(fetch, IndexedSlices):
            given = [fetch.values, fetch.indices] + ([fetch.dense_shape] if fetch.dense_shape is not None else [])
            parts = [self._mapper(f) for f in given]
            none = [None] * (3 - len(parts))  # for a dense_shape that nobody knows
            return lambda values: IndexedSlicesValue(*[p(values) for p in parts], *none)
        if _is_sparse(fetch):
            from tinytf.graph.sparse_tensor import SparseTensorValue

            parts = [self._mapper(f) for f in (fetch.indices, fetch.values, fetch.dense_shape)]
            return lambda values: SparseTensorValue(*[p(values) for p in parts])
        return self._element(fetch)

    def _element(self, fetch):
        try:
            element = self.graph.as_graph_element(fetch, allow_tensor=True, allow_operation=True)
        except TypeError as error:
            raise TypeError(f"Fetch argument {fetch!r} has invalid type {type(fetch)}, must be a string or Tensor. ({error})") from None
        except ValueError as error:
            raise ValueError(f"Fetch argument {fetch!r} cannot be interpreted as a Tensor. ({error})") from None
        except KeyError as error:
            raise ValueError(f"Fetch argument {fetch!r} cannot be interpreted as a Tensor. ({error})") from None
        if not self.graph.is_fetchable(element):
            name = element.name if isinstance(element, Operation) else element.op.name
            raise ValueError(f"Operation {name!r} has been marked as not fetchable: it is inside a tf.cond or tf.while_loop; fetch what these return")
        if isinstance(element, Operation):
            self.targets.append(element)
            return lambda values: None
        position = self._position.get(element)
        if position is None:
            position = self._position[element] = len(self.tensors)
            self.tensors.append(element)
        if element.op.type == "GetSessionHandle":
            from tinytf.ops.state.session_ops import TensorHandle

            dtype, session = element.op.inputs[0].dtype, self.session
            return lambda values: TensorHandle(values[position], dtype, session)
        return lambda values: values[position]


def _mapping_of(kind, keys, parts):
    if kind is dict:
        return lambda values: {k: p(values) for k, p in zip(keys, parts)}

    def build(values):
        result = kind()
        for k, p in zip(keys, parts):
            result[k] = p(values)
        return result

    return build


def _is_sparse(value) -> bool:
    return type(value).__name__ == "SparseTensor" and hasattr(value, "dense_shape")


def key_of(fetches):
    """A hashable key of an element or a flat list of them; of other nestings it has no hash (see `nested_key`)."""
    return ("list", *fetches) if type(fetches) is list else fetches


def nested_key(fetches):
    """A hashable key of any nesting of lists, tuples and dicts."""
    if isinstance(fetches, (list, tuple)):
        return (type(fetches), *map(nested_key, fetches))
    if isinstance(fetches, dict):
        return (type(fetches), *[(k, nested_key(f)) for k, f in fetches.items()])
    return fetches
