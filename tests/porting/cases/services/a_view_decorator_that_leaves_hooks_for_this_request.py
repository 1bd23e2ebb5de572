import functools
from flask import Flask, after_this_request, session
app = Flask(__name__)
def cached(seconds):
    def around(view):
        @functools.wraps(view)
        def inner(*args, **kwargs):
            @after_this_request
            def cache(response):  # expect: this-request needs nothing
                response.cache_control.max_age = seconds
                return response
            return view(*args, **kwargs)
        return inner
    return around
def remembered(view):
    @functools.wraps(view)
    def inner(*args, **kwargs):
        try:
            return view(*args, **kwargs)
        finally:
            @after_this_request
            def remember(response):  # expect: this-request needs nothing
                response.set_cookie("seen", session.get("user", "-"), httponly=True)
                return response
    return inner
@app.get("/report")
@cached(60)
@remembered
def report():
    return "report"
