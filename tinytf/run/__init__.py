"""How a graph runs: Session, the plan compiler, feeding and fetching.

    fetches, feeds ──select──▶ operations in order, loops nested                          select.py
                   ──lower───▶ instructions on values: constants folded, identities gone   lower.py, program.py
                   ──tidy────▶ the unused dropped, variables' readers protected            unused.py, hazards.py
                   ──emit────▶ one straight-line Python function                           emit.py
                   ──Plan────▶ called by every later Session.run                           plan.py, session.py
                               and compiled again for shapes that come often               specialize.py
"""
