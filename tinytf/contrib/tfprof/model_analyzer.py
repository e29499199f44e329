"""tf.contrib.tfprof.model_analyzer: the old name and the old options of `tf.profiler.profile`. Follows TF 1.15."""

from __future__ import annotations

from tinytf.profiler import ProfileOptionBuilder, Profiler, advise, profile  # noqa: F401


def _old(options) -> dict:
    """The options as dicts of that time had them."""
    return {**{k: v for k, v in options.items() if k not in ("step", "min_occurrence")}, "dump_to_file": ""}


TRAINABLE_VARS_PARAMS_STAT_OPTIONS = _old(ProfileOptionBuilder.trainable_variables_parameter())
FLOAT_OPS_OPTIONS = _old(ProfileOptionBuilder.float_operation())


def print_model_analysis(graph, run_meta=None, op_log=None, tfprof_cmd="scope", tfprof_options=None):
    """As `tf.profiler.profile`, whose place this was."""
    return profile(graph, run_meta, op_log, tfprof_cmd, tfprof_options or TRAINABLE_VARS_PARAMS_STAT_OPTIONS)
