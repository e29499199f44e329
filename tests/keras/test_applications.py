"""Well-known architectures, counted in the real ones; and models as scikit-learn's estimators."""

import numpy as np
import pytest

import tinytf as tf
from tinytf import keras
from tinytf.keras import generic_utils, training_utils
from tinytf.keras.wrappers import scikit_learn

pytestmark = pytest.mark.usefixtures("own_graph")


@pytest.mark.parametrize(
    "name, layers, numbers",
    [("VGG16", 19, 14714688), ("MobileNet", 87, 3228864)],
)
def test_the_layers_are_those_of_tensorflow(name, layers, numbers):
    model = getattr(keras.applications, name)(weights=None, include_top=False, input_shape=(64, 64, 3))
    assert (len(model.layers), model.count_params()) == (layers, numbers)


def test_a_shortcut_stands_beside_what_it_passes():
    x = keras.Input((8, 8, 4), name="i")
    y = keras.applications.resnet._block(x, 1, 1, "b", True)
    names = [layer.name for layer in keras.Model(x, y).layers]
    assert names[-6:] == ["b_0_conv", "b_3_conv", "b_0_bn", "b_3_bn", "b_add", "b_out"]  # by depth, not as they were called


def test_weights_are_not_downloaded():
    with pytest.raises(NotImplementedError, match="downloads nothing"):
        keras.applications.VGG16()
    with pytest.raises(ValueError, match="path to the weights file"):
        keras.applications.VGG16(weights="nowhere.h5")


def test_images_are_brought_into_the_range_of_a_network():
    x = np.full((1, 2, 2, 3), 255.0)
    assert keras.applications.mobilenet.preprocess_input(x).max() == 1.0
    np.testing.assert_allclose(keras.applications.vgg16.preprocess_input(x)[0, 0, 0], 255 - np.array([103.939, 116.779, 123.68]))


def test_a_model_is_an_estimator_of_scikit_learn():
    def make(hidden=3):
        model = keras.Sequential([keras.layers.Dense(hidden, input_shape=(2,)), keras.layers.Dense(2, activation="softmax")])
        model.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
        return model

    classifier = scikit_learn.KerasClassifier(make, hidden=4, epochs=1, verbose=0)
    x, y = np.random.RandomState(0).rand(8, 2), np.array(["a", "b"] * 4)
    classifier.fit(x, y)
    assert set(classifier.predict(x)) <= {"a", "b"} and 0 <= classifier.score(x, y, verbose=0) <= 1
    with pytest.raises(ValueError, match="not a legal parameter"):
        classifier.set_params(nope=1)


def test_helpers():
    assert generic_utils.make_batches(10, 4) == [(0, 4), (4, 8), (8, 10)]
    assert training_utils.standardize_weights(np.array([0, 1]), class_weight={0: 0.5, 1: 2.0}).tolist() == [0.5, 2.0]
    with pytest.raises(ValueError, match="to have shape"):
        training_utils.standardize_input_data([np.ones((2, 3))], ["a"], [(None, 4)])


@pytest.mark.parametrize("size, expected", [(3, [[4, 4, 4], [4, 0, 4], [4, 4, 4]]), (2, [[0, 0], [0, 0]])])
def test_a_radial_constraint_makes_rings(size, expected):
    kernel = np.arange(size * size, dtype=np.float32).reshape(size, size, 1, 1)
    value = keras.backend.eval(keras.constraints.RadialConstraint()(tf.constant(kernel)))
    assert value[..., 0, 0].tolist() == expected


def test_schedules_tell_their_arguments():
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)
    optimizer = keras.optimizers.SGD(schedule)
    again = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
    assert again.get_config()["learning_rate"]["config"] == schedule.get_config()
