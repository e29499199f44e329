"""More models for `training_bench.py`: what tutorials train, feed and run, beside the cases that have an aim.

Each is `case(tf, sess, rng)` and gives the function that is timed, as in `models.py`.
"""

import os
import tempfile

import numpy as np


def _minimize(tf, sess, loss, optimizer, feed):
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):  # of batch normalization
        step = optimizer.minimize(loss)
    sess.run(tf.global_variables_initializer())
    return lambda: sess.run([step, loss], feed)


def _digits(tf, rng, batch):
    """Placeholders of pictures and one-hot labels, and what to feed."""
    x, y = tf.placeholder(tf.float32, [None, 784]), tf.placeholder(tf.float32, [None, 10])
    return x, y, {x: rng.rand(batch, 784).astype(np.float32), y: np.eye(10, dtype=np.float32)[rng.randint(0, 10, batch)]}


def _pictures(tf, rng, batch, size=32, channels=3):
    """Placeholders of pictures and class numbers, and what to feed."""
    x, y = tf.placeholder(tf.float32, [None, size, size, channels]), tf.placeholder(tf.int64, [None])
    return x, y, {x: rng.rand(batch, size, size, channels).astype(np.float32), y: rng.randint(0, 10, batch)}


def _cross_entropy(tf, labels, logits):
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))


# Small steps: what counts is what a `run` costs --------------------------------------------------------


def linear_regression(tf, sess, rng):
    """One sample a step, both numbers fed."""
    x, y = tf.placeholder(tf.float32), tf.placeholder(tf.float32)
    w, b = tf.Variable(0.1, name="weight"), tf.Variable(0.2, name="bias")
    cost = tf.reduce_sum(tf.pow(w * x + b - y, 2)) / (2 * 17)
    step = tf.train.GradientDescentOptimizer(0.01).minimize(cost)
    sess.run(tf.global_variables_initializer())
    return lambda: sess.run(step, feed_dict={x: 3.3, y: 1.7})


def xor(tf, sess, rng):
    x, y = tf.placeholder(tf.float32, [None, 2]), tf.placeholder(tf.float32, [None, 1])
    h = tf.layers.dense(x, 8, tf.nn.tanh)
    loss = tf.losses.sigmoid_cross_entropy(y, tf.layers.dense(h, 1))
    feed = {x: np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32), y: np.array([[0], [1], [1], [0]], np.float32)}
    return _minimize(tf, sess, loss, tf.train.MomentumOptimizer(0.1, 0.9), feed)


def many_fetches(tf, sess, rng):
    """A list of 50 tensors, fed a list."""
    x = tf.placeholder(tf.float32, [3])
    fetches = [x * float(i) + 1.0 for i in range(50)]
    return lambda: sess.run(fetches, {x: [1.0, 2.0, 3.0]})


def many_runs(tf, sess, rng):
    """Twenty runs with other fetches each, as a script's loop of prints makes them."""
    x = tf.placeholder(tf.float32, [2, 2])
    ys = [tf.matmul(x, x) + float(i) for i in range(20)]
    feed = {x: np.eye(2, dtype=np.float32)}

    def run():
        for y in ys:
            sess.run(y, feed_dict=feed)

    return run


# Dense -------------------------------------------------------------------------------------------------


def autoencoder(tf, sess, rng):
    x, _, feed = _digits(tf, rng, 256)
    h = x
    for n in (256, 128, 256, 784):
        h = tf.layers.dense(h, n, tf.nn.sigmoid)
    return _minimize(tf, sess, tf.reduce_mean(tf.pow(x - h, 2)), tf.train.RMSPropOptimizer(0.01), feed)


def dense_batch_norm(tf, sess, rng):
    x, y, feed = _digits(tf, rng, 100)
    h = x
    for _ in range(3):
        h = tf.nn.relu(tf.layers.batch_normalization(tf.layers.dense(h, 100), training=True))
    loss = tf.losses.softmax_cross_entropy(y, tf.layers.dense(h, 10))
    return _minimize(tf, sess, loss, tf.train.AdamOptimizer(), feed)


def evaluation(tf, sess, rng):
    """The accuracy of a small net over 10,000 fed pictures."""
    x, y, feed = _digits(tf, rng, 10000)
    logits = tf.layers.dense(tf.layers.dense(x, 100, tf.nn.relu), 10)
    accuracy = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(logits, 1), tf.argmax(y, 1)), tf.float32))
    sess.run(tf.global_variables_initializer())
    return lambda: sess.run(accuracy, feed)


