"""Of a product of which only some columns are used, only these are computed.

The gradient of `tf.matmul(tf.concat([x, h], 1), w)`, the heart of every recurrent cell, is a product of which a Slice takes
the columns of x and another those of h; where x is fed, nobody wants the former.
"""

from __future__ import annotations

import collections

from tinytf.run.program import Program, values_read


def narrow_products(program: Program) -> None:
    """Turns MatMul and the Slice that alone uses it into one product of a part of the second matrix."""
    uses = collections.Counter(v.number for i in program.instructions for v in values_read(i))
    uses.update(v.number for v in program.fetches)
    _narrow(program.instructions, uses, program)


def _narrow(instructions: list, uses, program: Program) -> None:
    products: dict = {}  # number of the result: position
    for at, i in enumerate(instructions):
        if i.kind == "loop":
            for section in ("test", "body", "after"):
                _narrow(i.extra[section], uses, program)
        elif i.kind == "call" and i.op.type == "MatMul" and uses[i.outputs[0].number] == 1:
            products[i.outputs[0].number] = at
        elif i.kind == "call" and i.op.type == "Slice" and i.inputs[0].number in products:
            made_at = products[i.inputs[0].number]
            product = instructions[made_at]
            columns = _columns(i)
            if columns is None or product.guard != i.guard:
                continue
            product.kernel = _of_columns(product.kernel, product.op.attr("transpose_b"), columns)
            product.outputs = i.outputs
            i.outputs[0].fresh, i.outputs[0].bases = True, ()
            i.kind = "nothing"
            program.removed.append(i.op)
    instructions[:] = [i for i in instructions if i.kind != "nothing"]


def _columns(slice_instruction):
    """The columns that a Slice takes of all rows of a matrix, or None."""
    begin, size = (v.const for v in slice_instruction.inputs[1:])
    dims = slice_instruction.op._inputs[0].dims
    if begin is None or size is None or dims is None or None in dims or len(dims) != 2 or begin.shape != (2,) or size.shape != (2,):
        return None
    (top, left), (rows, columns) = begin.tolist(), size.tolist()
    right = dims[1] if columns == -1 else left + columns
    if top != 0 or rows not in (-1, dims[0]) or not 0 <= left <= right <= dims[1]:
        return None
    return slice(left, right)


def _of_columns(product, transposed: bool, columns: slice):
    if transposed:
        return lambda a, b: product(a, b[columns])
    return lambda a, b: product(a, b[:, columns])
