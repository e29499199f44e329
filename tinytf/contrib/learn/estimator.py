"""tf.contrib.learn.Estimator, which tutorials of 2016 and 2017 train with, and SKCompat, which takes arrays."""

from __future__ import annotations

import os
import tempfile

import numpy as np

from tinytf import checkpoint, logging, metrics, protos
from tinytf.contrib.learn.data_feeder import setup_train_data_feeder
from tinytf.contrib.learn.metric_spec import MetricSpec
from tinytf.contrib.learn.model_fn import ModeKeys, ModelFnOps
from tinytf.contrib.learn.monitor_base import replace_monitors_with_hooks
from tinytf.contrib.learn.run_config import RunConfig
from tinytf.estimator import evaluation, training_loop
from tinytf.estimator.estimator import _saved_step
from tinytf.estimator.fn_args import fn_args
from tinytf.graph.graph import Graph, GraphKeys
from tinytf.ops.array.placeholder import placeholder
from tinytf.ops.control_flow.control_flow_ops import group
from tinytf.ops.random.random_seed import set_random_seed
from tinytf.train.basic_session_run_hooks import FeedFnHook, StopAtStepHook
from tinytf.train.monitored_session import ChiefSessionCreator, MonitoredSession
from tinytf.train.scaffold import Scaffold
from tinytf.train.training_util import create_global_step, get_global_step


class NotFittedError(ValueError, AttributeError):
    """There is no trained model to evaluate or to predict with."""


