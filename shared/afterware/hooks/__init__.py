"""Ready-made hooks, for both hosts: `hooks.add(SecurityHeaders(), CORS(origins="*"))`."""

from .cors import CORS
from .security_headers import SecurityHeaders

__all__ = ["CORS", "SecurityHeaders"]
