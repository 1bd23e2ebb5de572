import threading
from contextvars import ContextVar
tls = threading.local()
request_id = ContextVar("request_id", default="")
own = ContextVar("own")
