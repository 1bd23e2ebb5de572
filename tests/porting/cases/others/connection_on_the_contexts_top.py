import sqlite3
from flask import Flask, _app_ctx_stack
app = Flask(__name__)
def get():
    top = _app_ctx_stack.top
    if not hasattr(top, "con"):
        top.con = sqlite3.connect("x")
    return top.con
@app.after_request
def close(response):  # expect: app needs blocking, thread-bound
    top = _app_ctx_stack.top
    top.con.close()
    return response
