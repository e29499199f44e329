"""tinytf.install(): every module path of TensorFlow 1.15 that scripts import leads to tinytf."""

import importlib
import os
import subprocess
import sys
import types

import pytest

import tinytf
from tinytf.as_tensorflow import PYTHON_PATHS

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


@pytest.fixture
def installed():
    tinytf.install()
    yield
    tinytf.uninstall()


@pytest.mark.parametrize(
    "statement, name, expected",
    [
        ("import tensorflow as tf", "tf.Graph", "Graph"),
        ("import tensorflow.compat.v1 as tf", "tf.Graph", "Graph"),
        ("from tensorflow.python.framework import ops", "ops.Graph", "Graph"),
        ("from tensorflow.python.framework import ops", "ops.reset_default_graph", "reset_default_graph"),
        ("from tensorflow.python.framework.ops import convert_to_tensor", "convert_to_tensor", "convert_to_tensor"),
        ("from tensorflow.python.framework import dtypes", "dtypes.float32", "float32"),
        ("from tensorflow.python.framework import tensor_shape", "tensor_shape.TensorShape", "TensorShape"),
        ("import tensorflow.python.framework.ops as o", "o.name_scope", "name_scope"),
        ("from tensorflow.python.training import saver", "saver.Saver", "train.Saver"),
        ("from tensorflow.python.training import checkpoint_utils as c", "c.list_variables", "train.list_variables"),
        ("from tensorflow.python.saved_model import simple_save as s", "s.simple_save", "saved_model.simple_save"),
        ("from tensorflow.python import pywrap_tensorflow as p", "p.NewCheckpointReader", "train.NewCheckpointReader"),
        ("from tensorflow.python.ops import variable_scope as vs", "vs.get_variable", "get_variable"),
        ("from tensorflow.python.ops.gradients_impl import gradients", "gradients", "gradients"),
        ("from tensorflow.python.framework.errors_impl import NotFoundError", "NotFoundError", "errors.NotFoundError"),
        ("from tensorflow.core.framework import graph_pb2", "graph_pb2.GraphDef", "GraphDef"),
        ("from tensorflow.core.framework.types_pb2 import DT_FLOAT", "DT_FLOAT", "protos.DT_FLOAT"),
        ("from tensorflow.core.protobuf import saver_pb2", "saver_pb2.SaverDef", "protos.SaverDef"),
        ("import tensorflow.python.training.checkpoint_state_pb2 as c", "c.CheckpointState", "protos.CheckpointState"),
        ("from tensorflow.python.util import compat", "compat.as_bytes", "compat.as_bytes"),
        ("from tensorflow.models.rnn import rnn", "rnn.rnn", "nn.static_rnn"),
        ("from tensorflow.models.rnn import rnn_cell, seq2seq", "rnn_cell.BasicLSTMCell", "nn.rnn_cell.BasicLSTMCell"),
        ("from tensorflow.train import Saver", "Saver", "train.Saver"),
        ("import tensorflow_estimator as te", "te.estimator.Estimator", "estimator.Estimator"),
        ("from tensorflow_estimator.python.estimator.canned import dnn", "dnn.DNNClassifier", "estimator.DNNClassifier"),
        ("from tensorflow_estimator.python.estimator.inputs import numpy_io as n", "n.numpy_input_fn", "estimator.inputs.numpy_input_fn"),
        ("from tensorflow_estimator.python.estimator.mode_keys import ModeKeys", "ModeKeys", "estimator.ModeKeys"),
        ("import tensorflow_estimator.python.estimator.run_config as r", "r.RunConfig", "estimator.RunConfig"),
        ("from tensorflow.examples.tutorials.mnist import input_data as i", "i.DataSet", "examples.tutorials.mnist.input_data.DataSet"),
    ],
)
def test_paths(installed, statement, name, expected):
    scope = {}
    exec(statement, scope)
    found, wanted = eval(name, scope), tinytf
    for part in expected.split("."):
        wanted = getattr(wanted, part) if part != "protos" else importlib.import_module("tinytf.protos")
    assert found is wanted


@pytest.mark.parametrize("path", sorted(PYTHON_PATHS))
def test_every_path_of_the_table_imports(installed, path):
    if PYTHON_PATHS[path]:
        assert isinstance(importlib.import_module("tensorflow.python." + path), types.ModuleType)


