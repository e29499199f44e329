"""`tf.train.Optimizer`: gradients of a loss, and the ops that change the variables by them.

    compute_gradients -> [(gradient, variable), …] -> apply_gradients -> one op that does it all

A subclass says what slots it needs (`_create_slots`), turns its hyperparameters into tensors (`_prepare`) and
makes the update of one variable: `_apply_dense`, `_apply_sparse`, and `_resource_…` of both.
"""

from __future__ import annotations

from tinytf import dtypes, nest
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor, convert_to_tensor_or_indexed_slices
from tinytf.graph.default_graph import (
    colocate_with,
    control_dependencies,
    get_collection,
    get_collection_ref,
    get_default_graph,
    name_scope,
)
from tinytf.graph.graph import GraphKeys
from tinytf.graph.indexed_slices import IndexedSlices
from tinytf.graph.tensor import Tensor
from tinytf.graph.trackable import Trackable, TrackableReference
from tinytf.ops.state import state_ops, variables
from tinytf.ops.state.resource_variables import is_resource_variable
from tinytf.train import slot_creator


def _sum_repeated(values, indices):
    """(summed rows, unique indices)."""
    from tinytf.ops.array import array_ops
    from tinytf.ops.math import math_ops

    unique, positions = array_ops.unique(indices)
    summed = math_ops.unsorted_segment_sum(values, positions, array_ops.shape(unique)[0])
    return summed, unique


def _key(var):
    return var.op.graph, var.op.name


class _RefProcessor:
    """How a reference variable is differentiated and updated."""

    def __init__(self, variable):
        self.variable = variable

    def target(self):
        return self.variable._ref()

    def update_op(self, optimizer, grad):
        variable = self.variable
        if isinstance(grad, IndexedSlices):
            if variable.constraint is not None:
                raise RuntimeError("Cannot use a constraint function on a sparse variable.")
            return optimizer._apply_sparse_duplicate_indices(grad, variable)
        return _constrained(variable, optimizer._apply_dense(grad, variable))


class _ResourceProcessor:
    """How a resource variable is differentiated and updated."""

    def __init__(self, variable):
        self.variable = variable

    def target(self):
        return self.variable

    def update_op(self, optimizer, grad):
        variable = self.variable
        if isinstance(grad, IndexedSlices):
            if variable.constraint is not None:
                raise RuntimeError("Cannot use a constraint function on a sparse variable.")
            return optimizer._resource_apply_sparse_duplicate_indices(grad.values, variable, grad.indices)
        return _constrained(variable, optimizer._resource_apply_dense(grad, variable))


class _TensorProcessor:
    """A tensor has a gradient but cannot be updated."""

    def __init__(self, tensor):
        self.tensor = tensor

    def target(self):
        return self.tensor

    def update_op(self, optimizer, grad):
        raise NotImplementedError("Trying to update a Tensor ", self.tensor)


def _constrained(variable, update):
    if variable.constraint is None:
        return update
    with control_dependencies([update]):
        return variable.assign(variable.constraint(variable))


def _processor(variable):
    if variable.op.type == "VarHandleOp":
        return _ResourceProcessor(variable)
    if isinstance(variable, variables.Variable):
        return _RefProcessor(variable)
    if isinstance(variable, Tensor):
        return _TensorProcessor(variable)
    raise NotImplementedError("Trying to optimize unsupported type ", variable)


