"""From instructions to one Python function, which is as fast as Python calls NumPy.

    def step(f0, f1):
        v2 = k0(f0, c0)
        v3 = add(v2, v2, out=v2)
        return v3

Names are numbers (`v` values, `c` constants, `k` kernels, `f` feeds): nothing from the graph's own
names reaches the source text.  Elementwise kernels write into an input's array that has had its
last use; other large arrays are let go there.
"""

from __future__ import annotations

import numpy as np

from tinytf import deadline
from tinytf.graph.ref import HANDLES
from tinytf.ops.parallel import Beside, add_product
from tinytf.run.hazards import KEEPS_INPUTS
from tinytf.run.program import Instruction, Program, with_bases

# Kernels that give a new array each time: their results may be overwritten in place.
_FRESH = frozenset(
    """
    MatMul BatchMatMulV2 Conv2D BiasAdd Conv2DBackpropInput Conv2DBackpropFilter AddN Relu ReluGrad Sigmoid SigmoidGrad TanhGrad
    Softmax LogSoftmax SoftmaxCrossEntropyWithLogits SparseSoftmaxCrossEntropyWithLogits
    ConcatV2 MaxPool MaxPoolGrad AvgPool AvgPoolGrad LeakyRelu LeakyReluGrad
    """.split()
)


class Source:
    """The text of the function, the objects it names, and the operation behind each line."""

    def __init__(self):
        self.lines: list = []
        self.ops: list = [None]  # by line number, from 1
        self.names: dict = {}
        self.reused = 0

    def line(self, depth: int, text: str, op=None) -> None:
        """Adds a line."""
        self.lines.append("    " * depth + text)
        self.ops.append(op)

    @property
    def text(self) -> str:
        """The whole source."""
        return "\n".join(self.lines) + "\n"


def emit(program: Program) -> Source:
    """The source of the function that runs `program`."""
    return _Emitter(program).source


