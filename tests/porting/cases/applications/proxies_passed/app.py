from flask import Flask, request, session
from svc import describe, body_of
app = Flask(__name__)
@app.after_request
def one(response):  # expect: app needs nothing
    app.logger.info("%r", describe(request, session))
    return response
@app.after_request
def two(response):  # expect: app needs await-request
    app.logger.info("%r", body_of(request._get_current_object()))
    return response
