import httpx, quart, requests
from flask import Flask, request_finished
app = Flask(__name__)
aside = quart.Quart(__name__)
def log(response, *args, **kwargs):
    response.read()
    return response
client = httpx.Client(event_hooks={"response": [log]})
session = requests.Session()
session.hooks["response"].append(log)
@aside.after_request
async def own(response):
    return response
class Middleware:
    def after_request(self, response):
        return response
middleware = Middleware()
middleware.after_request(None)
@request_finished.connect
def finished(sender, response, **extra):
    response.get_data()
TEXT = """
@app.after_request
def no(response):
    return response
"""
