import time
from flask import Flask
from afterware import Hooks, body

app = Flask(__name__)


hooks = Hooks(order="reversed")
hooks.init_app(app)


@hooks.after_request
def one(response):
    response.headers["X-Order"] = response.headers.get("X-Order", "") + "1"
    return response


@hooks.after_request(blocking=True)
def two(response):
    time.sleep(0.001)
    response.headers["X-Order"] = response.headers.get("X-Order", "") + "2"
    return response


@hooks.after_request
async def three(response):
    response.headers["X-Order"] = response.headers.get("X-Order", "") + str(len(await body.read(response, buffer=True)))
    return response


@app.route("/")
def index():
    return "hello"
