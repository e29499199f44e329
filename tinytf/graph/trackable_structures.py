"""Lists and dicts of Trackables: their items are dependencies, named by position or key.

`List` and `Mapping` only grow. A plain list or dict that is assigned to an attribute of an AutoTrackable is wrapped
(`ListWrapper`, `_DictWrapper`): it stays a list or dict, but what was replaced or removed can no longer be saved, for
a restore could not tell which item is meant.
"""

from __future__ import annotations

import collections.abc

from tinytf.graph.trackable import NoDependency, Trackable, TrackableReference, track_attribute


def wrap(value):
    """A list or dict, wrapped so that its items are tracked; anything else as it is."""
    if type(value) is list:
        return ListWrapper(value)
    if type(value) in (dict, collections.OrderedDict):
        return _DictWrapper(value)
    return value


class TrackableDataStructure(Trackable):
    """The base of these; without items it is not missed in a checkpoint."""


class List(TrackableDataStructure, collections.abc.Sequence):
    """A list that only grows, of Trackables.  Follows `tf.contrib.checkpoint.List` of TF 1.15."""

    def __init__(self, *args):
        self._storage: list = []
        for item in list(*args):
            self.append(item)

    def append(self, value) -> None:
        """Adds a Trackable (or list, or dict) at the end."""
        self._storage.append(track_attribute(self, str(len(self._storage)), value))

    def extend(self, values) -> None:
        """Adds several."""
        for value in values:
            self.append(value)

    def __iadd__(self, values):
        self.extend(values)
        return self

    def __add__(self, other):
        return type(self)(self._storage + list(other))

    def __getitem__(self, key):
        return self._storage[key]

    def __len__(self):
        return len(self._storage)

    def __repr__(self):
        return f"List({list(self._storage)!r})"


class Mapping(TrackableDataStructure, collections.abc.Mapping):
    """A dict of Trackables that only grows.  Follows `tf.contrib.checkpoint.Mapping` of TF 1.15."""

    def __init__(self, *args, **kwargs):
        self._storage: dict = {}
        self.update(*args, **kwargs)

    def update(self, *args, **kwargs) -> None:
        """Adds the items of a dict."""
        for key, value in dict(*args, **kwargs).items():
            self[key] = value

    def __setitem__(self, key, value):
        if not isinstance(key, str):
            raise TypeError(f"Mapping accepts only string keys, but got a key {key!r}.")
        value = wrap(value)
        held = self._storage.setdefault(key, value)
        if held is not value:
            raise ValueError(
                f"Mappings are an append-only data structure. Tried to overwrite the key '{key}' with value {value}, but it "
                f"already contains {held}"
            )
        track_attribute(self, key, value)

    def __getitem__(self, key):
        return self._storage[key]

    def __len__(self):
        return len(self._storage)

    def __iter__(self):
        return iter(self._storage)

    def __repr__(self):
        return f"Mapping({self._storage!r})"


_UNSAVABLE = (
    "\n\nIf you don't need this {kind} checkpointed, wrap it in a tf.contrib.checkpoint.NoDependency object; it will be "
    "automatically un-wrapped and subsequently ignored."
)


class ListWrapper(TrackableDataStructure, list):
    """A list in an attribute.  Saving is a ValueError once an item was replaced, removed or moved."""

    __hash__ = object.__hash__  # type: ignore[assignment]

    def __init__(self, values):
        super().__init__(wrap(value) for value in values)
        self._moved = False

    @property
    def _checkpoint_dependencies(self):
        if self._moved:
            raise ValueError(
                f"Unable to save the object {self} (a list wrapper constructed to track trackable TensorFlow objects). A list "
                "element was replaced (__setitem__, __setslice__), deleted (__delitem__, __delslice__), or moved (sort). In order to "
                "support restoration on object creation, tracking is exclusively for append-only data structures."
                + _UNSAVABLE.format(kind="list")
            )
        return [TrackableReference(str(i), item) for i, item in enumerate(self) if isinstance(item, Trackable)]

    def __repr__(self):
        return f"ListWrapper({list.__repr__(self)})"

    def append(self, value) -> None:
        """Adds an item, which takes its value from a checkpoint that was restored before."""
        value = wrap(value.value if isinstance(value, NoDependency) else value)
        super().append(value)
        if isinstance(value, Trackable):
            self._handle_deferred_dependencies(str(len(self) - 1), value)

    def extend(self, values) -> None:
        """Adds several."""
        for value in values:
            self.append(value)

    def __iadd__(self, values):
        self.extend(values)
        return self


def _moving(name):
    change = getattr(list, name)

    def method(self, *args, **kwargs):
        self._moved = self._moved or any(isinstance(item, Trackable) for item in self)
        return change(self, *args, **kwargs)

    method.__name__, method.__doc__ = name, change.__doc__
    return method


for _name in ("__setitem__", "__delitem__", "insert", "pop", "remove", "reverse", "sort", "clear", "__imul__"):
    setattr(ListWrapper, _name, _moving(_name))


class _DictWrapper(TrackableDataStructure, dict):
    """A dict in an attribute.  Saving is a ValueError once a Trackable in it was replaced, or has a key that is no string."""

    __hash__ = object.__hash__  # type: ignore[assignment]

    def __init__(self, values):
        super().__init__((key, wrap(value)) for key, value in dict(values).items())
        self._replaced = False

    @property
    def _checkpoint_dependencies(self):
        items = [(key, value) for key, value in self.items() if isinstance(value, Trackable)]
        start = f"Unable to save the object {dict(self)} (a dictionary wrapper constructed automatically on attribute assignment). "
        if any(not isinstance(key, str) for key, _ in items):
            raise ValueError(
                start + "The wrapped dictionary contains a non-string key which maps to a trackable object or mutable data "
                "structure." + _UNSAVABLE.format(kind="dictionary")
            )
        if self._replaced:
            raise ValueError(
                start + "A key mapping to a trackable object was overwritten or deleted, which would cause problems for "
                "restoration." + _UNSAVABLE.format(kind="dictionary")
            )
        return [TrackableReference(key, value) for key, value in items]

    def __repr__(self):
        return f"DictWrapper({dict.__repr__(self)})"

    def __setitem__(self, key, value):
        value = wrap(value.value if isinstance(value, NoDependency) else value)
        held = self.get(key)
        self._replaced = self._replaced or (isinstance(held, Trackable) and held is not value)
        super().__setitem__(key, value)
        if isinstance(value, Trackable) and isinstance(key, str):
            self._handle_deferred_dependencies(key, value)

    def __delitem__(self, key):
        self._replaced = self._replaced or isinstance(self.get(key), Trackable)
        super().__delitem__(key)

    def update(self, *args, **kwargs) -> None:
        """Adds the items of a dict."""
        for key, value in dict(*args, **kwargs).items():
            self[key] = value
