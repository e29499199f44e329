"""The optimizers' ops by themselves: all forms, dtypes, switches; and the ops of variables that have no function."""

from __future__ import annotations

import numpy as np

# op: (slots, what follows the slots with GRAD among it, attributes to try)
OPS = {
    "GradientDescent": ("", "alpha delta", [{}]),
    "Momentum": ("accum", "lr grad momentum", [{}, {"use_nesterov": True}]),
    "Adagrad": ("accum", "lr grad", [{}, {"update_slots": False}]),
    "AdagradV2": ("accum", "lr epsilon grad", [{}, {"update_slots": False}]),
    "Adadelta": ("accum accum_update", "lr rho epsilon grad", [{}]),
    "Adam": ("m v", "beta1_power beta2_power lr beta1 beta2 epsilon grad", [{}, {"use_nesterov": True}]),
    "AdaMax": ("m v", "beta1_power lr beta1 beta2 epsilon grad", [{}]),
    "RMSProp": ("ms mom", "lr rho momentum epsilon grad", [{}]),
    "CenteredRMSProp": ("mg ms mom", "lr rho momentum epsilon grad", [{}]),
    "Ftrl": ("accum linear", "grad lr l1 l2 lr_power", [{}]),
    "FtrlV2": ("accum linear", "grad lr l1 l2 l2_shrinkage lr_power", [{}]),
    "ProximalGradientDescent": ("", "alpha l1 l2 delta", [{}]),
    "ProximalAdagrad": ("accum", "lr l1 l2 grad", [{}]),
    "AdagradDA": ("gradient_accumulator gradient_squared_accumulator", "grad lr l1 l2 global_step", [{}]),
    "AddSign": ("m", "lr alpha sign_decay beta grad", [{}]),
    "PowerSign": ("m", "lr logbase sign_decay beta grad", [{}]),
    "KerasMomentum": ("accum", "lr grad momentum", [{}, {"use_nesterov": True}]),
    "AdamWithAmsgrad": ("m v vhat", "beta1_power beta2_power lr beta1 beta2 epsilon grad", [{}]),
}
NUMBERS = dict(
    alpha=0.1, lr=0.2, momentum=0.9, rho=0.9, epsilon=0.001, beta1_power=0.81, beta2_power=0.9, beta1=0.9, beta2=0.95,
    l1=0.05, l2=0.1, l2_shrinkage=0.2, lr_power=-0.5, sign_decay=0.9, logbase=1.0, beta=0.8,
)  # fmt: skip
ONLY_RESOURCE = ("KerasMomentum", "AdamWithAmsgrad")
NOT_SPARSE = ("GradientDescent", "Adam", "AdaMax", "AddSign", "PowerSign", "AdamWithAmsgrad")
NO_HALF = ("ProximalGradientDescent", "ProximalAdagrad", "AdagradDA")  # TensorFlow has no kernels for it


def _apply(name, resource, sparse, dtype, attrs, numbers=NUMBERS, indices=(0, 3, 0)):
    slots, rest, _ = OPS[name]

    def case(tf):
        random = np.random.RandomState(len(name))
        shape = (4, 3)
        start = [random.uniform(0.1, 1, shape).astype(dtype) for _ in range(1 + len(slots.split()))]
        start[0] -= np.array(0.5, dtype)
        if name == "CenteredRMSProp":
            start[1] *= np.array(0.1, dtype)  # the mean's square must stay below the mean square
        places = [
            tf.get_variable("v%d" % i, initializer=s, use_resource=resource) for i, s in enumerate(start)
        ]
        given = dict(zip(["var"] + slots.split(), places))
        if resource:
            given = {k: v.handle for k, v in given.items()}
        grad = random.uniform(-1, 1, (len(indices), 3) if sparse else shape).astype(dtype)
        for part in rest.split():
            if part in ("grad", "delta"):
                given["grad" if sparse else part] = tf.constant(grad)
            elif part == "global_step":
                given[part] = tf.constant(3, tf.int64)
            else:
                given[part] = tf.constant(numbers[part], tf.as_dtype(dtype))
        if sparse:
            given["indices"] = tf.constant(np.array(indices, np.int64))
        kind = ("Resource" if resource else "") + ("Sparse" if sparse else "") + "Apply" + name
        given.update(attrs)
        train = getattr(tf.raw_ops, kind)(**given)
        init = tf.global_variables_initializer()

        def run(session):
            session.run(init)
            for _ in range(2):
                session.run(train)
            return session.run([p.value() for p in places])

        return run

    case.ulps = {"float16": 32, "float32": 32, "float64": 64}[dtype]
    return case


