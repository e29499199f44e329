"""A sum of many products is added up while they are made, on another thread.

The gradient to the weights of an unrolled recurrent cell is the sum of a product for each time step.  All of them held until
the last is there would be read from far memory again.  So each is begun with the sum so far, which it waits for when it
is made itself (in the graph's order: the numbers are those of AddN):

    v261 = beside(k95, v182, v258)
    …
    v273 = beside(add_product, v261, k99, v177, v270)
    …
    v587 = v585.result()                 # AddN
"""

from __future__ import annotations

import collections

from tinytf.ops import parallel
from tinytf.run.hazards import earliest, variables_written
from tinytf.run.program import Instruction, Program, values_read, with_bases

LEAST = 1_500_000  # multiplications, some 30 us: less is not worth the handing over
FEWEST = 3  # products
_MOST_AT_ONCE = 4  # begun and not done; what they read cannot be let go of


def sum_products_beside(program: Program, multiplications) -> None:
    """Makes AddN of large products a chain of calls that another thread makes.

    `multiplications(instruction)`: how many a product makes.
    """
    if not parallel.helpers():
        return
    instructions = program.instructions
    uses = collections.Counter(v.number for i in instructions for v in values_read(i))
    uses.update(v.number for v in program.fetches)
    makers = {v.number: i for i in instructions for v in i.outputs}
    for total in [i for i in instructions if i.kind == "call" and i.op.type == "AddN" and len(i.inputs) >= FEWEST and not i.guard]:
        products = [makers.get(v.number) for v in total.inputs]
        if all(p is not None and p.kind == "call" and p.op.type == "MatMul" and not p.guard and multiplications(p) >= LEAST for p in products):
            if all(uses[v.number] == 1 for v in total.inputs) and total.inputs[0].tensor.dtype.name in ("float32", "float64"):
                _chain(instructions, products, total)


def _chain(instructions, products, total) -> None:
    places = {id(i): at for at, i in enumerate(instructions)}
    at = [places[id(p)] for p in products]
    if at != sorted(at):  # another order would be another sum
        return
    roots = frozenset().union(*[v.roots for p in products for v in with_bases(p.inputs)])
    if roots and any(roots.intersection(variables_written(i)) for i in instructions[at[0] : places[id(total)]]):
        return
    total.outputs[0].fresh, total.outputs[0].bases = True, ()
    replaced = {id(total): [Instruction("total", total.op, products[-1].inputs, total.outputs, extra=products[-1].outputs[0])]}
    for k, product in enumerate(products):
        kind = "accumulate" if k else "begin"
        before = products[k - 1].outputs[0] if k else None
        replaced[id(product)] = [Instruction(kind, product.op, product.inputs, product.outputs, kernel=product.kernel, extra=before)]
        last = products[k - _MOST_AT_ONCE] if k >= _MOST_AT_ONCE else None
        if last is not None:
            replaced[id(product)].insert(0, Instruction("total", last.op, last.inputs, (), extra=last.outputs[0]))
    # What the last ones read must stay as it is until the end.
    replaced[id(total)][0].inputs = tuple(v for p in products[-_MOST_AT_ONCE:] for v in p.inputs)
    least = 0
    for product in products:
        made = instructions.index(product)
        least = max(least, earliest(instructions, made))
        instructions.insert(least, instructions.pop(made))
        least += 1
    instructions[:] = [new for i in instructions for new in replaced.get(id(i), [i])]
