import functools
from flask import Flask, current_app, g, request
app = Flask(__name__)
@app.after_request
def cached(response):  # expect: app needs blocking
    response.headers["X-Build"] = build()
    return response
@functools.cache
def build():
    with open("BUILD") as stream:
        return stream.read()
@app.after_request
def nested(response):  # expect: app needs await-request
    def inner():
        def innermost():
            return request.form.get("a")
        return innermost()
    response.headers["X-A"] = inner() or ""
    return response
@app.after_request
def passed_on(response, *args, **kwargs):  # expect: app needs await-response
    return rest(*args, response=response, **kwargs)
def rest(*, response, default=None):
    return response if response.data else default or response
