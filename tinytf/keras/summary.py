"""The table that `model.summary()` prints."""

from __future__ import annotations

import numpy as np


def count_params(weights) -> int:
    """How many numbers variables hold."""
    return int(sum(np.prod(w.shape.as_list()) for w in weights))


def _row(fields, positions) -> str:
    line = ""
    for i, field in enumerate(fields):
        if i > 0:
            line = line[:-1] + " "
        line = (line + str(field))[: positions[i]]
        line += " " * (positions[i] - len(line))
    return line


def print_summary(model, line_length=None, positions=None, print_fn=None) -> None:
    """Prints the layers, their output shapes and numbers of weights, as TF 1.15 does."""
    from tinytf.keras.network import Sequential

    print_fn = print_fn or print
    chain = isinstance(model, Sequential)
    if not model.built:
        raise ValueError(
            "This model has not yet been built. Build the model first by calling `build()` or calling `fit()` with some data, or specify "
            "an `input_shape` argument in the first layer(s) for automatic build."
        )
    line_length = line_length or (65 if chain else 98)
    positions = positions or ([0.45, 0.85, 1.0] if chain else [0.33, 0.55, 0.67, 1.0])
    if positions[-1] <= 1:
        positions = [int(line_length * p) for p in positions]
    fields = ["Layer (type)", "Output Shape", "Param #"] + ([] if chain else ["Connected to"])
    print_fn(f'Model: "{model.name}"')
    print_fn("_" * line_length)
    print_fn(_row(fields, positions))
    print_fn("=" * line_length)
    layers = model.layers
    for i, layer in enumerate(layers):
        _print_layer(layer, chain, positions, print_fn, model)
        print_fn(("=" if i == len(layers) - 1 else "_") * line_length)
    trainable, fixed = count_params(model.trainable_weights), count_params(model.non_trainable_weights)
    print_fn(f"Total params: {trainable + fixed:,}")
    print_fn(f"Trainable params: {trainable:,}")
    print_fn(f"Non-trainable params: {fixed:,}")
    print_fn("_" * line_length)


def _print_layer(layer, chain, positions, print_fn, model) -> None:
    try:
        shape = layer.output_shape
        shape = [shape] if type(layer).__name__ == "InputLayer" else shape
    except AttributeError:
        shape = "multiple"
    parameters = layer.count_params() if layer.built else 0
    fields = [f"{layer.name} ({type(layer).__name__})", shape, parameters]
    if chain:
        print_fn(_row(fields, positions))
        return
    within = {id(node) for node in model._nodes}
    sources = []
    for node in layer._inbound_nodes:
        if id(node) in within:
            for x in node.flat_inputs:
                history = getattr(x, "_keras_history", None)
                if history:
                    sources.append(f"{history[0].name}[{history[1]}][{history[2]}]")
    print_fn(_row(fields + [sources[0] if sources else ""], positions))
    for source in sources[1:]:
        print_fn(_row(["", "", "", source], positions))
