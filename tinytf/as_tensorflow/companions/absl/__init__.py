"""`absl`: the parts of Abseil for Python that programs for TensorFlow use. Flags and `app.run` are those of tf.flags and tf.app."""
