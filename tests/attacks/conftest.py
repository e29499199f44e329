"""Attacks happen in little memory: a claim that is believed does not fit."""

import pytest


@pytest.fixture
def little_memory():
    """256 MB more than there are now; the files have up to 5 MB."""
    resource = pytest.importorskip("resource")
    try:
        with open("/proc/self/statm") as status:
            now = int(status.read().split()[0]) * resource.getpagesize()
    except OSError:
        pytest.skip("needs /proc")
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (now + (256 << 20), before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)
