"""Nested structures: lists, tuples, namedtuples and dicts of anything, flattened and put together again.

Dicts are walked in the order of their sorted keys.  Where `expand_composites` is asked for, values that stand for several
tensors (IndexedSlices, SparseTensor) are opened as well: their classes register themselves with `register_composite`.
Follows `tf.nest` and `tf.contrib.framework.nest` of TF 1.15.
"""

from __future__ import annotations

import collections
import collections.abc
import itertools

_composites: dict = {}  # class -> (components of a value, value of its components)


# What assert_shallow_structure says, for tests to compare with.
_SHALLOW_TREE_HAS_INVALID_KEYS = (
    "The shallow_tree's keys are not a subset of the input_tree's keys. The "
    "shallow_tree has the following keys that are not in the input_tree: {}."
)
_STRUCTURES_HAVE_MISMATCHING_TYPES = (
    "The two structures don't have the same sequence type. Input structure has "
    "type {input_type}, while shallow structure has type {shallow_type}."
)
_STRUCTURES_HAVE_MISMATCHING_LENGTHS = (
    "The two structures don't have the same sequence length. Input "
    "structure has length {input_length}, while shallow structure has length "
    "{shallow_length}."
)
_IF_SHALLOW_IS_SEQ_INPUT_MUST_BE_SEQ = "If shallow structure is a sequence, input must also be a sequence. Input has type: {}."


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


def is_nested(seq) -> bool:
    """True for lists, tuples, dicts and their like; False for strings, tensors, arrays, numbers."""
    return (
        isinstance(seq, (list, tuple, collections.abc.Mapping))
        or _is_attrs(seq)
        or (isinstance(seq, (collections.abc.Sequence, collections.abc.MappingView)) and not isinstance(seq, (str, bytes, bytearray)))
    )


is_sequence = is_nested


def is_nested_or_composite(structure) -> bool:
    """True for lists, tuples, dicts and for values that stand for several tensors."""
    return is_nested(structure) or is_composite(structure)


is_sequence_or_composite = is_nested_or_composite


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
            "The two structures don't have the same nested structure.\n\nFirst structure: %s\n\nSecond structure: %s\n\n"
            "More specifically: %s\nEntire first structure:\n%s\nEntire second structure:\n%s"
            % (_shown(nest1), _shown(nest2), error, _outline(nest1), _outline(nest2))
        ) from None


def _shown(structure) -> str:
    return "type=%s str=%s" % (type(structure).__name__, structure)


class _Dot:
    """Stands for a leaf in an outline: `[., [., .]]`."""

    def __repr__(self):
        return "."


def _outline(structure):
    return _pack(structure, itertools.repeat(_Dot()), False)


def _same(a, b, check_types, expand):
    nested_a = is_nested(a) or expand and is_composite(a)
    nested_b = is_nested(b) or expand and is_composite(b)
    if nested_a != nested_b:
        which, other = (a, b) if nested_a else (b, a)
        raise ValueError('Substructure "%s" is a sequence, while substructure "%s" is not' % (_shown(which), _shown(other)))
    if not nested_a:
        return
    if expand and is_composite(a) or expand and is_composite(b):
        specs = [x if hasattr(x, "_component_specs") else getattr(x, "_type_spec", None) for x in (a, b)]
        if None not in specs:
            _check_specs(*specs)
            return
        if type(a) is not type(b):
            raise _different_types(a, b)
        a, b, check_types = _parts(a), _parts(b), True
    if check_types:
        _check_types(a, b)
    if isinstance(a, collections.abc.Mapping) and isinstance(b, collections.abc.Mapping) and set(a) != set(b):
        raise ValueError(
            "The two dictionaries don't have the same set of keys. First structure has keys %s, while second "
            "structure has keys %s" % (_shown(list(a)), _shown(list(b)))
        )
    children_a, children_b = _children(a), _children(b)
    for (_, x), (_, y) in zip(children_a, children_b):
        _same(x, y, check_types, expand)
    if len(children_a) != len(children_b):  # what differs inside is told first
        raise ValueError(
            "The two structures don't have the same number of elements. First structure: %s. Second structure: %s" % (_shown(a), _shown(b))
        )


def _check_types(a, b):
    if _is_namedtuple(a) and _is_namedtuple(b):
        same = type(a).__name__ == type(b).__name__ and a._fields == b._fields
    elif isinstance(a, collections.abc.Mapping) and isinstance(b, collections.abc.Mapping):
        same = True
    else:
        same = type(a) is type(b)
    if not same:
        raise _different_types(a, b)


def _check_specs(a, b):
    """Two TypeSpecs, of composites, must have a type that takes the values of both."""
    try:
        a.most_specific_compatible_type(b)
    except (TypeError, ValueError):
        raise ValueError("Incompatible CompositeTensor TypeSpecs: %s vs. %s" % (_shown(a), _shown(b))) from None


def _different_types(a, b):
    return TypeError(
        "The two namedtuples don't have the same sequence type. First structure %s has type %s, while second structure %s has type %s"
        % (_shown(a), type(a).__name__, _shown(b), type(b).__name__)
    )


def map_structure(func, *structure, check_types: bool = True, expand_composites: bool = False, **unknown):
    """A structure like the first of the leaves `func(leaf_of_first, leaf_of_second, …)`."""
    if unknown:
        raise ValueError("Only valid keyword arguments are `check_types` and `expand_composites`, not: `%s`" % "`, `".join(unknown))
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
    return map_structure_with_tuple_paths(lambda path, *values: func("/".join(map(str, path)), *values), *structure, **kwargs)


