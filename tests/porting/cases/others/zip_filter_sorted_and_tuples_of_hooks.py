from flask import Flask, Blueprint
one = Blueprint("one", __name__)
two = Blueprint("two", __name__)
def a(response):  # expect: loop needs nothing
    return response
def b(response):  # expect: loop needs nothing
    return response
for blueprint, hook in zip((one, two), (a, b)):
    blueprint.after_request(hook)
def c(response):  # expect: loop needs nothing
    return response
def d(response):  # expect: loop needs nothing
    return response
for name, hook in sorted([("c", c), ("d", d)]):
    one.after_request(hook)
