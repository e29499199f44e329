"""`tensorflow.python.util.object_identity`: sets and dicts of objects that count as the same only if they are."""

from __future__ import annotations

import collections.abc
import weakref


class _ObjectIdentityWrapper:
    """An object, hashed and compared by identity."""

    __slots__ = ("_wrapped", "__weakref__")

    def __init__(self, wrapped):
        self._wrapped = wrapped

    @property
    def unwrapped(self):
        """The object."""
        return self._wrapped

    def __eq__(self, other):
        if not isinstance(other, _ObjectIdentityWrapper):
            raise TypeError("Cannot compare wrapped object with unwrapped object")
        return self.unwrapped is other.unwrapped

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return id(self.unwrapped)

    def __repr__(self):
        return "<%s wrapping %r>" % (type(self).__name__, self.unwrapped)


class _WeakObjectIdentityWrapper(_ObjectIdentityWrapper):
    """The same of an object that may go away; its hash stays."""

    __slots__ = ("_hash",)

    def __init__(self, wrapped):
        super().__init__(weakref.ref(wrapped))
        self._hash = id(wrapped)

    @property
    def unwrapped(self):
        return self._wrapped()

    def __hash__(self):
        return self._hash


class Reference(_ObjectIdentityWrapper):
    """A hashable reference to an object; `deref()` gives it."""

    __slots__ = ()

    @property
    def unwrapped(self):
        raise AttributeError("unwrapped")

    def deref(self):
        """The object."""
        return self._wrapped

    def __eq__(self, other):
        if not isinstance(other, Reference):
            raise TypeError("Cannot compare wrapped object with unwrapped object")
        return self._wrapped is other._wrapped

    def __hash__(self):
        return id(self._wrapped)

    def __repr__(self):
        return "<Reference wrapping %r>" % self._wrapped


class ObjectIdentityDictionary(collections.abc.MutableMapping):
    """A dict whose keys are objects compared by identity."""

    def __init__(self, *args, **kwargs):
        self._storage: dict = {}
        self.update(dict(*args, **kwargs))

    def _wrap_key(self, key):
        return _ObjectIdentityWrapper(key)

    def __getitem__(self, key):
        return self._storage[self._wrap_key(key)]

    def __setitem__(self, key, value):
        self._storage[self._wrap_key(key)] = value

    def __delitem__(self, key):
        del self._storage[self._wrap_key(key)]

    def __len__(self):
        return len(self._storage)

    def __iter__(self):
        for key in self._storage:
            yield key.unwrapped

    def __repr__(self):
        return "ObjectIdentityDictionary(%s)" % repr(self._storage)


class ObjectIdentityWeakKeyDictionary(ObjectIdentityDictionary):
    """The same, forgetting objects that nobody else holds."""

    def _wrap_key(self, key):
        return _WeakObjectIdentityWrapper(key)

    def __len__(self):
        return sum(1 for _ in self)

    def __iter__(self):
        for key in [key for key in self._storage if key.unwrapped is None]:
            del self._storage[key]
        for key in list(self._storage):
            yield key.unwrapped


class ObjectIdentitySet(collections.abc.MutableSet):
    """A set of objects compared by identity."""

    def __init__(self, *args):
        self._storage = {self._wrap_key(value) for value in (args[0] if args else ())}

    @staticmethod
    def _from_storage(storage):
        result = ObjectIdentitySet()
        result._storage = storage
        return result

    def _wrap_key(self, key):
        return _ObjectIdentityWrapper(key)

    def __contains__(self, key):
        return self._wrap_key(key) in self._storage

    def add(self, key):
        """Takes an object in."""
        self._storage.add(self._wrap_key(key))

    def discard(self, key):
        """Drops an object if it is there."""
        self._storage.discard(self._wrap_key(key))

    def update(self, items):
        """Takes objects in."""
        self._storage.update(self._wrap_key(item) for item in items)

    def intersection(self, items):
        """The set of those that are among `items`, too."""
        return self._from_storage(self._storage.intersection(self._wrap_key(item) for item in items))

    def difference(self, items):
        """The set of those that are not among `items`."""
        return self._from_storage(self._storage.difference(self._wrap_key(item) for item in items))

    def clear(self):
        """Drops all."""
        self._storage.clear()

    def __len__(self):
        return len(self._storage)

    def __iter__(self):
        for key in list(self._storage):
            yield key.unwrapped


class ObjectIdentityWeakSet(ObjectIdentitySet):
    """The same, forgetting objects that nobody else holds."""

    def _wrap_key(self, key):
        return _WeakObjectIdentityWrapper(key)

    def __len__(self):
        return sum(1 for _ in self)

    def __iter__(self):
        self._storage -= {key for key in self._storage if key.unwrapped is None}
        for key in list(self._storage):
            yield key.unwrapped