class Estimator:
    """A model function and the folder of its checkpoints.

    Args:
      model_fn: a function of (features, labels) and, as it wants them, `mode`, `params`, `config`, `model_dir`; it returns
        ModelFnOps or (predictions, loss, train_op).
      model_dir: the folder; a temporary one where neither this nor `config.model_dir` is given.
      feature_engineering_fn: (features, labels) to those that the model function sees.

    Follows tf.contrib.learn.Estimator of TF 1.15, in one process.
    """

    def __init__(self, model_fn=None, model_dir=None, config=None, params=None, feature_engineering_fn=None):
        if config is None:
            config = RunConfig()
            logging.info("Using default config.")
        if model_dir is not None and config.model_dir is not None and model_dir != config.model_dir:
            raise ValueError(
                "model_dir are set both in constructor and RunConfig, but with different values. In constructor: '%s', in RunConfig: '%s' "
                % (model_dir, config.model_dir)
            )
        self._model_dir = model_dir or config.model_dir
        if self._model_dir is None:
            self._model_dir = tempfile.mkdtemp()
            logging.warning("Using temporary folder as model directory: %s", self._model_dir)
        if config.session_config is None:
            config = config.replace(session_config=protos.ConfigProto(allow_soft_placement=True))
        self._config = config.replace(model_dir=self._model_dir)
        if model_fn is not None and params is not None and "params" not in fn_args(model_fn):
            raise ValueError(
                "Estimator's model_fn (%s) does not have a params argument, but params (%s) were passed to the Estimator's constructor."
                % (model_fn, params)
            )
        self._model_fn, self.params = model_fn, params
        self._feature_engineering_fn = feature_engineering_fn or (lambda features, labels: (features, labels))
        self._labels_info = None

    @property
    def config(self):
        """The RunConfig."""
        return self._config

    @property
    def model_dir(self):
        """The folder of the checkpoints."""
        return self._model_dir

    def get_variable_value(self, name):
        """The array that the latest checkpoint has under `name`."""
        return checkpoint.load_variable(self._model_dir, name)

    def get_variable_names(self) -> list:
        """The names in the latest checkpoint."""
        return [name for name, _ in checkpoint.list_variables(self._model_dir)]

    # Training -------------------------------------------------------------------------------------

    def fit(self, x=None, y=None, input_fn=None, steps=None, batch_size=None, monitors=None, max_steps=None):
        """Trains on `x` and `y`, or on what `input_fn` gives, for `steps` or up to the global step `max_steps`; returns self."""
        if steps is not None and max_steps is not None:
            raise ValueError("Can not provide both steps and max_steps.")
        _check_input(x, y, input_fn, None, batch_size)
        if x is not None:
            SKCompat(self).fit(x, y, batch_size, steps, max_steps, monitors)
            return self
        if max_steps is not None and 0 < _saved_step(self._model_dir) >= max_steps:
            logging.info("Skipping training since max_steps has already saved.")
            return self
        hooks = replace_monitors_with_hooks(monitors, self)
        if steps is not None or max_steps is not None:
            hooks.append(StopAtStepHook(steps, max_steps))
        with Graph().as_default() as graph:
            set_random_seed(self._config.tf_random_seed)
            create_global_step(graph)
            features, labels = input_fn()
            self._note(labels)
            training_loop.read_global_step()
            ops = self._call_model_fn(features, labels, ModeKeys.TRAIN)
            ops = ops._replace(scaffold=ops.scaffold or Scaffold())
            loss = training_loop.run(ops, self._config, hooks, get_global_step(graph), [], log_every=100)
        logging.info("Loss for final step: %s.", loss)
        return self

    def partial_fit(self, x=None, y=None, input_fn=None, steps=1, batch_size=None, monitors=None):
        """`fit`, for one step unless `steps` says more."""
        return self.fit(x=x, y=y, input_fn=input_fn, steps=steps, batch_size=batch_size, monitors=monitors)

    # Evaluation -----------------------------------------------------------------------------------

    def evaluate(
        self,
        x=None,
        y=None,
        input_fn=None,
        feed_fn=None,
        batch_size=None,
        steps=None,
        metrics=None,
        name=None,
        checkpoint_path=None,
        hooks=None,
        log_progress=True,
    ):
        """{metric: value} with "loss" and "global_step"; `metrics` maps names to MetricSpecs, or to functions of (predictions, labels)."""
        _check_input(x, y, input_fn, feed_fn, batch_size)
        if x is not None:
            return SKCompat(self).score(x, y, batch_size, steps, metrics, name)
        if metrics is not None and not isinstance(metrics, dict):
            raise ValueError("Metrics argument should be None or dict. Got %s." % metrics)
        return self._evaluate(input_fn, steps, feed_fn, metrics, name, checkpoint_path, hooks)

    def _evaluate(self, input_fn, steps, feed_fn=None, metrics=None, name="", checkpoint_path=None, hooks=None):
        checkpoint_path = checkpoint_path or self._trained()
        with Graph().as_default() as graph:
            set_random_seed(self._config.tf_random_seed)
            step = create_global_step(graph)
            features, labels = input_fn()
            self._note(labels)
            ops = self._call_model_fn(features, labels, ModeKeys.EVAL, metrics)
            update, values = _metric_parts(ops)
            hooks = list(hooks or [])
            if feed_fn:
                hooks.append(FeedFnHook(feed_fn))
            if steps:
                hooks.append(evaluation.StopAfterNEvals(steps))
            values[GraphKeys.GLOBAL_STEP] = step
            results = evaluation.evaluate_once(checkpoint_path, ops.scaffold, update, values, hooks, self._config.session_config)
        evaluation.write_results(os.path.join(self._model_dir, "eval_" + name if name else "eval"), results, None)
        return results

    # Prediction -----------------------------------------------------------------------------------

    def predict(self, x=None, input_fn=None, batch_size=None, outputs=None, as_iterable=True, iterate_batches=False):
        """The predictions for `x` or the features of `input_fn`: a generator over examples (or batches), or an array.

        `outputs`: which of them, where the predictions are a dict.
        """
        _check_input(x, None, input_fn, None, batch_size)
        if x is not None and not as_iterable:
            return SKCompat(self).predict(x, batch_size)
        feed_fn = None
        if input_fn is None:
            input_fn, feed_fn = _array_input(x, None, batch_size, shuffle=False, epochs=1)
        batches = self._predict(input_fn, feed_fn, outputs)
        if iterate_batches:
            return batches
        if as_iterable:
            return _examples(batches)
        return next(batches)

    def _predict(self, input_fn, feed_fn=None, outputs=None):
        path = self._trained()
        with Graph().as_default() as graph:
            set_random_seed(self._config.tf_random_seed)
            create_global_step(graph)
            result = input_fn()
            features = result[0] if isinstance(result, (list, tuple)) else result
            ops = self._call_model_fn(features, self._placeholders_of_labels(), ModeKeys.INFER)
            creator = ChiefSessionCreator(
                checkpoint_filename_with_path=path, scaffold=ops.scaffold, config=self._config.session_config
            )
            session = MonitoredSession(session_creator=creator)
        return self._batches(session, _chosen(ops.predictions, outputs), feed_fn, graph)

    @staticmethod
    def _batches(session, predictions, feed_fn, graph):
        with session:
            while not session.should_stop():
                try:
                    feed = feed_fn() if feed_fn else None
                except StopIteration:  # the arrays are read
                    return
                yield session.run(predictions, feed)
                if feed_fn is None and not graph.get_collection(GraphKeys.QUEUE_RUNNERS):
                    return  # a constant input has no end of its own

    def export_savedmodel(
        self, export_dir_base, serving_input_fn, default_output_alternative_key=None, assets_extra=None, as_text=False, checkpoint_path=None,
        graph_rewrite_specs=None, strip_default_attrs=False,
    ):  # fmt: skip
        """Writes the model for serving into a new folder of `export_dir_base`; the path, as bytes.

        `serving_input_fn` gives InputFnOps; `default_output_alternative_key`: the head that is meant where there are several.
        """
        from tinytf.contrib.learn.export import export_savedmodel

        if graph_rewrite_specs is not None:
            raise NotImplementedError("tinytf rewrites no exported graphs; leave `graph_rewrite_specs` out")
        return export_savedmodel(
            self, export_dir_base, serving_input_fn, default_output_alternative_key, assets_extra, as_text, checkpoint_path,
            strip_default_attrs,
        )  # fmt: skip

    # Its parts ------------------------------------------------------------------------------------

    def _trained(self):
        path = checkpoint.latest_checkpoint(self._model_dir)
        if not path:
            raise NotFittedError("Couldn't find trained model at %s." % self._model_dir)
        return path

    def _note(self, labels):
        """Remembers the labels' types: a model function gets placeholders for them when it predicts."""
        one = lambda label: (label.dtype, label.shape)  # noqa: E731
        if labels is not None:
            self._labels_info = {key: one(label) for key, label in labels.items()} if isinstance(labels, dict) else one(labels)

    def _placeholders_of_labels(self):
        info = self._labels_info
        if info is None:
            return None
        if isinstance(info, dict):
            return {key: placeholder(dtype, [None] + list(shape)[1:]) for key, (dtype, shape) in info.items()}
        dtype, shape = info
        return placeholder(dtype, [None] + list(shape)[1:])

    def _call_model_fn(self, features, labels, mode, metrics=None) -> ModelFnOps:
        features, labels = self._feature_engineering_fn(features, labels)
        wanted = fn_args(self._model_fn)
        given = {"mode": mode, "params": self.params, "config": self._config, "model_dir": self._model_dir}
        result = self._model_fn(features, labels, **{key: value for key, value in given.items() if key in wanted})
        if not isinstance(result, ModelFnOps):
            if len(result) != 3:
                raise ValueError("Unrecognized value returned by model_fn, please return ModelFnOps.")
            predictions, loss, train_op = result
            result = ModelFnOps(mode, predictions, loss, train_op)
        for name, metric in sorted((metrics or {}).items(), key=lambda item: str(item[0])):
            key, value = _metric_ops(name, metric, features, labels, result.predictions)
            result.eval_metric_ops[key] = value
        return result


