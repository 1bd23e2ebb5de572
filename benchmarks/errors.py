"""What ends a benchmark with a message and no traceback."""

__all__ = ["BenchmarkError"]


class BenchmarkError(Exception):
    """A benchmark cannot go on; the message says what was wrong and what to do."""