@pytest.mark.parametrize(
    "statement, message",
    [
        ("from tensorflow import no_such_thing", "tf.no_such_thing"),
        ("import tensorflow.lite", "tf.lite. Use the saved checkpoint"),
        ("from tensorflow.keras.layers import no_such_layer", "tf.keras.layers.no_such_layer"),
        ("from tensorflow.keras.premade import LinearModel", "tf.keras.premade"),
        ("from tensorflow.python.ops import no_such_ops", "tf.python.ops.no_such_ops"),
        ("from tensorflow.contrib.learn.python.learn.estimators import head; head.no_such_head()", "estimators.head.no_such_head"),
        ("from tensorflow.python.framework.ops import Grap", "tf.python.framework.ops.Grap. Did you mean"),
        ("import tensorflow as tf; tf.vectorized_map", "tf.vectorized_map. Use tf.map_fn"),
        ("import tensorflow as tf; tf.enable_eager_execution()", "tf.enable_eager_execution"),
        ("import tensorflow.compat.v2", "TensorFlow 1.15"),
    ],
)
def test_what_is_missing_is_named(installed, statement, message):
    with pytest.raises(NotImplementedError) as caught:
        exec(statement, {})
    assert message in str(caught.value)


def test_hasattr_and_optional_imports_work_as_ever(installed):
    import tensorflow as tf

    assert not hasattr(tf, "lite") and getattr(tf, "vectorized_map", None) is None
    with pytest.raises(ImportError):
        import tensorflow.lite  # noqa: F401


def test_estimators_are_the_same_modules_under_both_paths(installed):
    from tensorflow.python.estimator.canned import linear
    from tensorflow_estimator.python.estimator.canned import linear as the_same

    assert linear is the_same
    with pytest.raises(ModuleNotFoundError, match="tinytf has no tf.python.estimator.canned.nothing"):
        importlib.import_module("tensorflow_estimator.python.estimator.canned.nothing")


def test_uninstall_leaves_nothing():
    tinytf.install()
    import tensorflow  # noqa: F401

    tinytf.uninstall()
    assert not [name for name in sys.modules if name.split(".")[0] == "tensorflow"]
    assert not any("tinytf" in type(finder).__module__ for finder in sys.meta_path)


def test_a_switch_of_a_module_is_read_and_set_where_it_is(installed):
    from tinytf.ops.control_flow import control_flow_util as own

    module = importlib.import_module("tensorflow.python.ops.control_flow_util")
    assert module.ENABLE_CONTROL_FLOW_V2 is False
    module.ENABLE_CONTROL_FLOW_V2 = True
    assert own.ENABLE_CONTROL_FLOW_V2 is True
    own.ENABLE_CONTROL_FLOW_V2 = False
    assert module.ENABLE_CONTROL_FLOW_V2 is False


def test_an_imported_tensorflow_is_not_replaced(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", types.ModuleType("tensorflow"))
    with pytest.raises(RuntimeError, match="already imported"):
        tinytf.install()


def test_import_tinytf_imports_neither_numpy_nor_protobuf():
    """`import tinytf` is a list of names; each costs when it is first used."""
    script = "import sys, tinytf; print([m for m in ('numpy', 'google.protobuf') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], env=dict(os.environ, PYTHONPATH=ROOT), capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_every_name_of_the_table_is_there():
    missing = []
    for name in tinytf._TABLE:
        try:
            getattr(tinytf, name)
        except Exception as error:  # noqa: BLE001
            missing.append("%s: %s" % (name, error))
    assert missing == []


def test_every_namespace_of_the_list_is_there():
    for name in tinytf._NAMESPACES:
        assert isinstance(getattr(tinytf, name), types.ModuleType), name


@pytest.mark.parametrize("order", ["import tensorflow; import tinytf", "import tinytf; tinytf.protos; import tensorflow"])
def test_beside_an_installed_tensorflow(order):
    """One process may hold both: nothing is registered twice. (Only where a real TensorFlow is installed.)"""
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("no TensorFlow here; compat/check_beside.py does this with a real one")
    script = order + "; print(tinytf.GraphDef is not tensorflow.compat.v1.GraphDef)"
    done = subprocess.run([sys.executable, "-c", script], env=dict(os.environ, PYTHONPATH=ROOT), capture_output=True, text=True)
    assert done.stdout.strip() == "True", done.stderr
