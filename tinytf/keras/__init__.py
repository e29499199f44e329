"""`tf.keras`: of it, only the initializers; `tf.layers` has the layers and `tf.train` the optimizers."""

from tinytf.keras import initializers  # noqa: F401


def __getattr__(name):
    from tinytf.missing import INSTEAD, MissingSymbol, missing_symbol

    if name.startswith("__"):
        raise missing_symbol("tf.keras", name)
    raise MissingSymbol(f"tinytf has no tf.keras.{name}. Use {INSTEAD['tf.keras']}")
