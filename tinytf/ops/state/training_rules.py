"""What the optimizers' fused ops compute: each rule updates a variable and its slots in place.

A rule is `step(h, g, t, u, v, *slots)`: `h` the numbers that `prepare` made of the hyperparameters, `g` the
gradient, `t` and `u` scratch arrays, `v` the variable.  All are arrays of one shape, a block of the real ones
that fits the cache; `g` is read only.  The order of operations is that of TensorFlow's kernels.
"""

from __future__ import annotations

import numpy as np

add, subtract, multiply, divide, sqrt = np.add, np.subtract, np.multiply, np.divide, np.sqrt


def _toward(slot, target, rate, t):
    """slot += (target - slot) * rate; `target` may be `t`."""
    subtract(target, slot, out=t)
    multiply(t, rate, out=t)
    add(slot, t, out=slot)


def gradient_descent(h, g, t, u, v):
    multiply(g, h[0], out=t)
    subtract(v, t, out=v)


def momentum(h, g, t, u, v, accum):
    lr, mom, nesterov = h
    multiply(accum, mom, out=accum)
    add(accum, g, out=accum)
    multiply(accum, lr, out=t)
    if nesterov:
        multiply(t, mom, out=t)
        multiply(g, lr, out=u)
        add(t, u, out=t)
    subtract(v, t, out=v)


def keras_momentum(h, g, t, u, v, accum):
    lr, mom, nesterov = h
    multiply(accum, mom, out=accum)
    multiply(g, lr, out=t)
    subtract(accum, t, out=accum)
    if nesterov:
        multiply(accum, mom, out=u)
        subtract(u, t, out=u)
        add(v, u, out=v)
    else:
        add(v, accum, out=v)


def adagrad(h, g, t, u, v, accum):
    lr, epsilon, update_slots = h
    if update_slots:
        multiply(g, g, out=t)
        add(accum, t, out=accum)
    sqrt(accum, out=t)
    if epsilon is not None:
        add(t, epsilon, out=t)
    multiply(g, lr, out=u)
    divide(u, t, out=u)
    subtract(v, u, out=v)


def adadelta(h, g, t, u, v, accum, accum_update):
    lr, rho, epsilon, rest = h
    multiply(accum, rho, out=accum)
    multiply(g, g, out=t)
    multiply(t, rest, out=t)
    add(accum, t, out=accum)
    add(accum, epsilon, out=t)
    sqrt(t, out=t)
    add(accum_update, epsilon, out=u)
    sqrt(u, out=u)
    divide(u, t, out=u)
    multiply(u, g, out=u)  # the update
    multiply(u, lr, out=t)
    subtract(v, t, out=v)
    multiply(accum_update, rho, out=accum_update)
    multiply(u, u, out=u)
    multiply(u, rest, out=u)
    add(accum_update, u, out=accum_update)


def adam_numbers(beta1_power, beta2_power, lr, beta1, beta2, epsilon, one):
    alpha = lr * np.sqrt(one - beta2_power) / (one - beta1_power)
    return alpha, beta1, one - beta1, one - beta2, epsilon


def adam(h, g, t, u, v, m, second):
    (alpha, beta1, rest1, rest2, epsilon), nesterov = h
    _toward(m, g, rest1, t)
    multiply(g, g, out=t)
    _toward(second, t, rest2, t)
    if nesterov:
        multiply(g, rest1, out=u)
        multiply(m, beta1, out=t)
        add(u, t, out=u)
        multiply(u, alpha, out=u)
    else:
        multiply(m, alpha, out=u)
    sqrt(second, out=t)
    add(t, epsilon, out=t)
    divide(u, t, out=u)
    subtract(v, u, out=v)


def amsgrad(h, g, t, u, v, m, second, largest):
    alpha, _, rest1, rest2, epsilon = h
    _toward(m, g, rest1, t)
    multiply(g, g, out=t)
    _toward(second, t, rest2, t)
    np.maximum(largest, second, out=largest)
    multiply(m, alpha, out=u)
    sqrt(largest, out=t)
    add(t, epsilon, out=t)
    divide(u, t, out=u)
    subtract(v, u, out=v)


def adamax(h, g, t, u, v, m, norm):
    rate, rest1, beta2, epsilon = h
    _toward(m, g, rest1, t)
    multiply(norm, beta2, out=norm)
    np.abs(g, out=t)
    np.maximum(norm, t, out=norm)
    add(norm, epsilon, out=t)
    divide(m, t, out=t)
    multiply(t, rate, out=t)
    subtract(v, t, out=v)


