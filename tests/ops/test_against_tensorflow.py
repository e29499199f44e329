"""Each case of compat/differential gives what TensorFlow 1.15.5 gave: values, static shapes, errors, graphs.

TensorFlow's answers are stored in tests/golden/differential (made by `compat/differential/run.py --golden`);
tinytf's are computed here.  A case without a stored answer is not looked at.
"""

import os
import sys
import warnings

import pytest

_HERE = os.path.dirname(os.path.abspath(__file__))
_GOLDEN = os.path.join(os.path.dirname(_HERE), "golden", "differential")
_DIFFERENTIAL = os.path.join(os.path.dirname(os.path.dirname(_HERE)), "compat", "differential")

pytestmark = pytest.mark.skipif(not os.path.isdir(_DIFFERENTIAL), reason="compat/ is not part of this copy")


LARGE = {"contrib_parts", "random_graphs", "rnn", "seq2seq"}  # of graphs that take a while


def _families():
    names = sorted(f[: -len(".json.gz")] for f in os.listdir(_GOLDEN)) if os.path.isdir(_GOLDEN) else []
    return [pytest.param(name, marks=[pytest.mark.slow] if name in LARGE else []) for name in names]


@pytest.mark.parametrize("family", _families())
def test_cases_as_in_tensorflow(family):
    import tinytf as tf

    sys.path.insert(0, _DIFFERENTIAL)
    try:
        import golden
        import run

        import compare
    finally:
        sys.path.remove(_DIFFERENTIAL)
    expected = golden.read(os.path.join(_GOLDEN, family + ".json.gz"))
    different = []
    compared = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, function in run.collect([family]):
            if name in expected and not hasattr(function, "why_different"):
                compared += 1
                found = compare.differences(expected[name], run.run_case(tf, function), function)
                different += ["%s %s: %s" % (name, kind, text[:300]) for kind, text in found[:1]]
    assert compared
    assert not different, "%d of %d differ:\n%s" % (len(different), compared, "\n".join(different[:20]))
