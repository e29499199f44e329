"""tf.contrib.learn: estimators that take arrays, monitors, CSV files."""

import numpy as np
import pytest

import tinytf as tf

learn = tf.contrib.learn
X = np.random.RandomState(0).rand(40, 2).astype(np.float32)
Y = X[:, 0] * 2 + 1


def linear(features, labels, mode):
    predicted = tf.layers.dense(features, 1, name="line")[:, 0]
    loss = tf.losses.mean_squared_error(labels, predicted) if mode != learn.ModeKeys.INFER else None
    train = None
    if mode == learn.ModeKeys.TRAIN:
        train = tf.train.GradientDescentOptimizer(0.5).minimize(loss, tf.train.get_global_step())
    return learn.ModelFnOps(mode, {"p": predicted}, loss, train)


@pytest.fixture
def estimator(tmp_path):
    return learn.Estimator(linear, model_dir=str(tmp_path), config=learn.RunConfig(tf_random_seed=1))


def test_arrays_train_score_and_predict(estimator):
    model = learn.SKCompat(estimator).fit(X, Y, batch_size=16, steps=60)
    score = model.score(X, Y, metrics={"mean": learn.MetricSpec(lambda predictions: tf.metrics.mean(predictions))})
    assert score["global_step"] == 60
    assert score["loss"] < 0.02
    predicted = model.predict(X, batch_size=16)["p"]
    np.testing.assert_allclose(score["mean"], predicted.mean(), rtol=1e-5)
    np.testing.assert_allclose(predicted, Y, atol=0.4)


def test_input_fn_trains_evaluates_and_predicts_examples(estimator):
    def data():
        return tf.constant(X), tf.constant(Y)

    estimator.fit(input_fn=data, steps=5)
    estimator.fit(input_fn=data, max_steps=3)  # has been reached
    assert estimator.evaluate(input_fn=data, steps=1)["global_step"] == 5
    examples = list(estimator.predict(input_fn=lambda: tf.constant(X), outputs=["p"]))
    assert len(examples) == 40
    assert set(examples[0]) == {"p"}


def test_validation_monitor_stops_a_training_that_gets_no_better(estimator):
    monitor = learn.monitors.ValidationMonitor(
        X, Y + 100, every_n_steps=2, early_stopping_rounds=4, early_stopping_metric="global_step", check_interval_secs=None
    )
    saver = tf.train.CheckpointSaverHook(estimator.model_dir, save_steps=1)
    estimator.fit(X, Y, steps=50, monitors=[monitor, saver])
    assert monitor.early_stopped
    assert 0 < estimator.evaluate(X, Y)["global_step"] < 50


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda e: e.evaluate(X, Y), "Couldn't find trained model"),
        (lambda e: e.fit(), "Either x or input_fn"),
        (lambda e: e.fit(X, Y, input_fn=lambda: None), "Can not provide both input_fn and x or y"),
        (lambda e: e.fit(X, Y, steps=1, max_steps=1), "both steps and max_steps"),
    ],
)
def test_mistakes_are_named(estimator, call, message):
    with pytest.raises(ValueError, match=message):
        call(estimator)


def test_feeder_shuffles_each_epoch_and_ends():
    with tf.Graph().as_default():
        feeder = learn.data_feeder.DataFeeder(np.arange(5), np.arange(5), n_classes=5, batch_size=3, epochs=2)
        x, y = feeder.input_builder()
        assert (x.shape.as_list(), y.shape.as_list()) == ([None, 1], [None, 5])
        batches = [feeder.get_feed_dict_fn()() for _ in range(4)]
        with pytest.raises(StopIteration):
            feeder.get_feed_dict_fn()()
    assert [len(b["input:0"]) for b in batches] == [3, 2, 3, 2]
    epochs = [np.concatenate([b["input:0"] for b in batches[i : i + 2]]).ravel() for i in (0, 2)]
    assert sorted(epochs[0]) == sorted(epochs[1]) == list(range(5))
    assert not np.array_equal(*epochs)
    for batch in batches:
        np.testing.assert_array_equal(batch["output:0"].argmax(axis=1), batch["input:0"].ravel())


def test_csv_files(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("2,3,a,b\n1.5,2,0,7\n3,4.25,1,8\n")
    base = learn.datasets.base
    data, target = base.load_csv_with_header(str(path), np.int64, np.float32)
    np.testing.assert_array_equal(data, np.array([[1.5, 2, 0], [3, 4.25, 1]], np.float32))
    np.testing.assert_array_equal(target, [7, 8])
    path.write_text("0,1.5,2\n1,3,4\n")
    np.testing.assert_array_equal(base.load_csv_without_header(str(path), int, float, target_column=0).target, [0, 1])
