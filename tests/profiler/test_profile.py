"""tf.profiler: the counts and the tables of TensorFlow 1.15."""

import numpy as np
import pytest

import tinytf as tf
from tinytf.graph.op_stats import get_stats_for_node_def
from tinytf.profiler.sorting import cpp_sorted

Builder = tf.profiler.ProfileOptionBuilder


@pytest.fixture
def net():
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [4, 8, 8, 1], name="x")
        w = tf.get_variable("W", [3, 3, 1, 2])
        pooled = tf.nn.max_pool(
            tf.nn.conv2d(x, w, [1, 1, 1, 1], "SAME", name="conv"), [1, 2, 2, 1], [1, 2, 2, 1], "SAME", name="pool"
        )
        with tf.variable_scope("fc"):
            weights = tf.get_variable("w", [32, 10])
            bias = tf.get_variable("b", [10], trainable=False)
            y = tf.matmul(tf.reshape(pooled, [4, 32]), weights, name="mm") + bias
        tf.reduce_mean(tf.square(y), name="loss")
        yield graph


def report_of(capsys, **arguments):
    result = tf.profiler.profile(**arguments)
    text = capsys.readouterr().out
    assert text.startswith("Parsing Inputs...\n\n=========================Options===")
    return result, text[text.index("Profile:\n") + 9 : text.index("\n\n====", text.index("Profile:"))].splitlines()


def test_parameters_are_told_scope_by_scope(net, capsys):
    result, lines = report_of(capsys, graph=net)
    assert result.total_parameters == 338 and result.name == "_TFProfRoot"
    assert [child.name for child in result.children] == ["W", "fc"]
    assert lines == [
        "node name | # parameters",
        "_TFProfRoot (--/338 params)",
        "  W (3x3x1x2, 18/18 params)",
        "  fc (--/320 params)",
        "    fc/w (32x10, 320/320 params)",
    ]


def test_operations_are_told_the_largest_first_and_by_type(net, capsys):
    options = Builder(Builder.float_operation()).with_node_names(hide_name_regexes=[".*Initializer.*"]).build()
    result, lines = report_of(capsys, graph=net, options=options)
    assert result.total_float_ops == 12368
    assert lines[1:] == [
        "_TFProfRoot (--/12.37k flops)",
        "  conv (9.22k/9.22k flops)",
        "  fc/mm (2.56k/2.56k flops)",
        "  pool (512/512 flops)",
        "  Square (40/40 flops)",
        "  loss (40/40 flops)",
    ]
    by_type, lines = report_of(capsys, graph=net, cmd="op", options=Builder.float_operation())
    assert lines[1] == "Conv2D                   9.22k float_ops (100.00%, 70.53%)"
    assert by_type.children[0].graph_nodes[0].name == "conv"


def test_a_traced_run_adds_time_and_memory(net, capsys):
    metadata = tf.RunMetadata()
    with tf.Session(graph=net) as session:
        session.run(tf.global_variables_initializer())
        options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
        session.run("loss:0", {"x:0": np.zeros([4, 8, 8, 1])}, options=options, run_metadata=metadata)
    result, lines = report_of(capsys, graph=net, run_meta=metadata, cmd="op", options=Builder.time_and_memory())
    assert result.total_exec_micros > 0 and result.total_requested_bytes > 0
    assert lines[0] == "node name | requested bytes | total execution time | accelerator execution time | cpu execution time"
    assert any(line.startswith("Conv2D ") for line in lines)
    profiler = tf.profiler.Profiler(net)
    profiler.add_step(1, metadata)
    assert profiler.profile_operations(Builder.time_and_memory()).total_exec_micros == result.total_exec_micros


def test_reports_go_to_files_or_nowhere_and_logs_can_be_written(net, capsys, tmp_path):
    outfile = str(tmp_path / "report")
    tf.profiler.profile(net, options=Builder(Builder.trainable_variables_parameter()).with_file_output(outfile).build())
    tf.profiler.profile(net, options=Builder(Builder.trainable_variables_parameter()).with_empty_output().build())
    assert capsys.readouterr().out == "Parsing Inputs...\n" * 2
    with open(outfile) as stream:
        assert stream.read().startswith("\nDoc:\nscope: The nodes")
    tf.profiler.write_op_log(net, str(tmp_path), add_trace=False)
    log = tf.profiler.OpLogProto.FromString((tmp_path / "tfprof_log").read_bytes())
    assert {entry.name: entry.float_ops for entry in log.log_entries}["fc/mm"] == 2560


def test_what_is_not_measured_is_refused_by_name(net):
    with pytest.raises(NotImplementedError, match="cmd='scope'"):
        tf.profiler.profile(net, cmd="code")
    with pytest.raises(NotImplementedError, match="timeline.Timeline"):
        tf.profiler.profile(net, options=Builder().with_timeline_output("t").build())
    with pytest.raises(tf.errors.InvalidArgumentError, match="unknown cmd: trees"):
        tf.profiler.profile(net, cmd="trees")


def test_the_old_place_of_the_profiler(net, capsys):
    analyzer = tf.contrib.tfprof.model_analyzer
    assert analyzer.print_model_analysis(net, tfprof_options=analyzer.TRAINABLE_VARS_PARAMS_STAT_OPTIONS).total_parameters == 338


@pytest.mark.parametrize(
    "make, flops",
    [
        (lambda x: tf.nn.softmax(tf.reshape(x, [8, 8])), 320),
        (lambda x: tf.rsqrt(x), 128),
        (lambda x: tf.reduce_sum(x, 1), 56),
        (lambda x: tf.reduce_mean(x), 64),
        (lambda x: tf.nn.l2_loss(x), 191),
        (lambda x: tf.squared_difference(x, 1.0), 128),
        (lambda x: tf.add_n([x, x, x]), 128),
        (lambda x: tf.nn.avg_pool(x, [1, 2, 2, 1], [1, 2, 2, 1], "SAME"), 64),
        (lambda x: tf.gradients(tf.nn.max_pool(x, [1, 2, 2, 1], [1, 2, 2, 1], "SAME"), x)[0], 80),
    ],
)
def test_operations_of_a_node(make, flops):
    with tf.Graph().as_default() as graph:
        op = make(tf.ones([1, 8, 8, 1])).op
    assert get_stats_for_node_def(graph, op.node_def, "flops").value == flops


def test_equal_items_come_in_the_order_of_the_c_plus_plus_library():
    items = [(i, i % 3) for i in range(20)]
    mine = cpp_sorted(items, lambda a, b: a[1] > b[1])
    assert [key for _, key in mine] == sorted((key for _, key in items), reverse=True)
    assert cpp_sorted(items[:16], lambda a, b: a[1] > b[1]) == sorted(items[:16], key=lambda item: -item[1])
