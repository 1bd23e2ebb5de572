import functools
from flask import Flask
app = Flask(__name__)
def logged(f):
    @functools.wraps(f)
    def inner(response):
        with open("log", "a") as fh:
            fh.write("x")
        return f(response)
    return inner
@app.after_request
@logged
def a(response):  # expect: app needs blocking
    return response
class Base:
    def __init__(self, app):
        app.after_request(self.run)
    def run(self, response):  # expect: method needs await-response
        return self.change(response)
    def change(self, response):
        raise NotImplementedError
class Upper(Base):
    def change(self, response):
        response.set_data(response.get_data().upper())
        return response
Upper(app)
FILTERS = [lambda r: r, lambda r: r.add_etag() or r]
@app.after_request
def c(response):  # expect: app needs await-response
    for f in FILTERS:
        response = f(response)
    return response
@app.after_request
def d(response):  # expect: app needs await-response
    return functools.reduce(lambda r, f: f(r), FILTERS, response)
