"""tf.nn.rnn_cell: the cells of recurrent networks."""

from __future__ import annotations

from tinytf.layers.rnn_cell_wrappers import DeviceWrapper, DropoutWrapper, MultiRNNCell, ResidualWrapper  # noqa: F401
from tinytf.layers.rnn_cells import (  # noqa: F401
    BasicLSTMCell,
    BasicRNNCell,
    GRUCell,
    LSTMCell,
    LSTMStateTuple,
    RNNCell,
)

# before 1.0 these were here as well
from tinytf.layers.rnn_cell_wrappers import EmbeddingWrapper, InputProjectionWrapper, OutputProjectionWrapper  # noqa: F401, I001
