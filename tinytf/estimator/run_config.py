"""RunConfig: where and how an Estimator runs."""

from __future__ import annotations

import copy
import json
import os

from tinytf import protos
from tinytf.estimator.fn_args import fn_args
from tinytf.train.server_lib import ClusterSpec

_UNSET = object()
_BOTH = "`save_checkpoints_steps` and `save_checkpoints_secs` cannot be both set."
_REPLACEABLE = (
    "model_dir tf_random_seed save_summary_steps save_checkpoints_steps save_checkpoints_secs session_config keep_checkpoint_max "
    "keep_checkpoint_every_n_hours log_step_count_steps train_distribute device_fn protocol eval_distribute "
    "experimental_distribute experimental_max_worker_delay_secs session_creation_timeout_secs"
).split()


class TaskType:
    """Kinds of tasks of a cluster."""

    MASTER, PS, WORKER, CHIEF, EVALUATOR = "master", "ps", "worker", "chief", "evaluator"


class RunConfig:
    """The settings of an Estimator.

    Args:
      model_dir: where checkpoints and summaries go.
      tf_random_seed: the graph's seed.
      save_summary_steps: a summary every so many steps.
      save_checkpoints_steps, save_checkpoints_secs: one of them; every 600 seconds where neither is given.
      session_config: a ConfigProto.
      keep_checkpoint_max, keep_checkpoint_every_n_hours: as in tf.train.Saver.
      log_step_count_steps: the loss is logged every so many steps.
      device_fn: chooses an op's device.

    ValueError for values that make no sense; NotImplementedError for distribution strategies and clusters, since
    tinytf runs in one process.  Follows `tf.estimator.RunConfig` of TF 1.15.
    """

    def __init__(
        self, model_dir=None, tf_random_seed=None, save_summary_steps=100, save_checkpoints_steps=_UNSET,
        save_checkpoints_secs=_UNSET, session_config=None, keep_checkpoint_max=5, keep_checkpoint_every_n_hours=10000,
        log_step_count_steps=100, train_distribute=None, device_fn=None, protocol=None, eval_distribute=None,
        experimental_distribute=None, experimental_max_worker_delay_secs=None, session_creation_timeout_secs=7200,
    ):  # fmt: skip
        if save_checkpoints_steps is _UNSET and save_checkpoints_secs is _UNSET:
            save_checkpoints_steps, save_checkpoints_secs = None, 600
        elif save_checkpoints_secs is _UNSET:
            save_checkpoints_secs = None
        elif save_checkpoints_steps is _UNSET:
            save_checkpoints_steps = None
        elif save_checkpoints_steps is not None and save_checkpoints_secs is not None:
            raise ValueError(_BOTH)
        if train_distribute or eval_distribute or experimental_distribute:
            raise NotImplementedError("tinytf has no distribution strategies: it runs in one process; leave *_distribute out")
        environment = json.loads(os.environ.get("TF_CONFIG") or "{}")
        if environment.get("cluster"):
            raise NotImplementedError("tinytf runs in one process; unset the `cluster` of the environment variable TF_CONFIG")
        given = dict(locals())
        self._set({name: given[name] for name in _REPLACEABLE})
        self._model_dir = _model_dir(environment.get("model_dir"), model_dir)
        self._service = environment.get("service")
        self._cluster_spec = ClusterSpec({})
        self._task_type, self._task_id, self._global_id_in_cluster = TaskType.WORKER, 0, 0
        self._master = self._evaluation_master = ""
        self._is_chief, self._num_ps_replicas, self._num_worker_replicas = True, 0, 1

    def _set(self, values) -> None:
        for name, value in values.items():
            setattr(self, "_" + name, value)
        for name, valid, message in _RULES:
            value = getattr(self, name)
            if value is not None and not valid(value):
                raise ValueError(message)

    def replace(self, **kwargs) -> RunConfig:
        """A copy with other values; ValueError for names that cannot be replaced."""
        for name in kwargs:
            if name not in _REPLACEABLE:
                raise ValueError(f"Replacing {name} is not supported. Allowed properties are {_REPLACEABLE}.")
        new = copy.deepcopy(self)
        steps, secs = kwargs.get("save_checkpoints_steps"), kwargs.get("save_checkpoints_secs")
        if steps is not None and secs is not None:
            raise ValueError(_BOTH)
        if steps is not None:
            new._save_checkpoints_secs = None
        if secs is not None:
            new._save_checkpoints_steps = None
        new._set(kwargs)
        return new


def _model_dir(of_environment, given):
    given = os.fspath(given) if given is not None else None
    if of_environment == "" or given == "":
        raise ValueError("model_dir should be non-empty")
    if of_environment and given and of_environment != given:
        raise ValueError(f"`model_dir` provided in RunConfig construct, `{given}`, differs from TF_CONFIG's `{of_environment}`")
    return given or of_environment


def _reader(name):
    return property(lambda self: getattr(self, "_" + name), doc=f"The `{name}` of the configuration.")


for _name in _REPLACEABLE + (
    "cluster_spec task_type task_id global_id_in_cluster master evaluation_master is_chief num_ps_replicas num_worker_replicas service"
).split():
    setattr(RunConfig, _name, _reader(_name))


def _at_least_0(name):
    return name, lambda value: value >= 0, f"{name} should be >= 0"


def _above_0(name):
    return name, lambda value: value > 0, f"{name} should be > 0"


_RULES = (
    ("model_dir", bool, "model_dir should be non-empty"),
    _at_least_0("save_summary_steps"),
    _at_least_0("save_checkpoints_steps"),
    _at_least_0("save_checkpoints_secs"),
    ("session_config", lambda c: type(c).__name__ == protos.ConfigProto.__name__, "session_config must be instance of ConfigProto"),
    _at_least_0("keep_checkpoint_max"),
    _above_0("keep_checkpoint_every_n_hours"),
    _above_0("log_step_count_steps"),
    ("tf_random_seed", lambda seed: isinstance(seed, int), "tf_random_seed must be integer."),
    _above_0("session_creation_timeout_secs"),
    ("device_fn", lambda f: callable(f) and set(fn_args(f)) == {"op"}, 'device_fn must be callable with exactly one argument "op".'),
    ("protocol", lambda p: p in ("grpc", "grpc+verbs"), "protocol should be grpc or grpc+verbs"),
)
