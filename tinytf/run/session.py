"""`Session`: runs operations of a graph and keeps the state between runs.  Follows `tf.Session` of TF 1.15."""

from __future__ import annotations

import contextlib
import threading
import warnings

import numpy as np

from tinytf import deadline, errors, protos
from tinytf.graph import constant_value as constants
from tinytf.graph import default_session, op_summary
from tinytf.graph.default_graph import get_default_graph
from tinytf.graph.operation import Operation
from tinytf.graph.tensor import Tensor
from tinytf.run import feeds as feeding
from tinytf.run import instances, placement_log, servers
from tinytf.run.allocator import keep_freed_memory
from tinytf.run.fetches import Fetches, key_of, nested_key
from tinytf.run.plan import Plan
from tinytf.run.servers import _DeviceAttributes  # noqa: F401  (a name of this module in TensorFlow)
from tinytf.run.specialize import ShapedPlans, static_shapes


class _Step:
    """The plans of a pair of fetches and feeds, with the conversions of the feeds and the nesting of the fetches."""

    __slots__ = ("plans", "converters", "build", "single", "version", "keep")

    def __init__(self, plans, converters, build, single, version, keep):
        self.plans, self.converters, self.build, self.single = plans, converters, build, single
        self.version, self.keep = version, keep


class BaseSession:
    """What Session and InteractiveSession share."""

    def __init__(self, target="", graph=None, config=None):
        if graph is None:
            graph = get_default_graph()
        elif not hasattr(graph, "get_operations"):
            raise TypeError(f"graph must be a tf.Graph, but got {type(graph)}")
        if not isinstance(target, (str, bytes)):
            raise TypeError(f"target must be a string, but got {type(target)}")
        if config is not None and not isinstance(config, protos.ConfigProto) and type(config).__name__ != "ConfigProto":
            raise TypeError(f"config must be a tf.ConfigProto, but got {type(config)}")
        self._graph = graph
        self._target = target if isinstance(target, bytes) else target.encode()
        if self._target and not self._target.startswith((b"grpc://", b"local")):
            raise errors.NotFoundError(
                None, None,
                f'No session factory registered for the given session options: {{target: "{self._target.decode()}"}}. '
                "There is one device, the CPU of this process: leave the target out.",
            )  # fmt: skip
        isolated = config is not None and config.isolate_session_state
        shared = None if isolated else servers.state_of(self._target)
        if config is None and shared is not None:
            config = shared.config
        self._config = config
        self._closed = False
        self._lock = threading.RLock()
        self._steps: dict = {}
        self._plans: dict = {}
        self._kernels: dict = {}
        self._functions: dict = {}
        self._resources = servers.Resources(self._function, shared, self._instance)
        self._aborted = False  # by a reset of the server
        if shared is not None:
            shared.sessions.add(self)
        self._partial: dict = {}
        self._time_limit = config.operation_timeout_in_ms if config is not None else 0
        self._count_of_pools = len(config.session_inter_op_thread_pool) if config is not None else 0
        self._placement_log = placement_log.of_session(graph, self._target, config)
        keep_freed_memory()

    # What it is -----------------------------------------------------------------------------------

    @property
    def graph(self):
        """The graph that this session runs."""
        return self._graph

    @property
    def graph_def(self):
        """The GraphDef of the graph, with shapes where the config asks for `graph_options.infer_shapes`."""
        return self._graph.as_graph_def(add_shapes=self._config is not None and self._config.graph_options.infer_shapes)

    @property
    def sess_str(self) -> bytes:
        """The target."""
        return self._target

    def list_devices(self) -> list:
        """The devices: one CPU, or as many as the config's `device_count` asks for."""
        return servers.devices(self._config, servers.state_of(self._target))

    def close(self) -> None:
        """Frees what the session holds; using it afterwards raises RuntimeError.  Waiting queue operations are cancelled."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._steps.clear()
            self._plans.clear()
            self._kernels.clear()
            if self._resources.is_shared:
                servers.wake(self._resources)
                return
            for resource in list(self._resources.values()):
                cancel = getattr(resource, "cancel", None)
                if cancel is not None:
                    cancel()
            self._resources.clear()

    def _abort(self) -> None:
        """What this session ran on is gone: further runs raise AbortedError."""
        with self._lock:
            self._aborted = True
            self._steps.clear()

    def __del__(self):
        # An interpreter that shuts down may have taken the lock's module away already.
        try:
            self.close()
        except Exception:  # noqa: BLE001, S110
            pass

    def as_default(self):
        """A context in which this is the default session."""
        return _AsDefault(self)

    # Running --------------------------------------------------------------------------------------

    def run(self, fetches, feed_dict=None, options=None, run_metadata=None):
        """Runs what `fetches` needs and gives back its values.

        Args:
          fetches: a graph element or its name, or any nesting of lists, tuples and dicts of them.
          feed_dict: values for tensors, instead of computing them.
          options: a RunOptions; `trace_level` FULL_TRACE fills `run_metadata`.
          run_metadata: a RunMetadata that takes the step's timings.

        Returns: the nesting of `fetches` with an array (a NumPy scalar for a scalar) for each tensor,
          and None for each operation.

        Raises: RuntimeError for a closed session, TypeError and ValueError for fetches or feeds that
          are none, `tf.errors.OpError` where an operation fails.
        """
        try:
            key = (key_of(fetches), *feed_dict) if feed_dict else key_of(fetches)
            step = self._steps.get(key)
        except TypeError:
            key, step = self._nested_step(fetches, feed_dict)
        if step is None or step.version != self._graph._structure_version or options is not None or run_metadata is not None:
            return self._run_within_time(key, fetches, feed_dict, options, run_metadata)
        if feed_dict:
            arrays = [convert(value) for convert, value in zip(step.converters, feed_dict.values())]
        else:
            arrays = ()
        plans = step.plans
        values = (plans.plan_for(arrays) if plans.varies else plans.general).run(arrays)
        return values[0] if step.single else step.build(values)

    def _nested_step(self, fetches, feed_dict):
        """(key, the step if it has run before) of fetches with lists or dicts in them, which have no hash themselves."""
        try:
            key = (nested_key(fetches), *(feed_dict or ()))
            return key, self._steps.get(key)
        except TypeError:
            return None, None

    def _run_within_time(self, key, fetches, feed_dict, options, run_metadata):
        """A run that is not one of the quick ones, within the time that `options` or the config gives."""
        limit = options.timeout_in_ms if options is not None else 0
        if options is not None and not 0 <= options.inter_op_thread_pool < max(1, self._count_of_pools):
            raise errors.InvalidArgumentError(None, None, f"Invalid inter_op_thread_pool: {options.inter_op_thread_pool}")
        limit = limit or self._time_limit
        if self._resources.is_shared:  # closing the session does not close its server's queues, but no run of its own waits for them
            with deadline.until_closed(lambda: self._closed), deadline.within(limit) if limit > 0 else contextlib.nullcontext():
                return self._run_slowly(None, fetches, feed_dict, options, run_metadata)
        if limit <= 0:
            return self._run_slowly(key, fetches, feed_dict, options, run_metadata)
        with deadline.within(limit):
            return self._run_slowly(None, fetches, feed_dict, options, run_metadata)

    def _run_slowly(self, key, fetches, feed_dict, options, run_metadata):
        """The first run of a pair of fetches and feeds, and runs that are traced."""
        if self._aborted:
            raise errors.AbortedError(None, None, "The server of this session was reset by tf.Session.reset; make a new session.")
        if self._closed:
            raise RuntimeError("Attempted to use a closed Session.")
        if self._graph.version == 0:
            raise RuntimeError("The Session graph is empty.  Add operations to the graph before calling run().")
        if feed_dict is not None and not hasattr(feed_dict, "items"):
            raise TypeError(f"feed_dict must be a dictionary mapping Tensors to values, not {type(feed_dict).__name__}")
        try:
            return self._first_run(key, fetches, feed_dict, options, run_metadata)
        except RecursionError:
            raise errors.ResourceExhaustedError(
                None, None, "Functions or loops of this graph are nested too deeply for Python's stack"
            ) from None
        except MemoryError as error:
            raise errors.ResourceExhaustedError(None, None, f"Out of memory: {error}") from None

    def _first_run(self, key, fetches, feed_dict, options, run_metadata):
        wanted = Fetches(self._graph, fetches, self)
        fed = feeding.expand(self._graph, feed_dict) if feed_dict else {}
        plans = self._plan(wanted.tensors, wanted.targets, list(fed))
        converters = [feeding.converter(t) for t in fed]
        if key is not None and len(fed) == len(feed_dict or ()) and all(not isinstance(k, tuple) for k in feed_dict or ()):
            single = isinstance(fetches, Tensor) and fetches.op.type != "GetSessionHandle"
            self._steps[key] = _Step(plans, converters, wanted.build, single, self._graph._structure_version, fetches)
        arrays = [convert(value) for convert, value in zip(converters, fed.values())]
        if run_metadata is not None or (options is not None and getattr(options, "output_partition_graphs", False)):
            from tinytf.run.trace import traced_run

            values = traced_run(self, plans.general, arrays, options, run_metadata)
        else:
            values = plans.plan_for(arrays).run(arrays)
        return wanted.build(values)

    def _plan(self, tensors, targets, fed) -> ShapedPlans:
        """The plans of these fetches and feeds, kept as long as no node of the graph changes."""
        key = (tuple(tensors), tuple(targets), tuple(fed))
        version = self._graph._structure_version
        if self._placement_log is not None:
            self._placement_log.update()
        found = self._plans.get(key)
        if found is not None and found[0] == version:
            return found[1]
        plans = ShapedPlans(tensors, targets, fed, self._compile)
        self._plans[key] = (version, plans)
        return plans

    def _compile(self, tensors, targets, fed, shapes=None) -> Plan:
        """One plan, for feeds of any shape or of `shapes`."""
        if self._graph._retyped_inputs:
            _check_input_types(self._graph)
        with self._lock, self._graph._lock, constants.treating_as_unknown(fed):
            if shapes is not None:
                with static_shapes(tensors, targets, fed, shapes):
                    return Plan(tensors, targets, fed, _PlansOwnKernels(self._make_kernel))
            # A kernel may have been made for the constant that a feed now replaces: make those anew.
            own = any(t.op.type != "Placeholder" for t in fed)
            return Plan(tensors, targets, fed, _PlansOwnKernels(self._make_kernel) if own else self._kernel)

    def _kernel(self, op: Operation):
        """The function that runs `op` in this session: made once, so that what it closes over is the op's state."""
        kernel = self._kernels.get(op)
        if kernel is None:
            kernel = self._kernels[op] = self._make_kernel(op)
        return kernel

    def _make_kernel(self, op: Operation):
        if "/job:" in op.device and not self._target:
            _check_job(op)
        if not instances.has_state(op):
            return instances.make_kernel(op, self._resources)
        if op not in self._kernels:
            self._kernels[op] = instances.make_kernel(op, self._resources)
        return self._kernels[op]

    def _function(self, function):
        """A Python function from the arguments of a FuncGraph (arrays) to the tuple of its results."""
        plan = self._functions.get(function)
        if plan is None:
            with self._lock:
                plan = self._functions[function] = Plan(function.outputs, function.stateful_operations, function.inputs, self._kernel)
        return lambda *arguments: plan.run(arguments)

    def _instance(self, function):
        """As `_function`, but with kernels of its own: what the function draws begins anew."""
        return instances.Instance(self._resources).call(function) if instances.keeps_state(function) else self._function(function)

    def make_callable(self, fetches, feed_list=None, accept_options: bool = False):
        """A function of the values of `feed_list` that runs `fetches`: `run` without looking anything up."""
        if feed_list is not None and not isinstance(feed_list, (list, tuple)):
            raise TypeError(f"`feed_list` must be a list or tuple, got {type(feed_list).__name__}")
        names = list(feed_list or ())
        if any(len(feeding.feed_keys(name)) > 1 for name in names):  # sparse and ragged tensors
            return lambda *values, **kwargs: self.run(fetches, dict(zip(names, values)), **kwargs)
        keys = [self._graph.as_graph_element(f, allow_operation=False) for f in names]
        wanted = Fetches(self._graph, fetches)
        plans = self._plan(wanted.tensors, wanted.targets, keys)
        converters = [feeding.converter(t) for t in keys]

        def call(*values, **kwargs):
            if self._closed:
                raise RuntimeError("Attempted to use a closed Session.")
            if len(values) != len(keys):
                raise TypeError(f"make_callable: this function takes {len(keys)} values, got {len(values)}")
            if accept_options and (kwargs.get("options") is not None or kwargs.get("run_metadata") is not None):
                return self.run(fetches, dict(zip(keys, values)), kwargs.get("options"), kwargs.get("run_metadata"))
            arrays = [c(v) for c, v in zip(converters, values)]
            return wanted.build(plans.plan_for(arrays).run(arrays))

        return call

    def _make_callable_from_options(self, callable_options):
        """A function of the values of `callable_options.feed` that gives a list of those of `fetch`.  Follows TF 1.15."""
        options = callable_options
        call = self.make_callable([*options.fetch, *map(self._graph.get_operation_by_name, options.target)], list(options.feed), True)

        def run(*values, run_metadata=None):
            traced = {"options": options.run_options, "run_metadata": run_metadata} if run_metadata is not None else {}
            return call(*values, **traced)[: len(options.fetch)]

        return run

    def explain(self, fetches, feed_dict=None) -> str:
        """How a run is computed: the generated function, and what was folded and removed (tinytf's own).

        `feed_dict` may be a list of tensors: then the plan for values of any shape is shown.
        """
        wanted = Fetches(self._graph, fetches)
        fed = [self._graph.as_graph_element(f, allow_operation=False) for f in (feed_dict or ())]
        shapes = [np.shape(v) for v in feed_dict.values()] if hasattr(feed_dict, "values") else None
        if shapes is not None and all(t.shape.is_compatible_with(s) for t, s in zip(fed, shapes)):
            return self._compile(wanted.tensors, wanted.targets, fed, shapes).explain()
        return self._plan(wanted.tensors, wanted.targets, fed).general.explain()

    # Partial runs -----------------------------------------------------------------------------------

    def partial_run_setup(self, fetches, feeds=None) -> str:
        """Begins a run that is fed and fetched in pieces; gives its handle.  Follows `tf.Session.partial_run_setup`."""
        wanted = Fetches(self._graph, fetches)
        keys = [key for feed in (feeds or ()) for key in feeding.feed_keys(feed)]
        fed = [self._graph.as_graph_element(key, allow_operation=False) for key in keys]
        if not wanted.tensors and not wanted.targets:
            raise errors.InvalidArgumentError(None, None, "Must specify at least one target to fetch or execute.")
        handle = f"partial_run_{len(self._partial)}"
        self._partial[handle] = {"fetches": set(wanted.tensors) | set(wanted.targets), "feeds": set(fed), "fed": {}, "known": {}, "done": set()}
        return handle

    def partial_run(self, handle, fetches, feed_dict=None):
        """Continues a partial run with more feeds and fetches; each operation runs once over all pieces."""
        state = self._partial.get(handle)
        if state is None:
            raise errors.InvalidArgumentError(None, None, "Must run 'setup' before performing partial runs!")
        for tensor, value in feeding.expand(self._graph, feed_dict or {}).items():
            if tensor not in state["feeds"]:
                raise errors.InvalidArgumentError(None, None, f"The feed {tensor.name} was not specified in partial_run_setup.")
            if tensor in state["fed"]:
                raise errors.InvalidArgumentError(None, None, f"The feed {tensor.name} has already been fed.")
            state["fed"][tensor] = feeding.converter(tensor)(value)
        wanted = Fetches(self._graph, fetches)
        for element in [*wanted.tensors, *wanted.targets]:
            if element not in state["fetches"]:
                raise errors.InvalidArgumentError(None, None, f"The fetch {element.name} was not specified in partial_run_setup.")
            if element in state["done"]:
                raise errors.InvalidArgumentError(None, None, f"The fetch {element.name} has already been fetched.")
        given = {**state["fed"], **state["known"]}
        computed = self._computed_by(wanted, given)
        plan = self._plan(wanted.tensors + computed, wanted.targets, list(given)).general
        values = plan.run(list(given.values()))
        state["known"].update(zip(computed, values[len(wanted.tensors) :]))
        state["done"].update([*wanted.tensors, *wanted.targets])
        return wanted.build(values[: len(wanted.tensors)])

    def _computed_by(self, wanted, given) -> list:
        """The value tensors that this piece computes: later pieces take them as they are."""
        from tinytf.run.select import needed_operations

        ops = needed_operations(wanted.targets, wanted.tensors, given)
        tensors = [t for op in sorted(ops, key=lambda o: o._id) for t in op.outputs]
        return [t for t in tensors if t not in given and not t.dtype._is_ref_dtype and t.dtype.name not in ("resource", "variant")]


