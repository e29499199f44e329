"""Training as tutorials of 2016 and 2017 do it: tf.contrib.learn on arrays, tf.contrib.slim in one call, k-means, a tagger."""
import numpy as np
import tensorflow as tf
from tensorflow.contrib.learn.python.learn.estimators.estimator import SKCompat

tf.logging.set_verbosity(tf.logging.ERROR)
learn, slim = tf.contrib.learn, tf.contrib.slim
random = np.random.RandomState(0)
x = random.rand(60, 4).astype(np.float32)
y = (x[:, 0] * 3).astype(np.int64)


def model(features, target):
    target = tf.one_hot(target, 3, 1, 0)
    logits = tf.contrib.layers.fully_connected(features, 3, None)
    loss = tf.losses.softmax_cross_entropy(target, logits)
    step = tf.contrib.framework.get_global_step()
    return tf.argmax(logits, 1), loss, tf.contrib.layers.optimize_loss(loss, step, optimizer="Adam", learning_rate=0.1)


classifier = SKCompat(learn.Estimator(model_fn=model, model_dir="learn", config=learn.RunConfig(tf_random_seed=1)))
classifier.fit(x, y, batch_size=20, steps=30)
print(classifier.predict(x)[:20])
print(sorted(classifier.score(x, y).items()))

with tf.Graph().as_default():
    images = tf.constant(random.rand(4, 6, 6, 1).astype(np.float32))
    with slim.arg_scope([slim.conv2d, slim.fully_connected], weights_regularizer=slim.l2_regularizer(0.01), normalizer_fn=slim.batch_norm):
        net = slim.flatten(slim.max_pool2d(slim.conv2d(images, 3, [3, 3], scope="conv"), [2, 2], scope="pool"))
        logits = slim.fully_connected(net, 2, activation_fn=None, scope="fc")
    slim.losses.softmax_cross_entropy(logits, slim.one_hot_encoding([0, 1, 1, 0], 2))
    loss = slim.losses.get_total_loss()
    slim.model_analyzer.analyze_vars(slim.get_model_variables(), print_info=True)
    train_op = slim.learning.create_train_op(loss, tf.train.MomentumOptimizer(0.1, 0.9), clip_gradient_norm=1.0)
    final = slim.learning.train(train_op, "slim", number_of_steps=5, log_every_n_steps=0, save_summaries_secs=0, save_interval_secs=0)
    print("%.4f" % final)

with tf.Graph().as_default(), tf.Session() as sess:
    points = tf.constant(np.concatenate([random.rand(8, 2) + 3 * i for i in range(2)]).astype(np.float32))
    kmeans = tf.contrib.factorization.KMeans(points, 2, distance_metric="squared_euclidean", random_seed=1)
    _, nearest, distances, _, init_op, step_op = kmeans.training_graph()
    sess.run(tf.global_variables_initializer())
    sess.run(init_op)
    for _ in range(3):
        sess.run(step_op)
    print(sess.run([nearest[0], tf.reduce_sum(distances[0])]))

with tf.Graph().as_default(), tf.Session() as sess:
    scores, tags, lengths = tf.constant(random.rand(2, 3, 4).astype(np.float32)), tf.constant([[0, 1, 2], [3, 3, 0]]), tf.constant([3, 2])
    likelihood, transitions = tf.contrib.crf.crf_log_likelihood(scores, tags, lengths, tf.eye(4))
    best, _ = tf.contrib.crf.crf_decode(scores, transitions, lengths)
    print(sess.run([likelihood, best]))

with tf.Graph().as_default(), tf.Session(config=tf.ConfigProto(log_device_placement=True)) as sess:
    a = tf.placeholder(tf.float32, [2], name="a")
    print(sess.run(tf.while_loop(lambda i, b: i < 3, lambda i, b: (i + 1, b * a), [0, a]), {a: [1.0, 2.0]}))
