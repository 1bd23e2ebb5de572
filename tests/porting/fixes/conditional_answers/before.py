from flask import Flask, request

app = Flask(__name__)


@app.after_request
def etag(response):
    response.add_etag()
    return response.make_conditional(request)  # 304


@app.route("/")
def index():
    return "hello"
