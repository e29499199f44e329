"""AutoGraph: Python's `if`, `while`, `for` on tensors as `tf.cond` and `tf.while_loop`."""
