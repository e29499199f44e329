"""Nested structures: lists, tuples, namedtuples and dicts of anything, flattened and put together again.

Dicts are walked in the order of their sorted keys.  Where `expand_composites` is asked for, values that stand for several
tensors (IndexedSlices, SparseTensor) are opened as well: their classes register themselves with `register_composite`.
Follows `tf.nest` and `tf.contrib.framework.nest` of TF 1.15.
"""

from __future__ import annotations

import collections
import collections.abc

_composites: dict = {}  # class -> (components of a value, value of its components)


def register_composite(cls, to_components, from_components) -> None:
    """Makes values of `cls` openable: `to_components(value)` gives a tuple, `from_components(value, parts)` a value like it."""
    _composites[cls] = to_components, from_components


def is_composite(value) -> bool:
    """True if the value stands for several tensors, or is the TypeSpec of such values."""
    return type(value) in _composites or getattr(type(value), "_nest_parts", None) is not None


def _parts(composite) -> tuple:
    """The components of a composite: of a registered class, or of a class with `_nest_parts` and `_nest_like`."""
    registered = _composites.get(type(composite))
    return tuple(registered[0](composite) if registered else composite._nest_parts())


def _of_parts(composite, parts):
    """A composite like this one, of other components."""
    registered = _composites.get(type(composite))
    return registered[1](composite, parts) if registered else composite._nest_like(parts)


def _is_namedtuple(x) -> bool:
    return isinstance(x, tuple) and hasattr(x, "_fields")


def _is_attrs(x) -> bool:
    return hasattr(type(x), "__attrs_attrs__")


def is_nested(structure) -> bool:
    """True for lists, tuples, dicts and their like; False for strings, tensors, arrays, numbers."""
    return (
        isinstance(structure, (list, tuple, collections.abc.Mapping))
        or _is_attrs(structure)
        or (isinstance(structure, collections.abc.Sequence) and not isinstance(structure, (str, bytes, bytearray)))
    )


is_sequence = is_nested


def is_nested_or_composite(structure) -> bool:
    """True for lists, tuples, dicts and for values that stand for several tensors."""
    return is_nested(structure) or is_composite(structure)


def _sorted_keys(mapping):
    try:
        return sorted(mapping)
    except TypeError:
        raise TypeError("nest only supports dicts with sortable keys.") from None


def _children(structure):
    """(key, child) of one level: keys of a dict, names of a namedtuple's fields, indices."""
    if isinstance(structure, collections.abc.Mapping):
        return [(key, structure[key]) for key in _sorted_keys(structure)]
    if _is_attrs(structure):
        return [(a.name, getattr(structure, a.name)) for a in type(structure).__attrs_attrs__]
    if _is_namedtuple(structure):
        return list(zip(structure._fields, structure))
    return list(enumerate(structure))


def _like(structure, children):
    """A structure of the type of `structure` with other children, given in the order of `_children`."""
    if isinstance(structure, collections.abc.Mapping):
        by_key = dict(zip(_sorted_keys(structure), children))
        if isinstance(structure, collections.defaultdict):
            result = collections.defaultdict(structure.default_factory)
            result.update((key, by_key[key]) for key in structure)
            return result
        return type(structure)((key, by_key[key]) for key in structure)
    if _is_attrs(structure):
        return type(structure)(*children)
    if _is_namedtuple(structure):
        return type(structure)(*children)
    if isinstance(structure, range):
        return list(children)
    return type(structure)(children)


def flatten(structure, expand_composites: bool = False) -> list:
    """The leaves of a structure, from left to right; of a leaf itself, a list of it."""
    leaves = []
    _flatten_into(leaves, structure, expand_composites)
    return leaves


def _flatten_into(leaves, structure, expand):
    if expand and is_composite(structure):
        for part in _parts(structure):
            _flatten_into(leaves, part, expand)
    elif is_nested(structure):
        for _, child in _children(structure):
            _flatten_into(leaves, child, expand)
    else:
        leaves.append(structure)


def pack_sequence_as(structure, flat_sequence, expand_composites: bool = False):
    """The structure again, with the leaves of `flat_sequence`. ValueError if their number differs."""
    if not is_nested(flat_sequence):
        raise TypeError("flat_sequence must be a sequence")
    flat = list(flat_sequence)
    expand = expand_composites
    if not (is_nested(structure) or expand and is_composite(structure)):
        if len(flat) != 1:
            raise ValueError("Structure is a scalar but len(flat_sequence) == %d > 1" % len(flat))
        return flat[0]
    wanted = len(flatten(structure, expand))
    if wanted != len(flat):
        raise ValueError(
            "Could not pack sequence. Structure had %d elements, but flat_sequence had %d elements.  "
            "Structure: %s, flat_sequence: %s." % (wanted, len(flat), structure, flat)
        )
    return _pack(structure, iter(flat), expand)


