"""Ready-made hooks, for both hosts: `hooks.add(SecurityHeaders(), CORS(origins="*"))`."""

from .compress import Compress
from .cors import CORS
from .security_headers import SecurityHeaders

__all__ = ["CORS", "Compress", "SecurityHeaders"]
