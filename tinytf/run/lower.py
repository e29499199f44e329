"""From operations to instructions: constants folded, identities gone, branches guarded, loops nested.

A *value* is what a tensor becomes: a local variable of the generated function, or a constant.
An identity makes no value of its own, its tensor shares its input's.

A *guard* says when an instruction of a branch runs: a tuple of (value, wanted) pairs, outermost
first.  The outputs of a Switch carry the guard of their side; a Merge of both sides loses it again.
That is all that remains of TensorFlow's dead tensors.
"""

from __future__ import annotations

import math

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph import constant_value as constants
from tinytf.graph import foreign_ops, function_call, op_entry
from tinytf.ops import parallel
from tinytf.run import select
from tinytf.run.beside import multiplications, run_products_beside
from tinytf.run.hazards import protect_from_writes
from tinytf.run.narrow import narrow_products
from tinytf.run.program import Instruction, Program, Value
from tinytf.run.sums import sum_products_beside
from tinytf.run.unused import drop_unused
from tinytf.run.updates import update_by_pieces

FOLD_LIMIT = 65_536  # elements a folded constant may have: folding a model's tensors would only hold memory

_PASSES_THROUGH = frozenset(
    ["Identity", "RefIdentity", "StopGradient", "PreventGradient", "PlaceholderWithDefault", "Snapshot", "LoopCond", *select.EXIT, *select.NEXT]
)
_NOTHING_TO_DO = frozenset(["NoOp", "ControlTrigger"])
_REDUCTIONS = frozenset(["Sum", "Mean", "Prod", "Max", "Min", "All", "Any"])
_PER_STEP = frozenset(["Stack", "TemporaryVariable"])  # stateful sources whose state lives for one step only
_EXPANDS = frozenset(["Fill", "Tile", "Range", "BroadcastTo", "Pad", "PadV2", "MirrorPad", "LinSpace", "OneHot", "ScatterNd", "SparseToDense"])


def lower(fetched_tensors, fetched_ops, fed_tensors, make_kernel) -> Program:
    """The program that computes the fetches from the feeds.

    `make_kernel(op)` gives the function that runs an operation (made once per session and op).
    """
    return _Lowering(fetched_tensors, fetched_ops, fed_tensors, make_kernel).program


