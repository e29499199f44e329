"""`tf.ragged`: tensors with rows of different lengths.

Importing it gives ragged tensors their operators, and the ordinary functions of `tf` their ways with ragged tensors.
"""

from __future__ import annotations

from tinytf.ragged import dispatch, operators, spec  # noqa: F401
from tinytf.ragged.arrays import boolean_mask, stack_dynamic_partitions  # noqa: F401
from tinytf.ragged.concat import stack  # noqa: F401
from tinytf.ragged.constants import constant, constant_value, placeholder  # noqa: F401
from tinytf.ragged.functional import map_flat_values  # noqa: F401
from tinytf.ragged.math import range  # noqa: F401
from tinytf.ragged.segment_ids import row_splits_to_segment_ids, segment_ids_to_row_splits  # noqa: F401
from tinytf.ragged.value import RaggedTensorValue  # noqa: F401
