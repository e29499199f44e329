"""tf.keras.optimizers: SGD, Adam, RMSprop … whose rates are variables, and whose steps are the fused Resource* ops."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.keras import backend, initializers, names
from tinytf.keras import learning_rate_schedule as schedules  # noqa: F401  (tf.keras.optimizers.schedules)
from tinytf.keras.nadam_ftrl import Ftrl, Nadam
from tinytf.keras.optimizer_base import Optimizer
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops


class SGD(Optimizer):
    """Gradient descent, with momentum. Follows tf.keras.optimizers.SGD of TF 1.15."""

    def __init__(self, learning_rate=0.01, momentum=0.0, nesterov=False, name="SGD", **kwargs):
        super().__init__(name, **kwargs)
        self._set_hyper("learning_rate", kwargs.get("lr", learning_rate))
        self._set_hyper("decay", self._initial_decay)
        if isinstance(momentum, (int, float)) and not 0 <= momentum <= 1:
            raise ValueError("`momentum` must be between [0, 1].")
        self._momentum = callable(momentum) or momentum > 0
        self._set_hyper("momentum", momentum)
        self.nesterov = nesterov

    def _create_slots(self, var_list):
        if self._momentum:
            for var in var_list:
                self.add_slot(var, "momentum")

    def _prepare(self, dtype):
        return dict(super()._prepare(dtype), momentum=self._rate("momentum", dtype))

    def _apply_dense(self, grad, var, rates):
        if self._momentum:
            slot = self.get_slot(var, "momentum")
            return make(
                "ResourceApplyKerasMomentum", var.handle, slot.handle, rates["lr_t"], grad, rates["momentum"],
                use_locking=self._use_locking, use_nesterov=self.nesterov,
            )  # fmt: skip
        return make("ResourceApplyGradientDescent", var.handle, rates["lr_t"], grad, use_locking=self._use_locking)

    def _apply_sparse(self, grad, var, indices, rates):
        if self._momentum:
            slot = self.get_slot(var, "momentum")
            return make(
                "ResourceSparseApplyKerasMomentum", var.handle, slot.handle, rates["lr_t"], grad, indices, rates["momentum"],
                use_locking=self._use_locking, use_nesterov=self.nesterov,
            )  # fmt: skip
        return make("ResourceScatterAdd", var.handle, indices, -grad * rates["lr_t"])

    def _apply_slices(self, grad, var, rates):
        if self._momentum:
            return super()._apply_slices(grad, var, rates)
        return self._apply_sparse(grad.values, var, grad.indices, rates)  # adding rows up is what the op does anyway


class Adam(Optimizer):
    """Adam. Follows tf.keras.optimizers.Adam of TF 1.15."""

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False, name="Adam", **kwargs):
        super().__init__(name, **kwargs)
        self._set_hyper("learning_rate", kwargs.get("lr", learning_rate))
        self._set_hyper("decay", self._initial_decay)
        self._set_hyper("beta_1", beta_1)
        self._set_hyper("beta_2", beta_2)
        self.epsilon, self.amsgrad = epsilon or backend.epsilon(), amsgrad

    def _create_slots(self, var_list):
        for slot in ("m", "v") + (("vhat",) if self.amsgrad else ()):
            for var in var_list:
                self.add_slot(var, slot)

    def _prepare(self, dtype):
        rates = super()._prepare(dtype)
        step = math_ops.cast(self.iterations + 1, dtype)
        beta_1, beta_2 = self._rate("beta_1", dtype), self._rate("beta_2", dtype)
        power_1, power_2 = math_ops.pow(beta_1, step), math_ops.pow(beta_2, step)
        lr = rates["lr_t"] * (math_ops.sqrt(1 - power_2) / (1 - power_1))
        epsilon = backend.constant(self.epsilon, dtype)
        return dict(
            rates, beta_1_t=beta_1, beta_2_t=beta_2, beta_1_power=power_1, beta_2_power=power_2, lr=lr, epsilon=epsilon,
            one_minus_beta_1_t=1 - beta_1, one_minus_beta_2_t=1 - beta_2,
        )  # fmt: skip

    def _apply_dense(self, grad, var, rates):
        slots = [self.get_slot(var, "m").handle, self.get_slot(var, "v").handle]
        numbers = [rates[k] for k in ("beta_1_power", "beta_2_power", "lr_t", "beta_1_t", "beta_2_t", "epsilon")]
        if self.amsgrad:
            slots.append(self.get_slot(var, "vhat").handle)
            return make("ResourceApplyAdamWithAmsgrad", var.handle, *slots, *numbers, grad, use_locking=self._use_locking)
        return make("ResourceApplyAdam", var.handle, *slots, *numbers, grad, use_locking=self._use_locking)

    def _apply_sparse(self, grad, var, indices, rates):
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        with control_dependencies([m.assign(m * rates["beta_1_t"])]):
            new_m = self._scatter_add(m, indices, grad * rates["one_minus_beta_1_t"])
        with control_dependencies([v.assign(v * rates["beta_2_t"])]):
            new_v = self._scatter_add(v, indices, (grad * grad) * rates["one_minus_beta_2_t"])
        if self.amsgrad:
            vhat = self.get_slot(var, "vhat")
            new_v = vhat.assign(math_ops.maximum(vhat, new_v))
        return var.assign_sub(rates["lr"] * new_m / (math_ops.sqrt(new_v) + rates["epsilon"]))


class RMSprop(Optimizer):
    """RMSprop. Follows tf.keras.optimizers.RMSprop of TF 1.15."""

    def __init__(self, learning_rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-7, centered=False, name="RMSprop", **kwargs):
        super().__init__(name, **kwargs)
        self._set_hyper("learning_rate", kwargs.get("lr", learning_rate))
        self._set_hyper("decay", self._initial_decay)
        self._set_hyper("rho", rho)
        self._momentum = callable(momentum) or momentum > 0
        self._set_hyper("momentum", momentum)
        self.epsilon, self.centered = epsilon or backend.epsilon(), centered

    def _create_slots(self, var_list):
        for slot, wanted in (("rms", True), ("momentum", self._momentum), ("mg", self.centered)):
            for var in var_list if wanted else ():
                self.add_slot(var, slot)

    def _prepare(self, dtype):
        rates = super()._prepare(dtype)
        rho = self._rate("rho", dtype)
        return dict(
            rates, rho=rho, neg_lr_t=-rates["lr_t"], epsilon=backend.constant(self.epsilon, dtype), momentum=self._rate("momentum", dtype),
            one_minus_rho=1.0 - rho,
        )  # fmt: skip

    def _apply_dense(self, grad, var, rates):
        rms = self.get_slot(var, "rms")
        if self._momentum:
            numbers = [rates[k] for k in ("lr_t", "rho", "momentum", "epsilon")]
            slots = [rms.handle, self.get_slot(var, "momentum").handle]
            if self.centered:
                slots.insert(0, self.get_slot(var, "mg").handle)
                return make("ResourceApplyCenteredRMSProp", var.handle, *slots, *numbers, grad, use_locking=self._use_locking)
            return make("ResourceApplyRMSProp", var.handle, *slots, *numbers, grad, use_locking=self._use_locking)
        new = rms.assign(rates["rho"] * rms + rates["one_minus_rho"] * math_ops.square(grad), use_locking=self._use_locking)
        spread = new
        if self.centered:
            mg = self.get_slot(var, "mg")
            spread = new - math_ops.square(mg.assign(rates["rho"] * mg + rates["one_minus_rho"] * grad, use_locking=self._use_locking))
        return var.assign(var - rates["lr_t"] * grad / (math_ops.sqrt(spread) + rates["epsilon"]), use_locking=self._use_locking)

    def _apply_sparse(self, grad, var, indices, rates):
        if self._momentum or self.centered:
            return super()._apply_sparse(grad, var, indices, rates)
        rms = self.get_slot(var, "rms")
        with control_dependencies([rms.assign(rms * rates["rho"])]):
            new = self._scatter_add(rms, indices, (grad * grad) * rates["one_minus_rho"])
        step = rates["neg_lr_t"] * grad / (math_ops.sqrt(array_ops.gather(new, indices)) + rates["epsilon"])
        return self._scatter_add(var, indices, step)


class Adagrad(Optimizer):
    """Adagrad. Follows tf.keras.optimizers.Adagrad of TF 1.15."""

    def __init__(self, learning_rate=0.001, initial_accumulator_value=0.1, epsilon=1e-7, name="Adagrad", **kwargs):
        if initial_accumulator_value < 0.0:
            raise ValueError(f"initial_accumulator_value must be non-negative: {initial_accumulator_value}")
        super().__init__(name, **kwargs)
        self._set_hyper("learning_rate", kwargs.get("lr", learning_rate))
        self._set_hyper("decay", self._initial_decay)
        self._initial_accumulator_value, self.epsilon = initial_accumulator_value, epsilon or backend.epsilon()

    def _create_slots(self, var_list):
        for var in var_list:
            self.add_slot(var, "accumulator", initializers.Constant(self._initial_accumulator_value))

    def _prepare(self, dtype):
        rates = super()._prepare(dtype)
        epsilon = backend.constant(self.epsilon, dtype)
        return dict(rates, epsilon=epsilon, neg_lr_t=-rates["lr_t"], zero=array_ops.zeros((), dtypes.int64))

    def _apply_dense(self, grad, var, rates):
        slot = self.get_slot(var, "accumulator")
        return make(
            "ResourceApplyAdagradV2", var.handle, slot.handle, rates["lr_t"], rates["epsilon"], grad, use_locking=self._use_locking
        )

    def _apply_sparse(self, grad, var, indices, rates):
        slot = self.get_slot(var, "accumulator")
        return make(
            "ResourceSparseApplyAdagradV2", var.handle, slot.handle, rates["lr_t"], rates["epsilon"], grad, indices,
            use_locking=self._use_locking,
        )  # fmt: skip

    @classmethod
    def from_config(cls, config):
        """As for any optimizer; by name alone, the accumulators start at 0 (as in TF 1.15)."""
        return super().from_config(dict({"initial_accumulator_value": 0.0}, **config))


class Adadelta(Optimizer):
    """Adadelta. Follows tf.keras.optimizers.Adadelta of TF 1.15."""

    def __init__(self, learning_rate=0.001, rho=0.95, epsilon=1e-7, name="Adadelta", **kwargs):
        super().__init__(name, **kwargs)
        self._set_hyper("learning_rate", kwargs.get("lr", learning_rate))
        self._set_hyper("decay", self._initial_decay)
        self._set_hyper("rho", rho)
        self.epsilon = epsilon or backend.epsilon()

    def _create_slots(self, var_list):
        for slot in ("accum_grad", "accum_var"):
            for var in var_list:
                self.add_slot(var, slot)

    def _prepare(self, dtype):
        return dict(super()._prepare(dtype), epsilon=backend.constant(self.epsilon, dtype), rho=self._rate("rho", dtype))

    def _apply_dense(self, grad, var, rates):
        slots = [self.get_slot(var, s).handle for s in ("accum_grad", "accum_var")]
        return make(
            "ResourceApplyAdadelta", var.handle, *slots, rates["lr_t"], rates["rho"], rates["epsilon"], grad, use_locking=self._use_locking
        )


class Adamax(Adam):
    """Adam by the largest gradient. Follows tf.keras.optimizers.Adamax of TF 1.15."""

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, name="Adamax", **kwargs):
        super().__init__(learning_rate, beta_1, beta_2, epsilon, name=name, **kwargs)

    def _prepare(self, dtype):
        rates = Optimizer._prepare(self, dtype)
        step = math_ops.cast(self.iterations + 1, dtype)
        beta_1, beta_2 = self._rate("beta_1", dtype), self._rate("beta_2", dtype)
        power = math_ops.pow(beta_1, step)
        scaled = -rates["lr_t"] / (1 - power)
        epsilon = backend.constant(self.epsilon, dtype)
        return dict(
            rates, beta_1_t=beta_1, beta_2_t=beta_2, beta_1_power=power, neg_scaled_lr=scaled, epsilon=epsilon, one_minus_beta_1_t=1 - beta_1,
            zero=array_ops.zeros((), dtypes.int64),
        )  # fmt: skip

    def _apply_dense(self, grad, var, rates):
        slots = [self.get_slot(var, s).handle for s in ("m", "v")]
        numbers = [rates[k] for k in ("beta_1_power", "lr_t", "beta_1_t", "beta_2_t", "epsilon")]
        return make("ResourceApplyAdaMax", var.handle, *slots, *numbers, grad, use_locking=self._use_locking)

    def _apply_sparse(self, grad, var, indices, rates):
        return Optimizer._apply_sparse(self, grad, var, indices, rates)


class TFOptimizer:
    """An optimizer of tf.train, for a Keras model."""

    def __init__(self, optimizer):
        self.optimizer = optimizer
        with name_scope("TFOptimizer"):
            self.iterations = backend.variable(0, dtype="int64", name="iterations")

    @property
    def weights(self):
        """Absent: the optimizer of tf.train keeps them."""
        raise NotImplementedError("tf.keras.optimizers.TFOptimizer.weights: use a Keras optimizer, or optimizer.variables() of tf.train")

    def get_config(self):
        """Absent: an optimizer of tf.train does not tell its arguments."""
        raise NotImplementedError("tf.keras.optimizers.TFOptimizer.get_config: use a Keras optimizer")

    def from_config(self, config):
        """Absent, as get_config."""
        raise NotImplementedError("tf.keras.optimizers.TFOptimizer.from_config: use a Keras optimizer")

    def get_updates(self, loss, params) -> list:
        """The ops of one step."""
        pairs = self.optimizer.compute_gradients(loss, params)
        step = self.optimizer.apply_gradients(pairs, global_step=self.iterations)
        for variable in self.optimizer.variables():
            backend.track_variable(variable)
        return [step]


_TABLE = {c.__name__.lower(): c for c in (SGD, Adam, RMSprop, Adagrad, Adadelta, Adamax, Nadam, Ftrl)}


def get(identifier):
    """An optimizer given by name, of tf.train, or as it is."""
    from tinytf.train.optimizer import Optimizer as TrainOptimizer

    if isinstance(identifier, (Optimizer, TFOptimizer)):
        return identifier
    if isinstance(identifier, TrainOptimizer):
        return TFOptimizer(identifier)
    if isinstance(identifier, dict):
        return names.find("optimizer", identifier["class_name"].lower(), _TABLE).from_config(identifier["config"])
    if isinstance(identifier, str):
        return names.find("optimizer", identifier.lower(), _TABLE).from_config({})
    raise ValueError("Could not interpret optimizer identifier:", identifier)


def serialize(optimizer) -> dict:
    """{"class_name", "config"} of an optimizer."""
    return {"class_name": type(optimizer).__name__, "config": optimizer.get_config()}


deserialize = names.deserializer(get)
