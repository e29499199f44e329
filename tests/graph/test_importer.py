"""import_graph_def: names, order, devices, loops, unknown ops, and the words of its errors (all as TensorFlow 1.15 has them)."""

import pytest
from google.protobuf import text_format

import tinytf as tf
from tinytf import protos


@pytest.fixture(autouse=True)
def _fresh():
    with tf.Graph().as_default():
        yield


def _parse(text):
    return text_format.Parse(text, protos.GraphDef())


def _const(name, extra=""):
    return (
        f"node{{name:'{name}' op:'Const' attr{{key:'dtype' value{{type:DT_FLOAT}}}} attr{{key:'value' "
        f"value{{tensor{{dtype:DT_FLOAT tensor_shape{{}} float_val:1}}}}}} {extra}}}"
    )


def _unary(name, *inputs, op="Identity", extra=""):
    taken = " ".join(f"input:'{i}'" for i in inputs)
    return f"node{{name:'{name}' op:'{op}' {taken} attr{{key:'T' value{{type:DT_FLOAT}}}} {extra}}}"


def _nodes():
    return [(n.name, list(n.input)) for n in tf.get_default_graph().as_graph_def().node]


@pytest.mark.parametrize(
    "text, words",
    [
        (_unary("a", "nope"), "Node 'a': Unknown input node 'nope'"),
        (_const("a") * 2, "Node 'a' is not unique"),
        (_unary("a", "b") + _unary("b", "a"), "2 nodes in a cycle"),
        (_const("a") + _const("b") + _unary("i", "^a", "b"), "Node 'i': Control dependencies must come after regular dependencies"),
        (_const("a") + _unary("b", "a:3"), "Node 'b': Connecting to invalid output 3 of source node a which has 1 outputs"),
        (_unary("b"), "NodeDef expected inputs 'float' do not match 0 inputs specified"),
        (_const("a") + _unary("b", "a", "a"), "do not match 2 inputs specified"),
        (
            _const("a") + "node{name:'i' op:'Identity' input:'a' attr{key:'T' value{type:DT_INT32}}}",
            "Input 0 of node import/i was passed float from import/a:0 incompatible with expected int32",
        ),
        (_const("a") + "node{name:'i' op:'Reshape' input:'a' input:'a'}", "NodeDef missing attr 'T' from Op<name=Reshape; signature=tensor:T, shape:Tshape -> output:T; attr="),
        (_const("a b"), "Node 'a b': Node name contains invalid characters"),
        (_const("_a"), "Node '_a': Node name contains invalid characters"),
        (_const(""), "Node '': Node name contains invalid characters"),
        (_const("a", "attr{key:'_class' value{list{s:'loc:@zz'}}}"), "Node 'a' expects to be colocated with unknown node 'zz'"),
        (
            _const("a", "attr{key:'_output_shapes' value{list{shape{dim{size:3}}}}}"),
            "inconsistent with the GraphDef for output #0: Shapes must be equal rank, but are 0 and 1",
        ),
        (_const("a") + "versions{producer:134 min_consumer:1000}", "GraphDef min consumer version 1000 above current version 134"),
        ("node{name:'i' op:'Placeholder' attr{key:'dtype' value{i:3}}}", "had value with type 'int' when 'type' expected\n\t for attr 'dtype'"),
        (
            _const("a") + "node{name:'i' op:'AddN' input:'a' attr{key:'T' value{type:DT_FLOAT}} attr{key:'N' value{i:1000000000000}}}",
            "do not match 1 inputs specified",
        ),
        (
            _const("a") + "node{name:'i' op:'AddN' attr{key:'T' value{type:DT_FLOAT}} attr{key:'N' value{i:-3}}}",
            "Value for attr 'N' of -3 must be at least minimum 1",
        ),
        (
            _const("a") + "node{name:'i' op:'Sqrt' input:'a' attr{key:'T' value{type:DT_STRING}}}",
            "Value for attr 'T' of string is not in the list of allowed values",
        ),
        (_const("a").replace("shape{}", "shape{dim{size:-1}}"), "holds a tensor of negative size [-1]"),
        (_const("a").replace("shape{}", "shape{dim{size:4611686018427387904}}"), "which cannot be in a file"),
        (_const("a", "attr{key:'_class' value{i:1}}"), "attr '_class' is no list of strings"),
        (_unary("b", "x:0"), "Node 'b': Unknown input node 'x:0'"),
        ("node{name:'a'}", "Node 'a' does not specify an operation"),
        ("node{name:'c' op:'Const'}", "NodeDef missing attrs 'dtype', 'value' from Op<name=Const; signature= -> output:dtype; attr="),
        (
            "node{name:'s' op:'StringToNumber' attr{key:'out_type' value{type:DT_BOOL}}}",
            "Value for attr 'out_type' of bool is not in the list of allowed values: float, double, int32, int64\n\t; NodeDef: {{node import/s}}; Op<name",
        ),
        ("versions{producer:-1}", "GraphDef producer version -1 below min producer 0 supported by TensorFlow 1.15.5.  Please regenerate"),
        ("library{function{signature{name:'NoOp'}}}", "Cannot add function 'NoOp' because an op with the same name already exists"),
        (
            "library{function{signature{name:'f'}} function{signature{name:'f' is_stateful:true}}}",
            "Cannot add function 'f' because a different function with the same name already exists",
        ),
        ("library{function{signature{name:'f'}} gradient{function_name:'f' gradient_func:'g'}}", "FunctionDefLibrary missing 'g' FunctionDef"),
    ],
)
def test_a_graph_that_is_not_well_formed(text, words):
    with pytest.raises(ValueError) as raised:
        tf.import_graph_def(_parse(text))
    assert words in str(raised.value)
    assert tf.get_default_graph().get_operations() == []  # and nothing is left behind


