"""tf.nest: structures are flattened from left to right, dicts by sorted key, and put together again."""

import collections

import pytest

from tinytf import nest

Pair = collections.namedtuple("Pair", "b a")

STRUCTURES = [
    (1, [1]),
    ([1, (2, [3])], [1, 2, 3]),
    ({"b": 1, "a": (2, 3)}, [2, 3, 1]),
    (Pair(1, [2]), [1, 2]),
    ("text", ["text"]),
    ([], []),
    (collections.OrderedDict([("z", 1), ("y", 2)]), [2, 1]),
]


@pytest.mark.parametrize("structure, leaves", STRUCTURES)
def test_flatten_and_pack(structure, leaves):
    assert nest.flatten(structure) == leaves
    packed = nest.pack_sequence_as(structure, leaves)
    assert packed == structure and type(packed) is type(structure)


def test_map_structure_takes_several():
    assert nest.map_structure(lambda a, b: a + b, {"x": 1, "y": [2]}, {"x": 10, "y": [20]}) == {"x": 11, "y": [22]}


@pytest.mark.parametrize("a, b, error", [
    ([1], 1, ValueError),
    ([1], [1, 2], ValueError),
    ([1], (1,), TypeError),
    ({"a": 1}, {"b": 1}, ValueError),
    (Pair(1, 2), (1, 2), TypeError),
])  # fmt: skip
def test_structures_that_differ(a, b, error):
    with pytest.raises(error):
        nest.assert_same_structure(a, b)
    with pytest.raises(error):
        nest.map_structure(lambda x, y: x, a, b)


def test_types_need_not_be_checked():
    nest.assert_same_structure([1], (1,), check_types=False)


@pytest.mark.parametrize("structure, flat", [([1, 2], [1]), (1, [1, 2])])
def test_too_many_or_few_leaves(structure, flat):
    with pytest.raises(ValueError):
        nest.pack_sequence_as(structure, flat)


def test_flatten_up_to():
    assert nest.flatten_up_to([0, {"a": 0}], [[1, 2], {"a": (3,)}]) == [[1, 2], (3,)]
    assert nest.map_structure_up_to([0, 0], lambda x: sum(x), [[1, 2], [3]]) == [3, 3]
    with pytest.raises(ValueError):
        nest.flatten_up_to([0, 0], [1])
    with pytest.raises(TypeError):
        nest.flatten_up_to([0], 1)


def test_flatten_dict_items():
    assert nest.flatten_dict_items({(1, (2,)): ("a", ("b",)), 3: [["c"]]}) == {1: "a", 2: "b", 3: [["c"]]}
    with pytest.raises(ValueError, match="not unique"):
        nest.flatten_dict_items({(1, 1): (2, 3)})


def test_only_composites_are_opened():
    import tinytf as tf

    with tf.Graph().as_default():
        values, indices = tf.zeros([1, 2]), tf.constant([3])
        slices = tf.IndexedSlices(values, indices)
        assert nest.flatten([slices]) == [slices]
        assert nest.flatten([slices], expand_composites=True) == [values, indices]
        packed = nest.pack_sequence_as([slices], [values, indices], expand_composites=True)
        assert isinstance(packed[0], tf.IndexedSlices)


@pytest.mark.parametrize(
    "a, b, error, message",
    [
        ([1, [2]], [3, 4], ValueError, 'Substructure "type=list str=\\[2\\]" is a sequence, while substructure "type=int str=4" is not'),
        ([1], [1, 2], ValueError, "same number of elements. First structure: type=list str=\\[1\\]"),
        ([1], (1,), TypeError, "First structure type=list str=\\[1\\] has type list, while second structure type=tuple"),
        ({"a": 1}, {"b": 1}, ValueError, "First structure has keys type=list str=\\['a'\\]"),
        ([[3], 4], [3, [4]], ValueError, "Entire first structure:\n\\[\\[.\\], .\\]\nEntire second structure:\n\\[., \\[.\\]\\]"),
    ],
)
def test_what_differs_is_shown(a, b, error, message):
    with pytest.raises(error, match=message):
        nest.assert_same_structure(a, b)


def test_paths_up_to_a_shallow_tree():
    assert nest.flatten_with_tuple_paths_up_to([0, {"a": 0}], [1, {"a": [2]}]) == [((0,), 1), ((1, "a"), [2])]
    assert nest.map_structure_with_tuple_paths_up_to([0], lambda path, x: (path, x), [[1]]) == [((0,), [1])]
    assert nest.flatten_with_joined_string_paths({"a": [1], "b": 2}) == [("a/0", 1), ("b", 2)]
    assert list(nest.yield_flat_paths([1, [2]])) == [(0,), (1, 0)]
    with pytest.raises(ValueError, match="keys are not a subset"):
        nest.assert_shallow_structure({"a": 1}, {"b": 1})
    with pytest.raises(ValueError, match="Only valid keyword arguments"):
        nest.map_structure(str, [1], check_type=False)


def test_composites_of_other_types_have_another_structure():
    import tinytf as tf

    def sparse(dtype, shape):
        return tf.SparseTensor([[0, 0]], tf.constant([1], dtype), shape)

    nest.assert_same_structure(sparse(tf.int32, [2, 3]), sparse(tf.int32, [4, 3]), expand_composites=True)
    nest.assert_same_structure(sparse(tf.int32, [2, 3]), tf.SparseTensorSpec([2, 3], tf.int32), expand_composites=True)
    with pytest.raises(ValueError, match="Incompatible CompositeTensor TypeSpecs"):
        nest.assert_same_structure(sparse(tf.int32, [2, 3]), sparse(tf.float32, [2, 3]), expand_composites=True)
