import importlib
from flask import Flask
app = Flask(__name__)
@app.after_request
def read(response):  # expect: app needs await-response
    importlib.import_module("steps").go(response)
    return response
@app.after_request
def mark(response):  # expect: app needs nothing
    getattr(importlib.import_module("steps"), "mark")(response)
    return response
@app.after_request
def unknown(response):  # expect: app needs undecided
    importlib.import_module(app.config["STEPS"]).go(response)
    return response
