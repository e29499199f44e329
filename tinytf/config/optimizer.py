"""tf.config.optimizer: options of TensorFlow's graph optimizer. They are remembered; tinytf's compiler has none."""

from __future__ import annotations

_state: dict = {"jit": False, "options": {}}


def get_jit() -> bool:
    """What set_jit() said. Follows TF 1.15."""
    return _state["jit"]


def set_jit(enabled: bool) -> None:
    """Whether TensorFlow would compile with XLA."""
    _state["jit"] = enabled


def get_experimental_options() -> dict:
    """What set_experimental_options() said. Follows TF 1.15."""
    return dict(_state["options"])


def set_experimental_options(options: dict) -> None:
    """Switches of TensorFlow's optimizer, such as {"constant_folding": True}."""
    _state["options"].update(options)
