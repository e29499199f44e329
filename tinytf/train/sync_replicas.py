"""`tf.train.SyncReplicasOptimizer`: the mean of several replicas' gradients, one step at a time.

Each replica adds its gradients to accumulators and waits for a token. The chief's queue runner takes the mean of
enough of them, applies it, and hands out as many tokens, which carry the new global step. A gradient that comes late is dropped.
"""

from __future__ import annotations

from tinytf import dtypes, logging
from tinytf.graph.default_graph import colocate_with, control_dependencies, device, name_scope
from tinytf.graph.graph import GraphKeys
from tinytf.graph.indexed_slices import IndexedSlices
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import constant as constant_op
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.queues.accumulator_ops import ConditionalAccumulator, SparseConditionalAccumulator
from tinytf.ops.queues.queue_ops import FIFOQueue
from tinytf.ops.state import state_ops, variable_lists
from tinytf.ops.state.variables import Variable
from tinytf.train import queue_runner, session_manager
from tinytf.train.optimizer import Optimizer
from tinytf.train.session_run_hook import SessionRunHook


class SyncReplicasOptimizer(Optimizer):
    """Applies the mean of the gradients of `replicas_to_aggregate` replicas by another optimizer.

    The replicas are sessions on one server of this process (or one session: `replicas_to_aggregate=1`).

    Args:
      opt: the optimizer that applies them.
      replicas_to_aggregate: how many gradients a step takes.
      total_num_replicas: how many replicas there are; as many where None.
      variable_averages, variables_to_average: an ExponentialMovingAverage to update after each step, and of what.
      use_locking, name: as of any optimizer.

    Follows `tf.train.SyncReplicasOptimizer` of TF 1.15.
    """

    def __init__(
        self, opt, replicas_to_aggregate, total_num_replicas=None, variable_averages=None, variables_to_average=None,
        use_locking=False, name="sync_replicas",
    ):  # fmt: skip
        super().__init__(use_locking, name)
        total_num_replicas = replicas_to_aggregate if total_num_replicas is None else total_num_replicas
        logging.info("SyncReplicasV2: replicas_to_aggregate=%s; total_num_replicas=%s", replicas_to_aggregate, total_num_replicas)
        self._opt = opt
        self._replicas_to_aggregate, self._total_num_replicas = replicas_to_aggregate, total_num_replicas
        self._tokens_per_step = max(total_num_replicas, replicas_to_aggregate)
        self._variable_averages, self._variables_to_average = variable_averages, variables_to_average
        self._global_step = self._sync_token_queue = self._chief_queue_runner = None
        self._gradients_applied = False

    def compute_gradients(self, *args, **kwargs):
        """Those of the optimizer inside."""
        return self._opt.compute_gradients(*args, **kwargs)

    def apply_gradients(self, grads_and_vars, global_step=None, name=None):
        """The op of one replica's step: it gives its gradients and waits for the step to be made.

        ValueError without gradients or without a global step.
        """
        grads_and_vars = list(grads_and_vars)
        if not grads_and_vars:
            raise ValueError("Must supply at least one variable")
        if global_step is None:
            raise ValueError("Global step is required to check staleness")
        self._global_step = global_step
        self._make_local_step(global_step)
        accumulators: list = []
        given, means = [], []
        with name_scope(None, self._name) as scope:
            for grad, var in grads_and_vars:
                with device(var.device):
                    means.append((self._accumulate(grad, var, accumulators, given), var))
        on_step = global_step.device
        with device(on_step), name_scope(""):
            update = self._opt.apply_gradients(means, global_step)
        with device(on_step), name_scope(""):
            queue = FIFOQueue(-1, global_step.dtype.base_dtype, shapes=(), name="sync_token_q", shared_name="sync_token_q")
            # What the runner closes at the end must not be the queue that others wait for.
            unused = FIFOQueue(1, dtypes.int32, shapes=(), name="dummy_queue", shared_name="dummy_queue")
        self._sync_token_queue = queue
        with device(on_step), name_scope(""):
            with control_dependencies(given):
                token = queue.dequeue()
            step_done = state_ops.assign(self._local_step, token)
            with control_dependencies([update]):
                sync = queue.enqueue_many((constant_op.fill([self._tokens_per_step], global_step),))
            if self._variable_averages is not None:
                with control_dependencies([sync]), name_scope(""):
                    sync = self._variable_averages.apply(self._variables_to_average)
            self._chief_queue_runner = queue_runner.QueueRunner(unused, [sync])
        with name_scope(scope):
            chief = [self.local_step_init_op]
            for accumulator, place in accumulators:
                with device(place):
                    chief.append(accumulator.set_global_step(global_step, name="SetGlobalStep"))
            self.chief_init_op = control_flow_ops.group(*chief)
        self._gradients_applied = True
        return step_done

    def _make_local_step(self, global_step) -> None:
        with colocate_with(control_flow_ops.no_op()):
            self._local_step = Variable(
                initial_value=0, trainable=False, collections=[GraphKeys.LOCAL_VARIABLES],
                dtype=global_step.dtype.base_dtype, name="sync_rep_local_step",
            )  # fmt: skip
        self.local_step_init_op = state_ops.assign(self._local_step, global_step)
        self.ready_for_local_init_op = variable_lists.report_uninitialized_variables(variable_lists.global_variables())

    def _accumulate(self, grad, var, accumulators: list, given: list):
        """The mean of this gradient and those of the other replicas."""
        if grad is None:
            return None
        name = f"{var.name}/grad_accum"
        if isinstance(grad, Tensor):
            accumulator = ConditionalAccumulator(grad.dtype, shape=var.get_shape(), shared_name=name)
            given.append(accumulator.apply_grad(grad, local_step=self._local_step))
            mean = accumulator.take_grad(self._replicas_to_aggregate)
        elif isinstance(grad, IndexedSlices):
            accumulator = SparseConditionalAccumulator(grad.dtype, shape=(), shared_name=name)
            given.append(accumulator.apply_indexed_slices_grad(grad, local_step=self._local_step))
            mean = accumulator.take_indexed_slices_grad(self._replicas_to_aggregate)
        else:
            raise ValueError("Unknown grad type!")
        accumulators.append((accumulator, var.device))
        return mean

    def _need_gradients(self, message: str) -> None:
        if not self._gradients_applied:
            raise ValueError(message)

    def get_chief_queue_runner(self):
        """The QueueRunner that the chief starts: it applies the means and hands out tokens."""
        self._need_gradients("Should be called after apply_gradients().")
        return self._chief_queue_runner

    def get_init_tokens_op(self, num_tokens=-1):
        """The op that hands out the first tokens: as many as gradients are awaited, or `num_tokens`."""
        self._need_gradients("get_init_tokens_op() should be called after apply_gradients().")
        needed = self._replicas_to_aggregate - self._total_num_replicas
        if num_tokens == -1:
            num_tokens = self._replicas_to_aggregate
        elif num_tokens < needed:
            raise ValueError(f"Too few tokens to finish the first step: {num_tokens} (given) vs {needed} (needed)")
        if num_tokens <= 0:
            return control_flow_ops.no_op(name="no_init_tokens")
        with device(self._global_step.device), name_scope(""):
            return self._sync_token_queue.enqueue_many((constant_op.fill([num_tokens], self._global_step),))

    def make_session_run_hook(self, is_chief, num_tokens=-1):
        """The hook that a MonitoredTrainingSession with this optimizer needs."""
        return _SyncReplicasOptimizerHook(self, is_chief, num_tokens)

    def get_slot(self, *args, **kwargs):
        """That of the optimizer inside."""
        return self._opt.get_slot(*args, **kwargs)

    def get_slot_names(self, *args, **kwargs) -> list:
        """Those of the optimizer inside."""
        return self._opt.get_slot_names(*args, **kwargs)

    def variables(self) -> list:
        """Those of the optimizer inside."""
        return self._opt.variables()


