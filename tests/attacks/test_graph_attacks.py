"""Graphs that lie: each is refused, or fails when it runs, by a typed error, at once and without the memory that it claims."""

import os
import resource

import pytest
from google.protobuf import text_format

import tinytf as tf
from tinytf import protos

T = "attr{key:'T' value{type:DT_FLOAT}} "
INT = "attr{key:'T' value{type:DT_INT32}} "
HUGE = "9223372036854775807"
MOST_MEMORY = 256  # MB that one case may add


def attr(name, value):
    return f"attr{{key:'{name}' value{{{value}}}}} "


def const(name, shape="", content="float_val:1", dtype="DT_FLOAT"):
    return f"node{{name:'{name}' op:'Const' {attr('dtype', 'type:' + dtype)}{attr('value', f'tensor{{dtype:{dtype} tensor_shape{{{shape}}} {content}}}')}}} "


def ints(name, *values):
    return const(name, f"dim{{size:{len(values)}}}", " ".join(f"int_val:{v}" for v in values), "DT_INT32")


def placeholder(name, shape="unknown_rank:true"):
    return f"node{{name:'{name}' op:'Placeholder' {attr('dtype', 'type:DT_FLOAT')}{attr('shape', f'shape{{{shape}}}')}}} "


def node(name, op, inputs="", attrs=""):
    return f"node{{name:'{name}' op:'{op}' {' '.join(f'input:{i!r}' for i in inputs.split())} {attrs}}} "


def function(name, nodes, result, arguments="x"):
    inputs = " ".join(f"input_arg{{name:'{a}' type:DT_FLOAT}}" for a in arguments)
    nodes = nodes.replace("node{", "node_def{")
    return f"function{{signature{{name:'{name}' {inputs} output_arg{{name:'y' type:DT_FLOAT}}}} {nodes} ret{{key:'y' value:'{result}'}}}} "


def call(f):
    return attr("f", f"func{{name:'{f}'}}") + attr("Tin", "list{type:DT_FLOAT type:DT_FLOAT}") + attr("Tout", "list{type:DT_FLOAT}")


def splat(dtype, content):
    return const("c", "dim{size:1000000} dim{size:1000}", content, dtype) + node("r", "Shape", "c", attr("T", "type:" + dtype))


FLOATS, STRINGS = splat("DT_FLOAT", "float_val:1"), splat("DT_STRING", "string_val:'x'")
GRADIENT = "gradient{function_name:'f' gradient_func:'g'}"

