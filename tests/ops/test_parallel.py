"""Large kernels divide their work; BLAS has one thread inside a step and what it had before after it."""

import threading

import numpy as np
import pytest

import tinytf as tf
from tinytf.ops import parallel


@pytest.mark.parametrize("size", [0, 1, 5, 64, 1000])
def test_the_parts_make_up_the_whole(size):
    done = np.zeros(size, int)

    def work(first, last):
        done[first:last] += 1

    parallel.divide(work, size, 10)
    assert (done == 1).all()


def test_an_error_in_a_part_reaches_the_caller(monkeypatch):
    monkeypatch.setattr(parallel, "_CORES", 2)

    def work(first, last):
        if first:
            raise ValueError("the second half")

    with pytest.raises(ValueError, match="the second half"):
        parallel.divide(work, 100)


def test_a_call_beside_gives_its_result_or_its_error(monkeypatch):
    monkeypatch.setattr(parallel, "_CORES", 2)
    begun = [parallel.Beside(pow, 2, n) for n in range(50)]
    assert [b.result() for b in begun] == [2**n for n in range(50)]
    failed = parallel.Beside(pow, 0, -1)
    with pytest.raises(ZeroDivisionError):
        failed.result()


@pytest.mark.parametrize("shapes", [((600, 700), (600, 700)), ((600, 700), (700,)), ((600, 1), (600, 700)), ((600, 700), ())])
@pytest.mark.parametrize("given", [False, True])
def test_elementwise_kernels_in_parts_are_the_whole(monkeypatch, shapes, given):
    monkeypatch.setattr(parallel, "_CORES", 2)
    a, b = (np.asarray(np.random.RandomState(0).rand(*s), np.float32) for s in shapes)
    out = np.empty((600, 700), np.float32) if given else None
    result = parallel.elementwise(np.multiply, (600, 700), np.float32)(a, b, out=out)
    np.testing.assert_array_equal(result, a * b)
    assert out is None or result is out


@pytest.mark.parametrize("shapes", [((300, 400), (400, 200)), ((64, 2000), (2000, 300)), ((3, 4), (4, 5))])
@pytest.mark.parametrize("turned", [False, True])
def test_products_are_those_of_numpy(monkeypatch, shapes, turned):
    monkeypatch.setattr(parallel, "_CORES", 2)
    rng = np.random.RandomState(0)
    a, b = (rng.rand(*s).astype(np.float32) for s in shapes)
    if turned:
        a = np.ascontiguousarray(a.T).T
    np.testing.assert_allclose(parallel.matmul(a, b), a @ b, rtol=1e-5)


def test_blas_gets_its_threads_back():
    found = parallel._find_blas()
    if found is None:
        pytest.skip("NumPy has no OpenBLAS here")
    get, set_ = found
    before = get()
    try:
        set_(2)
        x = tf.placeholder(tf.float32, [4, 4])
        inside = []
        y = tf.py_func(lambda v: inside.append(get()) or v, [tf.matmul(x, x)], tf.float32)
        with tf.Session() as sess:
            threads = [threading.Thread(target=sess.run, args=(y, {x: np.eye(4)})) for _ in range(4)]
            for t in threads:
                t.start()
            for t in threads:
                t.join()
        assert inside == [1] * 4
        assert get() == 2
    finally:
        set_(before)
