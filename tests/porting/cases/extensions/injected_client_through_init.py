import requests
from flask import Flask
class Webhook:
    def __init__(self, http):
        self.http = http
    def send(self, response):  # expect: method needs blocking
        self.http.post("http://x")
        return response
app = Flask(__name__)
hook = Webhook(http=requests.Session())
app.after_request(hook.send)