def softmax_10k(tf, sess, rng):
    """A language model's last layer: 10,000 classes."""
    x, y = tf.placeholder(tf.float32, [None, 128]), tf.placeholder(tf.int32, [None])
    loss = _cross_entropy(tf, y, tf.layers.dense(x, 10000))
    feed = {x: rng.rand(64, 128).astype(np.float32), y: rng.randint(0, 10000, 64)}
    return _minimize(tf, sess, loss, tf.train.AdagradOptimizer(0.1), feed)


def vae(tf, sess, rng):
    x, _, feed = _digits(tf, rng, 100)
    h = tf.layers.dense(tf.layers.dense(x, 500, tf.nn.softplus), 500, tf.nn.softplus)
    mean, log_var = tf.layers.dense(h, 20), tf.layers.dense(h, 20)
    z = mean + tf.sqrt(tf.exp(log_var)) * tf.random_normal(tf.shape(mean))
    g = tf.layers.dense(tf.layers.dense(z, 500, tf.nn.softplus), 500, tf.nn.softplus)
    out = tf.layers.dense(g, 784, tf.nn.sigmoid)
    rebuilt = -tf.reduce_sum(x * tf.log(1e-10 + out) + (1 - x) * tf.log(1e-10 + 1 - out), 1)
    latent = -0.5 * tf.reduce_sum(1 + log_var - tf.square(mean) - tf.exp(log_var), 1)
    return _minimize(tf, sess, tf.reduce_mean(rebuilt + latent), tf.train.AdamOptimizer(0.001), feed)


# Pictures ----------------------------------------------------------------------------------------------


def conv3x3_batch_norm(tf, sess, rng):
    """A small residual net on 32 x 32 x 3."""
    x, y, feed = _pictures(tf, rng, 32)
    h = tf.layers.conv2d(x, 16, 3, padding="same", use_bias=False)
    for channels, stride in ((16, 1), (32, 2), (64, 2)):
        g = tf.nn.relu(tf.layers.batch_normalization(h, training=True))
        left = tf.layers.conv2d(g, channels, 1, stride, use_bias=False) if stride > 1 else h
        g = tf.layers.conv2d(g, channels, 3, stride, padding="same", use_bias=False)
        g = tf.nn.relu(tf.layers.batch_normalization(g, training=True))
        h = left + tf.layers.conv2d(g, channels, 3, padding="same", use_bias=False)
    loss = _cross_entropy(tf, y, tf.layers.dense(tf.reduce_mean(h, [1, 2]), 10))
    return _minimize(tf, sess, loss, tf.train.MomentumOptimizer(0.1, 0.9), feed)


def conv_valid_dropout(tf, sess, rng):
    """3 x 3 VALID convolutions and pools, `tf.layers`."""
    x, y, feed = _pictures(tf, rng, 64, 28, 1)
    h = x
    for channels in (32, 64):
        h = tf.layers.conv2d(h, channels, 3, activation=tf.nn.relu)
        h = tf.layers.max_pooling2d(h, 2, 2)
    h = tf.layers.dropout(tf.layers.dense(tf.layers.flatten(h), 128, tf.nn.relu), 0.4, training=True)
    return _minimize(tf, sess, _cross_entropy(tf, y, tf.layers.dense(h, 10)), tf.train.GradientDescentOptimizer(0.01), feed)


def cifar_lrn(tf, sess, rng):
    """TensorFlow's CIFAR-10 tutorial: overlapping pools, local response normalization, weight decay."""
    x, y, feed = _pictures(tf, rng, 32, 24)
    h = x
    for i in range(2):
        h = tf.layers.conv2d(h, 64, 5, padding="same", activation=tf.nn.relu)
        h = tf.nn.lrn(h, 4, bias=1.0, alpha=0.001 / 9.0, beta=0.75) if i else h
        h = tf.nn.max_pool(h, [1, 3, 3, 1], [1, 2, 2, 1], "SAME")
        h = h if i else tf.nn.lrn(h, 4, bias=1.0, alpha=0.001 / 9.0, beta=0.75)
    h = tf.layers.dense(tf.layers.dense(tf.layers.flatten(h), 384, tf.nn.relu), 192, tf.nn.relu)
    loss = _cross_entropy(tf, y, tf.layers.dense(h, 10)) + 0.004 * tf.add_n([tf.nn.l2_loss(v) for v in tf.trainable_variables()])
    return _minimize(tf, sess, loss, tf.train.GradientDescentOptimizer(0.1), feed)


