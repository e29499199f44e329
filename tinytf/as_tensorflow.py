"""Lets `import tensorflow` mean tinytf, whole paths included.

`install()` puts a finder in front of Python's import system. Each `tensorflow.…` module that a program
imports becomes an Alias: a module that looks its attributes up in one or more modules of tinytf. Nothing
of an installed TensorFlow is ever mixed in: what tinytf lacks is an error that names it.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
import types

from tinytf import companions
from tinytf.missing import missing_symbol, name_missing

# Where scripts reach past the public names: `tensorflow.python.<path>` and what it means here. `tf` is the public
# namespace, `tf.x` a part of it, anything else a module. Sources are searched in order, and `tf` itself last. Where
# nothing stands, the path can be imported and each name in it is an error that says what to use.
PYTHON_PATHS = {
    "client.device_lib": "tinytf.device_lib",
    "client.session": "tinytf.run.session tinytf.run.fetches tf",
    "client.timeline": "tinytf.timeline",
    "compat.compat": "tf.compat",
    "compat.v2_compat": "tinytf.switches",
    "data": "tf.data",
    "data.experimental": "tf.data.experimental",
    "distribute.collective_all_reduce_strategy": "",
    "distribute.distribute_coordinator": "",
    "distribute.distribution_strategy_context": "",
    "eager.backprop": "",
    "eager.context": "tinytf.graph.eager_context",
    "eager.def_function": "",
    "eager.function": "",
    "eager.wrap_function": "",
    "framework.c_api_util": "",
    "framework.common_shapes": "tinytf.graph.shape_rules",
    "framework.composite_tensor": "",
    "framework.constant_op": "tf tinytf.ops.constant",
    "framework.device": "tinytf.graph.device",
    "framework.dtypes": "tinytf.dtypes",
    "framework.error_interpolation": "",
    "framework.errors": "tinytf.errors",
    "framework.errors_impl": "tinytf.errors",
    "framework.function": "tinytf.graph.defun tinytf.graph.function",
    "framework.function_def_to_graph": "",
    "framework.graph_io": "tf.train",
    "framework.graph_to_function_def": "",
    "framework.graph_util": "tf.graph_util",
    "framework.graph_util_impl": "tf.graph_util",
    "framework.importer": "tf",
    "framework.indexed_slices": "tinytf.graph.indexed_slices tinytf.graph.convert",
    "framework.meta_graph": "tinytf.graph.meta_graph tinytf.graph.op_list tf.train",
    "framework.op_def_library": "",
    "framework.op_def_registry": "",
    "framework.ops": "tf tinytf.graph.graph tinytf.graph.convert tinytf.ops.gradient_registry tinytf.graph.collection_protos tinytf.graph.indexed_slices tinytf.graph.framework_ops",
    "framework.random_seed": "tf tf.random",
    "framework.registry": "",
    "framework.smart_cond": "tinytf.layers.smart_cond",
    "framework.sparse_tensor": "tf tinytf.graph.sparse_tensor",
    "framework.subscribe": "",
    "framework.tensor_shape": "tinytf.shapes",
    "framework.tensor_spec": "tf",
    "framework.tensor_util": "tinytf.graph.tensor_util tinytf.graph.tensor_proto",
    "framework.test_ops": "tinytf.test.test_ops",
    "framework.test_util": "tinytf.test.test_util tf.test",
    "framework.traceable_stack": "",
    "framework.versions": "tinytf.version",
    "layers.base": "tf.layers",
    "layers.convolutional": "tf.layers",
    "layers.core": "tf.layers",
    "layers.layers": "tf.layers",
    "layers.normalization": "tf.layers",
    "layers.pooling": "tf.layers",
    "layers.utils": "tinytf.layers.utils tf.layers",
    "lib.io.file_io": "tinytf.file_io",
    "lib.io.python_io": "tf.python_io",
    "lib.io.tf_record": "tf.python_io",
    "ops.array_ops": "tf tinytf.ops.array_ops",
    "ops.array_grad": "tinytf.ops.gradient_registry",
    "ops.candidate_sampling_ops": "tf.nn tf.random",
    "ops.check_ops": "tf tf.debugging",
    "ops.clip_ops": "tf",
    "ops.cond_v2": "",
    "ops.confusion_matrix": "tf tf.math",
    "ops.control_flow_grad": "tinytf.ops.gradient_registry",
    "ops.control_flow_ops": "tf tinytf.ops.control_flow_ops tinytf.ops.cond tinytf.ops.while_loop tinytf.ops.control_flow_context",
    "ops.control_flow_util": "tinytf.ops.control_flow_util",
    "ops.control_flow_v2_toggles": "tinytf.switches",
    "ops.ctc_ops": "tf.nn",
    "ops.data_flow_grad": "tinytf.ops.gradient_registry",
    "ops.data_flow_ops": "tf tf.queue",
    "ops.distributions": "tf.distributions",
    "ops.embedding_ops": "tf.nn",
    "ops.functional_ops": "tf",
    "ops.gradient_checker": "tf.test",
    "ops.gradients": "tf tinytf.ops.gradients",
    "ops.gradients_impl": "tf tinytf.ops.gradients",
    "ops.histogram_ops": "tf",
    "ops.image_ops": "tf.image",
    "ops.image_ops_impl": "tf.image",
    "ops.init_ops": "tf tinytf.ops.init_ops tf.initializers",
    "ops.initializers_ns": "tf.initializers",
    "ops.io_ops": "tf tf.io",
    "ops.linalg_ops": "tf tf.linalg",
    "ops.logging_ops": "tf tf.summary",
    "ops.lookup_ops": "tf.lookup tf.contrib.lookup tf",
    "ops.losses.losses": "tf.losses",
    "ops.losses.losses_impl": "tf.losses",
    "ops.losses.util": "tf.losses",
    "ops.map_fn": "tf",
    "ops.math_grad": "tinytf.ops.gradient_registry",
    "ops.math_ops": "tf tf.math tinytf.ops.math_ops",
    "ops.metrics": "tf.metrics",
    "ops.metrics_impl": "tf.metrics",
    "ops.nn": "tf.nn",
    "ops.nn_grad": "tinytf.ops.gradient_registry",
    "ops.nn_impl": "tf.nn",
    "ops.nn_ops": "tf.nn",
    "ops.numerics": "tf tf.debugging",
    "ops.parsing_ops": "tf tf.io",
    "ops.partitioned_variables": "tf tinytf.ops.partitioned_variables",
    "ops.ragged.ragged_factory_ops": "",
    "ops.ragged.ragged_tensor": "",
    "ops.random_grad": "tinytf.ops.gradient_registry",
    "ops.random_ops": "tf tf.random",
    "ops.resource_variable_ops": "tinytf.ops.resource_variables tinytf.generated_ops",
    "ops.resources": "tinytf.ops.resources",
    "ops.rnn": "tf.nn",
    "ops.rnn_cell": "tf.nn.rnn_cell tf.contrib.rnn",
    "ops.rnn_cell_impl": "tf.nn.rnn_cell tinytf.ops.rnn_cell",
    "ops.script_ops": "tf",
    "ops.seq2seq": "tf.contrib.legacy_seq2seq",
    "ops.session_ops": "tf",
    "ops.sparse_grad": "tinytf.ops.gradient_registry",
    "ops.sparse_ops": "tf tf.sparse",
    "ops.special_math_ops": "tf tf.math",
    "ops.spectral_ops": "tf.spectral",
    "ops.standard_ops": "tf",
    "ops.state_grad": "tinytf.ops.gradient_registry",
    "ops.state_ops": "tf tinytf.ops.state_ops",
    "ops.string_ops": "tf tf.strings",
    "ops.summary_ops": "tf.summary",
    "ops.template": "tinytf.ops.template",
    "ops.tensor_array_ops": "tf",
    "ops.variable_scope": "tf tinytf.ops.variable_scope",
    "ops.variables": "tf tinytf.ops.variables tinytf.ops.partitioned_variables tinytf.ops.variable_scope",
    "ops.while_v2": "",
    "platform.app": "tf.app",
    "platform.benchmark": "tf.test",
    "platform.flags": "tf.flags",
    "platform.gfile": "tf.gfile",
    "platform.googletest": "tf.test tinytf.test.case",
    "platform.resource_loader": "tf.resource_loader",
    "platform.sysconfig": "tf.sysconfig",
    "platform.test": "tf.test",
    "platform.tf_logging": "tf.logging",
    "pywrap_tensorflow": "tf.train tf.errors",
    "saved_model": "tf.saved_model",
    "summary": "tf.summary",
    "tools.freeze_graph": "tinytf.tools.freeze_graph",
    "tf2": "tinytf.graph.eager_context",
    "tools.inspect_checkpoint": "tinytf.tools.inspect_checkpoint",
    "tools.optimize_for_inference_lib": "tinytf.tools.optimize_for_inference",
    "tools.strip_unused_lib": "tinytf.tools.strip_unused",
    "training": "tf.train",
    "training.distribution_strategy_context": "",
    "training.saver_test_utils": "tinytf.test.checkpointed_op",
    "training.saving.functional_saver": "",
    "training.tensorboard_logging": "tf.logging",
    "training.tracking": "tinytf.train.trackable",
    "training.tracking.base": "tinytf.train.trackable",
    "training.tracking.graph_view": "",
    "training.tracking.tracking": "tinytf.train.trackable",
    "training.tracking.util": "tinytf.train.object_based tf.train",
    "user_ops": "tf.user_ops",
    "util.compat": "tf.compat",
    "util.compat.collections_abc": "collections.abc",
    "util.deprecation": "tinytf.util.deprecation",
    "util.lazy_loader": "tinytf.util.lazy_loader",
    "util.nest": "tf.nest",
    "util.object_identity": "",
    "util.protobuf.compare": "tinytf.util.proto_compare",
    "util.tf_contextlib": "contextlib",
    "util.tf_decorator": "",
    "util.tf_export": "tinytf.util.tf_export",
    "util.tf_inspect": "inspect",
}
_INNER = {
    "builder_impl": "builder", "loader_impl": "loader", "main_op_impl": "main_op", "signature_def_utils_impl": "signature_def_utils",
    "utils_impl": "utils", "queue_runner_impl": "queue_runner", "saving.saveable_object": "saveable",
    "saving.saveable_object_util": "saveable", "warm_starting_util": "warm_start", "writer.writer": "writer",
    "writer.writer_cache": "writer", "writer.event_file_writer": "event_file", "checkpoint_management": "checkpoint_manager",
    "input": "input_pipeline", "sync_replicas_optimizer": "sync_replicas",
}  # fmt: skip
for _package, _meaning, _modules in (
    (
        "training",
        "tf.train",
        """adadelta adagrad adagrad_da adam basic_loops basic_session_run_hooks checkpoint_management checkpoint_ops
        checkpoint_utils coordinator device_setter evaluation ftrl gradient_descent input
        learning_rate_decay momentum monitored_session moving_averages optimizer proximal_adagrad
        proximal_gradient_descent queue_runner queue_runner_impl rmsprop saver saving.saveable_object
        saving.saveable_object_util server_lib session_manager session_run_hook slot_creator summary_io supervisor
        sync_replicas_optimizer training training_ops training_util warm_starting_util""",
    ),
    (
        "saved_model",
        "tf.saved_model",
        """builder builder_impl constants loader loader_impl main_op main_op_impl model_utils save signature_constants
        signature_def_utils signature_def_utils_impl simple_save tag_constants utils utils_impl""",
    ),
    ("data.ops", "tf.data", "dataset_ops iterator_ops readers"),
    ("summary", "tf.summary", "summary summary_iterator text_summary writer.event_file_writer writer.writer writer.writer_cache"),
):
    # the module of that name here, with what it keeps to itself, stands before the public names
    PYTHON_PATHS.update(
        {
            _package + "." + _module: " ".join(["tinytf.%s.%s" % (_package.replace("training", "train"), _INNER.get(_module, _module)), _meaning])
            for _module in _modules.split()
        }
    )


def install() -> None:
    """From now on, `import tensorflow` gives tinytf, in this process.

    For notebooks; `python -m tinytf script.py` does it for a script. RuntimeError if the real one is already imported.
    """
    loaded = sys.modules.get("tensorflow")
    if loaded is not None and not isinstance(loaded, Alias):
        raise RuntimeError(
            "TensorFlow itself is already imported in this process. Call tinytf.install() before any "
            "`import tensorflow`, or write `import tinytf as tf`."
        )
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
    companions.install()


def uninstall() -> None:
    """Undoes install(): `import tensorflow` means what it meant before."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Finder)]
    for name in [name for name, module in sys.modules.items() if isinstance(module, Alias)]:
        del sys.modules[name]
    companions.uninstall()


