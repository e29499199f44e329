"""Sorting as the C++ library does it, which TensorFlow's reports are sorted with: equal items come in an order of their own.

Quicksort down to runs of 16, the pivot being the median of three, then insertion.
"""

from __future__ import annotations

_RUN = 16


def cpp_sorted(items, before) -> list:
    """The items sorted; `before(a, b)` says whether a must come before b."""
    items = list(items)
    _quicksort(items, 0, len(items), before)
    for i in range(1, len(items)):
        item, place = items[i], i
        while place and before(item, items[place - 1]):
            items[place] = items[place - 1]
            place -= 1
        items[place] = item
    return items


def _quicksort(items, first, last, before) -> None:
    while last - first > _RUN:
        _median_to_front(items, first, first + 1, first + (last - first) // 2, last - 1, before)
        cut = _partition(items, first + 1, last, items[first], before)
        _quicksort(items, cut, last, before)
        last = cut


def _median_to_front(items, front, a, b, c, before) -> None:
    if before(items[a], items[b]):
        median = b if before(items[b], items[c]) else c if before(items[a], items[c]) else a
    else:
        median = a if before(items[a], items[c]) else c if before(items[b], items[c]) else b
    items[front], items[median] = items[median], items[front]


def _partition(items, first, last, pivot, before) -> int:
    while True:
        while before(items[first], pivot):
            first += 1
        last -= 1
        while before(pivot, items[last]):
            last -= 1
        if first >= last:
            return first
        items[first], items[last] = items[last], items[first]
        first += 1