class _PlansOwnKernels:
    """Kernels of a plan that knows more of shapes, or less of constants, than others do: stateless ones are made for it alone."""

    def __init__(self, make):
        self._make = make
        self._made: dict = {}

    def __call__(self, op):
        if op not in self._made:
            self._made[op] = self._make(op)
        return self._made[op]


class _AsDefault:
    """`with sess.as_default():` neither closes the session nor changes the default graph."""

    def __init__(self, session):
        self._session = session

    def __enter__(self):
        default_session.sessions.stack.append(self._session)
        return self._session

    def __exit__(self, *unused):
        default_session.sessions.leave(self._session)


def _check_input_types(graph) -> None:
    """InvalidArgumentError where `Operation._update_input` left an op with an input that it cannot take."""
    for op, index, wanted in graph._retyped_inputs:
        tensor = op.inputs[index]
        if tensor.dtype._base is not wanted:
            raise errors.InvalidArgumentError(
                op.node_def, op,
                f"Input {index} of node {op.name} was passed {op_summary.type_name(tensor.dtype._base)} from {tensor.name} "
                f"incompatible with expected {op_summary.type_name(wanted)}.",
            )  # fmt: skip


def _check_job(op) -> None:
    job = op.device.partition("/job:")[2].partition("/")[0]
    if job != "localhost":
        raise errors.InvalidArgumentError(
            op.node_def, op,
            f"Cannot assign a device for operation {op.name}: it was explicitly assigned to {op.device} but available devices are "
            "[ /job:localhost/replica:0/task:0/device:CPU:0 ]. Make sure the device specification refers to a valid device: "
            "import_meta_graph(…, clear_devices=True) leaves the devices of a graph from elsewhere out.",
        )  # fmt: skip


