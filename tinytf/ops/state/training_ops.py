"""The optimizers' fused ops: one node updates a variable and its slots in place.

Each comes in four forms: `Apply…` (dense, references), `SparseApply…` (rows), and `Resource…` of both.  The dense
ones run block by block, so that a block's scratch arrays stay in the cache.
"""

from __future__ import annotations

import re

import numpy as np

from tinytf import errors
from tinytf.graph import shape_rules
from tinytf.graph.op_entry import op
from tinytf.ops import parallel
from tinytf.ops.math.pipeline import Product
from tinytf.ops.state import training_rules as rules
from tinytf.ops.state.resource_ops import handle_dims, value_at
from tinytf.ops.state.scatter_rows import check_rows, rounds
from tinytf.ops.state.state_ops import INDEX, NUMBER, value_of
from tinytf.shapes import in_brackets as shape_text

BLOCK = 262_144  # elements at a time: fewer, and two threads spend their time taking turns to call NumPy
DIVIDED = 250_000  # elements that are worth a thread of their own


def _values(op_, boxes, read):
    """The arrays of the variable and its slots, all of one shape."""
    arrays = [read(box, op_) for box in boxes]
    for name, array in zip(op_.entry.op_def.inputs, arrays):
        if array.shape != arrays[0].shape:
            raise errors.InvalidArgumentError(
                op_.node_def,
                op_,
                "var and %s do not have the same shape: %s %s"
                % (name.name, shape_text(arrays[0].shape), shape_text(array.shape)),
            )
    return arrays


def _numbers(op_, names, values):
    for name, value in zip(names, values):
        if value.ndim:
            raise errors.InvalidArgumentError(op_.node_def, op_, "%s is not a scalar: %s" % (name, shape_text(value.shape)))
    return [v[()] for v in values]  # NumPy scalars: arithmetic keeps their dtype


def _prepared(op_, prepare, names):
    """`prepare` with a memory of its last numbers: the variables of one optimizer are updated with the same ones.

    The memory is shared by the ops that could share an answer: those of one rule, dtype and attributes.
    """
    attributes = tuple((k, v) for k, v in op_.attrs.items() if k in ("use_nesterov", "update_slots"))
    last = _last_prepared.setdefault((prepare, op_.attr("T"), attributes), [(None, None)])

    def prepared(others):
        try:
            key = [v.item() for v in others]
        except ValueError:  # not a scalar, and not of size 1
            key = None
        known, h = last[0]
        if key is None or key != known or any([v.ndim for v in others]):
            h = prepare(op_, *_numbers(op_, names, others))
            last[0] = key, h
        return h

    return prepared


_last_prepared: dict = {}


def _contiguous(array):
    return array if array.flags.c_contiguous else np.ascontiguousarray(array)


def _dense_kernel(rule, names, count, grad_at, read):
    at = count + grad_at

    def kernel(op_):
        prepare, step = rule
        prepared = _prepared(op_, prepare, names)

        def apply(*inputs):
            boxes, grad = inputs[:count], inputs[at]
            arrays = [getattr(box, "value", None) for box in boxes]
            if any([a is None or a.shape != grad.shape for a in arrays]):
                refuse(boxes, grad)
            h = prepared(inputs[count:at] + inputs[at + 1 :])
            if isinstance(grad, Product):
                for first, last, rows in grad.pieces():
                    update(h, rows, [a[first:last] for a in arrays])
                return boxes[0]
            size = grad.size
            if size > BLOCK or not grad.ndim:
                grad = _contiguous(np.asarray(grad)).reshape(-1)
                arrays = [a.reshape(-1) for a in arrays]
            if size <= BLOCK:
                update(h, grad, arrays)
                return boxes[0]

            def blocks(first, last):
                for start in range(first, last, BLOCK):
                    end = min(start + BLOCK, last)
                    update(h, grad[start:end], [a[start:end] for a in arrays])

            parallel.divide(blocks, size, DIVIDED)
            return boxes[0]

        def update(h, grad, arrays):
            step(h, grad, np.empty(grad.shape, grad.dtype), np.empty(grad.shape, grad.dtype), *arrays)

        def refuse(boxes, grad):
            shape = _values(op_, boxes, read)[0].shape
            if grad.shape != shape:
                raise errors.InvalidArgumentError(
                    op_.node_def, op_, "var and grad do not have the same shape: %s %s" % (shape_text(shape), shape_text(grad.shape))
                )

        apply.gradient_at = at
        return apply

    return kernel