class _SyncReplicasOptimizerHook(SessionRunHook):
    """Initializes what a replica needs, and starts the chief's queue runner."""

    def __init__(self, sync_optimizer, is_chief, num_tokens):
        self._sync_optimizer, self._is_chief, self._num_tokens = sync_optimizer, is_chief, num_tokens

    def begin(self):
        """ValueError before `apply_gradients`."""
        optimizer = self._sync_optimizer
        optimizer._need_gradients("SyncReplicasOptimizer.apply_gradient should be called before using the hook.")
        self._ready_for_local_init_op = optimizer.ready_for_local_init_op
        self._local_init_op = optimizer.chief_init_op if self._is_chief else optimizer.local_step_init_op
        self._q_runner = optimizer.get_chief_queue_runner() if self._is_chief else None
        self._init_tokens_op = optimizer.get_init_tokens_op(self._num_tokens) if self._is_chief else None

    def after_create_session(self, session, coord):
        """RuntimeError where variables have no values yet."""
        ready, why = session_manager._ready(
            self._ready_for_local_init_op, session, "Model is not ready for SyncReplicasOptimizer local init."
        )
        if not ready:
            raise RuntimeError(
                "Init operations did not make model ready for SyncReplicasOptimizer local_init. Init op: "
                f"{self._local_init_op.name}, error: {why}"
            )
        session.run(self._local_init_op)
        if self._init_tokens_op is not None:
            session.run(self._init_tokens_op)
        if self._q_runner is not None:
            self._q_runner.create_threads(session, coord=coord, daemon=True, start=True)
