from flask import Flask
def create_app():
    app = Flask(__name__)
    setup(app)
    return app
def setup(app):
    app.after_request(later_defined)
def later_defined(response):  # expect: call needs nothing
    return response
