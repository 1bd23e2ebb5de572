from contextvars import ContextVar
from flask import Flask, g, request
from werkzeug.local import Local, LocalProxy
app = Flask(__name__)
def _settings():
    with open("settings.json") as stream:
        return stream.read()
def _words():
    return {"a": "b"}
_tenant = ContextVar("tenant")
_local = Local()
settings = LocalProxy(_settings)
words = LocalProxy(_words)
size = LocalProxy(lambda: len(request.get_data()))
@app.before_request
def enter():
    _tenant.set(request.host)
    _local.user = request.headers.get("X-User")
@app.after_request
def by_method(response):  # expect: app needs blocking
    response.headers["X"] = settings.strip()
    return response
@app.after_request
def by_truth(response):  # expect: app needs blocking
    if settings:
        response.headers["X"] = "1"
    return response
@app.after_request
def by_item(response):  # expect: app needs nothing
    response.headers["X"] = words["a"]
    return response
@app.after_request
def by_text(response):  # expect: app needs await-request
    response.headers["X"] = f"{size}"
    return response
