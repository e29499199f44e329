"""Conditional accumulators: `tf.ConditionalAccumulator` and `tf.SparseConditionalAccumulator` of TF 1.15."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.indexed_slices import IndexedSlices
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import no_outputs, scalar, unknown
from tinytf.ops.math.cast import cast
from tinytf.ops.queues.accumulators import Accumulator, SparseAccumulator
from tinytf.shapes import TensorShape

_TYPES = "{float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, bfloat16, uint16, complex128, half, uint32, uint64}"


def _kernel(cls):
    """A stateful kernel that makes the accumulator once a session, or finds it by its shared name."""

    def stateful_kernel(op, resources):
        name = (op.attr("shared_name") or op.name.encode()).decode()
        key = (op.attr("container"), name)
        if key not in resources:
            resources[key] = cls(name, op.attr("shape")._dims, op.attr("reduction_type") == b"MEAN")
        return lambda: resources[key]

    return stateful_kernel


def _handle(op_):
    return [(2,)]


for _op_type, _cls, _type in (
    ("ConditionalAccumulator", Accumulator, "Ref(string)"),
    ("ResourceConditionalAccumulator", Accumulator, "resource"),
    ("SparseConditionalAccumulator", SparseAccumulator, "Ref(string)"),
):
    op(_op_type + "() -> (handle: " + _type + "); dtype: " + _TYPES + "; shape: shape; container: string = ''; shared_name: string = ''; "
       "reduction_type: {'MEAN', 'SUM'} = 'MEAN'; is_stateful",
       shape=_handle, stateful_kernel=_kernel(_cls), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
# What is done with one: the ops of old take a reference, those of `tf.ConditionalAccumulator` a resource.
for _prefix, _handle_arg, _stateful in (("", "handle: Ref(string)", ""), ("Resource", "handle: resource", "; is_stateful")):
    op(_prefix + "AccumulatorApplyGradient(" + _handle_arg + ", local_step: int64, gradient: dtype) -> (); dtype: " + _TYPES + _stateful,
       shape=no_outputs, kernel=lambda op: lambda accumulator, step, gradient: accumulator.apply(step, gradient), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
    op(_prefix + "AccumulatorNumAccumulated(" + _handle_arg + ") -> (num_accumulated: int32)" + _stateful,
       shape=scalar, kernel=lambda op: lambda accumulator: dtypes.int32.as_numpy_dtype(accumulator.count), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
    op(_prefix + "AccumulatorSetGlobalStep(" + _handle_arg + ", new_global_step: int64) -> ()" + _stateful,
       shape=no_outputs, kernel=lambda op: lambda accumulator, step: accumulator.set_global_step(step), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
    op(_prefix + "AccumulatorTakeGradient(" + _handle_arg + ", num_required: int32) -> (average: dtype); dtype: " + _TYPES + _stateful,
       shape=unknown, kernel=lambda op: lambda accumulator, n: accumulator.take(n), gradient=NOT_DIFFERENTIABLE)  # fmt: skip


def _sparse_apply_kernel(op):
    has_known_shape = op.attr("has_known_shape")
    return lambda accumulator, step, indices, values, shape: accumulator.apply(step, indices, values, shape, has_known_shape)


op("SparseAccumulatorApplyGradient(handle: Ref(string), local_step: int64, gradient_indices: int64, gradient_values: dtype, "
   "gradient_shape: int64) -> (); dtype: " + _TYPES + "; has_known_shape: bool",
   shape=no_outputs, kernel=_sparse_apply_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("SparseAccumulatorTakeGradient(handle: Ref(string), num_required: int32) -> (indices: int64, values: dtype, shape: int64); dtype: " + _TYPES,
   shape=unknown, kernel=lambda op: lambda accumulator, n: accumulator.take(n), gradient=NOT_DIFFERENTIABLE)  # fmt: skip


class ConditionalAccumulatorBase:
    """What the two accumulators share."""

    _prefix = ""  # of the ops that take its handle

    def __init__(self, dtype, shape, accumulator_ref):
        self._dtype = dtypes.as_dtype(dtype)
        self._shape = TensorShape(shape)
        self._accumulator_ref = accumulator_ref
        self._name = accumulator_ref.op.name.split("/")[-1]

    @property
    def accumulator_ref(self):
        """The handle."""
        return self._accumulator_ref

    @property
    def name(self) -> str:
        """The name of the accumulator's op."""
        return self._name

    @property
    def dtype(self):
        """The dtype of the gradients."""
        return self._dtype

    def num_accumulated(self, name=None):
        """How many gradients have come, an int32 scalar."""
        return make(self._prefix + "AccumulatorNumAccumulated", self._accumulator_ref, name=name or "%s_NumAccumulated" % self._name)

    def set_global_step(self, new_global_step, name=None):
        """The operation that drops gradients older than this step from now on."""
        return make(self._prefix + "AccumulatorSetGlobalStep", self._accumulator_ref, _int64(new_global_step), name=name)


