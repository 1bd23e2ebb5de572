from contextvars import ContextVar
from flask import Flask, g, request
from werkzeug.local import Local, LocalProxy
app = Flask(__name__)
def _settings():
    with open("settings.json") as stream:
        return stream.read()
_tenant = ContextVar("tenant")
_local = Local()
settings = LocalProxy(_settings)
tenant = LocalProxy(_tenant)
user = LocalProxy(_local, "user")
class Item:
    name = "x"
item = LocalProxy(lambda: Item())
@app.before_request
def enter():
    _tenant.set(request.host)
    _local.user = request.headers.get("X-User")
@app.after_request
def by_current(response):  # expect: app needs blocking
    response.headers["X"] = str(settings._get_current_object())
    return response
@app.after_request
def of_variable(response):  # expect: app needs thread-bound
    response.headers["X"] = tenant.lower()
    return response
@app.after_request
def of_local(response):  # expect: app needs thread-bound
    response.headers["X"] = user.name
    return response
@app.after_request
def of_plain(response):  # expect: app needs nothing
    response.headers["X"] = item.name
    return response
