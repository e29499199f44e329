"""tf.contrib.learn.io: arrays and frames as inputs."""

from __future__ import annotations

from tinytf.contrib.learn import data_feeder  # noqa: F401
from tinytf.contrib.learn.learn_io import numpy_io, pandas_io  # noqa: F401
from tinytf.contrib.learn.learn_io.numpy_io import numpy_input_fn  # noqa: F401
from tinytf.contrib.learn.learn_io.pandas_io import (  # noqa: F401
    extract_pandas_data,
    extract_pandas_labels,
    extract_pandas_matrix,
    pandas_input_fn,
)