class Alias(types.ModuleType):
    """The module `tensorflow.…`: attributes come from `sources`, or are submodules."""

    def __init__(self, name, sources):
        super().__init__(name, "tinytf, standing in for %s" % name)
        self.__dict__["_tinytf_sources"] = sources  # modules, or names of modules that are imported when an attribute is asked for
        self.__path__ = []
        self.__file__ = sys.modules["tinytf"].__file__

    def __getattr__(self, name):
        if name.startswith("__") and name not in ("__version__", "__git_version__", "__compiler_version__"):
            raise AttributeError("module %r has no attribute %r" % (self.__name__, name))
        if self.__name__.startswith("tensorflow.python.") and self.__name__[len("tensorflow.python.") :] + "." + name in PYTHON_PATHS:
            return importlib.import_module(self.__name__ + "." + name)  # not what bears its name among the public ones
        there = _renamed(self.__name__).get(name, name)
        for source in self._sources():
            try:
                value = getattr(source, there)
            except AttributeError:
                continue
            self.__dict__[name] = value
            return value
        if sources_of(self.__name__ + "." + name) is not None:
            return importlib.import_module(self.__name__ + "." + name)
        raise self._missing(name)

    def __setattr__(self, name, value):
        """What a program (or mock.patch) sets here, it means for tinytf too: `tf_logging.warning = …`."""
        if "_tinytf_sources" in self.__dict__ and not name.startswith("__") and not isinstance(value, Alias):
            for source in list(self._sources())[: self._own_sources()]:
                if name in vars(source):
                    self.__dict__.setdefault("_tinytf_replaced", {}).setdefault(name, (source, vars(source)[name]))
                    setattr(source, name, value)
                    break
        super().__setattr__(name, value)

    def __delattr__(self, name):
        source, value = self.__dict__.get("_tinytf_replaced", {}).pop(name, (None, None))
        if source is not None:
            setattr(source, name, value)
        super().__delattr__(name)

    def _own_sources(self):
        """How many of the sources are this module's own: `tf` as the last resort of an inner path is not."""
        return max(1, len(self._tinytf_sources) - self.__name__.startswith("tensorflow.python."))

    def _sources(self):
        sources = self._tinytf_sources
        for i, source in enumerate(sources):
            if isinstance(source, str):
                source = sources[i] = _source(source)
            if source is not None:
                yield source

    def _missing(self, name):
        where = "tf" if self.__name__ == "tensorflow" else self.__name__.replace("tensorflow.", "tf.", 1)
        if where.startswith("tf.compat.v1"):
            where = "tf" + where[len("tf.compat.v1") :]
        return missing_symbol(where, name, dir(self))

    def __dir__(self):
        names = set(super().__dir__())
        return sorted(names.union(*map(dir, self._sources())) - {"_tinytf_sources"})


