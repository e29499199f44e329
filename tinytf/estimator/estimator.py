"""Estimator: a model function together with the folder that its checkpoints are in."""

from __future__ import annotations

import copy
import os
import tempfile
from typing import Any, NamedTuple

from tinytf import checkpoint, gfile, logging, protos
from tinytf.estimator import evaluation, saved_models, training_loop
from tinytf.estimator.fn_args import given
from tinytf.estimator.input_results import parse_input_fn_result
from tinytf.estimator.mode_keys import ModeKeys
from tinytf.estimator.run_config import RunConfig
from tinytf.estimator.spec import EstimatorSpec, verify_model_fn_args
from tinytf.graph.default_graph import device, get_default_graph
from tinytf.graph.graph import Graph, GraphKeys
from tinytf.graph.tensor import Tensor
from tinytf.ops.control_flow.control_flow_ops import group
from tinytf.ops.random.random_seed import set_random_seed
from tinytf.train.basic_session_run_hooks import CheckpointSaverListener, StopAtStepHook
from tinytf.train.monitored_session import ChiefSessionCreator, MonitoredSession
from tinytf.train.scaffold import Scaffold
from tinytf.train.session_run_hook import SessionRunHook
from tinytf.train.training_util import create_global_step, get_global_step


class WarmStartSettings(NamedTuple):
    """What variables take from another checkpoint; as tf.train.warm_start.

    Follows `tf.estimator.WarmStartSettings` of TF 1.15.
    """

    ckpt_to_initialize_from: str
    vars_to_warm_start: Any = ".*"
    var_name_to_vocab_info: Any = None
    var_name_to_prev_var_name: Any = None


