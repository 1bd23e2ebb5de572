import os
from flask import Flask, send_file, g
app = Flask(__name__)
@app.route("/e")
def e():
    g.tmp = build("e")
    return send_file(g.tmp)
@app.after_request
def sweep(response):  # expect: app needs blocking, lifecycle
    if hasattr(g, "tmp"):
        os.remove(g.tmp)
    return response
