from flask import Flask
app = Flask(__name__)
@app.after_request
def a(response):  # expect: app needs broken
    response.headers["X"] = "1"
@app.after_request
def b():  # expect: app needs broken
    return None
@app.after_request
def c(response, other):  # expect: app needs broken
    return response
@app.after_request
def d(response):  # expect: app needs broken
    if response.status_code == 404:
        return "nothing", 404
    return response
@app.after_request
def e(response):  # expect: app needs nothing
    try:
        x = int("3")
    except ValueError:
        return response
    else:
        return response
