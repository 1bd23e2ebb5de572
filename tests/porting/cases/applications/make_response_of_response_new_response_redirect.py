from flask import Flask, Response, redirect, url_for, make_response as mk
app = Flask(__name__)
@app.after_request
def a(response):  # expect: app needs await-helper
    response = mk(response)
    response.headers["X"] = "y"
    return response
@app.after_request
def b(response):  # expect: app needs nothing
    if response.status_code == 401:
        return redirect(url_for("login"))
    return Response("x", headers=response.headers)
@app.after_request
def c(response):  # expect: app needs await-response
    return response.make_conditional(__import__("flask").request)