class _Lowering:
    def __init__(self, fetched_tensors, fetched_ops, fed_tensors, make_kernel):
        self.program = Program()
        self.make_kernel = make_kernel
        self.fed = set(fed_tensors)
        self.values: dict = {}  # tensor -> Value
        self.guards: dict = {}  # operation -> guard
        self.tensor_guards: dict = {}  # output of a Switch -> guard of its side
        self.seen: dict = {}  # common subexpressions
        for t in fed_tensors:
            handle = t.dtype == dtypes.resource  # of a variable: a function's argument
            self.values[t] = self.new_value(t, roots=frozenset([t.op]) if handle else frozenset())
            self.program.feeds.append(self.values[t])
        self.needed = select.needed_operations(fetched_ops, fetched_tensors, fed_tensors)
        self.idle_pushes = _idle_pushes(self.needed)
        root, self.frame_of = select.assign_frames(self.needed, self.fed)
        self.out = self.program.instructions
        for item in select.order_items(root, self.frame_of, self.needed, self.fed):
            self.item(item)
        for t in fetched_tensors:
            if t not in self.values:
                raise errors.InvalidArgumentError(t.op.node_def, t.op, f"'{t.name}' has no value outside of its loop: it cannot be fetched")
        self.program.fetches = [self.values[t] for t in fetched_tensors]
        self.program.fetch_guards = [self.guard_of(t) if t not in self.fed else () for t in fetched_tensors]
        drop_unused(self.program)
        narrow_products(self.program)
        protect_from_writes(self.program, self.needed, self.fed)
        sum_products_beside(self.program, multiplications)
        update_by_pieces(self.program, multiplications)
        run_products_beside(self.program)

    # Values -----------------------------------------------------------------------------------

    def new_value(self, tensor, **known) -> Value:
        value = Value(len(self.program.values), tensor, **known)
        self.program.values.append(value)
        return value

    def constant(self, tensor, array) -> None:
        self.values[tensor] = self.new_value(tensor, const=array)

    def guard_for(self, op) -> tuple:
        """The union of the guards of all that `op` takes, outermost first."""
        guard: tuple = ()
        for t in op._inputs:
            if t.op.type in select.NEXT and op.type in select.MERGE:
                continue
            guard = _union(guard, self.guard_of(t))
        for c in op._control_inputs:
            guard = _union(guard, self.guards.get(c, ()))
        return guard

    def guard_of(self, tensor) -> tuple:
        """When a tensor has a value."""
        side = self.tensor_guards.get(tensor)
        return self.guards.get(tensor.op, ()) if side is None else side

    # Items ------------------------------------------------------------------------------------

    def item(self, item) -> None:
        if isinstance(item, select.Frame):
            self.loop(item)
            return
        try:
            self.operation(item)
        except MemoryError as error:  # a graph from a file may claim any size
            raise errors.ResourceExhaustedError(item.node_def, item, f"Out of memory in {item.type} '{item.name}': {error}") from None
        except OverflowError as error:
            raise errors.InvalidArgumentError(item.node_def, item, f"A number is too large in {item.type} '{item.name}': {error}") from None

    def operation(self, op) -> None:
        guard = self.guards[op] = self.guard_for(op)
        kind = op.type
        if kind in _NOTHING_TO_DO:
            return
        if kind in select.SWITCH and op.entry is not None:
            self.switch(op, guard)
        elif kind in select.MERGE and op.entry is not None:
            self.merge(op)
        elif all(t in self.fed for t in op.outputs) and op.outputs:
            return
        elif op.entry is None:  # a function's call, or an op that is not here
            self.call(op, guard)
        elif kind == "Const":
            try:
                self.constant(op.outputs[0], constants.const_array(op))
            except ValueError as error:
                raise errors.InvalidArgumentError(op.node_def, op, f"Cannot parse tensor from proto: {error}") from None
        elif kind in _PASSES_THROUGH and self.passes(op, guard):
            self.program.removed.append(op)
        elif kind == "IdentityN":
            for t_in, t_out in zip(op._inputs, op.outputs):
                self.output_is(t_out, self.read(op, t_in, guard))
        elif self.fold_shapes(op) or self.same_shape(op) or self.known_on_stack(op):
            self.program.removed.append(op)
        else:
            self.call(op, guard)

    def output_is(self, tensor, value) -> None:
        if tensor not in self.fed:
            self.values[tensor] = value

    def passes(self, op, guard) -> bool:
        source = self.values[op._inputs[0]]
        if source.is_ref and not op.outputs[0].dtype._is_ref_dtype:
            source = self.read(op, op._inputs[0], guard)
        self.output_is(op.outputs[0], source)
        return True

    def read(self, op, tensor, guard) -> Value:
        """The value of an input that may be a reference: read from its box now."""
        value = self.values[tensor]
        if not value.is_ref:
            return value
        result = self.new_value(tensor, roots=value.roots, guard=guard)
        self.out.append(Instruction("read", op, (value,), (result,), guard))
        return result

    def fold_shapes(self, op) -> bool:
        """Shape, Size, Rank and ShapeN of static shapes are constants."""
        if op.type not in ("Shape", "Size", "Rank", "ShapeN"):
            return False
        results = []
        for t_in in op._inputs:
            dims = t_in.dims
            if dims is None or (None in dims and op.type != "Rank"):
                return False
            results.append(len(dims) if op.type == "Rank" else dims if op.type != "Size" else math.prod(dims))
            if op.type == "Size" and results[-1] > np.iinfo(op.outputs[0].dtype.as_numpy_dtype).max:
                raise errors.InvalidArgumentError(op.node_def, op, f"{results[-1]} elements are a number too large in Size of {op.outputs[0].dtype.name}")
        for tensor, result in zip(op.outputs, results):
            if tensor not in self.fed:
                self.constant(tensor, np.array(result, tensor.dtype.as_numpy_dtype))
        return True

    def known_on_stack(self, op) -> bool:
        """What a loop pushes for its gradient may be known: then it needs no stack."""
        if op.type == "StackPopV2":
            value = constants.known_value(op.outputs[0])
            if value is None:
                return False
            self.constant(op.outputs[0], np.asarray(value))
            return True
        if op.type == "StackPushV2" and op in self.idle_pushes:
            self.output_is(op.outputs[0], self.values[op._inputs[1]])
            return True
        return False

    def same_shape(self, op) -> bool:
        """A Reshape to the shape it has, or a reduction over no axes, does nothing."""
        if op.type == "Reshape":
            a, b = op._inputs[0].dims, op.outputs[0].dims
            if a is None:
                a = self.values[op._inputs[0]].tensor.dims
            if a is None or a != b or a.count(None) > 1 or self.values[op._inputs[0]].is_ref:
                return False
            if self.values[op._inputs[1]].const is None and (None in a or constants.constant_dims(op._inputs[1]) != a):
                return False  # sizes that are found out as it runs may not fit
        elif op.type in _REDUCTIONS:
            axes = self.values[op._inputs[1]].const
            if axes is None or axes.size or self.values[op._inputs[0]].is_ref:
                return False
        else:
            return False
        self.output_is(op.outputs[0], self.values[op._inputs[0]])
        return True

    def call(self, op, guard) -> None:
        entry = op.entry
        if entry is None:  # a call of a function of the graph's library
            entry = op.entry = function_call.entry_of(op)
        if entry is None or (entry.kernel is None and entry.stateful_kernel is None):
            known = op_entry.lookup(op.type)
            later = foreign_ops.unknown_attrs(known.op_def, op.attrs) if known is not None else []
            why = f"it mentions attr '{later[0]}', which the op has not in TensorFlow 1.15" if later else "it has no kernel for it"
            raise NotImplementedError(
                f"tinytf cannot run the op type '{op.type}' (node '{op.name}'): {why}. "
                "The graph can still be imported, printed and exported; fetch or feed around this node."
            )
        # An op with session state is never folded, declared stateful or not: ReadFile reads when it runs.
        stateful = entry.op_def.is_stateful or entry.kernel is None
        takes_ref = _ref_inputs(op)
        inputs = tuple(self.values[t] if ref else self.read(op, t, guard) for t, ref in zip(op._inputs, takes_ref))
        if not stateful and not any(takes_ref):
            if self.fold(op, inputs):
                return
            key = _subexpression(op, inputs, guard)
            same = self.seen.get(key)
            if same is not None and len(same) == len(op.outputs):
                for t, v in zip(op.outputs, same):
                    self.output_is(t, v)
                self.program.removed.append(op)
                return
        else:
            key = None
        kernel = _by_all_cores(self.make_kernel(op), op)
        if stateful and not op._inputs and len(op.outputs) == 1 and _is_place(op.outputs[0]) and op.type not in _PER_STEP:
            # A variable, queue or table: one object for as long as the session lives.
            place = self.new_value(op.outputs[0], const=kernel(), is_ref=op.outputs[0].dtype._is_ref_dtype, roots=frozenset([op]))
            self.output_is(op.outputs[0], place)
            return
        shares = entry.view or op.type == "ReadVariableOp"
        roots = frozenset().union(*[v.roots for v in inputs]) if shares or any(_is_place(t) for t in op.outputs) else frozenset()
        bases = tuple(v for v in inputs if v.const is None) if shares else ()
        outputs = tuple(
            self.new_value(t, is_ref=t.dtype._is_ref_dtype, fresh=not shares, roots=roots, bases=bases, guard=guard) for t in op.outputs
        )
        for t, v in zip(op.outputs, outputs):
            self.output_is(t, v)
        self.out.append(Instruction("call", op, inputs, outputs, guard, kernel))
        if key is not None:
            self.seen[key] = outputs

    def fold(self, op, inputs) -> bool:
        """Runs an operation on constants now; what fails now is left to fail, by name, when it runs."""
        if not inputs or not all(isinstance(v.const, (np.ndarray, np.generic)) for v in inputs):
            return False
        if any(t in self.fed for t in op.outputs) or any(_too_large(t.dims, op, inputs) for t in op.outputs):
            return False
        try:
            with np.errstate(all="ignore"):
                result = self.make_kernel(op)(*[v.const for v in inputs])
        except Exception:  # noqa: BLE001
            return False
        results = result if isinstance(result, (tuple, list)) else (result,)
        if len(results) != len(op.outputs) or any(not isinstance(r, (np.ndarray, np.generic)) for r in results):
            return False
        for tensor, array in zip(op.outputs, results):
            self.constant(tensor, np.asarray(array))
        self.program.folded.append(op)
        return True

    # Branches -----------------------------------------------------------------------------------

    def switch(self, op, guard) -> None:
        data, predicate = op._inputs
        pred = self.read(op, predicate, guard)
        if predicate.op.type == "LoopCond":
            # The loop itself decides; both sides see the loop variable.
            for t in op.outputs:
                self.output_is(t, self.values[data])
            return
        source = self.values[data]
        if source.is_ref and not op.outputs[0].dtype._is_ref_dtype:
            source = self.read(op, data, guard)
        for side, t in enumerate(op.outputs):
            if t not in self.fed:
                self.values[t] = source
                self.tensor_guards[t] = _union(guard, ((pred, bool(side)),))

    def merge(self, op) -> None:
        """Takes the input whose guard holds; whether what its control edges come from was run is all the same to it."""
        if any(t not in self.values for t in op._inputs):
            raise errors.InvalidArgumentError(op.node_def, op, f"Merge '{op.name}' closes a loop that no Enter opens")
        sides = []
        takes_refs = op.outputs[0].dtype._is_ref_dtype
        for t in op._inputs:
            side = self.guard_of(t)
            sides.append((side, self.values[t] if takes_refs else self.read(op, t, side)))
        guard = _common_prefix([g for g, _ in sides])
        value = self.new_value(op.outputs[0], is_ref=op.outputs[0].dtype._is_ref_dtype, guard=guard)
        value.roots = frozenset().union(*[v.roots for _, v in sides])
        index = self.new_value(op.outputs[1], guard=guard)
        tails = [g[len(guard) :] for g, _ in sides]
        extra = {"tails": tails, "alive": None}
        if not _exhaustive(tails):
            # No side need hold: whether one did becomes a value of its own.
            extra["alive"] = self.new_value(op.outputs[0], guard=guard)
        self.out.append(
            Instruction("merge", op, tuple(v for _, v in sides), (value, index) + ((extra["alive"],) if extra["alive"] else ()), guard, extra=extra)
        )
        result = guard if extra["alive"] is None else (*guard, (extra["alive"], True))
        self.guards[op] = result
        for t, v in zip(op.outputs, (value, index)):
            self.output_is(t, v)

    # Loops --------------------------------------------------------------------------------------

    def loop(self, frame) -> None:
        items = select.order_items(frame, self.frame_of, self.needed, self.fed)
        conds = [op for op in frame.ops if op.type == "LoopCond"]
        if not conds and not any(op.type in select.NEXT for op in frame.ops):
            self.once(frame, items)
            return
        if len(conds) != 1:
            raise errors.UnimplementedError(
                None, None, f"The loop '{frame.name}' has {len(conds)} LoopCond nodes; tinytf runs loops with exactly one, as tf.while_loop makes them"
            )
        enters = [op for op in frame.ops if op.type in select.ENTER]
        guard: tuple = ()
        for op in enters:
            guard = _union(guard, self.guard_for(op))
        for op in enters:
            self.guards[op] = ()
            self.output_is(op.outputs[0], self.entered(op, guard))
        merges = [op for op in frame.ops if op.type in select.MERGE and any(t.op.type in select.NEXT for t in op._inputs)]
        starts, variables = [], []
        for op in merges:
            start = next(t for t in op._inputs if t.op.type not in select.NEXT)
            variable = self.new_value(op.outputs[0], is_ref=op.outputs[0].dtype._is_ref_dtype)
            variable.roots = self.values[start].roots
            variables.append(variable)
            starts.append(self.values[start])
            self.values[op.outputs[0]] = variable
            self.guards[op] = ()
        outer, seen = self.out, self.seen
        test: list = []
        body: list = []
        after: list = []
        inside, outside = self.sides(frame, items, conds[0])
        skip = set(enters) | set(merges)
        for section, chosen in ((test, None), (body, inside), (after, outside)):
            self.out, self.seen = section, {}
            for item in items:
                if item in skip or (item in inside if chosen is None else item not in chosen):
                    continue
                if chosen is None and item in outside:
                    continue
                self.item(item)
        self.out, self.seen = outer, seen
        ends = []
        for op in merges:
            back = next(t for t in op._inputs if t.op.type in select.NEXT)
            ends.append(self.values[back.op._inputs[0]])
        extra = {"test": test, "body": body, "after": after, "cond": self.values[conds[0]._inputs[0]], "variables": variables, "ends": ends, "name": frame.name}
        outer.append(Instruction("loop", conds[0], tuple(starts), tuple(variables), guard, extra=extra))
        for op in frame.ops:
            if op.type in select.EXIT:
                self.guards[op] = guard

    def once(self, frame, items) -> None:
        """A frame that nothing goes round in: Enter and Exit only name what passes through."""
        for item in items:
            if isinstance(item, select.Frame) or item.type not in select.ENTER:
                self.item(item)
            else:
                self.guards[item] = self.guard_for(item)
                self.output_is(item.outputs[0], self.entered(item, self.guards[item]))

    def entered(self, op, guard) -> Value:
        source = self.values[op._inputs[0]]
        if source.is_ref and not op.outputs[0].dtype._is_ref_dtype:
            return self.read(op, op._inputs[0], guard)
        return source

    def sides(self, frame, items, cond):
        """The items that run while the loop goes on (downstream of a Switch's true side), and those that run once at its end."""
        inside: set = set()
        outside: set = set()
        members = {op: item for item in items for op in ([item] if not isinstance(item, select.Frame) else select._all_ops(item))}
        loop_switches = {op for op in frame.ops if op.type in select.SWITCH and op._inputs[1].op is cond}
        for item in items:
            if item in loop_switches:
                # Only names its input; lowered with the test so that both sides see it.
                continue
            ops = [item] if not isinstance(item, select.Frame) else list(select._all_ops(item))
            for op in ops:
                if op.type in select.EXIT and op in frame.ops:
                    outside.add(item)
                for t in op._inputs:
                    if t.op in loop_switches:
                        (inside if t.value_index == 1 else outside).add(item)
                for d in select.dependencies(op, self.needed, self.fed):
                    where = members.get(d)
                    if where is None or where is item:
                        continue
                    if where in inside:
                        inside.add(item)
                    elif where in outside:
                        outside.add(item)
        return inside, outside


