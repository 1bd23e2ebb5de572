from flask import Flask

app = Flask(__name__)


@app.after_request
def one(response):
    response.headers["X-Order"] = response.headers.get("X-Order", "") + "1"
    return response


def two(response):
    response.headers["X-Order"] = response.headers.get("X-Order", "") + "2"
    return response


app.after_request(two)


@app.after_request
def three(response):
    response.headers["X-Order"] = response.headers.get("X-Order", "") + "3"
    return response


@app.route("/")
def index():
    return "hello"
