"""Strategies of one replica: what a program for many devices means where there is one CPU.

`OneDeviceStrategy` and `MirroredStrategy` both run each function once, on the device that they are given.
Follows `tf.distribute` of TF 1.15.
"""

from __future__ import annotations

import contextlib

from tinytf import nest
from tinytf.distribute import context
from tinytf.distribute.input_lib import DatasetIterator, InputContext, InputReplicationMode
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import colocate_with, device
from tinytf.ops.array.constant import constant
from tinytf.ops.control_flow.control_flow_ops import group
from tinytf.ops.math import reductions
from tinytf.ops.state import variable_scope

_CPU = "/replica:0/task:0/device:CPU:0"


class ReplicaContext:
    """What a function knows of the replica that it builds."""

    def __init__(self, strategy, replica_id_in_sync_group):
        self._strategy, self._replica_id = strategy, replica_id_in_sync_group

    def __enter__(self):
        context.enter(self._strategy, self)
        return self

    def __exit__(self, *error):
        context.leave(self._strategy)

    @property
    def strategy(self):
        """The strategy."""
        return self._strategy

    @property
    def num_replicas_in_sync(self) -> int:
        """1."""
        return self._strategy.num_replicas_in_sync

    @property
    def replica_id_in_sync_group(self):
        """The replica's number: an int32 scalar, 0."""
        context.require_replica_context(self)
        return self._replica_id

    @property
    def devices(self) -> tuple:
        """The devices of the replica."""
        context.require_replica_context(self)
        return self._strategy.extended.worker_devices

    def merge_call(self, merge_fn, args=(), kwargs=None):
        """`merge_fn(strategy, *args)`, called across replicas."""
        context.require_replica_context(self)
        context.enter(self._strategy, None)
        try:
            return merge_fn(self._strategy, *args, **kwargs or {})
        finally:
            context.leave(self._strategy)

    def all_reduce(self, reduce_op, value):
        """The sum or mean of `value` over the replicas, of which there is one."""
        reduce_op = context.ReduceOp(reduce_op.upper()) if isinstance(reduce_op, str) else reduce_op
        from tinytf.ops.array import array_ops

        return nest.map_structure(array_ops.identity, value)


class Strategy:
    """The base of strategies: `scope()` puts one in force, `experimental_run_v2` calls a function for each replica."""

    def __init__(self, extended):
        self._extended = extended

    @property
    def extended(self):
        """What strategies do beyond the common methods."""
        return self._extended

    @property
    def num_replicas_in_sync(self) -> int:
        """1."""
        return self._extended._num_replicas_in_sync

    @contextlib.contextmanager
    def scope(self):
        """A context in which the strategy is in force: variables made in it are resource variables on its device."""

        def create(next_creator, **given):
            given["use_resource"] = True
            return self._extended._create_variable(next_creator, **given)

        current = variable_scope.get_variable_scope()
        use_resource = current.use_resource
        context.enter(self, None)
        try:
            current.set_use_resource(True)
            with variable_scope.variable_creator_scope(create), self._extended._default_device_scope():
                yield self
        finally:
            current.set_use_resource(use_resource)
            context.leave(self)

    def experimental_run_v2(self, fn, args=(), kwargs=None):
        """`fn(*args, **kwargs)` in a replica's context."""
        return self._extended.call_for_each_replica(fn, args=args, kwargs=kwargs)

    def experimental_run(self, fn, input_iterator=None):
        """`fn` of the iterator's next element, in a replica's context."""
        args = (input_iterator.get_next(),) if input_iterator is not None else ()
        return self.experimental_run_v2(fn, args=args)

    def reduce(self, reduce_op, value, axis=None):
        """The sum or mean over the replicas and, where `axis` is given, over that axis of the value."""
        reduce_op = context.ReduceOp(reduce_op.upper()) if isinstance(reduce_op, str) else reduce_op
        if axis is None:
            return value
        along = reductions.reduce_mean if reduce_op is context.ReduceOp.MEAN else reductions.reduce_sum
        return along(value, axis=axis)

    def unwrap(self, value) -> tuple:
        """The values of the replicas."""
        return (value,)

    experimental_local_results = unwrap

    def group(self, value, name=None):
        """One op that runs the values of all replicas."""
        return group(value, name=name)

    def make_dataset_iterator(self, dataset):
        """An iterator over a dataset; `initialize()` gives the op that (re)starts it."""
        return DatasetIterator(dataset)

    def make_input_fn_iterator(self, input_fn, replication_mode=InputReplicationMode.PER_WORKER):
        """As `make_dataset_iterator`, of what `input_fn(InputContext)` returns."""
        return DatasetIterator(input_fn(InputContext()))

    def experimental_distribute_dataset(self, dataset):
        """The dataset: one replica takes all of it."""
        return dataset

    def experimental_distribute_datasets_from_function(self, dataset_fn):
        """What `dataset_fn(InputContext)` returns."""
        return dataset_fn(InputContext())

    def experimental_make_numpy_dataset(self, numpy_input, session=None):
        """A dataset of the rows of arrays."""
        from tinytf.data.dataset import Dataset

        return Dataset.from_tensor_slices(numpy_input)

    def colocate_vars_with(self, colocate_with_variable):
        """A context in which variables are made where another one is."""
        return self._extended.colocate_vars_with(colocate_with_variable)

    def update_config_proto(self, config_proto):
        """The same ConfigProto: there is one process."""
        return config_proto