@pytest.mark.parametrize(
    "arguments, error, words",
    [
        ({"return_elements": ["b"]}, ValueError, "Requested return node 'b' not found in graph def"),
        ({"return_elements": ["b:0"]}, ValueError, "Requested return tensor 'b:0' not found in graph def"),
        ({"return_elements": ["a:1"]}, ValueError, "Invalid return output 1 of node 'a', which has 1 output(s)"),
        ({"return_elements": [1]}, TypeError, "return_elements must be a list of strings"),
        ({"input_map": [1]}, TypeError, "input_map must be a dictionary mapping strings to Tensor objects"),
        ({"input_map": {"a:0": 1.0}, "name": ""}, ValueError, "requires a non-empty `name` if `input_map` contains non-Tensor values"),
        ({"input_map": {"b:0": 1.0}}, ValueError, "Attempted to map inputs that were not found in graph_def: [b:0]"),
        ({"input_map": {"a:1": 1.0}}, ValueError, "Attempted to map inputs that were not found in graph_def: [a:1]"),
    ],
)
def test_wrong_arguments(arguments, error, words):
    with pytest.raises(error) as raised:
        tf.import_graph_def(_parse(_const("a")), **arguments)
    assert words in str(raised.value)


def test_not_a_graph_def():
    with pytest.raises(TypeError, match="graph_def must be a GraphDef proto"):
        tf.import_graph_def(object())


def test_names_get_the_prefix_in_inputs_and_colocation_too():
    text = _const("a") + _const("b", "attr{key:'_class' value{list{s:'loc:@a'}}}") + _unary("d", "a", "^b", extra="device:'/cpu:0'")
    tf.import_graph_def(_parse(text), name="imp")
    assert _nodes() == [("imp/a", []), ("imp/b", []), ("imp/d", ["imp/a", "^imp/b"])]
    graph = tf.get_default_graph()
    assert graph.get_operation_by_name("imp/b").colocation_groups() == [b"loc:@imp/a"]
    assert graph.get_operation_by_name("imp/d").device == "/device:CPU:0"


def test_names_that_are_taken_are_made_unique():
    tf.constant(1.0, name="a")
    tf.constant(2.0, name="s/x")
    text = _const("a") + _const("b", "attr{key:'_class' value{list{s:'loc:@a'}}}") + _unary("s", "a") + _unary("a_1", "s")
    tf.import_graph_def(_parse(text), name="")
    assert _nodes() == [("a", []), ("s/x", []), ("a_2", []), ("b", []), ("s_1", ["a_2"]), ("a_1", ["s_1"])]
    assert tf.get_default_graph().get_operation_by_name("b").colocation_groups() == [b"loc:@a_2"]


def test_nodes_come_in_tensorflows_order():
    text = _unary("z", "y") + _unary("y", "x") + _const("x") + _unary("w", "z", "^x") + _const("v")
    tf.import_graph_def(_parse(text))
    assert [n for n, _ in _nodes()] == ["import/x", "import/y", "import/z", "import/w", "import/v"]