def _idle_pushes(needed: set) -> set:
    """The pushes on stacks of which all that is popped is known."""
    pops: dict = {}
    for op in needed:
        if op.type == "StackPopV2":
            pops.setdefault(select.maker(op._inputs[0]), []).append(constants.known_value(op.outputs[0]) is not None)
    return {op for op in needed if op.type == "StackPushV2" and all(pops.get(select.maker(op._inputs[0]), [False]))}


def _ref_inputs(op) -> list:
    """Which inputs are declared as references in the op's signature."""
    flags: list = []
    for arg in op.entry.op_def.inputs:
        if arg.number_attr:
            count = op.attrs[arg.number_attr]
        elif arg.type_list_attr:
            count = len(op.attrs[arg.type_list_attr])
        else:
            count = 1
        flags.extend([arg.is_ref] * count)
    return flags


def _by_all_cores(kernel, op):
    """The kernel, divided among threads where it is elementwise and has much to do."""
    if not (isinstance(kernel, np.ufunc) or getattr(kernel, "takes_out", False)) or not op.outputs[0].dtype.is_floating:
        return kernel
    dims, dtype = op.outputs[0].dims, op.outputs[0].dtype
    if dtype.size < 4 or not dims or None in dims or np.prod(dims, dtype=np.int64) < parallel.LARGE:
        return kernel
    return parallel.elementwise(kernel, dims, dtype.as_numpy_dtype)


