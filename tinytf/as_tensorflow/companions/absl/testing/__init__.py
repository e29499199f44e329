"""`absl.testing`: test cases with Abseil's assertions, and tests with parameters."""
