"""Small models for tests, each in every way in which Keras lets one write a model: sequential, functional, as a subclass."""

from __future__ import annotations

import contextlib

from tinytf import keras

_model_types: list = [None]  # of the scopes that are open, the innermost last


@contextlib.contextmanager
def model_type_scope(value):
    """In this `with` block the functions below make models of this type."""
    _model_types.append(value)
    try:
        yield
    finally:
        _model_types.pop()


def get_model_type() -> str:
    """'sequential', 'functional', 'subclass' or 'subclass_custom_build'.  ValueError outside of a model_type_scope."""
    if _model_types[-1] is None:
        raise ValueError("Cannot call `get_model_type()` outside of a `model_type_scope()` or `run_with_all_model_types` decorator.")
    return _model_types[-1]


def _last(num_classes):
    return keras.layers.Dense(num_classes, activation="sigmoid" if num_classes == 1 else "softmax")


def get_small_sequential_mlp(num_hidden, num_classes, input_dim=None):
    """Two Dense layers in a Sequential."""
    model = keras.models.Sequential()
    model.add(keras.layers.Dense(num_hidden, activation="relu", **({"input_dim": input_dim} if input_dim else {})))
    model.add(_last(num_classes))
    return model


def get_small_functional_mlp(num_hidden, num_classes, input_dim):
    """Two Dense layers from an Input on."""
    inputs = keras.Input(shape=(input_dim,))
    return keras.Model(inputs, _last(num_classes)(keras.layers.Dense(num_hidden, activation="relu")(inputs)))


class _SmallMLP(keras.Model):
    def __init__(self, num_hidden, num_classes):
        super().__init__()
        self.layer_a = keras.layers.Dense(num_hidden, activation="relu")
        self.layer_b = _last(num_classes)

    def call(self, inputs, **kwargs):
        """One after the other."""
        return self.layer_b(self.layer_a(inputs))


class _SmallMLPBuilt(keras.Model):
    def __init__(self, num_hidden, num_classes):
        super().__init__()
        self.layer_a = self.layer_b = None
        self.num_hidden, self.num_classes = num_hidden, num_classes

    def build(self, input_shape):
        """Makes the layers."""
        self.layer_a = keras.layers.Dense(self.num_hidden, activation="relu")
        self.layer_b = _last(self.num_classes)

    def call(self, inputs, **kwargs):
        """One after the other."""
        return self.layer_b(self.layer_a(inputs))


def get_small_subclass_mlp(num_hidden, num_classes):
    """Two Dense layers as attributes of a subclass."""
    return _SmallMLP(num_hidden, num_classes)


def get_small_subclass_mlp_with_custom_build(num_hidden, num_classes):
    """Two Dense layers that a subclass makes in `build`."""
    return _SmallMLPBuilt(num_hidden, num_classes)


def get_small_mlp(num_hidden, num_classes, input_dim):
    """Two Dense layers in a model of the type of the scope."""
    kind = get_model_type()
    if kind == "subclass":
        return get_small_subclass_mlp(num_hidden, num_classes)
    if kind == "subclass_custom_build":
        return get_small_subclass_mlp_with_custom_build(num_hidden, num_classes)
    if kind == "sequential":
        return get_small_sequential_mlp(num_hidden, num_classes, input_dim)
    if kind == "functional":
        return get_small_functional_mlp(num_hidden, num_classes, input_dim)
    raise ValueError("Unknown model type {}".format(kind))


class _Layers(keras.Model):
    def __init__(self, layers, *args, **kwargs):
        given = kwargs.pop("model_layers_inputs", None)
        super().__init__(*args, **kwargs)
        self.num_layers = len(layers)
        for i, layer in enumerate(layers):
            setattr(self, "layer_%d" % i, layer)
        if given is not None:
            self._set_inputs(given)

    def call(self, inputs, **kwargs):
        """One after the other."""
        x = inputs
        for i in range(self.num_layers):
            x = getattr(self, "layer_%d" % i)(x)
        return x


