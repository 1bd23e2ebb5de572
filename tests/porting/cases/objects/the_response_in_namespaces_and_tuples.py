import collections, queue, types
from flask import Flask, request
app = Flask(__name__)
Pair = collections.namedtuple("Pair", "request response")
@app.after_request
def namespace(response):  # expect: app needs await-response
    box = types.SimpleNamespace(name="x")
    box.response = response
    return box.response if box.response.get_data() else response
@app.after_request
def plain_namespace(response):  # expect: app needs nothing
    box = types.SimpleNamespace(response=response, status=response.status)
    box.response.headers["X"] = box.status
    return box.response
@app.after_request
def pair(response):  # expect: app needs await-request, await-response
    both = Pair(request, response)
    both.request.get_json()
    return both[1] if both.response.json else response
@app.after_request
def unpacked(response):  # expect: app needs await-response
    _, inner = Pair(request, response)
    inner.get_data()
    return inner
