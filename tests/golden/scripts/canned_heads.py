"""The heads of tf.contrib.learn over one hidden layer: losses, predictions, metrics, centered biases."""

import numpy as np
import tensorflow as tf

learn = tf.contrib.learn
tf.logging.set_verbosity(tf.logging.ERROR)
X = np.linspace(-1.0, 1.0, 24).reshape(8, 3).astype(np.float32)
CLASSES = np.arange(8).reshape(8, 1) % 3
FLAGS = np.eye(3, dtype=np.int64)[CLASSES[:, 0]]
WEIGHTS = np.linspace(0.5, 1.0, 8).astype(np.float32).reshape(8, 1)
HEADS = [
    (learn.regression_head(enable_centered_bias=True), CLASSES.astype(np.float32)),
    (learn.poisson_regression_head(weight_column_name="weights"), CLASSES.astype(np.float32)),
    (learn.multi_class_head(2, weight_column_name="weights", thresholds=[0.4]), CLASSES % 2),
    (learn.multi_class_head(3, metric_class_ids=[0, 2], head_name="named"), CLASSES),
    (learn.multi_class_head(3, label_keys=["a", "b", "c"]), np.array(["a", "b", "c"])[CLASSES]),
    (learn.binary_svm_head(), CLASSES % 2),
    (learn.multi_label_head(3, metric_class_ids=[1]), FLAGS),
    (
        learn.multi_head(
            [learn.regression_head(head_name="one", label_name="l"), learn.multi_class_head(3, head_name="two", label_name="l")], [1.0, 0.5]
        ),
        {"l": CLASSES},
    ),
]
for mode in ("train", "eval", "infer"):
    with tf.Graph().as_default():
        tf.train.create_global_step()
        features = {"x": tf.constant(X), "weights": tf.constant(WEIGHTS)}
        made = []
        for head, labels in HEADS:
            given = {key: tf.constant(value) for key, value in labels.items()} if isinstance(labels, dict) else tf.constant(labels)
            net = tf.layers.dense(features["x"], 4, tf.nn.relu, kernel_initializer=tf.constant_initializer(0.1))
            train = tf.train.GradientDescentOptimizer(0.5).minimize
            made.append(head.create_model_fn_ops(features, mode, None if mode == "infer" else given, train, logits_input=net))
        with tf.Session() as sess:
            sess.run([tf.global_variables_initializer(), tf.local_variables_initializer(), tf.tables_initializer()])
            for ops in made:
                if mode == "train":
                    loss = sess.run(ops.loss)
                    sess.run(ops.train_op)
                    print("%.5g" % loss)
                elif mode == "eval":
                    sess.run({name: value[1] for name, value in ops.eval_metric_ops.items()})
                    found = sess.run({name: value[0] for name, value in ops.eval_metric_ops.items()})
                    print({name: "%.4g" % found[name] for name in sorted(found)})
                else:
                    shapes = {str(name): sess.run(value).shape for name, value in ops.predictions.items()}
                    print(sorted(shapes.items()), sorted(ops.output_alternatives, key=str))
