import time
from flask import g, request
from prometheus_client import Counter, Histogram
REQS = Counter("r", "r", ["m"])
LAT = Histogram("l", "l")
def _before():
    g.t0 = time.monotonic()
def _after(resp):  # expect: call needs nothing
    LAT.observe(time.monotonic() - g.t0)
    REQS.labels(request.method).inc()
    return resp
def init(app):
    app.before_request(_before)
    app.after_request(_after)