class Estimator:
    """Trains, evaluates and exports a model, and asks it for predictions. Each call builds a graph of its own.

    Args:
      model_fn: f(features[, labels][, mode][, params][, config]) -> EstimatorSpec.
      model_dir: the folder of checkpoints and summaries; that of `config`, or a new temporary one where None.
      config: a RunConfig.
      params: hyperparameters, handed to functions that have an argument `params`.
      warm_start_from: a checkpoint, a saved model's folder or WarmStartSettings.

    An input_fn([mode][, params][, config]) returns a tf.data.Dataset of (features, labels), or such a pair of
    tensors or dicts of tensors; its end (OutOfRangeError) ends the loop.
    Follows `tf.estimator.Estimator` of TF 1.15.
    """

    def __init__(self, model_fn, model_dir=None, config=None, params=None, warm_start_from=None):
        self._refuse_overriding()
        self._config = _complete(config, model_dir)
        self._model_dir = self._config.model_dir
        logging.info("Using config: %s", vars(self._config))
        if model_fn is None:
            raise ValueError("model_fn must be provided to Estimator.")
        verify_model_fn_args(model_fn, params)
        self._model_fn = model_fn
        self._params = copy.deepcopy(params or {})
        self._warm_start_settings = _warm_start_settings(warm_start_from)

    def _refuse_overriding(self) -> None:
        allowed = {"model_fn", "_create_and_assert_global_step", "_export_all_saved_models"}
        own = [name for cls in type(self).__mro__[: -2 - Estimator.__mro__.index(Estimator)] for name in vars(cls)]
        overridden = [n for n in own if hasattr(Estimator, n) and not n.startswith("__") and n not in allowed]
        if overridden:
            raise ValueError(f"Subclasses of Estimator cannot override members of Estimator. {type(self)} does override {overridden}")

    # What it is ---------------------------------------------------------------------------------

    @property
    def model_dir(self) -> str:
        """The folder of checkpoints and summaries."""
        return self._model_dir

    @property
    def config(self) -> RunConfig:
        """A copy of the configuration."""
        return copy.deepcopy(self._config)

    @property
    def params(self):
        """A copy of the hyperparameters."""
        return copy.deepcopy(self._params)

    @property
    def model_fn(self):
        """The model function, bound to the hyperparameters: f(features, labels, mode, config)."""
        return lambda features, labels, mode, config: self._call_model_fn(features, labels, mode, config)

    def _check_trained(self) -> None:
        if not self.latest_checkpoint():
            raise ValueError(f"Could not find trained model in model_dir: {self._model_dir}.")

    def get_variable_value(self, name):
        """The array that the latest checkpoint has under `name`; ValueError where there is no checkpoint."""
        self._check_trained()
        return checkpoint.load_variable(self._model_dir, name)

    def get_variable_names(self) -> list:
        """The names in the latest checkpoint; ValueError where there is none."""
        self._check_trained()
        return [name for name, _ in checkpoint.list_variables(self._model_dir)]

    def latest_checkpoint(self):
        """The path of the latest checkpoint, or None."""
        return checkpoint.latest_checkpoint(self._model_dir)

    def eval_dir(self, name=None) -> str:
        """Where an evaluation's summaries go."""
        return os.path.join(self._model_dir, "eval_" + name if name else "eval")

    # What it does -------------------------------------------------------------------------------

    def train(self, input_fn, hooks=None, steps=None, max_steps=None, saving_listeners=None) -> Estimator:
        """Trains for `steps` more steps, or until the global step is `max_steps`, or until the input ends."""
        if steps is not None and max_steps is not None:
            raise ValueError("Can not provide both steps and max_steps.")
        _above_0("steps", steps)
        _above_0("max_steps", max_steps)
        if max_steps is not None and max_steps <= _saved_step(self._model_dir):
            logging.info("Skipping training since max_steps has already saved.")
            return self
        hooks = _checked_hooks(hooks)
        if steps is not None or max_steps is not None:
            hooks.append(StopAtStepHook(steps, max_steps))
        listeners = list(saving_listeners or [])
        for listener in listeners:
            if not isinstance(listener, CheckpointSaverListener):
                raise TypeError(f"saving_listeners must be a list of CheckpointSaverListener, given: {listener}")
        with Graph().as_default() as graph, graph.device(self._config.device_fn):
            set_random_seed(self._config.tf_random_seed)
            self._create_and_assert_global_step(graph)
            training_loop.read_global_step(graph)
            features, labels, input_hooks = self._features_and_labels(input_fn, ModeKeys.TRAIN)
            spec = self._call_model_fn(features, labels, ModeKeys.TRAIN, self.config)
            self._warm_start()
            loss = training_loop.train(spec, self._config, input_hooks + hooks, get_global_step(graph), listeners)
        logging.info("Loss for final step: %s.", loss)
        return self

    def evaluate(self, input_fn, steps=None, hooks=None, checkpoint_path=None, name=None) -> dict:
        """{metric: value} over `steps` batches or the whole input, with "loss" and "global_step".

        The variables are those of `checkpoint_path`, of the latest checkpoint, or fresh ones where there is none.
        """
        _above_0("steps", steps)
        hooks = _checked_hooks(hooks)
        if steps is not None:
            hooks.append(evaluation.StopAfterNEvals(steps))
        checkpoint_path = checkpoint_path or self._latest_checkpoint_for("evaluate")
        with Graph().as_default() as graph:
            set_random_seed(self._config.tf_random_seed)
            self._create_and_assert_global_step(graph)
            features, labels, input_hooks = self._features_and_labels(input_fn, ModeKeys.EVAL)
            spec = self._call_model_fn(features, labels, ModeKeys.EVAL, self.config)
            updates, values = _metric_ops(spec)
            if not checkpoint_path:
                self._warm_start()
            values[GraphKeys.GLOBAL_STEP] = get_global_step(graph)
            scaffold = spec.scaffold
            if scaffold.local_init_op is not None:
                evaluation.get_or_create_eval_step()  # before the default op, which is to initialise it
                both = group(scaffold.local_init_op, Scaffold.default_local_init_op())
                scaffold = Scaffold(local_init_op=both, copy_from_scaffold=scaffold)
            all_hooks = input_hooks + hooks + list(spec.evaluation_hooks)
            config = self._config.session_config
            results = evaluation.evaluate_once(checkpoint_path, scaffold, updates, values, all_hooks, config)
        evaluation.write_results(self.eval_dir(name), results, checkpoint_path)
        return results

    def predict(self, input_fn, predict_keys=None, hooks=None, checkpoint_path=None, yield_single_examples=True):
        """Yields the predictions of each example, or of each batch where `yield_single_examples` is false.

        `predict_keys`: which of the predictions, where they are a dict (ValueError otherwise).
        """
        hooks = _checked_hooks(hooks)
        checkpoint_path = checkpoint_path or self._latest_checkpoint_for("predict")
        with Graph().as_default() as graph:
            set_random_seed(self._config.tf_random_seed)
            self._create_and_assert_global_step(graph)
            features, _, input_hooks = parse_input_fn_result(self._call_input_fn(input_fn, ModeKeys.PREDICT))
            _warn_of_endless_input(features)
            spec = self._call_model_fn(features, None, ModeKeys.PREDICT, self.config)
            if not checkpoint_path:
                self._warm_start()
            predictions = _chosen(spec.predictions, predict_keys)
            creator = ChiefSessionCreator(
                checkpoint_filename_with_path=checkpoint_path, scaffold=spec.scaffold, config=self._config.session_config
            )
            all_hooks = input_hooks + hooks + list(spec.prediction_hooks)
            with MonitoredSession(session_creator=creator, hooks=all_hooks) as session:
                while not session.should_stop():
                    batch = session.run(predictions)
                    if not yield_single_examples:
                        yield batch
                    elif not isinstance(predictions, dict):
                        yield from batch
                    else:
                        for i in range(_batch_length(batch)):
                            yield {key: value[i] for key, value in batch.items()}

    def export_savedmodel(
        self, export_dir_base, serving_input_receiver_fn, assets_extra=None, as_text=False, checkpoint_path=None,
        strip_default_attrs=False,
    ):  # fmt: skip
        """Exports the model for predictions into a new folder below `export_dir_base`; its path, as bytes.

        `serving_input_receiver_fn` returns a ServingInputReceiver; see tf.estimator.export.
        """
        if not serving_input_receiver_fn:
            raise ValueError("An input_receiver_fn must be defined.")
        receivers = {ModeKeys.PREDICT: serving_input_receiver_fn}
        return self._export_all_saved_models(export_dir_base, receivers, assets_extra, as_text, checkpoint_path, strip_default_attrs)

    def export_saved_model(
        self, export_dir_base, serving_input_receiver_fn, assets_extra=None, as_text=False, checkpoint_path=None,
        experimental_mode=ModeKeys.PREDICT,
    ):  # fmt: skip
        """Like export_savedmodel, with default attributes left out, and for any mode."""
        if not serving_input_receiver_fn:
            raise ValueError("An input_receiver_fn must be defined.")
        receivers = {experimental_mode: serving_input_receiver_fn}
        return self._export_all_saved_models(export_dir_base, receivers, assets_extra, as_text, checkpoint_path)

    def experimental_export_all_saved_models(
        self, export_dir_base, input_receiver_fn_map, assets_extra=None, as_text=False, checkpoint_path=None
    ):
        """Exports graphs of several modes, {mode: receiver function}, with one set of variables."""
        return self._export_all_saved_models(export_dir_base, input_receiver_fn_map, assets_extra, as_text, checkpoint_path)

    def _export_all_saved_models(
        self, export_dir_base, input_receiver_fn_map, assets_extra=None, as_text=False, checkpoint_path=None,
        strip_default_attrs=True,
    ):  # fmt: skip
        path = checkpoint_path or self.latest_checkpoint()
        if not path:
            if not self._warm_start_settings:
                raise ValueError(f"Couldn't find trained model at {self._model_dir}.")
            path = self._warm_start_settings.ckpt_to_initialize_from
            path = checkpoint.latest_checkpoint(path) if gfile.IsDirectory(path) else path
        return saved_models.export(self, export_dir_base, input_receiver_fn_map, assets_extra, as_text, path, strip_default_attrs)

    # Its parts ----------------------------------------------------------------------------------

    def _create_global_step(self, graph):
        return create_global_step(graph)

    def _create_and_assert_global_step(self, graph):
        step = self._create_global_step(graph)
        assert step is get_global_step() and step.dtype.base_dtype.is_integer
        return step

    def _call_input_fn(self, input_fn, mode):
        with device("/cpu:0"):
            return input_fn(**given(input_fn, mode=mode, params=self.params, config=self.config))

    def _features_and_labels(self, input_fn, mode) -> tuple:
        return parse_input_fn_result(self._call_input_fn(input_fn, mode))

    def _call_model_fn(self, features, labels, mode, config) -> EstimatorSpec:
        wanted = given(self._model_fn, labels=labels, mode=mode, params=self.params, config=config)
        if labels is not None and "labels" not in wanted:
            raise ValueError("model_fn does not take labels, but input_fn returns labels.")
        logging.info("Calling model_fn.")
        spec = self._model_fn(features=features, **wanted)
        logging.info("Done calling model_fn.")
        if not isinstance(spec, EstimatorSpec):
            raise ValueError("model_fn should return an EstimatorSpec.")
        return spec

    def _latest_checkpoint_for(self, what):
        path = self.latest_checkpoint()
        if not path:
            logging.info("Could not find trained model in model_dir: %s, running initialization to %s.", self._model_dir, what)
        return path

    def _warm_start(self) -> None:
        if self._warm_start_settings:
            from tinytf.train.warm_start import warm_start

            logging.info("Warm-starting with WarmStartSettings: %s", self._warm_start_settings)
            warm_start(*self._warm_start_settings)


