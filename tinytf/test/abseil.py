"""What the test cases of TensorFlow and of absl.testing have in common: Abseil's assertions on top of unittest's.

A class may inherit from both (`class AddTest(test.TestCase, parameterized.TestCase)`), so this is the base of both.
"""

from __future__ import annotations

import re
import unittest


class AbseilTestCase(unittest.TestCase):
    """Follows absl.testing.absltest.TestCase as far as TensorFlow's tests use it."""

    def assertItemsEqual(self, expected_seq, actual_seq, msg=None):
        """Two sequences hold the same, as often, in whatever order."""
        self.assertCountEqual(expected_seq, actual_seq, msg)

    def assertSameElements(self, expected_seq, actual_seq, msg=None):
        """Two sequences hold the same, however often."""
        if isinstance(expected_seq, str) or isinstance(actual_seq, str):
            self.fail("Passing a string to assertSameElements is usually a bug. Did you mean to use assertEqual?")
        expected, actual = list(expected_seq), list(actual_seq)
        missing = [x for x in expected if x not in actual]
        unexpected = [x for x in actual if x not in expected]
        if missing or unexpected:
            self.fail(self._formatMessage(msg, "Expected, but missing: %r; unexpected: %r" % (missing, unexpected)))

    def assertLen(self, container, expected_len, msg=None):
        """A container holds so many."""
        if len(container) != expected_len:
            self.fail(self._formatMessage(msg, "%r has length of %d, expected %d." % (container, len(container), expected_len)))

    def assertEmpty(self, container, msg=None):
        """A container holds nothing."""
        if len(container):
            self.fail(self._formatMessage(msg, "%r has length of %d." % (container, len(container))))

    def assertNotEmpty(self, container, msg=None):
        """A container holds something."""
        if not len(container):
            self.fail(self._formatMessage(msg, "%r has length of 0." % (container,)))

    def assertBetween(self, value, minv, maxv, msg=None):
        """A value lies between two others, or is one of them."""
        if not minv <= value <= maxv:
            self.fail(self._formatMessage(msg, '"%r" unexpectedly not between "%r" and "%r"' % (value, minv, maxv)))

    def assertStartsWith(self, actual, expected_start, msg=None):
        """A text begins with another."""
        if not actual.startswith(expected_start):
            self.fail(self._formatMessage(msg, "%r does not start with %r" % (actual, expected_start)))

    def assertNotStartsWith(self, actual, unexpected_start, msg=None):
        """A text does not begin with another."""
        if actual.startswith(unexpected_start):
            self.fail(self._formatMessage(msg, "%r does start with %r" % (actual, unexpected_start)))

    def assertEndsWith(self, actual, expected_end, msg=None):
        """A text ends with another."""
        if not actual.endswith(expected_end):
            self.fail(self._formatMessage(msg, "%r does not end with %r" % (actual, expected_end)))

    def assertNotEndsWith(self, actual, unexpected_end, msg=None):
        """A text does not end with another."""
        if actual.endswith(unexpected_end):
            self.fail(self._formatMessage(msg, "%r does end with %r" % (actual, unexpected_end)))

    def assertContainsSubset(self, expected_subset, actual_set, msg=None):
        """A set holds all of another."""
        missing = set(expected_subset) - set(actual_set)
        if missing:
            self.fail(self._formatMessage(msg, "Missing elements %s" % missing))

    def assertNoCommonElements(self, expected_seq, actual_seq, msg=None):
        """Two sequences share nothing."""
        common = set(expected_seq) & set(actual_seq)
        if common:
            self.fail(self._formatMessage(msg, "Common elements %s" % common))

    def assertContainsInOrder(self, strings, target, msg=None):
        """A text holds these texts, one after the other."""
        place = 0
        for text in [strings] if isinstance(strings, str) else strings:
            found = target.find(text, place)
            if found < 0:
                self.fail(self._formatMessage(msg, "Did not find %r (in order) in %r" % (text, target)))
            place = found + len(text)

    def assertContainsSubsequence(self, container, subsequence, msg=None):
        """A sequence holds these items in this order, others may stand between them."""
        rest = iter(container)
        for item in subsequence:
            if not any(item == other for other in rest):
                self.fail(self._formatMessage(msg, "%r not a subsequence of %r: no %r" % (subsequence, container, item)))

    def assertContainsExactSubsequence(self, container, subsequence, msg=None):
        """A sequence holds these items in this order, without others between them."""
        items, wanted = list(container), list(subsequence)
        if not any(items[i : i + len(wanted)] == wanted for i in range(len(items) - len(wanted) + 1)):
            self.fail(self._formatMessage(msg, "%r not an exact subsequence of %r" % (wanted, items)))

    def assertSequenceStartsWith(self, prefix, whole, msg=None):
        """A sequence begins with another, or with this item."""
        prefix = list(prefix) if isinstance(prefix, (list, tuple)) else [prefix]
        if list(whole)[: len(prefix)] != prefix:
            self.fail(self._formatMessage(msg, "prefix: %r not found at start of whole: %r." % (prefix, whole)))

    def assertSequenceAlmostEqual(self, expected_seq, actual_seq, places=None, msg=None, delta=None):
        """Two sequences of numbers are almost equal."""
        self.assertEqual(len(expected_seq), len(actual_seq), msg)
        for a, b in zip(expected_seq, actual_seq):
            self.assertAlmostEqual(a, b, places=places, msg=msg, delta=delta)

    def assertTotallyOrdered(self, *groups, **kwargs):
        """Each group is less than the next one; within a group all are equal."""
        for i, group in enumerate(groups):
            for a in group:
                for b in group:
                    self.assertEqual(a, b)
                for later in groups[i + 1 :]:
                    for b in later:
                        self.assertLess(a, b)
                        self.assertGreater(b, a)

    def assertSameStructure(self, a, b, aname="a", bname="b", msg=None):
        """Two nestings of lists, dicts and values are equal."""
        self.assertEqual(a, b, msg or "%s is not %s" % (aname, bname))

    def assertRegexMatch(self, actual_str, regexes, message=None):
        """A text matches one of several regular expressions."""
        if not any(re.search(regex, actual_str) for regex in regexes):
            self.fail(self._formatMessage(message, "%r does not contain any of the regexes %r" % (actual_str, regexes)))

    def assertRaisesWithLiteralMatch(self, expected_exception, expected_exception_message, callable_obj=None, *args, **kwargs):
        """The call, or the block, raises an exception with exactly this message."""
        context = self.assertRaisesRegex(expected_exception, "^%s$" % re.escape(expected_exception_message))
        if callable_obj is None:
            return context
        with context:
            callable_obj(*args, **kwargs)
        return None

    # names that Python 3.12's unittest has no more
    assertRaisesRegexp = unittest.TestCase.assertRaisesRegex
    assertRegexpMatches = unittest.TestCase.assertRegex
    assertNotRegexpMatches = unittest.TestCase.assertNotRegex
    assertEquals = unittest.TestCase.assertEqual
    assertNotEquals = unittest.TestCase.assertNotEqual
    assertAlmostEquals = unittest.TestCase.assertAlmostEqual
    assertNotAlmostEquals = unittest.TestCase.assertNotAlmostEqual
    assert_ = unittest.TestCase.assertTrue