class Optimizer(Trackable):
    """The base of all optimizers.  Follows tf.train.Optimizer of TF 1.15."""

    GATE_NONE = 0
    GATE_OP = 1
    GATE_GRAPH = 2

    def __init__(self, use_locking, name):
        if not name:
            raise ValueError("Must specify the optimizer name")
        self._use_locking, self._name = use_locking, name
        self._slots: dict = {}  # slot name -> {key of the variable: slot}
        self._non_slot_dict: dict = {}  # (name, graph) -> variable
        self._deferred_slot_restorations: dict = {}  # (slot name, key of the variable) -> positions in checkpoints

    def get_name(self) -> str:
        """The name given to the constructor."""
        return self._name

    def minimize(
        self,
        loss,
        global_step=None,
        var_list=None,
        gate_gradients=GATE_OP,
        aggregation_method=None,
        colocate_gradients_with_ops=False,
        name=None,
        grad_loss=None,
    ):
        """The op that makes one step down the gradient of `loss` and adds one to `global_step`, where given.

        Raises ValueError where no variable has a gradient.
        """
        grads_and_vars = self.compute_gradients(
            loss,
            var_list=var_list,
            gate_gradients=gate_gradients,
            aggregation_method=aggregation_method,
            colocate_gradients_with_ops=colocate_gradients_with_ops,
            grad_loss=grad_loss,
        )
        if all(g is None for g, _ in grads_and_vars):
            raise ValueError(
                "No gradients provided for any variable, check your graph for ops that do not support gradients, "
                "between variables %s and loss %s." % ([str(v) for _, v in grads_and_vars], loss)
            )
        return self.apply_gradients(grads_and_vars, global_step=global_step, name=name)

    def compute_gradients(
        self,
        loss,
        var_list=None,
        gate_gradients=GATE_OP,
        aggregation_method=None,
        colocate_gradients_with_ops=False,
        grad_loss=None,
    ):
        """[(gradient, variable), …] for the trainable variables, or those of `var_list`; a gradient may be None.

        `loss` may be a function that returns it: then the variables are those that it reads.
        Raises TypeError, ValueError for what is no variable, no floating loss, or no variables at all.
        """
        from tinytf.ops.autodiff import gradients
        from tinytf.ops.control_flow import control_flow_ops

        if callable(loss):
            loss, read = _loss_of_function(loss)
            var_list = read if var_list is None else var_list
            with control_dependencies([loss]):
                return self.compute_gradients(loss, var_list, grad_loss=grad_loss)
        if gate_gradients not in (Optimizer.GATE_NONE, Optimizer.GATE_OP, Optimizer.GATE_GRAPH):
            raise ValueError(
                "gate_gradients must be one of: Optimizer.GATE_NONE, Optimizer.GATE_OP, Optimizer.GATE_GRAPH.  Not %s"
                % gate_gradients
            )
        self._assert_valid_dtypes([loss])
        if grad_loss is not None:
            self._assert_valid_dtypes([grad_loss])
        if var_list is None:
            var_list = variables.trainable_variables() + get_collection(GraphKeys.TRAINABLE_RESOURCE_VARIABLES)
        else:
            var_list = nest.flatten(var_list)
        var_list = var_list + get_collection(GraphKeys._STREAMING_MODEL_PORTS)
        processors = [_processor(v) for v in var_list]
        if not var_list:
            raise ValueError("No variables to optimize.")
        grads = gradients.gradients(
            loss,
            [p.target() for p in processors],
            grad_ys=grad_loss,
            gate_gradients=gate_gradients == Optimizer.GATE_OP,
            aggregation_method=aggregation_method,
            colocate_gradients_with_ops=colocate_gradients_with_ops,
        )
        if gate_gradients == Optimizer.GATE_GRAPH:
            grads = control_flow_ops.tuple(grads)
        grads_and_vars = list(zip(grads, var_list))
        self._assert_valid_dtypes([v for g, v in grads_and_vars if g is not None and v.dtype != dtypes.resource])
        return grads_and_vars

    def apply_gradients(self, grads_and_vars, global_step=None, name=None):
        """The op that updates the variables by their gradients, in any order, and then `global_step`.

        Raises TypeError for what is no gradient, ValueError where there are none.
        """
        grads_and_vars = tuple(grads_and_vars)
        if not grads_and_vars:
            raise ValueError("No variables provided.")
        converted = [(_as_gradient(g), v, _processor(v)) for g, v in grads_and_vars]
        var_list = [v for g, v, _ in converted if g is not None]
        if not var_list:
            raise ValueError("No gradients provided for any variable: %s." % ([str(v) for _, v, _ in converted],))
        with variables.init_scope():
            self._create_slots(var_list)
        update_ops = []
        with name_scope(name, self._name) as scope:
            self._prepare()
            for grad, var, processor in converted:
                if grad is None:
                    continue
                with name_scope("update_" + var.op.name), colocate_with(var.op):
                    update_ops.append(processor.update_op(self, grad))
            if global_step is None:
                done = self._finish(update_ops, scope)
            else:
                with control_dependencies([self._finish(update_ops, "update")]):
                    with colocate_with(global_step if isinstance(global_step, Tensor) else global_step.op):
                        done = _count_step(global_step, scope)
            if isinstance(done, Tensor):
                done = done.op
            train_ops = get_collection_ref(GraphKeys.TRAIN_OP)
            if done not in train_ops:
                train_ops.append(done)
            return done

    # Slots ------------------------------------------------------------------------------------------

    def get_slot(self, var, name):
        """The slot `name` of a variable, or None."""
        named = self._slots.get(name)
        return named.get(_key(var)) if named else None

    def get_slot_names(self) -> list:
        """The names of the slots, sorted."""
        return sorted(self._slots)

    def variables(self) -> list:
        """The optimizer's own variables in the default graph, by name."""
        graph = get_default_graph()
        own = list(self._non_slot_variables())
        for named in self._slots.values():
            own.extend(named.values())
        return sorted((v for v in own if v.op.graph is graph), key=lambda v: v.name)

    def _create_non_slot_variable(self, initial_value, name, colocate_with):
        key = (name, colocate_with.graph)
        found = self._non_slot_dict.get(key)
        if found is None:
            with get_default_graph().colocate_with(colocate_with.op):
                found = variables.Variable(
                    initial_value, name=name, trainable=False, use_resource=is_resource_variable(colocate_with)
                )
            self._non_slot_dict[key] = found
            self._handle_deferred_dependencies(name, found)
        return found

    def _get_non_slot_variable(self, name, graph=None):
        return self._non_slot_dict.get((name, graph))

    def _non_slot_variables(self):
        return self._non_slot_dict.values()

    def _slot_dict(self, slot_name) -> dict:
        return self._slots.setdefault(slot_name, {})

    def _slot(self, var, slot_name, create):
        named = self._slot_dict(slot_name)
        if _key(var) not in named:
            named[_key(var)] = create()
            waiting = self._deferred_slot_restorations.pop((slot_name, _key(var)), ())
            for position in sorted(waiting, key=lambda p: p.restore_uid, reverse=True):
                position.restore(named[_key(var)])
        return named[_key(var)]

    # What `tf.train.Checkpoint` saves ---------------------------------------------------------------

    @property
    def _checkpoint_dependencies(self):
        """The variables that are no slots, such as `beta1_power`, of the default graph; slots hang under their variables."""
        graph = get_default_graph()
        own = [(name, v) for (name, of), v in self._non_slot_dict.items() if of is graph]
        return super()._checkpoint_dependencies + [TrackableReference(name, v) for name, v in sorted(own, key=lambda pair: pair[0])]

    def _create_or_restore_slot_variable(self, slot_variable_position, slot_name, variable) -> None:
        """Restores a slot, or remembers to when it is made."""
        slot = self.get_slot(variable, slot_name)
        if slot is not None:
            slot_variable_position.restore(slot)
        else:
            self._deferred_slot_restorations.setdefault((slot_name, _key(variable)), []).append(slot_variable_position)

    def _get_or_make_slot(self, var, val, slot_name, op_name):
        return self._slot(var, slot_name, lambda: slot_creator.create_slot(var, val, op_name))

    def _get_or_make_slot_with_initializer(self, var, initializer, shape, dtype, slot_name, op_name):
        return self._slot(
            var,
            slot_name,
            lambda: slot_creator.create_slot_with_initializer(var, initializer, shape, dtype, op_name),
        )

    def _zeros_slot(self, var, slot_name, op_name):
        return self._slot(var, slot_name, lambda: slot_creator.create_zeros_slot(var, op_name))

    # For subclasses ---------------------------------------------------------------------------------

    def _assert_valid_dtypes(self, tensors) -> None:
        valid = self._valid_dtypes()
        for t in tensors:
            dtype = t.dtype.base_dtype
            if dtype not in valid:
                raise ValueError("Invalid type %r for %s, expected: %s." % (dtype, t.name, list(valid)))

    def _valid_dtypes(self) -> set:
        return {dtypes.float16, dtypes.bfloat16, dtypes.float32, dtypes.float64}

    def _create_slots(self, var_list) -> None:
        """Makes the slots of the variables."""

    def _prepare(self) -> None:
        """Makes tensors of the hyperparameters, before any update."""

    def _apply_dense(self, grad, var):
        raise NotImplementedError()

    def _resource_apply_dense(self, grad, handle):
        raise NotImplementedError()

    def _apply_sparse(self, grad, var):
        raise NotImplementedError()

    def _resource_apply_sparse(self, grad, handle, indices):
        raise NotImplementedError()

    def _apply_sparse_duplicate_indices(self, grad, var):
        summed, unique = _sum_repeated(grad.values, grad.indices)
        return self._apply_sparse(IndexedSlices(indices=unique, values=summed, dense_shape=grad.dense_shape), var)

    def _resource_apply_sparse_duplicate_indices(self, grad, handle, indices):
        summed, unique = _sum_repeated(grad, indices)
        return self._resource_apply_sparse(summed, handle, unique)

    def _finish(self, update_ops, name_scope):
        from tinytf.ops.control_flow import control_flow_ops

        return control_flow_ops.group(*update_ops, name=name_scope)

    def _call_if_callable(self, param):
        return param() if callable(param) else param