def _complete(config, model_dir) -> RunConfig:
    """`config` with a folder and a session configuration."""
    if config is None:
        config = RunConfig()
        logging.info("Using default config.")
    if not isinstance(config, RunConfig):
        raise ValueError(f"config must be an instance of `RunConfig`, but provided {config}.")
    if config.session_config is None:
        config = config.replace(session_config=protos.ConfigProto(allow_soft_placement=True))
    model_dir = None if model_dir is None else os.fspath(model_dir)
    if model_dir is not None and config.model_dir is not None and config.model_dir != model_dir:
        raise ValueError(
            "`model_dir` are set both in constructor and `RunConfig`, but with different values. "
            f"In constructor: '{model_dir}', in `RunConfig`: '{config.model_dir}' "
        )
    if not model_dir and config.model_dir is None:
        model_dir = tempfile.mkdtemp()
        logging.warning("Using temporary folder as model directory: %s", model_dir)
    return config.replace(model_dir=model_dir) if model_dir else config


def _warm_start_settings(given_settings):
    if given_settings is None or isinstance(given_settings, WarmStartSettings):
        return given_settings
    if not isinstance(given_settings, (str, bytes)):
        raise ValueError(f"warm_start_from must be a string or a WarmStartSettings, instead got {type(given_settings)}")
    path = os.fsdecode(given_settings)
    variables = os.path.join(path, "variables", "variables")  # of a saved model
    return WarmStartSettings(variables if gfile.Exists(variables + ".index") else path)


