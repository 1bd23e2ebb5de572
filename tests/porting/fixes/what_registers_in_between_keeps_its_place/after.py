from flask import Flask
from afterware import Hooks

app = Flask(__name__)


hooks = Hooks(order="reversed")
hooks.init_app(app)


@hooks.after_request
def one(response):
    response.headers["X-Order"] = response.headers.get("X-Order", "") + "1"
    return response


def two(response):
    response.headers["X-Order"] = response.headers.get("X-Order", "") + "2"
    return response


app.after_request(two)


portable_hooks = Hooks(order="reversed")
portable_hooks.init_app(app)


@portable_hooks.after_request
def three(response):
    response.headers["X-Order"] = response.headers.get("X-Order", "") + "3"
    return response


@app.route("/")
def index():
    return "hello"
