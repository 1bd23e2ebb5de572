import functools
from flask import Flask
app = Flask(__name__)
def loud(function):
    @functools.wraps(function)
    def inner(response):
        response.headers["X-Loud"] = "1"
        answered = function(response)
        return answered
    return inner
def through(function):
    def inner(response):
        return run(function, response)
    return inner
def run(function, response):
    return function(response)
@loud
def one(response):  # expect: call needs nothing
    return response
@through
def two(response):  # expect: call needs await-response
    response.get_data()
    return response
app.after_request(one)
app.after_request(two)
app.after_request(f=loud(lambda response: response))  # expect: call needs nothing