def test_scopes_and_devices_around_the_import_count():
    with tf.device("/job:ps"):
        k = tf.constant(3.0, name="k")
        with tf.control_dependencies([k]), tf.device("/cpu:1"), tf.name_scope("outer"):
            tf.import_graph_def(_parse(_const("a", "device:'/gpu:0'") + _unary("b", "a") + _unary("c", "b", "^a")))
    assert _nodes()[1:] == [
        ("outer/import/a", ["^k"]),
        ("outer/import/b", ["outer/import/a", "^k"]),
        ("outer/import/c", ["outer/import/b", "^k", "^outer/import/a"]),
    ]
    assert [op.device for op in tf.get_default_graph().get_operations()] == [
        "/job:ps", "/job:ps/device:GPU:0", "/job:ps/device:CPU:1", "/job:ps/device:CPU:1",
    ]  # fmt: skip


def test_colocated_ops_take_the_others_device():
    text = _const("a", "device:'/gpu:1'") + _const("c", "attr{key:'_class' value{list{s:'loc:@a'}}} device:'/cpu:0'")
    tf.import_graph_def(_parse(text))
    assert [op.device for op in tf.get_default_graph().get_operations()] == ["/device:GPU:1", "/device:GPU:1"]


def test_inputs_are_mapped_and_elements_returned():
    given = tf.constant(5.0)
    found = tf.import_graph_def(
        _parse(_const("a") + _unary("b", "a", "^a")), input_map={"a:0": given, "^a": given}, return_elements=["b", "b:0", "a:0"]
    )
    assert found[0].type == "Identity" and found[1] is found[0].outputs[0] and found[2] is given
    assert found[0].control_inputs == [given.op]
    with tf.Session() as sess:
        assert sess.run(found[1]) == 5.0


def test_defaults_are_filled_in_and_a_producers_unknown_defaults_dropped():
    text = _const("a") + _unary("b", "a", extra="attr{key:'new' value{i:3}}") + "node{name:'p' op:'Placeholder' attr{key:'dtype' value{type:DT_FLOAT}}}"
    producer = text_format.Parse("op{name:'Identity' attr{name:'new' type:'int' default_value{i:3}}}", protos.OpList())
    tf.import_graph_def(_parse(text), name="", producer_op_list=producer)
    graph = tf.get_default_graph()
    assert "new" not in graph.get_operation_by_name("b").attrs
    assert graph.get_operation_by_name("p").get_attr("shape").unknown_rank


def test_output_shapes_add_what_the_rule_does_not_know():
    text = (
        "node{name:'p' op:'Placeholder' attr{key:'dtype' value{type:DT_FLOAT}} attr{key:'_output_shapes' "
        "value{list{shape{dim{size:3}}}}}}" + _unary("q", "p")
    )
    tf.import_graph_def(_parse(text), name="")
    assert tf.get_default_graph().get_tensor_by_name("q:0").shape.as_list() == [3]
    assert "_output_shapes" not in tf.get_default_graph().get_operation_by_name("p").attrs


def test_a_placeholder_of_an_old_graph_has_no_shape():
    text = "node{name:'p' op:'Placeholder' attr{key:'dtype' value{type:DT_FLOAT}} attr{key:'shape' value{shape{}}}}"
    tf.import_graph_def(_parse(text + "versions{producer:21}"), name="")
    assert tf.get_default_graph().get_tensor_by_name("p:0").shape.ndims is None


def test_a_loop_and_its_gradient_survive():
    x = tf.placeholder(tf.float32, [None], name="x")
    _, y = tf.while_loop(lambda i, _: i < 3, lambda i, y: (i + 1, y * 2.0), [0, x])
    tf.identity(y, name="y")
    tf.gradients(y, x)
    exported = tf.get_default_graph().as_graph_def(add_shapes=True)
    plain = tf.get_default_graph().as_graph_def()
    with tf.Graph().as_default() as g:
        tf.import_graph_def(exported, name="")
        assert {n.name: n for n in g.as_graph_def().node} == {n.name: n for n in plain.node}
        with tf.Session() as sess:
            assert sess.run("y:0", {"x:0": [1.0, 2.0]}).tolist() == [8.0, 16.0]


_UNKNOWN = """
node{name:'x' op:'Placeholder' attr{key:'dtype' value{type:DT_FLOAT}} attr{key:'shape' value{shape{}}}}
node{name:'m' op:'Mystery' input:'x' attr{key:'strength' value{f:2}} attr{key:'T' value{type:DT_FLOAT}}}
node{name:'y' op:'Identity' input:'m:1' attr{key:'T' value{type:DT_FLOAT}}}
versions{producer:134}"""