class MissingModule(ModuleNotFoundError, NotImplementedError):
    """`import tensorflow.x` or `from tensorflow import x`, where tinytf has no x."""


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, fullname, path=None, target=None):
        if fullname != "tensorflow" and not fullname.startswith("tensorflow."):
            return None
        if sources_of(fullname) is None:
            parent, _, name = fullname.rpartition(".")
            # without a `name`, so that `from tensorflow import x` reports this and not "cannot import name"
            raise MissingModule(str(sys.modules[parent]._missing(name)))
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec):
        return Alias(spec.name, sources_of(spec.name))

    def exec_module(self, module):
        if module.__name__ == "tensorflow.python.framework.test_ops":  # imported for what it registers
            list(module._sources())


def sources_of(fullname: str):
    """What stands behind the module `tensorflow.…`, as Alias takes it; None where nothing does."""
    tf = importlib.import_module("tinytf")
    path = fullname.split(".")[1:]
    for prefix in (["compat", "v1"], ["_api", "v1"]):
        if path[:2] == prefix:
            path = path[2:]
    if not path:
        return [tf]
    if path[-1].endswith("_pb2"):
        return [importlib.import_module("tinytf.protos")]
    if path[:2] == ["models", "rnn"] and len(path) == 3:  # where rnn, rnn_cell and seq2seq were before 0.8
        path = ["python", "ops", path[2]]
    if path[0] == "core" or path == ["_api"] or ".".join(path) in INNER_PACKAGES:
        return []
    if path[0] == "python":
        return _sources_of_python_path(tf, path[1:])
    if path[0] == "contrib":
        # tensorflow.contrib.rnn.python.ops.rnn_cell is a part of contrib.rnn, whose public module holds all of it
        found = _walk(tf, path) or ("python" in path and _walk(tf, path[: path.index("python")]))
    else:
        found = _walk(tf, path)
    return [found] if found else None


