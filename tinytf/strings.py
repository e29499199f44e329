"""`tf.strings`: operations on string tensors."""

from __future__ import annotations

from tinytf.ops.strings.string_ops import (  # noqa: F401  # noqa: F401
    as_string,
    reduce_join,
    regex_full_match,
    regex_replace,
    substr,
    unsorted_segment_join,
)
from tinytf.ops.strings.string_ops import string_format as format  # noqa: F401
from tinytf.ops.strings.string_ops import string_join as join  # noqa: F401
from tinytf.ops.strings.string_ops import string_length as length  # noqa: F401
from tinytf.ops.strings.string_ops import string_lower as lower  # noqa: F401
from tinytf.ops.strings.string_ops import string_strip as strip  # noqa: F401
from tinytf.ops.strings.string_ops import string_to_hash_bucket as to_hash_bucket  # noqa: F401
from tinytf.ops.strings.string_ops import string_to_hash_bucket_fast as to_hash_bucket_fast  # noqa: F401
from tinytf.ops.strings.string_ops import string_to_hash_bucket_strong as to_hash_bucket_strong  # noqa: F401
from tinytf.ops.strings.string_ops import string_to_number as to_number  # noqa: F401
from tinytf.ops.strings.string_ops import string_upper as upper  # noqa: F401
from tinytf.ops.strings.string_ops import strings_split as split  # noqa: F401
from tinytf.ops.strings.unicode_ops import unicode_script, unicode_transcode  # noqa: F401

# Those whose results are ragged, under the names they have in tinytf.ragged.strings.
_RAGGED = {
    "bytes_split": "string_bytes_split",
    "ngrams": "ngrams",
    "unicode_decode": "unicode_decode",
    "unicode_decode_with_offsets": "unicode_decode_with_offsets",
    "unicode_encode": "unicode_encode",
    "unicode_split": "unicode_split",
    "unicode_split_with_offsets": "unicode_split_with_offsets",
}


def __getattr__(name):
    if name in _RAGGED:
        from tinytf.ragged import strings

        return getattr(strings, _RAGGED[name])
    from tinytf.missing import missing_symbol

    raise missing_symbol("tf.strings", name, __dir__())


def __dir__():
    return sorted({name for name in globals() if name[0] != "_"} | set(_RAGGED))
