"""The generators, with and without op seeds, twice each."""
import tensorflow as tf

tf.set_random_seed(42)
samples = [
    tf.random_normal([2, 3]),
    tf.random_uniform([2, 3], -1, 1),
    tf.random_uniform([4], 0, 100, dtype=tf.int32),
    tf.truncated_normal([5], stddev=0.5),
    tf.random_shuffle(tf.range(8)),
    tf.random_normal([3], mean=1.0, seed=7),
    tf.random_uniform([3], seed=7),
    tf.truncated_normal([3], seed=7),
    tf.random_shuffle(tf.range(8), seed=7),
    tf.multinomial([[0.5, 0.2, 0.3]], 6, seed=7),
    tf.random_gamma([3], 2.0, seed=7),
]
for _ in range(2):
    with tf.Session() as sess:
        for _ in range(2):
            for value in sess.run(samples):
                print(value)
