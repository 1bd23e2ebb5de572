from flask import Flask
app = Flask(__name__)
@app.after_request
def fr(response):  # expect: app needs await-response
    response.freeze()
    return response
@app.after_request
def et(response):  # expect: app needs await-response
    if response.status_code == 200:
        response.add_etag()
    return response
@app.after_request
def st(response):  # expect: app needs nothing
    response.set_etag("abc")
    return response