def _pack(structure, leaves, expand):
    if expand and is_composite(structure):
        return _of_parts(structure, [_pack(part, leaves, expand) for part in _parts(structure)])
    if is_nested(structure):
        return _like(structure, [_pack(child, leaves, expand) for _, child in _children(structure)])
    return next(leaves)


def assert_same_structure(nest1, nest2, check_types: bool = True, expand_composites: bool = False) -> None:
    """ValueError if the structures differ, TypeError if (with `check_types`) the types of their sequences do."""
    try:
        _same(nest1, nest2, check_types, expand_composites)
    except (ValueError, TypeError) as error:
        raise type(error)(
            "The two structures don't have the same nested structure.\n\nFirst structure: %s\n\nSecond "
            "structure: %s\n\nMore specifically: %s" % (nest1, nest2, error)
        ) from None


def _same(a, b, check_types, expand):
    nested_a = is_nested(a) or expand and is_composite(a)
    nested_b = is_nested(b) or expand and is_composite(b)
    if nested_a != nested_b:
        which, other = (a, b) if nested_a else (b, a)
        raise ValueError(
            'Substructure "type=%s str=%s" is a sequence, while substructure "type=%s str=%s" is not'
            % (type(which).__name__, which, type(other).__name__, other)
        )
    if not nested_a:
        return
    if expand and is_composite(a) or expand and is_composite(b):
        if type(a) is not type(b):
            raise TypeError("%s and %s are not the same kind of tensor" % (a, b))
        a, b, check_types = _parts(a), _parts(b), True
    if check_types:
        _check_types(a, b)
    if isinstance(a, collections.abc.Mapping) and isinstance(b, collections.abc.Mapping) and set(a) != set(b):
        raise ValueError(
            "The two dictionaries don't have the same set of keys. First structure has keys %s, while second "
            "structure has keys %s" % (list(a), list(b))
        )
    children_a, children_b = _children(a), _children(b)
    if len(children_a) != len(children_b):
        raise ValueError("The two structures don't have the same number of elements: %d and %d" % (len(children_a), len(children_b)))
    for (_, x), (_, y) in zip(children_a, children_b):
        _same(x, y, check_types, expand)


def _check_types(a, b):
    if _is_namedtuple(a) and _is_namedtuple(b):
        same = type(a).__name__ == type(b).__name__ and a._fields == b._fields
    elif isinstance(a, collections.abc.Mapping) and isinstance(b, collections.abc.Mapping):
        same = True
    else:
        same = type(a) is type(b)
    if not same:
        raise TypeError(
            "The two namedtuples don't have the same sequence type. First structure has type %s, while second "
            "structure has type %s" % (type(a).__name__, type(b).__name__)
            if _is_namedtuple(a) and _is_namedtuple(b)
            else "The two structures don't have the same sequence type. First structure has type %s, while second "
            "structure has type %s" % (type(a).__name__, type(b).__name__)
        )


def map_structure(func, *structure, check_types: bool = True, expand_composites: bool = False):
    """A structure like the first of the leaves `func(leaf_of_first, leaf_of_second, …)`."""
    if not callable(func):
        raise TypeError("func must be callable, got: %s" % func)
    if not structure:
        raise ValueError("Must provide at least one structure")
    for other in structure[1:]:
        assert_same_structure(structure[0], other, check_types=check_types, expand_composites=expand_composites)
    flats = [flatten(s, expand_composites) for s in structure]
    return pack_sequence_as(structure[0], [func(*leaves) for leaves in zip(*flats)], expand_composites)


def map_structure_with_paths(func, *structure, **kwargs):
    """`map_structure` whose `func` is given the path ("a/0/b") of the leaves first."""
    paths = [("/".join(str(k) for k in path)) for path, _ in flatten_with_tuple_paths(structure[0])]
    leaves = iter(paths)
    return map_structure(lambda *values: func(next(leaves), *values), *structure, **kwargs)


def flatten_with_tuple_paths(structure, expand_composites: bool = False) -> list:
    """(path, leaf) of all leaves; a path is the tuple of keys, field names and indices that lead there."""
    found = []

    def walk(node, path):
        if is_nested(node):
            for key, child in _children(node):
                walk(child, path + (key,))
        elif expand_composites and is_composite(node):
            for i, child in enumerate(_parts(node)):
                walk(child, path + (i,))
        else:
            found.append((path, node))

    walk(structure, ())
    return found


