import contextlib
from flask import Flask, current_app, g
app = Flask(__name__)
@app.after_request
def matched(response):  # expect: app needs await-response
    match response.mimetype:
        case "application/json":
            found = response.get_json()
        case _:
            found = None
    response.headers["X-F"] = str(bool(found))
    return response
@app.after_request
def by_walrus(response):  # expect: app needs await-response
    if (data := response.get_data()) and len(data) > 10:
        response.headers["X-Long"] = "1"
    return response
@contextlib.contextmanager
def kept(response):
    before = response.status
    yield response
    response.headers["X-Before"] = before
@app.after_request
def in_a_context(response):  # expect: app needs nothing
    with kept(response) as inner:
        inner.status_code = 202
    return response
@app.after_request
async def already(response):  # expect: app needs nothing
    response.headers["X-Async"] = "1"
    return response
