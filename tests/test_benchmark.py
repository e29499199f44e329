"""tf.test.Benchmark: what runs by name, and what a report holds."""

import pytest

import tinytf as tf
from tinytf import protos
from tinytf.test import benchmark


@pytest.fixture
def kind():
    class Sample(tf.test.Benchmark):
        ran: list = []

        def benchmark_first(self):
            self.ran.append("first")
            self.report_benchmark(iters=2, extras={"number": 3, "word": "fast"}, metrics=[{"name": "m", "value": 1.5, "min_value": 1.0}])

        def benchmark_op(self):
            self.ran.append("op")
            with tf.Graph().as_default(), tf.Session() as sess:
                x = tf.placeholder(tf.float32, [2])
                self.run_op_benchmark(sess, x + 1.0, feed_dict={x: [1.0, 2.0]}, min_iters=3, name="named")

        def helper(self):
            self.ran.append("helper")

    yield Sample
    benchmark.GLOBAL_BENCHMARK_REGISTRY.discard(Sample)


def _entry(path):
    return protos.BenchmarkEntries.FromString(path.read_bytes()).entry[0]


def test_methods_run_whose_names_match(kind, tmp_path, monkeypatch):
    monkeypatch.setenv(benchmark.TEST_REPORTER_TEST_ENV, str(tmp_path) + "/")
    benchmark._run_benchmarks("Sample.*first$")
    assert kind.ran == ["first"]
    with pytest.raises(OSError, match="already exists"):
        benchmark._run_benchmarks("Sample.*first$")


def test_a_report_is_a_message_in_a_file(kind, tmp_path, monkeypatch):
    monkeypatch.setenv(benchmark.TEST_REPORTER_TEST_ENV, str(tmp_path) + "/")
    benchmark._run_benchmarks("Sample")
    entry = _entry(tmp_path / "Sample.benchmark_first")
    assert (entry.name, entry.iters, entry.extras["number"].double_value, entry.extras["word"].string_value) == (
        "Sample.benchmark_first", 2, 3.0, "fast",
    )  # fmt: skip
    assert entry.metrics[0].min_value.value == 1.0
    timed = _entry(tmp_path / "Sample.named")
    assert timed.iters == 3 and timed.extras["allocator_maximum_num_bytes_cpu"].double_value > 0


def test_a_base_of_benchmarks_is_none():
    assert tf.test.Benchmark not in benchmark.GLOBAL_BENCHMARK_REGISTRY
    with pytest.raises(ValueError, match="calling Benchmark class"):
        benchmark.TensorFlowBenchmark._get_name(None)
