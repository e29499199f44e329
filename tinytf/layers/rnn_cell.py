"""tf.nn.rnn_cell: the cells of recurrent networks."""

from __future__ import annotations

# before 1.0 these were here as well
from tinytf.layers.rnn_cell_wrappers import (  # noqa: F401  # noqa: F401, I001
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
    LSTMCell,
    LSTMStateTuple,
    RNNCell,
)
