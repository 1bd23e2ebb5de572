"""Ready-made hooks, for both hosts: `hooks.add(SecurityHeaders(), CORS(origins="*"))`."""

from .access_log import AccessLog
from .compress import Compress
from .conditional import Conditional
from .cookies import Cookies
from .cors import CORS
from .json_envelope import JsonEnvelope
from .request_id import RequestId, request_id
from .security_headers import SecurityHeaders
from .server_timing import ServerTiming, span

__all__ = [
    "CORS",
    "AccessLog",
    "Compress",
    "Conditional",
    "Cookies",
    "JsonEnvelope",
    "RequestId",
    "SecurityHeaders",
    "ServerTiming",
    "request_id",
    "span",
]
