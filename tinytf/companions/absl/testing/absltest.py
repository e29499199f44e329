"""`absl.testing.absltest`: tf.test's TestCase has Abseil's assertions; and unittest's names."""

from __future__ import annotations

from unittest import TestSuite, expectedFailure, mock, skip, skipIf, skipUnless  # noqa: F401

from tinytf.test import TestCase, get_temp_dir, main  # noqa: F401