class _Emitter:
    def __init__(self, program: Program):
        self.program = program
        self.source = Source()
        self.kernels: dict = {}
        self.checked: set = set()
        self.last: dict = {}
        self.birth: dict = {}
        self.pinned: set = set()
        for v in program.feeds:
            self.pinned.add(v.number)
        self.pinned.update(v.number for v in with_bases(program.fetches))
        self.pinned.update(v.number for guard in program.fetch_guards for v, _ in guard)
        self.measure(program.instructions, block=())
        self.source.line(0, f"def step({', '.join(f'v{v.number}' for v in program.feeds)}):")
        self.block(program.instructions, 1, ())
        for i, guard in enumerate(program.fetch_guards):
            if guard:
                self.source.names["dead"] = _dead
                self.source.line(1, f"if not ({self.condition(guard)}): dead({i})", program.fetches[i].tensor.op)
        fetched = ", ".join(self.fetch(v) for v in program.fetches)
        self.source.line(1, f"return ({fetched}{',' if len(program.fetches) == 1 else ''})")

    # Liveness -----------------------------------------------------------------------------------

    def measure(self, instructions, block: tuple) -> None:
        """Where each value is born and last used: (block, instruction); uses in an inner loop count as the loop's."""
        for instruction in instructions:
            for v in instruction.outputs:
                self.birth[v.number] = block
            for v in instruction.inputs:
                self.use(v, instruction, block)
            for v, _ in instruction.guard:
                self.pinned.add(v.number)
            if instruction.kind == "merge":
                for tail in instruction.extra["tails"]:
                    self.pinned.update(v.number for v, _ in tail)
                # The merged value is one of its inputs.
                self.pinned.update(v.number for v in (*instruction.inputs, *instruction.outputs))
            elif instruction.kind == "loop":
                inner = (*block, instruction)
                self.pinned.update(v.number for v in (*instruction.inputs, *instruction.outputs, *instruction.extra["ends"], instruction.extra["cond"]))
                for section in ("test", "body", "after"):
                    self.measure(instruction.extra[section], (*inner, section))

    def use(self, v, instruction, block) -> None:
        kept = instruction.op.type in KEEPS_INPUTS
        for shared in with_bases([v]):
            self.last[shared.number] = instruction
            # What was born outside of this loop must live through all iterations.
            if kept or self.birth.get(shared.number, ()) != block:
                self.pinned.add(shared.number)

    def dies(self, v, instruction) -> bool:
        return v.const is None and v.number not in self.pinned and self.last.get(v.number) is instruction and not v.is_ref

    # Names --------------------------------------------------------------------------------------

    def name(self, v) -> str:
        if v.const is not None:
            name = f"c{v.number}"
            self.source.names[name] = v.const
            return name
        return f"v{v.number}"

    def kernel(self, kernel) -> str:
        name = self.kernels.get(id(kernel))
        if name is None:
            name = self.kernels[id(kernel)] = f"k{len(self.kernels)}"
            self.source.names[name] = kernel
        return name

    def fetch(self, v) -> str:
        name = self.name(v)
        if v.is_ref:
            self.source.names.update({"read": _read, f"op{v.number}": v.tensor.op})
            return f"read({name}, op{v.number})"
        if v.tensor.dtype.is_quantized:
            self.source.names["plain"] = _plain
            return f"plain({name})"
        if v.const is not None or not v.fresh or v.bases:
            self.source.names["own"] = _own
            return f"own({name})"
        if not v.tensor.dims:
            self.source.names["scalar"] = _scalar
            return f"scalar({name})"
        return name

    # Blocks -------------------------------------------------------------------------------------

    def block(self, instructions, depth: int, guard: tuple) -> None:
        """Emits instructions, those of one guard under one `if`."""
        current: tuple = ()
        wrote = False
        for instruction in instructions:
            if instruction.guard != current:
                current = instruction.guard
                if current:
                    self.source.line(depth, f"if {self.condition(current)}:")
            inner = depth + 1 if current else depth
            overwritten = self.instruction(instruction, inner, bool(current))
            self.release(instruction, inner, overwritten)
            wrote = True
        if not wrote and depth > 1:
            self.source.line(depth, "pass")

    def condition(self, guard) -> str:
        return " and ".join(self.name(v) if wanted else f"not {self.name(v)}" for v, wanted in guard)

    def instruction(self, instruction: Instruction, depth: int, guarded: bool):
        """Emits one instruction; gives the value whose array its result took over, if any."""
        return getattr(self, f"emit_{instruction.kind}")(instruction, depth, guarded)

    def release(self, instruction, depth, overwritten) -> None:
        """Lets go of large arrays that have had their last use."""
        dead = [v for v in {v.number: v for v in instruction.inputs}.values() if self.dies(v, instruction) and _may_be_large(v)]
        dead = [v for v in dead if v is not overwritten]
        if dead:
            self.source.line(depth, " = ".join(f"v{v.number}" for v in dead) + " = None")

    # Kinds of instruction -------------------------------------------------------------------------

    def emit_read(self, instruction, depth, guarded) -> None:
        box, value = instruction.inputs[0], instruction.outputs[0]
        self.check(box, instruction.op, depth, guarded)
        copy = ".copy()" if instruction.extra == "copy" else ""
        self.source.line(depth, f"v{value.number} = {self.name(box)}.value{copy}", instruction.op)

    def check(self, box, op, depth, guarded) -> None:
        """A variable without a value stops the step."""
        if box.number in self.checked:
            return
        if not guarded and depth == 1:
            self.checked.add(box.number)
        self.source.names["uninitialized"] = _uninitialized
        self.source.line(depth, f"if {self.name(box)}.value is None: uninitialized({self.name(box)})", op)

    def emit_call(self, instruction, depth, guarded) -> None:
        op, inputs, outputs = instruction.op, instruction.inputs, instruction.outputs
        if "allows_uninitialized_input" not in op.entry.op_def.flags:
            for v in inputs:
                if v.is_ref and v.tensor.op.type not in HANDLES:
                    self.check(v, op, depth, guarded)
        arguments = ", ".join(self.name(v) for v in inputs)
        kernel = self.kernel(instruction.kernel)
        target = None
        if isinstance(instruction.kernel, np.ufunc) or getattr(instruction.kernel, "takes_out", False):
            target = self.overwritable(instruction)
            if target is not None:
                arguments += f", out={self.name(target)}"
                self.source.reused += 1
        call = f"{kernel}({arguments})"
        if instruction.extra == "copy":
            call += ".copy()"
        if not outputs:
            self.source.line(depth, call, op)
        elif len(outputs) == 1:
            self.source.line(depth, f"v{outputs[0].number} = {call}", op)
        else:
            self.source.line(depth, ", ".join(f"v{v.number}" for v in outputs) + f" = {call}", op)
        return target

    def emit_pieces(self, instruction, depth, guarded) -> None:
        self.source.names["in_pieces"] = _in_pieces
        arguments = ", ".join([self.kernel(instruction.kernel), *map(self.name, instruction.inputs)])
        self.source.line(depth, f"v{instruction.outputs[0].number} = in_pieces({arguments})", instruction.op)

    def emit_begin(self, instruction, depth, guarded) -> None:
        self.source.names["beside"] = Beside
        arguments = ", ".join([self.kernel(instruction.kernel), *map(self.name, instruction.inputs)])
        self.source.line(depth, f"v{instruction.outputs[0].number} = beside({arguments})", instruction.op)

    def emit_accumulate(self, instruction, depth, guarded) -> None:
        self.source.names.update({"beside": Beside, "add_product": add_product})
        arguments = ", ".join([f"v{instruction.extra.number}", self.kernel(instruction.kernel), *map(self.name, instruction.inputs)])
        self.source.line(depth, f"v{instruction.outputs[0].number} = beside(add_product, {arguments})", instruction.op)

    def emit_total(self, instruction, depth, guarded) -> None:
        result = "".join(f"v{v.number} = " for v in instruction.outputs)
        self.source.line(depth, f"{result}v{instruction.extra.number}.result()", instruction.op)

    def emit_join(self, instruction, depth, guarded) -> None:
        result = f"v{instruction.outputs[0].number}"
        self.source.line(depth, f"{result} = {result}.result()", instruction.op)

    def overwritable(self, instruction):
        """An input whose array the result may take over: same dtype and shape, made here, used here last."""
        out = instruction.outputs[0].tensor
        if not out.dims:  # scalars are no arrays, and of an unknown rank nothing is certain
            return None
        for v in instruction.inputs:
            if not self.dies(v, instruction) or not v.fresh or v.bases:
                continue
            maker = v.tensor.op.entry
            if not isinstance(maker.kernel, np.ufunc) and v.tensor.op.type not in _FRESH:
                continue
            if v.tensor.dtype.base_dtype is out.dtype.base_dtype and v.tensor.dims and all(
                o is v or _fits(v.tensor.dims, o.tensor.dims if o.const is None else o.const.shape) for o in instruction.inputs
            ):
                return v
        return None

    def emit_merge(self, instruction, depth, guarded) -> None:
        value, index = instruction.outputs[:2]
        tails, alive = instruction.extra["tails"], instruction.extra["alive"]
        keyword = "if"
        for i, (tail, v) in enumerate(zip(tails, instruction.inputs)):
            last = i == len(tails) - 1 and alive is None
            self.source.line(depth, "else:" if last and keyword == "elif" else f"{keyword} {self.condition(tail) or 'True'}:")
            tail_text = f"v{value.number}, v{index.number} = {self.name(v)}, {self.index(i)}"
            self.source.line(depth + 1, tail_text + (f"; v{alive.number} = True" if alive else ""), instruction.op)
            keyword = "elif"
        if alive:
            self.source.line(depth, "else:")
            self.source.line(depth + 1, f"v{alive.number} = False; v{value.number} = v{index.number} = None")

    def index(self, i: int) -> str:
        name = f"i{i}"
        self.source.names[name] = np.int32(i)
        return name

    def emit_loop(self, instruction, depth, guarded) -> None:
        extra = instruction.extra
        source = self.source
        variables = [f"v{v.number}" for v in extra["variables"]]
        if variables:
            source.line(depth, f"{', '.join(variables)}, = {', '.join(self.name(v) for v in instruction.inputs)},")
        source.line(depth, "while True:")
        source.names["deadline"] = deadline
        source.line(depth + 1, "if deadline.active: deadline.check()")
        self.block(extra["test"], depth + 1, ())
        source.line(depth + 1, f"if not {self.name(extra['cond'])}: break", instruction.op)
        self.block(extra["body"], depth + 1, ())
        if variables:
            source.line(depth + 1, f"{', '.join(variables)}, = {', '.join(self.name(v) for v in extra['ends'])},")
        if extra["after"]:
            self.block(extra["after"], depth, ())


