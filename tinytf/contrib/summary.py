"""tf.contrib.summary: summaries that ops write while they run. A list of names."""

from __future__ import annotations

from tinytf.summary.summary_ops_v2 import (  # noqa: F401
    all_v2_summary_ops as all_summary_ops,
)
from tinytf.summary.summary_ops_v2 import (  # noqa: F401
    always_record_summaries,
    audio,
    create_db_writer,
    create_file_writer,
    create_summary_file_writer,
    eval_dir,
    flush,
    generic,
    graph,
    histogram,
    image,
    import_event,
    initialize,
    never_record_summaries,
    record_summaries_every_n_global_steps,
    scalar,
    should_record_summaries,
    summary_writer_initializer_op,
)
