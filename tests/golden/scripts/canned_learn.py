"""The ready-made models of tf.contrib.learn, trained as tutorials of 2016 and 2017 do: irises, and wide and deep."""

import os

import numpy as np
import tensorflow as tf
from tensorflow.contrib.learn.python.learn import learn_runner
from tensorflow.contrib.learn.python.learn.utils import saved_model_export_utils

learn, layers = tf.contrib.learn, tf.contrib.layers
tf.logging.set_verbosity(tf.logging.ERROR)
iris = learn.datasets.load_dataset("iris")
x, y = iris.data.astype(np.float32), iris.target


def config(folder):
    return learn.RunConfig(tf_random_seed=1, save_checkpoints_steps=10, save_checkpoints_secs=None, model_dir=folder)


def show(name, values):
    print(name, " ".join("%s=%.5g" % (key, values[key]) for key in sorted(values)))


def irises():
    return {"": tf.constant(x)}, tf.constant(y)


columns = [layers.real_valued_column("", dimension=4)]
dnn = learn.DNNClassifier(hidden_units=[6, 4], feature_columns=columns, n_classes=3, dropout=0.1, config=config("dnn"))
monitor = learn.monitors.ValidationMonitor(
    input_fn=irises, eval_steps=1, every_n_steps=10, early_stopping_rounds=100, check_interval_secs=None
)
dnn.fit(input_fn=irises, steps=20, monitors=[monitor])
show("dnn", dnn.evaluate(input_fn=irises, steps=1))
print(monitor.best_step, "%.5g" % monitor.best_value, [int(c) for c in dnn.predict(x[:5])], sorted(dnn.get_variable_names())[:4])

# Wide and deep ----------------------------------------------------------------------------------

education = layers.sparse_column_with_keys("education", ["BA", "MA"])
occupation = layers.sparse_column_with_hash_bucket("occupation", 20)
age = layers.real_valued_column("age")
ages = layers.bucketized_column(age, [25, 40, 60])
wide = [education, ages, layers.crossed_column([education, occupation], 100), layers.crossed_column([ages, education], 50)]
deep = [layers.embedding_column(occupation, 3), layers.one_hot_column(education), age]


def people():
    features = {
        "education": np.array([["BA"], ["MA"], [""], ["BA"]]),
        "occupation": np.array([["chef"], ["judge"], ["chef"], ["smith"]]),
        "age": np.array([[24.0], [41.0], [60.0], [33.0]], np.float32),
    }
    return {name: tf.placeholder_with_default(value, [None, 1]) for name, value in features.items()}, tf.constant([[1], [0], [0], [1]])


def experiment(output_dir):
    model = learn.DNNLinearCombinedClassifier(
        linear_feature_columns=wide, dnn_feature_columns=deep, dnn_hidden_units=[5], fix_global_step_increment_bug=True,
        config=config(output_dir),
    )  # fmt: skip
    spec = layers.create_feature_spec_for_parsing(wide + deep)
    export = saved_model_export_utils.make_export_strategy(learn.build_parsing_serving_input_fn(spec))
    return learn.Experiment(model, people, people, train_steps=8, eval_steps=1, min_eval_frequency=0, export_strategies=export)


metrics, exported = learn_runner.run(experiment, "wide_n_deep")
show("wide and deep", metrics)
os.rename(os.path.dirname(os.fsdecode(exported[0])), "exports")
os.rename(os.path.join("exports", os.path.basename(os.fsdecode(exported[0]))), os.path.join("exports", "1"))
