"""`tf.test.Benchmark`: classes whose methods are called `benchmark…` and time ops. `python the_test.py --benchmarks=REGEX` runs them.

Follows tensorflow/python/platform/benchmark.py of TF 1.15.
"""

from __future__ import annotations

import numbers
import os
import re
import statistics
import sys
import time
import types

from tinytf import file_io, logging, protos

GLOBAL_BENCHMARK_REGISTRY: set = set()  # all classes of benchmarks
TEST_REPORTER_TEST_ENV = "TEST_REPORT_FILE_PREFIX"  # where reports go as files; they are printed where it is not set
OVERRIDE_GLOBAL_THREADPOOL = "TF_OVERRIDE_GLOBAL_THREADPOOL"


def _global_report_benchmark(name, iters=None, cpu_time=None, wall_time=None, throughput=None, extras=None, metrics=None) -> None:
    """Logs one measurement, and writes it as a BenchmarkEntries message."""
    numbers_of = {"iters": iters, "wall_time": wall_time, "cpu_time": cpu_time, "throughput": throughput}
    logging.info(
        "Benchmark [%s] iters: %d, wall_time: %g, cpu_time: %g,throughput: %g, extras: %s, metrics: %s",
        name, *(-1 if value is None else value for value in numbers_of.values()), extras or "None", metrics or "None",
    )  # fmt: skip
    entries = protos.BenchmarkEntries()
    entry = entries.entry.add(name=name, **{key: value for key, value in numbers_of.items() if value is not None})
    if extras is not None:
        if not isinstance(extras, dict):
            raise TypeError("extras must be a dict")
        for key, value in extras.items():
            if isinstance(value, numbers.Number):
                entry.extras[key].double_value = value
            else:
                entry.extras[key].string_value = str(value)
    if metrics is not None:
        if not isinstance(metrics, list):
            raise TypeError("metrics must be a list")
        for metric in metrics:
            for field in ("name", "value"):
                if field not in metric:
                    raise TypeError("metric must has a '%s' field" % field)
            added = entry.metrics.add(name=metric["name"], value=metric["value"])
            for field in ("min_value", "max_value"):
                if field in metric:
                    getattr(added, field).value = metric[field]
    prefix = os.environ.get(TEST_REPORTER_TEST_ENV)
    if prefix is None:
        print(str(entries))
        return
    path = prefix + name.replace("/", "__")
    if file_io.file_exists(path):
        raise OSError("File already exists: %s" % path)
    with file_io.FileIO(path, "wb") as out:
        out.write(entries.SerializeToString())


class Benchmark:
    """What all benchmarks are: it can report."""

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if not cls.is_abstract():
            GLOBAL_BENCHMARK_REGISTRY.add(cls)

    @classmethod
    def is_abstract(cls) -> bool:
        """Whether this is a base of benchmarks, and none itself."""
        return len(cls.mro()) <= 2

    def _get_name(self, overwrite_name=None) -> str:
        """<class>.<the outermost of its methods that runs, or the name given>."""
        found: str | None = None
        frame: types.FrameType | None = sys._getframe(1)
        while frame is not None:
            caller = frame.f_locals.get("self")
            if isinstance(caller, Benchmark):
                found = "%s.%s" % (type(caller).__name__, overwrite_name or frame.f_code.co_name)
            frame = frame.f_back
        if found is None:
            raise ValueError("Unable to determine calling Benchmark class.")
        return found

    def report_benchmark(self, iters=None, cpu_time=None, wall_time=None, throughput=None, extras=None, name=None, metrics=None) -> None:
        """Reports one measurement under the name of the class and of the method, or `name`."""
        _global_report_benchmark(
            name=self._get_name(name), iters=iters, cpu_time=cpu_time, wall_time=wall_time, throughput=throughput, extras=extras,
            metrics=metrics,
        )  # fmt: skip


class TensorFlowBenchmark(Benchmark):
    """A class of `benchmark…` methods that time ops. Follows tf.test.Benchmark of TF 1.15."""

    @classmethod
    def is_abstract(cls) -> bool:
        """Whether this is a base of benchmarks, and none itself."""
        return len(cls.mro()) <= 3

    def run_op_benchmark(self, sess, op_or_tensor, feed_dict=None, burn_iters=2, min_iters=10, store_trace=False, store_memory_usage=True,
                         name=None, extras=None, mbs=0) -> dict:  # fmt: skip
        """Runs an op `burn_iters` times, then `min_iters` times with the clock, and reports {iters, wall_time (the median), throughput, extras}.

        `store_memory_usage` adds the most memory of each allocator to `extras`, `store_trace` a trace for Chrome to what is returned.
        """
        from tinytf.timeline import Timeline

        for _ in range(burn_iters):
            sess.run(op_or_tensor, feed_dict=feed_dict)
        seconds = []
        for _ in range(min_iters):
            start = time.time()
            sess.run(op_or_tensor, feed_dict=feed_dict)
            seconds.append(time.time() - start)
        extras, unreported = {} if extras is None else extras, {}
        if store_trace or store_memory_usage:
            options, metadata = protos.RunOptions(trace_level=protos.RunOptions.FULL_TRACE), protos.RunMetadata()
            sess.run(op_or_tensor, feed_dict=feed_dict, options=options, run_metadata=metadata)
            timeline = Timeline(metadata.step_stats)
            if store_trace:
                unreported["full_trace_chrome_format"] = timeline.generate_chrome_trace_format()
            if store_memory_usage:
                for allocator, most in timeline.analyze_step_stats(show_memory=True).allocator_maximums.items():
                    extras["allocator_maximum_num_bytes_%s" % allocator] = most.num_bytes
        median = statistics.median(seconds) if seconds else -1
        throughput = mbs / median if median else 0.0
        measured = {"iters": min_iters, "wall_time": median, "extras": extras, "name": name, "throughput": throughput}
        self.report_benchmark(**measured)
        measured["extras"].update(unreported)
        return measured

    def evaluate(self, tensors):
        """The values of tensors in the default session."""
        from tinytf.graph.default_session import get_default_session
        from tinytf.run.session import Session

        session = get_default_session()
        return Session().run(tensors) if session is None else session.run(tensors)


def benchmark_config():
    """A ConfigProto without dependency optimization, so that what is timed is what was built.  Follows tf.test.benchmark_config."""
    config = protos.ConfigProto()
    config.graph_options.rewrite_options.dependency_optimization = protos.RewriterConfig.OFF
    return config


def _run_benchmarks(regex) -> None:
    """Runs the methods of all benchmarks whose names, module.class.method, hold a match; "all" for each."""
    for kind in list(GLOBAL_BENCHMARK_REGISTRY):
        instance = None
        for attribute in dir(kind):
            if not attribute.startswith("benchmark") or not callable(getattr(kind, attribute)):
                continue
            if regex == "all" or re.search(regex, "%s.%s.%s" % (kind.__module__, kind.__name__, attribute)):
                instance = instance or kind()
                getattr(instance, attribute)()


def benchmarks_main(true_main, argv=None) -> None:
    """Runs the benchmarks that the flag --benchmarks names, or `true_main()` where there is no such flag."""
    argv = sys.argv if argv is None else argv
    flag = next((arg for arg in argv if re.match("--?benchmarks=", arg)), None)
    if flag is None:
        true_main()
        return
    from tinytf import app

    argv.remove(flag)
    app.run(lambda _: _run_benchmarks(flag.split("=")[1]), argv=argv)
