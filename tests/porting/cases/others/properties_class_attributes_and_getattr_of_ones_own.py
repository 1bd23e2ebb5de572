import requests
from flask import Flask
app = Flask(__name__)
class Sender:
    http = requests
    def __init__(self, kind):
        self.kind = kind
    @property
    def state(self):
        return open("state").read()
    def by_kind(self, response):
        return getattr(self, "send_" + self.kind)(response)
    def post(self):
        self.http.post("http://x")
sender = Sender("x")
@app.after_request
def one(response):  # expect: app needs blocking
    response.headers["S"] = sender.state
    return response
@app.after_request
def two(response):  # expect: app needs blocking
    sender.post()
    return response
