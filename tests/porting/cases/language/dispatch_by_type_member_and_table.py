import enum, functools
from flask import Flask, current_app, g
app = Flask(__name__)
@functools.singledispatch
def describe(value):
    return "?"
@describe.register
def _(value: int):
    return str(value)
class Kind(enum.Enum):
    JSON = "application/json"
    HTML = "text/html"
    def note(self, response):
        return response.status
class Router:
    def on_200(self, response):
        return response.json
    def on_404(self, response):
        return response.status
    def on_other(self, response):
        return None
    def route(self, response):
        name = f"on_{response.status_code}"
        return getattr(self, name, self.on_other)(response)
    def table(self, response):
        return {404: self.on_404, 500: self.on_other}[response.status_code](response)
router = Router()
@app.after_request
def described(response):  # expect: app needs nothing
    response.headers["X-D"] = describe(response.status_code)
    return response
@app.after_request
def of_kind(response):  # expect: app needs nothing
    response.headers["X-K"] = Kind(response.mimetype).note(response)
    return response
@app.after_request
def by_table(response):  # expect: app needs nothing
    router.table(response)
    return response