def map_structure_with_tuple_paths(func, *structure, **kwargs):
    """`map_structure` whose `func` is given the path (("a", 0, "b")) of the leaves first."""
    return map_structure_with_tuple_paths_up_to(structure[0], func, *structure, **kwargs)


def yield_flat_paths(nest):
    """The paths of all leaves, one by one."""
    for path, _ in flatten_with_tuple_paths(nest):
        yield path


def flatten_with_joined_string_paths(structure, separator="/", expand_composites=False) -> list:
    """(path as a text, leaf) of all leaves."""
    return [(separator.join(map(str, path)), leaf) for path, leaf in flatten_with_tuple_paths(structure, expand_composites)]


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


def flatten_up_to(shallow_tree, input_tree, check_types: bool = True, expand_composites: bool = False) -> list:
    """Flattens `input_tree` only as deep as `shallow_tree` goes."""
    return [leaf for _, leaf in flatten_with_tuple_paths_up_to(shallow_tree, input_tree, check_types, expand_composites)]


def flatten_with_tuple_paths_up_to(shallow_tree, input_tree, check_types: bool = True, expand_composites: bool = False) -> list:
    """(path, part) of what stands in `input_tree` where `shallow_tree` has a leaf."""
    assert_shallow_structure(shallow_tree, input_tree, check_types, expand_composites)
    found = []

    def walk(shallow, deep, path):
        if is_nested(shallow):
            keyed = isinstance(shallow, collections.abc.Mapping)
            inner = deep if keyed else [child for _, child in _children(deep)]
            for i, (key, child) in enumerate(_children(shallow)):
                walk(child, inner[key if keyed else i], (*path, key))
        elif expand_composites and is_composite(shallow):
            for i, (a, b) in enumerate(zip(_parts(shallow), _parts(deep))):
                walk(a, b, (*path, i))
        else:
            found.append((path, deep))

    walk(shallow_tree, input_tree, ())
    return found


def assert_shallow_structure(shallow_tree, input_tree, check_types: bool = True, expand_composites: bool = False) -> None:
    """ValueError or TypeError unless `input_tree` begins as `shallow_tree` does."""
    if not is_nested(shallow_tree):
        return
    if not is_nested(input_tree):
        raise TypeError(_IF_SHALLOW_IS_SEQ_INPUT_MUST_BE_SEQ.format(type(input_tree)))
    if (
        check_types
        and type(shallow_tree) is not type(input_tree)
        and not (_is_namedtuple(shallow_tree) and _is_namedtuple(input_tree))
        and not (isinstance(shallow_tree, collections.abc.Mapping) and isinstance(input_tree, collections.abc.Mapping))
    ):
        raise TypeError(_STRUCTURES_HAVE_MISMATCHING_TYPES.format(input_type=type(input_tree), shallow_type=type(shallow_tree)))
    if len(shallow_tree) != len(input_tree):
        lengths = {"input_length": len(input_tree), "shallow_length": len(shallow_tree)}
        raise ValueError(_STRUCTURES_HAVE_MISMATCHING_LENGTHS.format(**lengths))
    keyed = isinstance(shallow_tree, collections.abc.Mapping)
    if keyed and set(shallow_tree) - set(input_tree):
        raise ValueError(_SHALLOW_TREE_HAS_INVALID_KEYS.format(sorted(set(shallow_tree) - set(input_tree))))
    inner = input_tree if keyed else [child for _, child in _children(input_tree)]
    for i, (key, child) in enumerate(_children(shallow_tree)):
        assert_shallow_structure(child, inner[key if keyed else i], check_types, expand_composites)


def map_structure_up_to(shallow_tree, func, *inputs, **kwargs):
    """`map_structure` that stops where `shallow_tree` has a leaf and hands `func` whatever is below."""
    return map_structure_with_tuple_paths_up_to(shallow_tree, lambda _, *values: func(*values), *inputs, **kwargs)


def map_structure_with_tuple_paths_up_to(shallow_tree, func, *inputs, **kwargs):
    """`map_structure_up_to` whose `func` is given the path of the parts first."""
    if not inputs:
        raise ValueError("Cannot map over no sequences")
    check_types, expand = kwargs.pop("check_types", True), kwargs.pop("expand_composites", False)
    flats = [flatten_with_tuple_paths_up_to(shallow_tree, tree, check_types, expand) for tree in inputs]
    results = [func(leaves[0][0], *[value for _, value in leaves]) for leaves in zip(*flats)]
    return pack_sequence_as(shallow_tree, results, expand_composites=expand)


def get_traverse_shallow_structure(traverse_fn, structure):
    """A structure that goes as deep as `traverse_fn` (of a part: a bool, or a structure of bools like it) is true; leaves are bools."""
    goes_on = traverse_fn(structure)
    if not is_nested(structure):
        if not isinstance(goes_on, bool):
            raise TypeError("traverse_fn returned structure: %s for non-structure: %s" % (goes_on, structure))
        return goes_on
    if not isinstance(goes_on, bool) and not is_nested(goes_on):
        raise TypeError("traverse_fn returned a non-bool scalar: %s for input: %s" % (goes_on, structure))
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
