"""tf.contrib.tpu, as far as it needs no TPU: the estimator that BERT and its like are written with, run on the CPU."""

from __future__ import annotations

from typing import Any, NamedTuple

from tinytf import dtypes, logging, protos
from tinytf.estimator import estimator as estimators
from tinytf.estimator import run_config as run_configs
from tinytf.estimator.export_outputs import get_export_outputs
from tinytf.estimator.fn_args import fn_args, given
from tinytf.estimator.mode_keys import ModeKeys
from tinytf.estimator.spec import EstimatorSpec
from tinytf.graph.default_graph import device
from tinytf.graph.graph import GraphKeys
from tinytf.ops.state import init_ops
from tinytf.ops.state.variable_scope import get_variable
from tinytf.train.basic_session_run_hooks import StepCounterHook

_RESERVED = ["batch_size", "context"]


class InputPipelineConfig:
    """Where the input of TPUs is made. Follows `tf.contrib.tpu.InputPipelineConfig` of TF 1.15; says nothing to a CPU."""

    PER_SHARD_V1, PER_HOST_V1, PER_HOST_V2, BROADCAST, SLICED = 1, 2, 3, 4, 5


class TPUConfig(
    NamedTuple(
        "TPUConfig",
        [
            ("iterations_per_loop", int), ("num_shards", Any), ("num_cores_per_replica", Any),
            ("per_host_input_for_training", Any), ("tpu_job_name", Any), ("initial_infeed_sleep_secs", Any),
            ("input_partition_dims", Any), ("eval_training_input_configuration", int),
            ("experimental_host_call_every_n_steps", int),
        ],
    )
):  # fmt: skip
    """How TPUs are used. Follows `tf.contrib.tpu.TPUConfig` of TF 1.15; of it a CPU takes how often rates are logged."""

    __slots__ = ()

    def __new__(
        cls, iterations_per_loop=2, num_shards=None, num_cores_per_replica=None, per_host_input_for_training=True,
        tpu_job_name=None, initial_infeed_sleep_secs=None, input_partition_dims=None,
        eval_training_input_configuration=InputPipelineConfig.PER_HOST_V1, experimental_host_call_every_n_steps=1,
    ):  # fmt: skip
        if num_cores_per_replica is not None and num_cores_per_replica not in (1, 2, 4, 8, 16, 32, 64, 128):
            raise ValueError(f"num_cores_per_replica must be 1, 2, 4, 8, 16, 32, 64, 128; got {num_cores_per_replica}")
        if isinstance(per_host_input_for_training, bool):
            per_host = InputPipelineConfig.PER_HOST_V1 if per_host_input_for_training else InputPipelineConfig.PER_SHARD_V1
            per_host_input_for_training = per_host
        return super().__new__(
            cls, iterations_per_loop, num_shards, num_cores_per_replica, per_host_input_for_training, tpu_job_name,
            initial_infeed_sleep_secs, input_partition_dims, eval_training_input_configuration,
            experimental_host_call_every_n_steps,
        )  # fmt: skip


class RunConfig(run_configs.RunConfig):
    """The configuration of a TPUEstimator. Follows `tf.contrib.tpu.RunConfig` of TF 1.15; a cluster is refused."""

    def __init__(self, tpu_config=None, evaluation_master=None, master=None, cluster=None, **kwargs):
        super().__init__(**kwargs)
        if master is not None and cluster is not None:
            raise ValueError("Both master and cluster are set.")
        if cluster is not None or master:
            raise NotImplementedError("tinytf runs in one process on a CPU; leave `cluster` and `master` out")
        self._tpu_config, self._cluster = tpu_config or TPUConfig(), None
        if self._session_config is not None:
            self._session_config.graph_options.rewrite_options.meta_optimizer_iterations = 1
        self._master = ""
        self._evaluation_master = evaluation_master or ""

    @property
    def tpu_config(self) -> TPUConfig:
        """The TPUConfig."""
        return self._tpu_config

    @property
    def cluster(self):
        """None: there is no cluster."""
        return self._cluster


class _SpecFields(NamedTuple):
    mode: str
    predictions: Any
    loss: Any
    train_op: Any
    eval_metrics: Any
    export_outputs: Any
    scaffold_fn: Any
    host_call: Any
    training_hooks: tuple
    evaluation_hooks: tuple
    prediction_hooks: tuple


class TPUEstimatorSpec(_SpecFields):
    """What the model function of a TPUEstimator returns: metrics and scaffold as functions that are called outside of the TPU.

    `eval_metrics` is (function, tensors or {name: tensor}); the function gives {name: (value, update op)}.
    Follows `tf.contrib.tpu.TPUEstimatorSpec` of TF 1.15.
    """

    __slots__ = ()

    def __new__(
        cls, mode, predictions=None, loss=None, train_op=None, eval_metrics=None, export_outputs=None, scaffold_fn=None,
        host_call=None, training_hooks=None, evaluation_hooks=None, prediction_hooks=None,
    ):  # fmt: skip
        for name, call in (("eval_metrics", eval_metrics), ("host_call", host_call)):
            if call is not None:
                _check_call(name, call)
        if mode == ModeKeys.PREDICT:
            export_outputs = get_export_outputs(export_outputs, predictions)
        hooks = [tuple(h or ()) for h in (training_hooks, evaluation_hooks, prediction_hooks)]
        return super().__new__(
            cls, mode, predictions, loss, train_op, eval_metrics, export_outputs, scaffold_fn, host_call, *hooks
        )

    def as_estimator_spec(self) -> EstimatorSpec:
        """The EstimatorSpec of a run on the CPU; the host call, which only watches, is left out."""
        metrics = _called(self.eval_metrics) if self.eval_metrics is not None else None
        return EstimatorSpec(
            mode=self.mode, predictions=self.predictions, loss=self.loss, train_op=self.train_op, eval_metric_ops=metrics,
            export_outputs=self.export_outputs, scaffold=self.scaffold_fn() if self.scaffold_fn else None,
            training_hooks=self.training_hooks, evaluation_hooks=self.evaluation_hooks,
            prediction_hooks=self.prediction_hooks,
        )  # fmt: skip


