"""`tf.saved_model.tag_constants`: usual tags of a SavedModel's graphs."""

SERVING = "serve"
TRAINING = "train"
EVAL = "eval"
GPU = "gpu"
TPU = "tpu"
