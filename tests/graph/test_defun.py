"""Defun: Python functions in the graph's library."""

import pytest

import tinytf as tf
from tinytf.graph.function_def_graph import function_def_to_graph, function_def_to_graph_def, graph_to_function_def
from tinytf.ops.functions import defun
from tinytf.ops.functions.defun import Defun


def test_a_function_is_called_by_an_op_of_its_name():
    with tf.Graph().as_default(), tf.Session() as sess:

        @Defun(tf.float32)
        def minus_one(x):
            return x - 1

        @Defun(tf.float32, func_name="pair")
        def twice(x):
            return minus_one(minus_one(x)), x

        a, b = twice(tf.constant(3.0), name="call")
        assert (a.op.type, a.op.name) == ("pair", "call")
        assert sess.run([a, b]) == [1, 3]
        graph_def = tf.get_default_graph().as_graph_def()
    assert sorted(f.signature.name for f in graph_def.library.function) == sorted([minus_one.name, "pair"])
    assert minus_one.name.startswith("minus_one_")
    with tf.Graph().as_default(), tf.Session() as sess:
        (again,) = tf.import_graph_def(graph_def, return_elements=["call:0"])
        assert sess.run(again) == 1
        used = [o.name for o in tf.train.export_meta_graph().meta_info_def.stripped_op_list.op]
    assert used == ["Const", "Sub"]


def test_types_captures_and_gradient():
    with tf.Graph().as_default(), tf.Session() as sess:
        c = tf.constant(10.0)

        @Defun()
        def plus_c(x):
            return x + c

        assert sess.run([plus_c(tf.constant(1.0)), plus_c(tf.constant(2.0))]) == [11, 12]

        @Defun(tf.float32, python_grad_func=lambda op, dy: dy * 7)
        def same(x):
            return x

        x = tf.constant(1.0)
        assert sess.run(tf.gradients(same(x), x)) == [7]
        with pytest.raises(ValueError, match="Expected number of arguments"):
            same()


def test_a_function_without_a_gradient_gets_a_symbolic_one():
    with tf.Graph().as_default() as graph, tf.Session() as sess:

        @Defun(tf.float32, tf.float32, func_name="F")
        def product(x, y):
            return x * y, y

        x = tf.constant(3.0)
        (dx,) = tf.gradients(product(x, 5.0)[0], x)
        assert (dx.op.name, dx.op.type) == ("gradients/F_grad/SymbolicGradient", "SymbolicGradient")
        assert [t.op.type for t in dx.op.inputs] == ["Const", "Const", "Fill", "ZerosLike"]
        assert sess.run(dx) == 5
        graph_def = graph.as_graph_def()
    assert graph_def.versions.min_consumer == 12
    with tf.Graph().as_default(), tf.Session() as sess:  # also where only the file is there
        y, x = tf.import_graph_def(graph_def, return_elements=["F:0", "Const:0"])
        assert sess.run(tf.gradients(y, x)) == [5]


def test_a_gradient_in_the_library():
    with tf.Graph().as_default() as graph, tf.Session() as sess:

        @Defun(tf.float32, tf.float32, func_name="G")
        def gradient(x, dy):
            return dy * 7

        @Defun(tf.float32, grad_func=gradient)
        def same(x):
            return x

        @Defun(tf.float32, tf.float32, grad_func=Defun(*[tf.float32] * 3, func_name="one")(lambda x, y, dz: x))
        def two(x, y):
            return x

        x = tf.constant(1.0)
        assert sess.run(tf.gradients(same(x), x)) == [7]
        library = graph.as_graph_def().library
        assert [(g.function_name, g.gradient_func) for g in library.gradient] == [(same.name, "G")]
        assert same.name.startswith("same_G_")
        with pytest.raises(tf.errors.InvalidArgumentError, match="SymGrad expects to return 2 .*, but get 1"):
            sess.run(tf.gradients(two(x, x), x))


