import os
from flask import Flask, Response, after_this_request, send_file, send_from_directory, session, stream_with_context
app = Flask(__name__)
@app.get("/a/<path:name>")
def a(name):
    def read():
        with open(name, "rb") as f:
            yield from f
    @after_this_request
    def gone(response):  # expect: this-request needs blocking, lifecycle
        os.remove(name)
        return response
    return Response(stream_with_context(read()))
@app.get("/b")
def b():
    return send_file(session["export"])
@app.after_request
def sweep(response):  # expect: app needs blocking, lifecycle
    if "export" in session:
        os.remove(session["export"])
    return response
@app.get("/c/<name>")
def c(name):
    @after_this_request
    def gone(response):  # expect: this-request needs blocking, lifecycle
        os.unlink("/srv/" + name)
        return response
    return send_from_directory(directory="/srv", path=name)
@app.get("/d")
def d():
    with open("x", "rb") as f:
        data = f.read()
    @after_this_request
    def gone(response):  # expect: this-request needs blocking
        os.remove("x")
        return response
    return Response(data)
