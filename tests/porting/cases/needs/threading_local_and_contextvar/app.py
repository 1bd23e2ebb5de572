from flask import Flask, g
import ctx
from ctx import tls, request_id, own
app = Flask(__name__)
@app.before_request
def start():
    tls.start = 1
    g.token = request_id.set("x")
@app.after_request
def a(response):  # expect: app needs thread-bound
    response.headers["T"] = str(getattr(tls, "start", 0))
    return response
@app.after_request
def b(response):  # expect: app needs thread-bound
    ctx.request_id.reset(g.token)
    return response
@app.after_request
def c(response):  # expect: app needs thread-bound
    response.headers["I"] = request_id.get()
    return response
@app.after_request
def d(response):  # expect: app needs nothing
    own.set(1)
    response.headers["O"] = str(own.get())
    return response
