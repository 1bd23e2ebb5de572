from flask import Flask, request
import util
app = Flask(__name__)
@app.after_request
def h(response):  # expect: app needs await-request, await-response, blocking
    return util.one(1, resp=response, req=request)
