from flask import Flask, request
app = Flask(__name__)
@app.after_request
def etag(response):  # expect: app needs await-response
    if request.method == "GET" and response.status_code == 200:
        response.add_etag()
        return response.make_conditional(request)
    return response
@app.after_request
def finally_returns(response):  # expect: app needs nothing
    try:
        response.headers["X-A"] = request.headers["X-A"]
    finally:
        return response
@app.after_request
def chain(response):  # expect: app needs await-response
    response = finally_returns(response)
    return etag(response)
