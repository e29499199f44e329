"""Optimizers by name."""

from __future__ import annotations

from tinytf.train.adagrad import AdagradOptimizer
from tinytf.train.adam import AdamOptimizer
from tinytf.train.ftrl import FtrlOptimizer
from tinytf.train.gradient_descent import GradientDescentOptimizer
from tinytf.train.optimizer import Optimizer
from tinytf.train.rmsprop import RMSPropOptimizer

_BY_NAME = {
    "Adagrad": AdagradOptimizer,
    "Adam": AdamOptimizer,
    "Ftrl": FtrlOptimizer,
    "RMSProp": RMSPropOptimizer,
    "SGD": GradientDescentOptimizer,
}


def optimizer_of(given, learning_rate=None) -> Optimizer:
    """The optimizer of a name, of a function, or itself; ValueError for what is none."""
    if isinstance(given, str):
        if given not in _BY_NAME:
            raise ValueError(f"Unsupported optimizer name: {given}. Supported names are: {tuple(sorted(_BY_NAME))}")
        if not learning_rate:
            raise ValueError("learning_rate must be specified when opt is string.")
        return _BY_NAME[given](learning_rate=learning_rate)
    made = given() if callable(given) else given
    if not isinstance(made, Optimizer):
        raise ValueError(f"The given object is not an Optimizer instance. Given: {made}")
    return made