PYTHON_PATHS["training.checkpoint_management"] = "tinytf.train.checkpoint_manager tinytf.checkpoint.state tf.train"
PYTHON_PATHS["training.monitored_session"] = "tinytf.train.monitored_session tinytf.train.scaffold tf.train"
PYTHON_PATHS["training.basic_session_run_hooks"] = "tinytf.train.basic_session_run_hooks tinytf.train.hook_timers tf.train"
PYTHON_PATHS["training.saver"] = "tinytf.train.saver tinytf.train.object_based tf.train"
PYTHON_PATHS["training.tracking.util"] = "tinytf.train.object_based tf.train"

# Names of private modules that are called differently here.
RENAMED = {
    "client.session": "BaseSession=Session",
    "framework.constant_op": "constant_v1=constant",
    "framework.device": "MergeDevice=merge_device merge_device=merge_device",
    "framework.ops": "convert_to_tensor_v2=convert_to_tensor internal_convert_to_tensor=convert_to_tensor device_v2=device "
    "internal_convert_n_to_tensor=convert_n_to_tensor",
    "ops.control_flow_util": """
        CheckInputFromValidContext=check_input_from_valid_context GetContainingWhileContext=containing_while_context
        GetLoopConstantEnter=loop_constant_enter GetOutputContext=output_context GetWhileContext=while_context
        IsCondSwitch=is_cond_switch IsContainingContext=is_containing IsLoopConstantEnter=is_loop_constant_enter
        IsLoopEnter=is_loop_enter IsLoopExit=is_loop_exit IsLoopSwitch=is_loop_switch IsMerge=is_merge IsSwitch=is_switch
        OpInContext=op_in_context""",
    "ops.gradients_impl": "gradients_v2=gradients HessiansV2=hessians",
    "ops.math_ops": " ".join("reduce_%s_v1=reduce_%s" % (r, r) for r in "all any logsumexp max mean min prod sum".split()),
    "ops.resource_variable_ops": "BaseResourceVariable=ResourceVariable",
    "ops.template": "make_template_internal=make_template",
    "ops.variable_scope": "variable=Variable",
    "ops.variables": "VariableV1=Variable",
    "training.checkpoint_management": "update_checkpoint_state_internal=update_checkpoint_state",
    "platform.googletest": "GetTempDir=get_temp_dir",
}

