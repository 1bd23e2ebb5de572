import sqlite3
from flask import Flask, g
app = Flask(__name__)
@app.before_request
def start():
    g.con = sqlite3.connect("x")
@app.after_request
def one(response):  # expect: app needs blocking, thread-bound
    con = g.get("con")
    if con:
        con.commit()
    return response
@app.after_request
def two(response):  # expect: app needs blocking, thread-bound
    con = g.pop("con", None)
    if con is not None:
        con.close()
    return response
@app.after_request
def three(response):  # expect: app needs nothing
    g.setdefault("seen", []).append(response.status_code)
    return response