def _above_0(name, value) -> None:
    if value is not None and value <= 0:
        raise ValueError(f"Must specify {name} > 0, given: {value}")


def _checked_hooks(hooks) -> list:
    hooks = list(hooks or [])
    for hook in hooks:
        if not isinstance(hook, SessionRunHook):
            raise TypeError(f"Hooks must be a SessionRunHook, given: {hook}")
    return hooks


def _saved_step(folder) -> int:
    path = checkpoint.latest_checkpoint(folder)
    reader = path and checkpoint.NewCheckpointReader(path)
    return int(reader.get_tensor(GraphKeys.GLOBAL_STEP)) if reader and reader.has_tensor(GraphKeys.GLOBAL_STEP) else 0


def _metric_ops(spec) -> tuple:
    """(op that updates all metrics, {name: value}) with the mean of the loss."""
    from tinytf import metrics

    named = spec.eval_metric_ops
    for taken in ("loss", GraphKeys.GLOBAL_STEP):
        if taken in named:
            raise ValueError(
                f'Metric with name "{taken}" is not allowed, because Estimator already defines a default metric with the same name.'
            )
    named["loss"] = metrics.mean(spec.loss)
    named = dict(sorted(named.items()))
    return group(*[update for _, update in named.values()]), {name: value for name, (value, _) in named.items()}


def _warn_of_endless_input(features) -> None:
    from tinytf import nest

    tensors = [t for t in nest.flatten(features) if isinstance(t, Tensor)]
    if any(t.op.type == "IteratorGetNext" for t in tensors) or get_default_graph().get_collection(GraphKeys.QUEUE_RUNNERS):
        return
    logging.warning("Input graph does not use tf.data.Dataset or contain a QueueRunner. That means predict yields forever.")


def _chosen(predictions, keys):
    if not keys:
        return predictions
    if not isinstance(predictions, dict):
        raise ValueError("predict_keys argument is not valid in case of non-dict predictions.")
    chosen = {key: value for key, value in predictions.items() if key in keys}
    if not chosen:
        raise ValueError(f"Expected to run at least one output from {predictions.keys()}, provided {keys}.")
    return chosen


def _batch_length(batch) -> int:
    length = None
    for key, value in batch.items():
        length = length or value.shape[0]
        if value.shape[0] != length:
            raise ValueError(f"Batch length of predictions should be same. {key} has different batch length than others.")
    return length or 0