def dcgan(tf, sess, rng):
    """Transposed convolutions: a generator's step against a discriminator."""
    z = tf.placeholder(tf.float32, [32, 100])
    h = tf.reshape(tf.layers.dense(z, 7 * 7 * 64), [-1, 7, 7, 64])
    h = tf.nn.relu(tf.layers.batch_normalization(h, training=True))
    h = tf.nn.relu(tf.layers.batch_normalization(tf.layers.conv2d_transpose(h, 32, 5, 2, padding="same"), training=True))
    h = tf.tanh(tf.layers.conv2d_transpose(h, 1, 5, 2, padding="same"))
    h = tf.nn.leaky_relu(tf.layers.conv2d(h, 32, 5, 2, padding="same"))
    h = tf.nn.leaky_relu(tf.layers.conv2d(h, 64, 5, 2, padding="same"))
    loss = tf.losses.sigmoid_cross_entropy(tf.ones([32, 1]), tf.layers.dense(tf.layers.flatten(h), 1))
    return _minimize(tf, sess, loss, tf.train.AdamOptimizer(2e-4, 0.5), {z: rng.rand(32, 100).astype(np.float32)})


def separable(tf, sess, rng):
    """Depthwise separable convolutions."""
    x, y, feed = _pictures(tf, rng, 32)
    h = tf.layers.conv2d(x, 32, 3, 2, padding="same", activation=tf.nn.relu)
    for channels in (64, 128):
        h = tf.layers.separable_conv2d(h, channels, 3, padding="same", activation=tf.nn.relu)
        h = tf.layers.max_pooling2d(h, 2, 2)
    loss = _cross_entropy(tf, y, tf.layers.dense(tf.reduce_mean(h, [1, 2]), 10))
    return _minimize(tf, sess, loss, tf.train.RMSPropOptimizer(0.001), feed)


# Sequences ---------------------------------------------------------------------------------------------


def static_lstm(tf, sess, rng):
    x, y, feed = _digits(tf, rng, 128)
    rows = tf.unstack(tf.reshape(x, [-1, 28, 28]), 28, 1)
    outputs, _ = tf.nn.static_rnn(tf.nn.rnn_cell.BasicLSTMCell(128, forget_bias=1.0), rows, dtype=tf.float32)
    loss = tf.losses.softmax_cross_entropy(y, tf.layers.dense(outputs[-1], 10))
    return _minimize(tf, sess, loss, tf.train.GradientDescentOptimizer(0.001), feed)


def bidirectional(tf, sess, rng):
    x, y, feed = _digits(tf, rng, 128)
    rows = tf.unstack(tf.reshape(x, [-1, 28, 28]), 28, 1)
    cells = [tf.nn.rnn_cell.BasicLSTMCell(64) for _ in range(2)]
    outputs, _, _ = tf.nn.static_bidirectional_rnn(cells[0], cells[1], rows, dtype=tf.float32)
    loss = tf.losses.softmax_cross_entropy(y, tf.layers.dense(outputs[-1], 10))
    return _minimize(tf, sess, loss, tf.train.AdamOptimizer(0.001), feed)


def char_rnn(tf, sess, rng):
    """Two layers of LSTM over characters, gradients clipped."""
    x, y = tf.placeholder(tf.int32, [50, 25]), tf.placeholder(tf.int32, [50, 25])
    embedding = tf.get_variable("embedding", [65, 128])
    cell = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.BasicLSTMCell(128) for _ in range(2)])
    start = cell.zero_state(50, tf.float32)
    outputs, _ = tf.nn.dynamic_rnn(cell, tf.nn.embedding_lookup(embedding, x), initial_state=start)
    logits = tf.layers.dense(tf.reshape(outputs, [-1, 128]), 65)
    loss = _cross_entropy(tf, tf.reshape(y, [-1]), logits)
    variables = tf.trainable_variables()
    gradients, _ = tf.clip_by_global_norm(tf.gradients(loss, variables), 5.0)
    step = tf.train.AdamOptimizer(0.002).apply_gradients(zip(gradients, variables))
    sess.run(tf.global_variables_initializer())
    feed = {x: rng.randint(0, 65, (50, 25)), y: rng.randint(0, 65, (50, 25))}
    return lambda: sess.run([step, loss], feed)


