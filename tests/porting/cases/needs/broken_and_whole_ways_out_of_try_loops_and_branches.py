from flask import Flask, jsonify
app = Flask(__name__)
@app.after_request
def f(response):  # expect: app needs nothing
    while True:
        return response
@app.after_request
def g_(response):  # expect: app needs broken
    try:
        return response
    except Exception:
        app.logger.exception("x")
@app.after_request
def h(response):  # expect: app needs nothing
    try:
        response.headers["X"] = "1"
    finally:
        return response
@app.after_request
def i(response):  # expect: app needs nothing
    if response.status_code == 500:
        raise RuntimeError("x")
    elif response.status_code == 200:
        return jsonify(ok=True)
    else:
        return response
