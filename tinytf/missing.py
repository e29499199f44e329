"""What a user sees who asks for a symbol that tinytf does not have."""

from __future__ import annotations

import importlib
import types


class MissingSymbol(AttributeError, NotImplementedError):
    """An AttributeError, so that `hasattr` and `getattr` with a default work; also a NotImplementedError, for what it means."""

    def __init__(self, where, name, known):
        super().__init__(where, name)
        self._where, self._name, self._known = where, name, known

    def __str__(self):  # only when it is shown: `hasattr` asks often, and looking for near names takes time
        symbol = "%s.%s" % (self._where, self._name)
        if symbol in INSTEAD:
            return "tinytf has no %s. Use %s" % (symbol, INSTEAD[symbol])
        if self._where in INSTEAD:
            return "tinytf has no %s. Use %s" % (symbol, INSTEAD[self._where])
        for package, instead in INSTEAD_OF_PACKAGES.items():
            if symbol.startswith(package + "."):
                return "tinytf has no %s. Use %s" % (symbol, instead)
        import difflib

        near = difflib.get_close_matches(self._name, [n for n in self._known if n != self._name], 3, 0.75)
        hint = ". Did you mean %s?" % " or ".join("%s.%s" % (self._where, n) for n in near) if near else ""
        return "tinytf has no %s%s" % (symbol, hint)

    def __repr__(self):
        return "%s(%r)" % (type(self).__name__, str(self))


# What to use instead of what tinytf leaves out, and of names that were gone before TensorFlow 1.15.
INSTEAD = {
    "tf.nn.rnn": "tf.nn.static_rnn",
    "tf.nn.seq2seq": "tf.contrib.legacy_seq2seq",
    "tf.keras": "tf.layers for layers and tf.train for optimizers",
    "tf.keras.layers.CuDNNGRU": "tf.keras.layers.GRU(reset_after=True): tinytf runs on the CPU, without cuDNN",
    "tf.keras.layers.CuDNNLSTM": "tf.keras.layers.LSTM: tinytf runs on the CPU, without cuDNN",
    "tf.tpu": "a plain tf.Session: tinytf runs on the CPU",
    "tf.distribute": "tf.distribute.OneDeviceStrategy or a plain tf.Session: tinytf runs in one process",
    "tf.vectorized_map": "tf.map_fn: tinytf does not turn a function of one row into one of all rows",
    "tf.saved_model.save": "tf.saved_model.simple_save or tf.saved_model.Builder",
    "tf.saved_model.load_v2": "tf.saved_model.load",
    "tf.train.sdca_optimizer": "tf.train.FtrlOptimizer: tinytf has no SDCA",
    "tf.contrib.bayesflow": "tf.distributions: tinytf has no Monte Carlo library",
    "tf.contrib.cudnn_rnn": "tf.nn.rnn_cell.LSTMCell or GRUCell with tf.nn.dynamic_rnn: tinytf runs on the CPU, without cuDNN",
    "tf.contrib.learn.SVM": "tf.contrib.learn.Estimator with tf.contrib.learn.binary_svm_head: tinytf has no SDCA",
    "tf.contrib.linear_optimizer": "tf.train.FtrlOptimizer: tinytf has no SDCA",
    "tf.contrib.timeseries": "tf.contrib.rnn or a model of your own on tf.estimator: tinytf has no time series library",
    "tf.contrib.tpu": "a plain tf.Session: tinytf runs on the CPU",
    "tf.contrib.eager": "graphs and tf.Session: tinytf has no eager mode",
    "tf.contrib.boosted_trees": "tf.estimator.BoostedTreesClassifier",
    "tf.lite": "the saved checkpoint with TensorFlow itself",
    "tf.compat.v2": "tf.compat.v1: tinytf follows TensorFlow 1.15",
}

# The same for whole packages inside of TensorFlow, which can be imported (see `absent_modules`).
INSTEAD_OF_PACKAGES = {
    "tf.python.autograph": "tf.autograph, tf.cond and tf.while_loop",
    "tf.python.debug": "tf.Print, or fetch the tensors: tinytf has no debugger",
    "tf.python.distribute": INSTEAD["tf.distribute"],


    "tf.python.keras": INSTEAD["tf.keras"],
    "tf.python.profiler": "tf.profiler.profile and tensorflow.python.client.timeline: tinytf has nothing more of the profiler",
    "tf.python.tpu": INSTEAD["tf.tpu"],
}


def missing_symbol(where: str, name: str, known=()) -> AttributeError:
    """The error for `where.name` (`tf.nn`, `rnn`); `known` are the names that `where` does have."""
    if name.startswith("__"):  # Python itself asks for these
        return AttributeError("module %r has no attribute %r" % (where, name))
    return MissingSymbol(where, name, known)


def name_missing(module: types.ModuleType, where: str) -> None:
    """Lets `module`, known to the user as `where`, answer for symbols that it lacks."""
    if "__getattr__" not in vars(module):
        vars(module)["__getattr__"] = lambda name: _raise(missing_symbol(where, name, dir(module)))


def _raise(error):
    raise error


def namespace(name: str) -> types.ModuleType:
    """The module behind `tf.<name>` (which may have dots); absent symbols of it raise MissingSymbol."""
    try:
        module = importlib.import_module("tinytf." + name)
    except ModuleNotFoundError as error:
        if error.name != "tinytf." + name:
            raise
        where, _, last = ("tf." + name).rpartition(".")
        raise missing_symbol(where, last) from None
    name_missing(module, "tf." + name)
    return module
