from contextvars import ContextVar
from flask import Flask, g, request
app = Flask(__name__)
trace = ContextVar("trace", default="-")
tenant = ContextVar("tenant", default="-")
class Bound:
    def __enter__(self):
        self.token = trace.set("x")
    def __exit__(self, *error):
        trace.reset(self.token)
@app.before_request
def enter():
    g.token = tenant.set(request.host)
@app.after_request
def by_class(response):  # expect: app needs nothing
    with Bound():
        app.logger.info("answered")
    return response
@app.after_request
def of_another(response):  # expect: app needs thread-bound
    tenant.reset(g.token)
    return response