def _sparse_kernel(rule, names, count, grad_at, read):
    def kernel(op_):
        prepare, step = rule
        prepared = _prepared(op_, prepare, names)

        def apply(*inputs):
            boxes, others = inputs[:count], list(inputs[count:])
            arrays = _values(op_, boxes, read)
            var = arrays[0]
            grad, indices = np.asarray(others.pop(grad_at)), np.asarray(others.pop(grad_at))
            h = prepared(others)
            if var.ndim < 1:
                raise errors.InvalidArgumentError(op_.node_def, op_, "var must be at least 1 dimensional")
            if indices.ndim != 1:
                raise errors.InvalidArgumentError(op_.node_def, op_, "indices must be one-dimensional")
            if grad.shape != indices.shape + var.shape[1:]:
                raise errors.InvalidArgumentError(
                    op_.node_def,
                    op_,
                    "grad must be the same size as indices in the first dimension and as var in the others: grad %s, "
                    "indices %s, var %s" % (shape_text(grad.shape), shape_text(indices.shape), shape_text(var.shape)),
                )
            check_rows(op_, indices, var.shape[0])
            for chosen in rounds(indices):
                rows = indices if chosen is None else indices[chosen]
                part = _contiguous(grad if chosen is None else grad[chosen])
                taken = [a[rows] for a in arrays]
                step(h, part, np.empty_like(part), np.empty_like(part), *taken)
                for a, new in zip(arrays, taken):
                    a[rows] = new
            return boxes[0]

        return apply

    return kernel


def _without_result(kernel):
    def wrapped(op_):
        inner = kernel(op_)

        def apply(*inputs):
            inner(*inputs)

        apply.gradient_at = getattr(inner, "gradient_at", None)
        return apply

    return wrapped


def _shape_rule(count, grad_at, sparse, resource):
    def shape(op_):
        dims = None
        for t in op_.inputs[:count]:
            dims = shape_rules.merge_dims(dims, handle_dims(t) if resource else t.dims)
        for i, t in enumerate(op_.inputs[count:]):
            if i == grad_at:
                if not sparse:
                    dims = shape_rules.merge_dims(dims, t.dims)
            elif not (sparse and i == grad_at + 1):
                shape_rules.with_rank(t.dims, 0)
        if sparse:
            grad, indices = op_.inputs[count + grad_at].dims, op_.inputs[count + grad_at + 1].dims
            indices = shape_rules.with_rank(indices, 1)
            if dims is not None and grad is not None:
                shape_rules.merge_dims(grad, indices + tuple(dims[1:]))
        return [] if resource else [dims]

    return shape


def _family(signature, step, prepare, dense=True, sparse=True, ref=True):
    """Registers the forms of an op: `signature` is that of the dense one on references, less T and use_locking."""
    name, arguments, extra = re.fullmatch(r"Apply(\w+)\((.*)\) -> \(out: Ref\(T\)\)(.*)", signature).groups()
    args = [a.split(": ") for a in arguments.split(", ")]
    count = sum(kind == "Ref(T)" for _, kind in args)
    rest = args[count:]
    grad_at = next(i for i, (n, _) in enumerate(rest) if n in ("grad", "delta"))
    names = [n for i, (n, _) in enumerate(rest) if i != grad_at]
    for is_sparse in (False, True):
        if not (sparse if is_sparse else dense):
            continue
        listed = list(args)
        if is_sparse:
            listed[count + grad_at : count + grad_at + 1] = [["grad", "T"], ["indices", "Tindices"]]
        kinds = "T: %s%s; use_locking: bool = false%s" % (NUMBER, "; Tindices: " + INDEX if is_sparse else "", extra)
        prefix = "SparseApply" if is_sparse else "Apply"
        make_kernel = _sparse_kernel if is_sparse else _dense_kernel
        rule = (prepare, step)
        if ref:
            op(
                "%s%s(%s) -> (out: Ref(T)); %s" % (prefix, name, ", ".join(": ".join(a) for a in listed), kinds),
                shape=_shape_rule(count, grad_at, is_sparse, False),
                kernel=make_kernel(rule, names, count, grad_at, value_of),
            )
        handles = [(n, "resource" if kind == "Ref(T)" else kind) for n, kind in listed]
        op(
            "Resource%s%s(%s) -> (); %s; is_stateful" % (prefix, name, ", ".join(": ".join(a) for a in handles), kinds),
            shape=_shape_rule(count, grad_at, is_sparse, True),
            kernel=_without_result(make_kernel(rule, names, count, grad_at, value_at)),
        )


def _one(value):
    return type(value)(1)


def _given(op_, *numbers):
    return numbers


_NESTEROV = "; use_nesterov: bool = false"
_UPDATE_SLOTS = "; update_slots: bool = true"

_family("ApplyGradientDescent(var: Ref(T), alpha: T, delta: T) -> (out: Ref(T))",
        rules.gradient_descent, _given, sparse=False)  # fmt: skip
_family("ApplyMomentum(var: Ref(T), accum: Ref(T), lr: T, grad: T, momentum: T) -> (out: Ref(T))" + _NESTEROV,
        rules.momentum, lambda o, lr, momentum: (lr, momentum, o.attr("use_nesterov")))  # fmt: skip
_family("ApplyKerasMomentum(var: Ref(T), accum: Ref(T), lr: T, grad: T, momentum: T) -> (out: Ref(T))" + _NESTEROV,
        rules.keras_momentum, lambda o, lr, momentum: (lr, momentum, o.attr("use_nesterov")), ref=False)  # fmt: skip
