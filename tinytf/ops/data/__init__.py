"""The ops behind tf.data."""