# what is claimed -> (the graph, the words of its error; None where it must simply work)
GRAPHS = {
    "a constant of a billion numbers, of which one is there": (FLOATS, None),
    "a constant of a billion strings": (STRINGS, None),
    "a constant of more than a file can hold": (const("r", f"dim{{size:{HUGE}}} dim{{size:8}}"), "which cannot be in a file"),
    "a constant whose dtype is a number": (f"node{{name:'r' op:'Const' {attr('dtype', 'i:3')}{attr('value', 'tensor{dtype:DT_FLOAT tensor_shape{} float_val:1}')}}}", "'type' expected"),
    "a constant that is no int32": (f"node{{name:'r' op:'Const' {attr('dtype', 'type:DT_INT32')}{attr('value', 'tensor{dtype:DT_FLOAT tensor_shape{} float_val:1}')}}}", "Type mismatch"),
    "too many values": (const("r", "dim{size:1}", "float_val:1 float_val:2"), "2 values were given"),
    "too little content": (const("r", "dim{size:4}", "tensor_content:'abc'"), "its tensor_content has 3"),
    "a filled tensor": (ints("d", 2147483647, 2147483647) + const("v") + node("r", "Fill", "d v", T), ""),
    "a size past int32": (ints("d", 2147483647, 2147483647) + const("v") + node("f", "Fill", "d v", T) + node("r", "Size", "f", T), "too large in Size"),
    "a shape of 2147483647 dimensions": (
        const("a", content="int_val:0", dtype="DT_INT32") + const("b", content="int_val:2147483647", dtype="DT_INT32")
        + const("c", content="int_val:1", dtype="DT_INT32") + node("q", "Range", "a b c", attr("Tidx", "type:DT_INT32")) + node("r", "Fill", "q a", INT),
        "at most 254",
    ),
    "a shape of 300 dimensions": (placeholder("r", "dim{size:1} " * 300), "at most 254"),
    "a shape below -1": (placeholder("r", "dim{size:-5}"), "below -1"),
    "a shape of 2**126 elements": (placeholder("r", f"dim{{size:{HUGE}}} dim{{size:{HUGE}}}"), "too large"),
    "a hundred million results": (placeholder("p") + ints("a", 0) + node("r", "Split", "a p", T + attr("num_split", "i:100000000")), "claims 100000000 outputs"),
    "a foreign op's results": (node("m", "Mystery") + node("r", "Identity", "m:99999999", T), "names an output that no op has"),
    "a loop that no Enter opens": (placeholder("p") + node("r", "Merge", "p n", T + attr("N", "i:2")) + node("n", "NextIteration", "r", T), "that no Enter opens"),
    "a Switch of a later TensorFlow": (placeholder("p") + node("q", "Switch", "p", T + attr("seed", "i:0")) + node("r", "Identity", "q", T), "cannot run"),
    "a fetch inside of a loop": (
        const("z", content="int_val:0", dtype="DT_INT32") + const("t", content="bool_val:false", dtype="DT_BOOL")
        + node("e", "Enter", "z", INT + attr("frame_name", "s:'f'"))
        + node("k", "Enter", "t", attr("T", "type:DT_BOOL") + attr("frame_name", "s:'f'") + attr("is_constant", "b:true"))
        + node("m", "Merge", "e n", INT + attr("N", "i:2")) + node("l", "LoopCond", "k") + node("s", "Switch", "m l", INT)
        + node("n", "NextIteration", "s:1", INT) + node("r", "Neg", "s:1", INT),
        "",
    ),
    "an Exit that leaves no loop": (const("c", "dim{size:2}", "float_val:1") + node("q", "Exit", "c", T) + node("r", "Fill", "q q", T), ""),
    "a cycle": (node("r", "Neg", "q", T) + node("q", "Neg", "r", T), "2 nodes in a cycle"),
    "a function that calls itself": (f"library{{{function('f', node('c', 'f', 'x'), 'c:y:0')}}} {placeholder('p')} {node('r', 'f', 'p')}", "cyclic-dependency"),
    "a function whose nodes wait for each other": (
        f"library{{{function('f', node('a', 'Neg', 'b:y:0', T) + node('b', 'Neg', 'a:y:0', T), 'b:y:0')}}} {placeholder('p')} {node('r', 'f', 'p')}",
        "wait for each other",
    ),
    "a function without a result": (f"library{{{function('f', '', 'nope:y:0')}}} {placeholder('p')} {node('r', 'f', 'p')}", "does not exist"),
    "a gradient that asks for itself": (
        f"library{{{function('f', node('a', 'Neg', 'x', T), 'a:y:0')} {function('g', node('a', 'SymbolicGradient', 'x d', call('f')), 'a:output:0', 'xd')} {GRADIENT}}}"
        + placeholder("p") + node("r", "SymbolicGradient", "p p", call("f")),
        "nested too deeply",
    ),
}  # fmt: skip


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


@pytest.mark.parametrize("text, words", GRAPHS.values(), ids=GRAPHS)
def test_a_graph(text, words):
    before = _peak()
    graph_def = text_format.Parse(text, protos.GraphDef())
    with tf.Graph().as_default() as graph, tf.Session() as sess:

        def run():
            tf.import_graph_def(graph_def, name="")
            return sess.run("r:0", {"p:0": 1.0} if "p" in graph._nodes_by_name else None)

        if words is None:
            assert run().tolist() == [1000000, 1000]
        else:
            with pytest.raises((ValueError, NotImplementedError, tf.errors.OpError)) as raised:
                run()
            assert words in str(raised.value)
    assert _peak() - before < MOST_MEMORY


