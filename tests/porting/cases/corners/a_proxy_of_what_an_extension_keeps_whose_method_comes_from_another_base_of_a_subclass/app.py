from flask import Flask, current_app
from werkzeug.local import LocalProxy
from store import Security
security = LocalProxy(lambda: current_app.extensions["security"])
datastore = LocalProxy(lambda: security.datastore)
app = Flask(__name__)
@app.after_request
def commit(response):  # expect: app needs blocking
    datastore.commit()
    return response
@app.after_request
def find(response):  # expect: app needs nothing
    response.headers["X"] = datastore.find("x")
    return response
