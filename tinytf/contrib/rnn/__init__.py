"""tf.contrib.rnn: the cells and loops of tf.nn, more cells, and stacks of bidirectional networks."""

from __future__ import annotations

from tinytf.contrib.rnn.attention_cell import AttentionCellWrapper  # noqa: F401
from tinytf.contrib.rnn.block_cells import (  # noqa: F401
    GRUBlockCell,
    GRUBlockCellV2,
    LSTMBlockCell,
    LSTMBlockFusedCell,
    LSTMBlockWrapper,
)
from tinytf.contrib.rnn.cells import (  # noqa: F401
    Conv1DLSTMCell,
    Conv2DLSTMCell,
    Conv3DLSTMCell,
    ConvLSTMCell,
    HighwayWrapper,
    LayerNormBasicLSTMCell,
    NASCell,
    UGRNNCell,
)
from tinytf.contrib.rnn.fused import FusedRNNCell, FusedRNNCellAdaptor, TimeReversedFusedRNN  # noqa: F401
from tinytf.contrib.rnn.gated_cells import (  # noqa: F401
    CoupledInputForgetGateLSTMCell,
    IndRNNCell,
    IndyGRUCell,
    IndyLSTMCell,
    IntersectionRNNCell,
    PhasedLSTMCell,
    SRUCell,
)
from tinytf.contrib.rnn.stacks import stack_bidirectional_dynamic_rnn, stack_bidirectional_rnn  # noqa: F401
from tinytf.layers.linear import Linear as _Linear  # noqa: F401
from tinytf.layers.linear import linear as _linear  # noqa: F401
from tinytf.layers.rnn_cell_wrappers import (  # noqa: F401
    DeviceWrapper,
    DropoutWrapper,
    EmbeddingWrapper,
    InputProjectionWrapper,
    MultiRNNCell,
    OutputProjectionWrapper,
    ResidualWrapper,
)
from tinytf.layers.rnn_cells import (  # noqa: F401
    BasicLSTMCell,
    BasicRNNCell,
    GRUCell,
    LayerRNNCell,
    LSTMCell,
    LSTMStateTuple,
    RNNCell,
)
from tinytf.ops.recurrent.rnn_common import batch_size_of_time_major as best_effort_input_batch_size  # noqa: F401
from tinytf.ops.recurrent.rnn_common import transpose_batch_time  # noqa: F401
from tinytf.ops.recurrent.static_rnn import static_bidirectional_rnn, static_rnn, static_state_saving_rnn  # noqa: F401
