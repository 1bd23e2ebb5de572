import contextlib
from contextvars import ContextVar
from flask import Flask, g, request
app = Flask(__name__)
trace = ContextVar("trace", default="-")
tenant = ContextVar("tenant", default="-")
@contextlib.contextmanager
def traced(value):
    token = trace.set(value)
    try:
        yield
    finally:
        trace.reset(token)
@app.before_request
def enter():
    g.token = tenant.set(request.host)
@app.after_request
def both(response):  # expect: app needs nothing
    token = trace.set(request.path)
    app.logger.info("answered %s", trace.get())
    trace.reset(token)
    return response
@app.after_request
def by_manager(response):  # expect: app needs nothing
    with traced(request.path):
        app.logger.info("answered")
    return response
