import contextvars, requests
from flask import Flask
app = Flask(__name__)
client = contextvars.ContextVar("client")
@app.before_request
def start():
    client.set(requests.Session())
@app.after_request
def finish(response):  # expect: app needs blocking, thread-bound
    client.get().post("http://x")
    return response
