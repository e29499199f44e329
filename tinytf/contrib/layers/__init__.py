"""tf.contrib.layers: layers with regularizers, normalizers and collections."""

from __future__ import annotations

from tinytf.contrib.layers import bucketization_op, embedding_ops, feature_column, feature_column_ops, sparse_ops  # noqa: F401
from tinytf.contrib.layers.batch_norm import batch_norm  # noqa: F401
from tinytf.contrib.layers.encoders import bow_encoder, embed_sequence, embedding_lookup_unique  # noqa: F401
from tinytf.contrib.layers.feature_column import (  # noqa: F401
    bucketized_column,
    create_feature_spec_for_parsing,
    crossed_column,
    embedding_column,
    make_place_holder_tensors_for_base_features,
    one_hot_column,
    real_valued_column,
    scattered_embedding_column,
    shared_embedding_columns,
    sparse_column_with_hash_bucket,
    sparse_column_with_integerized_feature,
    sparse_column_with_keys,
    sparse_column_with_vocabulary_file,
    weighted_sparse_column,
)
from tinytf.contrib.layers.feature_column_ops import (  # noqa: F401
    check_feature_columns,
    infer_real_valued_columns,
    input_from_feature_columns,
    joint_weighted_sum_from_feature_columns,
    parse_feature_columns_from_examples,
    parse_feature_columns_from_sequence_examples,
    sequence_input_from_feature_columns,
    transform_features,
    weighted_sum_from_feature_columns,
)
from tinytf.contrib.layers.image_layers import (  # noqa: F401
    conv2d_in_plane,
    convolution2d_in_plane,
    images_to_sequence,
    sequence_to_images,
    spatial_softmax,
)
from tinytf.contrib.layers.initializers import (  # noqa: F401
    variance_scaling_initializer,
    xavier_initializer,
    xavier_initializer_conv2d,
)
from tinytf.contrib.layers.layers import (  # noqa: F401
    avg_pool2d,
    avg_pool3d,
    bias_add,
    conv1d,
    conv2d,
    conv2d_transpose,
    conv3d,
    conv3d_transpose,
    convolution,
    convolution1d,
    convolution2d,
    convolution2d_transpose,
    convolution3d,
    convolution3d_transpose,
    dropout,
    elu,
    flatten,
    fully_connected,
    layer_norm,
    legacy_fully_connected,
    legacy_linear,
    legacy_relu,
    linear,
    max_pool2d,
    max_pool3d,
    maxout,
    one_hot_encoding,
    pool,
    relu,
    relu6,
    repeat,
    separable_conv2d,
    separable_convolution2d,
    softmax,
    stack,
    unit_norm,
)
from tinytf.contrib.layers.normalization import group_norm, instance_norm  # noqa: F401
from tinytf.contrib.layers.optimizers import OPTIMIZER_CLS_NAMES, OPTIMIZER_SUMMARIES, adaptive_clipping_fn, optimize_loss  # noqa: F401
from tinytf.contrib.layers.regularizers import (  # noqa: F401
    apply_regularization,
    l1_l2_regularizer,
    l1_regularizer,
    l2_regularizer,
    sum_regularizer,
)
from tinytf.contrib.layers.sparse_ops import dense_to_sparse_tensor as dense_to_sparse  # noqa: F401
from tinytf.contrib.layers.summaries import (  # noqa: F401
    summarize_activation,
    summarize_activations,
    summarize_biases,
    summarize_collection,
    summarize_tensor,
    summarize_tensors,
    summarize_variables,
    summarize_weights,
)
from tinytf.ops.nn.embedding import safe_embedding_lookup_sparse  # noqa: F401
from tinytf.ops.sparse import sparse_feature_cross as sparse_feature_cross_op  # noqa: F401
from tinytf.ops.sparse.sparse_feature_cross import SPARSE_FEATURE_CROSS_DEFAULT_HASH_KEY  # noqa: F401