def _chain(count, op, **attrs):
    graph_def = text_format.Parse(placeholder("n0"), protos.GraphDef())
    for i in range(1, count):
        added = graph_def.node.add(name=f"n{i}", op=op, input=[f"n{i - 1}"])
        added.attr["T"].type = protos.DT_FLOAT
        for key, value in attrs.items():
            added.attr[key].s = value % i
    return graph_def


def test_loops_in_loops_without_end():
    graph_def = _chain(2000, "Enter", frame_name=b"f%d")
    with tf.Graph().as_default(), tf.Session() as sess, pytest.raises(tf.errors.OpError):
        tf.import_graph_def(graph_def, name="")
        sess.run("n1999:0", {"n0:0": 1.0})


def test_functions_in_functions_without_end():
    graph_def = text_format.Parse(placeholder("p") + node("r", "f0", "p"), protos.GraphDef())
    for i in range(1500):
        body = node("c", f"f{i + 1}", "x") if i < 1499 else node("c", "Neg", "x", T)
        text_format.Merge(f"library{{{function(f'f{i}', body, 'c:y:0')}}}", graph_def)
    with tf.Graph().as_default(), tf.Session() as sess:
        tf.import_graph_def(graph_def, name="")
        try:
            assert sess.run("r:0", {"p:0": 1.0}) == -1  # a Python with a stack so deep
        except tf.errors.ResourceExhaustedError as error:
            assert "nested too deeply" in str(error)


def test_a_name_in_scopes_without_end():
    graph_def = text_format.Parse(node("a/" * 100000 + "r", "NoOp"), protos.GraphDef())
    with tf.Graph().as_default(), pytest.raises(ValueError, match="in 100000 name scopes"):
        tf.import_graph_def(graph_def, name="")


@pytest.mark.parametrize("index", ["7", "99999999999", "\u0660", "one", "-1"])
def test_an_import_that_fails_at_its_end_leaves_nothing(index):
    graph_def = text_format.Parse(placeholder("x") + "".join(node(f"n{i}", "Neg", "x", T) for i in range(2000)), protos.GraphDef())
    bad = graph_def.node.add(name="bad", op="Neg", input=["mine:" + index])
    bad.attr["T"].type = protos.DT_FLOAT
    with tf.Graph().as_default() as graph:
        mine = tf.placeholder(tf.float32, name="mine")
        used = tf.negative(mine)
        with pytest.raises(ValueError):
            tf.import_graph_def(graph_def, {"x:0": mine, "mine:0": mine}, name="")
        assert mine.consumers() == [used.op] and len(graph.get_operations()) == 2


def test_thousands_of_functions():
    graph_def = protos.GraphDef()
    for i in range(10000):
        graph_def.library.function.add().signature.name = f"f{i}"
    with tf.Graph().as_default() as graph:
        for _ in range(2):
            tf.import_graph_def(graph_def, name="")
        assert len(graph.as_graph_def().library.function) == 10000


def test_a_good_graph_is_read_in_little_memory(tmp_path, little_memory):
    with tf.Graph().as_default():
        tf.constant(1.0, name="c")
        tf.train.export_meta_graph(str(tmp_path / "m.meta"))
    with tf.Graph().as_default() as graph:
        tf.train.import_meta_graph(str(tmp_path / "m.meta"))
        assert [op.name for op in graph.get_operations()] == ["c"]


