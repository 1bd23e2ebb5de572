import sqlite3
from flask import Flask, request
app = Flask(__name__)
conn = sqlite3.connect("log.db", check_same_thread=False)
bad = sqlite3.connect("log2.db")
@app.after_request
def one(response):  # expect: app needs blocking
    conn.execute("insert into l values (?)", (request.path,))
    conn.commit()
    return response
@app.after_request
def two(response):  # expect: app needs blocking, thread-bound
    with bad:
        bad.execute("insert into l values (?)", (request.path,))
    return response