class StrategyExtended:
    """What strategies do beyond the common methods: on one device, a call and nothing else."""

    _num_replicas_in_sync = 1

    def __init__(self, strategy, device_name=_CPU, places=True):
        self._strategy, self._device, self._places = strategy, device_name, places

    @property
    def worker_devices(self) -> tuple:
        """The device."""
        return (self._device,)

    @property
    def parameter_devices(self) -> tuple:
        """The device."""
        return (self._device,)

    def _default_device_scope(self):
        return contextlib.nullcontext()

    def _place(self):
        return device(self._device) if self._places else contextlib.nullcontext()

    def _create_variable(self, next_creator, **given):
        beside = given.pop("colocate_with", None)
        with self._place() if beside is None else colocate_with(beside):
            return next_creator(**given)

    def call_for_each_replica(self, fn, args=(), kwargs=None):
        """`fn(*args, **kwargs)` in a replica's context, on the device."""
        with self._place():
            number = constant(0)
            with ReplicaContext(self._strategy, number):
                return fn(*args, **kwargs or {})

    def reduce_to(self, reduce_op, value, destinations):
        """The value: there is one."""
        return value

    def batch_reduce_to(self, reduce_op, value_destination_pairs) -> list:
        """The values."""
        return [value for value, _ in value_destination_pairs]

    def broadcast_to(self, tensor, destinations):
        """The tensor."""
        return convert_to_tensor(tensor)

    def update(self, var, fn, args=(), kwargs=None, group=True):
        """`fn(var, *args)`, where the variable is."""
        with colocate_with(var), context_of_update(self._strategy):
            result = fn(var, *args, **kwargs or {})
        return globals()["group"](result) if group and result is not None and not nest.is_nested(result) else result

    def update_non_slot(self, colocate_with, fn, args=(), kwargs=None, group=True):
        """`fn(*args)`, where `colocate_with` is."""
        with context_of_update(self._strategy):
            return fn(*args, **kwargs or {})

    def value_container(self, value):
        """The value itself."""
        return value

    def read_var(self, v):
        """The variable's value."""
        return convert_to_tensor(v)

    def non_slot_devices(self, var_list):
        """Where variables of an optimizer that belong to no other are made."""
        return min(var_list, key=lambda v: v.name)

    def colocate_vars_with(self, colocate_with_variable):
        """A context in which variables are made where another one is."""

        def create(next_creator, **given):
            given["colocate_with"] = colocate_with_variable
            return next_creator(**given)

        return variable_scope.variable_creator_scope(create)

    def variable_created_in_scope(self, v) -> bool:
        """True."""
        return True

    @property
    def experimental_between_graph(self) -> bool:
        """False: there is one graph."""
        return False

    @property
    def experimental_should_init(self) -> bool:
        """True: this process initializes the variables."""
        return True

    @property
    def should_checkpoint(self) -> bool:
        """True: this process saves."""
        return True

    @property
    def should_save_summary(self) -> bool:
        """True: this process writes summaries."""
        return True

    @property
    def experimental_require_static_shapes(self) -> bool:
        """False."""
        return False


@contextlib.contextmanager
def context_of_update(strategy):
    """The context in which variables are updated, across replicas."""
    context.enter(strategy, None)
    try:
        yield
    finally:
        context.leave(strategy)


class OneDeviceStrategy(Strategy):
    """Everything on one device."""

    def __init__(self, device):
        super().__init__(StrategyExtended(self, _full(device)))


class MirroredStrategy(Strategy):
    """On the devices given, of which there may be one here; NotImplementedError for more.  Variables are plain resource variables."""

    def __init__(self, devices=None, cross_device_ops=None):
        devices = list(devices or ["/cpu:0"])
        if len({_full(d) for d in devices}) != len(devices):
            raise ValueError(f"No duplicates allowed in `devices` argument: {devices}")
        if len(devices) > 1:
            raise NotImplementedError("tf.distribute.MirroredStrategy: tinytf runs on one CPU; give one device")
        super().__init__(StrategyExtended(self, _full(devices[0])))


class _DefaultStrategy(Strategy):
    """Outside of any scope: everything where it would be anyway."""

    def __init__(self):
        super().__init__(StrategyExtended(self, "", places=False))

    @property
    def _replica_context(self):
        return _DefaultReplicaContext(self)

    @contextlib.contextmanager
    def scope(self):
        """A context that changes nothing.  RuntimeError within that of another strategy."""
        if context.has_strategy():
            raise RuntimeError("Must not nest tf.distribute.Strategy scopes.")
        context.enter(self, None)
        try:
            yield self
        finally:
            context.leave(self)


class _DefaultReplicaContext(ReplicaContext):
    def __init__(self, strategy):
        super().__init__(strategy, None)

    @property
    def replica_id_in_sync_group(self):
        """An int32 scalar, 0."""
        return constant(0)

    @property
    def devices(self) -> tuple:
        """The devices of the replica."""
        return self._strategy.extended.worker_devices

    def merge_call(self, merge_fn, args=(), kwargs=None):
        """`merge_fn(strategy, *args)`."""
        with context_of_update(self._strategy):
            return merge_fn(self._strategy, *args, **kwargs or {})


_default: list = []


def default_strategy() -> Strategy:
    """The strategy outside of any scope."""
    if not _default:
        _default.append(_DefaultStrategy())
    return _default[0]


def _full(name: str) -> str:
    from tinytf.graph.device import DeviceSpec

    spec = DeviceSpec.from_string(name)
    if (spec.device_type or "CPU").upper() != "CPU":
        raise NotImplementedError(f"tf.distribute: tinytf runs on one CPU; {name} is none")
    return DeviceSpec(replica=spec.replica or 0, task=spec.task or 0, device_type="CPU", device_index=spec.device_index or 0).to_string()