class Session(BaseSession):
    """Runs operations of a graph.  Follows `tf.Session` of TF 1.15.

    Args:
      target: accepted for TensorFlow's sake; there is one, in this process.
      graph: the graph to run; the default graph where None.
      config: a ConfigProto; accepted in full, nothing in it changes results.

    As a context manager it makes itself and its graph the default and closes itself at the end.
    """

    def __init__(self, target="", graph=None, config=None):
        super().__init__(target, graph, config)
        self._contexts: list = []

    def __enter__(self):
        if self._contexts:
            raise RuntimeError(
                "Session context managers are not re-entrant. Use `Session.as_default()` if you want to enter a session multiple times."
            )
        graph_context = self._graph.as_default()
        graph_context.__enter__()
        default_session.sessions.stack.append(self)
        self._contexts.append(graph_context)
        return self

    def __exit__(self, exc_type, exc_value, exc_traceback):
        default_session.sessions.leave(self)
        self._contexts.pop().__exit__(exc_type, exc_value, exc_traceback)
        self.close()

    @staticmethod
    def reset(target, containers=None, config=None) -> None:
        """Forgets what the sessions of a server in this process keep, in some containers or (None) in all."""
        state = servers.state_of(target if isinstance(target, bytes) else target.encode())
        if state is not None:
            state.clear_containers(containers)
            for session in list(state.sessions):
                session._abort()


class InteractiveSession(BaseSession):
    """A session that is the default one from its creation on.  Follows `tf.InteractiveSession` of TF 1.15."""

    _active_session_count = 0

    def __init__(self, target="", graph=None, config=None):
        super().__init__(target, graph, config)
        if InteractiveSession._active_session_count:
            warnings.warn(
                "An interactive session is already active. This can cause out-of-memory errors in some cases. You must explicitly "
                "call `InteractiveSession.close()` to release resources held by the other session(s).",
                stacklevel=2,
            )
        InteractiveSession._active_session_count += 1
        default_session.sessions.stack.append(self)
        self._graph_context = None
        if graph is not None:
            self._graph_context = graph.as_default()
            self._graph_context.__enter__()

    def close(self) -> None:
        """Frees what the session holds, and is the default no more."""
        if not self._closed:
            InteractiveSession._active_session_count -= 1
            stack = default_session.sessions.stack
            if self in stack:
                stack.remove(self)
            if self._graph_context is not None:
                context, self._graph_context = self._graph_context, None
                context.__exit__(None, None, None)
        super().close()
