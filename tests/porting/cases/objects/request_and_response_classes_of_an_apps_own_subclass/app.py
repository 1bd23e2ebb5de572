from flask import Flask, request
from kinds import MyRequest, MyResponse
class Site(Flask):
    request_class = MyRequest
    response_class = MyResponse
site = Site(__name__)
@site.after_request
def tenant(response):  # expect: app needs nothing
    response.headers["X-Tenant"] = request.tenant
    return response.finish(note="ok")
@site.after_request
def payload(response):  # expect: app needs await-request
    if "a" in request.payload:
        response.headers["X-A"] = "1"
    return response
@site.after_request
def user(response):  # expect: app needs await-request
    response.headers["X-User"] = request.user() or ""
    return response
@site.after_request
def annotated(response: MyResponse):  # expect: app needs nothing
    return response.finish(note="again")
