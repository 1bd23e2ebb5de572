from flask import Flask
class Stamp:
    def __init__(self, name):
        self.name = name
    def __call__(self, response):  # expect: call needs nothing
        response.headers[self.name] = "1"
        return response
app = Flask(__name__)
app.after_request(Stamp("X-One"))
