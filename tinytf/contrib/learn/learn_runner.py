"""Makes an Experiment and runs its schedule.  Follows tf.contrib.learn.learn_runner of TF 1.15, in one process."""

from __future__ import annotations

from tinytf import logging
from tinytf.contrib.learn.experiment import Experiment
from tinytf.contrib.learn.run_config import RunConfig
from tinytf.contrib.training.hparam import HParams


def run(experiment_fn, output_dir=None, schedule=None, run_config=None, hparams=None):
    """Runs a schedule (train_and_evaluate, if none is named) of what `experiment_fn` makes.

    `experiment_fn` takes (run_config, hparams), or `output_dir` where that is given.
    """
    if output_dir is not None and run_config is not None:
        raise ValueError("Cannot provide both `output_dir` and `run_config`")
    if output_dir is None and run_config is None:
        raise ValueError("Must set value for `output_dir` or `run_config`")
    if not callable(experiment_fn):
        raise TypeError('Experiment builder "%s" is not callable.' % experiment_fn)
    if run_config is not None:
        experiment = _checked(experiment_fn, run_config, hparams)
    else:
        if not output_dir:
            raise ValueError("Must specify an output directory")
        if hparams is not None:
            raise ValueError("Must set `hparams` as None for `experiment_fn` with `output_dir`.")
        experiment = _experiment(experiment_fn(output_dir=output_dir))
    return _execute(experiment, schedule or "train_and_evaluate")


def tune(experiment_fn, tuner):
    """Runs an Experiment for each trial of a tuner."""

    def wrapped(run_config, hparams):
        if hparams is None:
            raise ValueError("`hparams` cannot be `None`.")
        return _checked(experiment_fn, run_config, hparams)

    while tuner.next_trial():
        tuner.run_experiment(wrapped)


def _experiment(made) -> Experiment:
    if not isinstance(made, Experiment):
        raise TypeError("Experiment builder did not return an Experiment instance, got %s instead." % type(made))
    return made


def _checked(experiment_fn, run_config, hparams) -> Experiment:
    """The Experiment, whose estimator must have this configuration."""
    if not isinstance(run_config, RunConfig):
        raise ValueError("`run_config` must be `tf.contrib.learn.RunConfig` instance")
    if not run_config.model_dir:
        raise ValueError("Must specify a model directory `model_dir` in `run_config`.")
    if hparams is not None and not isinstance(hparams, HParams):
        raise ValueError("`hparams` must be `HParams` instance")
    expected = run_config.uid()
    experiment = _experiment(experiment_fn(run_config, hparams))
    config = experiment.estimator.config
    if not hasattr(config, "uid"):
        raise RuntimeError(
            "Pass `run_config` argument of the `experiment_fn` to the Estimator in Experiment. It is likely a different `RunConfig` is "
            "passed to `Estimator` or the `config` constructor argument in `Estimator` is not set."
        )
    if config.uid() != expected:
        raise RuntimeError(
            "`RunConfig` instance is expected to be used by the `Estimator` inside the `Experiment`. expected {}, but got {}".format(
                expected, config.uid()
            )
        )
    return experiment


def _execute(experiment, schedule):
    task = getattr(experiment, schedule, None)
    if callable(task):
        return task()
    valid = [name for name in dir(experiment) if not name.startswith("_") and callable(getattr(experiment, name))]
    logging.error("Allowed values for this experiment are: %s", valid)
    if task is None:
        raise ValueError("Schedule references non-existent task %s" % schedule)
    raise TypeError("Schedule references non-callable member %s" % schedule)