def test_an_unknown_op_imports_and_exports_and_fails_by_name_when_it_runs():
    given = _parse(_UNKNOWN)
    tf.import_graph_def(given, name="")
    assert list(tf.get_default_graph().as_graph_def().node) == list(given.node)
    assert len(tf.get_default_graph().get_operation_by_name("m").outputs) == 2
    with tf.Session() as sess:
        assert sess.run("x:0", {"x:0": 1.0}) == 1.0
        assert sess.run("y:0", {"m:1": 4.0}) == 4.0
        with pytest.raises((tf.errors.OpError, NotImplementedError), match="Mystery"):
            sess.run("y:0", {"x:0": 1.0})


def test_an_op_of_a_later_tensorflow_imports_and_fails_by_the_attribute_it_mentions():
    given = _parse(_const("a") + _unary("y", "a", extra="attr{key:'twist' value{i:1}} attr{key:'_mine' value{i:1}}"))
    tf.import_graph_def(given, name="")
    assert list(tf.get_default_graph().as_graph_def().node) == list(given.node)
    with tf.Session() as sess, pytest.raises(NotImplementedError, match="'Identity' .node 'y'.: it mentions attr 'twist'"):
        sess.run("y:0")


def test_an_op_that_was_removed():
    from tinytf.test import test_ops

    with tf.Graph().as_default() as graph:
        for error, make in ((NotImplementedError, test_ops.old), (tf.errors.UnimplementedError, lambda: graph.create_op("Old", [], []))):
            with pytest.raises(error, match="Op Old is not available in GraphDef version 134"):
                make()
    tf.import_graph_def(_parse("node{name:'o' op:'Old'} versions{producer:7}"), name="")
    assert test_ops.old().name == "Old"  # the graph is of the version of its oldest part


def test_an_unknown_ops_signature_comes_from_the_producer_and_goes_out_again():
    producer = text_format.Parse(
        "op{name:'Mystery' input_arg{name:'x' type_attr:'T'} output_arg{name:'a' type:DT_INT32} output_arg{name:'b' type_attr:'T'} "
        "attr{name:'T' type:'type'} attr{name:'strength' type:'float'}}",
        protos.OpList(),
    )
    meta = protos.MetaGraphDef(graph_def=_parse(_UNKNOWN))
    meta.meta_info_def.stripped_op_list.CopyFrom(producer)
    tf.train.import_meta_graph(meta)
    assert [t.dtype for t in tf.get_default_graph().get_operation_by_name("m").outputs] == [tf.int32, tf.float32]
    exported = tf.train.export_meta_graph()
    assert producer.op[0] in list(exported.meta_info_def.stripped_op_list.op)


@pytest.mark.slow
def test_a_chain_of_100000_nodes():
    graph_def = _parse(_const("n0"))
    for i in range(1, 100_000):
        node = graph_def.node.add(op="Identity", name=f"n{i}", input=[f"n{i - 1}"])
        node.attr["T"].type = protos.DT_FLOAT
    tf.import_graph_def(graph_def, name="")
    with tf.Session() as sess:
        assert sess.run("n99999:0") == 1.0


def test_a_function_that_calls_itself():
    text = """library{function{signature{name:'f' input_arg{name:'x' type:DT_FLOAT} output_arg{name:'y' type:DT_FLOAT}}
        node_def{name:'c' op:'g' input:'x'} ret{key:'y' value:'c:y:0'}}
      function{signature{name:'g' input_arg{name:'x' type:DT_FLOAT} output_arg{name:'y' type:DT_FLOAT}}
        node_def{name:'c' op:'f' input:'x'} ret{key:'y' value:'c:y:0'}}}"""
    with pytest.raises(ValueError, match="cyclic-dependency between functions: f -> g -> f"):
        tf.import_graph_def(_parse(text))


def test_a_library_is_kept():
    text = """library{function{signature{name:'f' input_arg{name:'x' type:DT_FLOAT} output_arg{name:'y' type:DT_FLOAT}}
        node_def{name:'c' op:'Identity' input:'x' attr{key:'T' value{type:DT_FLOAT}}} ret{key:'y' value:'c:output:0'}}}"""
    tf.import_graph_def(_parse(text + _const("a")))
    assert tf.get_default_graph().as_graph_def().library == _parse(text).library


def test_a_message_of_another_protobuf_pool():
    class Foreign:  # as TensorFlow's own GraphDef class would be
        DESCRIPTOR = type("D", (), {"full_name": "tensorflow.GraphDef"})

        def SerializeToString(self):
            return _parse(_const("a")).SerializeToString()

    assert tf.import_graph_def(Foreign(), return_elements=["a"])[0].name == "import/a"