def test_messages_in_messages_without_end(tmp_path):
    path = str(tmp_path / "deep.pbtxt")
    with open(path, "w") as file:
        file.write("graph_def { node { attr { key:'a' value " + "{ func { attr { key:'a' value " * 5000)
    with pytest.raises(OSError, match="Cannot parse file"):
        tf.train.import_meta_graph(path)


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no /dev/zero")
def test_a_model_that_is_a_device(tmp_path):
    os.symlink("/dev/zero", tmp_path / "saved_model.pb")
    with tf.Graph().as_default(), tf.Session() as sess, pytest.raises(OSError, match="not a file, but"):
        tf.saved_model.load(sess, ["serve"], str(tmp_path))


# Collections of a MetaGraphDef that name what is not there.
COLLECTIONS = {
    "variables": protos.VariableDef(variable_name="nope:0", initializer_name="nope", snapshot_name="nope:0"),
    "while_context": protos.WhileContextDef(context_name="w", pivot_name="nope:0", pivot_for_pred_name="q", pivot_for_body_name="z"),
    "cond_context": protos.CondContextDef(context_name="w", pred_name="nope:0", pivot_name="nope:0", branch=77),
    "queue_runners": protos.QueueRunnerDef(queue_name="nope", enqueue_op_name=["x"]),
    "savers": protos.SaverDef(filename_tensor_name="nope:0", max_to_keep=-5),
}


@pytest.mark.parametrize("key", COLLECTIONS)
@pytest.mark.parametrize("spoilt", [False, True])
def test_a_collection(key, spoilt):
    meta = protos.MetaGraphDef()
    meta.collection_def[key].bytes_list.value.append(COLLECTIONS[key].SerializeToString() + b"\xff" * spoilt)
    with tf.Graph().as_default(), pytest.raises((ValueError, KeyError)):
        tf.train.import_meta_graph(meta)


def test_loops_of_a_collection_nested_without_end():
    inner = protos.WhileContextDef(context_name="w")
    for _ in range(90):
        outer = protos.WhileContextDef(context_name="w")
        outer.nested_contexts.add().while_ctxt.CopyFrom(inner)
        inner = outer
    meta = protos.MetaGraphDef()
    meta.collection_def["while_context"].bytes_list.value.append(inner.SerializeToString())
    with tf.Graph().as_default(), pytest.raises((ValueError, KeyError)):
        tf.train.import_meta_graph(meta)


# Bodies of functions that are not what their ops' signatures say: found when they are called.
BODIES = {
    "a missing attr": (node("c", "Cast", "x", attr("SrcT", "type:DT_FLOAT")), "c:y:0", "missing attr 'DstT'"),
    "an attr of another kind": (node("c", "Neg", "x", attr("T", "i:3")), "c:y:0", "when 'type' expected"),
    "a missing input": (node("c", "Conv2D", "x", T + attr("strides", "list{i:1 i:1 i:1 i:1}") + attr("padding", "s:'SAME'")), "c:output:0", "do not match the inputs"),
    "an input of another type": (ints("i", 1) + node("c", "Add", "x i:output:0", T), "c:z:0", "do not match the inputs"),
    "shapes that do not fit": (node("c", "MatMul", "x x", T), "c:product:0", "Function 'f'"),
}  # fmt: skip


@pytest.mark.parametrize("nodes, result, words", BODIES.values(), ids=BODIES)
def test_a_function(nodes, result, words):
    shape = "arg_attr{key:0 value{attr{key:'_output_shapes' value{list{shape{dim{size:3}}}}}}}"
    library = function("f", nodes, result).replace("signature{", shape + " signature{", 1)
    graph_def = text_format.Parse(f"library{{{library}}} {placeholder('p')} {node('r', 'f', 'p')}", protos.GraphDef())
    with tf.Graph().as_default(), tf.Session() as sess, pytest.raises((ValueError, tf.errors.InvalidArgumentError), match=words):
        tf.import_graph_def(graph_def, name="")
        sess.run("r:0", {"p:0": [1.0, 2.0, 3.0]})
