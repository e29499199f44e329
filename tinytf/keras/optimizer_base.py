"""What the optimizers of tf.keras share: rates that are variables, slots, and steps."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.default_graph import colocate_with, control_dependencies, name_scope
from tinytf.graph.indexed_slices import IndexedSlices
from tinytf.graph.trackable import Trackable, TrackableReference
from tinytf.keras import backend, initializers
from tinytf.keras import learning_rate_schedule as schedules
from tinytf.keras.learning_rate_schedule import LearningRateSchedule
from tinytf.ops.array import array_ops
from tinytf.ops.math import clip, math_ops
from tinytf.ops.state.resource_variables import ResourceVariable

_ARGUMENTS = ("nesterov", "epsilon", "amsgrad", "centered")  # that are attributes, not rates


class Optimizer(Trackable):
    """What all optimizers share. Follows OptimizerV2 of TF 1.15 (tf.keras.optimizers.Optimizer), in graph mode."""

    def __init__(self, name, **kwargs):
        for key, value in kwargs.items():
            if key not in ("clipnorm", "clipvalue", "lr", "decay"):
                raise TypeError(f"Unexpected keyword argument passed to optimizer: {key}")
            if value is not None and value < 0:
                raise ValueError(f"Expected {key} >= 0, received: {value}")
        self._name, self._use_locking = name, True
        self._rates: dict = {}  # name -> number, schedule, or the variable that was made of it
        self._slots: dict = {}  # id of variable -> {slot name: variable}
        self._waiting_slots: dict = {}  # (slot name, id of variable) -> positions in checkpoints that hold its value
        self._weights: list = []
        self._iterations = None
        self.clipnorm, self.clipvalue = kwargs.pop("clipnorm", None), kwargs.pop("clipvalue", None)
        self._initial_decay = kwargs.pop("decay", 0.0) or 0.0

    # Rates --------------------------------------------------------------------------------------

    def _set_hyper(self, name, value) -> None:
        known = self._rates.get(name)
        if isinstance(known, ResourceVariable) and not callable(value):
            backend.set_value(known, value)
        else:
            self._rates[name] = value

    def _create_hypers(self) -> None:
        for name in sorted(self._rates):
            value = self._rates[name]
            if isinstance(value, (int, float)):
                self._rates[name] = self._variable(name, lambda value=value: float(value), dtypes.float32)
                self._handle_deferred_dependencies(name, self._rates[name])

    @staticmethod
    def _variable(name, initial_value, dtype):
        made = ResourceVariable(initial_value=initial_value, name=name, trainable=False, dtype=dtype)
        backend.track_variable(made)
        return made

    def _get_hyper(self, name, dtype=None):
        value = self._rates[name]
        if callable(value) and not isinstance(value, (ResourceVariable, LearningRateSchedule)):
            value = value()
        return math_ops.cast(value, dtype) if dtype and not isinstance(value, LearningRateSchedule) else value

    def __getattr__(self, name):
        rates = self.__dict__.get("_rates", {})
        name = "learning_rate" if name == "lr" else name
        if name in rates:
            return rates[name]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __setattr__(self, name, value):
        name = "learning_rate" if name == "lr" else name
        if name in self.__dict__.get("_rates", {}):
            self._set_hyper(name, value)
        else:
            super().__setattr__(name, value)

    @property
    def iterations(self):
        """How many steps were made: an int64 variable."""
        if self._iterations is None:
            self._iterations = self._variable("iter", lambda: array_ops.zeros((), dtypes.int64), dtypes.int64)
            self._weights.append(self._iterations)
            self._handle_deferred_dependencies("iter", self._iterations)
        return self._iterations

    def _decayed_lr(self, dtype):
        rate = self._get_hyper("learning_rate", dtype)
        if isinstance(rate, LearningRateSchedule):
            rate = math_ops.cast(rate(math_ops.cast(self.iterations, dtype)), dtype)
        if self._initial_decay > 0.0:
            step = math_ops.cast(self.iterations, dtype)
            rate = rate / (1.0 + self._get_hyper("decay", dtype) * step)
        return rate

    # Slots --------------------------------------------------------------------------------------

    def add_slot(self, var, slot_name, initializer="zeros"):
        """A variable like `var` that this optimizer keeps for it."""
        slots = self._slots.setdefault(id(var), {})
        if slot_name not in slots:
            chosen = initializers.get(initializer)
            shape, dtype = var.shape.as_list(), var.dtype.base_dtype
            with colocate_with(var.handle):
                slots[slot_name] = self._variable(f"{var.op.name}/{slot_name}", lambda: chosen(shape, dtype=dtype), dtype)
            self._weights.append(slots[slot_name])
            for position in self._waiting_slots.pop((slot_name, id(var)), ()):
                position.restore(slots[slot_name])
        return slots[slot_name]

    def get_slot(self, var, slot_name):
        """A slot that add_slot made, or None."""
        return self._slots.get(id(var), {}).get(slot_name)

    def get_slot_names(self) -> list:
        """The names of the slots, in the order they were made."""
        return list(dict.fromkeys(name for slots in self._slots.values() for name in slots))

    @property
    def _checkpoint_dependencies(self):
        """What is saved: the count of steps and the rates; slots hang under their variables."""
        own = {"iter": self._iterations, **self._rates}
        return super()._checkpoint_dependencies + [TrackableReference(k, v) for k, v in own.items() if isinstance(v, ResourceVariable)]

    def _create_or_restore_slot_variable(self, slot_variable_position, slot_name, variable) -> None:
        """Restores a slot, or remembers to when it is made."""
        slot = self.get_slot(variable, slot_name)
        if slot is not None:
            slot_variable_position.restore(slot)
        else:
            self._waiting_slots.setdefault((slot_name, id(variable)), []).append(slot_variable_position)

    @property
    def weights(self) -> list:
        """The variables of this optimizer."""
        return self._weights

    def variables(self) -> list:
        """The variables of this optimizer."""
        return self._weights

    def get_weights(self) -> list:
        """The values of its variables."""
        return backend.batch_get_value(self._weights)

    def set_weights(self, weights) -> None:
        """Gives its variables their values.  ValueError where the numbers or shapes do not fit."""
        if len(self._weights) != len(weights):
            raise ValueError(
                "You called `set_weights(weights)` on optimizer %s with a  weight list of length %s, but the optimizer was expecting %s "
                "weights. Provided weights: %s..." % (self._name, len(weights), len(self._weights), str(weights)[:50])
            )
        for variable, value in zip(self._weights, weights):
            if tuple(variable.shape.as_list()) != np.shape(value):
                raise ValueError(
                    "Optimizer weight shape %s not compatible with provided weight shape %s" % (tuple(variable.shape.as_list()), np.shape(value))
                )
        backend.batch_set_value(zip(self._weights, weights))

    # Steps --------------------------------------------------------------------------------------

    def get_gradients(self, loss, params) -> list:
        """The gradients, clipped where that was asked for; ValueError where a parameter has none."""
        with name_scope("gradients"):
            grads = backend.gradients(loss, params)
            for grad, param in zip(grads, params):
                if grad is None:
                    raise ValueError(
                        f"Variable {param} has `None` for gradient. Please make sure that all of your ops have a gradient defined "
                        "(i.e. are differentiable). Common ops without gradient: K.argmax, K.round, K.eval."
                    )
            if self.clipnorm is not None:
                grads = [clip.clip_by_norm(g, self.clipnorm) for g in grads]
            if self.clipvalue is not None:
                grads = [clip.clip_by_value(g, -self.clipvalue, self.clipvalue) for g in grads]
        return grads

    def get_updates(self, loss, params) -> list:
        """The ops of one step."""
        with name_scope(type(self).__name__):
            return [self.apply_gradients(zip(self.get_gradients(loss, params), params))]

    def minimize(self, loss, var_list, grad_loss=None, name=None):
        """The op of one step; `loss` is a function, as in TF 1.15."""
        loss = loss() if callable(loss) else loss
        var_list = var_list() if callable(var_list) else var_list
        from tinytf.ops.autodiff.gradients import gradients

        return self.apply_gradients(zip(gradients(loss, var_list, grad_loss), var_list), name=name)

    def apply_gradients(self, grads_and_vars, name=None):
        """The op of one step with these gradients."""
        given = list(grads_and_vars)
        pairs = [(g, v) for g, v in given if g is not None]
        if given and not pairs:
            raise ValueError("No gradients provided for any variable: %s." % ([v.name for _, v in given],))
        self.iterations  # noqa: B018  (made before the rates and slots, as in TensorFlow)
        self._create_hypers()
        self._create_slots([v for _, v in pairs])
        rates = self._prepare(pairs[0][1].dtype.base_dtype) if pairs else None
        with name_scope(name or self._name):
            updates = []
            for grad, var in pairs:
                with colocate_with(var.handle), name_scope("update_" + var.op.name):
                    updates.append(self._updated(grad, var, rates))
            with control_dependencies(updates):
                return self.iterations.assign_add(1)

    def _updated(self, grad, var, rates):
        if isinstance(grad, IndexedSlices):
            step = self._apply_slices(grad, var, rates)
        else:
            step = self._apply_dense(grad, var, rates)
        if var.constraint is None:
            return step
        with control_dependencies([step]):
            return var.assign(var.constraint(var))

    def _apply_slices(self, grad, var, rates):
        """A sparse step, after the rows that occur several times are added up."""
        unique, places = array_ops.unique(grad.indices)
        summed = math_ops.unsorted_segment_sum(grad.values, places, array_ops.shape(unique)[0])
        return self._apply_sparse(summed, var, unique, rates)

    def _create_slots(self, var_list) -> None:
        pass

    def _prepare(self, dtype) -> dict:
        return {"lr_t": array_ops.identity(self._decayed_lr(dtype))}

    def _rate(self, name, dtype):
        return array_ops.identity(self._get_hyper(name, dtype))

    def _apply_dense(self, grad, var, rates):
        raise NotImplementedError

    def _apply_sparse(self, grad, var, indices, rates):
        raise NotImplementedError(f"tf.keras.optimizers.{type(self).__name__}: sparse gradients (of an Embedding layer); use SGD, Adam, RMSprop or Adagrad")  # noqa: E501

    def _scatter_add(self, var, indices, values):
        with control_dependencies([make("ResourceScatterAdd", var.handle, indices, values)]):
            return var.value()

    def get_config(self) -> dict:
        """Its name and rates."""
        config = {"name": self._name, **{k: v for k, v in vars(self).items() if k in _ARGUMENTS}}
        for key, value in self._rates.items():
            value = backend.get_value(value).item() if isinstance(value, ResourceVariable) else value
            config[key] = schedules.serialize(value) if isinstance(value, LearningRateSchedule) else value
        return config

    @classmethod
    def from_config(cls, config):
        """An optimizer from what get_config gave."""
        config = dict(config)
        config.setdefault("learning_rate", config.pop("lr", None))
        if isinstance(config["learning_rate"], dict):
            config["learning_rate"] = schedules.deserialize(config["learning_rate"])
        return cls(**{k: v for k, v in config.items() if v is not None})