def rms_prop(h, g, t, u, v, ms, mom):
    lr, rest, momentum_, epsilon = h
    multiply(g, g, out=t)
    _toward(ms, t, rest, t)
    add(ms, epsilon, out=t)
    _rms_step(g, lr, momentum_, t, u, v, mom)


def _rms_step(g, lr, momentum_, t, u, v, mom):
    sqrt(t, out=t)
    multiply(g, lr, out=u)
    divide(u, t, out=u)
    multiply(mom, momentum_, out=mom)
    add(mom, u, out=mom)
    subtract(v, mom, out=v)


def centered_rms_prop(h, g, t, u, v, mg, ms, mom):
    lr, rest, momentum_, epsilon = h
    multiply(g, g, out=t)
    _toward(ms, t, rest, t)
    _toward(mg, g, rest, t)
    multiply(mg, mg, out=t)
    subtract(ms, t, out=t)
    add(t, epsilon, out=t)
    _rms_step(g, lr, momentum_, t, u, v, mom)


def ftrl(h, g, t, u, v, accum, linear):
    lr, l1, two_l2, power, shrinkage = h
    new = accum + g * g
    if shrinkage is None:
        add(linear, g, out=linear)
    else:
        multiply(v, shrinkage, out=t)
        add(t, g, out=t)
        add(linear, t, out=linear)
    root = np.sqrt(new) if power == -0.5 else new ** (-power)
    old_root = np.sqrt(accum) if power == -0.5 else accum ** (-power)
    subtract(root, old_root, out=t)
    divide(t, lr, out=t)
    multiply(t, v, out=t)
    subtract(linear, t, out=linear)
    divide(root, lr, out=root)
    add(root, two_l2, out=root)
    np.sign(linear, out=t)
    multiply(t, l1, out=t)
    subtract(t, linear, out=t)
    divide(t, root, out=t)
    np.abs(linear, out=u)
    v[...] = np.where(u > l1, t, v.dtype.type(0))
    accum[...] = new


def _shrink(v, rate, l1, l2, t):
    """The proximal step: v = sign(t) * max(|t| - rate l1, 0) / (1 + rate l2); `t` is the plain step."""
    one = v.dtype.type(1)
    if l1 > 0:
        np.abs(t, out=v)
        subtract(v, rate * l1, out=v)
        np.maximum(v, v.dtype.type(0), out=v)
        np.copysign(v, t, out=v)
        divide(v, one + l2 * rate, out=v)
    else:
        divide(t, one + l2 * rate, out=v)


def proximal_gradient_descent(h, g, t, u, v):
    lr, l1, l2 = h
    multiply(g, lr, out=t)
    subtract(v, t, out=t)
    _shrink(v, lr, l1, l2, t)


def proximal_adagrad(h, g, t, u, v, accum):
    lr, l1, l2 = h
    multiply(g, g, out=t)
    add(accum, t, out=accum)
    sqrt(accum, out=u)
    divide(lr, u, out=u)  # the rate of each element
    multiply(g, u, out=t)
    subtract(v, t, out=t)
    _shrink(v, u, l1, l2, t)


def adagrad_da(h, g, t, u, v, accum, squared):
    lr, l1_step, l2_step_lr = h
    add(accum, g, out=accum)
    multiply(g, g, out=t)
    add(squared, t, out=squared)
    sqrt(squared, out=t)
    add(t, l2_step_lr, out=t)
    if l1_step > 0:
        np.abs(accum, out=u)
        subtract(u, l1_step, out=u)
        np.maximum(u, u.dtype.type(0), out=u)
        np.copysign(u, accum, out=u)
    else:
        u[...] = accum
    multiply(u, -lr, out=u)
    divide(u, t, out=v)


def add_sign(h, g, t, u, v, m):
    lr, alpha, decay, beta, rest = h
    _signs(g, m, beta, rest, t, u)
    multiply(u, decay, out=u)
    add(u, alpha, out=u)
    multiply(u, lr, out=u)
    multiply(u, g, out=u)
    subtract(v, u, out=v)


def power_sign(h, g, t, u, v, m):
    lr, logbase, decay, beta, rest = h
    _signs(g, m, beta, rest, t, u)
    multiply(u, logbase * decay, out=u)
    np.exp(u, out=u)
    multiply(u, lr, out=u)
    multiply(u, g, out=u)
    subtract(v, u, out=v)


def _signs(g, m, beta, rest, t, u):
    """m = m beta + g (1 - beta); u = sign(g) sign(m)."""
    multiply(m, beta, out=m)
    multiply(g, rest, out=t)
    add(m, t, out=m)
    np.sign(g, out=u)
    np.sign(m, out=t)
    multiply(u, t, out=u)