INNER_PACKAGES = {"python", "models", "models.rnn"}
for _path in PYTHON_PATHS:
    _parts = ["python"] + _path.split(".")
    INNER_PACKAGES.update(".".join(_parts[:n]) for n in range(2, len(_parts)))
INNER_PACKAGES -= {"python." + _path for _path in PYTHON_PATHS}  # those that hold names of their own


def _sources_of_python_path(tf, path):
    listed = PYTHON_PATHS.get(".".join(path))
    if len(path) == 2 and path[0] in ("ops", "training") and path[1].startswith("gen_") and path[1].endswith("_ops"):
        return ["tinytf.generated_ops"]
    if listed is None:  # tensorflow.python.image.… is tf.image.…
        found = path[0] in tf._NAMESPACES and _walk(tf, path)
        return [found] if found else None
    return listed.split() + [tf]


def _renamed(fullname) -> dict:
    """{name: what it is called here} of one inner module."""
    listed = RENAMED.get(fullname[len("tensorflow.python.") :] if fullname.startswith("tensorflow.python.") else "", "")
    return dict(pair.split("=") for pair in listed.split())


def _source(name):
    if name.split(".")[0] == "tf":
        return _walk(importlib.import_module("tinytf"), name.split(".")[1:])
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if not name.startswith(error.name or " "):
            raise
        return None
    if name.startswith("tinytf."):
        name_missing(module, name)
    return module


def _walk(module, path):
    """The module at `module.a.b`; None where that is not a module."""
    for name in path:
        try:
            module = getattr(module, name)
        except AttributeError:
            return None
        if not isinstance(module, types.ModuleType):
            return None
    return module
