import functools
import flask
from flask import after_this_request as later
def with_header(view):
    @functools.wraps(view)
    def wrapped(*args, **kwargs):
        @flask.after_this_request
        def put(response):  # expect: this-request needs nothing
            response.headers["X-View"] = view.__name__
            return response
        return view(*args, **kwargs)
    return wrapped
def remember(name):
    later(lambda response: set_it(response, name))  # expect: this-request needs nothing
def set_it(response, name):
    response.set_cookie("name", name)
    return response
def view():
    try:
        return "x"
    finally:
        def done(response):  # expect: this-request needs broken
            response.headers["X-Done"] = "1"
        later(done)
