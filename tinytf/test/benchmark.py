"""`tf.test.Benchmark`: timing of ops, for classes whose methods are called `benchmark…`."""

from __future__ import annotations

import statistics
import time

from tinytf import logging


class Benchmark:
    """A class of `benchmark…` methods that time ops. Follows tf.test.Benchmark of TF 1.15.

    What a method measures is written as an INFO line and kept in `reports`: tinytf has no runner that collects it.
    """

    def __init__(self):
        self.reports: list = []

    def report_benchmark(self, iters=None, cpu_time=None, wall_time=None, throughput=None, extras=None, name=None, metrics=None) -> None:
        """Keeps and logs one measurement."""
        given = {"iters": iters, "cpu_time": cpu_time, "wall_time": wall_time, "throughput": throughput, "extras": extras, "metrics": metrics}
        report = {"name": name or type(self).__name__, **{k: v for k, v in given.items() if v is not None}}
        self.reports.append(report)
        logging.info("Benchmark: %s", report)

    def run_op_benchmark(self, sess, op_or_tensor, feed_dict=None, burn_iters=2, min_iters=10, store_trace=False, store_memory_usage=True,
                         name=None, extras=None, mbs=0) -> dict:  # fmt: skip
        """Runs an op `burn_iters` times, then `min_iters` times with the clock: {iters, wall_time (the median), throughput, extras, name}."""
        for _ in range(burn_iters):
            sess.run(op_or_tensor, feed_dict=feed_dict)
        seconds = []
        for _ in range(min_iters):
            start = time.time()
            sess.run(op_or_tensor, feed_dict=feed_dict)
            seconds.append(time.time() - start)
        median = statistics.median(seconds) if seconds else None
        measured = {
            "iters": min_iters, "wall_time": median, "throughput": mbs / median if median else None, "extras": dict(extras or {}), "name": name,
        }  # fmt: skip
        self.report_benchmark(**measured)
        return measured

    def evaluate(self, tensors):
        """The values of tensors in the default session."""
        from tinytf.graph.default_session import get_default_session
        from tinytf.run.session import Session

        session = get_default_session()
        return Session().run(tensors) if session is None else session.run(tensors)


TensorFlowBenchmark = Benchmark


def benchmark_config():
    """A ConfigProto without dependency optimization, so that what is timed is what was built.  Follows tf.test.benchmark_config."""
    from tinytf import protos

    config = protos.ConfigProto()
    config.graph_options.rewrite_options.dependency_optimization = protos.RewriterConfig.OFF
    return config
