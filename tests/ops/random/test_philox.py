"""The generator gives the published Philox4x32-10 words, and TensorFlow's numbers from them."""

import numpy as np
import pytest

from tinytf.ops.random import philox, random_draws


def _state(key, counter):
    return (key & 0xFFFFFFFF, key >> 32), counter


# Known answers of the Random123 library: key, counter, words.
KNOWN = [
    (0, 0, [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
    (2**64 - 1, 2**128 - 1, [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
    (
        0xA4093822 | 0x299F31D0 << 32,
        0x243F6A88 | 0x85A308D3 << 32 | 0x13198A2E << 64 | 0x03707344 << 96,
        [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1],
    ),
]


@pytest.mark.parametrize("key, counter, expected", KNOWN)
def test_words_are_the_published_ones(key, counter, expected):
    assert philox.words(_state(key, counter), 1)[0].tolist() == expected
    assert philox.words_at(_state(key, counter), np.zeros(1, np.uint64))[0].tolist() == expected


@pytest.mark.parametrize("start", [0, 2**32 - 3, 2**64 - 3, 2**96 - 3, 2**128 - 3, 5 << 70])
def test_counters_carry_from_word_to_word(start):
    one_by_one = [philox.words(_state(7, (start + i) % 2**128), 1)[0] for i in range(6)]
    assert np.array_equal(philox.words(_state(7, start), 6), one_by_one)
    assert np.array_equal(philox.words_at(_state(7, start), np.arange(6, dtype=np.uint64)), one_by_one)


def test_many_words_are_made_in_blocks_that_do_not_show():
    state = _state(9, 2**32 - 10000)
    many = philox.words(state, 20000)
    assert np.array_equal(many[12345], philox.words(_state(9, state[1] + 12345), 1)[0])


# TensorFlow 1.15.5 on a CPU: op, seeds, run, dtype, the first numbers.
TENSORFLOW = [
    (philox.uniform, 87654321, 7, 10001, 1, "float32", ['0x1.89bbc40000000p-1', '0x1.258b800000000p-2', '0x1.8466d80000000p-1', '0x1.821c000000000p-7']),
    (philox.normal, 5, 2**40 + 9, 100001, 1, "float32", ['0x1.e7f4f20000000p-1', '0x1.2159180000000p+0', '-0x1.631ed80000000p-5', '0x1.bb45ac0000000p-1']),
    (philox.truncated_normal, 5, 9, 10001, 0, "float64", ['0x1.99bb9eac43961p-2', '-0x1.594b96eefcf5ap-2', '0x1.9453d3bee9f2cp-1']),
]


@pytest.mark.parametrize("draw, seed, seed2, size, run, dtype, expected", TENSORFLOW)
def test_numbers_are_tensorflows(draw, seed, seed2, size, run, dtype, expected):
    generator = philox.Philox(seed, seed2)
    for _ in range(run):
        generator.reserve_outputs(size)
    drawn = draw(generator.reserve_outputs(size), len(expected), dtype)
    wanted = np.array([float.fromhex(x) for x in expected], dtype)
    if draw is philox.uniform:
        assert drawn.tolist() == wanted.tolist()
    else:  # a logarithm's last bit differs from one NumPy to the next
        np.testing.assert_array_max_ulp(np.asarray(drawn), wanted, 2)


def test_a_generator_goes_on_by_what_was_reserved():
    generator = philox.Philox(1, 2)
    key, first = generator.reserve_outputs(10)
    assert generator.reserve(3) == (key, first + 2560)
    assert generator.reserve(1) == (key, first + 2563)


def test_unseeded_generators_differ():
    assert philox.Philox(0, 0).reserve(1) != philox.Philox(0, 0).reserve(1)


@pytest.mark.parametrize("draw", [philox.uniform, philox.normal, philox.truncated_normal])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_a_short_draw_is_the_start_of_a_long_one(draw, dtype):
    state = philox.Philox(3, 4).reserve(1)
    long = draw(state, 40001, dtype)
    assert long.dtype == dtype and np.isfinite(long).all()
    for count in (0, 1, 2, 3, 7, 32769):
        assert np.array_equal(draw(state, count, dtype), long[:count])


@pytest.mark.parametrize("draw, mean, deviation", [
    (philox.uniform, 0.5, 12**-0.5), (philox.normal, 0.0, 1.0), (philox.truncated_normal, 0.0, 0.8796),
])  # fmt: skip
def test_moments(draw, mean, deviation):
    x = draw(philox.Philox(3, 4).reserve(1), 200000, "float64")
    assert abs(x.mean() - mean) < 0.01 and abs(x.std() - deviation) < 0.01
    if draw is philox.truncated_normal:
        assert np.abs(x).max() < 2


def test_float_functions_are_within_an_ulp_of_the_exact_ones():
    u = np.linspace(1e-7, 1, 100003, dtype=np.float32)
    assert np.abs(philox.log_float(u) - np.log(u.astype("f8"))).max() < 2e-6
    angle = np.linspace(0, 6.2831, 100003, dtype=np.float32)
    sine, cosine = philox.sincos_float(angle)
    assert np.abs(sine - np.sin(angle.astype("f8"))).max() < 7e-8
    assert np.abs(cosine - np.cos(angle.astype("f8"))).max() < 7e-8


def test_integers_cover_their_range_and_nothing_else():
    x = philox.uniform_int(philox.Philox(3, 4).reserve(1), 10000, -3, 4, "int32")
    assert sorted(set(x.tolist())) == [-3, -2, -1, 0, 1, 2, 3]


def test_permutations_hold_everything_once():
    for size in (0, 1, 2, 5, 100):
        assert sorted(random_draws.permutation(philox.Philox(3, size + 1).reserve(1), size)) == list(range(size))


@pytest.mark.parametrize("alpha", [0.1, 0.99, 1.0, 1.5, 20.0])
def test_gamma_has_mean_and_variance_alpha(alpha):
    x = random_draws.gamma(philox.Philox(3, 4).reserve(1), np.array([alpha]), 20000)
    assert abs(x.mean() - alpha) < 0.05 * max(alpha, 1) and abs(x.var() - alpha) < 0.1 * max(alpha, 1)


@pytest.mark.parametrize("rate", [0.1, 3.0, 9.9, 10.0, 300.0])
def test_poisson_has_mean_and_variance_rate(rate):
    x = random_draws.poisson(philox.Philox(3, 4).reserve(1), np.array([rate]), 20000, 1e300)
    assert abs(x.mean() - rate) < 0.05 * max(rate, 1) and abs(x.var() - rate) < 0.1 * max(rate, 1)
