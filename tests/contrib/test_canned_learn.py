"""tf.contrib.learn's ready-made models, monitors and experiments; the graphs are held against TensorFlow in the golden scripts."""

import numpy as np
import pytest

import tinytf as tf

learn, layers = tf.contrib.learn, tf.contrib.layers
X = np.random.RandomState(0).rand(30, 2).astype(np.float32)
Y = (X[:, 0] > X[:, 1]).astype(np.int32)


def config(tmp_path):
    return learn.RunConfig(tf_random_seed=1, model_dir=str(tmp_path))


def test_arrays_go_in_and_classes_come_out(tmp_path):
    model = learn.LinearClassifier(learn.infer_real_valued_columns_from_input(X), config=config(tmp_path))
    model.fit(x=X, y=Y, steps=60)
    assert model.evaluate(x=X, y=Y)["accuracy"] > 0.7
    classes = np.array(list(model.predict(X)))
    assert np.mean(classes == Y) > 0.7
    assert np.array(list(model.predict_proba(X))).shape == (30, 2)
    assert "linear//weight" in model.get_variable_names()


def test_a_regressor_predicts_scores_and_takes_bare_metrics(tmp_path):
    model = learn.DNNRegressor([3], [layers.real_valued_column("", 2)], config=config(tmp_path))
    model.fit(x=X, y=X[:, 0], steps=2)
    found = model.evaluate(x=X, y=X[:, 0], metrics={"off": tf.contrib.metrics.streaming_mean_absolute_error})
    assert set(found) == {"loss", "off", "global_step"}
    assert len(list(model.predict_scores(X))) == 30


def test_monitors_act_at_their_steps(tmp_path):
    seen = []

    class Watcher(learn.monitors.EveryN):
        def every_n_step_begin(self, step):
            return ["linear/bias_weight"]

        def every_n_step_end(self, step, outputs):
            seen.append((int(step), outputs["linear/bias_weight"].shape))

    model = learn.LinearRegressor([layers.real_valued_column("", 2)], config=config(tmp_path))
    capture = learn.monitors.CaptureVariable("linear/bias_weight", every_n=3)
    monitors = [Watcher(every_n_steps=3), capture, learn.monitors.StopAtStep(num_steps=8)]
    model.fit(x=X, y=X[:, 0], steps=100, monitors=monitors)
    assert seen == [(1, (1,)), (4, (1,)), (7, (1,))]
    assert sorted(capture.values) == [1, 4, 7]
    assert model.get_variable_value("global_step") == 8


def test_validation_stops_a_training_that_gets_no_better(tmp_path):
    class Model:
        model_dir = str(tmp_path)
        losses = iter([3.0, 2.0, 2.5, 2.6])

        def evaluate(self, **kwargs):
            return {"loss": next(self.losses)}

    monitor = learn.monitors.ValidationMonitor(x=X, y=Y, every_n_steps=1, early_stopping_rounds=2, check_interval_secs=None)
    monitor.set_estimator(Model())
    with tf.Graph().as_default(), tf.Session() as sess:
        saver = tf.train.Saver([tf.Variable(1.0)])
        sess.run(tf.global_variables_initializer())
        stops = []
        for step in range(1, 5):
            saver.save(sess, str(tmp_path / "model.ckpt"), global_step=step)
            monitor.step_begin(step)
            stops.append(monitor.step_end(step, {}))
            monitor.post_step(step, sess)
    assert stops == [False, False, False, True]
    assert (monitor.best_step, monitor.best_value, monitor.early_stopped) == (2, 2.0, True)


def test_learn_runner_wants_the_configuration_it_gave(tmp_path):
    def experiment(model):
        data = lambda: ({"": tf.constant(X)}, tf.constant(Y))  # noqa: E731
        return learn.Experiment(model, data, data, train_steps=1, eval_steps=1)

    columns = [layers.real_valued_column("", 2)]
    with pytest.raises(RuntimeError, match="is expected to be used by the `Estimator`"):
        learn.learn_runner.run(
            lambda run_config, hparams: experiment(learn.LinearClassifier(columns, config=learn.RunConfig())), run_config=config(tmp_path)
        )
    with pytest.raises(ValueError, match="Schedule references non-existent task walk"):
        learn.learn_runner.run(
            lambda run_config, hparams: experiment(learn.LinearClassifier(columns, config=run_config)), run_config=config(tmp_path),
            schedule="walk",
        )  # fmt: skip


def test_the_data_sets_that_come_along():
    iris, boston = learn.datasets.load_dataset("iris"), learn.datasets.load_dataset("boston")
    assert iris.data.shape == (150, 4) and np.bincount(iris.target).tolist() == [50, 50, 50]
    assert boston.data.shape == (506, 13) and boston.target[:2].tolist() == [24.0, 21.6]
    with pytest.raises(ValueError, match="Name of dataset is not found"):
        learn.datasets.load_dataset("none")


@pytest.mark.parametrize("path", ["estimators.dnn", "estimators.head", "utils.input_fn_utils", "learn_io.numpy_io", "monitors", "experiment"])
def test_the_paths_that_scripts_use(path):
    import importlib

    tf.install()
    try:
        assert importlib.import_module("tensorflow.contrib.learn.python.learn." + path)
    finally:
        from tinytf.as_tensorflow import uninstall

        uninstall()
