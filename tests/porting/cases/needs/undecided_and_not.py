from flask import Flask, request
from vendor import sign
import vendor
from flask_jwt_extended import set_access_cookies
app = Flask(__name__)
@app.after_request
def a(response):  # expect: app needs undecided
    return sign(response)
@app.after_request
def b(response):  # expect: app needs nothing
    response.headers["S"] = vendor.compute(response.headers, response.status_code)
    return response
@app.after_request
def c(response):  # expect: app needs undecided
    set_access_cookies(response, "token")
    return response
@app.after_request
def d(response):  # expect: app needs undecided
    vendor.Log().record(req=request)
    return response
@app.after_request
def e(response):  # expect: app needs nothing
    print(response, request, isinstance(response, object))
    return response