def _metric_ops(name, metric, features, labels, predictions):
    """(name, what the metric gives); `name` may be (name, key of the predictions)."""
    if isinstance(metric, MetricSpec):
        return name, metric.create_metric_ops(features, labels, predictions)
    logging.warning("Please specify metrics using MetricSpec. Using bare functions or (key, fn) tuples is deprecated.")
    if isinstance(labels, dict) and len(labels) == 1:
        (labels,) = labels.values()
    if isinstance(name, tuple):
        name, key = name
        of_key = labels[key] if isinstance(labels, dict) and key in labels else labels
        return name, metric(predictions[key], of_key)
    if isinstance(predictions, dict):
        raise ValueError("Metrics passed provide only name, no prediction, but predictions are dict. Predictions: %s." % predictions)
    return name, metric(predictions, labels)


def _metric_parts(ops):
    """(op that updates all metrics or None, {name: value})."""
    named = ops.eval_metric_ops
    if "loss" not in named:
        named["loss"] = metrics.mean(ops.loss)
    pairs = {name: value for name, value in named.items() if isinstance(value, (list, tuple)) and len(value) == 2}
    values = {name: pairs[name][0] if name in pairs else value for name, value in named.items()}
    return group(*[update for _, update in pairs.values()]) if pairs else None, values