_family("ApplyAdagrad(var: Ref(T), accum: Ref(T), lr: T, grad: T) -> (out: Ref(T))" + _UPDATE_SLOTS,
        rules.adagrad, lambda o, lr: (lr, None, o.attr("update_slots")))  # fmt: skip
_family("ApplyAdagradV2(var: Ref(T), accum: Ref(T), lr: T, epsilon: T, grad: T) -> (out: Ref(T))" + _UPDATE_SLOTS,
        rules.adagrad, lambda o, lr, epsilon: (lr, epsilon, o.attr("update_slots")))  # fmt: skip
_family("ApplyAdadelta(var: Ref(T), accum: Ref(T), accum_update: Ref(T), lr: T, rho: T, epsilon: T, grad: T) -> "
        "(out: Ref(T))", rules.adadelta, lambda o, lr, rho, epsilon: (lr, rho, epsilon, _one(rho) - rho))  # fmt: skip
_family("ApplyAdam(var: Ref(T), m: Ref(T), v: Ref(T), beta1_power: T, beta2_power: T, lr: T, beta1: T, beta2: T, "
        "epsilon: T, grad: T) -> (out: Ref(T))" + _NESTEROV, rules.adam,
        lambda o, *h: (rules.adam_numbers(*h, _one(h[0])), o.attr("use_nesterov")), sparse=False)  # fmt: skip
_family("ApplyAdamWithAmsgrad(var: Ref(T), m: Ref(T), v: Ref(T), vhat: Ref(T), beta1_power: T, beta2_power: T, lr: T, "
        "beta1: T, beta2: T, epsilon: T, grad: T) -> (out: Ref(T))", rules.amsgrad,
        lambda o, *h: rules.adam_numbers(*h, _one(h[0])), sparse=False, ref=False)  # fmt: skip
_family("ApplyAdaMax(var: Ref(T), m: Ref(T), v: Ref(T), beta1_power: T, lr: T, beta1: T, beta2: T, epsilon: T, "
        "grad: T) -> (out: Ref(T))", rules.adamax,
        lambda o, power, lr, b1, b2, eps: (lr / (_one(lr) - power), _one(lr) - b1, b2, eps), sparse=False)  # fmt: skip
_family("ApplyRMSProp(var: Ref(T), ms: Ref(T), mom: Ref(T), lr: T, rho: T, momentum: T, epsilon: T, grad: T) -> "
        "(out: Ref(T))", rules.rms_prop,
        lambda o, lr, rho, momentum, eps: (lr, _one(rho) - rho, momentum, eps))  # fmt: skip
_family("ApplyCenteredRMSProp(var: Ref(T), mg: Ref(T), ms: Ref(T), mom: Ref(T), lr: T, rho: T, momentum: T, "
        "epsilon: T, grad: T) -> (out: Ref(T))", rules.centered_rms_prop,
        lambda o, lr, rho, momentum, eps: (lr, _one(rho) - rho, momentum, eps))  # fmt: skip
_family("ApplyFtrl(var: Ref(T), accum: Ref(T), linear: Ref(T), grad: T, lr: T, l1: T, l2: T, lr_power: T) -> "
        "(out: Ref(T))", rules.ftrl, lambda o, lr, l1, l2, power: (lr, l1, l2 + l2, power, None))  # fmt: skip
_family("ApplyFtrlV2(var: Ref(T), accum: Ref(T), linear: Ref(T), grad: T, lr: T, l1: T, l2: T, l2_shrinkage: T, "
        "lr_power: T) -> (out: Ref(T))", rules.ftrl,
        lambda o, lr, l1, l2, shrink, power: (lr, l1, l2 + l2, power, shrink + shrink))  # fmt: skip
_family("ApplyProximalGradientDescent(var: Ref(T), alpha: T, l1: T, l2: T, delta: T) -> (out: Ref(T))",
        rules.proximal_gradient_descent, _given)  # fmt: skip
_family("ApplyProximalAdagrad(var: Ref(T), accum: Ref(T), lr: T, l1: T, l2: T, grad: T) -> (out: Ref(T))",
        rules.proximal_adagrad, _given)  # fmt: skip
_family("ApplyAdagradDA(var: Ref(T), gradient_accumulator: Ref(T), gradient_squared_accumulator: Ref(T), grad: T, "
        "lr: T, l1: T, l2: T, global_step: int64) -> (out: Ref(T))", rules.adagrad_da,
        lambda o, lr, l1, l2, step: (lr, l1 * type(l1)(step), l2 * type(l2)(step) * lr))  # fmt: skip
_family("ApplyAddSign(var: Ref(T), m: Ref(T), lr: T, alpha: T, sign_decay: T, beta: T, grad: T) -> (out: Ref(T))",
        rules.add_sign, lambda o, lr, a, d, beta: (lr, a, d, beta, _one(beta) - beta), sparse=False)  # fmt: skip
_family("ApplyPowerSign(var: Ref(T), m: Ref(T), lr: T, logbase: T, sign_decay: T, beta: T, grad: T) -> "
        "(out: Ref(T))", rules.power_sign,
        lambda o, lr, b, d, beta: (lr, b, d, beta, _one(beta) - beta), sparse=False)  # fmt: skip
