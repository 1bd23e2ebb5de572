import sqlite3
from flask import Flask, g
from werkzeug.local import LocalProxy
app = Flask(__name__)
def _get():
    if not hasattr(g, "con"):
        g.con = sqlite3.connect("x")
    return g.con
con = LocalProxy(_get)
@app.after_request
def write(response):  # expect: app needs blocking, thread-bound
    con.execute("insert into t values (1)")
    return response
