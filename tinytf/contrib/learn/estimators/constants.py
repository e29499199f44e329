"""What kind of problem a head solves.  Follows tf.contrib.learn of TF 1.15."""

from __future__ import annotations

COLLECTION_DEF_KEY_FOR_INPUT_FEATURE_KEYS = "input_feature_keys"


class ProblemType:
    """Decides which signature an exported model gets."""

    UNSPECIFIED = 0
    CLASSIFICATION = 1
    LINEAR_REGRESSION = 2
    LOGISTIC_REGRESSION = 3
