"""Gradients: tf.gradients, and which function builds the gradient of an op."""