def _check_call(name, call) -> None:
    if not isinstance(call, (tuple, list)):
        raise ValueError(f"{name} should be tuple or list")
    if len(call) != 2:
        raise ValueError(f"{name} should have two elements.")
    function, tensors = call
    if not callable(function):
        raise TypeError(f"{name}[0] should be callable.")
    if not isinstance(tensors, (tuple, list, dict)):
        raise ValueError(f"{name}[1] should be tuple or list, or dict.")
    if isinstance(tensors, (tuple, list)) and len(tensors) != len(fn_args(function)):
        raise RuntimeError(f"In TPUEstimatorSpec.{name}, length of tensors does not match method args of metric_fn.")


def _called(call):
    function, tensors = call
    return function(**tensors) if isinstance(tensors, dict) else function(*tensors)


class _ExamplesPerSecondHook(StepCounterHook):
    """Logs and writes examples a second after steps a second."""

    def __init__(self, batch_size, **kwargs):
        super().__init__(**kwargs)
        self._batch_size = batch_size

    def _log_and_record(self, elapsed_steps, elapsed_time, global_step) -> None:
        super()._log_and_record(elapsed_steps, elapsed_time, global_step)
        rate = self._batch_size * elapsed_steps / elapsed_time
        if self._summary_writer is not None:
            summary = protos.Summary(value=[protos.Summary.Value(tag="examples/sec", simple_value=rate)])
            self._summary_writer.add_summary(summary, global_step)
        logging.info("examples/sec: %g", rate)


class TPUEstimator(estimators.Estimator):
    """An Estimator whose functions are told the batch size, as `params["batch_size"]`; here it always runs on the CPU.

    Follows `tf.contrib.tpu.TPUEstimator` of TF 1.15 where `use_tpu` is False. `use_tpu=True` is refused once it is to run.
    """

    def __init__(
        self, model_fn=None, model_dir=None, config=None, params=None, use_tpu=True, train_batch_size=None,
        eval_batch_size=None, predict_batch_size=None, batch_axis=None, eval_on_tpu=True, export_to_tpu=True,
        export_to_cpu=True, warm_start_from=None, **unused,
    ):  # fmt: skip
        if not isinstance(config, RunConfig):
            raise ValueError("`config` must be provided with type `tpu_config.RunConfig`")
        if params is not None and any(key in params for key in _RESERVED):
            raise ValueError(f"{_RESERVED} are reserved keys but existed in params {params}.")
        self._user_model_fn, self._use_tpu = model_fn, use_tpu
        self._batch_sizes = {
            ModeKeys.TRAIN: train_batch_size, ModeKeys.EVAL: eval_batch_size, ModeKeys.PREDICT: predict_batch_size,
        }  # fmt: skip
        # its own hook logs the steps a second, together with the examples
        self._log_every = config.log_step_count_steps
        config = config.replace(log_step_count_steps=None)
        super().__init__(self._wrapped, model_dir, config, params, warm_start_from)

    def _refuse_overriding(self) -> None:
        pass  # the input function is called with more, which is the point of this class

    def _create_global_step(self, graph):
        with graph.as_default(), graph.name_scope(None):  # a resource, as all that a TPU works with
            return get_variable(
                GraphKeys.GLOBAL_STEP,
                shape=[],
                dtype=dtypes.int64,
                initializer=init_ops.zeros_initializer(),
                trainable=False,
                use_resource=True,
                collections=[GraphKeys.GLOBAL_VARIABLES, GraphKeys.GLOBAL_STEP],
            )

    def _with_batch_size(self, params, mode) -> dict:
        if self._use_tpu:
            raise NotImplementedError("tinytf has no TPU; give TPUEstimator use_tpu=False")
        size = self._batch_sizes[mode]
        return dict(params, **({} if size is None else {"batch_size": size}))

    def _call_input_fn(self, input_fn, mode):
        params = self._with_batch_size(self.params, mode)
        with device("/device:CPU:0"):
            return input_fn(**given(input_fn, mode=mode, params=params, config=self.config))

    def _wrapped(self, features, labels, mode, params, config):
        function = self._user_model_fn
        logging.info("Running %s on CPU", mode)
        params = dict(self._with_batch_size(params, mode), use_tpu=False)
        wanted = given(function, labels=labels, mode=mode, params=params, config=config)
        if labels is not None and "labels" not in wanted:
            raise ValueError("model_fn does not take labels, but input_fn returns labels.")
        if "params" not in wanted and "batch_size" in params:
            raise ValueError(
                f"model_fn ({function}) does not include params argument, required by TPUEstimator to pass batch size as "
                "params['batch_size']"
            )
        spec = function(features=features, **wanted)
        if isinstance(spec, TPUEstimatorSpec):
            spec = spec.as_estimator_spec()
        if mode != ModeKeys.TRAIN or self._log_every is None:
            return spec
        loop = self._config.tpu_config.iterations_per_loop  # a TPU can only log between its loops
        hook = _ExamplesPerSecondHook(
            self._batch_sizes[mode] or 0, every_n_steps=self._log_every // loop * loop, output_dir=self.model_dir
        )
        return spec._replace(training_hooks=tuple(spec.training_hooks) + (hook,))