def gru_lengths(tf, sess, rng):
    """A GRU over sequences of several lengths, embedded."""
    x, n, y = tf.placeholder(tf.int32, [None, 40]), tf.placeholder(tf.int32, [None]), tf.placeholder(tf.int64, [None])
    embedding = tf.get_variable("embedding", [5000, 64])
    _, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(64), tf.nn.embedding_lookup(embedding, x), n, dtype=tf.float32)
    feed = {x: rng.randint(0, 5000, (32, 40)), n: rng.randint(1, 41, 32), y: rng.randint(0, 2, 32)}
    return _minimize(tf, sess, _cross_entropy(tf, y, tf.layers.dense(state, 2)), tf.train.AdamOptimizer(), feed)


def text_cnn(tf, sess, rng):
    x, y = tf.placeholder(tf.int32, [None, 56]), tf.placeholder(tf.int64, [None])
    embedded = tf.expand_dims(tf.nn.embedding_lookup(tf.get_variable("embedding", [10000, 128]), x), -1)
    pooled = []
    for size in (3, 4, 5):
        h = tf.layers.conv2d(embedded, 64, [size, 128], activation=tf.nn.relu)
        pooled.append(tf.nn.max_pool(h, [1, 56 - size + 1, 1, 1], [1, 1, 1, 1], "VALID"))
    h = tf.nn.dropout(tf.reshape(tf.concat(pooled, 3), [-1, 192]), 0.5)
    feed = {x: rng.randint(0, 10000, (64, 56)), y: rng.randint(0, 2, 64)}
    return _minimize(tf, sess, _cross_entropy(tf, y, tf.layers.dense(h, 2)), tf.train.AdamOptimizer(1e-3), feed)


def embedding_adagrad(tf, sess, rng):
    """Sparse updates of a table of 50,000 rows."""
    x, y = tf.placeholder(tf.int32, [None, 10]), tf.placeholder(tf.float32, [None, 1])
    h = tf.reduce_mean(tf.nn.embedding_lookup(tf.Variable(tf.random_uniform([50000, 64], -1, 1)), x), 1)
    loss = tf.losses.sigmoid_cross_entropy(y, tf.layers.dense(h, 1))
    feed = {x: rng.randint(0, 50000, (256, 10)), y: rng.randint(0, 2, (256, 1)).astype(np.float32)}
    return _minimize(tf, sess, loss, tf.train.AdagradOptimizer(0.1), feed)


# Loops -------------------------------------------------------------------------------------------------


def while_1000(tf, sess, rng):
    _, total = tf.while_loop(lambda i, _: i < 1000, lambda i, t: (i + 1, t + tf.cast(i, tf.float32)), [0, 0.0])
    return lambda: sess.run(total)


def map_and_scan(tf, sess, rng):
    x = tf.placeholder(tf.float32, [100, 10])
    y = tf.map_fn(lambda row: row * 2.0 + 1.0, x), tf.scan(lambda a, row: a * 0.9 + row, x)
    feed = {x: rng.rand(100, 10).astype(np.float32)}
    return lambda: sess.run(y, feed)


# What goes in and out ------------------------------------------------------------------------------------


def summaries(tf, sess, rng):
    """Softmax regression that writes scalars and histograms in every step."""
    x, y, feed = _digits(tf, rng, 100)
    logits = tf.layers.dense(x, 10, name="logits")
    loss = tf.losses.softmax_cross_entropy(y, logits)
    step = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
    tf.summary.scalar("loss", loss)
    for v in tf.trainable_variables():
        tf.summary.histogram(v.op.name, v)
    tf.summary.histogram("activations", logits)
    merged = tf.summary.merge_all()
    sess.run(tf.global_variables_initializer())
    writer = tf.summary.FileWriter(tempfile.mkdtemp(), sess.graph)
    count = iter(range(1 << 30))

    def run():
        text, _ = sess.run([merged, step], feed)
        writer.add_summary(text, next(count))

    return run


def dataset_batches(tf, sess, rng):
    """Ten batches of 128 out of 60,000 shuffled rows."""
    x, y = rng.rand(60000, 784).astype(np.float32), rng.randint(0, 10, 60000)
    places = tf.placeholder(tf.float32, x.shape), tf.placeholder(tf.int64, y.shape)
    dataset = tf.data.Dataset.from_tensor_slices(places).repeat().shuffle(1000).batch(128).prefetch(1)
    iterator = dataset.make_initializable_iterator()
    batch = iterator.get_next()
    sess.run(iterator.initializer, dict(zip(places, (x, y))))

    def run():
        for _ in range(10):
            sess.run(batch)

    return run