def _fits(target, other) -> bool:
    """Whether an operand of dims `other` broadcasts into an array of dims `target` without making it larger."""
    if other is None or len(other) > len(target):
        return False
    return all(o == 1 or (o is not None and o == t) for o, t in zip(reversed(other), reversed(target)))


def _may_be_large(v) -> bool:
    dims = v.tensor.dims
    if dims is None or None in dims:
        return dims != () and not v.is_ref
    size = 1
    for d in dims:
        size *= d
    return size > 4096


def _in_pieces(kernel, *arguments):
    return kernel.in_pieces(*arguments)


def _own(value):
    """An array that the user may keep and change, as nobody else holds it; a NumPy scalar for a scalar."""
    if type(value) is np.ndarray:
        return value.copy() if value.ndim else value[()]
    return value


def _plain(value):
    """Quantized numbers as the integers that they are stored as, which is what TensorFlow gives out."""
    array = np.asarray(value)
    return _own(array.view(array.dtype[0]) if array.dtype.fields else array)


def _scalar(value):
    """A NumPy scalar (bytes, for a string) for an array without dimensions."""
    return value[()] if type(value) is np.ndarray and not value.ndim else value


def _read(box, op):
    if box.value is None:
        _uninitialized(box, op)
    return _own(box.value)


def _dead(position: int):
    from tinytf import errors

    raise errors.InvalidArgumentError(None, None, f"Retval[{position}] does not have value: the branch that makes it was not taken")


def _uninitialized(box, op=None):
    from tinytf import errors

    raise errors.FailedPreconditionError(
        op and op.node_def,
        op,
        f"Attempting to use uninitialized value {box.name}: run tf.global_variables_initializer() (or restore a checkpoint) in this session first",
    )
