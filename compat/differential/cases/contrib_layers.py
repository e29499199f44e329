"""tf.contrib.layers, framework and slim: graphs and collections."""

from __future__ import annotations


def _fed(tf, *s):
    return tf.placeholder(tf.float32, list(s))


def case_fc(tf):
    L = tf.contrib.layers
    x = _fed(tf, None, 8)
    y = L.fully_connected(x, 4)
    y = L.fully_connected(y, 4, activation_fn=None, scope="out", weights_regularizer=L.l2_regularizer(0.1))
    L.fully_connected(x, 4, normalizer_fn=L.batch_norm)
    L.fully_connected(
        x,
        3,
        weights_initializer=tf.truncated_normal_initializer(stddev=0.1),
        reuse=False,
        variables_collections=["aa"],
        outputs_collections="bb",
    )
    L.linear(x, 3)
    L.stack(x, L.fully_connected, [3, 4], scope="fc")
    return []


def case_fc_reuse(tf):
    L = tf.contrib.layers
    x = _fed(tf, None, 8)
    L.fully_connected(x, 4, scope="a")
    L.fully_connected(x, 4, scope="a", reuse=True)
    return []


def case_conv(tf):
    L = tf.contrib.layers
    x = _fed(tf, None, 8, 8, 3)
    y = L.conv2d(x, 4, 3)
    y = L.max_pool2d(y, 2)
    y = L.conv2d(y, 4, [3, 3], stride=2, padding="VALID", normalizer_fn=L.batch_norm, normalizer_params={"is_training": True})
    y = L.flatten(y)
    L.dropout(y)
    L.dropout(y, 0.3, is_training=False)
    L.avg_pool2d(x, [2, 2])
    L.conv2d_transpose(x, 4, 3, 2)
    L.separable_conv2d(x, 4, 3, 1)
    L.separable_conv2d(x, None, 3, 1)
    L.bias_add(x)
    L.repeat(x, 2, L.conv2d, 4, 3, scope="rep")
    return []


def case_bn(tf):
    L = tf.contrib.layers
    x = _fed(tf, None, 8, 8, 3)
    t = tf.placeholder(tf.bool)
    L.batch_norm(x)
    L.batch_norm(x, is_training=t)
    L.batch_norm(x, is_training=False, scale=True, center=False)
    L.batch_norm(x, updates_collections=None)
    L.batch_norm(x, updates_collections=None, is_training=t, scope="q")
    return []


def case_bn2(tf):
    L = tf.contrib.layers
    x = _fed(tf, None, 3)
    t = tf.placeholder(tf.bool)
    L.batch_norm(x)
    L.batch_norm(x, fused=False)
    L.batch_norm(x, fused=False, updates_collections=None, is_training=t)
    L.batch_norm(x, zero_debias_moving_mean=True)
    L.batch_norm(_fed(tf, None, 4, 3), is_training=t, updates_collections="upd")
    return []


def case_misc(tf):
    L = tf.contrib.layers
    x = _fed(tf, None, 4)
    L.layer_norm(x)
    L.softmax(x)
    L.one_hot_encoding(tf.constant([1, 2]), 3)
    L.unit_norm(x, 1)
    L.maxout(x, 2)
    L.legacy_fully_connected(x, 3, activation_fn=tf.nn.relu)
    L.apply_regularization(L.l1_regularizer(0.1))
    L.sum_regularizer([L.l1_regularizer(0.1), L.l2_regularizer(0.2)])(x)
    L.l1_l2_regularizer(0.1, 0.2)(x)
    return []


def case_summ(tf):
    L = tf.contrib.layers
    x = tf.nn.relu(_fed(tf, None, 4))
    L.summarize_activation(x)
    L.summarize_tensor(x)
    L.summarize_tensors([tf.constant(1.0)])
    L.fully_connected(x, 3)
    L.summarize_collection(tf.GraphKeys.GLOBAL_VARIABLES)
    return []


def case_opt(tf):
    L = tf.contrib.layers
    x = _fed(tf, 3, 4)
    y = L.fully_connected(x, 1)
    loss = tf.reduce_mean(y)
    gs = tf.contrib.framework.get_or_create_global_step()
    L.optimize_loss(loss, gs, 0.1, "Adam")
    L.optimize_loss(
        loss,
        gs,
        0.1,
        "SGD",
        clip_gradients=1.0,
        summaries=["loss", "gradients", "gradient_norm"],
        name="second",
        learning_rate_decay_fn=lambda lr, s: tf.train.exponential_decay(lr, s, 100, 0.9),
    )
    return []


def case_slim(tf):
    slim = tf.contrib.slim
    x = _fed(tf, None, 8, 8, 3)
    with slim.arg_scope(
        [slim.conv2d, slim.fully_connected], weights_regularizer=slim.l2_regularizer(0.1), activation_fn=tf.nn.elu
    ) as sc:
        y = slim.conv2d(x, 4, [3, 3], scope="c1")
        y = slim.repeat(y, 2, slim.conv2d, 4, [3, 3], scope="c2")
        y = slim.max_pool2d(y, [2, 2], scope="p")
        y = slim.flatten(y)
        y = slim.fully_connected(y, 3, scope="fc")
    with slim.arg_scope(sc):
        slim.conv2d(x, 2, 1)
    slim.get_model_variables()
    slim.model_variable("w", [3])
    slim.variable("w2", [3], initializer=tf.zeros_initializer())
    slim.get_variables_to_restore(exclude=["c1"])
    return []


def case_sparse_feature_cross(tf):
    L = tf.contrib.layers
    features = {
        "w": tf.SparseTensor([[0, 0], [0, 1], [1, 0]], ["a", "b", "c"], [2, 2]),
        "n": tf.SparseTensor([[0, 0], [1, 0], [1, 1]], tf.constant([1, 2, 3], tf.int64), [2, 2]),
        "x": tf.constant([[0.5], [2.5]]),
    }
    w, n = L.sparse_column_with_hash_bucket("w", 9), L.sparse_column_with_integerized_feature("n", 5)
    ranges = L.bucketized_column(L.real_valued_column("x"), [1.0, 2.0])
    made = []
    for key in (None, L.SPARSE_FEATURE_CROSS_DEFAULT_HASH_KEY):
        for columns in ([w, n], [w, n, ranges]):
            column = L.crossed_column(columns, 100, hash_key=key)
            crossed = L.transform_features(features, [column])[column]
            made.append([crossed.indices, crossed.values, crossed.dense_shape])
    return made