def dataset_map(tf, sess, rng):
    """A batch of 100 elements that each go through a mapped function."""
    dataset = tf.data.Dataset.range(1000000).map(lambda i: (tf.cast(i, tf.float32) / 255.0, tf.one_hot(i % 10, 10))).batch(100)
    batch = dataset.make_one_shot_iterator().get_next()
    return lambda: sess.run(batch)


def queue_batches(tf, sess, rng):
    """Ten batches that `tf.train.shuffle_batch` takes from a queue filled by threads."""
    row, label = tf.train.slice_input_producer([tf.constant(rng.rand(1000, 100).astype(np.float32)), tf.constant(np.arange(1000))])
    batch = tf.train.shuffle_batch([row, label], 32, 500, 100)
    coordinator = tf.train.Coordinator()
    tf.train.start_queue_runners(sess, coordinator)

    def run():
        for _ in range(10):
            sess.run(batch)

    return run


def parse_examples(tf, sess, rng):
    texts = []
    for _ in range(128):
        example = tf.train.Example()
        example.features.feature["x"].float_list.value.extend(rng.rand(100))
        example.features.feature["label"].int64_list.value.append(int(rng.randint(10)))
        example.features.feature["name"].bytes_list.value.append(b"a picture")
        texts.append(example.SerializeToString())
    serialized = tf.placeholder(tf.string, [None])
    features = {
        "x": tf.FixedLenFeature([100], tf.float32), "label": tf.FixedLenFeature([], tf.int64), "name": tf.VarLenFeature(tf.string),
    }  # fmt: skip
    parsed = tf.parse_example(serialized, features)
    return lambda: sess.run(parsed, {serialized: texts})


def _picture(rng):
    """A photograph as far as a codec is concerned: smooth, with some noise."""
    y, x = np.mgrid[:240, :320]
    smooth = np.stack([np.sin(x / 40.0), np.cos(y / 30.0), np.sin((x + y) / 50.0)], -1) * 100 + 128
    return np.clip(smooth + rng.randn(240, 320, 3) * 4, 0, 255).astype(np.uint8)


def decode_jpeg(tf, sess, rng):
    content = tf.placeholder(tf.string, [])
    feed = {content: sess.run(tf.image.encode_jpeg(_picture(rng)))}
    y = tf.image.decode_jpeg(content, channels=3)
    return lambda: sess.run(y, feed)


def decode_png(tf, sess, rng):
    content = tf.placeholder(tf.string, [])
    feed = {content: sess.run(tf.image.encode_png(_picture(rng)))}
    y = tf.image.decode_png(content, channels=3)
    return lambda: sess.run(y, feed)


def resize_images(tf, sess, rng):
    x = tf.placeholder(tf.float32, [None, 240, 320, 3])
    y = tf.image.resize_images(x, [224, 224])
    feed = {x: rng.rand(8, 240, 320, 3).astype(np.float32)}
    return lambda: sess.run(y, feed)


def save(tf, sess, rng):
    """A checkpoint of a net with Adam's slots, some 3 MB."""
    step = dense_batch_norm(tf, sess, rng)
    step()
    saver, path = tf.train.Saver(), os.path.join(tempfile.mkdtemp(), "model.ckpt")
    return lambda: saver.save(sess, path, write_meta_graph=False)


# From nothing to the first step ---------------------------------------------------------------------------


def _first_step(tf, model, rng):
    def run():
        with tf.Graph().as_default(), tf.Session() as sess:
            model(tf, sess, rng)()

    return run


def first_step_cnn(tf, sess, rng):
    """Building a graph, its gradients, the initial values and the first step."""
    return _first_step(tf, conv_valid_dropout, rng)


def first_step_static_lstm(tf, sess, rng):
    return _first_step(tf, static_lstm, rng)


def first_step_char_rnn(tf, sess, rng):
    return _first_step(tf, char_rnn, rng)


CASES = (
    linear_regression, xor, many_fetches, many_runs, autoencoder, dense_batch_norm, evaluation, softmax_10k, vae, conv3x3_batch_norm,
    conv_valid_dropout, cifar_lrn, dcgan, separable, static_lstm, bidirectional, char_rnn, gru_lengths, text_cnn, embedding_adagrad,
    while_1000, map_and_scan, summaries, dataset_batches, dataset_map, queue_batches, parse_examples, decode_jpeg, decode_png,
    resize_images, save, first_step_cnn, first_step_static_lstm, first_step_char_rnn,
)  # fmt: skip