def case_temporary_variable(tf):
    t = tf.raw_ops.TemporaryVariable(shape=[2], dtype=tf.float32, var_name="here")
    t = tf.assign(t, [1.0, 2.0])
    t = tf.assign_add(t, [1.0, 1.0])
    return tf.raw_ops.DestroyTemporaryVariable(ref=t, var_name="here") * 2.0


def case_destroy_resource(tf):
    r = tf.get_variable("r", initializer=1.0, use_resource=True)
    gone = tf.raw_ops.DestroyResourceOp(resource=r.handle)
    init = tf.global_variables_initializer()
    there = r.is_initialized()

    def run(session):
        session.run(init)
        before = session.run(there)
        session.run(gone)
        return [before, session.run(there)]

    return run


def case_variable_shape(tf):
    r = tf.get_variable("r", initializer=np.ones([2, 3], np.float32), use_resource=True)
    init = tf.global_variables_initializer()
    made = [tf.raw_ops.VariableShape(input=r.handle), tf.raw_ops.VariableShape(input=r.handle, out_type=tf.int64)]

    def run(session):
        session.run(init)
        return session.run(made)

    return run


def case_first_variable_op(tf):
    v = tf.raw_ops.Variable(shape=[2], dtype=tf.float32)
    init = tf.assign(v, [1.0, 2.0])

    def run(session):
        session.run(init)
        return session.run(v)

    return run


def case_sparse_index_out_of_range(tf):
    return _apply("Adagrad", False, True, "float32", {}, indices=(0, 4))(tf)


def case_parameterized_truncated_normal(tf):
    def draw(shape, *parameters):
        names = ("means", "stdevs", "minvals", "maxvals")
        given = {k: np.array(p, np.float64) for k, p in zip(names, parameters)}
        return tf.raw_ops.ParameterizedTruncatedNormal(shape=shape, seed=5, seed2=9, **given)

    rows = ([0, 0, 0, 1, 5, 0], [1, 1, 1, 2, 1, 1], [-2, -0.5, 3, -np.inf, 5.5, -0.1], [2, 0.5, 9, 0, np.inf, 9])
    made = [draw([6, 10], *rows), draw([30], 0, 1, -2, 2), draw([3, 4], [0.0], [1.0], [-1.0, 0.0, 1.0], [2.0])]
    return lambda session: [session.run(made), session.run(made)]


case_parameterized_truncated_normal.ulps = 8


def cases():
    """Every op in every form it has."""
    for name, (_, rest, attributes) in OPS.items():
        for attrs in attributes:
            tail = "".join("_" + k for k in attrs)
            for resource in (False, True):
                if name in ONLY_RESOURCE and not resource:
                    continue
                form = "_resource" if resource else ""
                yield name + form + tail, _apply(name, resource, False, "float32", attrs)
                if name not in NOT_SPARSE:
                    yield "%s_sparse%s%s" % (name, form, tail), _apply(name, resource, True, "float32", attrs)
            if name not in ONLY_RESOURCE:
                yield name + "_double" + tail, _apply(name, False, False, "float64", attrs)
                if name not in NO_HALF:
                    yield name + "_half" + tail, _apply(name, False, False, "float16", attrs)
        if "l1" in rest:
            plain = dict(NUMBERS, l1=0.0, lr_power=-0.7)
            yield name + "_without_l1", _apply(name, False, False, "float32", {}, plain)
            yield name + "_sparse_without_l1", _apply(name, False, True, "float32", {}, plain)
