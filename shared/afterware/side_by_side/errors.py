"""What is wrong with two apps that are to be served side by side."""

from __future__ import annotations

from ..errors import AfterwareError

__all__ = ["SideBySideError"]


class SideBySideError(AfterwareError, ValueError):
    """Two apps cannot be served on one port as they are."""
