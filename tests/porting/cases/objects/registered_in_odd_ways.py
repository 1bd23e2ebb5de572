import functools
from flask import Flask, Blueprint
app = Flask(__name__)
pages = Blueprint("pages", __name__)
class Rules:
    def apply(self, name, response):  # expect: method needs nothing
        response.headers[name] = "1"
        return response
    def other(self, response, name):
        return response
    bound = functools.partialmethod(apply, "X-A")
    spoilt = functools.partialmethod(other, "X-B")
rules = Rules()
app.after_request(rules.bound)
def early(response):  # expect: loop needs nothing
    return response
def late(response):  # expect: loop needs await-response
    response.get_data()
    return response
for verb, function in (("before_request", print), ("after_request", early), ("after_request", late)):
    getattr(pages, verb)(function)
class Counted:
    def __init__(self, function):
        self.function = function
        self.calls = 0
    def __call__(self, response):
        self.calls += 1
        return self.function(response)
@app.after_request
@Counted
def counted(response):  # expect: app needs nothing
    return response
@Counted
def counted_too(response):  # expect: call needs await-response
    response.data
    return response
app.after_request(counted_too)
