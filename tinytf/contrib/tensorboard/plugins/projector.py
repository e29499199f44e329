"""tf.contrib.tensorboard.plugins.projector: tells TensorBoard which variables are embeddings."""

from __future__ import annotations

import os

from google.protobuf import text_format

from tinytf import file_io
from tinytf.protos import EmbeddingInfo, ProjectorConfig, SpriteMetadata  # noqa: F401

PROJECTOR_FILENAME = "projector_config.pbtxt"


def visualize_embeddings(summary_writer, config) -> None:
    """Writes `config` (a ProjectorConfig) where TensorBoard looks for it: into the folder of `summary_writer`.

    ValueError if the writer has no folder. Follows TF 1.15.
    """
    logdir = summary_writer.get_logdir()
    if logdir is None:
        raise ValueError("Summary writer must have a logdir")
    config_text = text_format.MessageToString(config)
    file_io.write_string_to_file(os.path.join(logdir, PROJECTOR_FILENAME), config_text)
