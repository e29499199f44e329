"""What tf.keras.backend is set to: the dtype of weights, a small number, where channels are."""

from __future__ import annotations

_settings = {"floatx": "float32", "epsilon": 1e-7, "image_data_format": "channels_last"}


def floatx() -> str:
    """The dtype of weights: 'float32'."""
    return _settings["floatx"]


def set_floatx(value: str) -> None:
    """Sets the dtype of weights: float16, float32 or float64."""
    if value not in ("float16", "float32", "float64"):
        raise ValueError("Unknown floatx type: " + str(value))
    _settings["floatx"] = str(value)


def epsilon() -> float:
    """The small number that keeps divisions from failing."""
    return _settings["epsilon"]


def set_epsilon(value: float) -> None:
    """Sets what epsilon() gives."""
    _settings["epsilon"] = value


def image_data_format() -> str:
    """'channels_last' or 'channels_first'."""
    return _settings["image_data_format"]


def set_image_data_format(data_format: str) -> None:
    """Sets what image_data_format() gives."""
    if data_format not in ("channels_last", "channels_first"):
        raise ValueError("Unknown data_format: " + str(data_format))
    _settings["image_data_format"] = str(data_format)
