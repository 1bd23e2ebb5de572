import os
from flask import Flask
def create():
    app = Flask(__name__)
    if app.debug:
        app.after_request(nocache)
    with app.app_context():
        @app.after_request
        def two(response):  # expect: app needs nothing
            return response
    return app
def nocache(response):  # expect: call needs nothing
    response.headers["Cache-Control"] = "no-cache"
    return response
