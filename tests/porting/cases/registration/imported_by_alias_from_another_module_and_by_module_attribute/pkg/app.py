from flask import Flask
from .hooks import stamp as put_stamp
from . import hooks as h
def create_app():
    app = Flask(__name__)
    app.after_request(put_stamp)
    app.after_request(h.other)
    return app
