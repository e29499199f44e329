"""tf.contrib.slim: contrib.layers, contrib.framework's variables and arg_scope, losses, under one roof."""

from __future__ import annotations

from tinytf.contrib import losses, metrics  # noqa: F401
from tinytf.contrib.framework.arg_scope import add_arg_scope, arg_scope, arg_scoped_arguments, current_arg_scope, has_arg_scope  # noqa: F401
from tinytf.contrib.framework.variables import (  # noqa: F401
    add_model_variable,
    assign_from_checkpoint,
    assign_from_checkpoint_fn,
    assign_from_values,
    assign_from_values_fn,
    filter_variables,
    get_local_variables,
    get_model_variables,
    get_trainable_variables,
    get_unique_variable,
    get_variable_full_name,
    get_variables,
    get_variables_by_name,
    get_variables_by_suffix,
    get_variables_to_restore,
    global_variable,
    local_variable,
    model_variable,
    variable,
)
from tinytf.contrib.layers import *  # noqa: F403
from tinytf.contrib.layers import utils  # noqa: F401
from tinytf.contrib.slim import evaluation, learning, model_analyzer, nets  # noqa: F401
from tinytf.contrib.slim import tensor_summaries as summaries  # noqa: F401
from tinytf.contrib.slim.data import dataset, parallel_reader, prefetch_queue, tfexample_decoder  # noqa: F401
from tinytf.contrib.slim.data import dataset as dataset_data_provider  # noqa: F401
from tinytf.train.training_util import create_global_step, get_global_step, get_or_create_global_step  # noqa: F401
