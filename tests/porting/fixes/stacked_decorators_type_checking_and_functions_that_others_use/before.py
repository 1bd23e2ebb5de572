import functools
from typing import TYPE_CHECKING

from flask import Flask, request
app = Flask(__name__)

if TYPE_CHECKING:
    from flask import Response

    @app.after_request
    def never(response: Response) -> Response:
        return response

def loud(function):
    @functools.wraps(function)
    def inner(response):
        response.headers["X-Loud"] = "1"
        return function(response)
    return inner

@app.after_request
@loud
def stacked(response):
    response.headers["X-Stacked"] = response.headers.get("X-Order", "-")
    return response

@app.after_request
def shared(response):
    response.headers["X-Order"] = response.headers.get("X-Order", "") + "s"
    return response

@app.get("/")
def home():
    response = app.response_class("home")
    return shared(response)

@app.after_request
def last(response):
    response.headers["X-Order"] = response.headers.get("X-Order", "") + "t" + request.method
    return response