def _is_place(tensor) -> bool:
    return tensor.dtype._is_ref_dtype or tensor.dtype.name == "resource"


def _too_large(dims, op, inputs) -> bool:
    if dims is None or None in dims:
        # Of unknown size: small as long as the op makes no more than it is given.
        return op.type in _EXPANDS or sum(v.const.size for v in inputs) > 1024
    size = 1
    for d in dims:
        size *= d
    return size > FOLD_LIMIT


def _subexpression(op, inputs, guard):
    attrs = tuple(sorted((k, repr(v)) for k, v in op.attrs.items() if k[0] != "_"))
    return op.type, tuple(v.number for v in inputs), attrs, guard


def _union(a: tuple, b: tuple) -> tuple:
    if not b or a == b:
        return a
    if not a:
        return b
    return a + tuple(atom for atom in b if atom not in a)


def _common_prefix(guards: list) -> tuple:
    first = guards[0]
    for length in range(min(len(g) for g in guards), -1, -1):
        if all(g[:length] == first[:length] for g in guards):
            return first[:length]
    return ()


def _exhaustive(tails: list) -> bool:
    """Whether one of the sides always holds: the two sides of one predicate, or a side without condition."""
    if any(not t for t in tails):
        return True
    return len(tails) == 2 and all(len(t) == 1 for t in tails) and tails[0][0][0] is tails[1][0][0] and tails[0][0][1] != tails[1][0][1]