class _LayersBuilt(keras.Model):
    def __init__(self, layer_generating_func, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.all_layers = None
        self._layer_generating_func = layer_generating_func

    def build(self, input_shape):
        """Makes the layers."""
        self.all_layers = list(self._layer_generating_func())

    def call(self, inputs, **kwargs):
        """One after the other."""
        return _chain(inputs, self.all_layers)


def _chain(x, layers):
    for layer in layers or ():
        x = layer(x)
    return x


def get_model_from_layers(layers, input_shape=None, input_dtype=None, name=None, input_ragged=None, input_sparse=None):
    """A model of these layers one after the other, of the type of the scope."""
    kind = get_model_type()

    def inputs():
        return keras.Input(shape=input_shape, dtype=input_dtype, ragged=bool(input_ragged), sparse=bool(input_sparse))

    if kind == "subclass":
        return _Layers(layers, name=name, model_layers_inputs=inputs() if input_ragged or input_sparse else None)
    if kind == "subclass_custom_build":
        return _LayersBuilt(lambda: layers, name=name)
    if kind == "sequential":
        model = keras.models.Sequential(name=name)
        if input_shape:
            model.add(keras.layers.InputLayer(input_shape=input_shape, dtype=input_dtype, ragged=bool(input_ragged), sparse=bool(input_sparse)))
        for layer in layers:
            model.add(layer)
        return model
    if kind == "functional":
        if not input_shape:
            raise ValueError("Cannot create a functional model from layers with no input shape.")
        x = inputs()
        return keras.Model(x, _chain(x, layers), name=name)
    raise ValueError("Unknown model type {}".format(kind))


class _TwoBranches(keras.Model):
    def __init__(self, branch_a, branch_b, shared_input_branch=None, shared_output_branch=None):
        super().__init__()
        self._shared_input_branch = self._prepare_branch(shared_input_branch)
        self._branch_a = self._prepare_branch(branch_a)
        self._branch_b = self._prepare_branch(branch_b)
        self._shared_output_branch = self._prepare_branch(shared_output_branch)

    @staticmethod
    def _prepare_branch(branch):
        return branch

    def call(self, inputs, **kwargs):
        """Through what is shared first, then each branch, then what is shared at the end."""
        if self._shared_input_branch:
            a = b = _chain(inputs, self._shared_input_branch)
        else:
            a, b = inputs
        outputs = [_chain(a, self._branch_a), _chain(b, self._branch_b)]
        return _chain(outputs, self._shared_output_branch) if self._shared_output_branch else outputs


class _TwoBranchesBuilt(keras.Model):
    def __init__(self, branches):
        super().__init__()
        self._branches = branches
        self._inner = None

    def build(self, input_shape):
        """Makes the layers."""
        self._inner = _TwoBranches(*self._branches())

    def call(self, inputs, **kwargs):
        """As the model inside."""
        return self._inner.call(inputs, **kwargs)


def get_multi_io_model(branch_a, branch_b, shared_input_branch=None, shared_output_branch=None):
    """A model of two branches, of the type of the scope; each list that takes an input begins with an Input."""
    if shared_input_branch:
        inputs, shared_input_branch = shared_input_branch[0], shared_input_branch[1:]
    else:
        inputs, branch_a, branch_b = (branch_a[0], branch_b[0]), branch_a[1:], branch_b[1:]
    kind = get_model_type()
    if kind == "subclass":
        return _TwoBranches(branch_a, branch_b, shared_input_branch, shared_output_branch)
    if kind == "subclass_custom_build":
        return _TwoBranchesBuilt(lambda: (branch_a, branch_b, shared_input_branch, shared_output_branch))
    if kind == "sequential":
        raise ValueError("Cannot use `get_multi_io_model` to construct sequential models")
    if kind == "functional":
        a, b = (_chain(inputs, shared_input_branch),) * 2 if shared_input_branch else inputs
        outputs = _chain(a, branch_a), _chain(b, branch_b)
        return keras.Model(inputs, _chain(outputs, shared_output_branch) if shared_output_branch else outputs)
    raise ValueError("Unknown model type {}".format(kind))