def _loss_of_function(function):
    """(what it returns, the trainable variables that it read), as a GradientTape would see it."""
    from tinytf.graph.default_graph import get_default_graph

    graph = get_default_graph()
    before = len(graph.get_operations())
    loss = function()
    read = {x.op for op in graph.get_operations()[before:] for x in op.inputs}
    return loss, [v for v in variables.trainable_variables() if v.op in read or getattr(v, "handle", v).op in read]


def _as_gradient(grad):
    if grad is None:
        return None
    try:
        grad = convert_to_tensor_or_indexed_slices(grad)
    except TypeError:
        raise TypeError("Gradient must be convertible to a Tensor or IndexedSlices, or None: %s" % grad) from None
    if not isinstance(grad, (Tensor, IndexedSlices)):
        raise TypeError("Gradient must be a Tensor, IndexedSlices, or None: %s" % grad)
    return grad


def _count_step(global_step, scope):
    if is_resource_variable(global_step):
        one = convert_to_tensor(1, dtype=global_step.dtype)
        return make("AssignAddVariableOp", global_step.handle, one, name=scope)
    return state_ops.assign_add(global_step, 1, name=scope)


GRAD = object()  # in the arguments of a fused op: where the gradient stands


class FusedOptimizer(Optimizer):
    """An optimizer whose update is one fused op, in its four forms.

    `_hyper` names the hyperparameters' attributes and the nodes made of them; `_update(var, dtype)` gives the
    op's name without 'Apply', the names of the slots, the other arguments (with GRAD among them), and attributes.
    """

    _hyper: tuple = ()  # (attribute, node name) pairs

    def _prepare(self):
        given = [self._call_if_callable(getattr(self, attribute)) for attribute, _ in self._hyper]
        self._tensors = {
            attribute: convert_to_tensor(value, name=name) for value, (attribute, name) in zip(given, self._hyper)
        }

    def _tensor(self, attribute, dtype):
        from tinytf.ops.math import math_ops

        return math_ops.cast(self._tensors[attribute], dtype)

    def _update(self, var, dtype):
        raise NotImplementedError()

    def _fused(self, prefix, var, grad, indices=None):
        kind, slots, args, attrs = self._update(var, var.dtype.base_dtype)
        targets = [var] + [self.get_slot(var, s) for s in slots]
        if prefix.startswith("Resource"):
            targets = [t.handle for t in targets]
        inputs: list = []
        for arg in args:
            if arg is not GRAD:
                inputs.append(arg)
            elif indices is None:
                inputs.append(grad)
            else:
                inputs.extend([grad, indices])
        result = make(prefix + kind, *targets, *inputs, use_locking=self._use_locking, **attrs)
        return getattr(result, "op", result)

    def _apply_dense(self, grad, var):
        return self._fused("Apply", var, grad)

    def _resource_apply_dense(self, grad, var):
        return self._fused("ResourceApply", var, grad)

    def _apply_sparse(self, grad, var):
        return self._fused("SparseApply", var, grad.values, grad.indices)

    def _resource_apply_sparse(self, grad, var, indices):
        return self._fused("ResourceSparseApply", var, grad, indices)