def flatten_up_to(shallow_tree, input_tree, check_types: bool = True) -> list:
    """Flattens `input_tree` only as deep as `shallow_tree` goes."""
    assert_shallow_structure(shallow_tree, input_tree, check_types)
    found = []

    def walk(shallow, deep):
        if is_nested(shallow):
            for (_, a), (_, b) in zip(_children(shallow), _children(deep)):
                walk(a, b)
        else:
            found.append(deep)

    walk(shallow_tree, input_tree)
    return found


def assert_shallow_structure(shallow_tree, input_tree, check_types: bool = True) -> None:
    """ValueError or TypeError unless `input_tree` begins as `shallow_tree` does."""
    if not is_nested(shallow_tree):
        return
    if not is_nested(input_tree):
        raise TypeError(
            "If shallow structure is a sequence, input must also be a sequence. Input has type: %s." % type(input_tree).__name__
        )
    if (
        check_types
        and type(shallow_tree) is not type(input_tree)
        and not (_is_namedtuple(shallow_tree) and _is_namedtuple(input_tree))
        and not (isinstance(shallow_tree, collections.abc.Mapping) and isinstance(input_tree, collections.abc.Mapping))
    ):
        raise TypeError(
            "The two structures don't have the same sequence type. Input structure has type %s, while shallow "
            "structure has type %s." % (type(input_tree).__name__, type(shallow_tree).__name__)
        )
    if len(shallow_tree) != len(input_tree):
        raise ValueError(
            "The two structures don't have the same sequence length. Input structure has length %d, while "
            "shallow structure has length %d." % (len(input_tree), len(shallow_tree))
        )
    for (_, a), (_, b) in zip(_children(shallow_tree), _children(input_tree)):
        assert_shallow_structure(a, b, check_types)


def map_structure_up_to(shallow_tree, func, *inputs, **kwargs):
    """`map_structure` that stops where `shallow_tree` has a leaf and hands `func` whatever is below."""
    check_types = kwargs.pop("check_types", True)
    flats = [flatten_up_to(shallow_tree, tree, check_types) for tree in inputs]
    return pack_sequence_as(shallow_tree, [func(*leaves) for leaves in zip(*flats)])


def get_traverse_shallow_structure(traverse_fn, structure):
    """A structure that goes as deep as `traverse_fn` (of a part: a bool, or a structure of bools like it) is true; leaves are bools."""
    goes_on = traverse_fn(structure)
    if not is_nested(structure):
        if not isinstance(goes_on, bool):
            raise TypeError("traverse_fn returned structure: %s for non-structure: %s" % (goes_on, structure))
        return goes_on
    if isinstance(goes_on, bool):
        if not goes_on:
            return False
        return _like(structure, [get_traverse_shallow_structure(traverse_fn, child) for _, child in _children(structure)])
    assert_shallow_structure(goes_on, structure)
    children = []
    for (_, into), (_, child) in zip(_children(goes_on), _children(structure)):
        if not isinstance(into, bool):
            raise TypeError("traverse_fn didn't return a depth=1 structure of bools.  saw: %s  for structure: %s" % (goes_on, structure))
        children.append(get_traverse_shallow_structure(traverse_fn, child) if into else False)
    return _like(structure, children)


def yield_flattened_up_to(shallow_tree, input_tree):
    """The leaves of `flatten_up_to`, one by one."""
    return iter(flatten_up_to(shallow_tree, input_tree))


def flatten_dict_items(dictionary) -> dict:
    """A dict with the keys and values of one whose keys and values are structures alike."""
    if not isinstance(dictionary, collections.abc.Mapping):
        raise TypeError("input must be a dictionary")
    flat = {}
    for keys, values in dictionary.items():
        flat_keys, flat_values = (flatten(keys), flatten(values)) if is_nested(keys) else ([keys], [values])
        if len(flat_keys) != len(flat_values):
            raise ValueError(
                "Could not flatten dictionary. Key had %d elements, but value had %d elements. Key: %s, value: %s."
                % (len(flat_keys), len(flat_values), flat_keys, flat_values)
            )
        for key, value in zip(flat_keys, flat_values):
            if key in flat:
                raise ValueError("Could not flatten dictionary: key %s is not unique." % (key,))
            flat[key] = value
    return flat
