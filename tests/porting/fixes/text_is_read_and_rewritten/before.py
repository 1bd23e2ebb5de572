from flask import Flask, request

app = Flask(__name__)


@app.after_request
def shout(response):
    # louder
    text = response.get_data(as_text=True)  # as text
    response.set_data(text.upper())
    response.headers["X-Path"] = request.path
    return response


@app.route("/")
def index():
    return "hello"
