"""Random numbers: TensorFlow's generator and what is drawn with it."""
