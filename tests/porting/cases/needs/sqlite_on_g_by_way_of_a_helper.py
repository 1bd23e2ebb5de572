import sqlite3
from flask import Flask, g
app = Flask(__name__)
def get_db():
    if "db" not in g:
        g.db = sqlite3.connect("x")
    return g.db
@app.after_request
def close(response):  # expect: app needs blocking, thread-bound
    db = getattr(g, "db", None)
    if db is not None:
        db.close()
    return response
@app.after_request
def write(response):  # expect: app needs blocking, thread-bound
    get_db().execute("insert into t values (1)")
    return response
@app.after_request
def own(response):  # expect: app needs blocking
    con = sqlite3.connect("y")
    con.execute("select 1")
    con.close()
    return response
