"""tf.nn: neural networks.  A list of names; the ops live in tinytf.ops."""

from __future__ import annotations

from tinytf.ops.array.space_batch import depth_to_space, space_to_batch, space_to_depth  # noqa: F401
from tinytf.ops.math.math_ops import sigmoid, tanh  # noqa: F401
from tinytf.ops.nn.activations import (  # noqa: F401
    crelu,
    elu,
    leaky_relu,
    relu,
    relu6,
    relu_layer,
    selu,
    softplus,
    softsign,
    swish,
)
from tinytf.ops.nn.conv_functions import (  # noqa: F401
    atrous_conv2d,
    atrous_conv2d_transpose,
    conv1d,
    conv1d_transpose,
    conv2d,
    conv2d_backprop_filter,
    conv2d_backprop_input,
    conv2d_transpose,
    conv3d,
    conv3d_backprop_filter_v2,
    conv3d_transpose,
    conv_transpose,
    convolution,
    depthwise_conv2d,
    depthwise_conv2d_native,
    depthwise_conv2d_native_backprop_filter,
    depthwise_conv2d_native_backprop_input,
    separable_conv2d,
)
from tinytf.ops.nn.conv_functions import conv3d_backprop_filter_v2 as conv3d_backprop_filter  # noqa: F401
from tinytf.ops.nn.conv_functions import depthwise_conv2d_native_backprop_filter as depthwise_conv2d_backprop_filter  # noqa: F401
from tinytf.ops.nn.conv_functions import depthwise_conv2d_native_backprop_input as depthwise_conv2d_backprop_input  # noqa: F401
from tinytf.ops.nn.cross_entropy import (  # noqa: F401
    log_poisson_loss,
    sigmoid_cross_entropy_with_logits,
    weighted_cross_entropy_with_logits,
)
from tinytf.ops.nn.ctc import ctc_beam_search_decoder, ctc_beam_search_decoder_v2, ctc_greedy_decoder, ctc_loss  # noqa: F401
from tinytf.ops.nn.ctc_dense import collapse_repeated, ctc_loss_v2, ctc_unique_labels  # noqa: F401
from tinytf.ops.nn.dilation import dilation2d, erosion2d  # noqa: F401
from tinytf.ops.nn.dropout import dropout  # noqa: F401
from tinytf.ops.nn.fractional_pool import fractional_avg_pool, fractional_max_pool  # noqa: F401
from tinytf.ops.nn.nn_basic import bias_add, in_top_k, l2_loss, local_response_normalization, lrn, top_k, xw_plus_b  # noqa: F401
from tinytf.ops.nn.normalization import (  # noqa: F401
    batch_norm_with_global_normalization,
    batch_normalization,
    fused_batch_norm,
    l2_normalize,
    moments,
    normalize_moments,
    sufficient_statistics,
    weighted_moments,
    zero_fraction,
)
from tinytf.ops.nn.pool_functions import (  # noqa: F401
    avg_pool,
    avg_pool1d,
    avg_pool2d,
    avg_pool3d,
    avg_pool_v2,
    max_pool,
    max_pool1d,
    max_pool2d,
    max_pool3d,
    max_pool_v2,
    max_pool_with_argmax,
    pool,
)
from tinytf.ops.nn.softmax import (  # noqa: F401
    log_softmax,
    softmax,
    softmax_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits_v2,
    sparse_softmax_cross_entropy_with_logits,
)
from tinytf.ops.nn.space_to_batch_functions import with_space_to_batch  # noqa: F401
from tinytf.ops.quantized.quantized_functions import (  # noqa: F401
    quantized_avg_pool,
    quantized_conv2d,
    quantized_max_pool,
    quantized_relu_x,
)

_LATER = {  # what not everybody needs, imported when it is asked for
    "rnn_cell": "tinytf.layers.rnn_cell",
    "seq2seq": "tinytf.contrib.legacy_seq2seq",  # its name before 1.0
    **dict.fromkeys(["bidirectional_dynamic_rnn", "dynamic_rnn", "raw_rnn"], "tinytf.ops.recurrent.rnn"),
    **dict.fromkeys(["static_bidirectional_rnn", "static_rnn", "static_state_saving_rnn"], "tinytf.ops.recurrent.static_rnn"),
}  # fmt: skip
_BEFORE_1_0 = {"rnn": "static_rnn", "bidirectional_rnn": "static_bidirectional_rnn", "state_saving_rnn": "static_state_saving_rnn"}


def __getattr__(name):
    import importlib

    from tinytf.missing import missing_symbol

    asked, name = name, _BEFORE_1_0.get(name, name)
    if name not in _LATER:
        raise missing_symbol("tf.nn", name, [*globals(), *_LATER])
    module = importlib.import_module(_LATER[name])
    globals()[asked] = found = getattr(module, name) if _LATER[name].startswith("tinytf.ops.") else module
    return found


def __dir__():
    return sorted({name for name in globals() if not name.startswith("_")} | set(_LATER))
from tinytf.ops.nn.candidate_sampling import (  # noqa: E402, F401
    all_candidate_sampler,
    compute_accidental_hits,
    fixed_unigram_candidate_sampler,
    learned_unigram_candidate_sampler,
    log_uniform_candidate_sampler,
    uniform_candidate_sampler,
)
from tinytf.ops.nn.embedding import (  # noqa: E402, F401
    embedding_lookup,
    embedding_lookup_sparse,
    safe_embedding_lookup_sparse,
)
from tinytf.ops.nn.nn_v2 import compute_average_loss, scale_regularization_loss  # noqa: E402, F401
from tinytf.ops.nn.sampled_losses import nce_loss, sampled_softmax_loss  # noqa: E402, F401
