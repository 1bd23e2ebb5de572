from flask import Flask, current_app
from audit import Audit
app = Flask(__name__)
Audit(app)
app.config["ON_END"] = lambda response: response.status
app.config.from_pyfile("settings.py")
@app.after_request
def noted(response):  # expect: app needs await-response
    current_app.extensions["audit"].note(response)
    return response
@app.after_request
def marked(response):  # expect: app needs nothing
    app.extensions["audit"].mark(response)
    return response
@app.after_request
def by_config(response):  # expect: app needs await-response
    current_app.config["ON_AUDIT"](response)
    return response
@app.after_request
def by_lambda(response):  # expect: app needs nothing
    response.headers["X"] = app.config["ON_END"](response)
    return response
@app.after_request
def by_a_file(response):  # expect: app needs undecided
    current_app.config["ON_OTHER"](response)
    return response
