import os
from flask import Flask, after_this_request, send_file
app = Flask(__name__)
@app.route("/c")
def c():
    import io
    path = build("x")
    data = io.BytesIO(open(path, "rb").read())
    @after_this_request
    def rm(response):  # expect: this-request needs blocking
        os.remove(path)
        return response
    return send_file(data)
def cleanup_later(*paths):
    def rm(response):  # expect: this-request needs blocking, lifecycle
        for each in paths:
            os.unlink(each)
        return response
    after_this_request(rm)
@app.route("/d")
def d():
    p = build("d")
    cleanup_later(p)
    return send_file(p)
