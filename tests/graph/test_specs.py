"""TypeSpecs: what is known of a value without the value."""

import pickle

import numpy as np
import pytest

import tinytf as tf
from tinytf import nest
from tinytf.graph.composite_tensor import CompositeTensor, replace_composites_with_components
from tinytf.graph.tensor_spec import BoundedTensorSpec
from tinytf.graph.type_spec import TypeSpec, type_spec_from_value


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


class Pair(CompositeTensor):
    """A composite of a program's own."""

    def __init__(self, a, b):
        self.a, self.b = a, b

    @property
    def _type_spec(self):
        return PairSpec(self.a.shape, self.b.shape)


class PairSpec(TypeSpec):
    value_type = property(lambda self: Pair)
    _component_specs = property(lambda self: (tf.TensorSpec(self.first), tf.TensorSpec(self.second)))

    def __init__(self, first, second):
        self.first, self.second = tf.TensorShape(first), tf.TensorShape(second)

    def _to_components(self, value):
        return (value.a, value.b)

    def _from_components(self, components):
        return Pair(*components)

    def _serialize(self):
        return self.first, self.second


def test_a_tensor_spec_is_a_value():
    spec = tf.TensorSpec([2, None], tf.int32, "x")
    assert spec == tf.TensorSpec([2, None], "int32", "x") and hash(spec) == hash(pickle.loads(pickle.dumps(spec)))
    assert repr(spec) == "TensorSpec(shape=(2, ?), dtype=tf.int32, name='x')"
    assert spec.is_compatible_with(tf.zeros([2, 5], tf.int32)) and not spec.is_compatible_with(tf.zeros([3, 5], tf.int32))
    assert tf.TensorSpec.from_tensor(tf.constant(1.0, name="c")) == tf.TensorSpec([], tf.float32, "c")


@pytest.mark.parametrize(
    "spec, other, common",
    [
        (tf.TensorSpec([2, 3]), tf.TensorSpec([2, 4]), tf.TensorSpec([2, None])),
        (tf.TensorSpec([2]), tf.TensorSpec([2, 4]), tf.TensorSpec(None)),
        (tf.SparseTensorSpec([2, 3]), tf.SparseTensorSpec([5, 3]), tf.SparseTensorSpec([None, 3])),
        (tf.TensorSpec([2]), tf.TensorSpec([2], tf.int32), None),
        (tf.SparseTensorSpec([2]), tf.TensorSpec([2]), None),
        (PairSpec([1], [2]), PairSpec([3], [2]), PairSpec([None], [2])),
    ],
)
def test_the_most_specific_compatible_type(spec, other, common):
    if common is None:
        with pytest.raises(ValueError):
            spec.most_specific_compatible_type(other)
    else:
        assert spec.most_specific_compatible_type(other) == common


@pytest.mark.parametrize(
    "low, high, message", [(None, 1, "must be provided"), ((0, 0, 0), (1, 1), "minimum is not compatible"), (0, (1, 1, 1), "maximum is not")]
)
def test_bounds_broadcast_to_the_shape(low, high, message):
    with pytest.raises(ValueError, match=message):
        BoundedTensorSpec((3, 5), tf.uint8, low, high)
    assert BoundedTensorSpec((3, 5), tf.uint8, 0, (5,) * 5).maximum.dtype == np.uint8


def test_composites_are_opened_by_nest_and_put_together_again():
    pair = Pair(tf.constant([1.0]), tf.constant([[2.0]]))
    assert nest.flatten([pair, 3]) == [pair, 3]
    assert nest.flatten([pair, 3], expand_composites=True) == [pair.a, pair.b, 3]
    again = nest.map_structure(tf.identity, pair, expand_composites=True)
    assert isinstance(again, Pair) and again.b.shape.as_list() == [1, 1]
    sparse = tf.SparseTensor([[0]], [1], [2])
    assert replace_composites_with_components([sparse]) == [[sparse.indices, sparse.values, sparse.dense_shape]]
    assert nest.flatten(sparse._type_spec, expand_composites=True)[0] == tf.TensorSpec([None, 1], tf.int64)
    assert type_spec_from_value(pair) == PairSpec([1], [1, 1])
    with pytest.raises(TypeError, match="Could not build a TypeSpec"):
        type_spec_from_value(object())


def test_a_module_finds_its_variables():
    class Layer(tf.Module):
        def __init__(self, name=None):
            super().__init__(name)
            with self.name_scope:
                self.w, self.rest = tf.Variable(1.0, name="w"), [tf.Variable(2.0, trainable=False, name="b")]

    class Net(tf.Module):
        def __init__(self):
            super().__init__()
            self.layers = {"a": Layer("first"), "b": Layer()}

    net = Net()
    assert [v.name for v in net.variables] == ["first/b:0", "first/w:0", "layer/b:0", "layer/w:0"]
    assert [v.name for v in net.trainable_variables] == ["first/w:0", "layer/w:0"]
    assert [m.name for m in net.submodules] == ["first", "layer"]
    with pytest.raises(ValueError, match="not a valid module name"):
        Layer("a b")
