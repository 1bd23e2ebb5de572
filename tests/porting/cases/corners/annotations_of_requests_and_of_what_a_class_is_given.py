import flask
from flask import Flask, Request, Response
app = Flask(__name__)
class Named:
    def __init__(self, response: "flask.Response"):
        self.response = response
    def size(self):
        return len(self.response.data)
def new(response: Response | None, request: "Request"):
    request.get_json()
    return response
def odd(response: "not a (type"):
    return response
@app.after_request
def fresh(response):  # expect: app needs await-request
    return new(odd(response), flask.request)
@app.after_request
def named(response):  # expect: app needs await-response
    Named(response).size()
    return response
