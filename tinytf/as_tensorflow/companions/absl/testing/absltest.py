"""`absl.testing.absltest`: Abseil's TestCase, and unittest's names."""

from __future__ import annotations

from unittest import TestSuite, expectedFailure, mock, skip, skipIf, skipUnless  # noqa: F401

from tinytf.test import get_temp_dir, main  # noqa: F401
from tinytf.test.abseil import AbseilTestCase as TestCase  # noqa: F401