def _chosen(predictions, outputs):
    if not outputs:
        return predictions
    if not isinstance(predictions, dict):
        raise ValueError("outputs argument is not valid in case of non-dict predictions.")
    chosen = {key: value for key, value in predictions.items() if key in outputs}
    if not chosen:
        raise ValueError("Expected to run at least one output from %s, provided %s." % (predictions.keys(), outputs))
    return chosen


def _examples(batches):
    for batch in batches:
        if not isinstance(batch, dict):
            yield from batch
            continue
        for i in range(len(next(iter(batch.values())))):
            yield {key: value[i] for key, value in batch.items()}


def _check_input(x, y, input_fn, feed_fn, batch_size):
    if input_fn is None:
        if x is None:
            raise ValueError("Either x or input_fn must be provided.")
        if feed_fn is not None:
            raise ValueError("Can not provide feed_fn without input_fn.")
    elif x is not None or y is not None:
        raise ValueError("Can not provide both input_fn and x or y.")
    elif batch_size is not None:
        raise ValueError("Can not provide both input_fn and batch_size.")


def infer_real_valued_columns_from_input_fn(input_fn) -> list:
    """Real-valued columns of tf.contrib.layers for all features that `input_fn` gives."""
    from tinytf.contrib.layers.feature_column_ops import infer_real_valued_columns

    with Graph().as_default():
        features, _ = input_fn()
        return infer_real_valued_columns(features)


def infer_real_valued_columns_from_input(x) -> list:
    """Real-valued columns of tf.contrib.layers for arrays."""
    _check_input(x, None, None, None, None)
    return infer_real_valued_columns_from_input_fn(_array_input(x, None, None, shuffle=False, epochs=1)[0])


def _array_input(x, y, batch_size, shuffle, epochs):
    feeder = setup_train_data_feeder(x, y, batch_size=batch_size, shuffle=shuffle, epochs=epochs)
    return feeder.input_builder, feeder.get_feed_dict_fn()


class SKCompat:
    """An Estimator that is trained on arrays, as scikit-learn's are.  Follows tf.contrib.learn.SKCompat of TF 1.15."""

    def __init__(self, estimator):
        self._estimator = estimator

    def fit(self, x, y, batch_size=128, steps=None, max_steps=None, monitors=None):
        """Trains on shuffled batches."""
        input_fn, feed_fn = _array_input(x, y, batch_size, shuffle=True, epochs=None)
        hooks = [FeedFnHook(feed_fn)] + list(monitors or [])
        self._estimator.fit(input_fn=input_fn, steps=steps, max_steps=max_steps, monitors=hooks)
        return self

    def score(self, x, y, batch_size=128, steps=None, metrics=None, name=None):
        """{metric: value} over the arrays."""
        if metrics is not None and not isinstance(metrics, dict):
            raise ValueError("Metrics argument should be None or dict. Got %s." % metrics)
        input_fn, feed_fn = _array_input(x, y, batch_size, shuffle=False, epochs=1)
        return self._estimator._evaluate(input_fn, steps, feed_fn, metrics, name)

    def predict(self, x, batch_size=128, outputs=None):
        """The predictions as one array, or as a dict of them."""
        input_fn, feed_fn = _array_input(x, None, batch_size, shuffle=False, epochs=1)
        batches = list(self._estimator._predict(input_fn, feed_fn, outputs))
        if not isinstance(batches[0], dict):
            return np.concatenate(batches, axis=0)
        return {key: np.concatenate([batch[key] for batch in batches], axis=0) for key in batches[0]}
