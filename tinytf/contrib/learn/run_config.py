"""tf.contrib.learn.RunConfig: tf.estimator's, with the settings of a session beside it."""

from __future__ import annotations

from tinytf import protos
from tinytf.estimator.run_config import RunConfig as _RunConfig

_NOT_IN_UID = (
    "tf_random_seed save_summary_steps save_checkpoints_steps save_checkpoints_secs session_config keep_checkpoint_max "
    "keep_checkpoint_every_n_hours log_step_count_steps"
).split()


class RunConfig(_RunConfig):
    """The settings of an Estimator of tf.contrib.learn.

    As tf.estimator.RunConfig; `num_cores`, `log_device_placement` and `gpu_memory_fraction` go into `tf_config`, which the
    Estimator of TF 1.15 does not look at. `master` must be empty: tinytf runs in one process.
    """

    def __init__(
        self,
        master=None,
        num_cores=0,
        log_device_placement=False,
        gpu_memory_fraction=1,
        tf_random_seed=None,
        save_summary_steps=100,
        save_checkpoints_secs=0,
        save_checkpoints_steps=None,
        keep_checkpoint_max=5,
        keep_checkpoint_every_n_hours=10000,
        log_step_count_steps=100,
        protocol=None,
        evaluation_master="",
        model_dir=None,
        session_config=None,
        session_creation_timeout_secs=7200,
    ):
        if master or evaluation_master:
            raise NotImplementedError("tinytf runs in one process; leave `master` and `evaluation_master` out")
        if save_checkpoints_secs == 0:  # not given
            save_checkpoints_secs = 600 if save_checkpoints_steps is None else None
        super().__init__(
            model_dir=model_dir,
            tf_random_seed=tf_random_seed,
            save_summary_steps=save_summary_steps,
            save_checkpoints_steps=save_checkpoints_steps,
            save_checkpoints_secs=save_checkpoints_secs,
            session_config=session_config,
            keep_checkpoint_max=keep_checkpoint_max,
            keep_checkpoint_every_n_hours=keep_checkpoint_every_n_hours,
            log_step_count_steps=log_step_count_steps,
            protocol=protocol,
            session_creation_timeout_secs=session_creation_timeout_secs,
        )
        self.tf_config = protos.ConfigProto(
            log_device_placement=log_device_placement,
            inter_op_parallelism_threads=num_cores,
            intra_op_parallelism_threads=num_cores,
            gpu_options=protos.GPUOptions(per_process_gpu_memory_fraction=gpu_memory_fraction),
        )

    def uid(self, whitelist=None) -> str:
        """What tells configurations of different models apart: all settings but those of `whitelist`."""
        left_out = {"_" + name for name in (_NOT_IN_UID if whitelist is None else whitelist)}
        kept = {name: value for name, value in sorted(vars(self).items()) if name not in left_out}
        kept["_cluster_spec"] = sorted(self.cluster_spec.as_dict().items())
        return ", ".join("%s=%r" % item for item in kept.items())