def _int64(value):
    return cast(convert_to_tensor(value), dtypes.int64)


class ConditionalAccumulator(ConditionalAccumulatorBase):
    """Adds up gradients.  Follows `tf.ConditionalAccumulator` of TF 1.15."""

    _prefix = "Resource"

    def __init__(self, dtype, shape=None, shared_name=None, name="conditional_accumulator", reduction_type="MEAN"):
        handle = make("ResourceConditionalAccumulator", dtype=dtype, shape=shape, shared_name=shared_name, name=name, reduction_type=reduction_type)
        super().__init__(dtype, shape, handle)

    def apply_grad(self, grad, local_step=0, name=None):
        """The operation that adds a gradient which was computed at `local_step`."""
        grad = convert_to_tensor(grad, self._dtype)
        grad.get_shape().assert_is_compatible_with(self._shape)
        return make("ResourceAccumulatorApplyGradient", self._accumulator_ref, _int64(local_step), grad, name=name)

    def take_grad(self, num_required, name=None):
        """The mean (or sum) of at least `num_required` gradients, waiting for them."""
        out = make("ResourceAccumulatorTakeGradient", self._accumulator_ref, num_required, dtype=self._dtype, name=name)
        out.set_shape(self._shape)
        return out


class SparseConditionalAccumulator(ConditionalAccumulatorBase):
    """Adds up sparse gradients.  Follows `tf.SparseConditionalAccumulator` of TF 1.15."""

    def __init__(self, dtype, shape=None, shared_name=None, name="sparse_conditional_accumulator", reduction_type="MEAN"):
        handle = make(
            "SparseConditionalAccumulator", dtype=dtype, shape=shape, shared_name=shared_name, name=name, reduction_type=reduction_type
        )
        super().__init__(dtype, shape, handle)

    def apply_indexed_slices_grad(self, grad, local_step=0, name=None):
        """The operation that adds an IndexedSlices."""
        return self.apply_grad(grad.indices, grad.values, grad.dense_shape, local_step, name)

    def apply_grad(self, grad_indices, grad_values, grad_shape=None, local_step=0, name=None):
        """The operation that adds the rows `grad_values` at `grad_indices` of a tensor of shape `grad_shape`."""
        local_step = _int64(local_step)
        indices, shape = cast(grad_indices, dtypes.int64), cast([] if grad_shape is None else grad_shape, dtypes.int64)
        return make(
            "SparseAccumulatorApplyGradient", self._accumulator_ref, local_step, indices, grad_values, shape,
            has_known_shape=grad_shape is not None, name=name,
        )  # fmt: skip

    def take_grad(self, num_required, name=None):
        """(indices, values, shape) of the mean (or sum) of at least `num_required` gradients, waiting for them."""
        from tinytf import generated_ops

        return generated_ops.sparse_accumulator_take_gradient(self._accumulator_ref, num_required, dtype=self._dtype, name=name)

    def take_indexed_slices_grad(self, num_required, name=None):
        """take_grad as an IndexedSlices."""
        taken = self.take_grad(num_required, name)
        return IndexedSlices(values=taken.values, indices=taken.indices, dense_shape=taken.shape)
