"""The order in which `std::sort` of GCC's C++ library leaves equal elements: TensorFlow sorts names with it, and it is not stable.

Quicksort by the median of three, down to parts of 16; then one insertion sort over all.  So 16 elements or fewer are
sorted stably, more are not.
"""

from __future__ import annotations

_SMALL = 16


def sorted_places(keys: list) -> list:
    """The places 0, 1, … of `keys` in the order of their keys, equal ones as `std::sort` leaves them."""
    places = list(range(len(keys)))
    if len(keys) <= _SMALL or len(set(keys)) == len(keys):
        return sorted(places, key=keys.__getitem__)
    parts, deepest = [(0, len(keys), 0)], 2 * (len(keys).bit_length() - 1)
    while parts:
        first, last, depth = parts.pop()
        while last - first > _SMALL and depth < deepest:  # beyond, where C++ takes a heap sort, nobody's names lead
            depth += 1
            cut = _partition(keys, places, first, last)
            parts.append((cut, last, depth))
            last = cut
    return sorted(places, key=keys.__getitem__)  # an insertion sort is stable: so is this


def _partition(keys: list, places: list, first: int, last: int) -> int:
    """Divides a part: what is not greater than its pivot comes before the cut that is returned, what is not less after it."""

    def less(i, j):
        return keys[places[i]] < keys[places[j]]

    def swap(i, j):
        places[i], places[j] = places[j], places[i]

    a, b, c = first + 1, first + (last - first) // 2, last - 1
    if less(a, b):
        median = b if less(b, c) else c if less(a, c) else a
    else:
        median = a if less(a, c) else c if less(b, c) else b
    swap(first, median)
    low, high = first + 1, last
    while True:
        while less(low, first):
            low += 1
        high -= 1
        while less(first, high):
            high -= 1
        if low >= high:
            return low
        swap(low, high)
        low += 1