def test_a_function_def_is_the_one_that_tensorflow_writes():
    @Defun(tf.float32, tf.float32, func_name="F1", noinline=True)
    def f(x, Y):
        """Doc."""
        with tf.name_scope("A"):
            c = tf.constant(2.0, name="C")
        return x * x, x * Y + c, tf.identity(Y, name="1x")

    with tf.Graph().as_default():
        fdef = f.definition
    assert [a.name for a in fdef.signature.input_arg] == ["x_0", "y"]  # results choose first
    assert [a.name for a in fdef.signature.output_arg] == ["mul", "add", "x"]
    assert [n.name for n in fdef.node_def] == ["A/C", "mul_0", "mul_1", "add_0", "1x"]
    assert dict(fdef.ret) == {"mul": "mul_0:z:0", "add": "add_0:z:0", "x": "1x:output:0"}
    assert (fdef.signature.description, sorted(fdef.attr)) == ("Doc.", ["_disable_call_shape_inference", "_noinline"])


def test_a_name_ends_in_tensorflows_hash_of_the_body():
    with tf.Graph().as_default():
        assert Defun(tf.float32)(_double).name == "_double_t0wOLIYebvc"  # recorded
        assert Defun(tf.float32)(_successor).name == "_successor_begmB6LKWMs"


def _double(x):
    return x * 2


def _successor(x):
    return x + 1


def test_variables_of_a_function_are_made_around_it():
    seen = []
    with tf.Graph().as_default(), tf.Session() as sess:

        @Defun(tf.float32)
        def model(x):
            w = tf.get_variable("w", [], initializer=tf.ones_initializer(), use_resource=True)
            seen.extend([defun.get_extra_vars(), defun.get_extra_inputs(), defun.get_extra_args()])
            return x * w

        with tf.variable_scope("outer"):
            y = model(3.0)
        assert [v.name for v in tf.global_variables()] == ["outer/w:0"]
        sess.run(tf.global_variables_initializer())
        assert sess.run(y) == 3
    assert [len(s) for s in seen] == [1, 1, 1]


@pytest.mark.parametrize(
    "types, function, words",
    [
        ([], lambda: (None, None), "can not return None"),
        ([], lambda a=12: a, "are not supported"),
        ([tf.float32], lambda a, b: a, "fewer arguments than the number of specified input types"),
    ],
)
def test_functions_that_cannot_be(types, function, words):
    with tf.Graph().as_default(), pytest.raises(ValueError, match=words):
        Defun(*types)(function).definition  # noqa: B018


def test_what_cannot_be_captured_by_value():
    with tf.Graph().as_default(), tf.Session() as sess:
        c, p = tf.constant(2.0) * 3, tf.placeholder(tf.float32, name="p")
        copied = Defun(tf.float32, func_name="copied", capture_by_value=True)(lambda x: x + c)
        assert sess.run(copied(1.0)) == 7 and copied.captured_inputs == []
        with pytest.raises(ValueError, match=r"Cannot capture a placeholder .name:p, type:Placeholder. by value"):
            Defun(func_name="no", capture_by_value=True)(lambda: p + 1).definition  # noqa: B018


def test_a_function_def_as_a_graph_and_back():
    with tf.Graph().as_default() as graph, tf.Session() as sess:
        x = tf.placeholder(tf.float32, name="x")
        a, b = tf.split(x, 2, name="s")
        fdef = graph_to_function_def(graph, graph.get_operations(), [x], [b, x])
        assert [a.name for a in fdef.signature.output_arg] == ["s_o1", "x"]
        _, names = function_def_to_graph_def(fdef)
        assert names["s:output:1"] == "s:1" and names["x"] == "x:0" and names["^s"] == "^s"
        inner = function_def_to_graph(fdef, [tf.TensorShape([4])])
        assert inner.outputs[0].shape == [2]
        with pytest.raises(ValueError, match="Length of input_shapes must match"):
            function_def_to_graph(fdef, [None, None])
        with pytest.raises(tf.errors.InvalidArgumentError, match="output names size = 1 outputs size = 2"):
            graph_to_function_def(graph, graph.get_operations(), [x], [b, x], ["one"])
    with tf.Session(graph=inner) as sess:
        assert sess.run(inner.outputs[0], {inner.inputs[0]: [1, 2, 3, 4]}).tolist() == [3, 4]
