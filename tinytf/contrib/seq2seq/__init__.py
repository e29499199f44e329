"""tf.contrib.seq2seq: decoders that run in a loop, helpers that choose their inputs, attention, and the loss."""

from __future__ import annotations

from tinytf.contrib.seq2seq.attention import (  # noqa: F401
    AttentionMechanism,
    BahdanauAttention,
    BahdanauMonotonicAttention,
    LuongAttention,
    LuongMonotonicAttention,
    hardmax,
    monotonic_attention,
    safe_cumprod,
)
from tinytf.contrib.seq2seq.attention_wrapper import AttentionWrapper, AttentionWrapperState  # noqa: F401
from tinytf.contrib.seq2seq.beam_search import (  # noqa: F401
    BeamSearchDecoder,
    BeamSearchDecoderOutput,
    BeamSearchDecoderState,
    FinalBeamSearchDecoderOutput,
    tile_batch,
)
from tinytf.contrib.seq2seq.decoder import BasicDecoder, BasicDecoderOutput, Decoder, dynamic_decode  # noqa: F401
from tinytf.contrib.seq2seq.helpers import (  # noqa: F401
    CustomHelper,
    GreedyEmbeddingHelper,
    Helper,
    InferenceHelper,
    SampleEmbeddingHelper,
    TrainingHelper,
)
from tinytf.contrib.seq2seq.loss import sequence_loss  # noqa: F401
from tinytf.contrib.seq2seq.scheduled_helpers import (  # noqa: F401
    ScheduledEmbeddingTrainingHelper,
    ScheduledOutputTrainingHelper,
)
from tinytf.ops.recurrent.gather_tree import gather_tree  # noqa: F401
