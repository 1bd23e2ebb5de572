from flask import *

app = Flask(__name__)


@app.get("/")
def home():
    return jsonify(a=1)


@app.after_request
def path(response):
    response.headers["X-Path"] = request.path
    return response


@app.after_request
def size(response):
    response.headers["X-Size"] = str(len(response.data)) + request.method
    return response
