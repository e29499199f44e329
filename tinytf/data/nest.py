"""tensorflow.python.data.util.nest: structures in which, unlike elsewhere, lists are leaves.  Follows the module of TF 1.15."""

from __future__ import annotations

from tinytf.data import structure
from tinytf.data.structure import flatten, flatten_up_to, map_structure  # noqa: F401


def is_sequence(value) -> bool:
    """Whether `value` is a tuple or a dict (a SparseTensorValue is neither)."""
    return isinstance(value, dict) or structure._is_tuple(value)


def _children(value) -> list:
    return [value[k] for k in structure._sorted(value)] if isinstance(value, dict) else list(value)


def pack_sequence_as(structure_, flat_sequence):
    """`flat_sequence` in the form of a structure; ValueError where the counts differ."""
    if not (is_sequence(flat_sequence) or isinstance(flat_sequence, list)):
        raise TypeError("flat_sequence must be a sequence")
    if not is_sequence(structure_):
        if len(flat_sequence) != 1:
            raise ValueError("Structure is a scalar but len(flat_sequence) == %d > 1" % len(flat_sequence))
        return flat_sequence[0]
    leaves = flatten(structure_)
    if len(leaves) != len(flat_sequence):
        raise ValueError(
            "Could not pack sequence. Structure had %d elements, but flat_sequence had %d elements.  Structure: %s, flat_sequence: %s."
            % (len(leaves), len(flat_sequence), structure_, flat_sequence)
        )
    return structure.pack(structure_, flat_sequence)


def assert_same_structure(nest1, nest2, check_types=True) -> None:
    """ValueError where two structures have not the same form, TypeError where they are of different types."""
    count1, count2 = (len(flatten(n)) if is_sequence(n) else 1 for n in (nest1, nest2))
    if count1 != count2:
        raise ValueError(
            "The two structures don't have the same number of elements. First structure: %s, second structure: %s." % (nest1, nest2)
        )
    _same(nest1, nest2, check_types)


def _same(nest1, nest2, check_types):
    if is_sequence(nest1) != is_sequence(nest2):
        raise ValueError("The two structures don't have the same nested structure. First structure: %s, second structure: %s." % (nest1, nest2))
    if not is_sequence(nest1):
        return
    if check_types:
        if type(nest1) is not type(nest2):
            raise TypeError(
                "The two structures don't have the same sequence type. First structure has type %s, while second structure has type %s."
                % (type(nest1), type(nest2))
            )
        if isinstance(nest1, dict) and set(nest1) != set(nest2):
            raise ValueError("The two dictionaries don't have the same set of keys. First structure has keys %s, while second structure has keys %s." % (set(nest1), set(nest2)))
    for a, b in zip(_children(nest1), _children(nest2)):
        _same(a, b, check_types)


def assert_shallow_structure(shallow_tree, input_tree, check_types=True) -> None:
    """TypeError or ValueError unless `input_tree` has the form of `shallow_tree`, and maybe more below its leaves."""
    if not is_sequence(shallow_tree):
        return
    if not is_sequence(input_tree):
        raise TypeError("If shallow structure is a sequence, input must also be a sequence. Input has type: '%s'." % type(input_tree).__name__)
    if check_types and not isinstance(input_tree, type(shallow_tree)):
        raise TypeError(
            "The two structures don't have the same sequence type. Input structure has type '%s', while shallow structure has type '%s'."
            % (type(input_tree).__name__, type(shallow_tree).__name__)
        )
    if len(input_tree) != len(shallow_tree):
        raise ValueError(
            "The two structures don't have the same sequence length. Input structure has length %s, while shallow structure has length %s."
            % (len(input_tree), len(shallow_tree))
        )
    if check_types and isinstance(shallow_tree, dict) and sorted(input_tree) != sorted(shallow_tree):
        raise ValueError(
            "The two structures don't have the same keys. Input structure has keys %s, while shallow structure has keys %s."
            % (sorted(input_tree), sorted(shallow_tree))
        )
    for shallow, deep in zip(_children(shallow_tree), _children(input_tree)):
        assert_shallow_structure(shallow, deep, check_types)


def map_structure_up_to(shallow_tree, func, *inputs):
    """`func` of the parts of `inputs` that stand where `shallow_tree` has leaves."""
    if not inputs:
        raise ValueError("Argument `inputs` is empty. Cannot map over no sequences.")
    for tree in inputs:
        assert_shallow_structure(shallow_tree, tree)
    return pack_sequence_as(shallow_tree, [func(*parts) for parts in zip(*[flatten_up_to(shallow_tree, tree) for tree in inputs])])
