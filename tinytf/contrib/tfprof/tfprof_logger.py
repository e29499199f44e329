"""The old place of `tf.profiler.write_op_log`."""

from tinytf.profiler.tfprof_logger import write_op_log  # noqa: F401
