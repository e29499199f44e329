"""`tf.strings`: operations on string tensors."""

from __future__ import annotations

from tinytf.ops.string_ops import (  # noqa: F401  # noqa: F401
    as_string,
    reduce_join,
    regex_full_match,
    regex_replace,
    substr,
    unicode_transcode,
    unsorted_segment_join,
)
from tinytf.ops.string_ops import string_format as format  # noqa: F401
from tinytf.ops.string_ops import string_join as join  # noqa: F401
from tinytf.ops.string_ops import string_length as length  # noqa: F401
from tinytf.ops.string_ops import string_lower as lower  # noqa: F401
from tinytf.ops.string_ops import string_strip as strip  # noqa: F401
from tinytf.ops.string_ops import string_to_hash_bucket as to_hash_bucket  # noqa: F401
from tinytf.ops.string_ops import string_to_hash_bucket_fast as to_hash_bucket_fast  # noqa: F401
from tinytf.ops.string_ops import string_to_hash_bucket_strong as to_hash_bucket_strong  # noqa: F401
from tinytf.ops.string_ops import string_to_number as to_number  # noqa: F401
from tinytf.ops.string_ops import string_upper as upper  # noqa: F401
from tinytf.ops.string_ops import strings_split as split  # noqa: F401
